#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The rarer words of a report: nouns that stand for one thing, values that are not known, results that differ in
# one figure.  Reports of small recordings are changed and rendered again.

. tests/lib.sh

if ! command -v python3 >/dev/null; then
	skip "words of a report: no python3"
	exit 0
fi
limited=$PWD/traces/6.12-fq-randread-lim2048-smp1.dat
faults=$PWD/traces/faults/amd
waits=$PWD/traces/throughput/depth1-lazy.dat
cd "$tmp" || exit 1

# changed REPORT STATEMENTS: changed.json, the report after these statements.  entry is its first recording with
# its results, r the recording, results the results, x the first of these, p its parameters.
changed() {
	python3 - "$@" <<-'END_PY'
		import copy, json, sys
		document = json.load(open(sys.argv[1]))
		del document["digest"]
		entry = document["recordings"][0]
		r, results = entry["recording"], entry["results"]
		if results:
		    x = results[0]
		    p = x["parameters"]
		exec(sys.argv[2])
		json.dump(document, open("changed.json", "w"))
	END_PY
}

# words TEXT REPORT STATEMENTS WORDS [OPTIONS]: what the changed report shows then
words() {
	text=$1
	expected=$4
	changed "$2" "$3"
	shift 4
	run report "$@" changed.json
	shows "$text" "$expected"
}

# no TEXT WORDS: the last one does not show this
no() {
	check "$1" sh -c "! grep -qF -e '$2' out"
}

cat >tasks.txt <<-'TEXT'
	# tracer: nop
	      first-7   [000] .....  10.000001: map: IOMMU: iova=0x1000 - 0x2000 paddr=0x10000 size=4096
	      first-7   [000] .....  10.000011: map: IOMMU: iova=0x3000 - 0x4000 paddr=0x11000 size=4096
	      first-7   [000] .....  10.000021: map: IOMMU: iova=0x5000 - 0x6000 paddr=0x12000 size=4096
	      first-7   [000] .....  10.000031: unmap: IOMMU: iova=0x5000 - 0x6000 size=4096 unmapped_size=4096
	     second-9   [000] .....  10.000041: map: IOMMU: iova=0x9000 - 0xa000 paddr=0x13000 size=4096
	     second-9   [000] d.h1.  10.000051: map: IOMMU: iova=0xb000 - 0xc000 paddr=0x14000 size=4096
TEXT
"$prog" run --quiet --explain --format json --strategy fq-flush --hypervisor kvm:entry-limit=4 tasks.txt >short.json
"$prog" run --quiet --format json --strategy fq-flush tasks.txt >run.json
"$prog" info --quiet --by comm --format json tasks.txt >info.json

# Shortages.

words "one map" short.json 's = x["shortages"]; s["insufficient"] = s["examined"] = 1; s["first_ns"] = s["last_ns"]' \
	"shortages fq-flush: 1 map met a host that was full, at 50.0 us; then 5 pages wanted the host's 4 entries"
words "maps that failed" short.json 'x["shortages"].update(insufficient=0, map_failed=1, iova_exhausted=1)' \
	"fq-flush: 1 map failed without an IOVA, 1 failed, from 40.0 us to 50.0 us; then the host's entries were held by"
words "maps without an IOVA" short.json 'x["shortages"].update(insufficient=1, iova_exhausted=2, examined=3)' \
	"fq-flush: 1 map met a host that was full, 2 failed without an IOVA, from 40.0 us to 50.0 us; then the IOVAs were held by"
words "unbacked maps" short.json 'x["shortages"].update(insufficient=0, unbacked=2); p["entry_limit"] = 0' \
	"fq-flush: 2 maps were left unbacked, from 40.0 us to 50.0 us; then the host's entries were held by"
words "unbacked maps and many entries" short.json 'x["shortages"].update(unbacked=1, examined=3); p["entry_limit"] = 3' \
	"2 maps met a host that was full, 1 was left unbacked, from 40.0 us to 50.0 us; then 5 pages wanted the host's 3 entries"
words "unbacked maps and enough entries" short.json 'x["shortages"].update(unbacked=1, examined=3); p["entry_limit"] = 5' \
	"1 was left unbacked, from 40.0 us to 50.0 us; then the host's entries were held by"
