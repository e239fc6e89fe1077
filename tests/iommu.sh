#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# IOMMUs other than s390's: which one a recording is of, their words, invalidations, entries.
. tests/lib.sh

# shows TEXT WORDS: in the output of the last run, wherever its lines were wrapped
shows() {
	if tr -s ' \n' ' ' <"$tmp/out" | grep -qF -e "$2"; then
		ok "$1"
	else
		not_ok "$1"
	fi
}

vtd=traces/x86_64-6.12-lazy-randread-icount.dat
s390=traces/6.12-fq-8jobs-smp8.dat

exits "list iommus" 0 list iommus
for name in s390 vtd amd smmuv3 virtio; do
	check "list iommus: $name" grep -q "^$name " "$tmp/out"
done
exits "an unknown IOMMU" 2 run --iommu vt-d "$vtd"
says "an unknown IOMMU: the known ones" '--iommu: unknown value "vt-d", did you mean "vtd"?'

run run --quiet "$vtd"
shows "a recording of VT-d: known from its events" "IOMMU VT-d (its events); maps are not flushed"
shows "without options it is hardware" "hypervisor hardware, tlb_refresh 0"
shows "with a queue for each CPU" "queue per-cpu, 256 slots, 10 ms"
shows "the words are those of VT-d" "invalidations by cause"
check "RPCIT is not among them" sh -c "! grep -q RPCIT '$tmp/out'"
check "the strategies are strict and lazy" test "$(grep -cE '^(strict|lazy) ' "$tmp/out")" -eq 2
run run --quiet "$s390"
check "s390 has its own words" grep -q "RPCITs by cause" "$tmp/out"
check "and none of the others' strategies" sh -c "! grep -qE '^(lazy|identity) ' '$tmp/out'"
run run --quiet --strategy identity "$vtd"
shows "identity flushes nothing" "all zero total, sync-map, sync, full, timer"
run run --quiet --iommu amd "$vtd"
shows "--iommu" "IOMMU AMD-Vi (user)"

# member KEYS: of the only result
member() {
	python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))["recordings"][0]["results"][0]
for k in sys.argv[2].split("."): v = v[k]
print(v)' "$tmp/out" "$1"
}

if command -v python3 >/dev/null; then
	for iommu in vtd amd smmuv3; do
		run run --quiet --format json --iommu $iommu --hypervisor hardware --strategy strict "$vtd"
		check "$iommu: a strict unmap is one command" \
			test "$(member invalidations.total)" -eq "$(member invalidations.by_cause.sync)"
	done
	run run --quiet --format json --iommu virtio --hypervisor vfio --strategy strict "$vtd"
	check "virtio: all are requests" \
		test "$(member invalidations.total)" -eq "$(member invalidations.by_kind.request)"
	run run --quiet --format json --hypervisor vfio:entry-limit=10 --strategy strict "$vtd"
	check "at most as many entries as the limit" test "$(member entries.peak)" -eq 10
	check "the others are refused" test "$(member entries.refused)" -gt 0
	check "the guest does not learn of it" test "$(member maps.map_failed)" -eq 0
	check "mappings are unbacked" test "$(member maps.unbacked)" -gt 0
	check "refused and unbacked pages are the same" \
		test "$(member entries.refused)" -eq "$(member maps.unbacked_pages)"
else
	skip "figures: no python3"
fi

# The one in traces/, against what QEMU served and vfio was asked for.

