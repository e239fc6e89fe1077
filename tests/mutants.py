#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks that the tests hold what the code promises: changes one line, expects a test to fail.

usage: tests/mutants.py BUILD [LIST...]

Reads tests/mutants/*.txt (or the lists given), one entry a change:

    lib/guest/dma_iommu.c: test_queue
    # the promise that the change breaks
    -c->flush_started }
    +c->flush_finished }

The text after '-' must stand exactly once in the file, so that the list follows the code; with
several '-' lines, these lines one after another (their indentation does not matter).  The suite
named in the first line (a unit test, or a script of tests/) must fail with the change.  An entry
with a line "survives: why" is expected not to be noticed, for the reason given.

BUILD holds the unchanged objects and tests, made by "make mutants".  For each entry one object is
compiled, and the suite's program linked and run.  COMPILE, COMPILE_CMD, LINK and LINK_PROGRAM are
the commands; JOBS is how many entries are tried at once, SAMPLE=N tries one entry in N.

Exits with 1 if a change is not noticed, an entry does not fit the code, or a suite fails as it is.
"""

import collections
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import time

TIMEOUT = 300  # seconds for one suite: what hangs has failed

Mutant = collections.namedtuple("Mutant", "where file suite promise old new survives")


class ListError(Exception):
    pass


def parse(path):
    """The entries of a list."""
    entries, block = [], []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate([*lines, "\n"], 1):
            line = line.rstrip("\n")
            if line.strip():
                block.append((number, line))
            elif block:
                if not all(text.startswith("#") for _, text in block):
                    entries.append(entry(path, block))
                block = []
    return entries


def entry(path, block):
    where = f"{path}:{block[0][0]}"
    file, _, suite = block[0][1].partition(": ")
    found = {"-": [], "+": [], "#": [], "s": []}
    for _, text in block[1:]:
        kind = "s" if text.startswith("survives: ") else text[0]
        if kind not in found:
            raise ListError(f"{where}: cannot read {text!r}")
        found[kind].append(text[1:].strip() if kind != "s" else text)
    if not found["-"] or not found["+"] or not suite or not found["#"]:
        raise ListError(f"{where}: needs a file, a suite, a promise, '-' and '+'")
    return Mutant(where, file, suite.strip(), " ".join(found["#"]), found["-"],
                  "\n".join(found["+"]), bool(found["s"]))


def mutate(mutant):
    """The changed text of the file."""
    try:
        with open(mutant.file, encoding="utf-8") as source:
            text = source.read()
    except OSError as error:
        raise ListError(f"{mutant.where}: {mutant.file}: {error.strerror}") from error
    places = list(re.finditer(r"\s*\n\s*".join(re.escape(line) for line in mutant.old), text))
    if len(places) != 1:
        raise ListError(f"{mutant.where}: {mutant.file} has {' '.join(mutant.old)!r} "
                        f"{len(places)} times, not once")
    return text[:places[0].start()] + mutant.new + text[places[0].end():]


def run(command, **options):
    """(exit status, output); a status of None: it took too long."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=False, **options)
    except subprocess.TimeoutExpired:
        return None, b""
    return done.returncode, done.stdout


class Builder:
    """Links suites with changed objects, in a directory for each worker."""

    def __init__(self, build, scratch):
        self.build = build
        self.scratch = scratch
        self.lib = self.objects("lib")
        self.cmd = self.objects("cmd")
        self.tests = {os.path.basename(t)[:-2]: t
                      for t in self.sources("tests") if os.path.basename(t).startswith("test_")}
        self.lock = threading.Lock()
        self.test_objects = {}

    @staticmethod
    def sources(room):
        return sorted(glob.glob(f"{room}/**/*.c", recursive=True))

    def objects(self, room):
        objects = {s: f"{self.build}/{s[:-2]}.o" for s in self.sources(room)}
        if room == "cmd":
            objects["assets"] = f"{self.build}/cmd/page/assets.o"
        return {s: o for s, o in objects.items() if os.path.exists(o)}

    def compile(self, source, where, target, to_cmd=False):
        command = shlex.split(os.environ["COMPILE_CMD" if to_cmd else "COMPILE"])
        # For quoted includes alone: a header may have the name of one of the system.
        return run([*command, "-iquote", os.path.dirname(where), "-c", "-o", target, source])

    def test_object(self, suite):
        with self.lock:
            if suite not in self.test_objects:
                source = self.tests[suite]
                target = f"{self.scratch}/{suite}.o"
                status, output = self.compile(source, source, target)
                if status:
                    raise ListError(f"{source} does not compile:\n{output.decode()}")
                self.test_objects[suite] = target
        return self.test_objects[suite]

    def dependents(self, header):
        """Sources that include a header, by the compiler's own list."""
        found = []
        for room in (self.lib, self.cmd):
            for source, target in room.items():
                try:
                    with open(target[:-2] + ".d", encoding="utf-8") as deps:
                        if header in deps.read().replace("\\\n", " ").split():
                            found.append(source)
                except OSError:
                    pass
        return found

    def changed_objects(self, mutant, directory):
        """{source: changed object}, or None if the change does not compile."""
        text = mutate(mutant)
        if mutant.file.endswith(".h"):
            return self.changed_header(mutant, text, directory)
        source, target = f"{directory}/mutant.c", f"{directory}/mutant.o"
        with open(source, "w", encoding="utf-8") as out:
            out.write(text)
        status, _ = self.compile(source, mutant.file, target, mutant.file.startswith("cmd/"))
        return None if status else {mutant.file: target}

    def changed_header(self, mutant, text, directory):
        """The header's copy lies in a directory that is looked into first."""
        root = f"{directory}/include"
        for base in ("lib/include", "lib", "cmd", "tests"):
            if mutant.file.startswith(base + "/"):
                path = f"{root}/{mutant.file[len(base) + 1:]}"
                break
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        changed = {}
        sources = self.dependents(mutant.file)
        if mutant.suite in self.tests:
            sources.append(self.tests[mutant.suite])
        for number, source in enumerate(sources):
            target = f"{directory}/mutant{number}.o"
            command = shlex.split(os.environ["COMPILE_CMD" if source.startswith("cmd/")
                                             else "COMPILE"])
            status, _ = run([command[0], f"-I{root}", *command[1:], "-c", "-o", target, source])
            if status:
                os.remove(path)
                return None
            changed[source] = target
        os.remove(path)
        return changed

    def suite(self, suite, changed, directory):
        """The command and environment that run a suite with the changed objects."""
        lib = [changed.get(s, o) for s, o in self.lib.items()]
        if suite in self.tests:
            program = f"{directory}/{suite}"
            test = changed.get(self.tests[suite]) or self.test_object(suite)
            command = [*shlex.split(os.environ["LINK"].replace("@OUT@", program)
                                    .replace("@OBJECTS@", " ".join([test, *lib])))]
            status, output = run(command)
            if status:
                raise ListError(f"{suite} cannot be linked:\n{output.decode()}")
            return [program], dict(os.environ, BUILD=self.build)
        build = f"{directory}/build"
        if not os.path.isdir(build):
            os.mkdir(build)
            for name in os.listdir(self.build):
                if name != "iommu-replay":
                    os.symlink(os.path.abspath(f"{self.build}/{name}"), f"{build}/{name}")
        cmd = [changed.get(s, o) for s, o in self.cmd.items()]
        command = shlex.split(os.environ["LINK_PROGRAM"].replace("@OUT@", f"{build}/iommu-replay")
                              .replace("@OBJECTS@", " ".join([*cmd, *lib])))
        status, output = run(command)
        if status:
            raise ListError(f"the program cannot be linked:\n{output.decode()}")
        return ["sh", f"tests/{suite}"], dict(os.environ, BUILD=build)

    def check(self, suite, changed, directory):
        """Whether a suite passes with the changed objects."""
        command, environment = self.suite(suite, changed, directory)
        status, output = run(command, env=environment)
        if command[0] == "sh" and b"\nnot ok - " in b"\n" + output:
            return False
        return status == 0


