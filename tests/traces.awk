# SPDX-License-Identifier: GPL-2.0-or-later
#
# Of tests/traces.sh: judges three tables, which have a line for each recording: its truth, its
# verification with all simulated, and that with timer and latency as recorded.

function load(line, to, names, from,    n, i, field, file) {
	n = split(line, field, "\t")
	file = field[1]
	if (from)
		sub(from, "", file)
	for (i = 2; i <= n; i++)
		to[file, names[i]] = field[i]
	return file
}
function known(value) { return value != "" && value != "-" }
function abs(x) { return x < 0 ? -x : x }
function say(good, file, text) { print (good ? "ok - " : "not ok - ") file ": " text }

# Equal, unless one of them is not known.
function equal(file, what, got, want) {
	if (known(got) && known(want))
		say(got + 0 == want + 0, file, what ": " got ", " want " counted")
}

function within(file, what, got, want, number, percent,    allowed) {
	if (!known(got) || !known(want))
		return
	allowed = want * percent / 100
	if (allowed < number)
		allowed = number
	say(abs(got - want) <= allowed, file, what ": " got " predicted, " want " recorded")
}

# All totals, at most @off each.
function all_totals(file, mode, t, off,    i, bad, got, want) {
	bad = ""
	for (i = 1; i <= keys; i++) {
		got = t[file, "verify.predicted." key[i]]
		want = t[file, "verify.recorded." key[i]]
		if (known(want) && abs(got - want) > off)
			bad = bad " " key[i] " " got " of " want
	}
	say(bad == "", file, mode ": all totals equal" (off ? ", or off by " off : "") bad)
}

# Figures that others give in bytes.
function pages(file, key, bytes) {
	return known(T[file, bytes]) ? T[file, bytes] / 4096 : T[file, key]
}

# A network card goes on while the kernel's counters are read, at both ends.
function counted(file, what, got, want) {
	if (file ~ /e1000e|igb/)
		within(file, what, got, want, 4, 0)
	else
		equal(file, what, got, want)
}

function operations(file, s) {
	counted(file, "maps", s[file, "recording.operations.map"], T[file, "sync_map_rpcits"])
	counted(file, "pages mapped", s[file, "recording.operations.map_pages"],
		pages(file, "pages_mapped", "maps_bytes"))
	# Return probes miss unmaps when too many are under way; the kernel counted those, too.
	if (file ~ /retprobes/)
		return
	counted(file, "pages unmapped", s[file, "recording.operations.unmap_pages"],
		pages(file, "pages_unmapped", "unmap_bytes"))
}

function recorded(file, s) {
	equal(file, "RPCITs", s[file, "verify.recorded.total"], T[file, "rpcit_total"])
	equal(file, "global ones", s[file, "verify.recorded.global"], T[file, "rpcit_global"])
	equal(file, "ranged ones", s[file, "verify.recorded.ranged"], T[file, "rpcit_ranged"])
	equal(file, "insufficient", s[file, "verify.recorded.insufficient"],
		T[file, "rpcit_insufficient"])
	equal(file, "failed maps", s[file, "verify.recorded.map_failed"], T[file, "map_failed"])
	equal(file, "no IOVA", s[file, "verify.recorded.iova_exhausted"], T[file, "iova_exhausted"])
	equal(file, "queue full", s[file, "verify.recorded.queue_full"], T[file, "flush_all_full"])
	equal(file, "queue timeout", s[file, "verify.recorded.queue_timeout"],
		T[file, "flush_all_timer"])
}

# The totals of one mode: RPCITs within @percent, at least 2; shortages within @short percent, at
# least @few.
function near(file, mode, s, percent, short, few) {
	within(file, mode " total", s[file, "verify.predicted.total"],
		s[file, "verify.recorded.total"], 2, percent)
	within(file, mode " insufficient", s[file, "verify.predicted.insufficient"],
		s[file, "verify.recorded.insufficient"], few, short)
	# Which attempt fails depends on who comes first; how many run short hardly does.
	within(file, mode " map_failed", s[file, "verify.predicted.map_failed"],
		s[file, "verify.recorded.map_failed"],
		few + s[file, "verify.recorded.insufficient"] / 10, short)
}

# When a busy host runs the guest's timers cannot be foreseen: with the recorded ones it is right.
function is_right_with_recorded(file,    got, want, allowed) {
	got = R[file, "verify.predicted.insufficient"]
	want = R[file, "verify.recorded.insufficient"]
	allowed = want * 5 / 100 < 3 ? 3 : want * 5 / 100
	return known(got) && abs(got - want) <= allowed
}

