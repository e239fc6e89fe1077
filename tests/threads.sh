#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Threads: with any number of them the results are the same.  "make check-tsan" runs
# this with a program that looks for data races.

. tests/lib.sh

file=traces/6.1-lazy-mixed-1m.dat
two=traces/6.12-fq-twodev.dat
if [ ! -f $file ] || [ ! -f $two ]; then
	skip "threads: their recordings are not in traces/"
	exit 0
fi
# A finding of ThreadSanitizer is a failure, whatever the output.
TSAN_OPTIONS="exitcode=66 ${TSAN_OPTIONS:-}"
export TSAN_OPTIONS

# same TEXT ARGUMENTS...: the output and the exit status with 1, 2, 3 and 16 threads
same() {
	text=$1
	shift
	"$prog" "$@" --quiet --jobs 1 >"$tmp/one" 2>"$tmp/err"
	status=$?
	if [ $status -ne 0 ]; then
		not_ok "$text (exit status $status)"
		return
	fi
	for jobs in 2 3 16; do
		"$prog" "$@" --quiet --jobs $jobs >"$tmp/more" 2>"$tmp/err"
		status=$?
		if [ $status -ne 0 ] || ! cmp -s "$tmp/one" "$tmp/more"; then
			not_ok "$text, with $jobs threads (exit status $status)"
			return
		fi
	done
	ok "$text"
}

same "all strategies" run --strategy all --format json $file
same "two recordings, several hypervisors" run --strategy all --hypervisor kvm:entry-limit=600 \
	--hypervisor zvm --hypervisor lpar --format csv $file $two
same "timelines" run --strategy all --timeline --format json $two
# RPCITs that take time have stacks of their own, which ThreadSanitizer must be told about.
symbols=$(nm -D --undefined-only "$prog")
case $symbols in
*__tsan_switch_to_fiber*) told=yes ;;
*__tsan_init*) told=no ;;
*) told=yes ;;
esac
if [ $told = yes ]; then
	same "a recorded timer, and RPCITs that take time" run --strategy all --timer recorded \
		--rpcit-latency 500+10 --format json $two
	same "closed loads" run --load closed --event-cost 5us --strategy all --hypervisor kvm --hypervisor lpar \
		--format json $two
else
	skip "RPCITs that take time: ThreadSanitizer is not told about their stacks"
fi
same "a sweep" sweep --vary entry-limit=64:512:x2 --format csv $file

# Results are written in the order of the cells, whoever is ready first.
cat >"$tmp/m.json" <<-END
	{ "schema": "iommu-replay-manifest/1", "recordings": [ "$PWD/$file", "$PWD/$two" ],
	  "strategies": [ "all" ], "hypervisors": [ "kvm:entry-limit=600", "lpar" ] }
END
for jobs in 1 2 7; do
	run batch --quiet --jobs $jobs --output "$tmp/jobs$jobs" "$tmp/m.json"
	check "a batch with $jobs threads ends" test $status -eq 0
	check "a batch with $jobs threads: the same results" cmp -s "$tmp/jobs1" "$tmp/jobs$jobs"
done
