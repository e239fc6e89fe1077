#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Simulated timers wait while the recorded machine ran none, if it is known that it ran none.

. tests/lib.sh

# A made recording of one CPU with 250 jiffies a second: for 14 s a page is mapped and unmapped every 10 ms.
# script LATE [lost|gone]: timers fire LATE ms after they expired; events are lost when one fires, or the device is
# away for two seconds
script() {
	python3 - "$@" <<'END'
import sys

MS = 10**6
late = int(sys.argv[1]) * MS
what = sys.argv[2] if len(sys.argv) > 2 else ""
start = 10000 * MS
events = []

def event(ns, name, text):
    events.append((ns, f"  fio-100   [000] .....  {ns // 10**9}.{ns % 10**9:09}: {name}: {text}"))

def rpcit(ns, iova, size):
    event(ns, "rpcit", f"(3fffe93e098) fn=0x1000 addr=0x{iova:x} range=0x{size:x}")
    event(ns + 2000, "rpcit_ret", "(3fffe93e098 <- 3ffff073274) ret=0")

def fires(armed):  # kernel/time/timer.c: 1000 ms at 250 HZ
    return ((armed + 32 * MS) // (4 * MS) + 250 >> 3) * 32 * MS + late

armed = None
timers = []
for n in range(1400):
    ns = start + n * 10 * MS
    if what == "gone" and 400 <= n < 600:
        if n == 400:
            event(ns, "remove_device_from_group", "IOMMU: groupID=0 device=0001:00:00.0")
        armed = None
        continue
    if armed and fires(armed) <= ns:
        timers.append(fires(armed))
        event(timers[-1], "fq_timeout", "(3ffff073000) timer=0x5000")
        rpcit(timers[-1] + 1000, 0x100000000, 0x80000000)
        ns = max(ns, timers[-1] + 5000)
        armed = None
    iova = 0x170000000 - 4096 * n
    event(ns, "map", f"IOMMU: iova=0x{iova:016x} - 0x{iova + 4096:016x} paddr=0x{0x40000000 + 4096 * n:016x} size=4096")
    rpcit(ns + 1000, iova, 4096)
    event(ns + 9000, "unmap", f"IOMMU: iova=0x{iova:016x} - 0x{iova + 4096:016x} size=4096 unmapped_size=4096")
    armed = armed or ns + 9000

print("cpus=1")
lost = False
for ns, line in events:
    if what == "lost" and abs(ns - timers[4]) < 50 * MS:
        if not lost:
            print("CPU:0 [LOST 30 EVENTS]")
        lost = True
        continue
    print(line)
END
}

timeouts="result['rpcit']['by_cause']['queue_timeout']"
args="run --strategy sync-map-retry --format json"

# shellcheck disable=SC2086	# lists of words
{
script 900 >"$tmp/late"
exits "timers 900 ms late: verified" 0 verify --manifest none --format json "$tmp/late"
gives "timers 900 ms late: as many as recorded" \
	"(result['verify']['equal'], result['verify']['predicted']['queue_timeout'])" "(True, 7)"
run $args --hz 1000 "$tmp/late"
gives "another HZ: when that machine ran timers is not known" "$timeouts" 13
run $args --hz 250 "$tmp/late"
gives "the same HZ: it is" "$timeouts" 7
run $args --timer recorded "$tmp/late"
gives "recorded timers: they are as late as they were" "$timeouts" 7

script 1 >"$tmp/on-time"
run $args "$tmp/on-time"
gives "timers on time" "$timeouts" 13
script 1 lost >"$tmp/lost"
run $args "$tmp/lost"
gives "a timer that was lost: that says nothing of the machine" "$timeouts" 13
script 1 gone >"$tmp/gone"
run $args --queue-timeout 10 "$tmp/gone"
gives "a device that was away: nor does that" "$timeouts" 599
}
