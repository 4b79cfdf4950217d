"""Engines that look for a fault, and the workshop that builds what they run. For tools/mutate.

The workshop (build-mutate/) holds a copy of the sources, built once without a fault (base/), and
one copy for each job, into which the faults go. A program with a fault is made of the base's
objects and of those that the changed file goes into, which are compiled again; it is linked as
Meson links it. What a program depends on is known from Ninja, so a verdict stays good as long as
none of that changes.
"""

import hashlib
import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

import csource
import faults

FOLDERS = ("arch", "kernel", "lib", "servers", "tests", "tools")
FILES = ("meson.build", "meson_options.txt")
NOT_COPIED = ("tests/mutate",)
TIME_LIMIT = (20, 5)  # seconds, and times as long as without a fault
FAILED = re.compile(r"^not ok \d+ (?:- )?(.*?)\s*$", re.MULTILINE)
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
CRASHES = (
    re.compile(r"host: (kernel panic: .*)"),
    re.compile(r"host: (no thread is ready|shutdown with status \d+)"),
    re.compile(r"ERROR: (AddressSanitizer: [\w-]+)"),
    re.compile(r"ERROR: (LeakSanitizer: [\w -]+)"),
    re.compile(r"(runtime error: .*)"),
)


class WorkshopError(Exception):
    """The workshop cannot go on; what it said."""


class Stopped(Exception):
    """The user interrupted."""


class Children:
    """The processes that run, so that an interruption ends them."""

    PACE = 1 if sys.stderr.isatty() else 10  # seconds between lines of progress

    def __init__(self):
        self.lock = threading.Lock()
        self.running = set()
        self.stopped = False

    def start(self, command, **options):
        with self.lock:
            if self.stopped:
                raise Stopped
            child = subprocess.Popen(command, start_new_session=True, **options)
            self.running.add(child)
        return child

    def end(self, child):
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        with self.lock:
            self.running.discard(child)
        if self.stopped:
            raise Stopped

    def stop(self):
        with self.lock:
            self.stopped = True
            for child in self.running:
                try:
                    os.killpg(child.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def call(self, command, cwd, limit=None):
        """Runs a command to its end: status, or None on a time-out; and all that it printed."""
        child = self.start(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, errors="replace")
        try:
            text, _ = child.communicate(timeout=limit)
            return child.returncode, text
        except subprocess.TimeoutExpired:
            return None, ""
        finally:
            self.end(child)

    def watch(self, command, cwd, environment, limit, enough=None, saw=None):
        """As call, but with a terminal as its output, so that lines come as they are written; ends
        it when the pattern `enough` is found. saw: called at most once a second with a line."""
        ours, theirs = pty.openpty()
        child = None
        text, end, told = "", time.monotonic() + limit, time.monotonic()
        try:
            child = self.start(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
                               stdout=theirs, stderr=theirs)
            os.close(theirs)
            theirs = None
            while True:
                left = end - time.monotonic()
                if left <= 0:
                    return None, text
                if not select.select([ours], [], [], left)[0]:
                    continue
                try:
                    part = os.read(ours, 65536)
                except OSError:
                    part = b""  # its end of the terminal is closed
                if not part:
                    return child.wait(max(left, 1)), text
                text = text[-200000:] + part.decode(errors="replace").replace("\r", "\n")
                if saw is not None and time.monotonic() - told >= self.PACE:
                    told = time.monotonic()
                    saw(ESCAPES.sub("", text.strip().split("\n")[-1]))
                whole = text[: text.rfind("\n") + 1]
                if enough is not None and enough.search(whole):
                    return 1, text
        except subprocess.TimeoutExpired:
            return None, text
        finally:
            os.close(ours)
            if theirs is not None:
                os.close(theirs)
            if child is not None:
                self.end(child)


# --- copies of the sources -------------------------------------------------------------------


def copy_sources(root, target):
    """Makes `target` a copy of the sources below `root`; what is the same already is left alone."""
    wanted = set(FILES)
    for folder in FOLDERS:
        for base, folders, names in os.walk(os.path.join(root, folder)):
            inside = os.path.relpath(base, root)
            folders[:] = [f for f in folders if f != "__pycache__" and
                          os.path.join(inside, f) not in NOT_COPIED]
            wanted |= {os.path.join(inside, name) for name in names if not name.endswith(".pyc")}
    for base, _, names in os.walk(target):
        for name in names:
            path = os.path.join(base, name)
            if os.path.relpath(path, target) not in wanted:
                os.unlink(path)
    for path in sorted(wanted):
        source, copy = os.path.join(root, path), os.path.join(target, path)
        with open(source, "rb") as file:
            content = file.read()
        try:
            with open(copy, "rb") as file:
                if file.read() == content:
                    continue
        except FileNotFoundError:
            os.makedirs(os.path.dirname(copy), exist_ok=True)
        with open(copy, "wb") as file:
            file.write(content)
        shutil.copymode(source, copy)


class Program:
    """A program of the base's build: how it is run, and what it is made of."""

    def __init__(self, name, path, arguments=(), environment=None):
        self.name, self.path, self.arguments = name, path, list(arguments)
        self.environment = environment or {}
        self.objects = []  # paths in the build folder
        self.sources = set()  # paths in the tree
        self.key = ""  # of all of that
        self.seconds = None  # without a fault


# --- what a change of a header changes ---------------------------------------------------------
#
# Most files that include a changed header use nothing of what has changed. Whether one does is
# told from its preprocessed text: it does unless all that differs stands in static functions that
# nothing calls.

ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)")
WORD = re.compile(r"[A-Za-z_]\w*")


