#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Ends: signals, gates, lists, machines, and files that cannot be read, with recordings of a few operations.

. tests/lib.sh

dir=$PWD
amd=$PWD/traces/faults/amd.txt log=$PWD/traces/faults/amd.dmesg.txt
twodev=$PWD/traces/6.12-fq-twodev.dat
cd "$tmp" || exit 1

small 40 >s.txt

# Signals that end a program at once: no file is left, and the status is that of the signal.

mkdir place
mkfifo endless
sleep infinity >endless &
feeder=$!
# shellcheck disable=SC3045	# all shells have it
ulimit -c 0
for signal in QUIT USR1 ABRT SEGV; do
	# A sanitizer would end the program in its own way.
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0 UBSAN_OPTIONS=${UBSAN_OPTIONS:-}:handle_segv=0 \
		env --default-signal=$signal "$prog" run -o place/report - <endless 2>err &
	pid=$!
	catches $pid TERM	# the handlers of the other ones are there before that
	kill -$signal $pid
	{ wait $pid; } 2>/dev/null
	status=$?
	check "SIG$signal ends the program as if it had no handler" test "$(kill -l $status 2>/dev/null)" = $signal
	check "SIG$signal leaves nothing behind" test -z "$(ls -A place)"
done
# Ignored ones stay so; TERM ends it.
env --ignore-signal=INT,QUIT,USR1 "$prog" run -o place/report - <endless 2>err &
pid=$!
catches $pid TERM
kill -INT $pid
kill -QUIT $pid
kill -USR1 $pid
check "signals that are ignored stay so" kill -0 $pid
interrupt $pid TERM
check "and another one ends the program" test $status -eq 130
kill $feeder
wait $feeder 2>/dev/null

# Input that never ends: a pipe that is copied, and a kernel's log.
yes >endless &
feeder=$!
"$prog" info - <endless 2>err &
pid=$!
catches $pid TERM
interrupt $pid TERM
check "SIGTERM ends the copying of a pipe that never ends" test $status -eq 130
kill $feeder 2>/dev/null
wait $feeder 2>/dev/null
sleep infinity >endless &
feeder=$!
for command in "run --strategy strict" faults; do
	# shellcheck disable=SC2086	# words
	"$prog" $command --quiet --log endless "$twodev" >got 2>err &
	pid=$!
	catches $pid TERM
	interrupt $pid TERM
	check "SIGTERM ends ${command%% *} with a log that never ends" test $status -eq 130
done
kill $feeder
wait $feeder 2>/dev/null
exits "results of a device that never ends" 1 merge /dev/zero
says "results of a device: it is no file" "not a regular file"

# An operation on 1 GiB takes milliseconds, and a block of operations has thousands of them.
awk 'BEGIN {
	print "# tracer: nop"
	for (i = 0; i < 2000; i++) {
		printf " a-1 [000] ..... %.6f: map: IOMMU: iova=0x10000000000 - 0x10040000000 paddr=0x100000000 size=1073741824\n", t += 0.001
		printf " a-1 [000] ..... %.6f: rpcit: (x) fn=0x1 addr=0x10000000000 range=0x40000000\n", t += 0.0001
		printf " a-1 [000] ..... %.6f: unmap: IOMMU: iova=0x10000000000 - 0x10040000000 size=1073741824 unmapped_size=1073741824\n", t += 0.001
	}
}' >gigabytes
# terminated TEXT ARGUMENTS...: SIGTERM ends the command within 2 s after it has read the recording
terminated() {
	what=$1
	shift
	rm -f err	# the last command's
	"$prog" "$@" -v gigabytes >got 2>err &
	pid=$!
	while ! grep -qs 'gigabytes' err && kill -0 $pid 2>/dev/null; do
		sleep 0.05
	done
	begin=$(date +%s%N)
	kill -TERM $pid
	wait $pid
	status=$?
	took=$((($(date +%s%N) - begin) / 1000000))
	check "SIGTERM ends $what" test $status -eq 130
	check "SIGTERM ends $what: within 2 s ($took ms)" test $took -lt 2000
}
terminated "a replay with one thread" run -j 1 --strategy all
terminated "a replay with threads" run -j 4 --strategy all
terminated "a sweep" sweep --vary entry-limit=1:1000000:x4
terminated "a search" sweep --find min-entry-limit --strategy all
terminated "a frontier" sweep --frontier
terminated "a verification" verify
terminated "a search for the limit" verify --fit entry-limit
terminated "a prediction" run -j 1 --strategy all --load closed --flush-latency 1us

# Files that are read as a whole.

