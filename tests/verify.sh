#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# verify: exit statuses, tolerance, where a machine is taken from, and what a difference shows.

. tests/lib.sh

file=traces/6.12-fq-randread-lim2048-smp1.dat
strict=traces/7.2-strict-seqread-dma.dat
vtd=traces/x86_64-6.12-lazy-randread-icount.dat
if [ ! -f $file ] || [ ! -f $strict ] || [ ! -f $vtd ]; then
	skip "verify: its recordings are not in traces/"
	exit 0
fi

# Usage.

exits "two strategies are wrong usage" 2 verify --strategy strict,legacy $file
says "two strategies: points to run" "use run"
exits "two hypervisors are wrong usage" 2 verify --hypervisor kvm --hypervisor lpar $file
for tolerance in -1 '' x 1.5 '1 %' % .5% 1e3% 5%%; do
	exits "\"$tolerance\" is no tolerance" 2 verify --tolerance "$tolerance" $file
done
for tolerance in 0 3 1K 0% 10% 0.25%; do
	exits "\"$tolerance\" is a tolerance" 1 verify --tolerance "$tolerance" "$tmp/x"
done
exits "a recording that does not exist" 1 verify "$tmp/x"

# Equal predictions and differing ones.

exits "equal totals" 0 verify --timer recorded --flush-latency recorded $file
shows "equal totals: the verdict" "verdict equal totals, equal sequence"
shows "equal totals: how many were compared" "25,019 RPCITs compared one by one, all alike"
shows "the share of equal IOVAs" "were allocated as recorded"
shows "the table of totals" "predicted recorded difference"
shows "the machine is from the manifest" \
	"strategy sync-map-retry, from the manifest; hypervisor kvm, from the manifest"
shows "its limit, too" "kvm, entry limit 2048"
check "totals that a recording does not tell are left out" sh -c "! grep -q queue_full '$tmp/out'"
exits "a strict machine" 0 verify $strict
exits "several recordings, all equal" 0 verify $strict traces/6.1-strict-seqread.dat
check "each has its report" test "$(grep -c '^verdict' "$tmp/out")" -eq 2

exits "another number of initial pages" 3 verify --initial-pages 1000 $file
shows "another number of initial pages: the verdict" "verdict totals differ"
shows "another number of initial pages: where" "RPCITs were alike; then the first difference, at"
shows "another number of initial pages: the operation" "which belongs to: map, 1 page at 0x"
shows "another number of initial pages: what is predicted" "insufficient; at"
exits "another limit" 3 verify --hypervisor kvm:entry-limit=512 $file
exits "another strategy" 3 verify --strategy strict $file
shows "another strategy: as given" "strategy strict, as given"
exits "another strategy, the other way round" 3 verify --strategy sync-map-retry $strict
shows "another strategy, the other way round: the operation" "which belongs to: unmap, "
exits "one of several differs" 3 verify --initial-pages 1000 $strict $file $strict
check "all of them are reported" test "$(grep -c '^verdict' "$tmp/out")" -eq 3
exits "one of several is missing" 1 verify --initial-pages 1000 $file "$tmp/x"

# Without its manifest the recorded shortages show the limit.
exits "a limit that nobody gives" 0 verify --manifest none $file
shows "a limit that nobody gives: it is inferred" \
	"entry limit 2048 (inferred from 9 recorded shortages)"
exits "a limit that nobody gives, former DMA API" 0 verify --manifest none \
	traces/6.1-lazy-randread-lim2048-smp1.dat
shows "a limit that nobody gives, former DMA API: it is inferred" \
	"entry limit 2048 (inferred from 12 recorded shortages)"
exits "limits that fit" 0 verify --manifest none --fit entry-limit $file
shows "limits that fit: with which there are as many shortages" \
	"fit entry limit 1639 to 2165: 9 RPCITs insufficient, as recorded"
shows "limits that fit: and at the same places" \
	"entry limit 2048 to 2048: the host was full at the places of 9 of 9"
