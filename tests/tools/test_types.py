#!/usr/bin/env python3
"""Frame numbers and virtual addresses cannot be mixed: compiles what must not compile. Prints TAP.

The arguments are a compiler's command line.
"""

import argparse
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
SOURCE = """#include "types.h"
uint64_t of_frame(pfn_t f);
uint64_t of_address(vaddr_t va);
uint64_t mix(pfn_t f, vaddr_t va, uint64_t n)
{
\treturn EXPRESSION;
}
"""
# expression: whether it must compile
EXPRESSIONS = {
    "of_frame(f) + of_address(va)": True,
    "of_frame(pfn(n)) + of_address(vaddr(n))": True,
    "of_frame(va)": False,
    "of_address(f)": False,
    "of_frame(n)": False,
    "of_address(n)": False,
    "f + n": False,
    "va": False,
}


FOLDERS = ("kernel", "kernel/include", "arch/riscv64/include")


def compiles(command, expression):
    folders = [word for folder in FOLDERS for word in ("-I", os.path.join(ROOT, folder))]
    done = subprocess.run(
        command + ["-ffreestanding", "-fsyntax-only", *folders, "-x", "c", "-"],
        input=SOURCE.replace("EXPRESSION", expression),
        capture_output=True,
        text=True,
    )
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(prog="test_types", description=__doc__, allow_abbrev=False)
    parser.add_argument("compiler", nargs="+", metavar="WORD")
    command = parser.parse_args().compiler
    failed = 0
    for number, (expression, wanted) in enumerate(EXPRESSIONS.items(), 1):
        good = compiles(command, expression) == wanted
        failed += not good
        print(f"{'' if good else 'not '}ok {number} - `{expression}`"
              f" {'compiles' if wanted else 'does not compile'}")
    print(f"1..{len(EXPRESSIONS)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
