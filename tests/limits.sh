#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The host's limit of mappings where nobody gives it: inferred from recorded shortages, for each
# device or for all of them together, and the pages mapped before the recording.

. tests/lib.sh

# A made recording of one CPU whose host holds entries until a global RPCIT, as QEMU does.
# script OWN:OWN... | =SHARED ROUNDS: the devices' own limits, or one for two devices
script() {
	python3 - "$@" <<'END'
import sys

shared = sys.argv[1].startswith("=")
limits = [int(n) for n in sys.argv[1].lstrip("=").split(":")]
devices = 2 if shared else len(limits)
now, seed, paddr = 100_000_000, 1, 0x40000000
live = [[] for _ in range(devices)]  # IOVAs, oldest first
lazy = [0] * devices
free = [0x1_8000_0000 - 4096 * 2**10] * devices

def event(name, text):
    global now
    print(f"  fio-100   [000] .....  {now // 1000000}.{now % 1000000:06}: {name}: {text}")
    now += 2

def full(device):
    held = [len(live[d]) + lazy[d] for d in range(devices)]
    return sum(held) >= limits[0] if shared else held[device] >= limits[device]

def rpcit(device, iova, size, ret):
    event("rpcit", f"(3fffe93e098) fn=0x{4096 * device + 4096:x} addr=0x{iova:x} range=0x{size:x}")
    event("rpcit_ret", f"(3fffe93e098 <- 3ffff073274) ret={ret}")

def map(device):
    global paddr
    iova = free[device] = free[device] - 4096
    paddr += 4096
    event("map", f"IOMMU: iova=0x{iova:016x} - 0x{iova + 4096:016x} paddr=0x{paddr:016x} size=4096")
    live[device].append(iova)
    short = full(device)
    rpcit(device, iova, 4096, -12 if short else 0)
    if short:
        lazy[device] = 0
        short = full(device)
        rpcit(device, 0x1_0000_0000, 0x8000_0000, -12 if short else 0)
    if short:  # undone
        live[device].pop()
        event("unmap", f"IOMMU: iova=0x{iova:016x} - 0x{iova + 4096:016x} size=4096 unmapped_size=4096")
        rpcit(device, iova, 4096, 0)
        iova = 2**64 - 1
    event("dma_map_page", f"000{device + 1}:00:00.0 dir=TO_DEVICE dma_addr={iova:x} size=4096 "
          f"phys_addr={paddr:x} attrs=")

def unmap(device):
    iova = live[device].pop(0)
    lazy[device] += 1
    event("unmap", f"IOMMU: iova=0x{iova:016x} - 0x{iova + 4096:016x} size=4096 unmapped_size=4096")
    event("dma_unmap_page", f"000{device + 1}:00:00.0 dir=TO_DEVICE dma_addr={iova:x} size=4096 attrs=")

print("cpus=1")
for _ in range(int(sys.argv[2])):
    seed = seed * 1103515245 + 12345 & 0x7fffffff
    device = (seed >> 16) % devices
    (map if len(live[device]) < 3 or (seed >> 8) % 2 and len(live[device]) < 9 else unmap)(device)
END
}

# Two devices with limits of their own: 40 and 70.

script 40:70 3000 >"$tmp/own"
exits "limits of their own: verified" 0 verify --manifest none --format json "$tmp/own"
gives "limits of their own: every RPCIT is foreseen" "result['verify']['equal']" True
gives "limits of their own: both are inferred" \
	"[d['parameters']['entry_limit'] for d in result['devices']]" "[40, 70]"
gives "limits of their own: all shortages agree" \
	"[d['parameters']['limit_shortages'] - d['parameters']['limit_agree'] for d in result['devices']]" \
	"[0, 0]"
gives "limits of their own: nobody shares" \
	"(parameters['share'], parameters['sources']['share'], parameters['limits_differ'])" \
	"('device', 'default', True)"
exits "limits of their own: table" 0 run --strategy sync-map-retry "$tmp/own"
shows "limits of their own: the table names them" "entry limit of 0001:00:00.0 40 (inferred from"
shows "limits of their own: the table names the other" ", of 0002:00:00.0 70 (inferred from"
check "limits of their own: the whole is held against both" grep -q '/110 ' "$tmp/out"
exits "limits of their own: JSON" 0 run --strategy sync-map-retry --format json -o "$tmp/json" "$tmp/own"
exits "limits of their own: rendered again" 0 report "$tmp/json"
shows "limits of their own: they are known then, too" ", of 0002:00:00.0 70 (inferred from"
exits "one of two" 0 verify --manifest none --device 0002:00:00.0 --format json "$tmp/own"
gives "one of two: its limit" "parameters['entry_limit']" 70
exits "a limit that was given" 0 run --strategy sync-map-retry --hypervisor kvm:entry-limit=50 \
	--format json "$tmp/own"
gives "a limit that was given holds for each" \
	"[d['parameters']['entry_limit'] for d in result['devices']]" "[50, 50]"

# Devices that never ran short have the others' limit, unless they held more than that.

script 40:900 3000 >"$tmp/one"
exits "one that never runs short: verified" 0 verify --manifest none --format json "$tmp/one"
gives "one that never runs short: every RPCIT is foreseen" "result['verify']['equal']" True
gives "one that never runs short: has the default" \
	"[d['parameters']['entry_limit'] for d in result['devices']]" "[40, 65535]"

# One limit for both.

script "="90 3000 >"$tmp/shared"
exits "a shared limit: verified" 0 verify --manifest none --format json "$tmp/shared"
gives "a shared limit: every RPCIT is foreseen" "result['verify']['equal']" True
gives "a shared limit: inferred, and whose it is" \
	"(parameters['entry_limit'], parameters['share'], parameters['sources']['share'])" \
	"(90, 'guest', 'recording')"
