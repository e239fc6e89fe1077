#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Recordings with ground truth: what is read from them, and what is predicted.
#
#  operations  equal what the machine's own counters say
#  RPCITs      recorded ones equal the probe's count
#  predicted   strict machines: all totals equal
#              one CPU, all simulated: total within 0.1 %, insufficient and failed maps within
#              3 % or 3, timer flushes within 1 for each 10 s; timer and latency recorded: equal
#              more CPUs: total within 0.3 %, insufficient and failed maps within 15 % or 5
#              maps without an IOVA: within 2 %
#              VT-d: timer flushes within 10 % or 2; timer recorded: all flushes equal

. tests/lib.sh

# shellcheck source=tests/suite.sh
. tests/suite.sh

suite traces

# One recording through all strategies: a host with 2048 mappings, one CPU, single pages.

"$prog" run --quiet --format csv --hypervisor kvm:entry-limit=2048 --initial-pages 24 \
	traces/6.12-fq-randread-lim2048-smp1.dat 2>"$tmp/err" |
	scripts/csv strategy rpcit.total rpcit.insufficient rpcit.by_cause.sync_map \
		rpcit.by_cause.sync rpcit.by_cause.queue_timeout rpcit.by_cause.retry \
		rpcit.by_cause.wrap maps.map_failed maps.unbacked maps.unbacked_pages \
		peaks.host_pages >"$tmp/strategies"

# of STRATEGY CONDITION TEXT: a condition on its figures, and on those of sync-map-retry (r_...)
of() {
	# shellcheck disable=SC2016	# awk's
	check "$1: $3" awk -F '\t' -v strategy="$1" '
	$1 == "sync-map-retry" { r_total = $2; r_insufficient = $3; r_retry = $7 }
	$1 == strategy {
		total = $2; insufficient = $3; sync_map = $4; sync = $5; timer = $6; retry = $7
		wrap = $8; map_failed = $9; unbacked = $10; unbacked_pages = $11; host = $12
		found = 1
	}
	END { exit !(found && ('"$2"')) }' "$tmp/strategies"
}

of sync-map-retry 'sync_map == 25000 && insufficient >= 8 && insufficient <= 10' \
	"25000 sync-map RPCITs, 8 to 10 insufficient"
of sync-map-retry 'retry == insufficient && map_failed == 0 && unbacked == 0' \
	"every retry succeeds"
# Never more than what is mapped at the moment is in the shadow.
of strict 'insufficient == 0 && sync == 25000 && total == 50000 && host < 200' \
	"an RPCIT for each unmap, resources never run out"
# Once the host is full only the timer makes room again, and every map until then stays unbacked
# without anybody knowing: as many as come within the rest of each second.
of lazy-ignore 'insufficient > 100 * r_insufficient && unbacked_pages > 1000' \
	"far more insufficient, and pages that the device would fault on"
of lazy-ignore 'retry == 0 && map_failed == 0' "no driver learns of it"
# A flush of the queue is the same global RPCIT as that of a retry; that queued IOVAs are freed too
# only shows where IOVAs are scarce.  Single pages: what the flush finds valid it establishes.
of fq-flush 'total == r_total && insufficient == r_insufficient && retry == r_retry' \
	"as many RPCITs as sync-map-retry"
of fq-flush 'map_failed == 0 && unbacked == 0' "the global RPCIT establishes the missing page"
# One contiguous piece for each map here: one map_pages call.
of map-inline 'total == r_total && insufficient == r_insufficient && sync_map == 25000' \
	"the same as sync-map-retry with one piece for each map"
# IOVAs are reused at once: the shadow still holds the old mapping, which QEMU replaces without
# giving its entry back.  After 2048 such leaks nothing is ever available again: all further maps
# fail, and so do their retries (the model, 5.1).  No timer, as there is no queue.
of driver-lazy 'timer == 0 && sync == 0 && map_failed > 20000' \
	"leaks all entries of the host, and then all maps fail"
of driver-lazy 'insufficient == retry + map_failed' "each failed map has failed twice"
# Nothing is flushed before the host is full, there is no timer: one global RPCIT for every
# 2048 - 24 maps or so, 12 in all.  The bitmap of 524288 pages does not wrap around.
of legacy 'timer == 0 && wrap == 0 && retry == insufficient' "flushes for lack of resources only"
of legacy 'retry == int(25000 / (2048 - 24)) && map_failed == 0' "12 times"
of legacy-strict 'total == 50000 && insufficient == 0' "as strict"

# More recordings, where they are.

shared=../shared/recordings
if [ -f "$shared/manifest.json" ]; then
	suite "$shared"
else
	skip "the longer suite of recordings: no $shared"
fi