viommu=traces/x86_64-6.12-vtd-caching-lim1000.dat
exits "verify: equal with the recorded timer" 0 verify --timer recorded "$viommu"
shows "verify: map flushes are compared, too" "712 flushes compared one by one, all alike"
if command -v python3 >/dev/null; then
	options="--initial-pages 84 --timer recorded --strategy lazy --format json"
	# shellcheck disable=SC2086	# options
	run run --quiet --hypervisor vfio:entry-limit=1000 $options "$viommu"
	check "by maps" test "$(member invalidations.by_kind.page)" -eq 702
	check "by the queue" test "$(member invalidations.by_kind.domain)" -eq 10
	check "the host is full" test "$(member entries.peak)" -eq 1000
	refused=$(member entries.refused)
	check "refused: $refused of 2426" test $((refused * 100 / 2426)) -ge 98
	# shellcheck disable=SC2086
	run run --quiet --hypervisor vfio:backend=iommufd $options "$viommu"
	check "iommufd counts nothing" test "$(member entries.refused)" -eq 0
fi
if command -v python3 >/dev/null; then
	run run --quiet --format json --strategy lazy --flush-all-latency 3ms "$viommu"
	check "a flush of everything has a price of its own" test \
		"$(member time.by_cause.queue_timeout)" -eq $(($(member rpcit.by_cause.queue_timeout) * 3000000))
	cheap=$(member time.flush_ns)
	run run --quiet --format json --strategy lazy --flush-all-latency 3ms+1us "$viommu"
	check "and one for each mapped page" test "$(member time.flush_ns)" -gt "$cheap"
fi
run sweep --quiet --vary entry-limit=1000:2000:1000 "$viommu"
shows "sweep: flushes of another IOMMU are no RPCITs" "figure rpcit.total: flushes entry-limit"
run run --quiet --strategy strict --devices 16 "$viommu"
shows "devices that take longer than the recording: it is not said of flushes, which take no time here" \
	"note operations of that many devices take longer than the recording has time for: the last one ended"
run sweep --quiet --find min-entry-limit --initial-pages 84 "$viommu"
shows "the smallest limit: strict" "strict 1,079 -"
shows "the smallest limit: lazy" "lazy 2,071 -"

# arm64: the IOMMU is known from its probes; traces.sh compares the figures with what QEMU served.

smmu=traces/aarch64-6.12-strict-mixed-1m.dat
virtio=traces/aarch64-6.12-lazy-mixed-1m-virtio.dat
run run --quiet --timer recorded "$smmu"
shows "SMMUv3: known from its probes" "IOMMU SMMUv3 (its events); maps are not flushed"
shows "SMMUv3: it is hardware" "hypervisor hardware, tlb_refresh 0"
check "SMMUv3: the strategies are strict and lazy" test "$(grep -cE '^(strict|lazy) ' "$tmp/out")" -eq 2
exits "SMMUv3: verify" 0 verify "$smmu"
shows "SMMUv3: each range command is predicted" "2,050 flushes compared one by one, all alike"
run run --quiet "$virtio"
shows "virtio-iommu: known from its probes, on arm64 too" "IOMMU virtio-iommu (its events)"
shows "virtio-iommu: maps are requests of a hypervisor" "hypervisor vfio"
shows "virtio-iommu: words and tables do not count the same" "The tables count requests; a flush takes any number of them."
exits "virtio-iommu: verify" 0 verify --timer recorded "$virtio"
shows "virtio-iommu: each kick is predicted" "2,111 flushes compared one by one, all alike"
if command -v python3 >/dev/null; then
	run run --quiet --format json --strategy strict "$smmu"
	check "SMMUv3: range commands that QEMU served" test "$(member invalidations.by_kind.range)" -eq 2050
	run run --quiet --format json --strategy lazy "$virtio"
	check "virtio-iommu: MAP requests that QEMU served" test "$(member invalidations.by_cause.sync_map)" -eq 2120
	check "virtio-iommu: UNMAP requests that QEMU served" test "$(member invalidations.by_cause.sync)" -eq 2050
fi

# At a limit (also tests/guest/test_vfio_guest.c).