class Unit:
    """A preprocessed file: its functions by name, and all that is no function."""

    def __init__(self, text):
        self.functions, self.rest = {}, []
        head, body = [], None
        for line in text.split("\n"):
            if body is not None:
                body.append(line)
                if line.startswith("}"):
                    self.add(head, body)
                    head, body = [], None
            elif line == "{":
                body = []
            elif not line.strip() or line[-1] in ";}":
                self.rest += [*head, line]
                head = []
            else:
                head.append(line)
        self.rest += head

    def add(self, head, body):
        text = " ".join(head)
        found = re.search(r"(\w+)\s*\(", ATTRIBUTE.sub("", text))
        name = found.group(1) if found else text
        self.functions[name] = (text.startswith("static"), text, "\n".join(body))

    def reached(self):
        """The functions that are not static, that stand in a table, or that one of them calls."""
        left = [name for name, (static, _, _) in self.functions.items() if not static]
        left += WORD.findall("\n".join(self.rest))
        seen = set()
        while left:
            name = left.pop()
            if name in self.functions and name not in seen:
                seen.add(name)
                left += WORD.findall(self.functions[name][2])
        return seen

    def same_code(self, other):
        changed = {name for name in self.functions.keys() | other.functions.keys()
                   if self.functions.get(name) != other.functions.get(name)}
        return self.rest == other.rest and not changed & (self.reached() | other.reached())


