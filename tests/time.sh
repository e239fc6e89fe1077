#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Throughput: predictions for a simulated machine (tests/time.py), whose truth is known, and
# what --load closed says where it cannot know.

. tests/lib.sh
# shellcheck source=tests/suite.sh
. tests/suite.sh

command -v python3 >/dev/null || {
	skip "throughput: no python3"
	exit 0
}

# simulate NAME JOB MODE [KEY=VALUE...]: $tmp/NAME, and its truth in $tmp/NAME.truth
simulate() {
	name=$1
	shift
	python3 tests/time.py "$@" >"$tmp/$name"
	sed -n 's/^# truth //p' "$tmp/$name" >"$tmp/$name.truth"
}

# predict NAME STRATEGY [OPTION...]: $tmp/figures has ratio, low, high, untraced ratio, bottleneck, CPU
predict() {
	recording=$1
	strategy=$2
	shift 2
	run run --quiet --load closed --hypervisor "${hypervisor:-kvm}" --strategy "$strategy" --format csv "$@" "$tmp/$recording"
	scripts/csv time.throughput.ratio time.throughput.low time.throughput.high \
		time.throughput.untraced.ratio time.throughput.bottleneck \
		time.cpu_ns_per_operation time.throughput.idle_known time.throughput.replayed <"$tmp/out" >"$tmp/figures"
}

# true_ratio FROM TO
true_ratio() {
	paste "$tmp/$1.truth" "$tmp/$2.truth" | awk '{ print $3 / $1 }'
}

# figures TEXT CONDITION [TRUTH]
figures() {
	# shellcheck disable=SC2016	# awk's
	check "$1" awk -F '\t' -v truth="${3:-1}" '
	function near(x, y, percent) { return x > y * (1 - percent / 100) && x < y * (1 + percent / 100) }
	NR == 1 {
		ratio = $1; low = $2; high = $3; untraced = $4; bottleneck = $5; cpu = $6; idle = $7; replayed = $8
		found = 1
		narrow = near(low, ratio * 0.99, 0.1) && near(high, ratio * 1.01, 0.1)
	}
	END { exit !(found && ('"$2"')) }' "$tmp/figures"
}

for job in qd1 qd8 qd32; do
	for mode in lazy strict; do
		simulate "$job-$mode" "$job" "$mode"
		simulate "$job-$mode-untraced" "$job" "$mode" probe=0 tracepoint=0
	done
	predict "$job-lazy" strict
	figures "$job, idle time known: lazy to strict within 2 %, bounds of 1 %" \
		'near(ratio, truth, 2) && narrow && idle == "true"' "$(true_ratio "$job-lazy" "$job-strict")"
	figures "$job: and without tracing" 'near(untraced, truth, 4)' \
		"$(true_ratio "$job-lazy-untraced" "$job-strict-untraced")"
	predict "$job-strict" sync-map-retry
	figures "$job: strict to lazy within 2 %" 'near(ratio, truth, 2) && narrow' \
		"$(true_ratio "$job-strict" "$job-lazy")"
	predict "$job-lazy" sync-map-retry
	figures "$job: the recorded mode from its own recording" 'near(ratio, 1, 0.1) && near(replayed, 1, 0.5)'
done

