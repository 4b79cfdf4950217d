#!/usr/bin/env python3
"""Makes strange device trees: trees.py --qemu QEMU --dtc DTC OUTPUT...

Each begins as the tree of QEMU's own virt machine with 128 MiB and four harts, as source text, and
is edited. The name of an output, without its suffix, says what is strange about it.
"""

import argparse
import os
import re
import subprocess
import tempfile

MEMORY = re.compile(r"\tmemory@80000000 \{.*?\n\t\};\n", re.DOTALL)
CHOSEN = re.compile(r"\tchosen \{.*?\n\t\};\n", re.DOTALL)
TIMEBASE = re.compile(r"\t\ttimebase-frequency = .*\n")
HART_0 = re.compile(r"(\t\tcpu@0 \{.*?status = )\"okay\"", re.DOTALL)


def memory(reg):
    return f'\tmemory@80000000 {{\n\t\tdevice_type = "memory";\n\t\treg = <{reg}>;\n\t}};\n'


def chosen(text):
    return f'\tchosen {{\n\t\tstdout-path = "/soc/serial@10000000";\n{text}\t}};\n'


def initrd(start, end):
    return chosen(
        f"\t\tlinux,initrd-start = <0x00 {start}>;\n\t\tlinux,initrd-end = <0x00 {end}>;\n"
    )


def swap(pattern, text):
    """An edit that puts `text` where `pattern` was; it must have been there."""

    def edit(source):
        edited, count = pattern.subn(text.replace("\\", "\\\\"), source)
        if count != 1:
            raise SystemExit(f"trees.py: {pattern.pattern!r} occurs {count} times")
        return edited

    return edit


def add(text):
    """An edit that adds nodes to the root."""

    def edit(source):
        end = source.rindex("};")
        return source[:end] + text + source[end:]

    return edit


def controller(reg):
    return f"\tgpio@3000000 {{\n\t\treg = <{reg}>;\n\t\tinterrupt-controller;\n\t}};\n"


def nested(depth):
    return "a {\n" * depth + "};\n" * depth


RESERVED = """
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		hidden@82000000 { reg = <0x0 0x82000800 0x0 0x3000>; no-map; };
		plain@83000000 { reg = <0x0 0x83000000 0x0 0x200000>; };
		over@83100000 { reg = <0x0 0x83100000 0x0 0x180000>; no-map; };
		nowhere@0 { reg = <0x0 0x1000 0x0 0x1000>; };
		unplaced { size = <0x0 0x100000>; };
	};
"""

# The kernel has to describe 4 GiB, and may use 4 MiB beside the frames where QEMU puts the tree.
NO_ROOM = """
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		most@80600000 { reg = <0x0 0x80600000 0x0 0x7800000>; };
		rest@87e10000 { reg = <0x0 0x87e10000 0x0 0xf81f0000>; };
	};
"""

STRANGE = """
	memory@10000000000 {
		device_type = "memory";
		reg = <0x100 0x0 0x0 0x40000000>;
		status = "disabled";
	};
	nonsense { reg = <1 2 3>; compatible = ""; interrupts; };
	thing@ffffffff00000000 { compatible = "far,away"; reg = <0xffffffff 0x0 0x0 0x1000>; };
	thing@80100000 { compatible = "in,ram"; reg = <0x0 0x80100000 0x0 0x1000>; };
	thing@wrap { compatible = "wraps,round"; reg = <0xffffffff 0xfffff000 0x0 0x2000>; };
	thing@none { compatible = "no,size"; reg = <0x0 0x1000 0x0 0x0>; };
	intc@3000000 {
		compatible = "a,controller-that-is-not-enabled";
		reg = <0x0 0x3000800 0x0 0x1000>;
		interrupt-controller;
		status = "disabled";
	};
"""

TREES = {
    "four-harts": lambda s: s,
    "no-memory": swap(MEMORY, ""),
    "empty-memory": swap(MEMORY, memory("0 0x80000000 0 0")),
    "memory-wraps": swap(MEMORY, memory("0xffffffff 0xfffff000 0x0 0x2000")),
    "memory-cells": swap(MEMORY, memory("0x80000000 0x0 0x8000000")),
    "kernel-outside": swap(MEMORY, memory("0 0x84000000 0 0x4000000")),
    "no-room": lambda s: add(NO_ROOM)(swap(MEMORY, memory("0 0x80000000 1 0x0"))(s)),
    "banks": swap(MEMORY, memory("0 0x80000000 0 0x2000000 0 0x84001000 0 0x3fff000")),
    "banks-overlap": swap(
        MEMORY, memory("0 0x84000000 0 0x4000000 0 0x80000000 0 0x5000000 0 0x81000000 0 0x100000")
    ),
    "odd-memory": swap(MEMORY, memory("0 0x80000123 0 0x7fff0cd")),
    "reserved": add(RESERVED),
    "kernel-reserved": add(
        RESERVED.replace("0x82000800 0x0 0x3000", "0x80210000 0x0 0x1000")
    ),
    "tree-reserved": add(
        RESERVED.replace("0x82000800 0x0 0x3000", "0x87dff000 0x0 0x3000")
    ),
    "strange": add(STRANGE),
    "nested": add(nested(100)),
    "initrd-outside": swap(CHOSEN, initrd("0x90000000", "0x90010000")),
    "initrd-reversed": swap(CHOSEN, initrd("0x84000000", "0x83000000")),
    "initrd-in-kernel": swap(CHOSEN, initrd("0x80200000", "0x80201000")),
    "initrd-half": swap(CHOSEN, chosen("\t\tlinux,initrd-start = <0x00 0x84000000>;\n")),
    "initrd-empty": swap(CHOSEN, initrd("0x84000000", "0x84000000")),
    "zero-timebase": swap(TIMEBASE, "\t\ttimebase-frequency = <0>;\n"),
    "controller-cells": add(controller("0x3000000 0x0 0x1000")),
    "controller-wraps": add(controller("0xffffffff 0xfffff000 0x0 0x2000")),
    "no-hart-0": lambda s: HART_0.sub(lambda m: m.group(1) + '"disabled"', s, count=1),
}


def run(command, **options):
    done = subprocess.run(command, capture_output=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"trees.py: {' '.join(command)}:\n{done.stderr.decode()}")
    return done.stdout


def virt_source(qemu, dtc):
    with tempfile.TemporaryDirectory() as place:
        blob = os.path.join(place, "virt.dtb")
        machine = f"virt,dumpdtb={blob}"
        run([qemu, "-machine", machine, "-m", "128M", "-smp", "4", "-display", "none"])
        return run([dtc, "-q", "-I", "dtb", "-O", "dts", blob]).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qemu", default="qemu-system-riscv64")
    parser.add_argument("--dtc", default="dtc")
    parser.add_argument("outputs", nargs="*", metavar="OUTPUT")
    options = parser.parse_args()
    source = virt_source(options.qemu, options.dtc)
    for output in options.outputs:
        name = os.path.splitext(os.path.basename(output))[0]
        if name not in TREES:
            raise SystemExit(f"trees.py: no such tree: {name}")
        edited = TREES[name](source)
        compiler = [options.dtc, "-q", "-f", "-I", "dts", "-O", "dtb", "-o", output]
        run(compiler, input=edited.encode())


if __name__ == "__main__":
    main()