class Outcome:
    def __init__(self):
        self.lock = threading.Lock()
        self.caught = self.argued = 0
        self.wrong = []

    def add(self, mutant, noticed):
        with self.lock:
            if noticed is None:
                self.wrong.append(f"{mutant.where}: the change does not compile")
            elif noticed and mutant.survives:
                self.wrong.append(f"{mutant.where}: {mutant.suite} notices what was said to survive")
            elif noticed:
                self.caught += 1
            elif mutant.survives:
                self.argued += 1
            else:
                self.wrong.append(f"{mutant.where}: {mutant.suite} does not notice: {mutant.promise}")


def in_parallel(jobs, items, work, scratch):
    """work(item, directory) for each item; the first failure is raised."""
    queue, errors, lock = collections.deque(items), [], threading.Lock()

    def worker(number):
        directory = f"{scratch}/{number}"
        os.makedirs(directory, exist_ok=True)
        while True:
            with lock:
                if not queue or errors:
                    return
                item = queue.popleft()
            try:
                work(item, directory)
            except Exception as error:  # pylint: disable=broad-except
                with lock:
                    errors.append(error)

    threads = [threading.Thread(target=worker, args=(n,)) for n in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def check_lists(mutants):
    """All that does not fit the code, at once."""
    stale = []
    for mutant in mutants:
        try:
            mutate(mutant)
        except ListError as error:
            stale.append(str(error))
    if stale:
        raise ListError("\n".join(stale))


def main(argv):
    if len(argv) < 2:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    jobs = int(os.environ.get("JOBS") or os.cpu_count() or 1)
    begin, outcome = time.monotonic(), Outcome()
    with tempfile.TemporaryDirectory(prefix="mutants") as scratch:
        try:
            mutants = [m for path in argv[2:] or sorted(glob.glob("tests/mutants/*.txt"))
                       for m in parse(path)]
            check_lists(mutants)
            mutants = mutants[::int(os.environ.get("SAMPLE") or 1)]
            builder, broken = Builder(argv[1], scratch), set()

            def sound(suite, directory):
                if suite not in builder.tests and not os.path.exists(f"tests/{suite}"):
                    raise ListError(f"there is no {suite}")
                if not builder.check(suite, {}, directory):
                    broken.add(suite)
                    outcome.wrong.append(f"{suite} fails without any change")

            def attempt(mutant, directory):
                if mutant.suite in broken:
                    return
                changed = builder.changed_objects(mutant, directory)
                noticed = None if changed is None else \
                    not builder.check(mutant.suite, changed, directory)
                outcome.add(mutant, noticed)
                if os.environ.get("VERBOSE"):
                    print(f"{mutant.where}: {mutant.suite}: "
                          f"{'noticed' if noticed else 'does not compile' if noticed is None else 'not noticed'}",
                          flush=True)

            in_parallel(jobs, sorted({m.suite for m in mutants}), sound, scratch)
            in_parallel(jobs, mutants, attempt, scratch)
        except ListError as error:
            print(error, file=sys.stderr)
            return 1
    for line in sorted(outcome.wrong):
        print(line)
    print(f"{len(mutants)} changes: {outcome.caught} caught, {outcome.argued} argued, "
          f"{len(outcome.wrong)} wrong, in {time.monotonic() - begin:.0f} s")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
