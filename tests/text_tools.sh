#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Texts that the trace-cmd and perf of other Debian releases print from the recordings of
# traces/, against these recordings: what a new version prints differently is noticed here.
# scripts/lab/fetch downloads and unpacks the tools, and installs nothing.
#
# Without the network only those are used that are there already; FETCH=1, which scripts/test
# sets, gets the others.  SUITES names other releases.

. tests/lib.sh

events=$BUILD/tests/tool_events
suites=${SUITES:-trixie forky}	# stable and testing, November 2026
cache=${LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/iommu-replay-lab}
traces=${TRACES:-traces}

# compare TEXT: whether $tmp/ours is $tmp/theirs
compare() {
	if [ ! -s "$tmp/theirs" ]; then
		not_ok "$1: nothing to compare with"
	elif cmp -s "$tmp/theirs" "$tmp/ours"; then
		ok "$1 ($(wc -l <"$tmp/ours"))"
	else
		not_ok "$1"
		diff "$tmp/theirs" "$tmp/ours" | sed 's/^/# /' | head -n 10
	fi
}

# no_damage TEXT FILE
no_damage() {
	"$events" -s "$2" | grep '^damage ' >"$tmp/damage"
	check "$1: no damage" test ! -s "$tmp/damage"
}

# without_context: what only flags tell
without_context() {
	sed 's/ irq=1/ irq=0/'
}

# tracecmd SUITE TOOL FILE
tracecmd() {
	name="$1: ${3##*/}"
	"$events" "$3" >"$tmp/all"
	for options in "-t" "-t -l" "-t -R" "-t -l -R" "-t -R --ts-diff"; do
		# shellcheck disable=SC2086	# the loader and its options, and options
		$2trace-cmd report $options "$3" >"$tmp/text" 2>"$tmp/err"
		if [ "$(wc -l <"$tmp/text")" -lt 10 ]; then
			skip "$name: trace-cmd report $options does not read it"
			continue
		fi
		"$events" "$tmp/text" >"$tmp/ours"
		# Versions differ in which forms have flags.
		if grep -q ' irq=1' "$tmp/ours"; then
			cp "$tmp/all" "$tmp/theirs"
		else
			without_context <"$tmp/all" >"$tmp/theirs"
		fi
		compare "$name: trace-cmd report $options"
		no_damage "$name: trace-cmd report $options" "$tmp/text"
	done
}

# operations FILE: without what perf script does not print
operations() {
	"$prog" ops "$1" 2>"$tmp/err" | sed 's/ *irq$//; s/ *- *$//' | grep -v ' flush-timer '
}

# perfscript SUITE TOOL FILE
perfscript() {
	name="$1: ${3##*/}"
	operations "$3" >"$tmp/theirs"
	for options in "" "-F +misc" "-G -F +ip,+sym" "-G -F +ip,+sym,+dso,+symoff" "-F +period"; do
		# shellcheck disable=SC2086	# the same
		$2perf script --ns $options -i "$3" >"$tmp/text" 2>"$tmp/err"
		if [ "$(wc -l <"$tmp/text")" -lt 10 ]; then
			skip "$name: perf script $options does not read it: $(tail -n 1 "$tmp/err")"
			continue
		fi
		operations "$tmp/text" >"$tmp/ours"
		compare "$name: perf script --ns $options"
		no_damage "$name: perf script --ns $options" "$tmp/text"
	done
}

for suite in $suites; do
	if [ ! -d "$cache/tools/$suite-$(dpkg --print-architecture 2>/dev/null)" ] && [ -z "${FETCH-}" ]; then
		skip "$suite: its trace-cmd and perf are not there: scripts/lab/fetch tools $suite gets them"
		continue
	fi
	if ! tool=$(scripts/lab/fetch tools "$suite" 2>"$tmp/err"); then
		skip "$suite: $(tail -n 1 "$tmp/err")"
		continue
	fi
	for dat in 6.12-fq-twodev x86_64-6.12-lazy-randread-icount 7.2-fq-mixed-instance; do
		[ ! -e "$traces/$dat.dat" ] || tracecmd "$suite" "$tool" "$traces/$dat.dat"
	done
	for data in "$traces"/*.perf.data; do
		[ ! -e "$data" ] || perfscript "$suite" "$tool" "$data"
	done
done
