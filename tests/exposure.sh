#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Exposure: memory that was used again while a device still reached it, by direction, how much
# was reachable at once, and bytes beyond those asked for.

. tests/lib.sh

if ! command -v python3 >/dev/null; then
	skip "exposure: no python3"
	exit 0
fi

# Two pages are unmapped and not flushed: one is freed, the other mapped again.
cat >"$tmp/freed" <<-'TEXT'
	# tracer: nop
	      fio-7   [000] .....  10.000001: map: IOMMU: iova=0x1000 - 0x2000 paddr=0x10000 size=4096
	      fio-7   [000] .....  10.000011: map: IOMMU: iova=0x5000 - 0x6000 paddr=0x20000 size=4096
	      fio-7   [000] .....  10.000021: unmap: IOMMU: iova=0x1000 - 0x2000 size=4096 unmapped_size=4096
	      fio-7   [000] .....  10.000031: unmap: IOMMU: iova=0x5000 - 0x6000 size=4096 unmapped_size=4096
	      fio-7   [000] .....  10.000041: mm_page_free: page=00000000abcdef12 pfn=0x10 order=0
	      fio-7   [000] .....  10.000051: mm_page_free: page=00000000abcdef12 pfn=0x999 order=0
	      fio-7   [000] .....  10.000061: map: IOMMU: iova=0x9000 - 0xa000 paddr=0x20000 size=4096
	      fio-7   [000] .....  10.000081: unmap: IOMMU: iova=0x9000 - 0xa000 size=4096 unmapped_size=4096
TEXT
# exposure FILE EXPRESSION: of fq-flush, as e
exposure() {
	"$prog" run --quiet --strategy fq-flush --hypervisor kvm --format json "$1" 2>"$tmp/err" |
		python3 -c "import json, sys
e = json.load(sys.stdin)['recordings'][0]['results'][0]['exposure']
sys.exit(0 if $2 else str(e))" 2>>"$tmp/err"
}
check "a page that was freed counts, and no other" \
	exposure "$tmp/freed" "e['reused_pages'] == 1 and abs(e['reused_page_seconds'] - 40e-6) < 1e-9"
grep -v mm_page_free "$tmp/freed" >"$tmp/mapped"
check "without that event, one that was mapped again" \
	exposure "$tmp/mapped" "e['reused_pages'] == 1 and abs(e['reused_page_seconds'] - 20e-6) < 1e-9"
check "two pages were reachable for most of the time, and no direction was told" \
	exposure "$tmp/mapped" "e['reachable_p99'] == 2 and e['writable_page_seconds'] is None"
check "no size was told" exposure "$tmp/mapped" "e['subpage_bytes'] is None"
exits "operations with freed memory" 0 ops "$tmp/freed"
check "operations with freed memory: that of mapped pages" test "$(grep -c page-free "$tmp/out")" -eq 1

# A buffer of 1500 bytes that the device reads, and one of 2048 that it writes.
cat >"$tmp/named" <<-'TEXT'
	# tracer: nop
	      nic-7   [000] .....  10.000001: map: IOMMU: iova=0x1000 - 0x2000 paddr=0x10000 size=4096
	      nic-7   [000] .....  10.000002: dma_map_page: 0000:00:01.0 dir=TO_DEVICE dma_addr=1010 size=1500 phys_addr=10010 attrs=
	      nic-7   [000] .....  10.000011: map: IOMMU: iova=0x5000 - 0x6000 paddr=0x20000 size=4096
	      nic-7   [000] .....  10.000012: dma_map_page: 0000:00:01.0 dir=FROM_DEVICE dma_addr=5000 size=2048 phys_addr=20000 attrs=
	      nic-7   [000] .....  10.000021: unmap: IOMMU: iova=0x1000 - 0x2000 size=4096 unmapped_size=4096
	      nic-7   [000] .....  10.000031: unmap: IOMMU: iova=0x5000 - 0x6000 size=4096 unmapped_size=4096
	      nic-7   [000] .....  10.000041: map: IOMMU: iova=0x9000 - 0xa000 paddr=0x90000 size=4096
TEXT
check "bytes beyond those asked for" exposure "$tmp/named" "e['subpage_bytes'] == 2 * 4096 - 1500 - 2048"
check "only what the device may write to" exposure "$tmp/named" \
	"abs(e['page_seconds'] - 30e-6) < 1e-9 and abs(e['writable_page_seconds'] - 10e-6) < 1e-9"
