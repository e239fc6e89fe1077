#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sweep: ranges, curves against run, answers against a search of every value.

. tests/lib.sh

# Without a recording.

exits "nothing to do is wrong usage" 2 sweep x
says "nothing to do: says what there is" "--vary KEY=FROM:TO, or --find"
exits "an unknown parameter" 2 sweep --vary entry-limits=1:2 x
says "an unknown parameter: the nearest" 'did you mean "entry-limit"'
exits "a parameter without numbers" 2 sweep --vary queue=1:2 x
exits "a parameter without a range" 2 sweep --vary entry-limit x
for range in 1 : 1: :2 2:1 1:2: 1:2:0 1:2:x 1:2:x1 1:2:x0.5 1:2:xx2 1:2:3:4 0:8 1:x2 1:9:x1.2.3; do
	exits "\"$range\" is no range" 2 sweep --vary entry-limit=$range x
done
exits "a factor from 0" 2 sweep --vary initial-pages=0:8:x2 x
says "a factor from 0: says so" "leads nowhere"
exits "a range beyond the option's bounds" 2 sweep --vary queue-size=1:9 x
exits "too many values" 2 sweep --vary entry-limit=1:1G:1 x
says "too many values: says so" "take larger steps"
exits "a parameter that the hypervisor does not have" 2 \
	sweep --hypervisor lpar --vary entry-limit=1:9 x
exits "an answer that the hypervisor does not have" 2 sweep --find min-pinned-limit x
exits "an unknown question" 2 sweep --find max-aperture x
exits "an unknown figure" 2 sweep --vary entry-limit=1:9 --figure rpcit.totl x
says "an unknown figure: the nearest" 'did you mean "rpcit.total"'
exits "a limit of failures without a search" 2 sweep --vary entry-limit=1:9 --max-failures 3 x
exits "CSV of both" 2 sweep --vary entry-limit=1:9 --find min-aperture --format csv x
exits "a recording that does not exist" 1 sweep --vary entry-limit=1:9 "$tmp/x"
exits "two recordings are too many" 2 sweep --vary entry-limit=1:9 x y

file=${TRACES:-traces}/6.12-fq-mixed-lim8192-smp1.dat
if [ ! -f "$file" ]; then
	skip "sweeps: $file is not there"
	exit 0
fi

# values RANGE: what a range is made of
values() {
	run sweep --quiet --strategy null --format json --vary "$1" "$file"
	tr -d ' \n' <"$tmp/out" | sed 's/.*"values":\[\([0-9,]*\)\].*/\1/'
}

check "a range by steps" test "$(values queue-size=2:10:4)" = 2,6,10
check "its end is a value, too" test "$(values queue-size=2:11:4)" = 2,6,10,11
check "a range by a factor" test "$(values entry-limit=64:65535:x2)" = \
	64,128,256,512,1024,2048,4096,8192,16384,32768,65535
check "a factor with a fraction" test "$(values entry-limit=1:10:x1.5)" = 1,2,3,5,8,10
check "a range of one value" test "$(values entry-limit=7:7)" = 7
check "a range without a step: few values are all there" test "$(values queue-size=3:6)" = 3,4,5,6
check "a range without a step: many are not" \
	test "$(values entry-limit=1:1M | awk -F, '{ print NF }')" -eq 17
check "apertures are whole pages" test "$(values aperture=4K:12345:x1.4)" = 4096,8192,12288

exits "a curve" 0 sweep --vary entry-limit=64:65535:x2 "$file"
check "a curve has a line for each value and figure" \
	test "$(grep -cE '^ +[0-9,]+( +([0-9,]+|-)){8}$' "$tmp/out")" -eq 22
shows "a curve says how complete the input was" "complete: nothing lost"
COLUMNS=60 run sweep --vary entry-limit=64:256:x2 "$file"
check "a curve fits a narrow terminal" test "$(sed '/^recording/,/^varied/d' "$tmp/out" | wc -L)" -le 60
exits "a curve as Markdown" 0 sweep --format md --vary entry-limit=64:256:x2 "$file"
check "a curve as Markdown is a table" grep -q '^| 128 |' "$tmp/out"
exits "a curve as a page" 0 sweep --format html --vary entry-limit=64:256:x2 "$file"
check "a page has a panel for each course" test "$(grep -c 'class="panel-plot"' "$tmp/out")" -ge 8
check "a page has the tables, too" grep -q '<td>128</td>' "$tmp/out"
check "a page needs no network" sh -c "! grep -iE '<link|src=|url\(|@import' '$tmp/out'"
exits "another figure" 0 sweep --figure peaks.host_pages --figure exposure.p99_ns \
	--vary queue-timeout=10:1000:x10 "$file"