exits "no shortage, no limit" 0 verify --fit entry-limit $strict
shows "no shortage, no limit: says so" \
	"fit nothing to fit: no recorded RPCIT reported insufficient resources"
exits "a hypervisor without a limit" 1 verify --hypervisor zvm --fit entry-limit $file

# Without a limit no RPCIT is insufficient: 9 too few, 18 altogether.
none="--manifest none --hypervisor kvm:entry-limit=0"
# shellcheck disable=SC2086	# options
exits "off by 9" 3 verify $none --tolerance 8 $file
shows "off by 9: how much that is" "totals differ (tolerance 8): total by 0.036% (9 of 25,019), "
# shellcheck disable=SC2086	# options
exits "off by 9, which is allowed" 0 verify $none --tolerance 9 $file
shows "off by 9, which is allowed: the verdict" "verdict equal totals (tolerance 9)"
# shellcheck disable=SC2086	# options
exits "off by 100 %" 3 verify $none --tolerance 99.9% $file
# shellcheck disable=SC2086	# options
exits "off by 100 %, which is allowed" 0 verify $none --tolerance 100% $file

# The place of the first difference.

exits "verbose" 3 verify --verbose --initial-pages 1000 $file
check "verbose marks the first difference" test "$(grep -c '^>' "$tmp/out")" -eq 1
check "verbose wraps no operation for which there is room" grep -Eq ' map, [0-9]+ pages? at 0x[0-9a-f]+ *$' "$tmp/out"
# shellcheck disable=SC2016	# awk's
check "verbose shows 12 operations before it, and 12 after" awk '
	/^>/ { after = 1 }
	/ (un)?map, [0-9]+ page/ && /^ / { after ? behind++ : before++ }
	END { exit before < 11 || before > 13 || behind < 11 || behind > 13 }' "$tmp/out"
check "verbose shows RPCITs among them" test "$(grep -c '  RPCIT  ' "$tmp/out")" -gt 10
run verify --initial-pages 1000 $file
check "without --verbose there are none" sh -c "! grep -q '^>' '$tmp/out'"
COLUMNS=80 run verify --initial-pages 1000 $file
check "the report fits 80 columns" test "$(wc -L <"$tmp/out")" -le 80

# Other IOMMUs.

exits "VT-d: its flushes" 0 verify --timer recorded $vtd
shows "VT-d: flushes by cause" "queue_full 48 48 -"
shows "VT-d: the sequence" "66 flushes compared one by one, all alike"
exits "VT-d: a smaller queue" 3 verify --timer recorded --queue-size 64 $vtd

# Manifests.

mkdir "$tmp/dir" "$tmp/dir/sub"
cp $file "$tmp/dir/sub/a.dat"
copy=$tmp/dir/sub/a.dat
both="--timer recorded --flush-latency recorded"

# An interrupt that unmaps while an RPCIT runs short: the retry frees that page, too.
awk 'BEGIN {
	print "cpus=1"
	n = split("m1 s1 r0 m2 s2 r0 m3 s3 r0 u1 m4 s4 i2 r-12 g r0 m5 s5 r0 u3 u4 u5", event, " ")
	for (i = 1; i <= n; i++) {
		what = substr(event[i], 1, 1)
		number = substr(event[i], 2)
		iova = sprintf("0x10000%d000", number)
		range = sprintf("IOMMU: iova=%s - 0x10000%d000", iova, number + 1)
		text["m"] = "map: " range " paddr=0x4000 size=4096"
		text["u"] = text["i"] = "unmap: " range " size=4096 unmapped_size=4096"
		text["s"] = "rpcit: (x) fn=0x7 addr=" iova " range=0x1000"
		text["g"] = "rpcit: (x) fn=0x7 addr=0x100000000 range=0x80000000"
		text["r"] = "rpcit_ret: (x <- y) ret=" number
		printf "  fio-1 [000] %s 1.%06d: %s\n", what == "i" ? "..h." : "....", 10 * i, text[what]
	}
}' >"$tmp/short"
short="--manifest none --strategy sync-map-retry --hypervisor kvm:entry-limit=4"
# shellcheck disable=SC2086	# options
exits "an unmap while an RPCIT runs short" 3 verify $short --format json "$tmp/short"
check "only the recorded times explain it" grep -q '"equal_with_recorded_times": true' "$tmp/out"
cp "$tmp/out" "$tmp/report"
# shellcheck disable=SC2086	# options
exits "the same with the recorded times" 0 verify $short --flush-latency recorded "$tmp/short"
run report "$tmp/report"
check "a stored report has the reason" grep -q 'only the times of flushes explain it' "$tmp/out"

