#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sweep with a recording of a few operations: every question in every format, and what the answers say.

. tests/lib.sh

waits=$PWD/traces/throughput/depth1-lazy.dat
cd "$tmp" || exit 1

small_recordings

# verdict TEXT WORDS ARGUMENTS...: what a sweep of s.txt (or FILE) says in the end
verdict() {
	text=$1
	words=$2
	shift 2
	run sweep --quiet "$@" "${FILE:-s.txt}"
	shows "$text" "verdict $words"
}

verdict "most strategies have enough near what is live" "Six of eight strategies fail no map from 11 or 12 host mappings on, which is what the guest itself has mapped at most (11 pages); lazy-ignore needs 100, driver-lazy needs 101." \
	--strategy $eight --find min-entry-limit
shows "what to type on the host, with each strategy" "on the host vfio_iommu_type1.dma_entry_limit=15 with strict, fq-flush, sync-map-retry, map-inline, legacy and legacy-strict, 127 with lazy-ignore and driver-lazy (kernel command line of the host; a quarter more than they need, as headroom). It is for one device like the recorded one; the default, 65,535, is enough for 4,369 such devices under one limit, for fewer with strategies that need more."
shows "what to try next, with several limits" "The course with a limit of 12: iommu-replay run"
shows "what to try next" "run --hypervisor kvm:entry-limit=12 --format html --output report.html s.txt"
shows "a row of the answers" "strict 12 - 190 11 9 200 23 every larger value tried also works"
verdict "one strategy" "No map fails from 12 host mappings on, which is" --strategy strict --find min-entry-limit
shows "what to type on the host" "on the host vfio_iommu_type1.dma_entry_limit=15 (kernel command line of the host; 12 and a quarter more as headroom). It is for one device like the recorded one; the default, 65,535, is enough for 4,369 such devices under one limit. try next The course with a limit of 12: iommu-replay run"
verdict "copies under one limit" "No map fails from" --strategy strict --find min-entry-limit --hypervisor kvm:share=guest --devices 3
shows "copies under one limit: their host has it for all of them" "It is for 3 times the recorded device together; the default, 65,535, is enough for 1,560 such groups of devices under one limit."
verdict "all strategies alike" "No strategy fails a map from 44 KiB or 48 KiB of address space on." --strategy strict,legacy --find min-aperture
shows "an aperture is one of pages" "smallest aperture with at most 0 failures; one less is a page less"
verdict "failures that are allowed are not denied" "Five of eight strategies have enough from 10 or 11 host mappings on" \
	--strategy $eight --find min-entry-limit --max-failures 9
verdict "failures that are allowed, one strategy" "There is enough from 11 host mappings on" \
	--strategy strict --find min-entry-limit --max-failures 9
verdict "failures that are allowed, all alike" "Every strategy has enough from 11 host mappings on" \
	--strategy strict,legacy --find min-entry-limit --max-failures 9
verdict "flushes that are allowed" "Four of eight strategies have enough from 16 queue slots on; driver-lazy, legacy have enough and no queue; strict, legacy-strict have too little with any value tried." \
	--strategy $eight --find min-queue-size --max-rpcits 105
verdict "fewer flushes than there can be" "No value that was tried is enough." \
	--strategy $eight --find min-queue-size --max-rpcits 95
check "fewer flushes than there can be: maps do not fail" sh -c '! grep -qi "maps fail" out'
shows "a strategy without a queue" "strict none - - - - - 1 has no queue: failures 0, RPCITs 190"
shows "fewer flushes: the nearest" "none that was tried suffices; 92, the largest: failures 0, RPCITs 100"
verdict "a strategy without a queue that has enough" "legacy has enough and no queue; legacy-strict has too little with any value tried." \
	--strategy legacy,legacy-strict --find min-queue-size --max-rpcits 105
shows "a strategy without a queue that has enough: any" "legacy any - - - - - 1 has no queue"
verdict "strategies without a queue" "strict, legacy fail no map and have no queue." --strategy strict,legacy --find min-queue-size
exits "a strategy without a queue that fails maps" 3 sweep --quiet --strategy strict,driver-lazy --find min-queue-size \
	--hypervisor kvm:entry-limit=50 s.txt