# limited STRATEGY LIMIT: a recording on standard input, with vfio
limited() {
	cat >"$tmp/limited.txt"
	run run --quiet --format json --timer recorded --hypervisor "vfio:entry-limit=$2" --strategy "$1" \
		"$tmp/limited.txt"
}
if command -v python3 >/dev/null; then
	# The mapping of 8 pages begins first and is synced second, so that the one of 2 is held, and fits again.
	limited strict 8 <<-'END'
	             fio-611     [000] .....    71.100000: map: IOMMU: iova=0x00000000f7700000 - 0x00000000f7708000 paddr=0x0000000041000000 size=32768
	             fio-612     [001] .....    71.200000: map: IOMMU: iova=0x00000000f7710000 - 0x00000000f7712000 paddr=0x0000000042000000 size=8192
	             fio-612     [001] d..2.    71.200010: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7710001 0x0 0x0
	             fio-611     [000] d..2.    71.300000: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7700003 0x0 0x0
	             fio-612     [001] .....    71.400000: unmap: IOMMU: iova=0x00000000f7710000 - 0x00000000f7712000 size=8192 unmapped_size=8192
	             fio-612     [001] d..2.    71.400010: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7710001 0x0 0x0
	             fio-612     [001] .....    71.500000: map: IOMMU: iova=0x00000000f7710000 - 0x00000000f7712000 paddr=0x0000000042000000 size=8192
	             fio-612     [001] d..2.    71.500010: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7710001 0x0 0x0
	END
	check "a mapping reaches the host at its sync, in the order of syncs over CPUs" \
		test "$(member entries.refused)" -eq 2
	# A domain flush walks over a mapping of another CPU that is not synced, before it gives back what was unmapped.
	limited lazy 8 <<-'END'
	             fio-611     [000] .....    71.000000: map: IOMMU: iova=0x00000000f7708000 - 0x00000000f7710000 paddr=0x0000000041000000 size=32768
	             fio-611     [000] d..2.    71.000010: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7708003 0x0 0x0
	             fio-611     [000] .....    71.010000: unmap: IOMMU: iova=0x00000000f7708000 - 0x00000000f7710000 size=32768 unmapped_size=32768
	             fio-612     [001] .....    71.015000: map: IOMMU: iova=0x00000000f7700000 - 0x00000000f7704000 paddr=0x0000000042000000 size=16384
	          <idle>-0       [000] ..s2.    71.020000: fq_timeout: (0) timer=0xff1100
	          <idle>-0       [000] d.s2.    71.020010: qi_submit: iotlb_inv dmar1: 0x300e2 0x0 0x0 0x0
	             fio-612     [001] d..2.    71.030000: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7700002 0x0 0x0
	             fio-612     [001] .....    71.040000: map: IOMMU: iova=0x00000000f7708000 - 0x00000000f7710000 paddr=0x0000000041000000 size=32768
	             fio-612     [001] d..2.    71.040010: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7708003 0x0 0x0
	END
	check "what a walk comes to before there is room stays refused" test "$(member entries.refused)" -eq 4
fi