words "more than were examined" short.json 'x["shortages"].update(insufficient=3000)' \
	"3,000 maps met a host that was full, from 40.0 us to 50.0 us; the first 2 were examined; then"
words "one that was examined" short.json 'x["shortages"].update(examined=1)' "from 40.0 us to 50.0 us; the first was examined; then"
words "none that was examined" short.json 'x["shortages"].update(examined=0)' "2 maps met a host that was full"
no "none that was examined: no holders" "first: "
words "entries that the hypervisor lost" short.json 'p["entry_limit"] = 10' \
	"no mapping: 5 entries (50% of the limit); the hypervisor lost them as IOVAs were used again without a flush"
words "an entry that the hypervisor lost" short.json 'x["shortages"].update(other_pages=0, lazy_pages=0)' \
	"no mapping: 1 entry (25% of the limit); the hypervisor lost it as IOVAs were used again without a flush"
words "entries without shortages of them" short.json 'p["entry_limit"] = 10; x["shortages"].update(insufficient=0, map_failed=2)' \
	"2 maps failed"
no "entries without shortages of them: none is lost" "no mapping:"
words "holders without a name" short.json 'r["sites"] = r["drivers"] = r["sites_by"] = None' \
	"(unknown): 2 pages (40%) mapped, for 40.0 us on average, the oldest for 50.0 us"
words "holders of several devices" short.json '
r["devices"] = ["0000:00:01.0", "0000:00:02.0"]
x["shortages"]["holders"][0]["device"] = "0000:00:02.0"' "0000:00:02.0, first: 2 pages (40%) mapped"
shows "holders of no device" " first: 1 page (20%) unmapped and not yet flushed"
many='h = x["shortages"]["holders"]
for i in range(3):
    h.append(dict(h[2], oldest_ns=20000 + i))'
words "many holders" short.json "$many" "second: 1 page (20%) mapped"
check "many holders: three are shown" test "$(grep -c ' on average, the oldest for ' out)" -eq 3
words "many holders, --verbose" short.json "$many" "second: 1 page (20%) mapped" --verbose
check "many holders, --verbose: all are shown" test "$(grep -c ' on average, the oldest for ' out)" -eq 6

# Shortages of several strategies are one line if all that is shown of them is the same.

words "shortages that are alike" short.json '
results.append(copy.deepcopy(x))
results[1]["strategy"] = "legacy"
results[1]["shortages"]["last_ns"] += 1
results[1]["shortages"]["holders"][0]["oldest_ns"] += 1' \
	"shortages fq-flush, legacy: 2 maps met a host that was full, from 40.0 us to 50.0 us"
words "shortages that are not" short.json '
def another(change):
    result = copy.deepcopy(x)
    s = result["shortages"]
    change(s, s["holders"])
    results.append(result)
r["devices"] = ["0000:00:01.0", "0000:00:02.0"]
another(lambda s, h: None)
another(lambda s, h: s.update(insufficient=3))
another(lambda s, h: s.update(examined=1))
another(lambda s, h: s.update(first_ns=10000042000))
another(lambda s, h: s.update(last_ns=10000052000))
another(lambda s, h: s.update(live_pages=2))
another(lambda s, h: s.update(lazy_pages=0))
another(lambda s, h: s.update(other_pages=0))
another(lambda s, h: h.pop())
another(lambda s, h: h[0].update(pages=3))
another(lambda s, h: h[0].update(device="0000:00:02.0"))
another(lambda s, h: h[0].update(state="lazy"))
another(lambda s, h: h[0].update(oldest_ns=51000))
another(lambda s, h: h[0].update(mean_ns=41000))
another(lambda s, h: h[0].update(site="second"))' "shortages fq-flush, fq-flush: "
check "shortages that are not alike: a line for each" test "$(grep -c '^shortages ' out)" -eq 15
words "holders of no page" short.json '
for h in x["shortages"]["holders"]:
    h["pages"] = 0
results.append(copy.deepcopy(x))
results[1]["shortages"]["holders"][0]["oldest_ns"] = 7' "shortages fq-flush, fq-flush: "
no "holders of no page are not shown" "first:"

