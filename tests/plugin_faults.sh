#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Faults of plug-ins: each breaks one sentence of strategy.h, hypervisor.h or
# iommu-replay-plugin(7) (tests/plugins/faulty.c), and ends with a message that names the
# plug-in, the strategy and the callback, and with exit status 1.

. tests/lib.sh

cc=${CC:-cc}
if ! file=$(recording); then
	skip "faults of plug-ins: no recordings in ${TRACES:-traces}/"
	exit 0
fi
so=$tmp/faulty.so
# shellcheck disable=SC2046
"$cc" -O0 -g -D_GNU_SOURCE -fPIC -shared $(PKG_CONFIG_PATH=$BUILD pkg-config --cflags libiommureplay) \
	-o "$so" tests/plugins/faulty.c 2>"$tmp/err"
check "the faulty plug-ins compile" test -f "$so"

# fault STRATEGY CALLBACK WORDS [OPTIONS...]: it ends with these words, and nothing is reported
fault() {
	strategy=$1
	callback=$2
	words=$3
	shift 3
	exits "strategy $strategy" 1 run --quiet --plugin "$so" --strategy "strict,$strategy" \
		-o "$tmp/report" "$@" "$file"
	says "strategy $strategy: which, where, why" \
		"plug-in $so, strategy $strategy, callback $callback: $words"
	check "strategy $strategy: no report, and nothing else of it" \
		test -z "$(find "$tmp" -name 'report*')"
	rm -f "$tmp"/report*
}

# works STRATEGY: no fault is found in it
works() {
	exits "strategy $1 works" 0 run --quiet --plugin "$so" --strategy "$1" --format csv "$file"
	check "strategy $1: no message" sh -c "! grep '^iommu-replay' '$tmp/err'"
}

# Results.

works good
fault positive iotlb_sync_map "returned 1, which is neither 0 nor a negative errno"
fault no-errno iotlb_sync_map "returned -5000, which is neither 0 nor a negative errno"
fault positive-pages map_pages "returned "

# Calls of the library.

fault cause iotlb_sync_map "called ir_rpcit() with 77, which is no cause"
fault cause-negative iotlb_sync_map "called ir_rpcit() with -1, which is no cause"
fault cause-global iotlb_sync_map "called ir_rpcit_global() with 6, which is no cause"
fault cause-queue iotlb_sync_map "called ir_queue_flush() with 1000, which is no cause"
fault wraps iotlb_sync_map "called ir_rpcit() with 18446744073709551615 bytes from"
works outside
works everywhere
fault flush-flushes flush_iotlb_all "calls itself by way of the library more than 8 deep"

# Memory in a domain.

works is-zero
fault behind iotlb_sync_map "wrote behind the 24 bytes of its domain_size"
fault before iotlb_sync_map "wrote before the 24 bytes of its domain_size"
fault behind-sync iotlb_sync "wrote behind the 24 bytes of its domain_size"

# With latency callbacks run on stacks of their own, with several threads in several of them.

fault behind iotlb_sync_map "wrote behind" --rpcit-latency 1000
fault cause iotlb_sync_map "called ir_rpcit() with 77" --rpcit-latency 1000 --jobs 2

# Ends of the program.

fault exits iotlb_sync_map "called exit()"
fault exits iotlb_sync_map "called exit()" --jobs 4 --rpcit-latency 1000
fault exits-in-flush flush_iotlb_all "called exit()"
fault exits-quickly iotlb_sync_map "called exit()"
case $(ldd "$prog" 2>/dev/null) in
*libasan* | *libtsan* | *libubsan*)
	skip "strategies that crash: a sanitizer comes first" ;;
*)
	fault aborts iotlb_sync_map "called abort(), or an assertion failed"
	fault asserts iotlb_sync_map "called abort(), or an assertion failed"
	fault crashes iotlb_sync_map "accessed memory that is not there (SIGSEGV)"
	fault crashes iotlb_sync_map "accessed memory that is not there" --rpcit-latency 1000 --jobs 2
	fault no-memory iotlb_sync_map "accessed memory that is not there (SIGSEGV)"
	case $(uname -m) in
	x86_64) fault divides iotlb_sync_map "divided by zero or the like (SIGFPE)" ;;
	esac
	works fits
	exits "a stack of 128 KiB is enough for 80 KiB" 0 run --quiet --plugin "$so" --strategy fits \
		--rpcit-latency 1000 --format csv "$file"
	fault overflows iotlb_sync_map "its stack of 128 KiB overflowed" --rpcit-latency 1000
	fault overflows iotlb_sync_map "its stack of 128 KiB overflowed" --rpcit-latency 1000 --jobs 2
	fault overflows iotlb_sync_map "accessed memory that is not there (SIGSEGV)"
	if "$prog" --version >/dev/null && nm -D "$prog" 2>/dev/null | grep -q ' T _exit$'; then
		fault exits-at-once iotlb_sync_map "called _exit()"
	else
		skip "strategy exits-at-once: this build does not see it"
	fi
	for when in crash exit; do
		FAULT_AT_LOAD=$when exits "a plug-in with a fault while it is loaded: $when" 1 \
			list --plugin "$so" strategies
		says "a plug-in with a fault while it is loaded: $when: says so" \
			"plug-in $so, while it is loaded: "
	done ;;
