# SPDX-License-Identifier: GPL-2.0-or-later
#
# Of scripts/accuracy: Markdown from three tables, which have a line for each recording: why it
# is off, its verification with all simulated, and that with timer and latency as recorded.

function load(to,    i, file) {
	file = $1
	sub(/.*\//, "", file)
	for (i = 2; i <= NF; i++)
		to[file, names[i]] = $i
	return file
}

function off(got, want) { return got == want ? "-" : sprintf("%+d", got - want) }

function totals(file,    i, want, simulated, given) {
	for (i = 1; i <= keys; i++) {
		want = S[file, "verify.recorded." key[i]]
		simulated = S[file, "verify.predicted." key[i]]
		given = R[file, "verify.predicted." key[i]]
		if (want == "-" || (!want && !simulated && !given))
			continue
		if (simulated != want || given != want)
			differs = 1
		print "| " key[i] " | " want " | " simulated " | " off(simulated, want) " | " given " | " \
			off(given, want) " |"
	}
}

# How many were alike before the first difference; the pair that differs is counted, too.
function sequence(t, file) {
	if (t[file, "verify.sequence.same"] == "true")
		return "all alike"
	differs = 1
	return "differ, at " t[file, "verify.sequence.compared"]
}

function iovas(t, file) { return t[file, "verify.iova.equal"] }

function section(file,    limit, cpus) {
	limit = S[file, "parameters.entry_limit"]
	cpus = S[file, "parameters.cpus"]
	differs = 0
	print "\n## " file "\n"
	print S[file, "strategy"] " on " S[file, "hypervisor"] (limit == "-" ? "" : \
		", " limit " mappings") ", " cpus " CPU" (cpus == 1 ? "" : "s") ": " shows[file] ".\n"
	print "| | recorded | simulated | off | timer and latency recorded | off |"
	print "| --- | ---: | ---: | ---: | ---: | ---: |"
	totals(file)
	print "| one by one | | " sequence(S, file) " | | " sequence(R, file) " | |"
	if (S[file, "verify.iova.compared"])
		print "| equal IOVAs | " S[file, "verify.iova.compared"] " | " iovas(S, file) " | | " \
			iovas(R, file) " | |"
	if (differs)
		print "\nWhy: " (why[file] == "-" ? "not known yet." : why[file])
}

BEGIN {
	columns_of = split(columns, names, " ")
	keys = split("total global ranged insufficient map_failed iova_exhausted queue_full " \
		"queue_timeout", key, " ")
}
FNR == 1 { table++ }
table == 1 { shows[$1] = $2; why[$1] = $3 }
table == 2 { files[++nr] = load(S) }
table == 3 { load(R) }
END {
	print "# Accuracy\n"
	print "What `iommu-replay verify` predicts for each recording in this folder, and what the"
	print "recorded machine did. \"Simulated\" is from the maps and unmaps alone; then with"
	print "`--timer recorded --flush-latency recorded`. RPCITs (VT-d: flushes) are compared one by"
	print "one up to the first difference. The allocator's state before a recording is not known,"
	print "so IOVAs may differ without consequence; how many are equal is given."
	print "\nWritten by `make accuracy`; a test compares it with a fresh run."
	for (i = 1; i <= nr; i++)
		section(files[i])
}