class Workshop:
    """The base and the jobs' copies."""

    def __init__(self, jobs, children, say):
        self.root = os.path.join(csource.ROOT, "build-mutate")
        self.tree = os.path.join(self.root, "base", "tree")
        self.build = os.path.join(self.root, "base", "build")
        self.children = children
        self.say = say
        self.jobs = [Job(self, os.path.join(self.root, f"job{n}")) for n in range(jobs)]
        self.commands = {}
        self.units = {}  # object -> its Unit

    def run(self, command, what):
        status, text = self.children.call(command, csource.ROOT)
        if status != 0:
            raise WorkshopError(f"{text}{what}: failed with status {status}")
        return text

    def prepare(self):
        """Copies and configures; then `programs` can be asked."""
        copy_sources(csource.ROOT, self.tree)
        if not os.path.isfile(os.path.join(self.build, "build.ninja")):
            self.say("configuring")
            wipe = ["--wipe"] if os.path.isdir(os.path.join(self.build, "meson-private")) else []
            self.run(["meson", "setup", *wipe, "-Dunit_tests=enabled", self.build, self.tree],
                     "configuring")
        else:  # before it is asked what there is
            self.run(["ninja", "-C", self.build, "build.ninja"], "configuring")
        self.targets = json.loads(self.run(["meson", "introspect", "--targets", self.build], "meson"))
        self.tests = json.loads(self.run(["meson", "introspect", "--tests", self.build], "meson"))

    def unit_programs(self):
        """Those of cmocka: programs of this build that print TAP."""
        made = {target["filename"][0] for target in self.targets if target["type"] == "executable"}
        return [
            Program(test["name"], test["cmd"][0], test["cmd"][1:], test["env"])
            for test in self.tests
            if any(suite.split(":")[-1] == "unit" for suite in test["suite"])
            and test["protocol"] == "tap" and test["cmd"][0] in made
        ]

    def target_program(self, name, arguments):
        """The executable of that name, or None."""
        for target in self.targets:
            if target["name"] == name and target["type"] == "executable":
                return Program(name, target["filename"][0], arguments)
        return None

    def make(self, programs):
        """Builds the base, and learns what each program is made of."""
        wanted = [os.path.relpath(p.path, self.build) for p in programs]
        data = [os.path.relpath(t["filename"][0], self.build) for t in self.targets
                if t["type"] == "custom" and t["filename"][0].endswith(".dtb")]
        status, text = self.children.watch(["ninja", *wanted, *data], self.build, None, 3600,
                                           saw=lambda line: self.say(f"compiling {line}"))
        if status != 0:
            raise WorkshopError(f"{text}compiling: failed with status {status}")
        for edge in json.loads(self.run(["ninja", "-C", self.build, "-t", "compdb"], "ninja")):
            self.commands[edge["output"]] = edge["command"]
        self.learn_sources()
        cache_path = os.path.join(self.root, "base", "objects.json")
        cache = read_json(cache_path)
        for program in programs:
            self.learn_objects(program, cache)
        write_json(cache_path, cache)
        for job in self.jobs:
            job.prepare()

    def learn_sources(self):
        """Reads Ninja's record of what each object was compiled from."""
        self.sources_of = {}
        current = None
        for line in self.run(["ninja", "-C", self.build, "-t", "deps"], "ninja").splitlines():
            if line and not line.startswith(" "):
                current = self.sources_of.setdefault(line.split(":")[0], set())
            elif line:
                path = os.path.normpath(os.path.join(self.build, line.strip()))
                if path.startswith(self.tree + "/"):
                    current.add(os.path.relpath(path, self.tree))

    def learn_objects(self, program, cache):
        """Which objects the linker takes, members of archives among them: it says so itself."""
        inside = os.path.relpath(program.path, self.build)
        command = self.commands[inside]
        stamp = f"{os.stat(program.path).st_mtime_ns} {command}"
        known = cache.get(inside)
        if known is None or known["stamp"] != stamp:
            probe = shlex.split(command) + ["-Wl,--trace", "-o", os.path.join(self.root, "probe")]
            status, text = self.children.call(probe, self.build)
            if status != 0:
                raise WorkshopError(f"{text}linking {program.name}: failed with status {status}")
            objects = sorted({line for line in text.split("\n") if line in self.sources_of})
            known = cache[inside] = {"stamp": stamp, "objects": objects}
        program.objects = known["objects"]
        program.sources = set().union(*(self.sources_of[name] for name in program.objects))
        text = [command.replace(self.root, ""), json.dumps(program.arguments)]
        text += [self.commands[name].replace(self.root, "") for name in program.objects]
        text += [f"{source} {self.digest(source)}" for source in sorted(program.sources)]
        program.key = hashlib.sha256("\n".join(text).encode()).hexdigest()[:16]

    digests = {}

    def digest(self, source):
        if source not in self.digests:
            with open(os.path.join(self.tree, source), "rb") as file:
                self.digests[source] = hashlib.sha256(file.read()).hexdigest()
        return self.digests[source]

    def time_limit(self, program):
        return TIME_LIMIT[0] + TIME_LIMIT[1] * program.seconds

    def try_out(self, program, path, limit):
        """(verdict, by whom, seconds) of one run."""
        start = time.monotonic()
        environment = {**os.environ, **program.environment}
        status, text = self.children.watch([path, *program.arguments], self.build, environment,
                                           limit, FAILED)
        seconds, text = time.monotonic() - start, ESCAPES.sub("", text)
        if status is None:
            return "time-out", program.name, seconds
        if status == 0:
            return "missed", None, seconds
        return "caught", f"{program.name}: {reason(text, status)}", seconds


