#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reports of recordings of a few operations as web pages, pictures and texts: what is said of one
# recording, of several that are alike, of several kinds, and of what went wrong.

. tests/lib.sh

x86=$PWD/traces/x86_64-6.12-lazy-randread-icount.dat
limits=$PWD/traces/6.12-fq-two-nvme-limits-smp2.dat
sites=$PWD/traces/6.12-fq-mixed-perf-g.perf.data
waits=$PWD/traces/throughput/depth1-lazy.dat
cd "$tmp" || exit 1

small_recordings
head -n 60 s.txt >half.txt
head -n 2 s.txt >one.txt
ln -s "$x86" x86.dat
ln -s "$limits" limits.dat
ln -s "$x86" x86.2.dat
cp one.txt one
small 1 >two.txt
small 2 >three.txt
# event TIME TEXT: a line
event() {
	printf '             fio-285     [000] .....    %s: %s\n' "$1" "$2"
}
{
	cat two.txt
	event 2016.500000 'map: IOMMU: iova=0x1000 - 0x2000 paddr=0x1000 size=4096'
} >late.txt
ln -s "$sites" sites.data

# page TEXT WORDS ARGUMENTS...: the page, without its marks and styles, says this
page() {
	text=$1
	words=$2
	shift 2
	run "$@" --quiet --format html
	sed 's/<style>.*<\/style>//; s/<[^>]*>//g; s/&nbsp;/ /g' out | tr -s ' \n' ' ' >plain
	check "page, $text" grep -qF -e "$words" plain
	check "page, $text: each < begins a tag" sh -c "! sed '/<script>/,/<.script>/d' out | grep -q '<[^a-zA-Z/!]'"
}

# picture TEXT PATTERN ARGUMENTS...: a picture that is well-formed, with a text like this
picture() {
	text=$1
	words=$2
	shift 2
	run "$@" --quiet --format svg
	sed 's/<[^>]*>/ /g' out | tr -s ' \n' ' ' >plain
	check "picture, $text" grep -qe "$words" plain
	if command -v python3 >/dev/null; then
		check "picture, $text: is XML" python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' out
	fi
}

page "one recording" "No strategy fails a map. driver-lazy flushes as little as any (100 times), and leaves 1 page reachable until the recording ends; strict (identical here: legacy-strict)" run --strategy $eight s.txt
page "a single map" "sync-map-retry (and seven identical here) flushes 1 time, and leaves no unmapped page reachable." run --strategy $eight one.txt
page "no maps" "The recording has no maps." run nothing.txt
page "maps that fail" "All eight strategies fail maps. fq-flush fails fewest: 18 of 100." run --strategy $eight --timeline --hypervisor kvm:entry-limit=9 s.txt
page "a strategy that fails maps" "strict fails" run --strategy strict --hypervisor kvm:entry-limit=9 s.txt
page "two hosts" "On kvm with 65,535 host mappings: No strategy fails a map." run --strategy $eight --timeline --hypervisor kvm:entry-limit=9 --hypervisor kvm s.txt
page "events that were lost" "Incomplete: figures may be too low. No strategy fails a map." run --timeline lost.txt
page "two recordings" "No strategy fails a map in any of two recordings." run s.txt half.txt
page "two recordings, one without maps" "2 recordings, eight strategies" run --strategy $eight s.txt nothing.txt
page "recordings of two kinds" "2 recordings" run s.txt x86.dat
page "recordings of two kinds, several of one" "s390: 3 recordings" run --strategy strict s.txt half.txt x86.dat lost.txt
check "recordings of two kinds: the other one" grep -q "Others" plain
page "several hosts for several recordings" "On kvm with 9 host mappings" run --strategy strict,legacy --hypervisor kvm:entry-limit=9 --hypervisor zvm --hypervisor lpar s.txt half.txt
page "what waits" "Throughput" run --load closed --strategy strict,fq-flush "$waits"
page "who held what" "72 maps met a host that was full, 72 failed" run --explain --strategy strict,legacy --hypervisor kvm:entry-limit=4 s.txt
page "information" "What is in the recording" info s.txt
page "information of two" "What is in the recordings s.txt" info s.txt half.txt
page "information of nothing" "nothing.txt" info nothing.txt
page "verified" "The model is off by" verify --manifest none --queue-size 64 x86.dat
page "two that are verified" "Predicted and recorded" verify --manifest none --strategy strict x86.dat x86.dat
page "a window" "from 0 ns to 50" run --strategy strict --time-window 0:50ms s.txt
page "flushes that take little time" "&lt;0.1%" run --strategy strict --flush-latency 1ns s.txt
page "copies of the devices" "; the devices are replayed 3 times" run --strategy strict --devices 3 s.txt
page "limits of two devices" "replayed on kvm with 160 to 400 host mappings a device: " run --strategy strict limits.dat
check "limits of two devices: the course has their sum" grep -qF 'limit 560: 4.9 times the peak' plain
page "nothing to flush" "none" run --strategy null s.txt

