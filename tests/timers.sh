#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Simulated timers wait while the recorded machine ran none, if it is known that it ran none.

. tests/lib.sh

# A made recording of one CPU with 250 jiffies a second: for 14 s a page is mapped and unmapped every 10 ms.
# script LATE [lost|gone]: timers of 1000 ms fire LATE ms after they expired; or those of 10 ms do, the events of each
# tenth are lost, or the device is away for 50 ms in each half a second.  Writes the number of firings to standard error.
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

def fires(armed):  # kernel/time/timer.c: 10 or 1000 ms at 250 HZ
    if what:
        return (armed // (4 * MS) + 4) * 4 * MS + late
    return ((armed + 32 * MS) // (4 * MS) + 250 >> 3) * 32 * MS + late

armed = None
timers = []
for n in range(1400):
    ns = start + n * 10 * MS
    if what == "gone" and n > 50 and n % 50 < 5:
        if n % 50 == 0:
            event(ns, "remove_device_from_group", "IOMMU: groupID=0 device=0001:00:00.0")
        armed = None
        continue
    if armed and fires(armed) <= ns:
        timers.append(fires(armed))
        if what == "lost" and len(timers) % 10 == 0:
            events.append((timers[-1], "CPU:0 [LOST 3 EVENTS]"))
        else:
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
for ns, line in events:
    print(line)
print(len(timers), file=sys.stderr)
END
}

timeouts="result['rpcit']['by_cause']['queue_timeout']"
args="run --strategy sync-map-retry --format json"

# shellcheck disable=SC2086	# lists of words
{
script 900 >"$tmp/late" 2>/dev/null
exits "timers 900 ms late: verified" 0 verify --manifest none --format json "$tmp/late"
gives "timers 900 ms late: as many as recorded" \
	"(result['verify']['equal'], result['verify']['predicted']['queue_timeout'])" "(True, 7)"
run $args --hz 1000 "$tmp/late"
gives "another HZ: when that machine ran timers is not known" "$timeouts" 13
run $args --hz 250 "$tmp/late"
gives "jiffies begin where the recorded timers say, and the report says so" \
	"(result['parameters']['timer_phase_ns'] > 0, result['parameters']['sources']['timer_phase_ns'])" \
	"(True, 'recording')"
gives "the same HZ: it is" "$timeouts" 7
run $args --timer recorded "$tmp/late"
gives "recorded timers: they are as late as they were" "$timeouts" 7

script 1 >"$tmp/on-time" 2>/dev/null
run $args "$tmp/on-time"
gives "timers on time" "$timeouts" 13
script 1 lost >"$tmp/lost" 2>"$tmp/fired"
run $args --queue per-cpu "$tmp/lost"
gives "timers that were lost: all that fired are predicted" "$timeouts" "$(cat "$tmp/fired")"
check "timers that were lost: there are fewer of them" test "$(grep -c fq_timeout "$tmp/lost")" -lt "$(cat "$tmp/fired")"
script 1 gone >"$tmp/gone" 2>"$tmp/fired"
run $args --queue per-cpu "$tmp/gone"
gives "a device that was away: all that fired are predicted" "$timeouts" "$(cat "$tmp/fired")"
# Each of 1,266 unmaps arms such a timer, which fires before the next one, but for the last.
run $args --queue per-cpu --queue-timeout 4 "$tmp/gone"
gives "a device that was away: timers did not wait meanwhile" "1264 <= $timeouts <= 1266" True
}