# A CPU that is idle now and then: what comes into what, and what delays what, decides.
for job in qd2:400 qd4:400 qd2:150 qd3:150; do
	device=${job#*:}
	job=${job%:*}
	for mode in lazy strict; do
		simulate "$job-$device-$mode" "$job" "$mode" "device=$device" operations=2000
	done
	predict "$job-$device-lazy" strict
	figures "$job, a disk of $device us: lazy to strict within 2.5 %" 'near(ratio, truth, 2.5) && near(replayed, 1, 1)' \
		"$(true_ratio "$job-$device-lazy" "$job-$device-strict")"
	predict "$job-$device-strict" sync-map-retry
	figures "$job, a disk of $device us: strict to lazy within 2 %" 'near(ratio, truth, 2) && near(replayed, 1, 1)' \
		"$(true_ratio "$job-$device-strict" "$job-$device-lazy")"
done

# Two boots of several CPUs differ.
{
	cat "$tmp/qd1-lazy"
	sed '/^#/d; /marker/d; s/\[000\]/[001]/; s/fio\([-:]\)100/fio\1200/g; s/0x\(0*\)1\([0-9a-f]\{8\}\)/0x\13\2/g' \
		"$tmp/qd1-lazy"
} | sort -s -k 4,4 >"$tmp/two-cpus"
predict two-cpus strict
figures "two CPUs: bounds of 5 % at least, though idle time is known" \
	'idle == "true" && low <= ratio * 0.95 && high >= ratio * 1.05'

# A recording begins before its workload does.
for mode in lazy strict; do
	simulate "quiet-$mode" qd1 "$mode" quiet=100000
done
predict quiet-lazy strict
figures "idle time before the first operation makes no difference" 'near(ratio, truth, 0.5)' \
	"$(true_ratio quiet-lazy quiet-strict)"

# All is known of work that comes twice with a long pause in between.
{
	cat "$tmp/qd1-lazy"
	sed '/^#/d; /marker/d; s/ \([0-9]*\.[0-9]*\): / 6\1: /' "$tmp/qd1-lazy"
} >"$tmp/phases"
predict phases strict
figures "a recording with two phases has bounds of 1 % as well" narrow

# Several requests in flight, and a CPU that waits for some of them only.
for mode in lazy strict; do
	simulate "slow4-$mode" qd4 "$mode" device=300
done
predict slow4-lazy strict
figures "nearly busy: lazy to strict within 6 %" 'near(ratio, truth, 6)' "$(true_ratio slow4-lazy slow4-strict)"
predict slow4-strict sync-map-retry
figures "nearly busy: strict to lazy within 6 %" 'near(ratio, truth, 6)' "$(true_ratio slow4-strict slow4-lazy)"

# A task that was woken may run much later than the quickest ones do: it has not waited for a clock.
for mode in lazy strict; do
	simulate "wake-$mode" qd1 "$mode" wake=200
done
predict wake-lazy strict
figures "tasks that run late: lazy to strict" 'near(ratio, truth, 2) && near(replayed, 1, 0.5)' "$(true_ratio wake-lazy wake-strict)"
predict wake-strict sync-map-retry
figures "tasks that run late: strict to lazy" 'near(ratio, truth, 2)' "$(true_ratio wake-strict wake-lazy)"

for mode in lazy strict; do
	simulate "no-$mode" qd32 "$mode" idle=0
done
predict no-lazy strict --event-cost 5.6us
figures "depth 32, idle time not known: CPUs are taken for busy, within 3 %" \
	'near(ratio, truth, 3) && idle == "false"' "$(true_ratio no-lazy no-strict)"
figures "the bounds have the truth" 'low < truth && high > truth && low < high' \
	"$(true_ratio no-lazy no-strict)"
predict no-strict sync-map-retry --event-cost 5.6us
figures "strict to lazy: the bounds have the truth" 'near(ratio, truth, 3) && low < truth && high > truth' \
	"$(true_ratio no-strict no-lazy)"

for mode in lazy strict; do
	simulate "rate-$mode" rate2000 "$mode"
	simulate "receive-$mode" receive "$mode"
done
predict rate-lazy strict
figures "a rate-limited job goes on at its rate, which is clear by its waits" 'near(ratio, 1, 1) && narrow && bottleneck == "workload"'
figures "and takes as much CPU time as it does, within 5 %" 'near(cpu / 1000, truth, 5)' \
	"$(awk '{ print $2 }' "$tmp/rate-strict.truth")"
predict rate-strict sync-map-retry
figures "and is not faster without flushes" 'near(ratio, 1, 1)'
# A pause begins when the work before it is done, other than the next tick of a rate.
for requests in 1 4; do
	for mode in lazy strict; do
		simulate "pause$requests-$mode" "pause$requests" "$mode"
	done
	predict "pause$requests-lazy" strict
	figures "pauses behind $requests: lazy to strict within 1 %, bounds of 1 %" \
		'near(ratio, truth, 1) && narrow && near(replayed, 1, 0.5)' "$(true_ratio "pause$requests-lazy" "pause$requests-strict")"
	figures "and CPU time of an operation within 2 %" 'near(cpu / 1000, truth, 2)' \
		"$(awk '{ print $2 }' "$tmp/pause$requests-strict.truth")"
	predict "pause$requests-strict" sync-map-retry
	figures "pauses behind $requests: strict to lazy within 1.5 %" 'near(ratio, truth, 1.5)' \
		"$(true_ratio "pause$requests-strict" "pause$requests-lazy")"
done
simulate reap-strict pause4 strict reap=15
predict reap-strict strict
figures "work between two waits is not that behind them" 'near(replayed, 1, 0.1)'
# A pause may begin before a completion, which neither ends nor lengthens it.
for mode in lazy strict; do
	simulate "sleep-$mode" sleep "$mode"
	grep -v 'irq_handler_entry\|hrtimer_expire' "$tmp/sleep-$mode" >"$tmp/still-$mode"
done
for recorded in sleep still; do
	predict "$recorded-lazy" strict
	figures "a completion within a pause ($recorded): lazy to strict within 0.1 %" \
		'near(ratio, truth, 0.1) && near(replayed, 1, 0.1)' "$(true_ratio sleep-lazy sleep-strict)"
	predict "$recorded-strict" sync-map-retry
	figures "a completion within a pause ($recorded): strict to lazy within 0.5 %" \
		'near(ratio, truth, 0.5) && near(replayed, 1, 0.1)' "$(true_ratio sleep-strict sleep-lazy)"
done
for job in rate2000 pause1; do
	for mode in lazy strict; do
		simulate "steady-$job-$mode" $job "$mode" jitter=0 operations=1000
	done
	predict "steady-$job-lazy" strict
	figures "$job, all waits alike: a rate and a pause look the same, and the bounds have both" \
		'low <= truth && high >= truth && low < ratio * 0.985 && near(high, 1.01, 0.1)' \
		"$(true_ratio "steady-$job-lazy" "steady-$job-strict")"
done
simulate nearly-lazy rate4000 lazy
predict nearly-lazy strict
figures "a rate that the CPU can just keep limits the job all the same" 'near(ratio, 1, 0.5) && bottleneck == "workload"'

for mode in lazy strict; do
	simulate "slow-$mode" rate2000 "$mode" idle=0
	simulate "one-$mode" qd1 "$mode" idle=0
done
predict slow-lazy strict
figures "also if idle time is not known, but bounds have the contrary" 'near(ratio, 1, 1) && low < 0.96'
predict one-lazy strict
figures "one request at a time is none of these, but might be" \
	'near(ratio, truth, 2) && low < truth && high >= 1' "$(true_ratio one-lazy one-strict)"
predict receive-lazy strict
figures "receiving from a network goes on at its rate" 'near(ratio, 1, 1)'

# Idle time as other tools print it, and as the other event has it.

predict qd1-lazy strict
mv "$tmp/figures" "$tmp/expected"
task='\([^ :]*\):\([0-9]*\) \[120\]'
sed "s|$task S ==> $task|prev_comm=\\1 prev_pid=\\2 prev_prio=120 prev_state=S ==> next_comm=\\3 next_pid=\\4 next_prio=120|" \
	"$tmp/qd1-lazy" >"$tmp/kernel"
predict kernel strict
check "sched_switch as the kernel prints it" cmp -s "$tmp/expected" "$tmp/figures"
sed 's/sched_switch: fio.*/cpu_idle: state=1 cpu_id=0/; s/sched_switch: swapper.*/cpu_idle: state=4294967295 cpu_id=0/' \
	"$tmp/qd1-lazy" >"$tmp/cpu_idle"
predict cpu_idle strict
check "cpu_idle in its place" cmp -s "$tmp/expected" "$tmp/figures"

# Another driver's flushes, with their returns, by an events file.

cat >"$tmp/events.json" <<'END'
{ "events": [
  { "event": "my_sync", "is": "flush-range", "fields": { "iova": "addr", "size": "range" } },
  { "event": "my_sync_ret", "is": "flush-return" }
] }
END
for mode in lazy strict; do
	sed 's/rpcit_ret: /my_sync_ret: /; s/rpcit: /my_sync: /' "$tmp/qd8-$mode" >"$tmp/mine-$mode"
	run run --quiet --load closed --events "$tmp/events.json" --iommu vtd --hypervisor vfio \
		--strategy "$([ $mode = lazy ] && echo strict || echo lazy)" --format csv "$tmp/mine-$mode"
	scripts/csv time.throughput.ratio <"$tmp/out" >"$tmp/figures"
	figures "VT-d by an events file, recorded $mode: the other mode within 2 %" 'near(ratio, truth, 2)' \
		"$(true_ratio qd8-$mode "qd8-$([ $mode = lazy ] && echo strict || echo lazy)")"
done

# The pair in traces/throughput, with what its README says of it.

# pair MODE COLUMN: reads a second
pair() {
	awk -F '|' -v file="\`$1.txt.xz\`" -v column="$2" 'index($2, file) { print $column + 0 }' \
		traces/throughput/README.md
}

for mode in lazy strict; do
	cp "traces/throughput/$mode.txt.xz" "$tmp/pair-$mode"
	echo "$(pair $mode 4) 0" >"$tmp/pair-$mode.truth"
	echo "$(pair $mode 5) 0" >"$tmp/pair-$mode-untraced.truth"
done
predict pair-lazy strict --event-cost 5.6us
figures "a recorded pair: lazy to strict within 3 %, and within the bounds" \
	'near(ratio, truth, 3) && low < truth && high > truth' "$(true_ratio pair-lazy pair-strict)"
figures "without tracing within 4 %" 'near(untraced, truth, 4)' \
	"$(true_ratio pair-lazy-untraced pair-strict-untraced)"
predict pair-strict sync-map-retry --event-cost 5.6us
figures "strict to lazy within 3 %, and within the bounds" \
	'near(ratio, truth, 3) && low < truth && high > truth' "$(true_ratio pair-strict pair-lazy)"
figures "without tracing within 4 %" 'near(untraced, truth, 4)' \
	"$(true_ratio pair-strict-untraced pair-lazy-untraced)"

# Pairs that record-dma --time recorded, with idle time, interrupts and the cost of an event; their
# manifest has what the jobs got.

scripts/manifest ios_per_second_traced ios_per_second_untraced <traces/throughput/manifest.json |
	while read -r file traced untraced; do
		recording=real-${file%.dat}
		cp "traces/throughput/$file" "$tmp/$recording"
		echo "$traced 0" >"$tmp/$recording.truth"
		echo "$untraced 0" >"$tmp/$recording-untraced.truth"
	done
for job in depth1 depth32 rate; do
	for to in strict lazy; do
		from=real-$job-$([ $to = lazy ] && echo strict || echo lazy)
		other=$([ $to = lazy ] && echo sync-map-retry || echo strict)
		predict "real-$job-$to" "$other"
		figures "recorded, $job, $to: the mode that was recorded has a ratio of 1" 'near(ratio, 1, 0.1)'
		cpu=$(awk -F '\t' '{ print $6 }' "$tmp/figures")
		predict "$from" "$other"
		figures "$job, idle time recorded: $to within 1 %, bounds of 1 %" \
			'near(ratio, truth, 1) && narrow && idle == "true"' "$(true_ratio "$from" "real-$job-$to")"
		figures "$job: without tracing within 2 %" 'near(untraced, truth, 2)' \
			"$(true_ratio "$from-untraced" "real-$job-$to-untraced")"
		figures "$job: and CPU time of an operation within 2 %" 'near(cpu, truth, 2)' "$cpu"
	done
done
figures "a limited rate limits that job" 'bottleneck == "workload"'
suite traces/throughput

# A batch has the same figures as run, and merge has all of them.

exits "batch takes --load" 0 batch --quiet --load closed --event-cost 5.6us --output "$tmp/cells" \
	traces/throughput/lazy.txt.xz traces/throughput/strict.txt.xz
time_columns="strategy time.flush_ns time.throughput.ratio time.throughput.low time.throughput.high
	time.throughput.untraced.ratio time.throughput.bottleneck time.cpu_ns_per_operation
	time.latency.p99_ns time.assumptions.idle_time_unknown"
run merge --format csv "$tmp/cells"
# shellcheck disable=SC2086	# a list
scripts/csv $time_columns <"$tmp/out" >"$tmp/merged"
for mode in lazy strict; do
	run run --quiet --load closed --event-cost 5.6us --hypervisor kvm --format csv \
		"traces/throughput/$mode.txt.xz"
	# shellcheck disable=SC2086
	scripts/csv $time_columns <"$tmp/out"
done >"$tmp/alone"
check "with the figures of run" cmp -s "$tmp/alone" "$tmp/merged"
run merge --format table "$tmp/cells"
shows "and merge has the throughput of each strategy" "of recorded"
exits "another cost of an event is another batch" 0 batch --resume --load closed --event-cost 2us \
	--output "$tmp/cells" traces/throughput/lazy.txt.xz traces/throughput/strict.txt.xz
says "whose cells are all done again" "16 lines that are no part of this batch"
exits "a cell without the duration of a flush fails" 3 batch --load closed --output "$tmp/failed" \
	traces/6.1-lazy-seqread.dat
says "and says what is missing" "no duration of a flush was recorded (rpcit and rpcit_ret, or flush-return of --events, have it)"
run run --quiet --load closed --strategy strict traces/6.12-fq-randread-lim2048-smp1.dat
shows "thousands are separated" "throughput 2,636 operations a second were recorded (the replay of the recorded flushes: 1.000"
exits "--dry-run takes it, too" 0 batch --dry-run --load closed traces/throughput/lazy.txt.xz

# The output says what is not known.

predict qd8-lazy strict --event-cost 1us
figures "a given cost of an event counts more than the marker's" 'ratio > truth * 1.02' \
	"$(true_ratio qd8-lazy qd8-strict)"
grep -v 'print:' "$tmp/qd8-lazy" >"$tmp/unmarked"
predict unmarked strict
figures "an unknown cost of an event widens the bounds, and nothing is said of untraced modes" \
	'low < ratio && untraced == "-"'
run run --load closed --hypervisor kvm --strategy strict "$tmp/unmarked"
shows "and the table says so" "what tracing cost is not known"
shows "and what it takes CPUs for" "operations a second were recorded"
grep -v 'rpcit' "$tmp/qd8-lazy" >"$tmp/unflushed"
exits "without the duration of a flush nothing can be predicted" 1 \
	run --load closed --hypervisor kvm "$tmp/unflushed"
says "and the message says what would help" "give --flush-latency"
exits "which may be given" 0 run --quiet --load closed --hypervisor kvm --flush-latency 20us "$tmp/unflushed"
exits "--event-cost takes times" 2 run --event-cost many "$tmp/qd8-lazy"
exits "--load is open or closed" 2 run --load shut "$tmp/qd8-lazy"

# All formats, verify and sweep.

run run --quiet --load closed --hypervisor kvm --strategy strict --format md "$tmp/qd8-lazy"
shows "Markdown has both columns" "| CPU/op | of recorded |"
run run --quiet --load closed --hypervisor kvm --strategy strict --format html "$tmp/qd8-lazy"
shows "and HTML" "of recorded"
run run --quiet --hypervisor kvm --strategy strict "$tmp/qd8-lazy"
# shellcheck disable=SC2016
check "without --load closed tables have neither" sh -c '! grep -q "of recorded" "$0"' "$tmp/out"
run run --quiet --hypervisor kvm --strategy strict --format json "$tmp/qd8-lazy"
# shellcheck disable=SC2016
check "JSON has the time of flushes then, and no throughput" sh -c \
	'grep -q "\"flush_ns\": [1-9]" "$0" && grep -q "\"throughput\": null" "$0"' "$tmp/out"
run run --quiet --load closed --hypervisor kvm --format json "$tmp/qd8-lazy"
check "no flush of everything was recorded: its price is assumed" grep -q '"global_flush_costs_as_ranged": true' "$tmp/out"
run run --quiet --load closed --hypervisor kvm --flush-all-latency 1ms "$tmp/qd8-lazy"
# shellcheck disable=SC2016
check "unless it is given" sh -c 'grep -q ^assumed "$0" && ! grep -q "what one of a range does" "$0"' "$tmp/out"
run run --quiet --load closed --hypervisor kvm --format json "$tmp/qd8-lazy"
cp "$tmp/out" "$tmp/report.json"
run report --format json "$tmp/report.json"
check "a report that is read again has the same figures" cmp -s "$tmp/out" "$tmp/report.json"
run run --quiet --load closed --hypervisor kvm --jobs 1 --format json "$tmp/qd8-lazy"
check "and does not depend on threads" cmp -s "$tmp/out" "$tmp/report.json"
run run --quiet --load closed --event-cost 5us --hypervisor kvm --hypervisor lpar --strategy strict,sync-map-retry \
	--format csv traces/6.12-fq-twodev.dat
cp "$tmp/out" "$tmp/together"
for host in kvm lpar; do
	run run --quiet --load closed --event-cost 5us --hypervisor $host --strategy strict,sync-map-retry \
		--format csv traces/6.12-fq-twodev.dat
	check "$host: predictions do not depend on what else is predicted" \
		test "$(grep ",$host," "$tmp/together" | sort)" = "$(grep ",$host," "$tmp/out" | sort)"
done
exits "verify predicts the recorded mode" 0 verify --quiet --load closed --strategy sync-map-retry \
	--hypervisor kvm --format json "$tmp/qd8-lazy"
check "and its throughput" grep -Eq "\"ratio\": (1(\.0*)?|0\.999[0-9]*|1\.000[0-9]*)," "$tmp/out"
run sweep --quiet --load closed --hypervisor kvm --strategy strict,sync-map-retry \
	--vary flush-latency=1us:64us:x4 "$tmp/qd8-lazy"
shows "sweep has the throughput over the price of a flush" "time.throughput.ratio"
run sweep --quiet --load closed --event-cost 5.6us --hypervisor kvm:entry-limit=64 --flush-all-latency 1ms \
	--strategy strict,sync-map-retry --vary flush-latency=1us:100us:x2 traces/throughput/lazy.txt.xz
shows "and says where two strategies change places" "strict is faster than sync-map-retry up to 8,000"


small 1 >"$tmp/pair.txt"
predict pair.txt strict --flush-latency 20us
figures "one mapping: no throughput below 0" 'low == 0 && ratio > 0'
run run --quiet --load closed --flush-latency 20us --format json "$tmp/pair.txt"
cp "$tmp/out" "$tmp/report.json"
exits "one mapping: its report can be read" 0 report "$tmp/report.json"
small 1 1 >"$tmp/map.txt"
exits "operations at one time are no load" 1 run --quiet --load closed --flush-latency 20us "$tmp/map.txt"
says "why they are none" "map.txt: no time between operations, so no load"

# Throughput that other machines got, if the shared recordings are there.
shared=../shared/recordings
if [ ! -f $shared/closed-loop.json ]; then
	skip "throughput of shared recordings: no $shared"
	exit 0
fi

# measured FROM TO: the ratio of two of their runs
measured() {
	python3 -c 'import json, sys
runs = {run["run"]: run["iops"] for run in json.load(open(sys.argv[1]))["runs"]}
print(runs[sys.argv[3]] / runs[sys.argv[2]])' $shared/closed-loop.json "$1" "$2"
}

# pair RECORDING FROM TO STRATEGY CONDITION
pair() {
	cp "$shared/s390x/6.12-closed-$1.dat" "$tmp/shared"
	predict shared "$4" --event-cost 5.6us
	figures "$2 to $3" "low < truth && truth < high && ($5)" "$(measured "$2" "$3")"
}

for job in qd1 qd32; do
	lazy=c1-lazy-us20-$job strict=cs-strict-us20-$job
	pair "lazy-us20-$job-traced-smp1" "$lazy-traced" "$strict-traced" strict 'near(ratio, truth, 3)'
	figures "$job: and without tracing" 'near(untraced, truth, 4)' "$(measured "$lazy-plain" "$strict-plain")"
	pair "strict-us20-$job-traced-smp1" "$strict-traced" "$lazy-traced" sync-map-retry 'near(ratio, truth, 3)'
	figures "$job: and without tracing" 'near(untraced, truth, 4)' "$(measured "$strict-plain" "$lazy-plain")"
done
for limit in 64 300; do
	hypervisor=kvm:entry-limit=$limit
	pair lazy-us20-qd32-traced-smp1 c1-lazy-us20-qd32-traced "cl-lazy-us20-lim$limit-qd32-traced" sync-map-retry \
		'near(ratio, truth, 3)'
done
hypervisor=kvm
pair lazy-us200-qd32-traced-smp2 c5-lazy-us200-qd32-traced c5-strict-us200-qd32-traced strict \
	'near(ratio, truth, 10) && bottleneck == "hypervisor"'
pair strict-us200-qd32-traced-smp2 c5-strict-us200-qd32-traced c5-lazy-us200-qd32-traced sync-map-retry \
	'near(ratio, truth, 10) && bottleneck == "hypervisor"'
hypervisor=kvm:entry-limit=128
pair lazy-us200-qd32-traced-smp2 c5-lazy-us200-qd32-traced c5-lazy-us200-lim128-qd32-traced sync-map-retry \
	'near(ratio, truth, 10)'