shows "a strategy without a queue that fails maps: in words" "verdict strict fails no map and has no queue; driver-lazy fails maps with any value tried."
verdict "a larger queue that fails maps" "No map fails with 2 queue slots; not every larger value that was tried is enough for lazy-ignore." \
	--strategy lazy-ignore --find min-queue-size --hypervisor kvm:entry-limit=50
shows "a larger queue that fails maps: the largest" ", the largest"
verdict "a parameter without a unit" "No strategy fails a map from tlb-refresh 1 on, of the values tried." --strategy strict,legacy --vary tlb-refresh=0:1
verdict "a parameter without a unit that changes nothing" "No map fails with any value tried, from tlb-refresh 0 to tlb-refresh 1." --strategy strict --hypervisor lpar --vary tlb-refresh=0:1
verdict "a time" "No map fails with any value tried, from 1,000 to 3,000 ns for each flush." --strategy strict --vary flush-latency=1us:3us:x3
shows "a time: its unit" "varied flush-latency (ns for each flush), 2 values; the line above has the first"
run sweep --quiet --find min-entry-limit --strategy strict --max-failures 1000 --max-rpcits 2000 s.txt
shows "what is allowed, as numbers are written" "smallest entry-limit with at most 1,000 failures and 2,000 RPCITs"
exits "no value suffices" 3 sweep --quiet --strategy fq-flush --find min-queue-size --max-rpcits 95 s.txt
verdict "two hosts" "On kvm: Maps fail with every value that was tried. verdict On kvm, entry-limit 9: Maps fail" \
	--hypervisor kvm --hypervisor kvm:entry-limit=9 --vary aperture=4K:16K --strategy strict
verdict "two hosts that have no limit in common" "On vfio, entry-limit 9, share device" \
	--hypervisor vfio:entry-limit=9,share=device --hypervisor zvm:pinned-limit=9,tlb-refresh=0 --strategy strict --vary hz=100:250:150
shows "the other one" "verdict On zvm, pinned-limit 9, tlb-refresh 0: Maps fail with every value that was tried."
verdict "pinned pages" "Seven of eight strategies fail no map from 11 pinned pages on; lazy-ignore needs 100." \
	--strategy $eight --hypervisor zvm --find min-pinned-limit
verdict "a limit of addresses" "Four of eight strategies fail no map from 12 host mappings on, which is what the guest itself has mapped at most (11 pages); lazy-ignore needs 100, sync-map-retry needs 100" \
	--strategy $eight --hypervisor kvm-aperture --find min-entry-limit
verdict "values that were tried" "Six of eight strategies fail no map from 15 host mappings on, of the values tried; lazy-ignore, driver-lazy fail maps with any value tried." \
	--strategy $eight --vary entry-limit=5:30:5
verdict "values of which each suffices" "No map fails with any value tried, from 20 to 40 host mappings." \
	--strategy strict --vary entry-limit=20:40:10
FILE=lost.txt verdict "events that were lost" "Incomplete: figures may be too low. Six of eight" --strategy $eight --vary entry-limit=5:30:5
FILE=nothing.txt verdict "no maps" "The recording has no maps." --vary hz=100:250:150
FILE=nothing.txt verdict "no maps, a search" "The recording has no maps." --find min-entry-limit
FILE=nothing.txt verdict "no maps, a frontier" "The recording has no maps." --frontier
verdict "no maps in a part" "There are no maps in this part of the recording." --frontier --time-window 100s:

small 100 30 >many.txt
FILE=many.txt verdict "more pages that are live" "Six of eight strategies fail no map from 31 or 32 host mappings on, which is what" --strategy $eight --find min-entry-limit
FILE=many.txt verdict "values that are near each other" "No strategy fails a map from 31 to 33 host mappings on, of the values tried." \
	--strategy fq-flush,map-inline,strict --vary entry-limit=29:35:2
verdict "a strategy that flushes more than is allowed" "One of two strategies has enough from 13 host mappings on; strict has too little with any value tried." \
	--strategy strict,fq-flush --find min-entry-limit --max-rpcits 150
verdict "strategies that flush more than is allowed" "One of three strategies has enough from 13 host mappings on; strict, legacy-strict have too little with any value tried." \
	--strategy strict,fq-flush,legacy-strict --find min-entry-limit --max-rpcits 150
verdict "two hosts with a limit that is sought" "On kvm: No map fails from 12 host mappings on, which is" \
	--strategy strict --hypervisor kvm:entry-limit=9 --hypervisor kvm:share=guest --find min-entry-limit