# Two adjacent scatter lists of VT-d, as Linux 7.2 maps them: no dma:* event says where one ends.
adjacent() {
	cat <<-'END'
	            fio-611     [002] .....    71.250000: map: IOMMU: iova=0x00000000f7700000 - 0x00000000f7702000 paddr=0x0000000041000000 size=8192
	            fio-611     [002] .....    71.250001: map: IOMMU: iova=0x00000000f7702000 - 0x00000000f7704000 paddr=0x0000000042000000 size=8192
	            fio-611     [002] .....    71.250002: intel_sync_map: (0) domain=0xff1100 iova=0xf7700000 size=0x4000
	            fio-611     [002] d..2.    71.250003: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7700002 0x0 0x0
	            fio-611     [002] .....    71.250004: map: IOMMU: iova=0x00000000f7704000 - 0x00000000f7706000 paddr=0x0000000043000000 size=8192
	            fio-611     [002] .....    71.250005: map: IOMMU: iova=0x00000000f7706000 - 0x00000000f7708000 paddr=0x0000000044000000 size=8192
	            fio-611     [002] .....    71.250006: intel_sync_map: (0) domain=0xff1100 iova=0xf7704000 size=0x4000
	            fio-611     [002] d..2.    71.250007: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7704002 0x0 0x0
	         <idle>-0       [002] ..s1.    71.250100: unmap: IOMMU: iova=0x00000000f7700000 - 0x00000000f7704000 size=16384 unmapped_size=16384
	         <idle>-0       [002] ..s1.    71.250101: unmap: IOMMU: iova=0x00000000f7704000 - 0x00000000f7708000 size=16384 unmapped_size=16384
	END
}
# apart TEXT LINES...: without these lines
apart() {
	adjacent | grep -vE "$2" >"$tmp/adjacent.txt"
	run info "$tmp/adjacent.txt"
	shows "adjacent scatter lists: two by $1" "2 maps (8 pages, 4 pieces)"
	shows "adjacent scatter lists: two by $1, and nothing is assumed" "complete: nothing lost, nothing damaged"
}
apart "their syncs, without caching mode" "qi_submit|unmap"
apart "their descriptors" "sync_map|unmap"
apart "the sync of the second alone" "qi_submit|unmap|iova=0xf7700000"
apart "the sync of the first alone" "qi_submit|unmap|iova=0xf7704000"
apart "their unmaps" "qi_submit|sync_map"

# The three cases of the manual, to the digit.

# in_manual N: the first N words of each line of the last run that begins with a strategy
in_manual() {
	grep -E '^(strict|lazy) ' "$tmp/out" | tr -s ' ' | cut -d ' ' -f "1-$1" >"$tmp/lines"
	tr -s ' ' <man/iommu-replay-viommu.7 >"$tmp/manual"
	while read -r line; do
		check "the manual says: $line" grep -qF "$line" "$tmp/manual"
	done <"$tmp/lines"
}

# in_prose TEXT: in sentences, which follow the tables
in_prose() {
	check "the manual says: $1" sh -c "tr '\n' ' ' <man/iommu-replay-viommu.7 | grep -qF -e '$1'"
}

# needs STRATEGY: the entries that a sweep found
needs() {
	awk -v strategy="$1" '$1 == strategy { gsub(",", "", $2); print $2; exit }' "$tmp/out"
}

run sweep --quiet --find min-entry-limit --initial-pages 84 "$viommu"
in_manual 3
in_prose "A strict domain needs $(needs strict) entries."
in_prose "A lazy domain needs $(needs lazy), because"
run run --quiet --hypervisor vfio --initial-pages 84 "$viommu"
in_manual 6
in_prose "for $(awk '$1 == "lazy" { print $8, $9; exit }' "$tmp/out") at the median"
run run --quiet --hypervisor vfio --initial-pages 84 --queue single --strategy lazy "$viommu"
in_manual 5
run run --quiet --hypervisor vfio:entry-limit=1000 --initial-pages 84 --timer recorded --strategy lazy \
	--format csv "$viommu"
check "the manual says how many are refused" grep -qF "\"refused\":$(scripts/csv entries.refused <"$tmp/out")" \
	man/iommu-replay-viommu.7

# Recordings of each kind, with what QEMU served: truth in their manifest.

