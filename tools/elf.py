"""Symbols of an ELF file of 64 bits, little endian."""

import struct

SHT_SYMTAB = 2


class Elf:
    """Addresses by name, and what stands at an address in the file."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise ValueError(f"{path}: not an ELF file of 64 bits, little endian")
        (table,) = struct.unpack_from("<Q", self.data, 40)
        size, count = struct.unpack_from("<HH", self.data, 58)
        self.sections = [
            struct.unpack_from("<IIQQQQIIQQ", self.data, table + i * size) for i in range(count)
        ]
        self.symbols = dict(self._symbols())  # the last one, where a name stands more than once

    def _symbols(self):
        for _, kind, _, _, offset, size, link, _, _, entry in self.sections:
            if kind != SHT_SYMTAB:
                continue
            names = self.sections[link][4]
            for at in range(offset, offset + size, entry):
                name, _, _, section, value, length = struct.unpack_from("<IBBHQQ", self.data, at)
                if name and section:
                    end = self.data.index(b"\0", names + name)
                    yield self.data[names + name : end].decode(), (value, length)

    def address(self, name):
        if name not in self.symbols:
            raise ValueError(f"no symbol {name}")
        return self.symbols[name][0]

    def words(self, name):
        """The 8-byte words of an object."""
        address, length = self.symbols[name]
        for _, _, _, start, offset, size, *_ in self.sections:
            if start and start <= address and address + length <= start + size:
                at = offset + address - start
                return struct.unpack_from(f"<{length // 8}Q", self.data, at)
        raise ValueError(f"{name} stands in no section")