verdict "two hosts with and without iommufd" "On vfio, iommufd: No map fails with any value tried, from 100 to 250 jiffies a second. verdict On vfio: No map" \
	--strategy strict --hypervisor vfio:backend=iommufd --hypervisor vfio --iommu vtd --vary hz=100:250:150
verdict "durations have a unit" "No map fails with any value tried, from 1,000 to 2,000 ns for each flush." \
	--strategy strict --vary flush-latency=1us:2us:1us
verdict "another IOMMU" "One of two strategies fails no map from 11 host mappings on, which is what the guest itself has mapped at most (11 pages); lazy needs 26." \
	--strategy strict,lazy --hypervisor vfio --iommu vtd --find min-entry-limit
shows "another IOMMU: what its flushes are" "strategy smallest failures flushes one less failures flushes replays"
exits "a curve of one parameter and an answer for another" 3 sweep --quiet --strategy strict,fq-flush --vary entry-limit=5:20:5 \
	--find min-queue-size --max-rpcits 105 s.txt
shows "a curve of one parameter and an answer for another: both" \
	"entry-limit strict fq-flush 5 63 54 10 18 9 15 - - 20 - - hypervisor kvm sought smallest queue-size"
exits "both as CSV" 2 sweep --quiet --format csv --strategy fq-flush --vary entry-limit=5:20:5 --find min-queue-size s.txt
says "both as CSV: there is one table" "this format has room for one table: give --vary or --find"

# large PAGES: a text with one map of so many
large() {
	printf '# tracer: nop\n      fio-7   [000] .....  10.000001: map: IOMMU: iova=0x%x - 0x%x paddr=0x100000000 size=%d\n' \
		4294967296 $((4294967296 + 4096 * $1)) $((4096 * $1))
}
large 40000 >large.txt
small 10 >one.txt
FILE=one.txt verdict "a single page" "No map fails from 2 host mappings on, which is what the guest itself has mapped at most (1 page)." \
	--strategy strict --find min-entry-limit
FILE=one.txt verdict "a single pinned page" "No map fails from 1 pinned page on." --strategy strict --hypervisor zvm \
	--find min-pinned-limit
FILE=large.txt verdict "a large map" "No map fails from 40,001 host mappings on" --strategy strict --find min-entry-limit
shows "a large map: the default" "the default, 65,535, is enough for 1 such device under one limit."
large 60000 >large.txt
FILE=large.txt verdict "a larger map" "No map fails from 60,001 host mappings on" --strategy strict --find min-entry-limit
shows "a larger map: the default" "It is for one device like the recorded one; the default, 65,535, is not enough."

# Two devices with 20 maps each.
awk 'BEGIN {
	print "# tracer: nop"
	for (i = 0; i < 40; i++) {
		a = 4096 * (i + 1)
		t = 10 + i / 1000
		printf "      fio-7   [000] .....  %.6f: map: IOMMU: iova=0x%x - 0x%x paddr=0x%x size=4096\n", t, a, a + 4096, 1048576 + a
		printf "      fio-7   [000] .....  %.6f: dma_map_page: 0000:00:0%d.0 dir=TO_DEVICE dma_addr=%x size=4096 phys_addr=%x attrs=\n", t + 0.0001, 1 + i % 2, a, 1048576 + a
	}
}' >two.txt
FILE=two.txt verdict "two devices" "No map fails from 21 host mappings on." --strategy strict --find min-entry-limit
shows "two devices: the limit is of each" \
	"It is for each of the 2 recorded devices, which have limits of their own; the default, 65,535, is enough for 2,427 such devices under one limit."
FILE=two.txt verdict "two devices with one limit" "No map fails from 41 host mappings on, which is" --strategy strict --hypervisor kvm:share=guest --find min-entry-limit
shows "two devices with one limit: it is of both" \
	"It is for the 2 recorded devices together; the default, 65,535, is enough for 1,260 such groups of devices under one limit."

# Devices.

verdict "devices that flush more with the second strategy" \
	"fq-flush and strict fit the recorded devices 4 times, the most that was tried. From 1 on, flushes take 80% of the time or more with strict." \
	--strategy fq-flush,strict --vary devices=1:4 --flush-latency 500us
