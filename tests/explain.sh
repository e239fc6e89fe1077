#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The makers of mappings (--by), and the holders of entries when they ran out (--explain).

. tests/lib.sh

# Two tasks on one CPU: the first maps three pages, one of them is unmapped; the second maps one.
cat >"$tmp/two" <<-'TEXT'
	# tracer: nop
	      first-7   [000] .....  10.000001: map: IOMMU: iova=0x1000 - 0x2000 paddr=0x10000 size=4096
	      first-7   [000] .....  10.000011: map: IOMMU: iova=0x3000 - 0x4000 paddr=0x11000 size=4096
	      first-7   [000] .....  10.000021: map: IOMMU: iova=0x5000 - 0x6000 paddr=0x12000 size=4096
	      first-7   [000] .....  10.000031: unmap: IOMMU: iova=0x5000 - 0x6000 size=4096 unmapped_size=4096
	     second-9   [000] .....  10.000041: map: IOMMU: iova=0x9000 - 0xa000 paddr=0x13000 size=4096
	     second-9   [000] d.h1.  10.000051: map: IOMMU: iova=0xb000 - 0xc000 paddr=0x14000 size=4096
TEXT
exits "--by comm" 0 run --by comm --strategy strict,fq-flush --hypervisor kvm "$tmp/two"
check "--by comm: a task's mappings" grep -Eq '^strict +4 +- +3 .* first$' "$tmp/out"
check "--by comm: another task's" grep -Eq '^ +1 +- +1 .* second$' "$tmp/out"
shows "--by comm: an interrupt is nobody's" "(interrupt)"
exits "info --by comm" 0 info --by comm "$tmp/two"
check "info --by comm: a task" grep -Eq '^ *3 +3 +first$' "$tmp/out"
shows "info --by comm: in words" "mapped by first 60%, (interrupt) 20%, second 20% of 5 pages"
exits "--by comm and --by-site" 2 run --by comm --by-site "$tmp/two"

# The limit is four: the fourth map takes the last entry, of which the host reports that it is full.
exits "--explain" 0 run --explain --strategy strict,fq-flush --hypervisor kvm:entry-limit=4 "$tmp/two"
shows "--explain: who ran short, and how often" "shortages fq-flush: 2 maps met a host that was full"
shows "--explain: what was live" "first: 2 pages"
check "--explain has no tables by task" sh -c "! grep -q ' task\$' '$tmp/out'"
check "--explain in a web page" sh -c "'$prog' run --explain --strategy fq-flush --hypervisor kvm:entry-limit=4 \
	--format html '$tmp/two' | grep -q '<dd>first: 2 pages (40%) mapped'"
exits "--explain with two limits" 0 run --explain --strategy fq-flush --hypervisor kvm:entry-limit=4 \
	--hypervisor kvm:entry-limit=5 "$tmp/two"
shows "--explain with two limits: of which they are" "shortages fq-flush on kvm with 4 host mappings: "
exits "--explain of unbacked pages" 0 run --explain --strategy lazy-ignore --hypervisor kvm:entry-limit=1 "$tmp/two"
shows "--explain of unbacked pages: they hold no entries" "pages wanted the host's 1 entry"
exits "--explain of copies" 0 run --explain --strategy fq-flush --hypervisor kvm:entry-limit=300,share=guest --devices 3 \
	traces/6.12-fq-two-nvme-limits-smp2.dat
check "--explain of copies: a device is named" grep -q '000[12]:00:00.0, fio: ' "$tmp/out"
check "--explain of copies: a copy is the device that it is of" sh -c "! grep -q '^ *fio: ' '$tmp/out'"
exits "--explain without a shortage" 0 run --explain --strategy strict --hypervisor kvm "$tmp/two"
shows "--explain without a shortage says so" "shortages none"
if ! command -v python3 >/dev/null; then
	skip "--explain as JSON: no python3"
	exit 0
fi
run run --explain --format json --strategy fq-flush --hypervisor kvm:entry-limit=4 "$tmp/two"
cp "$tmp/out" "$tmp/json"
check "--explain as JSON" python3 - "$tmp/json" <<-'END_PY'
	import json, sys
	s = json.load(open(sys.argv[1]))["recordings"][0]["results"][0]["shortages"]
	assert s["insufficient"] >= 1 and s["examined"] >= s["insufficient"], s
	m = s["moments"][0]
	holders = {(h["site"], h["state"]): h for h in m["holders"]}
	assert holders["first", "live"]["pages"] == 2, m
	assert holders["first", "live"]["oldest_ns"] == m["time_ns"] - 10000001000, m
	assert m["live_pages"] + m["lazy_pages"] + m["other_pages"] <= 4, m
END_PY
run report "$tmp/json"
check "a report with shortages is rendered again" test "$status" -eq 0
run run --quiet --explain --strategy sync-map-retry --format json tests/corpus/function-graph-comments.txt
shows "where lines have no task's name, its PID stands for it" '"PID 611"'
file=traces/6.12-fq-randread-lim2048-smp1.dat
if [ -f $file ]; then
	"$prog" run --quiet --strategy sync-map-retry --format csv $file >"$tmp/plain"
	exits "--by comm, pages reachable at the end" 0 run --by comm --strategy legacy $file
	check "--by comm: the longest time is a lower bound then" grep -Eq '^legacy .* 13,619 +>=5.75 s  fio$' "$tmp/out"
	"$prog" run --quiet --explain --strategy sync-map-retry --format json $file >"$tmp/json"
	check "--explain changes no figure, and counts each shortage" python3 - "$tmp/json" "$tmp/plain" <<-'END_PY'
		import csv, json, sys
		r = json.load(open(sys.argv[1]))["recordings"][0]["results"][0]
		row = next(csv.DictReader(open(sys.argv[2])))
		assert r["rpcit"]["total"] == int(row["rpcit.total"])
		assert r["shortages"]["insufficient"] == r["rpcit"]["insufficient"] == 9
		assert sum(h["pages"] for h in r["shortages"]["holders"]) <= 2048
	END_PY
fi
file=traces/6.12-fq-e1000e-smp2.dat
if [ -f $file ] && command -v python3 >/dev/null; then
	"$prog" run --quiet --explain --strategy sync-map-retry --hypervisor kvm:entry-limit=300 --format json $file >"$tmp/json"
	check "--explain: what was mapped before the recording is no older than that" python3 - "$tmp/json" <<-'END_PY'
		import json, sys
		r = json.load(open(sys.argv[1]))["recordings"][0]
		oldest = [h["oldest_ns"] for h in r["results"][0]["shortages"]["holders"]]
		assert oldest and max(oldest) <= r["recording"]["duration_ns"], oldest
	END_PY
fi
