#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
stored_flips.py PROGRAM MANIFEST N DIRECTORY: flips one bit at a time of a file of
results, N of them, and of a report, two thirds of N, and reads what that makes.

results  batch --resume ends with the same results as if nothing had happened, or
         refuses the file; merge makes the same report, says something, or refuses
report   report --format json writes the same report, says something, or refuses;
         compare finds no difference, says something, or refuses

Anything else is a silent change: the exit status is 1.  SEED repeats a run.
"""
import os
import random
import subprocess
import sys

program, manifest, number, directory = sys.argv[1:]
number = int(number)
random.seed(int(os.environ.get("SEED", "1")))
silent = 0


def run(*args):
    done = subprocess.run([program, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 1, 2, 3):
        sys.exit(f"{args}: exit status {done.returncode}: {done.stderr!r}")
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def content(path):
    with open(path, "rb") as file:
        return file.read()


def flips(data, n):
    """n copies, with different bits flipped."""
    for bit in random.sample(range(8 * len(data)), min(n, 8 * len(data))):
        copy = bytearray(data)
        copy[bit // 8] ^= 1 << bit % 8
        yield bit, bytes(copy)


def judge(what, bit, tally, same, refused, said, path):
    global silent
    if refused and path not in said:
        outcome = "silent"      # an error that does not say which file
    elif refused:
        outcome = "refused"
    elif said:
        outcome = "said"
    else:
        outcome = "same" if same else "silent"
    if outcome == "silent":
        silent += 1
        print(f"{what}: bit {bit} (byte {bit // 8}): {said or 'not a word'}")
    tally[outcome] = tally.get(outcome, 0) + 1


def results():
    path, made = f"{directory}/flipped", f"{directory}/merged"
    run("batch", "--quiet", "--output", path, manifest)
    good = content(path)
    run("merge", "--format", "json", "--output", made, path)
    report = content(made)
    resumed, merged = {}, {}
    for bit, data in flips(good, number):
        with open(path, "wb") as file:
            file.write(data)
        status, out, said = run("merge", "--format", "json", "--output", made, path)
        judge("merge", bit, merged, status == 0 and content(made) == report, status != 0, said, path)
        status, out, said = run("batch", "--quiet", "--resume", "--output", path, manifest)
        judge("resume", bit, resumed, status == 0 and content(path) == good, status != 0, said, path)
    print(f"results, {min(number, 8 * len(good))} bits: merge {merged}, resume {resumed}")
    return report


def reports(good):
    base, path = f"{directory}/base", f"{directory}/flipped"
    with open(base, "wb") as file:
        file.write(good)
    read, compared = {}, {}
    for bit, data in flips(good, number * 2 // 3):
        with open(path, "wb") as file:
            file.write(data)
        status, out, said = run("report", "--format", "json", path)
        judge("report", bit, read, out == good, status != 0, said, path)
        status, out, said = run("compare", base, path)
        judge("compare", bit, compared, status == 0, status in (1, 2), said, path)
    print(f"report, {number * 2 // 3} bits: report {read}, compare {compared}")


reports(results())
sys.exit(silent != 0)