# A recording that begins in the middle of traffic: the first marker comes behind operations.

# begun LINE: with this line before them
begun() {
	cat <<-END
	cpus=1
	${1:-}
	  fio-1 [000] 10.000100: map: IOMMU: iova=0x7ffff000 - 0x80000000 paddr=0x40000000 size=4096
	  fio-1 [000] 10.000200: unmap: IOMMU: iova=0x7ff00000 - 0x7ff04000 size=16384 unmapped_size=16384
	  fio-1 [000] 10.000300: map: IOMMU: iova=0x7fffe000 - 0x7ffff000 paddr=0x40000000 size=4096
	  fio-1 [000] 10.000400: print: zpci-lab before Mapped_pages=46 Unmapped_pages=20
	  fio-1 [000] 10.000500: map: IOMMU: iova=0x7fffd000 - 0x7fffe000 paddr=0x40000000 size=4096
	  fio-1 [000] 10.000600: print: zpci-lab after Mapped_pages=47 Unmapped_pages=20
	END
}
# initial TEXT WANTED FILE
initial() {
	run run --iommu s390 --strategy strict --format json "$3"
	check "$1" grep -q "\"initial_pages\": $2," "$tmp/out"
}
begun >"$tmp/begun"
initial "a late marker: less what was mapped since the recording began, and more what was unmapped" 28 "$tmp/begun"
begun "CPU:0 [LOST 3 EVENTS]" >"$tmp/begun-lost"
initial "a late marker behind lost events says nothing" 0 "$tmp/begun-lost"

# A probe that missed hits: by the kernel's counters, in markers, there were more.

# counted RECORDED KERNEL: so many of 12 maps have an RPCIT; the kernel counted so many
counted() {
	awk -v recorded="$1" -v kernel="$2" 'BEGIN {
		print "cpus=1"
		mark = "zpci-lab before Mapped_pages=0 Unmapped_pages=0 Global_RPCITs=0 Sync_Map_RPCITs=%d Sync_RPCITs=0\n"
		printf "  fio-1 [000] 10.000000: print: " mark, 7
		for (i = 0; i < 12; i++) {
			page = sprintf("0x%x", 2147483648 - 4096 * (i + 1))
			printf "  fio-1 [000] 10.%06d: map: IOMMU: iova=%s - 0x%x paddr=0x40000000 size=4096\n", \
				100 + 10 * i, page, 2147483648 - 4096 * i
			if (i < recorded)
				printf "  fio-1 [000] 10.%06d: rpcit: (x) fn=0x1 addr=%s range=0x1000\n", \
					101 + 10 * i, page
		}
		printf "  fio-1 [000] 10.000900: print: " mark, 7 + kernel
	}'
}
counted 12 12 >"$tmp/all"
exits "all hits recorded" 0 verify --manifest none "$tmp/all"
check "all hits recorded: nothing is said of missed ones" sh -c "! grep -q missed '$tmp/out'"
# The counters are those of both devices.
# shellcheck disable=SC2086	# words
exits "missed hits: of one of two devices nothing is known" 0 verify $both --device 0001:00:00.0 \
	traces/6.12-fq-two-nvme-limits-smp2.dat
check "missed hits: nothing is said of one of two devices" sh -c "! grep -q missed '$tmp/out'"
counted 9 12 >"$tmp/missed"
exits "missed hits are no difference" 0 verify --manifest none "$tmp/missed"
shows "missed hits: how many" \
	"the recording's probe missed 3 RPCITs or more (25.00%): by the kernel's counters there were 12, retries not counted"