# Nouns that stand for one thing, and rows that differ in one figure.

page "a map" "One flush strategy, replayed on kvm with 65,535 host mappings: 1 map and 0 unmaps in " run --strategy strict one
page "one map in a course" "1 map, at most 1 in" run --strategy fq-flush --timeline --hypervisor kvm two.txt
check "a course of a microsecond: its axis" grep -q '0.0000002.s' plain
check "a course of a microsecond: the rest" grep -qF "in which nothing happens; pages still reachable all that time: 1 with fq-flush" plain
page "one page that was reachable" "2 maps and 1 unmap in " run --strategy lazy,strict --iommu vtd --queue-timeout 4000000 --timeline late.txt
check "one page that was reachable: in its distribution" grep -qF "lazy 1 page" plain
check "one page that was reachable: one unmap in the queue" grep -qF "lazy at most 1 queued unmap" plain
check "one page that was reachable: one flush without it" grep -qF "strict: 1 flush, p99 none" plain
check "one page that was reachable: for half an hour" grep -q '1,000.s' plain
page "one page that was reachable, alone" "One flush strategy" run --strategy fq-flush --queue-timeout 4000000 late.txt
page "one map in a matrix" "two.txt1 map, " run --strategy strict two.txt three.txt
check "one strategy for two recordings" grep -qF "2 recordings, one strategy" plain
page "one map among several kinds" "one 1 map in " run --strategy strict one x86.dat
page "no address" "of maps, no address" run --strategy strict --aperture 40K s.txt
check "no address: the list of failed maps has the word, too" grep -q 's</td><td class="text">no address</td>' out
page "many hosts" "On kvm with 11 host mappings: Maps fail. On kvm with 12 host mappings: No map fails. Strategies compared" \
	run --strategy strict --hypervisor kvm:entry-limit=9 --hypervisor kvm:entry-limit=10 --hypervisor kvm:entry-limit=11 --hypervisor kvm:entry-limit=12 s.txt
page "two kinds of which there are several" "VT-d: 2 recordings" run --strategy strict s.txt half.txt x86.dat x86.2.dat
check "two kinds of which there are several: the first one" grep -q "s390: 2 recordings" plain
page "strategies that fail maps in one of two recordings" "lazy-ignore in one (s.txt). strict never does." run --strategy lazy-ignore,strict --hypervisor kvm:entry-limit=40 s.txt half.txt
page "no maps in a course" "The recording has no maps." run --strategy strict --timeline nothing.txt
page "unmaps that are never flushed" "none" run --strategy null --timeline s.txt
page "a sweep with one strategy" "s.txt: one strategy, 100 maps" sweep --vary entry-limit=5:20:5 --strategy strict s.txt
page "a sweep of one map" "one: two strategies, 1 map" sweep --vary entry-limit=1:8:x2 --strategy strict,null one
check "a sweep of one map: no flush" grep -q "null" plain
page "a sweep in which one map fails" "; 1 map fails" sweep --vary entry-limit=1:2:1 --strategy lazy-ignore three.txt
page "a frontier on which one map fails" "; 1 map fails" sweep --frontier --strategy lazy-ignore --hypervisor kvm:entry-limit=1 three.txt
page "a sweep on two hosts" "On zvm" sweep --find min-aperture --hypervisor kvm --hypervisor zvm --strategy strict s.txt
page "a sweep of queues" "any" sweep --find min-queue-size --vary queue-size=4:64:x2 --strategy legacy,fq-flush --max-rpcits 120 s.txt
page "a frontier of one map" "one: 2 combinations of strategy, queue size and timeout, 1 map" sweep --frontier --strategy legacy one
check "a frontier of one map: a flush" grep -qF "legacy: 1 flush, 0 page-seconds" plain
page "a frontier of two hosts on which maps fail" "maps fail with 2 of them" sweep --frontier --strategy strict --hypervisor kvm:entry-limit=5 --hypervisor kvm:entry-limit=6 s.txt
page "a frontier without maps" "The recording has no maps." sweep --frontier --strategy strict nothing.txt

picture "one recording" "flush" run --strategy $eight s.txt
picture "no maps" "no maps" run --strategy strict nothing.txt
picture "a single map" "1 map" run --strategy $eight one.txt
picture "maps that fail" "fail" run --strategy $eight --hypervisor kvm:entry-limit=9 s.txt
picture "two hosts" "kvm" run --strategy $eight --hypervisor kvm:entry-limit=9 --hypervisor kvm s.txt
picture "two recordings" "half.txt" run --strategy strict,legacy s.txt half.txt
picture "recordings of two kinds" "x86" run s.txt x86.dat lost.txt

# A text of what one word may be: "&" and "<" of names do no harm.
cp s.txt 'a&b<c>.txt'
picture "marks in a name" 'a&amp;b&lt;c&gt;' run --strategy strict 'a&b<c>.txt'
page "marks in a name" 'a&amp;b&lt;c&gt;' run --strategy strict 'a&b<c>.txt'