def reason(text, status):
    """What a program that failed says, in short."""
    for found in (FAILED.search(text), *(crash.search(text) for crash in CRASHES)):
        if found:
            return found.group(1)[:100]
    lines = [line.strip() for line in text.split("\n")
             if line.strip() and "again: " not in line]  # that is how to see it once more
    lines = [re.sub(r"^(\w+: )+", "", line) for line in lines]
    violated = [line for line in lines if re.search(r"\bI\d+\b", line)]
    return (violated or lines[-1:] or [f"status {status}"])[0][:100]


class Job:
    """A copy of the sources with at most one fault in it, and the objects made of that."""

    def __init__(self, workshop, root):
        self.workshop = workshop
        self.root = root
        self.tree, self.build = os.path.join(root, "tree"), os.path.join(root, "build")
        self.objects = {}

    def prepare(self):
        """The sources, and the headers that the build makes."""
        copy_sources(self.workshop.tree, self.tree)
        shutil.rmtree(self.build, ignore_errors=True)
        base = self.workshop.build
        for folder, _, names in os.walk(base):
            for name in names:
                if name.endswith(".h"):
                    copy = os.path.join(self.build, os.path.relpath(folder, base), name)
                    os.makedirs(os.path.dirname(copy), exist_ok=True)
                    shutil.copy(os.path.join(folder, name), copy)
        os.makedirs(os.path.join(self.build, "objects"), exist_ok=True)

    def put(self, path, text):
        self.path, self.kept = path, csource_of(self.workshop.tree, path)
        self.objects, self.changed = {}, {}
        with open(os.path.join(self.tree, path), "w", encoding="utf-8") as file:
            file.write(text)

    def restore(self):
        with open(os.path.join(self.tree, self.path), "w", encoding="utf-8") as file:
            file.write(self.kept)
        for name in os.listdir(os.path.join(self.build, "objects")):
            os.unlink(os.path.join(self.build, "objects", name))

    def compiler(self, name, root):
        """The command that made an object, without its output, for the sources below `root`."""
        command = []
        private = "-I" + os.path.dirname(name)  # of the target, with nothing in it
        words = iter(shlex.split(self.workshop.commands[name]))
        for word in words:
            if word in ("-MQ", "-MF", "-o"):
                next(words)
            elif word not in ("-MD", "-g", private):
                command.append(word.replace(os.path.dirname(self.workshop.tree), root))
        return command

    def unit(self, name, root):
        """The preprocessed text of an object's source below `root`, or None."""
        command = [w for w in self.compiler(name, root) if w != "-c"]
        status, text = self.workshop.children.call([*command, "-E", "-P"],
                                                   os.path.join(root, "build"))
        return Unit(text) if status == 0 else None

    def is_changed(self, name):
        """The fault changes this object."""
        if self.path not in self.workshop.sources_of[name]:
            return False
        if not self.path.endswith(".h"):
            return True
        if name not in self.changed:
            units = self.workshop.units
            if name not in units:
                units[name] = self.unit(name, os.path.dirname(self.workshop.tree))
            mine = self.unit(name, self.root)
            self.changed[name] = mine is None or not units[name].same_code(mine)
        return self.changed[name]

    def object(self, name):
        """Compiles one object again; its path, or None if it does not compile."""
        command = self.compiler(name, self.root)
        same = tuple(command)  # programs that share a source are compiled alike
        if same not in self.objects:
            output = os.path.join(self.build, "objects", f"{len(self.objects)}.o")
            status, text = self.workshop.children.call([*command, "-w", "-o", output], self.build)
            self.objects[same] = output if status == 0 else None
            self.said = text
        return self.objects[same]

    def link(self, program):
        """Makes the program with the fault: its path, or None if that does not compile, or ""
        if it is the same as without."""
        changed = {}
        for name in program.objects:
            if self.is_changed(name):
                changed[name] = self.object(name)
                if changed[name] is None:
                    return None
        if not changed:
            return ""
        command = []
        inside = os.path.relpath(program.path, self.workshop.build)
        output = os.path.join(self.build, "objects", "program")
        linked = shlex.split(self.workshop.commands[inside])
        members = [path for name, path in changed.items() if name not in linked]
        words = iter(linked)
        for word in words:
            if word == "-o":
                next(words)
                continue
            if word == "-Wl,--start-group" or word.endswith(".a"):
                command += members  # in front of the archives that have the old ones
                members = []
            command.append(changed.get(word, word))
        status, text = self.workshop.children.call([*command, "-o", output], self.workshop.build)
        if status != 0:
            self.said = text
            return None
        return output