esac

# Callbacks that do not return.  They take 10 s each, at the same time.

for strategy in loops sleeps rpcits; do
	timeout -s KILL 60 "$prog" run --quiet --plugin "$so" --strategy $strategy "$file" \
		>"$tmp/stall.$strategy" 2>"$tmp/err.$strategy"
	echo $? >>"$tmp/err.$strategy"
done &
timeout -s KILL 60 "$prog" run --quiet --plugin "$so" --strategy rpcits --rpcit-latency 1000 "$file" \
	>"$tmp/stall.latency" 2>"$tmp/err.latency"
echo $? >>"$tmp/err.latency"
timeout -s KILL 60 "$prog" run --quiet --plugin "$so" --strategy strict --hypervisor hv-loops "$file" \
	>"$tmp/stall.hypervisor" 2>"$tmp/err.hypervisor"
echo $? >>"$tmp/err.hypervisor"
FAULT_AT_LOAD=loop timeout -s KILL 60 "$prog" list --plugin "$so" strategies \
	>"$tmp/stall.load" 2>"$tmp/err.load"
echo $? >>"$tmp/err.load"
wait

# stalled TEXT WHAT WORDS
stalled() {
	cp "$tmp/err.$2" "$tmp/err"
	says "$1: which" "plug-in $so, $3: did not return within 10 s"
	check "$1: exit status 1" test "$(tail -n 1 "$tmp/err")" = 1
}

stalled "an endless loop" loops "strategy loops, callback iotlb_sync_map"
stalled "an endless sleep" sleeps "strategy sleeps, callback iotlb_sync_map"
stalled "endless RPCITs" rpcits "strategy rpcits, callback iotlb_sync_map"
stalled "endless RPCITs that take time" latency "strategy rpcits, callback iotlb_sync_map"
stalled "an endless loop of a hypervisor" hypervisor "hypervisor hv-loops, callback rpcit"
stalled "an endless constructor" load "while it is loaded"

# One SIGTERM is enough, within 2 s.

# terminated TEXT WORDS ARGUMENTS...
terminated() {
	what=$1
	words=$2
	shift 2
	rm -f "$tmp/begun"
	FAULT_BEGUN=$tmp/begun "$prog" "$@" --plugin "$so" >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	while [ ! -e "$tmp/begun" ] && kill -0 $pid 2>/dev/null; do
		sleep 0.05
	done
	catches $pid TERM	# a plug-in may have taken the handler away for a moment
	begin=$(date +%s%N)
	kill -TERM $pid
	wait $pid
	status=$?
	took=$((($(date +%s%N) - begin) / 1000000))
	check "SIGTERM: $what: exit status 130" test $status -eq 130
	says "SIGTERM: $what: which" "$words"
	check "SIGTERM: $what: within 2 s ($took ms)" test $took -lt 2000
}

terminated "a loop" "strategy loops, callback iotlb_sync_map: still runs after the program was interrupted" \
	run --quiet --strategy loops "$file"
terminated "a loop in a thread" "strategy loops, callback iotlb_sync_map: still runs" \
	run --quiet --strategy loops,strict --jobs 2 "$file"
terminated "signals that are ignored and blocked" "strategy ignores, callback iotlb_sync_map: still runs" \
	run --quiet --strategy ignores "$file"
# The callback may wait for its RPCIT in that moment, while other operations go on.
terminated "endless RPCITs that take time" "interrupted" \
	run --quiet --strategy rpcits --rpcit-latency 1000 "$file"
export FAULT_AT_LOAD=loop
terminated "a constructor that never ends" "while it is loaded: still runs" list strategies
export FAULT_AT_LOAD=unload
terminated "a destructor that never ends" "while it is unloaded: still runs" list strategies
unset FAULT_AT_LOAD

# Standard output is the report's.

