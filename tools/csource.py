"""Reads C and assembly sources as text: comments out, includes found. For the lint tools."""

import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

# Strings are matched so that comment marks inside them do not count.
_TOKENS = re.compile(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*', re.DOTALL)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def strip_comments(text):
    """The text without comments; line numbers stay as they are."""

    def blank(found):
        token = found.group(0)
        return token if token.startswith('"') else " " + "\n" * token.count("\n")

    return _TOKENS.sub(blank, text)


def includes(text):
    """(line number, name, is quoted) of each include, in order."""
    text = strip_comments(text)
    return [
        (text.count("\n", 0, found.start(1)) + 1, found.group(2), found.group(1) == '"')
        for found in _INCLUDE.finditer(text)
    ]


def files(directory, endings):
    """Paths below a directory of the project, relative to its root, sorted."""
    found = []
    for base, folders, names in os.walk(os.path.join(ROOT, directory)):
        folders.sort()
        found += [
            os.path.relpath(os.path.join(base, name), ROOT)
            for name in sorted(names)
            if name.endswith(endings)
        ]
    return found