def csource_of(tree, path):
    with open(os.path.join(tree, path), encoding="utf-8") as file:
        return file.read()


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def write_json(path, value):
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, sort_keys=True)
    os.replace(path + ".new", path)


# --- engines ---------------------------------------------------------------------------------
#
# An engine has a name, says in `absent` why it cannot be used (or None), and gives a verdict on
# one fault: caught, missed, time-out (which counts as caught), - (it does not look there), or does
# not compile.

SHORT_OF_TALK = ("frames", "objects", "pools", "spaces")  # areas of faults: all but threads


class Programs:
    """Programs that end with another status than 0 if they see something wrong."""

    def __init__(self, name, find, areas=None):
        self.name = name
        self.find = find  # the workshop -> programs
        self.areas = areas  # of faults that it can see; None: all
        self.programs = []
        self.absent = None
        self.seen = {}  # file -> program -> faults that it saw

    def prepare(self, workshop):
        self.workshop = workshop
        self.programs = self.find(workshop)
        if not self.programs:
            self.absent = f"this build has no program for {self.name}"

    def measure(self, cache):
        """Runs those that have something of the core without a fault, if that has not been done:
        they must pass."""
        self.programs = [p for p in self.programs if any(map(faults.PLACES.fullmatch, p.sources))]
        told = 0
        for number, program in enumerate(self.programs):
            known = cache.get(program.name)
            if known is None or known[0] != program.key:
                if time.monotonic() - told >= Children.PACE:
                    told = time.monotonic()
                    self.workshop.say(f"without a fault: {number} of {len(self.programs)}, "
                                      f"{program.name}")
                verdict, by, seconds = self.workshop.try_out(program, program.path, 600)
                if verdict != "missed":
                    raise WorkshopError(f"{by or program.name} fails without any fault")
                known = cache[program.name] = [program.key, seconds]
            program.seconds = known[1]

    def order(self, fault, last):
        """The programs that the fault can change; those likely to see it first: who saw it last
        time, who is named like the file, who has seen most faults of that file, who is fast."""
        stem = os.path.splitext(os.path.basename(fault.file))[0]
        learnt = (last.get("by") or "").split(":")[0]
        seen = self.seen.get(fault.file, {})
        return sorted((p for p in self.programs if fault.file in p.sources),
                      key=lambda p: (p.name != learnt, not stem.startswith(p.name),
                                     -seen.get(p.name, 0), p.seconds))

    def learn(self, file, verdict):
        """A fault of that file was judged so."""
        if verdict["verdict"] == "caught":
            name, seen = verdict["by"].split(":")[0], self.seen.setdefault(file, {})
            seen[name] = seen.get(name, 0) + 1

    def still_good(self, fault, last):
        """A verdict of an earlier run counts if no program that gave it has changed."""
        if self.areas and fault.area not in self.areas:
            return last.get("verdict") == "-"
        keys = {p.name: p.key for p in self.order(fault, {})}
        return (last.get("keys") is not None and
                all(keys.get(name) == key for name, key in last["keys"].items()) and
                (last["verdict"] != "missed" or last["keys"].keys() == keys.keys()))

    def judge(self, fault, job, last):
        keys, runs = {}, 0
        if self.areas and fault.area not in self.areas:
            return {"verdict": "-", "by": None, "keys": {}}
        for program in self.order(fault, last):
            keys[program.name] = program.key
            path = job.link(program)
            if path is None:
                return {"verdict": "does not compile", "by": job.said, "keys": None}
            if not path:
                continue
            runs += 1
            verdict, by, _ = self.workshop.try_out(program, path, self.workshop.time_limit(program))
            if verdict != "missed":
                return {"verdict": verdict, "by": by, "keys": {program.name: program.key}}
        return {"verdict": "missed" if runs else "-", "by": None, "keys": keys}


