#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The promises of time and memory (iommu-replay-promises(7)).
#
#  time    instructions for a recording and for one twice as large: less than 2.5 times as many,
#          for each pair of strategy and hypervisor at four times the limit, and for each way in
#          which a recording can be awkward (growing.awk); counted by valgrind, so that neither
#          other load nor the machine's speed matters
#  memory  ranges stay ranges, devices take little, what needs more than allowed is refused at once

. tests/lib.sh

# make KIND N: a recording, as $tmp/KIND.N.  One whose lines cannot be read would cost nothing.
make() {
	[ ! -f "$tmp/$1.$2" ] || return 0
	awk -v kind="$1" -v n="$2" -f tests/growing.awk >"$tmp/$1.$2"
	"$prog" info -q --strict-input "$tmp/$1.$2" >"$tmp/out" 2>"$tmp/err" ||
		not_ok "growing.awk: $1 of $2 is a complete recording"
}

# instructions ARGUMENTS...: of the program, to standard output
instructions() {
	valgrind --tool=exp-bbv --instr-count-only=yes --bb-out-file=/dev/null \
		--log-file="$tmp/log" "$prog" "$@" >"$tmp/out" 2>"$tmp/err" || return 1
	sed -n 's/.*Total instructions: *//p' "$tmp/log"
}

# grows TEXT KIND N ARGUMENTS...: less than 2.5 times as many for 2N, without those for one operation
# ($start, if they are known).  @N@ in an argument is a fourth of the recording's size.
start=
grows() {
	text=$1
	kind=$2
	n=$3
	shift 3
	counts=$start
	# shellcheck disable=SC2046	# a word or none
	for size in $([ -n "$start" ] || echo 1) "$n" $((2 * n)); do
		make "$kind" "$size"
		limit=$((size / 4 > 0 ? size / 4 : 1))
		# shellcheck disable=SC2046	# words
		count=$(instructions $(echo "$@" | sed "s/@N@/$limit/g") "$tmp/$kind.$size") || {
			not_ok "$text: the program ends with status 0 under valgrind"
			return
		}
		counts="$counts $count"
	done
	# shellcheck disable=SC2086	# words
	set -- $counts
	check "$text: $((($3 - $1) / ($2 - $1 > 0 ? $2 - $1 : 1))).$(((($3 - $1) * 100 / ($2 - $1)) % 100)) times the instructions for twice the recording" \
		test $((($3 - $1) * 10)) -lt $((($2 - $1) * 25))
}

if ! command -v valgrind >/dev/null; then
	skip "time: no valgrind to count instructions with; install the package valgrind"
elif ! instructions --version >/dev/null || [ -z "$(instructions --version)" ]; then
	skip "time: this build does not run under valgrind's exp-bbv; a build without sanitizers does"
else
	for hypervisor in kvm:entry-limit=@N@ kvm-aperture:entry-limit=@N@ \
		zvm:pinned-limit=@N@ lpar vfio:entry-limit=@N@; do
		# To begin takes as many with any strategy.
		make live 1
		start=$(instructions run -q -j 1 --format csv --strategy strict \
			--hypervisor "$(echo "$hypervisor" | sed 's/@N@/1/g')" --queue-size 8 "$tmp/live.1")
		for strategy in $("$prog" list --format json strategies |
			sed -n 's/.*"name": "\([^"]*\)".*/\1/p'); do
			grows "time: $strategy, ${hypervisor%%:*}" live "${PAGES:-500}" run -q -j 1 --format csv \
				--strategy "$strategy" --hypervisor "$hypervisor" --queue-size 8
		done
	done
	start=
	fast='run -q -j 1 --format csv --strategy sync-map-retry'
	# shellcheck disable=SC2086	# words
	{
	grows "time: devices, with latency" devices 1000 $fast --rpcit-latency 25000
	grows "time: devices, per-CPU queues" devices 300 $fast --hypervisor lpar
	grows "time: devices, with pages from before" devices 1000 $fast --initial-pages 10000
	grows "time: detaches" detaches 1500 $fast
	grows "time: mappings of 16 GiB" large 40 $fast --hypervisor kvm:entry-limit=100000 \
		--api iommu
	grows "time: an aperture full of holes, former DMA API" full 8000 run -q -j 1 --format csv \
		--strategy legacy --aperture @N@0K
	grows "time: an aperture full of holes" full 8000 $fast --aperture @N@0K
	grows "time: unmapped memory for one bucket" memory 4000 $fast --queue single
	grows "time: many tasks, predicted" tasks 1000 $fast --load closed
	grows "time: many CPUs" cpus 1500 $fast --queue per-cpu --queue-size 8
	make large 50
	held=$(instructions $fast --api iommu --hypervisor vfio:entry-limit=0 "$tmp/large.50")
	refused=$(instructions $fast --api iommu --hypervisor vfio:entry-limit=1 "$tmp/large.50")
	check "time: mappings of 16 GiB that the host refuses: $refused instructions, $held if it holds them" \
		test "$refused" -lt $((held * 2))
	}
	grows "time: faults of one page" faulty 3000 faults -q --format csv
	grows "time: faults of one page, with a strategy" faulty 3000 run -q -j 1 --format csv --strategy lazy
	grows "time: a mapping that was many, in reverse" splits 8000 info -q --format csv
	grows "time: a mapping that was many, in no order" parts 8000 info -q --format csv
	grows "time: IOVAs made for one bucket" crafted 4000 info -q --format csv