counted 9 11 >"$tmp/missed"
exits "more than were missed is a difference" 3 verify --manifest none "$tmp/missed"
shows "more than were missed: how many were" "missed 2 RPCITs or more"
exits "more than were missed, with a tolerance" 0 verify --manifest none --tolerance 1 "$tmp/missed"
counted 9 8 >"$tmp/missed"
exits "a counter that is smaller tells nothing" 3 verify --manifest none "$tmp/missed"
exits "missed hits: JSON" 3 verify --manifest none --format json "$tmp/missed"
check "missed hits: JSON says 0" grep -q '"missed": 0' "$tmp/out"
counted 9 12 >"$tmp/missed"
exits "predicted fewer than recorded, whatever was missed" 3 verify --manifest none \
	--strategy null "$tmp/missed"

# The row of the first difference is marked.

exits "the first difference, in the table around it" 3 verify --verbose --initial-pages 1000 $file
check "its row has its time and CPU, and no other one is marked" test \
	"$(tr -s ' \n' ' ' <"$tmp/out" | sed -n 's/.*first difference, at \([0-9.]*\) s on CPU \([0-9]*\),.*/\1 \2/p')" = \
	"$(awk '$1 == ">" { print $2, $3 }' "$tmp/out")"
check "its row shows both sides" grep -q '^> .* RPCIT .* 1 page at 0x[0-9a-f]*  1 page at 0x' "$tmp/out"

# manifest MACHINE: one in the directory above the recording
manifest() {
	cat >"$tmp/dir/manifest.json" <<-END
		{ "recordings": [
		 { "file": "sub/other.dat", "machine": { "strategy": "nonsense" } },
		 { "files": [ "sub/b.dat", "sub/a.dat" ], "unknown": 1,
		   "machine": $1 }
		] }
	END
}

# shellcheck disable=SC2086	# options
exits "without a manifest" 0 verify $both "$copy"
shows "without a manifest the strategy is guessed" \
	"strategy sync-map-retry, a guess from the recording; hypervisor kvm, the usual one"
run verify $strict --manifest none
shows "so is a strict one" "strategy strict, a guess"
run verify $vtd --manifest none
shows "x86 is taken for a machine that needs no flush after mapping" "hypervisor hardware, the usual"
run verify --manifest none traces/6.1-lazy-seqread.dat
shows "the former DMA API is recognised" "strategy legacy, a guess"
run verify --manifest none traces/6.1-strict-seqread.dat
shows "so is its strict variant" "strategy legacy-strict, a guess"
manifest '{ "entry_limit": 2048, "hz": 100, "cpus": 8, "aperture_bytes": 4096, "odd": [] }'
# shellcheck disable=SC2086
exits "a manifest one directory up" 0 verify $both "$copy"
shows "a manifest: what it does not tell is guessed" "sync-map-retry, a guess"
shows "what the recording tells counts more" \
	"aperture 2 GiB from 4 GiB on (recording); initial pages 24 (recording)"
