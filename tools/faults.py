"""The list of faults (tests/mutate/*.toml): read, checked, put into a text. For tools/mutate."""

import os
import re
import tomllib

import csource

FOLDER = "tests/mutate"
KEYS = {"name", "kind", "file", "in", "old", "new", "what", "survives"}
NEEDED = {"name", "kind", "file", "old", "new", "what"}
PLACES = re.compile(
    r"kernel/\w+\.[ch]|kernel/calls/\w+\.c|kernel/boot/root\.c|arch/riscv64/include/port_impl/pte\.h"
)
KINDS = (
    "account",  # a counter or a list says something else
    "authority",  # a right, a capability, an owner is not asked for
    "bound",  # off by one, a limit, saturation
    "error",  # the wrong error, the wrong order, the wrong second result
    "fence",  # flushes and fences, and what must wait for them
    "guard",  # a check is gone
    "order",  # who comes first, who runs
    "result",  # the right effect, the wrong answer
    "scrub",  # old bytes stay
    "wait",  # who waits for whom, deadlines, signals
)


class ListError(Exception):
    """Something in the list is wrong; one line that says what."""


class Fault:
    """One fault, and where it is written down."""

    def __init__(self, source, table):
        unknown = sorted(table.keys() - KEYS)
        missing = sorted(NEEDED - table.keys())
        self.name = table.get("name", "(no name)")
        place = f"{source}: {self.name}: "
        if unknown or missing:
            words = [f"unknown key {key}" for key in unknown] + [f"no {key}" for key in missing]
            raise ListError(place + ", ".join(words))
        for key, value in table.items():
            if not isinstance(value, str) or (not value.strip() and key != "new"):
                raise ListError(place + f"{key} must be a text")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.name):
            raise ListError(place + "a name is words of a-z and 0-9 with - between them")
        if table["kind"] not in KINDS:
            raise ListError(place + f"no kind {table['kind']}: there are {', '.join(KINDS)}")
        if not PLACES.fullmatch(table["file"]):
            raise ListError(place + f"{table['file']} is not of the core")
        self.area = os.path.splitext(os.path.basename(source))[0]
        self.source = source
        self.kind = table["kind"]
        self.file = table["file"]
        self.within = table.get("in")
        self.old, self.new = table["old"], table["new"]
        self.what = table["what"]
        self.survives = table.get("survives")

    def apply(self, text):
        """The text of its file with the fault in it; ListError if it does not apply exactly once
        or changes no code."""
        begin, end = function_span(text, self.within) if self.within else (0, len(text))
        if begin is None:
            raise ListError(f"{self.source}: {self.name}: no function {self.within} in {self.file}")
        found = list(pattern(self.old).finditer(text, begin, end))
        if len(found) != 1:
            where = f"{self.within} of {self.file}" if self.within else self.file
            raise ListError(f"{self.source}: {self.name}: old stands {len(found)} times in {where}")
        new = self.new
        changed = text[: found[0].start()] + new + text[found[0].end() :]
        if tokens(changed) == tokens(text):
            raise ListError(f"{self.source}: {self.name}: changes no code")
        return changed

    def function(self, text):
        """The function or macro that it stands in, or None."""
        if self.within:
            return self.within
        found = pattern(self.old).search(text)
        for name, begin, end in definitions(text):
            if found and begin <= found.start() < end:
                return name
        return None


def pattern(old):
    """Matches the words of `old` with any white space between them, so that a change of layout
    does not matter."""
    return re.compile(r"\s+".join(re.escape(word) for word in old.split()))


def tokens(text):
    return csource.strip_comments(text).split()


DEFINITION = re.compile(r"^(?![ \t#/*}])[^;{}=#]*?\b(\w+)\((?:[^;{}()]|\([^()]*\))*\)\s*\n\{.*?^\}",
                        re.MULTILINE | re.DOTALL)
MACRO = re.compile(r"^#define (\w+)(?:[^\n]*\\\n)*[^\n]*\n", re.MULTILINE)


def definitions(text):
    """(name, begin, end) of each function and macro, from its first line on."""
    for found in list(DEFINITION.finditer(text)) + list(MACRO.finditer(text)):
        yield found.group(1), found.start(), found.end()


def function_span(text, name):
    spans = [(begin, end) for known, begin, end in definitions(text) if known == name]
    return spans[0] if len(spans) == 1 else (None, None)


def load():
    """All faults, in the order of the files."""
    found, seen = [], {}
    for path in csource.files(FOLDER, (".toml",)):
        try:
            tables = tomllib.loads(csource.read(path))
        except tomllib.TOMLDecodeError as error:
            raise ListError(f"{path}: {error}") from None
        if tables.keys() != {"fault"}:
            raise ListError(f"{path}: must hold [[fault]] tables and nothing else")
        for table in tables["fault"]:
            fault = Fault(path, table)
            if fault.name in seen:
                raise ListError(f"{path}: {fault.name} stands in {seen[fault.name]}, too")
            seen[fault.name] = path
            found.append(fault)
    if not found:
        raise ListError(f"no faults in {FOLDER}")
    return found


def check(faults):
    """What is wrong with the list: a line each."""
    wrong = []
    for fault in faults:
        try:
            fault.apply(csource.read(fault.file))
        except FileNotFoundError:
            wrong.append(f"{fault.source}: {fault.name}: no file {fault.file}")
        except ListError as error:
            wrong.append(str(error))
    return wrong