fi

# within KIB TEXT ARGUMENTS...: ok if the program has done its work in so much address space
within() {
	kib=$1
	text=$2
	shift 2
	# shellcheck disable=SC3045	# dash and bash have it
	if (ulimit -v "$kib" && "$prog" "$@" >"$tmp/out" 2>"$tmp/err"); then
		ok "memory: $text in $((kib / 1024)) MiB"
	else
		not_ok "memory: $text in $((kib / 1024)) MiB"
	fi
}

# Without the sanitizers' shadow, which takes terabytes.
# shellcheck disable=SC3045	# dash and bash have it
if ! (ulimit -v 1000000 && "$prog" --version >/dev/null 2>&1); then
	skip "memory: this build needs more than 1 GB to begin; a build without sanitizers does not"
	exit 0
fi

make large 200
within 150000 "3.1 TiB mapped at a time, one strategy" run -q -j 1 --format csv \
	--strategy sync-map-retry --hypervisor kvm:entry-limit=0 --api iommu "$tmp/large.200"
make devices 5000
within 200000 "5000 devices, one strategy" run -q -j 1 --format csv --strategy sync-map-retry \
	"$tmp/devices.5000"

# The limit of the process counts, without any option: refused before any work is done.
# shellcheck disable=SC3045	# dash and bash have it
(ulimit -v 300000 && "$prog" run -q --format csv "$tmp/devices.5000" >"$tmp/out" 2>"$tmp/err")
check "memory: under ulimit -v, what needs more is refused with status 1" test $? -eq 1
check "and the message names devices, pages, configurations and the need" \
	grep -q 'the replay needs .* MiB of memory, for 5000 devices and [0-9]* pages mapped at a time in 8 configurations' \
	"$tmp/err"
exits "--max-memory refuses likewise" 1 run -q --max-memory 100M --format csv "$tmp/devices.5000"
check "and names itself" grep -q 'max-memory is 100 MiB' "$tmp/err"
exits "--max-memory that suffices changes nothing" 0 run -q --max-memory 1G --format csv \
	"$tmp/devices.5000"
make live 100000
exits "what a recording itself takes counts, too" 1 info -q --max-memory 16M "$tmp/live.100000"
check "and the message names mappings" grep -q 'for 0 devices and [0-9]* mappings at a time' \
	"$tmp/err"

# A strategy that the machine did not have: what waits for a counterpart does not grow.
make rpcits 100000
within 150000 "200,000 RPCITs without a counterpart" info -q --format csv "$tmp/rpcits.100000"
# shellcheck disable=SC3045	# dash and bash have it
(ulimit -v 150000 && "$prog" verify -q --strategy null --hypervisor lpar --format json \
	"$tmp/rpcits.100000" >"$tmp/out" 2>"$tmp/err")
check "memory: verify with a strategy that has no RPCITs, in 146 MiB: they differ" test $? -eq 3

# Input beyond limits of the program is counted as such.

# counts KEY VALUE FILE: among the damage
counts() {
	run info -q --format json "$3"
	check "$1: $2 are counted" grep -q "\"$1\": $2,*\$" "$tmp/out"
}