# Makers of mappings.

awk 'BEGIN { for (i = 0; i < 12; i++)
	printf "           task%02d-%d     [000] .....    1.%06d: map: IOMMU: iova=0x%x - 0x%x paddr=0x%x000 size=4096\n",
		i, 100 + i, i, 4096 * (i + 1), 4096 * (i + 2), i + 1 }' >many.txt
exits "many tasks" 0 info --quiet --by comm many.txt
shows "many tasks: the largest in words" "mapped by task00 8.3%, task01 8.3%, task02 8.3% of 12 pages"
shows "many tasks: nine, and the sum of the others" "1 1 task08 3 3 (3 more: --verbose)"
exits "many tasks, --verbose" 0 info --verbose --by comm many.txt
shows "many tasks, --verbose: all" "1 1 task10 1 1 task11"
exits "many tasks of results" 0 run --quiet --by comm --strategy strict many.txt
check "many tasks of results: the sum of the others" grep -Eq '^ +3 .* \(3 more: --verbose\)$' out
words "tasks without pages" info.json '
for site in r["sites"] + r["drivers"]:
    site["pages"] = 0' "tasks 3"
no "tasks without pages make nothing" "mapped by"
words "a page" info.json '
r["sites"][:] = r["sites"][:1]
r["sites"][0]["pages"] = r["sites"][0]["mappings"] = 1' "mapped by first all 1 page"

# The recording.

words "a recording whose clock begins at 0" run.json 'r["start_ns"] = 0' "1 CPU; 50.0 us"
words "a recording of no events" info.json 'r["start_ns"] = r["duration_ns"] = 0' "unknown, 1 CPU operations"
no "a recording of no events: has no time" "time  "
words "a format without a reason" info.json 'r["recognised_by"] = None' "tasks.txt: ftrace text"
no "a format without a reason: none is shown" "recognised"
words "domains of two types" info.json 'r["machine"]["domain_types_vary"] = True' \
	"domains the recorded domains were strict (DMA) at some time and had a queue (DMA-FQ) at another, as what was flushed shows"
words "results for domains of two types" run.json 'r["machine"]["domain_types_vary"] = True' \
	"as what was flushed shows: not followed, strategies are as they are throughout"
words "maps that failed, and no others" run.json 'r["operations"].update(map=0, failed_map=1)' \
	"operations 0 maps (5 pages, 5 pieces), 1 unmap (1 page), 1 failed map"
no "maps that failed, and no others: that is something" "the recording has no mapping"
words "no maps" run.json 'r["operations"]["map"] = 0; r["nothing_to_replay"] = "record more"' \
	"warning the recording has no mapping: record more"
words "no maps, and no reason" run.json 'r["operations"]["map"] = 0' \
	"warning the recording has no mapping: record iommu:map and iommu:unmap"
exits "a window without an end" 0 run --quiet --strategy strict --time-window 20us: tasks.txt
shows "a window without an end: says so" "window from 20.0 us of the recording on"
exits "flushes of another IOMMU that take too long" 0 run --quiet --strategy strict --iommu vtd --flush-latency 5ms tasks.txt
shows "flushes of another IOMMU that take too long: what they are" "note flushes take longer than the recording has time for"
words "an attempt that failed" run.json 'x["maps"]["replayed_failures"] = 1' \
	"1 attempt that failed on the recorded machine was replayed as an attempt; drivers"
words "faults that are hidden" run.json 'x["faults"] = { "shown": 1, "hidden": 2, "undecided": 3 }' \
	"recorded ones that each would have hidden: fq-flush 2 of 3; 3 are not decided"
words "a fault that is not decided" run.json 'x["faults"] = { "shown": 1, "hidden": 2, "undecided": 1 }' \
	"fq-flush 2 of 3; 1 is not decided"

# The host.

words "a limit that some shortages contradict" run.json 'p.update(entry_limit=300, limit_shortages=12, limit_agree=10)' \
	"kvm, entry limit 300 (inferred from 12 recorded shortages, 10 agree), tlb_refresh"
words "a limit of one shortage" run.json 'p.update(entry_limit=300, limit_shortages=1, limit_agree=1)' \
	"kvm, entry limit 300 (inferred from 1 recorded shortage), tlb_refresh"
