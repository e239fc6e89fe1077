#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines and branches the tests run: tests/coverage.py BUILD FILE.md [--list]

BUILD was made with --coverage, and its tests have run ("make coverage").  The figures of each room
are written into FILE.md, between the lines "<!-- figures -->" and "<!-- end -->".  With --list the
branches that were not taken are printed too, as FILE:LINE: how many of how many, and the line.

A branch is one way out of a condition; what the compiler makes of a line in several places (an
inline function) counts as one.
"""

import collections
import json
import os
import subprocess
import sys


class Source:
    """Lines and branches of a file, over all objects that have code of it."""

    def __init__(self):
        self.lines = collections.Counter()
        self.branches = collections.defaultdict(dict)  # line: {number: taken}

    def add(self, line):
        number = line["line_number"]
        self.lines[number] += line["count"]
        for i, branch in enumerate(line["branches"]):
            if not branch["throw"]:
                taken = self.branches[number]
                taken[i] = taken.get(i, 0) + branch["count"]

    def counts(self):
        """(lines run, lines, branches taken, branches)"""
        taken = [n for branches in self.branches.values() for n in branches.values()]
        return (sum(1 for n in self.lines.values() if n), len(self.lines),
                sum(1 for n in taken if n), len(taken))


def gcov(path):
    """The parsed output of gcov for one object."""
    directory, name = os.path.split(os.path.abspath(path))
    done = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", name],
                          cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False)
    for line in done.stdout.splitlines():
        if line.startswith(b"{"):
            yield json.loads(line)


def measure(build):
    """{file: Source} of lib/ and cmd/."""
    sources = collections.defaultdict(Source)
    for directory, _, names in os.walk(build):
        for name in names:
            if not name.endswith(".gcno"):
                continue
            for output in gcov(f"{directory}/{name}"):
                for file in output["files"]:
                    path = os.path.relpath(os.path.join(output["current_working_directory"],
                                                        file["file"]))
                    if path.startswith(("lib/", "cmd/")):
                        for line in file["lines"]:
                            sources[path].add(line)
    return sources


def room_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def percent(part, whole):
    return f"{100 * part / whole:.1f}" if whole else "-"


def row(name, counts):
    run, lines, taken, branches = counts
    return (f"| {name} | {lines} | {percent(run, lines)} | {branches} | "
            f"{percent(taken, branches)} |")


def add(sums, counts):
    return [a + b for a, b in zip(sums, counts)]


def table(sources):
    rooms, total = {}, [0] * 4
    for path, source in sources.items():
        counts = source.counts()
        rooms[room_of(path)] = add(rooms.get(room_of(path), [0] * 4), counts)
        total = add(total, counts)
    text = ["| room | lines | run, % | branches | taken, % |", "|---|---:|---:|---:|---:|"]
    text += [row(room, counts) for room, counts in sorted(rooms.items())]
    text += [row("all", total), "", "Files with less than 85 % of their branches:", "",
             "| file | lines | run, % | branches | taken, % |", "|---|---:|---:|---:|---:|"]
    for path, source in sorted(sources.items()):
        counts = source.counts()
        if counts[3] and 100 * counts[2] < 85 * counts[3]:
            text.append(row(path, counts))
    return text


def list_missing(sources):
    for path, source in sorted(sources.items()):
        with open(path, encoding="utf-8") as file:
            text = file.read().splitlines()
        for number, branches in sorted(source.branches.items()):
            missing = sum(1 for n in branches.values() if not n)
            if missing:
                print(f"{path}:{number}: {missing} of {len(branches)}: {text[number - 1].strip()}")


def main(argv):
    if len(argv) < 3:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    sources = measure(argv[1])
    with open(argv[2], encoding="utf-8") as file:
        before, _, rest = file.read().partition("<!-- figures -->\n")
    after = rest.partition("<!-- end -->")[2]
    with open(argv[2], "w", encoding="utf-8") as file:
        file.write(before + "<!-- figures -->\n" + "\n".join(table(sources)) + "\n<!-- end -->" +
                   after)
    if "--list" in argv:
        list_missing(sources)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