verdict "strategies with which devices as they are do not fit" \
	"lazy-ignore and driver-lazy fail maps even with the devices as they are; strict fits the recorded devices 2 times, the most that was tried." \
	--strategy lazy-ignore,driver-lazy,strict --vary devices=1:2 --hypervisor kvm:entry-limit=12
verdict "a strategy with which devices do not fit" \
	"lazy-ignore fails maps already with 2 times the devices; strict fits the recorded devices 3 times" \
	--strategy lazy-ignore,strict --vary devices=2:3 --hypervisor kvm:entry-limit=15
verdict "flushes that take the time of a strategy that fails" "strict fails maps even with the devices as they are." \
	--strategy strict --vary devices=1:2 --hypervisor kvm:entry-limit=5 --flush-latency 2ms
small 1 1 >one.txt
FILE=one.txt verdict "a recording of no time" "strict fits the recorded devices 2 times" --strategy strict --vary devices=1:2 --flush-latency 5us
shows "a recording of no time: no share of it" "strict: 2 or more fit, no map fails input"
verdict "devices that fit" "All eight strategies fit the recorded devices 4 times, the most that was tried. From 1 on, flushes take 80% of the time or more with strict, " \
	--strategy $eight --vary devices=1:4 --flush-latency 2ms
shows "devices that fit: what gets in the way" "strict, legacy-strict: 4 or more fit, no map fails; the hypervisor is busy from 1 on; flushes would take 15 times the time there is with 4"
verdict "devices that do not fit" "strict, fq-flush, sync-map-retry, map-inline, legacy and legacy-strict fit the recorded devices 3 times, the most that was tried; lazy-ignore and driver-lazy fail maps already with 2 times the devices." \
	--strategy $eight --vary devices=2:3 --hypervisor kvm:entry-limit=15
shows "devices that do not fit: why" "lazy-ignore, driver-lazy: maps fail already with 2; entries run short from 2 on"
verdict "devices as they are do not fit" "lazy-ignore fails maps even with the devices as they are; strict fits the recorded devices 2 times" \
	--strategy lazy-ignore,strict --vary devices=1:2 --hypervisor kvm:entry-limit=15
verdict "devices that share a limit" "strict fits the recorded devices once." \
	--strategy strict --vary devices=1:3 --hypervisor kvm:entry-limit=15,share=guest
shows "devices that share a limit: from where on it is too little" "strict: 1 fits; maps fail with 2; entries run short from 2 on"
verdict "flushes that leave time" "strict fits the recorded devices 2 times, the most that was tried." \
	--strategy strict --vary devices=1:2 --flush-latency 10us
shows "flushes that leave time: how much they take" "strict: 2 or more fit, no map fails; flushes take 3.8% of the time with 2"

# Frontiers.

small 1 >pair.txt
FILE=pair.txt verdict "a frontier of one unmap" "lazy with 16 slots, 1 ms needs no flush, and nothing exposes less: it leaves nothing reachable." \
	--frontier --iommu vtd --strategy strict,lazy
FILE=pair.txt verdict "a frontier with the identity domain that was given" "lazy with 16 slots, 1 ms needs no flush" \
	--frontier --iommu vtd --strategy strict,lazy,identity
FILE=pair.txt verdict "a frontier without a queue" "lazy (identical here: strict) flushes least (1 time)" \
	--frontier --iommu vtd --api iommu --strategy strict,lazy
{
	cat pair.txt
	printf '             fio-285     [000] .....    16.550000: map: IOMMU: iova=0x1000 - 0x2000 paddr=0x1000 size=4096\n'
} >later.txt
FILE=later.txt verdict "a frontier of one flush" \
	"lazy with 16 slots, 100 ms needs no flush, and leaves 0.0495 page-seconds of unmapped pages reachable; strict leaves nothing, for 1 flush." \
	--frontier --iommu vtd --strategy strict,lazy