recordings=../shared/recordings/iommu
if [ -f $recordings/manifest.json ] && command -v python3 >/dev/null; then
	python3 - "$prog" $recordings >"$tmp/results" <<-'END'
		import json, subprocess, sys
		prog, where = sys.argv[1:]
		for r in json.load(open(where + "/manifest.json"))["recordings"]:
		    m, t = r["machine"], r["invalidations"]["truth"]
		    books = r["truth"]["vfio_books_in_window"]
		    cmd = [prog, "run", "-q", "-f", "json", "--timer", "recorded", "--strategy",
		           "lazy" if m["domain"] == "DMA-FQ" else "strict",
		           "--initial-pages", str(books.get("held_before", 0))]
		    if books and m["entry_limit"] != 65535:
		        cmd += ["--hypervisor", "vfio:entry-limit=%d" % m["entry_limit"]]
		    out = subprocess.run(cmd + ["%s/%s.dat" % (where, r["name"])], capture_output=True)
		    doc = json.loads(out.stdout)["recordings"][0]
		    res = doc["results"][0]
		    kind = res["invalidations"]["by_kind"]
		    got = {
		        "page-selective": kind["page"], "domain": kind["domain"],
		        "pages_inval": kind["page"] + kind["all"], "range": kind["range"], "asid": kind["domain"],
		        "map_requests": res["invalidations"]["by_cause"]["sync_map"],
		        "unmap_requests": res["invalidations"]["by_cause"]["sync"],
		    }
		    def say(good, what):
		        print("%s%s: %s" % ("" if good else "not ", r["name"], what))
		    for k in got:
		        if k in t:
		            say(got[k] == t[k], "%s: %d of %d" % (k, got[k], t[k]))
		    say(doc["recording"]["complete"], "complete")
		    if books:
		        say(res["hypervisor"] == "vfio", "the hypervisor is vfio")
		        peak = books["peak_held"]
		        say(abs(res["entries"]["peak"] - peak) * 100 <= peak,
		            "peak: %d of %d" % (res["entries"]["peak"], peak))
		        refused = books["events"].get("M(-28)", 0)
		        say(abs(res["entries"]["refused"] - refused) * 100 <= refused,
		            "refused: %d of %d" % (res["entries"]["refused"], refused))
	END
	while read -r line; do
		case $line in
		"not "*) not_ok "${line#not }" ;;
		*) ok "$line" ;;
		esac
	done <"$tmp/results"
	# The manual's longer recording.
	longer=$recordings/intel-cm-6.12-livefq-mixed.dat
	# asked NAME INVALIDATIONS ENTRIES OPTION...: figures of the manual, without options but these
	asked() {
		name=$1 total=$2 peak=$3
		shift 3
		run run --quiet --format json --initial-pages 84 "$@" "$longer"
		check "longer recording, $name: $total invalidations" test "$(member invalidations.total)" -eq "$(echo "$total" | tr -d ,)"
		check "longer recording, $name: $peak entries" test "$(member entries.peak)" -eq "$(echo "$peak" | tr -d ,)"
		check "longer recording, $name: the manual says so" grep -Eq "^$name +$total +$peak$" man/iommu-replay-viommu.7
	}
	asked "strict" 12,742 1,005 --strategy strict
	asked "lazy" 6,485 2,178 --strategy lazy
	asked "lazy, single queue" 6,377 24,539 --strategy lazy --queue single
	check "all recordings have results" test "$(grep -c complete "$tmp/results")" -ge 11
	for name in intel-cm-6.12-default intel-cm-6.12-livefq intel-6.12-lazy smmu-6.12-lazy virtio-6.12-lazy \
		smmu-6.12-strict; do
		run verify --timer recorded "$recordings/$name-mixed.dat"
		shows "verify: $name" "verdict equal totals, equal sequence"
	done
	exits "verify: flushes that the probe missed are no difference of the model" 0 \
		verify "$recordings/amd-6.12-default-mixed.dat"
	shows "verify: it says how many" "missed 28 flushes"
else
	skip "recordings of other IOMMUs: they are not here"
fi