shows "jiffies, too" "1 CPU (recording), 250 Hz (recording)"
# shellcheck disable=SC2086
exits "options count most" 3 verify $both --hypervisor kvm:entry-limit=1024 "$copy"
shows "options count most: the limit" "entry limit 1024 (user)"
# shellcheck disable=SC2086
exits "a hypervisor without its limit" 0 verify $both --hypervisor kvm "$copy"
manifest '{ "entry_limit": null, "queue_size": 4096, "queue_timeout_ms": 500 }'
run verify "$copy"
shows "a limit that is null is none" "kvm, no entry limit"
shows "what only a manifest tells is taken from there" "4096 slots (user), 500 ms (user)"
cp "$tmp/dir/manifest.json" "$tmp/dir/other.json"
rm "$tmp/dir/manifest.json"
exits "a manifest by name" 3 verify --manifest "$tmp/dir/other.json" "$copy"
shows "a manifest by name is named" "manifest $tmp/dir/other.json"
exits "a manifest that does not list the recording" 1 verify --manifest "$tmp/dir/other.json" $file
says "a manifest that does not list the recording: says so" "does not list $file"
exits "a manifest that is not there" 1 verify --manifest "$tmp/none.json" "$copy"
exits "JSON of another kind, by name" 1 verify --manifest /dev/stdin "$copy" <<END
{ "name": "a web page" }
END
says "JSON of another kind, by name: says so" "not a manifest"
echo '{ "name": "a web page" }' >"$tmp/dir/sub/manifest.json"
manifest '{ "entry_limit": 2048 }'
# shellcheck disable=SC2086
exits "JSON of another kind beside the recording is passed over" 0 verify $both "$copy"
rm "$tmp/dir/sub/manifest.json"

# broken TEXT MACHINE WORDS: an error that says where
broken() {
	manifest "$2"
	exits "$1" 1 verify "$copy"
	says "$1: says where and what" "$3"
}

broken "a syntax error" '{ "strategy": "strict" ' "manifest.json:5: "
broken "an unknown strategy" '{ "strategy": "sloppy" }' \
	"manifest.json:4: unknown strategy \"sloppy\""
broken "an unknown hypervisor" '{ "hypervisor": "xen" }' \
	"manifest.json:4: unknown hypervisor \"xen\""
broken "a number that is text" '{ "entry_limit": "2048" }' \
	"manifest.json:4: entry_limit is not a whole number"
broken "a negative number" '{ "initial_pages": -1 }' "initial_pages is not a whole number"
broken "a number out of range" '{ "queue_timeout_ms": 4294967297 }' "is out of range"
broken "a queue of another kind" '{ "queue": "double" }' "unknown queue \"double\""
broken "a machine that is none" '[ "strict" ]' "manifest.json:4: machine is not an object"
broken "a key that comes twice" '{ "hz": 100, "hz": 100 }' "manifest.json:4: "

# Nothing to verify, and incomplete input.

cat >"$copy" <<END
# tracer: nop
#
             fio-285     [000] .....    16.564116: map: IOMMU: iova=0x00000000ffcb3000 - 0x00000000ffcb4000 paddr=0x0000000109072000 size=4096
             fio-285     [000] .....    16.564216: unmap: IOMMU: iova=0x00000000ffcb3000 - 0x00000000ffcb4000 size=4096 unmapped_size=4096
END
rm "$tmp/dir/manifest.json"
exits "a recording without RPCITs" 1 verify "$copy"
says "a recording without RPCITs: says so" "nothing to verify"
echo '             fio-285     [000] .....    16.564116: rpcit: (x) fn=0x1 addr=0xffcb3000 range=0x1000' >"$tmp/rpcits.txt"
exits "a recording of RPCITs alone" 1 verify "$tmp/rpcits.txt"
says "a recording of RPCITs alone: says what is missing" "it has no mappings; record iommu:map and iommu:unmap"
exits "with another IOMMU" 3 verify --quiet --manifest none --iommu vtd $strict
shows "the hypervisor is that IOMMU's usual one" "hypervisor hardware, the usual one of such a machine"
exits "others are verified nevertheless" 1 verify "$copy" $strict
check "and reported" test "$(grep -c '^verdict' "$tmp/out")" -eq 1
head -c $(($(wc -c <$file) * 3 / 4)) $file >"$copy"
run verify "$copy"
if [ "$status" -ne 1 ]; then
	shows "a cut recording is verified with a warning" "warning the input is incomplete"
	says "so says a message" "incomplete"
	exits "a cut recording with --strict-input" 4 verify --strict-input "$copy"
else
	skip "a cut recording: nothing of it can be read"
fi

# Reports for programs.