exits "a directory is no report" 1 report place
says "a directory is no report: says so" "place: Is a directory"
"$prog" report - <place >got 2>err
check "nor is one as standard input" test $? -eq 1
says "nor is one as standard input: says so" "standard input: Is a directory"
truncate -s 3G large
exits "a report of 3 GB is none" 1 report large
says "a report of 3 GB is none: says so" "large: too large for a report"
"$prog" report - <large >got 2>err
check "nor is one from standard input" test $? -eq 1
says "nor is one from standard input: says so" "standard input: too large for a report"
rm large

# Words that were given in the place of a command or a recording.

exits "a recording in the place of a command" 2 ./s.txt
says "a recording in the place of a command: what to type" "iommu-replay run ./s.txt"
exits "a directory in the place of a command" 2 ./place
mkfifo pipe
exits "a pipe in the place of a command is not waited for" 2 ./pipe
for arguments in help -h --help; do
	# shellcheck disable=SC2086
	exits "\"$arguments\": the commands" 0 $arguments
	shows "\"$arguments\": the commands are there" "usage: iommu-replay"
done
exits "--version" 0 --version
exits "-V" 0 -V

# Lists.

for list in strategies hypervisors iommus events readers figures; do
	exits "list $list" 0 list $list
	lines=$(wc -l <out)
	exits "list $list as JSON" 0 list --format json $list
	check "list $list: as many as in JSON, at least" test "$lines" -ge "$(grep -c '"name": ' out)"
	if command -v python3 >/dev/null; then
		check "list $list: is JSON" python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))[sys.argv[2]]' out $list
	fi
done
run list figures
shows "list: figures have their meaning" "rpcit.total"
exits "list with events" 0 list --events "$dir/scripts/events/iommu-map.json" events
exits "list with events that are none" 1 list --events s.txt events
exits "list into a directory that is not there" 1 list -o none/out events
"$prog" list --color always strategies >got
check "list in colours has the same words" grep -q strict got

# Operations.

exits "operations" 0 ops s.txt
check "operations: one a line" test "$(wc -l <out)" -eq 80
exits "operations as JSON" 0 ops --format json s.txt
check "operations as JSON: a device without a name" grep -q '"device":null' out
sed 's/map: IOMMU:/map: IOMMU:a device with a long name and blanks /' s.txt >named.txt
run ops --format json "$twodev"
check "operations as JSON: a device with a name" grep -q '"device":"0' out
exits "operations into their recording" 2 ops -o s.txt s.txt
exits "operations into a directory that is not there" 1 ops -o none/out s.txt
exits "operations of a device that is not there" 1 ops --device nobody s.txt
exits "one device of two" 0 ops --device "$("$prog" info --format json "$twodev" | tr -d ' \n' |
	sed 's/.*"devices":\["\([^"]*\)".*/\1/')" "$twodev"

# Faults: the gate.

total=$("$prog" faults --quiet --format csv --log "$log" "$amd" | sed 1d | wc -l)
while read -r condition status; do
	exits "$total faults, --fail-if total$condition" "$status" faults --quiet --log "$log" --fail-if "total$condition" "$amd"
done <<END
>$((total - 1)) 3
>$total 0
>=$total 3
>=$((total + 1)) 0
<$((total + 1)) 3
<$total 0
<=$total 3
<=$((total - 1)) 0
==$total 3
==$((total + 1)) 0
!=$total 0
!=$((total + 1)) 3
>=$total.5 0
END
exits "a condition that is none" 2 faults --fail-if 'total~3' "$amd"
exits "faults into their recording" 2 faults -o s.txt s.txt
exits "no faults" 0 faults --quiet s.txt
exits "faults beside a replay, of a log" 0 run --quiet --strategy strict --log "$log" "$amd"
exits "a log that is not there" 1 run --quiet --strategy strict --log none "$amd"

# More faults than a table shows, and devices whose names a spreadsheet would take for a formula.

# many N: a recording with as many faults
many() {
	cat s.txt
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "%16s [000] ..... %.6f: io_page_fault: IOMMU:%s iova=0x%016x flags=0x0001\n", "irq/24-2", 18 + i / 1000,
				i ? "pci 0000:00:10.0" : "pci =cmd", 1048576 + 4096 * i
	}'
}
many 201 >many.txt
exits "201 faults" 0 faults --quiet many.txt
shows "201 faults: one is not shown" "note 1 fault is not shown; JSON and CSV have all"
many 260 >many.txt
exits "260 faults" 0 faults --quiet many.txt
shows "260 faults: 60 are not shown" "note 60 faults are not shown; JSON and CSV have all"
run faults --quiet --format csv many.txt
check "260 faults: CSV has all" test "$(wc -l <out)" -eq 261
check "a name that begins with = is no formula" grep -qF "\"'=cmd\"" out
check "no other name has a mark" test "$(grep -c "'" out)" -eq 1
for format in html md json; do
	exits "260 faults as $format" 0 faults --quiet --format $format many.txt