# flushed NAME LAST: 100 maps and unmaps, flushed by events of this name; the one of map LAST is missing
flushed() {
	awk -v name="$1" -v last="$2" 'function at(us) { return sprintf("%15s-1     [000] ..... %d.%06d: ", "fio", 10 + us / 1000000, us % 1000000) }
	function flush(us, addr, event) {
		if (name == "tracepoints")
			printf "%s%s: dmar0/0000:00:10.0[0] type iotlb did 4 [0x%x-0x%x] addr 0x%x pages 0x1 mask 0x0\n", at(us), event, addr, addr + 4095, addr
		else
			printf "%samd_flush_pages: (0) address=0x%x size=0x1000\n", at(us), addr
	}
	BEGIN {
		for (i = 0; i < 100; i++) {
			addr = 1048576 + 8192 * i
			printf "%smap: IOMMU: iova=0x%016x - 0x%016x paddr=0x%016x size=4096\n", at(1000 * i), addr, addr + 4096, 16777216
			if (i != last)
				flush(1000 * i + 5, addr, "cache_tag_flush_range_np")
			printf "%sunmap: IOMMU: iova=0x%016x - 0x%016x size=4096 unmapped_size=4096\n", at(1000 * i + 100), addr, addr + 4096
			flush(1000 * i + 105, addr, "cache_tag_flush_range")
		}
	}'
}
flushed tracepoints -1 >"$tmp/all.txt"
exits "verify: tracepoints of all flushes" 0 verify --iommu vtd --hypervisor vfio --strategy strict "$tmp/all.txt"
flushed tracepoints 50 >"$tmp/less.txt"
exits "verify: tracepoints miss nothing, so one flush less is a difference" 3 \
	verify --iommu vtd --hypervisor vfio --strategy strict "$tmp/less.txt"
flushed probes 50 >"$tmp/missed.txt"
exits "verify: a probe may have missed one" 0 \
	verify --iommu amd --hypervisor vfio --strategy strict "$tmp/missed.txt"
shows "verify: and it says so" "missed 1 flush"

# The tracepoint of VT-d without anything else: descriptors in text.
cat >"$tmp/qi.txt" <<'END'
             tar-611     [002] .....    71.250000: map: IOMMU: iova=0x00000000f7700000 - 0x00000000f7701000 paddr=0x0000000041000000 size=4096
             tar-611     [002] d..2.    71.250050: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7700000 0x0 0x0
             tar-611     [002] ..s1.    71.250100: unmap: IOMMU: iova=0x00000000f7700000 - 0x00000000f7701000 size=4096 unmapped_size=4096
             tar-611     [002] d.s2.    71.250200: qi_submit: iotlb_inv dmar1: 0x300f2 0xf7700000 0x0 0x0
             tar-611     [002] d.s2.    71.250300: qi_submit: inv_wait dmar1: 0x5 0x0 0x0 0x0
             tar-611     [002] d.s2.    71.260000: qi_submit: iotlb_inv dmar1: 0x300e2 0x0 0x0 0x0
              sh-612     [001] d..2.    71.270000: qi_submit: cc_inv dmar1: 0x8000030031 0x0 0x0 0x0
              sh-612     [001] d..2.    71.270010: qi_submit: inv_wait dmar1: 0x5 0x0 0x0 0x0
              sh-612     [001] d..2.    71.270020: qi_submit: iotlb_inv dmar1: 0x300e2 0x0 0x0 0x0
END
run info "$tmp/qi.txt"
shows "descriptors: each is counted for what it was" \
	"flushes: 0 because a queue was full, 1 by its timer, 1 of a range, 1 after mapping"

# Linux 7.2 gives AMD-Vi's function the last byte instead of the size; 0 to ~0 is everything.
cat >"$tmp/amd72.txt" <<'TEXT'
            fio-611     [000] .....    71.250000: map: IOMMU: iova=0x00000000fff80000 - 0x00000000fff84000 paddr=0x0000000041000000 size=16384
            fio-611     [000] .....    71.250001: amd_sync_map: (0) domain=0xff1100 iova=0xfff80000 size=0x4000
            fio-611     [000] .....    71.250002: amd_flush_pages: (0) address=0xfff80000 size=0xfff83fff
         <idle>-0       [000] ..s1.    71.250100: unmap: IOMMU: iova=0x00000000fff80000 - 0x00000000fff84000 size=16384 unmapped_size=16384
         <idle>-0       [000] ..s1.    71.250101: amd_flush_pages: (0) address=0xfff80000 size=0xfff83fff
         <idle>-0       [000] ..s1.    71.260000: fq_timeout: (0) timer=0xff1000
         <idle>-0       [000] ..s1.    71.260001: amd_flush_all: (0) domain=0xff1100
         <idle>-0       [000] ..s1.    71.260002: amd_flush_pages: (0) address=0x0 size=0xffffffffffffffff
