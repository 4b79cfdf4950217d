#!/usr/bin/env python3
"""Makes boot images that the kernel must refuse: broken.py OUTPUT...

The name of an output, without its suffix, says what is wrong with it. All archives but one hold a
program called `mm`; the ELF files are made here, a header at a time.
"""

import os
import struct
import sys

PAGE = 4096
READ, WRITE, EXECUTE = 4, 2, 1
RISCV, X86 = 243, 62
TEXT = 0x10000
KERNEL = 0xFFFFFFFF80000000
CODE = struct.pack("<I", 0x0000006F)  # j .


def segment(va=TEXT, flags=READ | EXECUTE, file=4, memory=None, offset=PAGE):
    return struct.pack("<IIQQQQQQ", 1, flags, offset, va, va, file, memory or file, PAGE)


def elf(
    segments=None, ident=b"\x7fELF\2\1\1", kind=2, machine=RISCV, entry=TEXT, table=64, size=56
):
    """An ELF file of one page of headers and one page of code."""
    segments = [segment()] if segments is None else segments
    header = ident.ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", kind, machine, 1, entry, table, 0, 0, 64, size, len(segments), 64, 0, 0
    )
    return (header + b"".join(segments)).ljust(PAGE, b"\0") + CODE.ljust(PAGE, b"\0")


def pad(data):
    return data.ljust((len(data) + 3) & ~3, b"\0")


def entry(name, data, mode=0o100755):
    """One file of a cpio archive (newc)."""
    fields = (1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    header = b"070701" + b"".join(b"%08X" % f for f in fields)
    return pad(header + name.encode() + b"\0") + pad(data)


END = entry("TRAILER!!!", b"", 0)


def archive(program, name="mm"):
    return entry("notes", b"nothing to run\n", 0o100644) + entry(name, program) + END


def scattered():
    """More page tables than the root pool has frames at boot."""
    return [segment()] + [segment(va=TEXT + (i << 33), flags=READ) for i in range(1, 8)]


WHOLE = archive(elf())

IMAGES = {
    "noise": lambda: bytes((i * 167 + 13) & 0xFF for i in range(PAGE)),
    "zeros": lambda: bytes(PAGE),
    "old-cpio": lambda: WHOLE.replace(b"070701", b"070707"),
    "truncated-header": lambda: WHOLE[:60],
    "truncated-file": lambda: WHOLE[: len(WHOLE) - PAGE],
    "no-end": lambda: entry("notes", b"nothing to run\n", 0o100644),
    "bad-digits": lambda: WHOLE[:54] + b"0000zz00" + WHOLE[62:],
    "huge-file": lambda: WHOLE[:54] + b"FFFFFFFF" + WHOLE[62:],
    "no-program": lambda: archive(elf(), "other"),
    "directory": lambda: entry("mm", b"", 0o040755) + END,
    "text-file": lambda: archive(b"#!/bin/sh\necho a text, but long enough for a header\n" * 4),
    "short-file": lambda: archive(b"\x7fELF\2\1\1"),
    "elf32": lambda: archive(elf(ident=b"\x7fELF\1\1\1")),
    "big-endian": lambda: archive(elf(ident=b"\x7fELF\2\2\1")),
    "elf-version": lambda: archive(elf(ident=b"\x7fELF\2\1\2")),
    "other-machine": lambda: archive(elf(machine=X86)),
    "shared-object": lambda: archive(elf(kind=3)),
    "header-size": lambda: archive(elf(size=32)),
    "headers-outside": lambda: archive(elf(table=1 << 63)),
    "segment-outside": lambda: archive(elf([segment(offset=(1 << 64) - PAGE)])),
    "segment-shrinks": lambda: archive(elf([segment(file=PAGE, memory=4)])),
    "segment-in-kernel": lambda: archive(elf([segment(va=KERNEL)], entry=KERNEL)),
    "segment-wraps": lambda: archive(elf([segment(memory=(1 << 64) - PAGE)])),
    "segment-at-null": lambda: archive(elf([segment(va=0)], entry=0)),
    "segment-on-stack": lambda: archive(elf([segment(va=0x3FFFFE0000)])),
    "no-rights": lambda: archive(elf([segment(flags=0)])),
    "write-execute": lambda: archive(elf([segment(flags=READ | WRITE | EXECUTE)])),
    "overlap": lambda: archive(elf([segment(), segment(va=TEXT + 8, flags=READ)])),
    "many-segments": lambda: archive(
        elf([segment(va=TEXT + i * PAGE) for i in range((PAGE - 64) // 56)])
    ),
    "large": lambda: archive(elf([segment(memory=1 << 36)])),
    "no-room": lambda: archive(elf([segment(), segment(va=2 * TEXT, flags=READ, memory=60 << 20)])),
    "scattered": lambda: archive(elf(scattered())),
    "entry-outside": lambda: archive(elf(entry=TEXT + PAGE)),
    "entry-in-data": lambda: archive(elf([segment(flags=READ | WRITE)])),
    "no-segment": lambda: archive(elf([])),
}


def main():
    if len(sys.argv) < 2:
        sys.exit(f"usage: broken.py OUTPUT...\noutputs: {' '.join(IMAGES)}")
    for output in sys.argv[1:]:
        name = os.path.splitext(os.path.basename(output))[0]
        if name not in IMAGES:
            sys.exit(f"broken.py: no such image: {name}")
        with open(output, "wb") as file:
            file.write(IMAGES[name]())


if __name__ == "__main__":
    main()
