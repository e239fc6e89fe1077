#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The reader of trace.dat against an independent one, libtracecmd: the same
# events in the same order with the same fields.  Then damaged copies: each file
# cut at random places and with single bytes changed must end without a crash or
# hang (under the sanitizers in check-asan), and no cut may go unnoticed.

. tests/lib.sh

# Order across CPUs at equal times is each reader's own.
by_time_and_cpu() {
	sort -s -n -k1,1 -k2,2
}

for file in traces/*.dat; do
	name=$(basename "$file")
	if ! "$BUILD/tests/tool_tracecmd" "$file" >"$tmp/theirs" 2>"$tmp/err"; then
		skip "$name as libtracecmd reads it: libtracecmd cannot: $(head -n 1 "$tmp/err")"
		continue
	fi
	by_time_and_cpu <"$tmp/theirs" >"$tmp/theirs.sorted"
	# tool_tracecmd does not have the flushes of other IOMMUs.
	"$BUILD/tests/tool_events" "$file" 2>"$tmp/err" | grep -v '^[0-9]* [0-9]* [0-9]* flush:' |
		by_time_and_cpu >"$tmp/ours.sorted"
	check "$name as libtracecmd reads it: $(wc -l <"$tmp/theirs") events" \
		cmp -s "$tmp/theirs.sorted" "$tmp/ours.sorted"
done

# trace-cmd record -B lab -C mono leaves "local", the top-level clock, beside the buffer's name.
"$prog" info --quiet --format json traces/7.2-fq-mixed-instance.dat >"$tmp/json"
check "a buffer with a name has the clock that it was recorded with" \
	grep -q '"clock": "mono"' "$tmp/json"

# Metadata is most of what can be wrong.
changes=$(fewer 30 200)
for file in traces/*.dat; do
	check "$(basename "$file"), damaged: 50 cuts, $changes changed bytes" \
		"$BUILD/tests/tool_mutate" 1 50 "$changes" 20000 "$file" >"$tmp/out" 2>"$tmp/err"
	cat "$tmp/out"
done
