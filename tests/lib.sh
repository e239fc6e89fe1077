# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by test scripts, which print a line for each test:
#	ok - text	not ok - text	skip - text: why
# They run with the checkout as current directory; $prog is the program, $tmp a
# directory of their own that goes away at the end.

set -u

BUILD=${BUILD:-build}
prog=$(cd "$BUILD" && pwd)/iommu-replay
if [ ! -x "$prog" ]; then
	echo "not ok - $prog is there"
	exit 1
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
# Settings of a terminal or the user that would change the output.
unset COLUMNS NO_COLOR
export LC_ALL=C.UTF-8
# Reports of the same command are the same.
export SOURCE_DATE_EPOCH=1732838400

# fewer FEW MANY: how often something is repeated
fewer() {
	if [ -n "${FEWER-}" ]; then
		echo "$1"
	else
		echo "$2"
	fi
}

# Eight strategies, for tests that count results: a new strategy changes none of these counts.
# shellcheck disable=SC2034	# the scripts use it
eight=strict,lazy-ignore,fq-flush,sync-map-retry,map-inline,driver-lazy,legacy,legacy-strict

ok() {
	echo "ok - $*"
}

not_ok() {
	echo "not ok - $*"
	# The program's messages, to find out why.
	if [ -s "$tmp/err" ]; then
		sed 's/^/# /' "$tmp/err" | head -n 20
	fi
}

skip() {
	echo "skip - $*"
}

# check TEXT COMMAND...: ok if the command succeeds
check() {
	text=$1
	shift
	if "$@"; then
		ok "$text"
	else
		not_ok "$text"
	fi
}

# run ARGUMENTS...: the program; output in $tmp/out and $tmp/err, sets $status
run() {
	"$prog" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

# exits TEXT STATUS ARGUMENTS...: ok if the program exits with this status
exits() {
	text=$1
	expected=$2
	shift 2
	run "$@"
	if [ "$status" -eq "$expected" ]; then
		ok "$text"
	else
		not_ok "$text (exit status $status, not $expected)"
	fi
}

# says TEXT WORDS: ok if the last run's messages contain the words
says() {
	if grep -qF -e "$2" "$tmp/err"; then
		ok "$1"
	else
		not_ok "$1"
	fi
}

# shows TEXT WORDS: the same for its output, wherever its lines were wrapped
shows() {
	if tr -s ' \n' ' ' <"$tmp/out" | grep -qF -e "$2"; then
		ok "$1"
	else
		not_ok "$1"
	fi
}

# unsealed: a JSON report from standard input, without its digest, so that it can be changed
unsealed() {
	sed '/^  "digest": /d'
}

# catches PID SIGNAL: wait until the process has a handler of its own for the signal
catches() {
	case $2 in INT) bit=1 ;; TERM) bit=14 ;; esac
	until caught=$(sed -n 's/^SigCgt:[[:space:]]*/0x/p' "/proc/$1/status" 2>/dev/null) &&
		{ [ -z "$caught" ] || [ $((caught >> bit & 1)) -eq 1 ]; }; do
		sleep 0.05
	done
}

# interrupt PID SIGNAL: send the signal until the process has ended, and set $status
interrupt() {
	catches "$1" "$2"
	while kill "-$2" "$1" 2>/dev/null; do
		sleep 0.05	# not for long: a signal that is pending comes once
	done
	wait "$1"
	status=$?
}

# recording: the smallest one in traces/ (or TRACES); fails if there is none
recording() {
	# shellcheck disable=SC2012	# names without surprises
	smallest=$(ls -Sr "${TRACES:-traces}"/*.dat 2>/dev/null | head -n 1)
	[ -n "$smallest" ] && echo "$smallest"
}

# figure EXPRESSION: of the last run's report in JSON; the first recording is r, its results
# results, the first of these result with parameters
figure() {
	python3 -c "import json, sys
r = json.load(sys.stdin)['recordings'][0]
recording = r['recording']
results = r['results']
result = results[0] if results else {}
parameters = result.get('parameters')
print($1)" <"$tmp/out" 2>>"$tmp/err"
}

# gives TEXT EXPRESSION VALUE
gives() {
	got=$(figure "$2")
	check "$1 (${got:-nothing})" test "$got" = "$3"
}

# small MAPS [LIVE]: an ftrace text with so many maps of a page, LIVE (default: none) of them live when
# the next one comes
small() {
	awk -v n="$1" -v live="${2:-0}" 'BEGIN {
		print "# tracer: nop"
		for (i = 0; i < n; i++) {
			a = 4278190080 - 4096 * ((i * 7) % 32 + 1)
			b = 4278190080 - 4096 * (((i - live) * 7) % 32 + 1)
			t = 16.5 + i / 1000
			printf "             fio-285     [000] .....    %.6f: map: IOMMU: iova=0x%016x - 0x%016x paddr=0x%016x size=4096\n", t, a, a + 4096, 1048576 + 4096 * i
			if (i >= live)
				printf "             fio-285     [000] .....    %.6f: unmap: IOMMU: iova=0x%016x - 0x%016x size=4096 unmapped_size=4096\n", t + 0.0005, b, b + 4096
		}
	}'
}

# small_recordings: s.txt, lost.txt with a message of lost events in it, nothing.txt with unmaps alone
small_recordings() {
	small 100 10 >s.txt
	{
		head -n 100 s.txt
		echo 'CPU:0 [LOST 5 EVENTS]'
		tail -n +101 s.txt
	} >lost.txt
	{
		echo "# tracer: nop"
		grep -m 3 ' unmap:' s.txt
	} >nothing.txt
}