words "limits that differ, without devices" run.json 'p.update(entry_limit=300, limits_differ=True)' "kvm, entry limit 300, tlb_refresh"
several='r["devices"] = ["0000:00:01.0", "0000:00:02.0"]
'
words "a limit of each device or of all" run.json "$several"'p.update(entry_limit=300, limit_shortages=2, limit_agree=2, other_limit=600, other_agree=2)' \
	"for each device (or 600 for all together, share=guest, which fits as well)"
words "a limit of each device" run.json "$several"'p.update(entry_limit=300, limit_shortages=2, limit_agree=2, other_limit=600, other_agree=1)' \
	"entry limit 300 (inferred from 2 recorded shortages) for each device, tlb_refresh"
words "pages of one of several devices" run.json 'p.update(initial_pages=7, initial_devices=1)' \
	"initial pages 7, assumed to be all of this device; queue"
words "pages that were given" run.json 'p.update(initial_pages=7, initial_devices=1); p["sources"].update(initial_pages="user", initial_devices="user")' \
	"initial pages 7 (user); queue"
words "queues that differ" run.json '
for queue, size, ms in ("single", 32768, 1000), ("per-cpu", 32768, 1000), ("per-cpu", 16384, 1000), ("per-cpu", 16384, 10), ("none", 1, 1):
    results.append(copy.deepcopy(x))
    results[-1]["parameters"].update(queue=queue, queue_size=size, queue_timeout_ms=ms)' \
	"; queue single, 32768 slots, 1000 ms; queue per-cpu, 32768 slots, 1000 ms; queue per-cpu, 16384 slots, 1000 ms; queue per-cpu, 16384 slots, 10 ms; 1 CPU"
words "an IOMMU that is not known" run.json 'p["iommu"] = p["iommu_known_from"] = None' "hypervisor kvm"
words "an IOMMU of the recording" run.json 'p["iommu"] = "vtd"; p["iommu_known_from"] = None' "IOMMU VT-d (recording); maps are flushed"
words "an aperture up to the end" run.json 'p.update(aperture_start=str(2**64 - 2**20), aperture=2**20 - 1)' "; aperture 1,048,575 bytes from 17,592,186,044,415 MiB on; "
words "flushes that take time by the page" run.json 'p.update(rpcit_base_ns=0, rpcit_page_ns=5)' "RPCIT takes 0 ns and 5 ns a page"
exits "flushes that take no time" 0 run --quiet --strategy strict --flush-latency 0 tasks.txt
shows "flushes that take no time: says so" "RPCIT takes 0 ns and 0 ns a page (user)"

exits "a text as figure of a sweep" 0 sweep --quiet --vary hz=100:250:150 --figure entries.unit --strategy strict tasks.txt
check "a text as figure of a sweep: what it is" grep -Eqx ' *100 +page' out
{ cat tasks.txt; echo 'CPU:0 [LOST 5 EVENTS]'; } >lost.txt
run sweep --quiet --vary hz=100:250:150 --figure entries.unit --strategy strict lost.txt
check "a text as figure of a sweep: with a mark after a loss" grep -Eqx ' *100 +page \*' out

# Devices.

words "devices, one without a name" run.json '
r["devices"] = ["0000:00:01.0"]
share = copy.deepcopy(x)
share.update(lower_bound=True, lower_bound_since_ns=10000041000)
x["devices"] = [dict(share, device=None), dict(x, device="0000:00:01.0")]' \
	"device without a name: lower bounds (*) since 10.000041000 s"
check "devices, one without a name: no bound of the other" grep -qx 'device  *0000:00:01.0' out

# Throughput.

"$prog" run --quiet --format json --load closed --strategy strict,fq-flush "$waits" >waits.json
words "assumptions" waits.json '
x["time"]["assumptions"].update(arrivals_as_recorded=True, hypervisor_serialises=True)' \
	"tasks stay on their CPUs, IOTLB misses cost nothing; work that came by a clock comes as recorded; the hypervisor serves one flush at a time"