TEXT
run info "$tmp/amd72.txt"
shows "AMD-Vi of Linux 7.2: each flush is counted once, for what it was" \
	"flushes: 0 because a queue was full, 1 by its timer, 1 of a range, 1 after mapping"
sed 's/size=0xfff83fff/size=0x4000/; /size=0xffffffffffffffff/d' "$tmp/amd72.txt" >"$tmp/amd612.txt"
run info "$tmp/amd612.txt"
shows "AMD-Vi of Linux 6.12: the same" \
	"flushes: 0 because a queue was full, 1 by its timer, 1 of a range, 1 after mapping"
# 6.1: an unmap's size may be one less, and everything goes through the same function.
awk '/unmap:/ { unmapped = 1 } unmapped { sub(/size=0xfff83fff/, "size=0x3fff") }
	{ sub(/size=0xfff83fff/, "size=0x4000"); sub(/size=0xffffffffffffffff/, "size=0x7fffffffffffffff"); print }' \
	"$tmp/amd72.txt" >"$tmp/amd61.txt"
run info "$tmp/amd61.txt"
shows "AMD-Vi of Linux 6.1: the same" \
	"flushes: 0 because a queue was full, 1 by its timer, 1 of a range, 1 after mapping"

# Two devices whose timers fire close to each other: the domains that they flush show which is whose.
cat >"$tmp/domains.txt" <<'TEXT'
             fio-1       [000] .....    71.000000: map: IOMMU: iova=0x00000000fff10000 - 0x00000000fff11000 paddr=0x0000000041000000 size=4096
             fio-1       [000] .....    71.000001: intel_sync_map: (0) domain=0xff1100 iova=0xfff10000 size=0x1000
             fio-1       [000] .....    71.000002: dma_map_page: 0000:00:10.0 dir=FROM_DEVICE dma_addr=fff10000 size=4096 phys_addr=41000000 attrs=
             fio-1       [000] .....    71.000010: map: IOMMU: iova=0x00000000fff20000 - 0x00000000fff21000 paddr=0x0000000042000000 size=4096
             fio-1       [000] .....    71.000011: intel_sync_map: (0) domain=0xff1200 iova=0xfff20000 size=0x1000
             fio-1       [000] .....    71.000012: dma_map_page: 0000:00:11.0 dir=FROM_DEVICE dma_addr=fff20000 size=4096 phys_addr=42000000 attrs=
          <idle>-0       [000] ..s1.    71.001000: unmap: IOMMU: iova=0x00000000fff10000 - 0x00000000fff11000 size=4096 unmapped_size=4096
          <idle>-0       [000] ..s1.    71.001001: dma_unmap_page: 0000:00:10.0 dir=FROM_DEVICE dma_addr=fff10000 size=4096 attrs=
          <idle>-0       [001] ..s1.    71.002000: unmap: IOMMU: iova=0x00000000fff20000 - 0x00000000fff21000 size=4096 unmapped_size=4096
          <idle>-0       [001] ..s1.    71.002001: dma_unmap_page: 0000:00:11.0 dir=FROM_DEVICE dma_addr=fff20000 size=4096 attrs=
          <idle>-0       [001] ..s1.    71.016000: fq_timeout: (0) timer=0xff2200
          <idle>-0       [001] ..s1.    71.016001: intel_flush_all: (0) domain=0xff1200
          <idle>-0       [000] ..s1.    71.017000: fq_timeout: (0) timer=0xff2100
          <idle>-0       [000] ..s1.    71.017001: intel_flush_all: (0) domain=0xff1100
