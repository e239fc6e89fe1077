#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Holds the IOVA allocator against recordings that have every alloc_iova_fast(),
# alloc_iova() and free_iova_fast() call, made with these function probes
# (/sys/kernel/tracing/dynamic_events):
#
#	f:iova_alloc alloc_iova_fast iovad=$arg1:x64 pages=$arg2:x64 limit_pfn=$arg3:x64
#		flush_rcache=$arg4:u8
#	f:iova_alloc_ret alloc_iova_fast%return pfn=$retval:x64
#	f:iova_alloc_slow alloc_iova iovad=$arg1:x64 pages=$arg2:x64 limit_pfn=$arg3:x64
#	f:iova_free free_iova_fast iovad=$arg1:x64 pfn=$arg2:x64 pages=$arg3:x64
#
# Usage: iova_check.sh TOOL_IOVA RECORDING...
# Exit status: 0 if at least 95 % of the predictable addresses were predicted in
# each of them, 1 if not, 2 on errors.

set -u

if [ $# -lt 2 ]; then
	echo "usage: iova_check.sh TOOL_IOVA RECORDING..." >&2
	exit 2
fi
tool=$1
shift

text=$(mktemp) || exit 2
trap 'rm -f "$text"' EXIT

# The order of the lines is the order of the calls; what is lost cannot be made up for.
# shellcheck disable=SC2016
convert='
function value(name,   i) {
	for (i = 1; i <= n; i++)
		if (index(field[i], name "=") == 1)
			return substr(field[i], length(name) + 2)
	return 0
}
match($0, /\[[0-9]+\][^:]*[0-9]+\.[0-9]+: +iova_(alloc|alloc_ret|alloc_slow|free):/) {
	head = substr($0, RSTART, RLENGTH)
	n = split(substr($0, RSTART + RLENGTH), field, " ")
	cpu = head
	sub(/^\[/, "", cpu)
	sub(/\].*/, "", cpu)
	time = head
	sub(/: +iova_.*/, "", time)
	sub(/.*[^0-9.]/, "", time)
	sub(/\./, "", time)
	sub(/^0+/, "", time)
	call = time " " cpu + 0
	if (head ~ /iova_alloc:$/)
		print call, "alloc", value("iovad"), value("pages"), value("limit_pfn"),
			value("flush_rcache")
	else if (head ~ /iova_alloc_ret:$/)
		print call, "ret", value("pfn")
	else if (head ~ /iova_alloc_slow:$/)
		print call, "slow"
	else
		print call, "free", value("iovad"), value("pfn"), value("pages")
}'

status=0
for recording in "$@"; do
	if ! trace-cmd report -t -i "$recording" >"$text" 2>/dev/null; then
		echo "iova_check.sh: trace-cmd cannot read $recording" >&2
		exit 2
	fi
	if grep -q -e 'LOST .*EVENTS' -e 'EVENTS DROPPED' "$text"; then
		echo "iova_check.sh: $recording has lost events" >&2
		exit 2
	fi
	cpus=$(sed -n 's/^cpus=//p' "$text" | head -n 1)
	echo "$recording"
	awk "$convert" "$text" | "$tool" "${cpus:-1}"
	case $? in
	0) ;;
	1) status=1 ;;
	*) exit 2 ;;
	esac
done
exit $status