FILE=one.txt verdict "a frontier of one map" "legacy flushes least (1 time), and nothing exposes less" --frontier --strategy legacy
shows "a frontier of one map: what to try next" "run --strategy strict,legacy one.txt"
FILE=one.txt verdict "a frontier of strict" "strict flushes least (1 time)" --frontier --strategy strict
shows "a frontier of strict: what to try next" "run --strategy strict one.txt"
shows "a frontier of strict: how many" "frontier 2 of 2 combinations of strategy, queue size and timeout are not beaten in both, flushes and exposure; no map fails in any"
verdict "a frontier on which maps fail" "Maps fail with all strategies and queues." --frontier --strategy strict --hypervisor kvm:entry-limit=5
shows "a frontier on which maps fail: how many" "frontier 1 of 2 combinations of strategy, queue size and timeout is not beaten in both, flushes and exposure failures maps fail with 1 of the combinations, which is left out"
verdict "a frontier on which some maps fail" "lazy-ignore with 16 slots, 100 ms flushes least (105 times), and leaves 0.631 page-seconds of unmapped pages reachable; strict leaves nothing, for 190 flushes. With a tenth of these additional flushes or less, lazy-ignore with 16 slots, 1 ms leaves 0.344 page-seconds, for 111 flushes." \
	--frontier --strategy strict,lazy-ignore --hypervisor kvm:entry-limit=30
shows "a frontier on which some maps fail: how many" "maps fail with 10 of the combinations, which are left out"
FILE=lost.txt verdict "a frontier of lost events" "Incomplete: figures may be too low." --frontier --strategy strict,fq-flush
verdict "a frontier of strategies that are alike" "sync-map-retry (identical here: fq-flush, lazy-ignore) with 256 slots, 100 ms flushes least (100 times), and leaves 4 page-seconds" --frontier --strategy strict,fq-flush,lazy-ignore,sync-map-retry
verdict "a frontier of more strategies that are alike" "sync-map-retry (and three identical here) with 256 slots, 100 ms flushes least" --frontier --strategy strict,fq-flush,lazy-ignore,sync-map-retry,map-inline
small 2000 3 >long.txt
FILE=long.txt verdict "a frontier of many page-seconds" "legacy flushes least (2,000 times), and leaves 1,993 page-seconds of unmapped pages reachable" --frontier --strategy strict,legacy

# Every question in every format.

table() {
	case $1 in json) grep -q '^  "sweep": {' out ;; csv) head -n 1 out | grep -q '^[a-z]*.*,' ;; html) grep -q '</html>' out ;;
	md) grep -q '^| ---' out ;; table) grep -q '^verdict ' out ;; esac
}
# The report of a sweep is shown as the sweep was.
export SOURCE_DATE_EPOCH=1764547200
for question in "--find min-entry-limit" "--find min-queue-size --max-rpcits 105" "--find min-aperture" \
	"--find min-queue-size --max-rpcits 95 --hypervisor kvm:tlb-refresh=0 --hypervisor kvm:tlb-refresh=1" \
	"--find min-queue-size --hypervisor kvm:entry-limit=15 --hypervisor vfio:backend=iommufd" \
	"--vary devices=1:3 --flush-latency 1ms --hypervisor kvm --hypervisor kvm:entry-limit=15,share=guest" \
	"--vary entry-limit=4:64:x2" "--vary aperture=16K:64K:16K" "--vary queue-size=4:4" \
	"--vary entry-limit=4:64:x2 --find min-entry-limit --hypervisor kvm --hypervisor kvm:share=guest" \
	"--vary entry-limit=8:32:1 --find min-entry-limit" \
	"--vary tlb-refresh=0:1 --find min-aperture --hypervisor kvm --hypervisor kvm:entry-limit=15" \
	"--vary queue-size=4:64:x4 --find min-aperture --hypervisor kvm --hypervisor zvm:pinned-limit=40" \
	"--frontier --hypervisor kvm --hypervisor kvm:entry-limit=12"; do
	# shellcheck disable=SC2086	# several arguments
	run sweep --quiet --strategy strict,fq-flush,lazy-ignore $question --format json s.txt
	cp out sweep.json
	for format in table json csv md html; do
		# shellcheck disable=SC2086	# several arguments
		run sweep --quiet --strategy strict,fq-flush,lazy-ignore $question --format $format s.txt
		case $question$format in *--vary*--find*csv) continue ;; esac	# there is room for one table
		check "$question as $format" table $format
		cp out sweep.out
		exits "$question as $format, stored" 0 report --format $format sweep.json
		check "$question as $format, stored: the same" cmp out sweep.out
	done
done
unset SOURCE_DATE_EPOCH
exits "a sweep as a picture is one of its runs" 0 report --format svg sweep.json

