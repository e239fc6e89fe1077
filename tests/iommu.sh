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
says "an unknown IOMMU: the known ones" 'unknown iommu "vt-d", did you mean "vtd"?'

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

# figure KEYS: of the only result
figure() {
	python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))["recordings"][0]["results"][0]
for k in sys.argv[2].split("."): v = v[k]
print(v)' "$tmp/out" "$1"
}

if command -v python3 >/dev/null; then
	for iommu in vtd amd smmuv3; do
		run run --quiet --format json --iommu $iommu --hypervisor hardware --strategy strict "$vtd"
		check "$iommu: a strict unmap is one command" \
			test "$(figure invalidations.total)" -eq "$(figure invalidations.by_cause.sync)"
	done
	run run --quiet --format json --iommu virtio --hypervisor vfio --strategy strict "$vtd"
	check "virtio: all are requests" \
		test "$(figure invalidations.total)" -eq "$(figure invalidations.by_kind.request)"
	run run --quiet --format json --hypervisor vfio:entry-limit=10 --strategy strict "$vtd"
	check "at most as many entries as the limit" test "$(figure entries.peak)" -eq 10
	check "the others are refused" test "$(figure entries.refused)" -gt 0
	check "the guest does not learn of it" test "$(figure maps.map_failed)" -eq 0
	check "mappings are unbacked" test "$(figure maps.unbacked)" -gt 0
	check "refused and unbacked pages are the same" \
		test "$(figure entries.refused)" -eq "$(figure maps.unbacked_pages)"
else
	skip "figures: no python3"
fi