# Devices that each map and unmap a page; with functions, whose timers fire now and then.
# devices N FUNCTIONS
devices() {
	awk -v n="$1" -v functions="$2" 'BEGIN {
		print "cpus=1"
		for (i = 0; i < n; i++) {
			name = sprintf("%04x:%02x:%02x.%d", i / 8192, i / 256 % 32, i / 8 % 32, i % 8)
			iova = sprintf("%x", 1073741824 + 8192 * i)
			end = sprintf("%x", 1073741824 + 8192 * i + 4096)
			head = sprintf("  fio-1 [000] %d.%06d: ", 10 + i / 100000, 10 * i % 1000000)
			dma = ": " name " dir=TO_DEVICE dma_addr=" iova " size=4096 phys_addr=40000000 attrs="
			fn = sprintf("rpcit: (x) fn=0x%x addr=0x", i + 1)
			print head "map: IOMMU: iova=0x" iova " - 0x" end " paddr=0x40000000 size=4096"
			if (functions)
				print head fn iova " range=0x1000"
			print head "dma_map_page" dma
			print head "unmap: IOMMU: iova=0x" iova " - 0x" end " size=4096 unmapped_size=4096"
			print head "dma_unmap_page" dma
			if (functions && i % 16 == 15)
				print head fn "10000000 range=0x80000000"
		}
	}'
}
devices 300 1 >"$tmp/devices"
counts limit_timers 269 "$tmp/devices"		# those of device 32 and on, and one firing
counts limit_domains 45 "$tmp/devices"		# of device 256 and on
awk 'BEGIN {
	print "cpus=1"
	for (i = 0; i < 65540; i++) {
		head = sprintf("  fio-1 [000] %d.%06d: ", 1 + i / 50, i % 50 * 20000)
		iova = sprintf("%x", 1073741824 + 4096 * (i % 1000))
		end = sprintf("%x", 1073741824 + 4096 * (i % 1000) + 4096)
		print head "map: IOMMU: iova=0x" iova " - 0x" end " paddr=0x40000000 size=4096"
		print head "unmap: IOMMU: iova=0x" iova " - 0x" end " size=4096 unmapped_size=4096"
		printf "  fio-1 [000] %d.%06d: fq_timeout: (ffff) timer=0x5000\n", 1 + i / 50, i % 50 * 20000 + 16000
	}
}' >"$tmp/late"
counts limit_late_timers 4 "$tmp/late"
devices 66000 0 >"$tmp/devices"
counts limit_devices 930 "$tmp/devices"		# maps and unmaps of 465 devices
{ echo cpus=1; seq 5000 | awk '{ printf "  fio-1 [000] 10.%06d: event%d: x=1\n", $1, $1 }'; } >"$tmp/names"
counts limit_event_names 904 "$tmp/names"
awk 'BEGIN {
	print "cpus=1"
	for (i = 0; i < 4200; i++)
		printf "  fio-1 [000] 10.%06d: map: IOMMU: iova=0x%x - 0x%x paddr=0x40000000 size=4096\n", \
			i, 1073741824 + 8192 * i, 1073741824 + 8192 * i + 4096
}' >"$tmp/scattered"
counts limit_start_iovas 4097 "$tmp/scattered"
if command -v python3 >/dev/null; then
	python3 - fuzz/corpus/tracedat/6.12-fq-twodev.v6 >"$tmp/cpus.dat" <<-'END'
	import struct, sys
	data = open(sys.argv[1], "rb").read()
	order = ">" if data[12] else "<"
	at = data.index(b"options  \0")
	table = data.index(b"flyrecord\0") + 10
	cpus = struct.unpack(order + "I", data[at - 4:at])[0]
	more = 9000 - cpus
	pairs = struct.unpack(f"{order}{2 * cpus}Q", data[table:table + 16 * cpus])
	pairs = [n + (0 if i % 2 else 16 * more) for i, n in enumerate(pairs)] + [0, 0] * more
	sys.stdout.buffer.write(data[:at - 4] + struct.pack(order + "I", 9000) + data[at:table] +
	                        struct.pack(f"{order}{len(pairs)}Q", *pairs) + data[table + 16 * cpus:])
	END
	exits "9000 CPUs in a header of version 6 are refused" 1 info -q "$tmp/cpus.dat"
	says "and named as a limit" "recorded on 9000 CPUs, says its header; at most 8192 are supported"
else
	skip "9000 CPUs: no python3 to make a recording"
fi