run run --quiet --plugin "$so" --strategy good --format csv "$file"
sed 's/good/prints/' "$tmp/out" >"$tmp/good"
run run --quiet --plugin "$so" --strategy prints --format csv "$file"
check "what a plug-in prints is not in the report" cmp -s "$tmp/good" "$tmp/out"
says "it goes to standard error" "from the plug-in"
says "also what it writes directly" "directly"
says "and what its destructor prints" "from the destructor"
for name in /dev/stdout /dev/fd/1 /proc/self/fd/1; do
	"$prog" run --quiet --plugin "$so" --strategy prints --format csv -o $name "$file" \
		>"$tmp/out" 2>"$tmp/err"
	check "standard output by the name $name is that of the report" cmp -s "$tmp/good" "$tmp/out"
done
"$prog" run --quiet --plugin "$so" --strategy good "$file" >&- 2>"$tmp/err"
check "closed standard output is an error, with a plug-in, too" test $? -eq 1

# Hypervisors.

# hypervisor NAME CALLBACK WORDS [OPTIONS...]
hypervisor() {
	name=$1
	callback=$2
	words=$3
	shift 3
	exits "hypervisor $name" 1 run --quiet --plugin "$so" --strategy strict --hypervisor "$name" "$@"
	says "hypervisor $name: which, where, why" "plug-in $so, hypervisor $name, callback $callback: $words"
}

exits "hypervisor hv-good works" 0 run --quiet --plugin "$so" --hypervisor hv-good \
	--strategy strict,fq-flush,sync-map-retry,legacy,good "$file"
exits "hypervisor hv-open has no memory" 1 run --quiet --plugin "$so" --hypervisor hv-open \
	--strategy strict "$file"
says "hypervisor hv-open has no memory: says so" "out of memory"
hypervisor hv-status rpcit "returned 9, which is no status of an RPCIT" "$file"
hypervisor hv-close close "called exit()" "$file"

# Callbacks for IOMMUs that count leaves.
exits "hypervisor hv-counts works" 0 run --quiet --plugin "$so" --hypervisor hv-counts --iommu amd --strategy strict,lazy "$file"
hypervisor hv-takes-more take "took 2 entries, of 1" --iommu amd "$file"
hypervisor hv-take-exits take "called exit()" --iommu amd "$file"
hypervisor hv-give-exits give "called exit()" --iommu amd "$file"

# A device that is switched off.

{
	echo '# tracer: nop'
	for i in 1 2 3; do
		echo "fio-1 [000] ..... $i.000000: map: IOMMU: iova=0x10000${i}000 - 0x10000$((i + 1))000 paddr=0x${i}000 size=4096"
		echo "fio-1 [000] ..... $i.000001: dma_map_page: 0001:00:00.0 dir=FROM_DEVICE dma_addr=10000${i}000 size=4096 phys_addr=${i}000 attrs="
	done
	echo "sh-7 [000] ..... 4.000000: remove_device_from_group: IOMMU: groupID=0 device=0001:00:00.0"
	echo "fio-1 [000] ..... 5.000000: map: IOMMU: iova=0x100009000 - 0x10000a000 paddr=0x9000 size=4096"
	echo "fio-1 [000] ..... 5.000001: dma_map_page: 0001:00:00.0 dir=FROM_DEVICE dma_addr=100009000 size=4096 phys_addr=9000 attrs="
} >"$tmp/off"
run ops "$tmp/off"
shows "there is a device that is switched off" " detach "
hypervisor hv-disable disable "left 3 pages in the shadow of a device that was switched off" "$tmp/off"
hypervisor hv-keeps rpcit "left 3 pages in the shadow of a device that was switched off" "$tmp/off"
exits "a hypervisor without disable has an RPCIT over the aperture then" 0 run --quiet --plugin "$so" \
	--hypervisor hv-clamped --aperture 8M --strategy strict,sync-map-retry,everywhere,outside "$tmp/off"

# A batch: the cell has failed, and says why.

cat >"$tmp/m.json" <<END
{ "schema": "iommu-replay-manifest/1", "recordings": [ "$tmp/off" ],
  "strategies": [ "strict", "cause" ], "hypervisors": [ "kvm" ] }
END
exits "a batch with a fault of a plug-in" 3 batch --plugin "$so" -o "$tmp/results" "$tmp/m.json"
check "its cell says why" grep -q "strategy cause, callback iotlb_sync_map: called ir_rpcit() with 77" \
	"$tmp/results"
check "the others are done" test "$(grep -c '"status":"done"' "$tmp/results")" -eq 1
