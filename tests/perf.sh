#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# perf.data recordings against perf script: the same events, in the same order,
# with the same times, CPUs and fields.  The recordings are those of traces/, and
# of the directory PERF_RECORDINGS and its sub-directories.

. tests/lib.sh

# The fields that both know, one event a line: time cpu pid kind numbers.
# Hexadecimal numbers lose their leading zeros.
perf_events() {
	perf script -i "$1" -F tid,cpu,time,event,trace --ns 2>"$tmp/err" |
	awk '
	function hex(s) { sub(/^[a-z_]*=/, "", s); sub(/^0x/, "", s); sub(/^0+/, "", s)
			  return s == "" ? "0" : s }
	function dec(s) { sub(/^[a-z_]*=/, "", s); return sprintf("%x", s) }
	/^ *[0-9]/ {
		cpu = $2; gsub(/[^0-9]/, "", cpu)
		time = $3; gsub(/[^0-9]/, "", time); sub(/^0+/, "", time)
		at = time " " cpu + 0 " " $1
		if ($4 == "iommu:map:")
			print at, "map", hex($6), dec($10), hex($9)
		else if ($4 == "iommu:unmap:")
			print at, "unmap", hex($6), dec($10), 0
		else if ($4 ~ /:rpcit:$/)
			print at, "rpcit", hex($7), hex($8), hex($6)
		else if ($4 ~ /:rpcit_ret:$/)
			print at, "rpcit_ret", dec($8)
	}'
}

our_events() {
	"$BUILD/tests/tool_events" "$1" |
	awk '
	function value(s) { sub(/^[a-z_]*=/, "", s); return s }
	$4 == "map" || $4 == "unmap" { print $1, $2, $3, $4, value($5), value($6), value($7) }
	$4 == "rpcit" { print $1, $2, $3, $4, value($5), value($6), value($8) }
	$4 == "rpcit_ret" { print $1, $2, $3, $4, sprintf("%x", value($9)) }'
}

# The text does not say whether a CPU was in an interrupt.
without_context() {
	sed 's/ *irq$//; s/ *- *$//' | grep -v ' flush-timer '
}

# Other times than the event's: since the first event, or since the one before.
texts() {
	perf script -i "$tmp/perf.data" --ns >"$tmp/absolute" 2>"$tmp/err"
	perf script -i "$tmp/perf.data" --ns --reltime >"$tmp/relative" 2>"$tmp/err"
	perf script -i "$tmp/perf.data" --ns --deltatime >"$tmp/delta" 2>"$tmp/err"
	if [ ! -s "$tmp/delta" ]; then
		skip "$1: texts of perf script: this perf does not print them"
		return
	fi
	"$BUILD/tests/tool_events" "$tmp/absolute" | cut -d ' ' -f 2- >"$tmp/theirs"
	"$BUILD/tests/tool_events" "$tmp/relative" | cut -d ' ' -f 2- >"$tmp/ours"
	check "$1: the same events with --reltime" cmp -s "$tmp/theirs" "$tmp/ours"
	"$prog" ops "$tmp/perf.data" 2>"$tmp/err" | without_context >"$tmp/theirs"
	"$prog" ops "$tmp/absolute" 2>"$tmp/err" | without_context >"$tmp/ours"
	check "$1: the $(wc -l <"$tmp/ours") operations of its text" cmp -s "$tmp/theirs" "$tmp/ours"
	exits "$1: differences of times are refused" 1 info "$tmp/delta"
	says "$1: and what to do is said" "without --deltatime"
}

compare() {
	name=${1##*/}
	if ! "$BUILD/tests/tool_perf128" "$1" "$tmp/perf.data"; then
		not_ok "$name: attributes of 128 bytes"
		return
	fi
	perf_events "$tmp/perf.data" >"$tmp/theirs"
	our_events "$1" >"$tmp/ours"
	if [ ! -s "$tmp/theirs" ]; then
		skip "$name against perf script: this perf does not read it"
	elif cmp -s "$tmp/theirs" "$tmp/ours"; then
		ok "$name: the $(wc -l <"$tmp/ours") events of perf script"
	else
		not_ok "$name: other events than perf script's"
		diff "$tmp/theirs" "$tmp/ours" | sed 's/^/# /' | head -n 10
	fi
	our_events "$tmp/perf.data" >"$tmp/theirs"
	check "$name: the size of attributes makes no difference" cmp -s "$tmp/theirs" "$tmp/ours"
	"$BUILD/tests/tool_events" - <"$1" >"$tmp/ours"
	"$BUILD/tests/tool_events" "$1" >"$tmp/theirs"
	check "$name: the same from standard input" cmp -s "$tmp/ours" "$tmp/theirs"
	# shellcheck disable=SC2002	# a pipe, not a file
	cat "$1" | "$BUILD/tests/tool_events" - >"$tmp/ours"
	check "$name: and through a pipe" cmp -s "$tmp/ours" "$tmp/theirs"
	texts "$name"
}

if ! command -v perf >/dev/null; then
	skip "perf script: perf is not installed"
	exit 0
fi
none=true
recordings=${PERF_RECORDINGS:-../shared/recordings}
for file in traces/*.perf.data "$recordings"/*.perf.data "$recordings"/*/*.perf.data; do
	[ -e "$file" ] || continue
	none=false
	compare "$file"
done
if $none; then
	skip "perf script: no perf.data recording in traces/; set PERF_RECORDINGS to a directory of some"
fi