TEXT
run ops --quiet "$tmp/domains.txt"
check "a timer has the device of the domain that it flushes" \
	test "$(awk '$3 == "flush-timer" { printf "%s ", $5 }' "$tmp/out")" = "0000:00:11.0 0000:00:10.0 "

# A third device, all of whose mappings are linked, so that no dma:* event names it: its domain is its name.
cat "$tmp/domains.txt" - >"$tmp/unnamed.txt" <<'TEXT'
             fio-1       [000] .....    71.100000: map: IOMMU: iova=0x00000000fff30000 - 0x00000000fff31000 paddr=0x0000000043000000 size=4096
             fio-1       [000] .....    71.100001: intel_sync_map: (0) domain=0xff1300 iova=0xfff30000 size=0x1000
             fio-1       [000] .....    71.100010: map: IOMMU: iova=0x00000000fff40000 - 0x00000000fff41000 paddr=0x0000000044000000 size=4096
             fio-1       [000] .....    71.100011: intel_sync_map: (0) domain=0xff1100 iova=0xfff40000 size=0x1000
          <idle>-0       [000] ..s1.    71.100900: unmap: IOMMU: iova=0x00000000fff40000 - 0x00000000fff41000 size=4096 unmapped_size=4096
          <idle>-0       [000] ..s1.    71.101000: unmap: IOMMU: iova=0x00000000fff30000 - 0x00000000fff31000 size=4096 unmapped_size=4096
          <idle>-0       [000] ..s1.    71.116000: fq_timeout: (0) timer=0xff2300
          <idle>-0       [000] ..s1.    71.116001: intel_flush_all: (0) domain=0xff1300
TEXT
run ops --quiet "$tmp/unnamed.txt"
check "mappings without dma:* events have the device of their domain, or its name" \
	test "$(awk '$3 == "map" { printf "%s ", $5 }' "$tmp/out")" = \
	"0000:00:10.0 0000:00:11.0 domain?0xff1300 0000:00:10.0 "
check "so has the timer of that domain" \
	test "$(awk '$3 == "flush-timer" { printf "%s ", $5 }' "$tmp/out")" = "0000:00:11.0 0000:00:10.0 domain?0xff1300 "

# SMMUv3 is not flushed after mapping, so that vfio cannot follow it; without range commands there is one for each page.
exits "vfio behind SMMUv3" 1 run --quiet --hypervisor vfio "$smmu"
says "vfio behind SMMUv3: why not" "hypervisor vfio: it cannot follow SMMUv3, where maps are not flushed"
if command -v python3 >/dev/null; then
	run run --quiet --format json --strategy strict --iommu smmuv3-granule "$smmu"
	check "SMMUv3 without range commands: one for each page" test "$(member invalidations.by_kind.page)" -eq 46287
fi
run run --quiet "$smmu"
shows "the kernel's domains by default: strict behind SMMUv3" "the kernel's domains are strict by default"
run run --quiet "$viommu"
shows "the kernel's domains by default: strict in caching mode" "the kernel's domains are strict by default"
run run --quiet "$vtd"
shows "the kernel's domains by default: lazy behind VT-d" "the kernel's domains are lazy by default"

# Without an event that says it: a driver's function in a call chain.
cat >"$tmp/chain.txt" <<'TEXT'
            fio-611     [000] .....    71.250000: map: IOMMU: iova=0x00000000fff80000 - 0x00000000fff84000 paddr=0x0000000041000000 size=16384
            fio-611     [000] .....    71.250001: <stack trace>
 => iommu_map
 => amd_iommu_map_pages
 => __iommu_dma_map
 => nvme_prep_rq
         <idle>-0       [000] ..s1.    71.250100: unmap: IOMMU: iova=0x00000000fff80000 - 0x00000000fff84000 size=16384 unmapped_size=16384
TEXT
run run --quiet --by-site "$tmp/chain.txt"
shows "call chains: the driver in them" "IOMMU AMD-Vi (its call chains)"
