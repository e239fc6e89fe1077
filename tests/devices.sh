#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Several devices: whose operations and RPCITs are whose, each one's share of the
# results, devices that come and go, and what was lost of whom.

. tests/lib.sh

shared=../shared/recordings

# A made recording: two functions, or two devices that map at the same places.
# script FUNCTIONS NAMES STRICT [APART]: each is 0 or 1; one device after the other
script() {
	python3 - "$@" <<'END'
import sys

functions, names, strict, apart = (arg == "1" for arg in (sys.argv[1:] + ["0"])[:4])
now = 10000000

def event(name, text):
    global now
    print(f"  fio-100   [000]  {now // 1000000}.{now % 1000000:06}: {name}: {text}")
    now += 10

def rpcit(device, iova):
    if functions:
        event("rpcit", f"(3fffe93e098) fn=0x{4096 * device:x} addr=0x{iova:x} range=0x1000")
        event("rpcit_ret", "(3fffe93e098 <- 3ffff073274) ret=0")

def dma(what, device, iova, rest):
    if names:
        event(what, f"000{device}:00:00.0 dir=TO_DEVICE dma_addr={iova:x} size=4096 {rest}attrs=")

def map(device, iova):
    paddr = 0x400000 * device + iova
    event("map", f"IOMMU: iova=0x{iova:016x} - 0x{iova + 4096:016x} paddr=0x{paddr:016x} size=4096")
    rpcit(device, iova)
    dma("dma_map_page", device, iova, f"phys_addr={paddr:x} ")

def unmap(device, iova):
    event("unmap", f"IOMMU: iova=0x{iova:016x} - 0x{iova + 4096:016x} size=4096 unmapped_size=4096")
    if strict:
        rpcit(device, iova)
    dma("dma_unmap_page", device, iova, "")

print("cpus=1")
for i in range(100):
    iova = 0x100000000 + 4096 * (i % 7)
    if apart:
        map(1 + i // 50, iova)
        unmap(1 + i // 50, iova)
        continue
    map(1, iova)
    map(2, iova)
    unmap(2 - i % 2, iova)
    unmap(1 + i % 2, iova)
    if i % 4 == 0:
        map(2, iova)
        unmap(2, iova)
END
}

# Functions alone.

script 1 0 1 >"$tmp/functions"
exits "functions without names" 0 run --strategy strict --format json "$tmp/functions"
gives "functions without names: they are the devices" "recording['devices']" \
	"['fn 0x1000', 'fn 0x2000']"
gives "functions without names: each has its maps" \
	"[d['maps']['attempted'] for d in results[0]['devices']]" "[100, 125]"
gives "functions without names: nothing is ambiguous" \
	"recording['damage']['ambiguous_devices']" 0
exits "verify, two functions" 0 verify --manifest none "$tmp/functions"
exits "verify, one of two functions" 0 verify --manifest none --device 'fn 0x2000' \
	--format json "$tmp/functions"
gives "verify, one of two functions: its RPCITs" \
	"[results[0]['verify'][k]['total'] for k in ('recorded', 'predicted')]" "[250, 250]"
exits "a function that is not there" 1 verify --manifest none --device 'fn 0x3000' "$tmp/functions"
says "a function that is not there: which are" "it names: fn 0x1000 fn 0x2000"

script 1 0 0 >"$tmp/lazy"
exits "lazy functions without names" 0 run --strategy strict --format json "$tmp/lazy"
check "lazy functions without names: what is ambiguous is counted" \
	test "$(figure "recording['damage']['ambiguous_devices']")" -gt 0

# Names and functions.

script 1 1 1 >"$tmp/both"
exits "names and functions" 0 verify --manifest none --device 0002:00:00.0 --format json "$tmp/both"
gives "names and functions: its RPCITs" \
	"[results[0]['verify'][k]['total'] for k in ('recorded', 'predicted')]" "[250, 250]"
gives "names and functions: its operations" "recording['operations']['map']" 125
gives "names and functions: one device" "[d['device'] for d in results[0]['devices']]" \
	"['0002:00:00.0']"
gives "names and functions: the device is named" "recording['device']" 0002:00:00.0
exits "a report of one device" 0 verify --manifest none --device 0002:00:00.0 "$tmp/both"
check "a report of one device: says so" grep -q '^device  *0002:00:00.0 alone' "$tmp/out"
exits "a device that is not there" 1 run --device 0003:00:00.0 "$tmp/both"
says "a device that is not there: which are" "it names: 0001:00:00.0 0002:00:00.0"
# RPCITs of a function that maps nothing are nobody's.
{ cat "$tmp/both"; printf '  fio-100   [000]  11.000000: rpcit: (0) fn=0x9 addr=0x0 range=0x1000\n'; } \
	>"$tmp/nobody"
exits "RPCITs that are nobody's, one device" 1 verify --manifest none --device 0002:00:00.0 "$tmp/nobody"
says "RPCITs that are nobody's: says so" "not all recorded RPCITs can be told apart by device"

# An unmap of what was mapped before the recording, where another device has a mapping of that size.
awk '{ print } /dma_map_page: 0001:/ && !n++ {
	print "  fio-100   [000]  10.000031: unmap: IOMMU: iova=0x0000000100000000 - 0x0000000100001000 size=4096 unmapped_size=4096"
	print "  fio-100   [000]  10.000032: dma_unmap_page: 0002:00:00.0 dir=TO_DEVICE dma_addr=100000000 size=4096 attrs="
}' "$tmp/both" >"$tmp/before"
exits "an unmap of another device" 0 ops "$tmp/before"
check "an unmap of another device: it is that of an unknown mapping" \
	grep -q '^10.000000000  *[0-9]*  *initial .* 0002:00:00.0 *0x00100000000' "$tmp/out"

# Scatter lists that dma_iova_link() maps have no dma:* event: a device that has nothing else has no name.
grep -v 'dma_[a-z_]*: 0002:' "$tmp/both" >"$tmp/one-named"
exits "a device without a name beside one with a name" 0 verify --manifest none --format json "$tmp/one-named"
gives "a device without a name: its function is its name" "[d['device'] for d in results[0]['devices']]" \
	"['0001:00:00.0', 'fn 0x2000']"
gives "a device without a name: each has its maps" \
	"[d['maps']['attempted'] for d in results[0]['devices']]" "[100, 125]"

# Queues of two devices, whose timers fire 50 and 25 times.

# timers NAMES FLUSH: with dma:* events or not; what a flush of everything shows of its domain
timers() {
	awk -v names="$1" -v flush="$2" '
	function line(cpu, context, what) { printf "  fio-10%d   [00%d]  %s  %.6f: %s\n", cpu, cpu, context, t / 1e6, what; t += 2 }
	function use(d, page,   i) {
		i = sprintf("0x%016x", page)
		line(d, ".....", "map: IOMMU: iova=" i " - " sprintf("0x%016x", page + 4096) " paddr=0x0000000041000000 size=4096")
		if (flush == "call")
			line(d, ".....", "intel_sync_map: (0) domain=0xa" d " iova=" i " size=0x1000")
		if (names)
			line(d, ".....", "dma_map_page: 0000:00:1" d ".0 dir=TO_DEVICE dma_addr=" substr(i, 3) " size=4096 phys_addr=41000000 attrs=")
		t += 100
		line(d, "..s1.", "unmap: IOMMU: iova=" i " - " sprintf("0x%016x", page + 4096) " size=4096 unmapped_size=4096")
		if (names)
			line(d, "..s1.", "dma_unmap_page: 0000:00:1" d ".0 dir=TO_DEVICE dma_addr=" substr(i, 3) " size=4096 attrs=")
	}
	function fire(d) {
		line(d, "..s1.", "fq_timeout: (0) timer=0xb" d)
		if (flush == "call") {
			line(d, "..s1.", "intel_flush_all: (0) domain=0xa" d)
			line(d, "..s1.", sprintf("qi_submit: iotlb_inv dmar0: 0x%d00e2 0x0 0x0 0x0", 3 + d))
		} else {
			line(d, "..s1.", flush == "domain" ? "smmu_flush_all: (0) domain=0xa" d : "smmu_inv_context: (0)")
		}
	}
	BEGIN {
		for (i = 0; i < 50; i++) {
			begin = 20e6 + i * 40e3
			t = begin
			use(1, 4294901760)
			t = begin + 5e3
			if (i % 2)
				use(2, 4294901760)
			t = begin + 16e3
			fire(1)
			t = begin + 21e3
			if (i % 2)
				fire(2)
		}
	}'
}

# its_flushes TEXT WANTED DEVICE FILE: those recorded and predicted of one device
its_flushes() {
	run verify --manifest none --timer recorded --format json --device "$3" "$4"
	gives "$1" "[results[0]['verify'][k]['total'] for k in ('recorded', 'predicted')]" "[$2, $2]"
}

timers 1 call >"$tmp/calls"
its_flushes "timers of VT-d: the first device's" 50 0000:00:11.0 "$tmp/calls"
its_flushes "timers of VT-d: the second device's" 25 0000:00:12.0 "$tmp/calls"
gives "timers of VT-d: no other device is in the report" "[d['device'] for d in results[0]['devices']]" "['0000:00:12.0']"
exits "timers of VT-d: those of one device" 0 ops --device 0000:00:12.0 "$tmp/calls"
check "timers of VT-d: no others are operations" test "$(grep -c flush-timer "$tmp/out")" -eq 25
timers 1 context >"$tmp/contexts"
its_flushes "timers of SMMUv3: the first device's" 50 0000:00:11.0 "$tmp/contexts"
its_flushes "timers of SMMUv3: the second device's" 25 0000:00:12.0 "$tmp/contexts"
timers 1 domain >"$tmp/callbacks"
its_flushes "timers of SMMUv3, Linux 7.2: the first device's" 50 0000:00:11.0 "$tmp/callbacks"
its_flushes "timers of SMMUv3, Linux 7.2: the second device's" 25 0000:00:12.0 "$tmp/callbacks"
timers 0 call >"$tmp/domains"
exits "domains without names" 0 verify --manifest none --timer recorded --format json "$tmp/domains"
gives "domains without names: they are the devices" "recording['devices']" "['domain 0xa1', 'domain 0xa2']"
its_flushes "domains without names: the first one's flushes" 50 "domain 0xa1" "$tmp/domains"
its_flushes "domains without names: the second one's flushes" 25 "domain 0xa2" "$tmp/domains"
{ printf '  sh-7   [000]  .....  19.000000: attach_device_to_domain: IOMMU: device=0000:00:11.0\n' && cat "$tmp/domains"; } >"$tmp/attached"
its_flushes "domains without names, an attached device with one" 25 "domain 0xa2" "$tmp/attached"

# Devices that come and go: the mappings of the first one end.

detach=$(printf '  sh-7   [000]  10.000035: remove_device_from_group: IOMMU: groupID=0 device=0001:00:00.0')
awk -v detach="$detach" '{ print } NR == 5 { print detach }' "$tmp/both" >"$tmp/gone"
exits "a device that goes" 0 ops "$tmp/gone"
check "a device that goes: an operation" grep -q ' detach .* 0001:00:00.0' "$tmp/out"
check "a device that goes: its mapping ends without an unmap" \
	test "$(grep -c ' unmap  *-' "$tmp/out")" -eq 1
# Two map a page each; one of them gets a new domain, and maps one again.
script 0 1 0 >"$tmp/names"
sed -n '1,4p' "$tmp/names" >"$tmp/new"
echo '  sh-7   [000]  10.000035: attach_device_to_domain: IOMMU: device=0001:00:00.0' >>"$tmp/new"
sed -n '1,2s/ 10\.0000/ 10.0001/p' "$tmp/names" >>"$tmp/new"
exits "a device with a new domain" 0 info --format json "$tmp/new"
gives "a device with a new domain: its mappings are no longer live" "recording['max_live_pages']" 2

# Recordings.

two=traces/6.12-fq-twodev.dat
if [ ! -f $two ]; then
	skip "two recorded devices: $two is not there"
else
	exits "two recorded devices" 0 run --strategy all --format json $two
	gives "two recorded devices: every counter adds up, in every result" "all(
		r[o][k] == sum(d[o][k] for d in r['devices'])
		for r in results for o in ('kernel_counters', 'maps')
		for k in r[o] if k not in ('replayed_failures', 'skipped_unmaps')) and all(
		r['rpcit']['by_cause'][k] == sum(d['rpcit']['by_cause'][k] for d in r['devices'])
		for r in results for k in r['rpcit']['by_cause']) and all(
		r['rpcit'][k] == sum(d['rpcit'][k] for d in r['devices'])
		for r in results for k in ('total', 'insufficient', 'global', 'ranged')) and all(
		r['exposure']['pages'] == sum(d['exposure']['pages'] for d in r['devices'])
		for r in results)" True
	gives "two recorded devices: each has every figure of the whole" "all(
		set(r[o]) - set(d[o]) <= {k for k in r[o] if k.startswith(('reused_', 'reachable_', 'subpage_'))}
		and set(d[o]) <= set(r[o]) for r in results for d in r['devices']
		for o in ('rpcit', 'kernel_counters', 'maps', 'peaks', 'exposure'))" True
	gives "two recorded devices: writable page-seconds add up, and are a part" "all(
		abs(r['exposure']['writable_page_seconds'] -
		    sum(d['exposure']['writable_page_seconds'] for d in r['devices'])) < 1e-6 and
		r['exposure']['writable_page_seconds'] <= r['exposure']['page_seconds'] and
		r['exposure']['reused_pages'] <= r['exposure']['pages'] and
		r['exposure']['reused_page_seconds'] <= r['exposure']['page_seconds'] and
		r['exposure']['reachable_p50'] <= r['exposure']['reachable_p99'] <=
		    r['peaks']['lazy_pages'] * 65 / 64
		for r in results)" True
	gives "two recorded devices: complete, so no lower bounds" \
		"any(d['lower_bound'] for r in results for d in r['devices'])" False
	cp "$tmp/out" "$tmp/jobs"
	run run --strategy all --format json --jobs 1 $two
	check "two recorded devices: the same with one job" cmp -s "$tmp/out" "$tmp/jobs"
	run ops $two
	check "two recorded devices: every operation is somebody's" \
		test "$(awk '$3 != "initial" && $5 == "-"' "$tmp/out" | wc -l)" -eq 0
	for device in 0001:00:00.0 0002:00:00.0; do
		exits "verify $device alone" 0 verify --device $device $two
		shows "verify $device alone: all alike" "RPCITs compared one by one, all alike"
	done
	exits "two recorded devices: table" 0 run --strategy strict $two
	check "two recorded devices: a table each" test "$(grep -c '^device ' "$tmp/out")" -eq 2
	exits "two recorded devices: Markdown" 0 run --strategy strict --format md $two
	check "two recorded devices: a table each in Markdown" \
		test "$(grep -c '^\* device' "$tmp/out")" -eq 2
	exits "two recorded devices: CSV" 0 run --strategy strict --format csv $two
	check "two recorded devices: a line each in CSV" test "$(scripts/csv device maps.attempted \
		<"$tmp/out" | tr '\t\n' '  ')" = "- 8000 0002:00:00.0 4000 0001:00:00.0 4000 "