# damaged WHAT WORDS SCRIPT: SCRIPT changes the sweep "s" or the results "r" of sweep.json
damaged() {
	python3 - "$3" <<-'END'
		import json, sys
		d = json.load(open("sweep.json"))
		del d["digest"]
		s, r = d["sweep"], d["recordings"][0]["results"]
		exec(sys.argv[1])
		json.dump(d, open("damaged.json", "w"))
	END
	exits "a stored sweep, $1" 1 report damaged.json
	says "a stored sweep, $1: which" "damaged.json: $2"
}
unfit='its member "sweep" does not fit its results:'
if command -v python3 >/dev/null; then
	run sweep --quiet --strategy strict,fq-flush --vary entry-limit=4:64:x2 --find min-entry-limit --format json s.txt
	cp out sweep.json
	damaged "another parameter" 'unknown numeric parameter "color"' 's["vary"]["parameter"] = "color"'
	damaged "no parameter" "$unfit it names no parameter" 'del s["vary"]["parameter"]'
	damaged "no values" "$unfit it has no values" 's["vary"]["values"] = []'
	damaged "a value that is none" "$unfit a value is no number" 's["vary"]["values"][1] = "many"'
	damaged "an answer without a value" "$unfit an answer has no result" 'del s["find"]["answers"][1]["smallest"]["value"]'
	damaged "an answer that cannot be" "$unfit an answer has no result" 's["find"]["answers"][1]["smallest"]["value"] = 1 << 60'
	damaged "a result less" "$unfit" 'r.pop()'
	damaged "a result more" "$unfit there are more of these" 'r.append(r[-1])'
	damaged "too few results" "$unfit there are fewer of these" 'del r[3:]'
	damaged "an answer less" "$unfit" 's["find"]["answers"].pop()'
	damaged "no answers" "$unfit there are more or fewer of these" 's["find"]["answers"] = []'
	damaged "an answer of another strategy" "$unfit" 's["find"]["answers"][0]["strategy"] = "lazy"'
	damaged "an answer that is none" "$unfit" 's["find"]["answers"][0] = 7'
	damaged "a question that there is not" "$unfit it seeks something else" 's["find"]["parameter"] = "hz"'
	damaged "results in another order" "$unfit strategies are in another order" 'r[2], r[3] = r[3], r[2]'
	damaged "no results" "$unfit there is not one recording with results" 'r.clear()'
	damaged "a frontier of something else" "$unfit the first of these is not of identity" 's.clear(); s["frontier"] = []'
else
	skip "stored sweeps that are damaged: no python3"
fi
run sweep --quiet --strategy strict,fq-flush,legacy --find min-queue-size --max-rpcits 105 --format csv s.txt
check "CSV of answers: what has no queue" grep -q '^legacy,kvm,queue-size,no-effect,,,,,,,0,,1$' out
check "CSV of answers: nor enough without" grep -q '^strict,kvm,queue-size,none,,,,,,,0,,1$' out
check "CSV of answers: what has" grep -q '^fq-flush,kvm,queue-size,found,16,0,105,15,0,106,0,16,24$' out
run sweep --quiet --strategy fq-flush --find min-queue-size --max-rpcits 95 --format csv s.txt
check "CSV of answers: none" grep -q '^fq-flush,kvm,queue-size,none,,,,,,,0,,7$' out
run sweep --quiet --strategy fq-flush --find min-queue-size --max-rpcits 95 --format json s.txt
shows "JSON of answers: none" '"answer": "none", "smallest": null, "one_less": null'
shows "JSON of answers: none, the question" '"max_failures": 0, "max_rpcits": 95'
run sweep --quiet --strategy strict,lazy-ignore --vary devices=1:2 --hypervisor kvm:entry-limit=15 --format json s.txt
shows "JSON of devices" '{ "strategy": "lazy-ignore", "hypervisor": "kvm", "fit": 0, "failing": 1, "short_of_entries": 1, "queue_full": null, "hypervisor_busy": null, "busy": null }'
run sweep --quiet --vary entry-limit=5:15:5 --find min-entry-limit --strategy strict --format json s.txt
check "a curve and an answer: what the curve has is not repeated" test "$(grep -c '"entry_limit": [0-9]' out)" -eq 5
run sweep --quiet --vary entry-limit=10:12:1 --find min-entry-limit --strategy strict --format json s.txt
check "a curve that has the answer: nothing is repeated" test "$(grep -c '"entry_limit": [0-9]' out)" -eq 3

# Figures.