shows "another figure shows" "figure exposure.p99_ns"

# A cell is what run says.
"$prog" sweep --quiet --vary entry-limit=64:512:x2 --format csv "$file" >"$tmp/sweep.csv"
for limit in 64 128 256 512; do
	"$prog" run --quiet --hypervisor kvm:entry-limit=$limit --format csv "$file"
done | awk 'NR == 1 || !/^recording.file/' >"$tmp/run.csv"
check "a sweep is as many runs" cmp -s "$tmp/run.csv" "$tmp/sweep.csv"
for jobs in 1 2 3; do
	"$prog" sweep --quiet --jobs $jobs --vary entry-limit=64:512:x2 --format csv "$file" \
		>"$tmp/jobs.csv"
	check "a sweep with $jobs threads is the same" cmp -s "$tmp/sweep.csv" "$tmp/jobs.csv"
done
# More cells than go through at a time.
exits "hundreds of cells" 0 sweep --quiet --strategy strict,legacy --format csv \
	--vary entry-limit=900:1099:1 "$file"
check "hundreds of cells: all of them" test "$(wc -l <"$tmp/out")" -eq 401

# The answers, and that they are true.
exits "answers" 0 sweep --quiet --strategy $eight --find min-entry-limit --format csv "$file"
cp "$tmp/out" "$tmp/answers.csv"
check "answers: one for each strategy" test "$(grep -c ',entry-limit,found,' "$tmp/out")" -eq 8
wrong=
while IFS=, read -r strategy _ _ _ value failures _ less _; do
	[ "$strategy" = strategy ] && continue
	[ "$failures" -eq 0 ] && [ "$less" -eq $((value - 1)) ] || wrong="$wrong $strategy"
	for limit in "$value" "$less"; do
		"$prog" run --quiet --strategy "$strategy" --hypervisor kvm:entry-limit="$limit" \
			--format json "$file" >"$tmp/run.json"
		bad=$(awk -F'[:,]' '/"(iova_exhausted|map_failed|unbacked)"/ { n += $2 }
			END { print n + 0 }' "$tmp/run.json")
		case $limit in
		"$value") [ "$bad" -eq 0 ] ;;
		*) [ "$bad" -gt 0 ] ;;
		esac || wrong="$wrong $strategy"
	done
done <"$tmp/answers.csv"
check "run agrees with value and value - 1:$wrong" test -z "$wrong"

# Every value from 1 to 1100, looked at one by one, gives the same answer.
"$prog" sweep --quiet --vary entry-limit=1:1100:1 --strategy strict,fq-flush,legacy \
	--format csv "$file" >"$tmp/all.csv"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	!$at["maps.iova_exhausted"] && !$at["maps.map_failed"] && !$at["maps.unbacked"] &&
		!seen[$at["strategy"]]++ { print $at["strategy"], $at["parameters.entry_limit"] }' \
	"$tmp/all.csv" | sort >"$tmp/expected"
awk -F, '/^(strict|fq-flush|legacy),/ { print $1, $5 }' "$tmp/answers.csv" | sort >"$tmp/found"
check "a search of every value finds the same" cmp -s "$tmp/expected" "$tmp/found"

exits "answers in a table" 0 sweep --find min-entry-limit --strategy fq-flush "$file"
shows "answers in a table: value and value - 1" "995 - 10,074 994 1 10,074"
exits "failures that are allowed" 0 sweep --quiet --find min-entry-limit --max-failures 100 \
	--strategy fq-flush --format csv "$file"
check "failures that are allowed: fewer entries are enough" \
	test "$(sed -n '2s/.*found,\([0-9]*\),.*/\1/p' "$tmp/out")" -lt 995
exits "a value that is not monotonic" 0 sweep --find min-aperture --strategy legacy-strict "$file"
shows "a value that is not monotonic: says so" "not monotonic: 1 larger one tried does not suffice"
exits "no value suffices" 3 sweep --find min-aperture --strategy driver-lazy,strict "$file"
shows "no value suffices: says so" "none that was tried suffices; 4 TiB"
run sweep --quiet --strategy $eight --find min-entry-limit "$file"
shows "a search ends in an answer" "fail no map from "
shows "which says what to type on the host" "vfio_iommu_type1.dma_entry_limit="
exits "a limit that is not monotonic" 0 sweep --quiet --find min-entry-limit --strategy sync-map-retry \
	--hypervisor kvm:share=guest traces/6.12-fq-twodev.dat