fi

lazy_two=$shared/x86_64/6.12-lazy-two.dat
lifecycle=$shared/s390x/6.12-fq-lifecycle.dat
if [ ! -d $shared ]; then
	skip "two domains of VT-d, a device's life, lost events: no $shared"
else
	run ops $lazy_two
	check "two domains of VT-d: every operation is somebody's" test "$(awk '$5 == "-"' "$tmp/out" |
		wc -l)" -eq 0
	for device in 0000:00:10.0 0000:00:11.0; do
		run verify --device $device --tolerance 10% --format json $lazy_two
		figure "results[0]['verify']['recorded']['total']" >>"$tmp/flushes"
	done
	check "two domains of VT-d: each has its flushes" \
		test "$(tr '\n' ' ' <"$tmp/flushes")" = "35 40 "
	exits "a device's life: unbound, strict for a while, unplugged" 0 verify $lifecycle
	shows "a device's life: every RPCIT" "6,108 RPCITs compared one by one, all alike"
	run run --strategy all --format json $lazy_two
	gives "two domains of VT-d: every counter adds up" "all(
		r['rpcit']['total'] == sum(d['rpcit']['total'] for d in r['devices']) and
		r['maps']['attempted'] == sum(d['maps']['attempted'] for d in r['devices'])
		for r in results)" True

	# Lost events, as counted by those who made the recordings.
	for lost in "x86_64/6.12-lazy-randread-lossy 3598" "s390x/6.12-strict-randread-lossy 74113"; do
		file=$shared/${lost% *}.dat
		exits "${lost% *}" 0 run --strategy strict,sync-map-retry --format json "$file"
		gives "${lost% *}: lost events" "recording['damage']['lost_events']" "${lost#* }"
		gives "${lost% *}: all figures are lower bounds" \
			"all(r['lower_bound'] and r['lower_bound_since_ns'] >= recording['start_ns']
			for r in results) and all(d['lower_bound'] for r in results
			for d in r.get('devices', []))" True
		exits "${lost% *}: table" 0 run --strategy strict "$file"
		shows "${lost% *}: marked" "strict *"
		shows "${lost% *}: says since when" "figures are lower bounds (*) since"
		exits "${lost% *}, --strict-input" 4 run --strict-input "$file"
		says "${lost% *}, --strict-input: says why" "lost_events ${lost#* }"
	done