exits "as JSON" 3 verify --format json --initial-pages 1000 $file
if command -v python3 >/dev/null; then
	cp "$tmp/out" "$tmp/differ.json"
	run verify --format json --timer recorded --flush-latency recorded $file
	cp "$tmp/out" "$tmp/equal.json"
	run verify --format json --timer recorded $vtd
	cp "$tmp/out" "$tmp/vtd.json"
	cat >"$tmp/check.py" <<-'END'
		import json, sys
		differ, equal, vtd = (json.load(open(name))["recordings"][0]["results"][0]
		                      for name in sys.argv[1:])
		keys = {"total", "global", "ranged", "insufficient", "map_failed"}
		for result in differ, equal, vtd:
		    v = result["verify"]
		    assert keys <= set(v["predicted"]) and keys <= set(v["recorded"])
		    assert v["predicted"]["total"] == result["rpcit"]["total"]
		v = equal["verify"]
		assert v["equal"] is True and v["first_difference"] is None
		assert v["predicted"]["insufficient"] == v["recorded"]["insufficient"] == 9
		assert v["recorded"]["queue_full"] is None
		assert v["sequence"] == {"compared": 25019, "same": True}
		assert v["iova"]["compared"] == 25000
		assert v["sources"] == {"strategy": "manifest", "hypervisor": "manifest",
		                        "manifest": "traces/manifest.json"}
		v = differ["verify"]
		assert v["equal"] is False and v["sequence"]["same"] is False
		first = v["first_difference"]
		assert first["cpu"] == 0 and first["operation"]["kind"] == "map"
		assert first["operation"]["time_ns"] <= first["time_ns"]
		assert first["recorded"]["insufficient"] is False
		assert first["predicted"]["insufficient"] is True
		assert vtd["verify"]["recorded"]["insufficient"] is None
		assert vtd["verify"]["recorded"]["queue_full"] == 48
	END
	check "JSON is as documented" python3 "$tmp/check.py" "$tmp/differ.json" \
		"$tmp/equal.json" "$tmp/vtd.json"
else
	skip "JSON is as documented: no python3"
fi
exits "a window behind the recording's end" 1 verify --time-window 1000s: traces/6.12-fq-twodev.dat
says "a window behind the recording's end: says so" "no mappings in this --time-window"
# Timers run already when such a recording begins: the first flush comes sooner than a timeout after the first unmap.
exits "a recording that begins in the middle of traffic" 0 verify --time-window 1300ms: traces/6.12-fq-twodev.dat
exits "as CSV" 0 verify --format csv $strict traces/6.1-strict-seqread.dat
check "CSV has a header, and a line a recording" test "$(wc -l <"$tmp/out")" -eq 3
check "CSV has the totals" \
	test "$(scripts/csv verify.predicted.total verify.equal <"$tmp/out" | head -n 1)" = \
	"6000	true"
run verify --format csv --timer recorded $vtd
check "what is not known is empty" \
	test "$(scripts/csv verify.recorded.insufficient <"$tmp/out")" = -
exits "as Markdown" 3 verify --verbose --format md --initial-pages 1000 $file
check "Markdown has both tables" test "$(grep -c '^| --- ' "$tmp/out")" -eq 2
exits "to a file" 3 verify --output "$tmp/report" --initial-pages 1000 $file
check "which a difference does not keep from being written" test -s "$tmp/report"
run verify --initial-pages 1000 --verbose $file
cp "$tmp/out" "$tmp/once"
run verify --initial-pages 1000 --verbose $file
check "the same input gives the same report" cmp -s "$tmp/once" "$tmp/out"

# make accuracy: what is in the repository is what comes out.

cp traces/ACCURACY.md "$tmp/committed" 2>"$tmp/err"
scripts/accuracy "$prog" "$tmp/fresh" >"$tmp/out" 2>"$tmp/err"
check "scripts/accuracy succeeds" test $? -eq 0
if diff "$tmp/committed" "$tmp/fresh" >"$tmp/err"; then
	ok "traces/ACCURACY.md is what scripts/accuracy writes"
else
	not_ok "traces/ACCURACY.md (<) is what scripts/accuracy writes (>); better: make accuracy"
fi