function bounds(file,    one, tens) {
	one = T[file, "cpus"] == 1
	near(file, "simulated:", S, one ? 0.1 : 0.4,
		one ? 2 : is_right_with_recorded(file) ? 30 : 15, one ? 3 : 5)
	near(file, "recorded:", R, one ? 0.05 : 0.1, one ? 1 : 5, one ? 2 : 3)
	within(file, "iova_exhausted", S[file, "verify.predicted.iova_exhausted"],
		S[file, "verify.recorded.iova_exhausted"], 0, 2)
	if (file ~ /repaired/)
		return
	# The kernel counts global RPCITs without those of a retry: what is left is the timer.
	tens = S[file, "recording.duration_ns"] / 1e10
	within(file, "timer flushes", S[file, "rpcit.by_cause.queue_timeout"],
		T[file, "kernel_global_rpcits"], 1 + tens, 0)
}

# With a busy host's timers (busy=1), more, if it is right with the recorded ones.
function timer_percent(file) {
	return busy && R[file, "verify.predicted.total"] == R[file, "verify.recorded.total"] ? 40 : 10
}

function vtd(file) {
	within(file, "queue_timeout", S[file, "verify.predicted.queue_timeout"],
		S[file, "verify.recorded.queue_timeout"], 0, timer_percent(file))
	within(file, "queue_full", S[file, "verify.predicted.queue_full"],
		S[file, "verify.recorded.queue_full"], 2, 10)
	# Two CPUs found their rings full at once, and both flushed; in a replay without
	# latency the first flush empties the ring of the second.
	all_totals(file, "timer recorded", R,
		file ~ /6\.12-lazy-randread-icount-iova\.dat$/ ? 1 : 0)
}

# Over a short time a few timers more or less are many percent of them.
function viommu(file) {
	within(file, "queue_timeout", S[file, "verify.predicted.queue_timeout"],
		S[file, "verify.recorded.queue_timeout"], 3, timer_percent(file))
	within(file, "queue_full", S[file, "verify.predicted.queue_full"],
		S[file, "verify.recorded.queue_full"], 2, 10)
	all_totals(file, "timer recorded", R, 0)
}

# The commands that an emulated IOMMU served, by its own count.  A timer that a probe missed is
# not in the recording.
function served(file, kind, figure) {
	within(file, "invalidations that QEMU served, " kind, R[file, "invalidations." figure],
		T[file, "served_" kind], T[file, "missed_hits"] + 0, 0)
}

function all_served(file) {
	served(file, "page", "by_kind.page")
	served(file, "range", "by_kind.range")
	served(file, "domain", "by_kind.domain")
	served(file, "all", "by_kind.all")
	served(file, "map", "by_cause.sync_map")
	served(file, "unmap", "by_cause.sync")
	served(file, "any", "total")
}

function judge(file,    strict) {
	strict = T[file, "strategy"] ~ /strict/
	if (!known(S[file, "verify.predicted.total"])) {
		say(0, file, "is verified")
		return
	}
	if (S[file, "recording.complete"] != "true") {
		print "skip - " file ": predictions: events were lost"
		return
	}
	if (file ~ /lifecycle/) {
		print "skip - " file ": predictions: its domain changed from lazy to strict and back"
		return
	}
	if (file ~ /-kprobe\.dat$/) {
		# The probe missed some; the kernel did not.
		operations(file, S)
		equal(file, "RPCITs that the kernel counted", S[file, "verify.predicted.total"],
			T[file, "rpcit_total"])
		return
	}
	# Of these the manifest has the truth of another recording.
	if (file !~ /repaired/) {
		operations(file, S)
		recorded(file, S)
	}
	all_served(file)
	if (T[file, "cpus"] == 1)
		all_totals(file, "timer and latency recorded", R, 0)
	# With hundreds of shortages, which of two maps runs short first may be an interrupt's
	# doing that fell into an RPCIT.
	if (T[file, "cpus"] == 1 && T[file, "rpcit_insufficient"] < 100)
		say(R[file, "verify.sequence.same"] == "true", file,
			"timer and latency recorded: the RPCITs one by one, too")
	if (strict)
		all_totals(file, "simulated", S, T[file, "missed_hits"] + 0)
	else if (S[file, "hypervisor"] == "lpar")
		vtd(file)
	else if (S[file, "hypervisor"] == "vfio" || S[file, "hypervisor"] == "hardware")
		viommu(file)
	else
		bounds(file)
}

BEGIN {
	split("file " truth, truth_names, " ")
	split(columns, column_names, " ")
	keys = split("total global ranged insufficient map_failed iova_exhausted queue_full " \
		"queue_timeout", key, " ")
}
FNR == 1 { table++ }
table == 1 && $1 ~ /\.dat$/ {
	file = $1
	# A file in two entries: the first is the one that verify takes.
	if (!((file, "cpus") in T)) {
		files[++nr] = load($0, T, truth_names, "")
	}
}
table == 2 { load($0, S, column_names, "^" dir "/") }
table == 3 { load($0, R, column_names, "^" dir "/") }
END {
	for (i = 1; i <= nr; i++)
		judge(files[i])
}