fi

# --strict-input with loss and with corruption, of files made here.

{ sed 50q "$tmp/both"; echo "CPU:0 [LOST 12 EVENTS]"; sed 1,50d "$tmp/both"; } >"$tmp/lost"
exits "lost events" 0 run --strategy strict --format json "$tmp/lost"
gives "lost events: how many" "recording['damage']['lost_events']" 12
gives "lost events: every device has lower bounds" \
	"[d['lower_bound'] for d in results[0]['devices']]" "[True, True]"
check "lost events: since then" test "$(figure "results[0]['lower_bound_since_ns']")" -gt 10000000000
exits "lost events, --strict-input" 4 run --strict-input "$tmp/lost"
# A device that was gone by then has all its operations.
script 1 1 1 1 | awk -v detach="$(echo "$detach" | sed s/10.000035/10.003999/)" '
	/fn=0x2000/ && !lost++ { print detach; print "CPU:0 [LOST 12 EVENTS]" }
	{ print }' >"$tmp/spared"
exits "lost events after a device was gone" 0 run --strategy strict --format json "$tmp/spared"
gives "lost events after a device was gone: it is spared" \
	"sorted((d['device'], d['lower_bound']) for d in results[0]['devices'] if d['device'])" \
	"[('0001:00:00.0', False), ('0002:00:00.0', True)]"

if ! file=$(recording); then
	skip "a cut recording, --strict-input: no recordings in traces/"
	exit 0
fi
head -c $(($(wc -c <"$file") * 3 / 4)) "$file" >"$tmp/cut.dat"
exits "a cut recording" 0 run --strategy strict --format json "$tmp/cut.dat"
gives "a cut recording: lower bounds" "results[0]['lower_bound']" True
exits "a cut recording, --strict-input" 4 run --strict-input "$tmp/cut.dat"