class Proof:
    """tools/prove on the tree with the fault: its function, or else its file."""

    name = "proof"
    LIMIT = 900

    def __init__(self):
        self.absent = None
        self.names = set()

    def prepare(self, workshop):
        self.workshop = workshop
        tool = os.path.join(workshop.tree, "tools/prove")
        if not os.access(tool, os.X_OK):
            self.absent = "there is no tools/prove"
            return
        status, text = workshop.children.call([tool, "--list"], workshop.tree, 120)
        if status != 0:
            raise WorkshopError(f"{text}tools/prove --list: status {status}")
        self.names = set(re.findall(r"[\w./-]*\w", text))
        digest = hashlib.sha256()
        for source in csource.files("kernel", (".c", ".h")) + ["tools/prove"]:
            digest.update(csource_of(workshop.tree, source).encode())
        self.key = digest.hexdigest()[:16]

    def measure(self, cache):
        pass

    def learn(self, file, verdict):
        pass

    def target(self, fault):
        function = fault.function(csource_of(self.workshop.tree, fault.file))
        return next((name for name in (function, fault.file) if name in self.names), None)

    def still_good(self, fault, last):
        return last.get("keys") == {self.target(fault) or "-": self.key}

    def judge(self, fault, job, last):
        target = self.target(fault)
        if target is None:
            return {"verdict": "-", "by": None, "keys": {"-": self.key}}
        command = [os.path.join(job.tree, "tools/prove"), "--only", target, "--jobs", "1"]
        status, text = self.workshop.children.call(command, job.tree, self.LIMIT)
        keys = {target: self.key}
        if status == 0:
            return {"verdict": "missed", "by": None, "keys": keys}
        if status is None:
            return {"verdict": "time-out", "by": target, "keys": keys}
        return {"verdict": "caught", "by": target, "keys": keys}


def one_program(name, target, *arguments, areas=None):
    """An engine that is one executable of the build."""

    def find(workshop):
        program = workshop.target_program(target, arguments)
        return [program] if program else []

    return Programs(name, find, areas)


def engines():
    """All engines, in the order in which they look. A new one is a line here."""
    return [
        Programs("unit", Workshop.unit_programs),
        one_program("explore", "explore", areas=SHORT_OF_TALK),
        one_program("random", "random", "--seed", "1", "--calls", "1500000"),
        Proof(),
    ]
