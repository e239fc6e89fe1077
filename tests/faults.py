#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fault injection: the program's commands with the first allocation failing, then
the second, and so on until none fails any more; then each kind of system call.

	tests/faults.py [-q] [-l LIMIT] [-k allocations|calls] [-n NUMBER] [-v] BUILD [WORDS]

Allocations (and threads) fail in a preloaded library, fault_alloc.c; system
calls by way of strace.  At most LIMIT faults of a kind are tried of each command
(600; the first half of them one by one, the others spaced); -q and WORDS choose
among the commands, -n tries just one fault, -v shows all that is wrong, and the
stack of the allocation.

A fault may make no difference: then status, output and FILE are what they are
without one.  Else the exit status is 1, there is one line on standard error
that begins with the program's name, what was printed is the beginning of what
would have been, and FILE is as it was before.  Never is there a signal, a
sanitizer's report (which is how leaks show in BUILD of check-asan), a run of
over a minute, or another file left behind.

Prints a line for each command, as lib.sh says, and what went wrong behind it.
"""
import argparse
import gzip
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile

# Reports of a run that begins a minute later are the same.
os.environ.setdefault("SOURCE_DATE_EPOCH", "1732838400")
CORPUS = "fuzz/corpus/"
INPUTS = {
	"v6": CORPUS + "tracedat/6.12-fq-twodev.v6",
	"v7": CORPUS + "tracedat/6.12-fq-randread-tc331-zlib.repaired.v7-none",
	"v7-zstd": CORPUS + "tracedat/6.1-lazy-seqread.v7-zstd",
	"v7-zlib": CORPUS + "tracedat/6.12-fq-randread-tc331-zlib.repaired.v7-zlib",
	"lossy": CORPUS + "tracedat/6.12-lazy-randread-lossy.v7-zstd",
	"perf": CORPUS + "perfdata/6.12-lazy-mixed-perf",
	"perf-g": CORPUS + "perfdata/6.12-fq-randread-perf-g",
	"perf-z": CORPUS + "perfdata/6.12-lazy-randread-perfz",
	"perf-pipe": CORPUS + "perfdata/6.12-lazy-randread-perfpipe",
	"text": CORPUS + "text/6.12-fq-mixed-text",
	"perf-script": CORPUS + "text/6.12-lazy-mixed-perf.perfscript",
}
FILE, BASELINE, PIPE = "@FILE", "@BASELINE", "@PIPE"
BASE = "@"	# a file that main() makes

# Every command with every format; every reader; standard input.
COMMANDS = [["run", "-j1", "-f", f, INPUTS["v7-zstd"]] for f in ("table", "json", "csv", "md")]
COMMANDS += [["run", "-j2", "--strategy", "strict,legacy,fq-flush", "-o", FILE, INPUTS["v7"]]]
COMMANDS += [["run", "-j1", "--strategy", "strict", "-f", "json", "-o", FILE, INPUTS["lossy"], INPUTS["text"]]]
COMMANDS += [["run", "-j1", "--strategy", "sync-map-retry", "--hypervisor", "kvm:entry-limit=8", "--hypervisor", "zvm", "--hypervisor", "lpar",
	      "-f", "csv", INPUTS["v7-zstd"]]]
COMMANDS += [["ops", "-f", f, INPUTS[i]] for i in INPUTS for f in ("text", "json")[:1 + (i == "v6")]]
COMMANDS += [["ops", "-o", FILE, INPUTS["text"]]]
COMMANDS += [["ops", "--device", "0002:00:00.0", INPUTS["v6"]]]
COMMANDS += [["info", "-f", f, INPUTS[i]] for i in INPUTS for f in ("table", "json")]
COMMANDS += [["info", "--strict-input", INPUTS["lossy"]]]
COMMANDS += [["verify", "-o", FILE, INPUTS["v7"]]]
COMMANDS += [["info", "-o", FILE, PIPE + INPUTS[i], "-"] for i in ("v6", "perf-pipe", "text")]
COMMANDS += [["verify", "-f", f, INPUTS["v7"]] for f in ("table", "json", "csv", "md")]
COMMANDS += [["verify", INPUTS["v7-zstd"]]]
COMMANDS += [["compare", "-f", f, BASELINE, BASELINE + "2"] for f in ("table", "json", "csv", "md")]
COMMANDS += [["compare", "-o", FILE, "--fail-if", "rpcit.total>+5%", BASELINE, BASELINE + "2"]]
COMMANDS += [["list", "-f", f, what] for f in ("table", "json")
	     for what in ("strategies", "hypervisors", "events")]
EVENTS = "scripts/events/iommu-map.json"
COMMANDS += [["info", "--sites", "-f", f, INPUTS["perf-g"]] for f in ("table", "json")]
COMMANDS += [["run", "-j1", "--by-site", "--strategy", "strict", "-f", f, INPUTS["perf-g"]]
	     for f in ("table", "csv")]
COMMANDS += [["report", "-f", f, BASELINE] for f in ("table", "json", "csv", "md", "svg", "html")]
COMMANDS += [["report", "-f", "html", "-o", FILE, BASELINE]]
COMMANDS += [["run", "-j1", "--strategy", "fq-flush", "--perfetto", FILE, INPUTS["v7"]],
	     ["run", "-j1", "--strategy", "fq-flush", "--timeline", "-f", "html", INPUTS["v7"]]]
COMMANDS += [["ops", "--events", EVENTS, INPUTS[i]] for i in ("v6", "text")]
COMMANDS += [["list", "--events", EVENTS, "events"]]
SWEEP = ["sweep", "-j1", "--strategy", "strict,fq-flush", "--vary", "entry-limit=1:4", INPUTS["v7"]]
COMMANDS += [SWEEP + ["-f", f] for f in ("table", "json", "csv", "md", "html")]
COMMANDS += [SWEEP + ["-o", FILE]]
COMMANDS += [["list", "-o", FILE, "strategies"], ["--version"], ["run", "--help"]]
REPORTS = ("run-sites", "run-timeline", "run-devices", "verify", "info")
COMMANDS += [["report", "-f", f, CORPUS + "report/" + r] for r in REPORTS for f in ("table", "json", "html")]
COMMANDS += [["compare", "-f", "table", CORPUS + "report/" + r, CORPUS + "report/" + r] for r in REPORTS[:4]]
LOGGED = ["--log", "traces/faults/vtd-console.dmesg.txt", BASE + "logged"]
COMMANDS += [["faults", "-f", f] + LOGGED for f in ("table", "json", "csv", "md", "html")]
PACKED = [BASE + "log.gz", BASE + "report.gz", BASE + "kallsyms.gz"]
COMMANDS += [["faults", "--log", PACKED[0], BASE + "logged"], ["report", PACKED[1]],
	     ["info", "--sites", "--kallsyms", PACKED[2], INPUTS["perf-g"]]]
COMMANDS += [["run", "-j1", "--strategy", "strict"] + LOGGED]
COMMANDS += [["run", "-j2", "--load", "closed", "--strategy", "strict,lazy", "-f", f, BASE + "load"] for f in ("table", "json")]
COMMANDS += [["run", "-j1", "--strategy", "strict,fq-flush", "--hypervisor", "kvm:entry-limit=4", "--explain", "--by", "comm",
	      "-f", f, INPUTS["text"]] for f in ("table", "json", "md")]
COMMANDS += [["run", "-j1", "--strategy", "strict,legacy", "--devices", "3", INPUTS["v7"]],
	     ["run", "-j1", "--strategy", "lazy", "--iommu", "virtio", "--hypervisor", "vfio:entry-limit=4", INPUTS["text"]],
	     ["run", "-j1", "--strategy", "strict", "--time-window", "0:1ms", INPUTS["text"]]]
COMMANDS += [["merge", "-f", f, BASE + "cells"] for f in ("jsonl", "table", "json", "html")]

# Calls, and what they fail with.  The disk may be full, a descriptor bad, a name gone.
SYSCALLS = {call: error for calls, error in (
	("open openat", "EMFILE"), ("read pread64", "EIO"), ("write pwrite64", "ENOSPC"),
	("close fsync unlink unlinkat", "EIO"), ("lseek ioctl fcntl rt_sigaction umask", "EINVAL"),
	("stat fstat lstat newfstatat statx access faccessat faccessat2", "EACCES"),
	("readlink readlinkat rename renameat renameat2", "EACCES"), ("fchmod", "EPERM"),
) for call in calls.split()}


class Run:
	"""One run of the program: what it printed, wrote and left behind."""

	def __init__(self, command, prefix=(), env=None, count=False):
		for name in os.listdir(room):
			os.unlink(f"{room}/{name}")
		with open(f"{room}/out", "w") as file:
			file.write("old\n")
		arguments = list(prefix) + [program]
		stdin = subprocess.DEVNULL
		for word in command:
			if word.startswith(PIPE):
				with open(word[len(PIPE):], "rb") as file:
					stdin = feed(file.read())
			elif word == FILE:
				arguments.append(f"{room}/out")
			elif word.startswith(BASE):
				arguments.append(f"{base}/{word[1:]}")
			else:
				arguments.append(word)
		full = dict(environment, **(env or {}))
		if prefix:	# a tracer: LeakSanitizer cannot be one, too
			full["ASAN_OPTIONS"] = full.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
		reader = writer = None
		if count:
			reader, writer = os.pipe()
			full["FAULT_COUNT"] = str(writer)
		with open(f"{base}/stdout", "w+b") as out, open(f"{base}/stderr", "w+b") as err:
			try:
				self.status = subprocess.run(arguments, stdin=stdin, stdout=out, stderr=err,
							     env=full, timeout=60, check=False,
							     pass_fds=[writer] if count else []).returncode
			except subprocess.TimeoutExpired:
				self.status = "over a minute"
			out.seek(0)
			err.seek(0)
			self.out, self.err = out.read(), err.read()
		if stdin != subprocess.DEVNULL:
			os.close(stdin)
		if count:
			os.close(writer)
			with os.fdopen(reader) as file:
				self.calls = int(file.read() or 0)
		with open(f"{room}/out", "rb") as file:
			self.file = file.read()
		self.left = sorted(os.listdir(room))

	def same(self, good):
		return (self.status == good.status and self.out == good.out and
			self.file == good.file and self.left == good.left)

	def wrong(self, good, unlink=False):
		"""What is wrong with this outcome of a fault, or None."""
		lines = self.err.decode(errors="replace").splitlines()
		if self.same(good):
			return None
		# The dynamic linker itself needed what failed.
		if self.status == 127 and b"error while loading shared libraries" in self.err:
			return None
		# So did the sanitizers, for themselves.
		if b"Sanitizer: CHECK failed" in self.err:
			return None
		if self.status != 1:
			return f"exit status {self.status}"
		# Warnings that come anyway, and that FILE is not there now, are no further errors.
		warnings = good.err.decode(errors="replace").splitlines()
		lines = [line for line in lines if line not in warnings and not line.endswith(": not written")]
		if len(lines) != 1:
			return f"{len(lines)} lines of messages"
		if not lines[0].startswith("iommu-replay: "):
			return "a message without the program's name"
		if not good.out.startswith(self.out):
			return "other output than without the fault"
		# Of two files, the first may be complete when the second one fails.
		if self.file not in (b"old\n", good.file):
			return "FILE was changed"
		if self.left != ["out"] and not unlink:
			return f"left behind: {self.left}"
		return None


def feed(content):
	"""The reading end of a pipe with this content, which must fit into it."""
	reader, writer = os.pipe()
	os.write(writer, content)
	os.close(writer)
	return reader


def sample(number, limit):
	"""1 to number: all, or the first ones and then spaced to the last; a few are all spaced."""
	first = 0 if limit < 100 else min(limit // 2, number)
	rest = min(limit - first, number - first)
	return list(range(1, first + 1)) + [first + (number - first) * (i + 1) // rest for i in range(rest)]


class Command:
	def __init__(self, command):
		self.command = command
		self.name = " ".join(word.replace(CORPUS, "") for word in command)
		self.runs = self.same = 0
		self.bad = []

	def judge(self, run, fault, unlink=False, again=None):
		self.runs += 1
		self.same += run.same(self.good)
		wrong = run.wrong(self.good, unlink)
		if wrong:
			stack = again() if options.verbose and again else b""
			self.bad.append((f"{fault}: {wrong}", (run.err + stack).decode(errors="replace")))

	def allocations(self, numbers):
		preload = {"LD_PRELOAD": os.path.abspath(f"{build}/tests/fault_alloc.so")}
		self.good = Run(self.command, env=preload, count=True)
		if not self.good.calls or self.good.status in (1, 2):
			self.bad.append(("cannot be run", self.good.err.decode(errors="replace")))
		for at in numbers or sample(self.good.calls, options.limit):
			env = dict(preload, FAULT_AT=str(at))
			show = dict(env, FAULT_SHOW="1")
			self.judge(Run(self.command, env=env), f"allocation {at}",
				   again=lambda e=show: Run(self.command, env=e).err)

	def syscalls(self, numbers):
		log = f"{base}/strace"
		strace = ["strace", "-f", "-qq", "-o", log, "-e"]
		# Not every machine has all of them.
		self.good = Run(self.command, prefix=strace + ["trace=" + ",".join("?" + c for c in SYSCALLS)])
		counts = {}
		with open(log, encoding="ascii", errors="replace") as file:
			for line in file:
				call = re.match(r"\d+ +(\w+)\(", line)
				if call:
					counts[call[1]] = counts.get(call[1], 0) + 1
		for call, count in counts.items():
			for at in numbers or sample(count, options.limit):
				inject = f"inject={call}:error={SYSCALLS[call]}:when={at}"
				self.judge(Run(self.command, prefix=strace + ["trace=" + call, "-e", inject]),
					   f"{call} {at}", call.startswith("unlink"))

	def report(self, kind):
		if self.bad:
			print(f"not ok - {kind}, {self.name}: {len(self.bad)} of {self.runs} faults")
			for what, messages in self.bad[:None if options.verbose else 5]:
				print(f"# {what}")
				for line in messages.splitlines()[:40 if options.verbose else 6]:
					print(f"#	{line}")
		else:
			print(f"ok - {kind}, {self.name}: {self.runs} faults, "
			      f"{self.runs - self.same} refused, {self.same} made no difference")
		sys.stdout.flush()


def can_trace():
	return bool(shutil.which("strace")) and subprocess.run(
		["strace", "-qq", "-o", "/dev/null", "true"], check=False,
		stderr=subprocess.DEVNULL).returncode == 0


def main():
	wanted = [c for c in map(Command, COMMANDS) if all(w in c.name for w in options.words)]
	if options.quick:
		wanted = [c for c in wanted if FILE in c.command or c.command[0] == "ops"]
	total = [0, 0]
	trace = can_trace()

	if not wanted:
		sys.exit("no such command")
	for name, limit in (("BASELINE", "65535"), ("BASELINE2", "8")):
		with open(f"{base}/{name}", "wb") as file:
			file.write(Run(["run", "-j1", "-f", "json", "--hypervisor", f"kvm:entry-limit={limit}",
					INPUTS["v7"]]).out)
	subprocess.run([program, "batch", "-q", "-j1", "-o", f"{base}/cells", INPUTS["v7"], INPUTS["text"]], check=True)
	with open(f"{base}/load", "wb") as file:
		file.write(subprocess.check_output([sys.executable, "tests/time.py", "qd8", "lazy", "operations=20"]))
	with open("traces/faults/vtd-console.txt", "rb") as whole, open(f"{base}/logged", "wb") as file:
		file.write(whole.read()[:12000])
	for name, plain in (("log", LOGGED[1]), ("report", f"{base}/BASELINE"), ("kallsyms", "traces/6.12-fq-mixed-perf-g.kallsyms")):
		with open(plain, "rb") as whole, gzip.open(f"{base}/{name}.gz", "wb") as file:
			file.write(whole.read())
	for command in wanted:
		if options.kind in ("all", "allocations"):
			command.allocations(options.number)
			command.report("allocations")
			total = [total[0] + command.runs, total[1] + len(command.bad)]
	for command in wanted:
		if not trace or options.kind not in ("all", "calls"):
			continue
		command.runs, command.same, command.bad = 0, 0, []
		command.syscalls(options.number)
		command.report("system calls")
		total = [total[0] + command.runs, total[1] + len(command.bad)]
	if not trace and options.kind in ("all", "calls"):
		print("skip - system calls that fail: strace is not there, or may not trace")
	print(f"# {total[0]} faults, {total[1]} wrong")
	return total[1] != 0


parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
parser.add_argument("-n", "--number", type=int, action="append", help="only this fault (repeatable)")
parser.add_argument("-l", "--limit", type=int, default=600)
parser.add_argument("-k", "--kind", choices=("all", "allocations", "calls"), default="all")
parser.add_argument("-q", "--quick", action="store_true", help="each reader and each command once")
parser.add_argument("-v", "--verbose", action="store_true", help="all that is wrong, with the stacks")
parser.add_argument("build")
parser.add_argument("words", nargs="*")
options = parser.parse_args()
os.chdir(os.path.dirname(os.path.abspath(__file__)) + "/..")
build = options.build
program = os.path.abspath(f"{build}/iommu-replay")
# Loading a locale, glibc loses memory when it gets no more of it.
environment = {"PATH": os.environ["PATH"], "LC_ALL": "C",
	       "SOURCE_DATE_EPOCH": os.environ["SOURCE_DATE_EPOCH"],
	       # ASan wants to be first, and the preloaded library is.
	       "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=1:allocator_may_return_null=1",
	       "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
with tempfile.TemporaryDirectory() as base:
	room = f"{base}/room"
	os.mkdir(room)
	status = main()
sys.exit(status)
