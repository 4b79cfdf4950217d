#!/usr/bin/env python3
"""How tools/coverage names what gcov counts: a program with each form of condition, of which one
way each is taken. And what becomes of reasons for gaps. Prints TAP."""

import importlib.machinery
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
# the function's body with its arguments a, b, c; the arguments; what never happens, line by line
FORMS = [
    ("if (a)\n\treturn 1;\nreturn 2;", "1, 0, 0", ["false"]),
    ("if (!a)\n\treturn 1;\nreturn 2;", "1, 0, 0", ["true"]),
    ("if (a != b)\n\treturn 1;\nreturn 2;", "1, 1, 0", ["true"]),
    ("if (a && b)\n\treturn 1;\nreturn 2;", "1, 1, 0", ["a: false, b: false"]),
    ("if (a && b)\n\treturn 1;\nreturn 2;", "0, 1, 0", ["a: true, b: true, b: false"]),
    ("if (a || b)\n\treturn 1;\nreturn 2;", "1, 0, 0", ["a: false, b: true, b: false"]),
    ("if (a || b)\n\treturn 1;\nreturn 2;", "0, 0, 0", ["a: true, b: true"]),
    ("if (!a && !b)\n\treturn 1;\nreturn 2;", "0, 0, 0", ["!a: false, !b: false"]),
    ("if (a && (b || !c))\n\treturn 1;\nreturn 2;", "1, 0, 0", ["a: false, b: true, !c: false"]),
    ("if ((a && b) || c)\n\treturn 1;\nreturn 2;", "1, 0, 1", ["a: false, b: true, c: false"]),
    ("if ((a || b) && c)\n\treturn 1;\nreturn 2;", "0, 1, 1", ["a: true, b: false, c: false"]),
    ("if (a &&\n    b)\n\treturn 1;\nreturn 2;", "1, 0, 0", ["a: false, b: true"]),
    ("if (a == 1 &&\n    (b == 2 ||\n     c == 3))\n\treturn 1;\nreturn 2;", "1, 0, 3",
     ["condition 1 of 2 here: ends here, condition 2 of 2 here: ends here",
      "condition 1 of 1 here: ends here"]),
    ("if (!(a && b))\n\treturn 1;\nreturn 2;", "1, 1, 0",
     ["condition 1 of 2 here: ends here, condition 2 of 2 here: goes on"]),
    ("return a && b;", "1, 1, 0", ["a: false, b: false"]),
    ("return a || b;", "0, 1, 0", ["a: true, b: false"]),
    ("return a ? b : c;", "1, 1, 0", ["false"]),
    ("return a || b ? 3 : 4;", "0, 1, 0", ["a: true, b: false"]),
    ("return a ?: 7;", "1, 0, 0", ["false"]),
    ("while (a != 0)\n\treturn 1;\nreturn 2;", "1, 0, 0", ["false"]),
    ("while (a > 0)\n\ta--;\nreturn 2;", "0, 0, 0", ["true"]),
    ("for (int i = 0; i < a; i++)\n\tb++;\nreturn b;", "0, 0, 0", ["true"]),
    ("for (int i = 0; i < a && b; i++)\n\tc++;\nreturn c;", "1, 1, 0", ["b: false"]),
    ("do\n\ta--;\nwhile (a > 0);\nreturn 2;", "1, 0, 0", ["true"]),
    ("switch (a) {\ncase 1: return 5;\ncase 2: return 6;\ndefault: return 7;\n}", "1, 0, 0",
     ["way 2 of 3, way 3 of 3"]),
]


def load():
    path = os.path.join(ROOT, "tools/coverage")
    loader = importlib.machinery.SourceFileLoader("coverage", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("coverage", loader))
    sys.modules["coverage"] = module
    loader.exec_module(module)
    return module


def never_in(coverage, folder, number, body, arguments):
    """Builds and runs one form; what the tool says of its lines."""
    folder = os.path.join(folder, str(number))
    os.mkdir(folder)
    lines = ["int form(int a, int b, int c);", "int form(int a, int b, int c)", "{",
             *body.split("\n"), "}", f"int main(void) {{ form({arguments}); return 0; }}"]
    with open(os.path.join(folder, "form.c"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    subprocess.run(["gcc", "-O0", "--coverage", "-c", "form.c"], cwd=folder, check=True)
    subprocess.run(["gcc", "--coverage", "form.o", "-o", "form"], cwd=folder, check=True)
    subprocess.run(["./form"], cwd=folder, check=True)
    text = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities",
                           "form.gcno"], cwd=folder, check=True, capture_output=True).stdout
    found = coverage.File("form.c")
    coverage.add(found, json.loads(text)["files"][0])
    named = [coverage.ways(lines, number, line.branches)
             for (number, _), line in sorted(found.lines.items()) if line.branches]
    return [", ".join(ways) for ways in named if ways]


def reasons_are_used_once(coverage):
    gaps = [coverage.Gap("f", number, "g", "if (a)", never)
            for number, never in ((1, "true"), (9, "true"), (5, "false"))]
    entry = {"file": "f", "function": "g", "line": "if (a)", "never": "true", "reason": "a\nb"}
    left = coverage.explain(gaps, [entry, dict(entry, line="if (b)")])
    return [gap.reason for gap in gaps] == ["a b", None, None] and \
        [e["line"] for e in left] == ["if (b)"]


def main():
    coverage = load()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (body, arguments, wanted) in enumerate(FORMS, 1):
            got = never_in(coverage, folder, number, body, arguments)
            good = got == wanted
            failed += not good
            print(f"{'' if good else 'not '}ok {number} - {' '.join(body.split())}")
            if not good:
                print(f"# wanted {wanted}, got {got}")
    good = reasons_are_used_once(coverage)
    failed += not good
    print(f"{'' if good else 'not '}ok {len(FORMS) + 1} - a reason is for one gap")
    print(f"1..{len(FORMS) + 1}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