from=$(tr -s ' \n' ' ' <"$tmp/out" | sed -n 's/.*all tried from \([0-9,]*\) on do.*/\1/p')
check "a limit that is not monotonic: it has a value from which on all suffice" test -n "$from"
shows "a limit that is not monotonic: that is for the host" "$from and a quarter more as headroom"
run sweep --quiet --vary entry-limit=64:4096:x2 --format json "$file"
shows "and the JSON has it" '"verdict": "'
# Recorded with an aperture of 512 pages, in which 3233 maps found no IOVA.
exits "an aperture larger than the recorded one" 0 sweep --quiet --find min-aperture \
	--strategy sync-map-retry,strict --format csv traces/6.12-fq-randread-ap512-smp1.dat
check "an aperture larger than the recorded one: maps find their IOVAs there" \
	grep -q '^sync-map-retry,.*,found,2809856,0,' "$tmp/out"
exits "RPCITs that are allowed" 3 sweep --find min-queue-size --max-rpcits 10000 \
	--strategy fq-flush,strict "$file"
shows "a queue that is large enough" "fq-flush 83 - 10,000 82 - 10,001"
shows "a strategy without a queue" "has no queue"

exits "a curve and answers" 0 sweep --quiet --vary entry-limit=512:1024:512 --find min-entry-limit \
	--strategy fq-flush --format json "$file"
cp "$tmp/out" "$tmp/both.json"
if command -v python3 >/dev/null; then
	cat >"$tmp/check.py" <<-'END'
		import json, sys
		doc = json.load(open(sys.argv[1]))
		assert doc["schema"] == "iommu-replay-report/1"
		assert doc["sweep"]["vary"] == {"parameter": "entry-limit", "values": [512, 1024], "by_factor": False}
		find = doc["sweep"]["find"]
		assert (find["parameter"], find["max_failures"], find["max_rpcits"]) == ("entry-limit", 0, None)
		answer, = find["answers"]
		assert answer["answer"] == "found" and answer["monotonic"] is True
		assert answer["smallest"]["value"] == answer["one_less"]["value"] + 1 == 995
		limits = [r["parameters"]["entry_limit"] for r in doc["recordings"][0]["results"]]
		assert limits == [512, 1024, 995, 994]
	END
	check "JSON is as documented" python3 "$tmp/check.py" "$tmp/both.json"
else
	skip "JSON is as documented: no python3"
fi
exits "compare takes it for a report" 0 compare "$tmp/both.json" "$tmp/both.json"

exits "a full disk" 1 sweep --quiet --vary entry-limit=64:128:x2 --output /dev/full "$file"
exits "a sweep into a file" 0 sweep --quiet --vary entry-limit=64:128:x2 \
	--output "$tmp/sweep.out" "$file"
check "a file is written whole" grep -q '^input ' "$tmp/sweep.out"

# The recording's devices several times in one guest.
exits "devices" 0 sweep --quiet --vary devices=1:3 --strategy strict,fq-flush --format json "$file"
cp "$tmp/out" "$tmp/devices.json"
if command -v python3 >/dev/null; then
	cat >"$tmp/check.py" <<-'END'
		import json, sys
		doc = json.load(open(sys.argv[1]))
		results = doc["recordings"][0]["results"]
		one = {r["strategy"]: r for r in results[:2]}
		assert [r["parameters"]["devices"] for r in results] == [1, 1, 2, 2, 3, 3]
		for r in results:
		    n, first = r["parameters"]["devices"], one[r["strategy"]]
		    assert r["maps"]["attempted"] == n * first["maps"]["attempted"], n
		    assert r["kernel_counters"]["unmapped_pages"] == n * first["kernel_counters"]["unmapped_pages"]
		    if r["strategy"] == "strict":
		        assert r["rpcit"]["total"] == n * first["rpcit"]["total"]
		    assert r["peaks"]["live_pages"] <= n * first["peaks"]["live_pages"]
		fits = {f["strategy"]: f for f in doc["sweep"]["vary"]["devices"]}
		assert set(fits) == {"strict", "fq-flush"}
		assert fits["strict"]["fit"] == 3 and fits["strict"]["failing"] is None
	END
	check "each copy does what the recording did" python3 "$tmp/check.py" "$tmp/devices.json"
fi
exits "devices as a table" 0 sweep --quiet --vary devices=1:2 --strategy strict "$file"
shows "devices as a table: how many fit" "devices strict: 2 or more fit, no map fails"
"$prog" run --quiet --strategy fq-flush --format csv "$file" | tail -n 1 | cut -d, -f 2- >"$tmp/once"
"$prog" run --quiet --strategy fq-flush --devices 1 --format csv "$file" | tail -n 1 | cut -d, -f 2- |
	sed 's/user/default/' >"$tmp/one"
check "devices once are those of the recording" cmp -s "$tmp/once" "$tmp/one"
exits "no devices" 2 sweep --vary devices=0:2 "$file"
exits "too many devices" 2 run --devices 65 "$file"