words "a strategy with two results" waits.json 'results.append(copy.deepcopy(x))' "limited by CPUs: strict, fq-flush assumed"
words "a strategy whose name controls a terminal" waits.json 'x["strategy"] = "a\x1b[31m\nb"' "limited by CPUs: a?[31m?b, fq-flush assumed"
words "results without waits" waits.json '
results.append(copy.deepcopy(x))
results[0]["time"] = None' "limited by CPUs: fq-flush, strict assumed"
check "results without waits: no ratio" grep -Eq '^strict .* - *$' out

# The words of a verification.

"$prog" verify --quiet --format json --strategy legacy-strict --hypervisor kvm --manifest none --fit entry-limit "$limited" >verify.json
verify='v = x["verify"]; difference = v["first_difference"]
'
words "an operation that fails" verify.json "$verify"'difference["operation"]["failed"] = True' \
	"which belongs to: map that fails, 1 page at 0x17f7fd000"
words "a map that failed" verify.json "$verify"'difference["operation"].update(kind="failed-map", pages=2)' \
	"which belongs to: failed-map, 2 pages recorded"
words "an operation of an interrupt" verify.json "$verify"'difference["operation"]["interrupt"] = True' \
	"which belongs to: map, 1 page at 0x17f7fd000 (interrupt)"
words "no operation" verify.json "$verify"'del difference["operation"]' "on CPU 0, belonging to no known operation"
words "a flush of the queue" verify.json "$verify"'difference["in_queue"] = True' "on CPU 0, a flush of the queue recorded 1 page"
words "a flush of everything" verify.json "$verify"'difference["recorded"]["global"] = True' "recorded global, insufficient; at 17.106673804 s on CPU 0"
words "a flush that was not recorded" verify.json "$verify"'difference["recorded"] = None' "recorded none predicted 1 page"
fit='fit = x["verify"]["fit"]["entry_limit"]
'
words "a limit that fits" verify.json '' \
	"fit entry limit 80 to 80: 9 RPCITs insufficient, as recorded entry limit 2048 to 2048: the host was full at the places of 9 of 9"
words "no limit fits" verify.json "$fit"'fit.update(low=81, high=80, at_low=8, at_high=11)' \
	"no entry limit has 9 RPCITs insufficient, as recorded: 80 has 11, 81 has 8"
words "no limit fits one shortage" verify.json "$fit"'fit.update(shortages=1, low=81, high=80, at_low=0, at_high=2)' \
	"no entry limit has 1 RPCIT insufficient, as recorded: 80 has 2, 81 has 0"
words "places that are not known" verify.json "$fit"'fit.update(place_low=0, place_high=0, agree=0, places=0)' \
	"9 RPCITs insufficient, as recorded verdict"
words "nothing to fit" verify.json "$fit"'
for key in fit:
    fit[key] = 0 if key == "shortages" else None' "fit nothing to fit: no recorded RPCIT reported insufficient resources"
old='for key in "shortages", "at_low", "at_high", "agree", "places":
    del fit[key]
'
words "a fit of an older version" verify.json "$fit$old" "fit entry limit 80 to 80: 9 RPCITs insufficient, as recorded verdict"
words "no fit of an older version" verify.json "$fit$old"'fit.update(low=81, high=80)' \
	"no entry limit has 9 RPCITs insufficient, as recorded; 80 and 81 come closest"
words "no fit was asked for" verify.json "$fit"'
for key in fit:
    fit[key] = None' "in words"
no "no fit was asked for: none is shown" "fit  "
changed verify.json "$fit"'fit["places"] = 2**32'
exits "a fit that cannot be" 1 report changed.json
says "a fit that cannot be: which figure" "fit.entry_limit.places has a value that it cannot have"
words "totals that are not predicted" verify.json "$verify"'v["predicted"]["ranged"] = None' "global 0 19 -19 insufficient 0 9 -9"
words "equal totals" verify.json "$verify"'v["equal"] = True; v["tolerance"] = 3' \
	"verdict equal totals (tolerance 3), but another sequence: see the first difference"