run sweep --quiet --vary queue-timeout=1:100:x10 --strategy fq-flush --figure failures --figure exposure.p99_ns s.txt
shows "a figure of time" "figure exposure.p99_ns queue-timeout fq-flush 1 >=7.50 ms 10 >=15.5 ms 100 >=89.0 ms"
run sweep --quiet --vary flush-latency=1us:200us:x10 --load closed --strategy strict,fq-flush "$waits"
shows "a figure of throughput" "figure time.throughput.ratio: throughput, of the recorded one; run shows its bounds"
# shellcheck disable=SC2016	# awk's, not the shell's
check "a figure of throughput: slower flushes are less" awk '/throughput.ratio/ { on = 1 }
	on && $1 ~ /^[0-9]+,000$/ { bad += n && ($2 >= strict || $3 >= fq || $2 >= $3); strict = $2; fq = $3; n++ }
	END { exit bad || n != 4 }' out
run sweep --quiet --vary queue-size=128:1024:x8 --load closed --strategy strict,fq-flush "${waits%/throughput/*}/6.12-fq-randread-lim2048-smp1.dat"
shows "two strategies change places, perhaps" "crossing strict is faster than fq-flush up to 128, slower from 1,024 on, by less than the bounds of their throughput"
run sweep --quiet --vary entry-limit=20:160:x2 --load closed --strategy sync-map-retry,legacy-strict "${waits%1-lazy.dat}32-lazy.dat"
shows "failed maps" "figure failures: maps that failed or are unbacked entry-limit sync-map-retry legacy-strict 20 4,000 4,000 40 - -"
check "maps that fail take no time, and are no reason to be called faster" sh -c '! grep crossing out'
for format in json csv html; do
	exits "waits as $format" 0 sweep --quiet --format $format --vary flush-latency=1us:9us:4us --load closed --strategy strict,fq-flush "$waits"
done

# Questions that cannot be asked.

exits "a limit where the recorded machine has none" 2 sweep --quiet --iommu vtd --find min-entry-limit s.txt
says "a limit where the recorded machine has none: what to give" "with one: --hypervisor vfio, or kvm"
exits "a frontier of a given size" 2 sweep --frontier --queue-size 100 s.txt
exits "a frontier of a given time" 2 sweep --frontier --queue-timeout 100 s.txt
exits "a frontier without a queue" 2 sweep --frontier --queue none s.txt
exits "a frontier and a search" 2 sweep --frontier --find min-aperture s.txt
says "a frontier and a search: says so" "--frontier stands alone"
exits "flushes that are allowed need a search" 2 sweep --vary hz=100:250 --max-rpcits 3 s.txt
exits "values that contradict each other" 2 sweep --vary queue-size=4:8 --queue none s.txt
exits "searches that contradict each other" 2 sweep --find min-queue-size --queue none s.txt
exits "into its own recording" 2 sweep --vary hz=100:250 --output s.txt s.txt
exits "into a directory that is not there" 1 sweep --vary hz=100:250 --output none/out s.txt
cp nothing.txt bad.txt
head -c 40 /dev/urandom >bad.txt
exits "what is no recording" 1 sweep --vary hz=100:250 --output out.txt bad.txt
check "what is no recording: nothing is written" test ! -e out.txt
exits "events that were lost, strictly" 4 sweep --strict-input --vary hz=100:250 lost.txt

# How much there is to do, where there is no terminal.

exits "1,000 replays" 0 sweep --vary entry-limit=1:500:1 --strategy strict,legacy --format csv s.txt
says "1,000 replays: says so" "s.txt: 1,000 replays: 500 values of entry-limit, 2 strategies"
exits "1,000 replays of two hypervisors" 0 sweep --vary entry-limit=1:500:1 --strategy strict --hypervisor kvm --hypervisor kvm-aperture \
	--format csv s.txt
says "1,000 replays of two hypervisors: says so" "1,000 replays: 500 values of entry-limit, 1 strategy, 2 hypervisors"
exits "1,000 replays, quietly" 0 sweep --quiet --vary entry-limit=1:500:1 --strategy strict,legacy --format csv s.txt
check "1,000 replays, quietly: not a word" test ! -s err
exits "fewer replays" 0 sweep --vary entry-limit=1:499:1 --strategy strict,legacy --format csv s.txt
check "fewer replays: not a word" test ! -s err