done
{
	cat "$log"
	echo '[    9.1] amd_iommu_report_page_fault: 1 callbacks suppressed'
	echo '[    8.5] pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0003 address=0xzz flags=0x0020]'
} >log.1
run faults --quiet --log log.1 "$amd"
shows "a line that was left out" "the kernel left out 1 line of its log"
shows "a line that cannot be read" "1 line looks like a fault and cannot be read"

# Machines: what a manifest gives where the recording does not.

{
	echo '{ "recordings": [ { "file": "t.txt", "machine": { "strategy": "strict", "hypervisor": "kvm",'
	echo '"entry_limit": 9, "entry_limit_shared": true, "aperture_bytes": 1048576, "initial_pages": 3, "cpus": 2, "hz": 100,'
	echo '"queue": "single", "queue_size": 64, "queue_timeout_ms": 20 } } ] }'
} >manifest.json
{
	cat s.txt
	echo '             fio-285     [000] .....    17.000000: s390_rpcit: iova=0xff000000 size=4096'
} >t.txt
"$prog" info --quiet --format json "$twodev" >got
run verify --manifest manifest.json t.txt
check "a recording without flushes is not verified, whatever the manifest says" test "$status" -eq 1
vtd=$dir/traces/x86_64-6.12-lazy-randread-icount.dat
{
	echo "{ \"recordings\": [ 7, { \"file\": 3 }, { \"files\": [ 4, \"$vtd\" ], \"machine\": { \"strategy\": \"lazy\", \"hypervisor\": \"vfio\","
	echo '"entry_limit": 70000, "entry_limit_shared": true, "aperture_bytes": 1048576, "initial_pages": 3, "cpus": 2, "hz": 100,'
	echo '"queue": "single", "queue_size": 64, "queue_timeout_ms": 20 } } ] }'
} >manifest.json
exits "a machine of a manifest" 3 verify --manifest manifest.json "$vtd"
shows "a machine of a manifest: its strategy and host" "strategy lazy, from the manifest; hypervisor vfio, from the manifest"
shows "a machine of a manifest: its queue" "aperture 1 MiB from 4 KiB on (user); initial pages 3 (user); queue single (user), 64 slots (user), 20 ms (user)"
shows "a machine of a manifest: its limit" "vfio, entry limit 70000 (user) for all devices together (user)"
exits "options count more" 3 verify --manifest manifest.json --hypervisor hardware --queue per-cpu --queue-size 128 --queue-timeout 30 \
	--cpus 3 --hz 250 --aperture 2M --initial-pages 4 "$vtd"
shows "options count more: the queue" "queue per-cpu (user), 128 slots (user), 30 ms (user); 3 CPUs (user), 250 Hz (user)"

# bad TEXT WORDS JSON: refused, with these words
bad() {
	printf '{ "recordings": [ { "file": "%s", "machine": { %s } } ] }\n' "$vtd" "$3" >manifest.json
	exits "$1" 1 verify --manifest manifest.json "$vtd"
	says "$1: what" "$2"
}
bad "a strategy that is a number" 'unknown strategy ""' '"strategy": 7'
bad "a host that is a number" 'unknown hypervisor ""' '"hypervisor": 7'
bad "a queue that is a number" 'unknown queue ""' '"queue": 7'
bad "a truth that is a number" 'entry_limit_shared is neither true nor false' '"entry_limit_shared": 1'
bad "a number that is a truth" 'hz is not a whole number' '"hz": true'
bad "too many CPUs" 'cpus is out of range' '"cpus": 65537'
bad "a queue that contradicts the limit of its size" 'queue_size is out of range' '"queue_size": 16777217'
printf '{ "recordings": [ { "file": "%s", "machine": { "entry_limit_shared": false, "hz": null } } ] }\n' "$vtd" >manifest.json
exits "what is null is not given" 0 verify --manifest manifest.json --tolerance 50% "$vtd"
truncate -s 17M huge.json
exits "a manifest of 17 MB is none" 1 verify --manifest huge.json "$vtd"
says "a manifest of 17 MB is none: says so" "huge.json: too large for a manifest"
exits "a directory is no manifest" 1 verify --manifest place "$vtd"
says "a directory is no manifest: says so" "place: Is a directory"
"$prog" verify --manifest manifest.json - <"$vtd" >got 2>err
check "standard input is in no manifest" test $? -eq 1
says "standard input is in no manifest: says so" "manifest.json does not list -"