# The frontier: strict at one end, identity at the other.
exits "--frontier" 0 sweep --quiet --frontier --strategy $eight,identity --format json "$file"
cp "$tmp/out" "$tmp/frontier.json"
if command -v python3 >/dev/null; then
	cat >"$tmp/check.py" <<-'END'
		import json, sys
		doc = json.load(open(sys.argv[1]))
		points, results = doc["sweep"]["frontier"], doc["recordings"][0]["results"]
		assert points[0]["strategy"] == "identity" and points[0]["flushes"] == 0
		assert points[-1]["strategy"] == "strict" and points[-1]["page_seconds"] == 0
		costs = [(p["flushes"], p["page_seconds"]) for p in points[1:]]
		assert costs == sorted(costs) and len({c[0] for c in costs}) == len(costs)
		assert all(a[1] > b[1] for a, b in zip(costs, costs[1:])), costs
		for p in points:
		    r = results[p["result"]]
		    assert (r["strategy"], r["rpcit"]["total"]) == (p["strategy"], p["flushes"])
		    assert not any(r["maps"][k] for k in ("iova_exhausted", "map_failed", "unbacked"))
	END
	check "--frontier: nothing beats what it has" python3 "$tmp/check.py" "$tmp/frontier.json"
fi
exits "--frontier as a table" 0 sweep --quiet --frontier --strategy strict,fq-flush "$file"
check "--frontier as a table: its ends" sh -c \
	"grep -q '^identity .* all memory' '$tmp/out' && grep -q '^strict ' '$tmp/out'"
shows "--frontier as a table: the answer" " flushes least ("
shows "--frontier as a table: the next command" "iommu-replay run --strategy strict,fq-flush --queue-size"
exits "--frontier where fewer flushes take longer" 0 sweep --quiet --frontier --strategy strict,fq-flush \
	traces/6.12-fq-twodev.dat
shows "--frontier where fewer flushes take longer: the times" \
	"for 8,689 flushes, which take 6.45 s, those of strict 178 ms."
exits "a sweep of pages in the host" 0 sweep --quiet --strategy strict,fq-flush --vary entry-limit=256:512:x2 \
	--figure peaks.host_pages --figure entries.peak traces/6.12-fq-twodev.dat
shows "a sweep of pages in the host: those of both devices, each with a limit" \
	"figure peaks.host_pages entry-limit strict fq-flush 256 209 510 512 209 1,022"
shows "a sweep of entries: likewise" "figure entries.peak entry-limit strict fq-flush 256 209 510 512 209 1,022"
exits "a sweep of times" 0 sweep --quiet --strategy strict,fq-flush --vary queue-timeout=1:1000:x10 \
	--figure time.flush_ns --figure time.by_cause.queue_timeout --figure exposure.p99_ns traces/6.12-fq-twodev.dat
shows "a sweep of times: the time of flushes" "figure time.flush_ns queue-timeout strict fq-flush 1 178 ms 5.15 s"
shows "a sweep of times: by cause" "figure time.by_cause.queue_timeout queue-timeout strict fq-flush 1 - 5.06 s"
shows "a sweep of times: exposure" "figure exposure.p99_ns queue-timeout strict fq-flush 1 9.87 us 10.4 ms"
exits "--frontier where fewer flushes take less time" 0 sweep --quiet --frontier --strategy strict,fq-flush \
	--flush-latency 10us traces/6.12-fq-twodev.dat
check "--frontier where fewer flushes take less time: no times" sh -c "! grep -q 'which take' '$tmp/out'"
exits "a long recording" 0 sweep --quiet --strategy strict,driver-lazy --find min-entry-limit \
	traces/6.12-fq-randread-lim2048-smp1.dat
shows "a long recording: a failure does not end what is shown" "strict 89 - 50,000 88 1 50,001"
shows "a long recording: as many entries as there are maps" "driver-lazy 24,888 - 25,002 24,887 1 25,003"
exits "--find with --load closed" 0 sweep --quiet --load closed --strategy strict --find min-entry-limit "$file"
shows "--find with --load closed: so is the next command" "--load closed --format html --output report.html"
exits "--frontier with two limits" 0 sweep --quiet --frontier --strategy strict,fq-flush --hypervisor kvm \
	--hypervisor kvm:entry-limit=4096 "$file"
check "--frontier with two limits: each has its ends" test "$(grep -c '^strict ' "$tmp/out")" -eq 2
shows "--frontier with two limits: each has its verdict" "verdict On kvm, entry-limit 4,096: "
exits "--frontier and --vary" 2 sweep --frontier --vary hz=100:250 "$file"
exits "--frontier with a size" 2 sweep --frontier --queue-size 100 "$file"