check "a shared limit: limits of their own explain less" \
	test "$(figure "parameters['other_agree'] < parameters['limit_agree'] // 2")" = True
exits "a shared limit: table" 0 run --strategy sync-map-retry "$tmp/shared"
shows "a shared limit: says so" "for all devices together (inferred: limits of their own explain"
exits "a shared limit, share=device" 0 run --strategy sync-map-retry \
	--hypervisor kvm:share=device --format json "$tmp/shared"
gives "a shared limit, share=device: the user wins" "parameters['share']" device
exits "a shared limit: fitted" 0 verify --manifest none --fit entry-limit --format json "$tmp/shared"
gives "a shared limit: the fit shares it" \
	"[result['verify']['fit']['entry_limit'][k] for k in ('low', 'high', 'place_low', 'place_high')]" \
	"[90, 90, 90, 90]"

exits "a shared limit: fitted, whatever was given" 0 verify --manifest none --fit entry-limit \
	--hypervisor kvm:entry-limit=10000 --tolerance 100% --format json "$tmp/shared"
gives "a shared limit: the fit shares it, whatever was given" \
	"[result['verify']['fit']['entry_limit'][k] for k in ('low', 'high', 'place_low', 'place_high')]" \
	"[90, 90, 90, 90]"

# Few shortages: both explain them.

script 40:900 200 >"$tmp/few"
exits "few shortages" 0 run --strategy sync-map-retry "$tmp/few"
shows "few shortages: both fit" "for all together, share=guest, which fits as well)"

# A recording that begins while the queue's timer runs: what the host holds until the first flush is
# not known.  early TIMER [linked]: one that fires so many ms after the first unmap, or after a linked
# mapping that failed 900 ms before that
early() {
	python3 - "$@" <<'END'
import sys

now = 100_000_000

def event(name, text):
    global now
    print(f"  fio-100   [000] .....  {now // 1000000}.{now % 1000000:06}: {name}: {text}")
    now += 2

def rpcit(iova, size, ret):
    event("rpcit", f"(3fffe93e098) fn=0x1000 addr=0x{iova:x} range=0x{size:x}")
    event("rpcit_ret", f"(3fffe93e098 <- 3ffff073274) ret={ret}")

def map(page, ret=0, again=0):
    iova = 0x1_7000_0000 + 4096 * page
    event("map", f"IOMMU: iova=0x{iova:016x} - 0x{iova + 4096:016x} paddr=0x{iova:016x} size=4096")
    rpcit(iova, 4096, ret)
    if ret:
        rpcit(0x1_0000_0000, 0x8000_0000, again)

def unmap(page):
    iova = 0x1_7000_0000 + 4096 * page
    event("unmap", f"IOMMU: iova=0x{iova:016x} - 0x{iova + 4096:016x} size=4096 unmapped_size=4096")

began = now
if len(sys.argv) > 2:
    map(20, -12, -12)
    unmap(20)
    now = began + 900_000
    map(0)
    unmap(0)
else:
    map(0)
    unmap(0)
    began = now
    map(1, -12)
for page in range(2, 8):
    map(page)
now = began + 1000 * int(sys.argv[1])
rpcit(0x1_0000_0000, 0x8000_0000, 0)
END
}
early 300 >"$tmp/early"
exits "begins with a queue" 0 verify --strategy sync-map-retry --hypervisor kvm "$tmp/early"
shows "begins with a queue: the limit is more than what was held" \
	"entry limit 8 (inferred from 1 recorded shortage)"
early 1010 >"$tmp/early"
exits "begins with none" 3 verify --strategy sync-map-retry --hypervisor kvm "$tmp/early"
shows "begins with none: all that was held is known" "entry limit 2 (inferred from 1 recorded shortage)"
early 1010 linked >"$tmp/early"
exits "begins with a linked mapping that fails" 3 verify --strategy sync-map-retry --hypervisor kvm "$tmp/early"
shows "begins with a linked mapping that fails: it started the timer" \
	"entry limit 1 (inferred from 1 recorded shortage)"

# Pages mapped before the recording.

exits "initial pages of two devices" 0 run --strategy sync-map-retry --initial-pages 20 "$tmp/own"
shows "initial pages of two devices: the assumption is said" \
	"initial pages 20 (user), assumed to be in equal shares of 2 devices, as far as their unmaps allow"
exits "initial pages of two devices: JSON" 0 run --strategy strict --initial-pages 20 --format json \
	"$tmp/own"
gives "initial pages of two devices: 10 each" "[d['peaks']['live_pages'] for d in result['devices']]" \
	"[19, 19]"
exits "initial pages of one of two" 0 run --strategy strict --initial-pages 20 \
	--device 0002:00:00.0 --format json "$tmp/own"
gives "initial pages of one of two: all are its own" \
	"[(d['device'], d['peaks']['live_pages']) for d in result['devices']]" "[('0002:00:00.0', 29)]"

# Entries that QEMU loses when an IOVA is used again without a flush are charged to the limit.
file=traces/6.12-fq-randread-lim2048-smp1.dat
if [ -f $file ]; then
	for strategy in driver-lazy sync-map-retry strict; do
		"$prog" run --quiet --strategy $strategy --format csv $file |
			scripts/csv entries.peak peaks.host_pages >"$tmp/$strategy"
	done
	check "lost entries count: driver-lazy takes all 2048, and the host holds 55" \
		test "$(cat "$tmp/driver-lazy")" = "2048	55"
	check "without lost ones both are the same" test "$(cat "$tmp/sync-map-retry")" = "2048	2048"
	check "below the limit as well" test "$(cat "$tmp/strict")" = "88	88"
fi