# The same in words.
for format in table md; do
	exits "two kinds as $format" 0 run --quiet --format $format --strategy strict s.txt x86.dat
	exits "shortages as $format" 0 run --quiet --format $format --explain --strategy strict,lazy-ignore,legacy --hypervisor kvm:entry-limit=4 --hypervisor kvm:entry-limit=9,share=guest s.txt
	shows "shortages as $format: who held the entries" "held by"
	exits "call sites as $format" 0 run --verbose --format $format --by-site --strategy strict sites.data
	exits "drivers as $format" 0 run --quiet --format $format --by driver --strategy strict sites.data
	exits "waits as $format" 0 run --quiet --format $format --load closed --strategy strict,fq-flush "$waits"
	shows "waits as $format: what is assumed" "devices take as long as recorded, tasks stay on their CPUs"
	exits "a given IOMMU as $format" 0 run --quiet --format $format --iommu virtio --hypervisor vfio:entry-limit=4 --strategy lazy s.txt
	exits "limits of all kinds as $format" 0 run --quiet --format $format --hypervisor zvm:pinned-limit=9 --flush-latency 5us+1ns --flush-all-latency 9us --queue per-cpu --cpus 3 --hz 100 --initial-pages 3 --strategy fq-flush s.txt
done
run run --quiet --strategy lazy --iommu virtio --hypervisor vfio:entry-limit=4 s.txt
shows "a given IOMMU is named" "IOMMU virtio-iommu (user); each map and unmap is a request"
run run --quiet --hypervisor zvm:pinned-limit=9 --flush-latency 5us+1ns --flush-all-latency 9us --hz 100 --initial-pages 3 --strategy fq-flush s.txt
shows "given latencies are named" "RPCIT takes 5.00 us and 1 ns a page (user)"
shows "given jiffies are named" "100 Hz (user)"
run run --quiet --iommu vtd --strategy lazy --hypervisor vfio:backend=iommufd s.txt
shows "a backend is named" "iommufd"
COLUMNS=60 run run --quiet --strategy $eight s.txt
check "a narrow terminal" test "$(wc -L <out)" -le 60
run run --quiet --strategy strict --flush-latency 50ms s.txt
shows "flushes that take too long" "note RPCITs take longer than the recording has time for: the last one ended"

# Two files at once: a report, and its course for Perfetto.

exits "a course for Perfetto" 0 run --quiet --strategy strict --timeline --format json -o r.json --perfetto p.json s.txt
if command -v python3 >/dev/null; then
	check "a course for Perfetto: is JSON" python3 -c 'import json, sys; json.load(open(sys.argv[1]))' p.json
fi
check "a course for Perfetto: the process is the strategy on the hypervisor" grep -qF '"name":"strict on kvm, s.txt"' p.json
exits "a course for Perfetto on two hosts" 0 run --quiet --strategy strict --hypervisor kvm:entry-limit=20 --hypervisor kvm \
	--perfetto p.json s.txt
check "a course for Perfetto on two hosts: the first" grep -qF '"name":"strict on kvm with 20 host mappings, s.txt"' p.json
check "a course for Perfetto on two hosts: the other" grep -qF '"name":"strict on kvm with 65,535 host mappings, s.txt"' p.json
mkdir sub
for place in r.json ./r.json sub/../r.json; do
	exits "a course in the place of the report, $place" 2 run --quiet --strategy strict -o r.json --perfetto $place s.txt
	says "a course in the place of the report, $place: says so" "--perfetto: $place: the report goes there, too"
done
exits "both in one directory" 0 run --quiet --strategy strict -o sub/r.json --perfetto sub/p.json s.txt
exits "one name in two directories" 0 run --quiet --strategy strict -o r.json --perfetto sub/r.json s.txt
exits "both to standard output" 2 run --quiet --strategy strict --perfetto - s.txt
exits "a course to standard output" 0 run --quiet --strategy strict -o r.json --perfetto - s.txt
exits "a course over its recording" 2 run --quiet --strategy strict --perfetto s.txt s.txt
exits "a course into a directory that is not there" 1 run --quiet --strategy strict -o r.json --perfetto none/p s.txt
cp r.json before.json
rm p.json
exits "a second recording that is not there" 1 run --quiet --strategy strict -o r.json --perfetto p.json s.txt missing.txt
check "a second recording that is not there: the report is as it was" cmp -s before.json r.json
check "a second recording that is not there: no course" test ! -e p.json
says "a second recording that is not there: says so" "p.json: not written"
if [ -w /dev/full ]; then
	exits "a course on a full disk" 1 run --quiet --strategy strict -o r.json --perfetto /dev/full s.txt
fi
exits "events that were lost, strictly: the report is written" 4 run --quiet --strict-input --strategy strict -o strict.json --perfetto p.json lost.txt
exits "no figure of any recording" 1 run --quiet --strategy strict -o new.json missing.txt
check "no figure of any recording: nothing is written" test ! -e new.json