words "a tolerance in per cent" verify.json "$verify"'v["tolerance_percent"] = 1.5' "verdict totals differ (tolerance 1.5%): total by 100%"
words "an RPCIT that the probe missed" verify.json "$verify"'v["missed"] = 1; r["machine"].update(mapped_pages=1)' "in words"
words "sources that are not recorded" verify.json "$verify"'v["sources"] = { "strategy": "manifest", "hypervisor": None, "manifest": "m.json" }' \
	"strategy legacy-strict, from the manifest; hypervisor kvm, source not recorded manifest m.json; what it says"
words "a verification of domains of two types" verify.json \
	'r["machine"]["domain_types_vary"] = True; x["strategy"] = "legacy"' "as what was flushed shows: followed"
words "a verification of domains of two types, without a queue" verify.json 'r["machine"]["domain_types_vary"] = True' \
	"as what was flushed shows: not followed, because this strategy has no queue"

# Faults.

"$prog" faults --format json --log "$faults.dmesg.txt" "$faults.txt" >faults.json
words "faults that were not examined" faults.json 'entry["fault_summary"]["unexamined"] = 2' "2 further faults were not examined"
words "a fault that was not examined" faults.json 'entry["fault_summary"]["unexamined"] = 1' "1 further fault was not examined"
words "faults outside" faults.json 'entry["fault_summary"]["outside"] = 1' "1 fault of the log is from before or after the recording"
words "a line that was left out" faults.json 'entry["fault_summary"]["suppressed"] = 1' "the kernel left out 1 line of its log"
words "faults that may be missing" faults.json 'entry["fault_summary"]["may_be_missing"] = True' "the kernel limits how many faults it logs: some may be missing"
words "no fault, and no log" faults.json 'entry.update(faults=[]); entry["fault_summary"].update(total=0, log_clock=None, log_given=False)' \
	"no fault was found; a log is given with --log"
words "no fault, but a log" faults.json 'entry.update(faults=[]); entry["fault_summary"].update(total=0, log_clock=None, log_given=True)' \
	"no fault was found, neither in the recording nor in the log"
words "a log that is cut" faults.json 'entry["fault_summary"]["log_cut"] = 2' "the log is cut or damaged: not all of it could be read"
words "a line that cannot be read" faults.json 'entry["fault_summary"]["bad_lines"] = 1' "1 line looks like a fault and cannot be read"
words "lines that cannot be read" faults.json 'entry["fault_summary"]["bad_lines"] = 2' "2 lines look like faults and cannot be read"
words "faults of incomplete recordings" faults.json 'r["damage"]["lost_events"] = 1; r["complete"] = False' "the input is incomplete: maps and unmaps may be missing"
words "no faults" faults.json 'entry["faults"] = []; entry["fault_summary"] = {}' "no fault was found; a log is given with --log"
words "an exact clock" faults.json 'entry["fault_summary"]["log_clock"]["error_ns"] = 200000000' "good to 200 ms"
words "an access that is not known" faults.json 'entry["faults"][0]["access"] = None' "0x12345678 - never_mapped never mapped"
words "an access that is not known, CSV" faults.json 'entry["faults"][0]["access"] = None' ',0x12345678,,never_mapped,' --format csv
words "a device that is a formula, CSV" faults.json 'entry["faults"][0]["device"] = "=a\"b"' ",\"'=a\"\"b\"," --format csv
words "no device, CSV" faults.json 'entry["faults"][0]["device"] = ""' ',event,"",0x12345678,' --format csv
words "a mapping that was not unmapped, CSV" faults.json 'entry["faults"][1]["mapping"]["unmapped_ns"] = None' ',"fio",,"' --format csv
words "a mapping that was unmapped afterwards, CSV" faults.json '
fault = entry["faults"][1]
fault["mapping"]["unmapped_ns"] = fault["time_ns"] + 1' ',9007670255,"<idle>",,0,"use after unmap' --format csv
words "more faults than are shown" faults.json 'entry["faults"] *= 40' "40 faults are not shown; JSON and CSV have all"
words "one fault more than is shown" faults.json 'entry["faults"] = (entry["faults"] * 40)[:201]' "1 fault is not shown"
words "faults of many devices" faults.json '
entry["fault_summary"]["by_device"] = [{ "device": "d%d" % i, "faults": 1 } for i in range(201)]' "1 d199"
no "faults of many devices: not all" "d200"
