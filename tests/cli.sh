#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The command line: exit statuses, names, numbers, and what each command shows.

. tests/lib.sh

# Without a recording.

exits "no command is wrong usage" 2
exits "--help succeeds" 0 --help
shows "--help lists the commands" " run Replay"
exits "--version succeeds" 0 --version
shows "--version says the name" "iommu-replay "
for command in run info ops verify sweep batch merge compare list; do
	exits "$command --help succeeds" 0 $command --help
	shows "$command --help begins with its usage" "usage: iommu-replay $command [options]"
	exits "$command --version succeeds" 0 $command --version
	exits "$command without operands is wrong usage" 2 $command
done

exits "help" 0 help
shows "help lists the commands" " run Replay"
for command in run info ops verify sweep batch merge compare report faults list; do
	run $command --help
	cp "$tmp/out" "$tmp/help"
	exits "help $command" 0 help $command
	check "help $command is that of --help" cmp -s "$tmp/out" "$tmp/help"
done
exits "help help" 0 help help
exits "help of an unknown command" 2 help rnu
says "help of an unknown command: the nearest" 'did you mean "run"'

exits "an unknown command is wrong usage" 2 rnu
says "an unknown command: the nearest" 'did you mean "run"'
check "an unknown command: one line and a hint" test "$(wc -l <"$tmp/err")" -eq 2
exits "a word that is like no command" 2 xxxxxxxx
check "a word that is like no command: the three nearest" \
	grep -Eq '; the nearest: [a-z]+, [a-z]+, [a-z]+$' "$tmp/err"
exits "an option in the place of a command" 2 --strategy
exits "an unknown option is wrong usage" 2 run --stratgy x y
says "an unknown option: the nearest" 'did you mean "--strategy"'
exits "an unknown letter is wrong usage" 2 run -Z x
exits "an option without its argument" 2 run --output
says "an option without its argument: says which" "--output needs an argument: FILE"
exits "an option of a few words without its argument" 2 run --progress
says "an option of a few words without its argument: which" "option --progress needs an argument: auto|always|never"
exits "--format without its argument" 2 info --format
says "--format without its argument: the command's formats" "option --format needs an argument: table|json|csv|md|html"
exits "an argument for an option that takes none" 2 run --quiet=1 x
exits "an unknown strategy is wrong usage" 2 run --strategy strict,fq-flsh x
says "an unknown strategy: the nearest" 'did you mean "fq-flush"'
exits "a word that is like no strategy" 2 run --strategy xxxxxxxx x
check "a word that is like no strategy: the three nearest" \
	grep -Eq '; the nearest: [a-z-]+, [a-z-]+, [a-z-]+$' "$tmp/err"
exits "an empty strategy is wrong usage" 2 run --strategy strict, x
exits "an unknown hypervisor is wrong usage" 2 run --hypervisor kvn x
says "an unknown hypervisor: the nearest" 'did you mean "kvm"'
exits "an unknown parameter of a hypervisor" 2 run --hypervisor kvm:entry-limits=1 x
says "an unknown parameter: the nearest" 'did you mean "entry-limit"'
exits "a parameter that this hypervisor does not take" 2 run --hypervisor lpar:entry-limit=1 x
exits "a parameter without a value" 2 run --hypervisor kvm:entry-limit x
exits "tlb-refresh is a bit" 2 run --hypervisor kvm:tlb-refresh=2 x
exits "an unknown format is wrong usage" 2 run --format xml x
says "an unknown format: all known" "table, json, csv, md"
exits "csv is no format of ops" 2 ops --format csv x
exits "two recordings are too many for ops" 2 ops x y
exits "an unknown list is wrong usage" 2 list strategy
says "an unknown list: the nearest" 'did you mean "strategies"'

for number in -1 '' ' 1' 1x 0x 1KK 1.5 0x1g0 99999999999999999999 17179869184G; do
	exits "\"$number\" is no size" 2 run --aperture "$number" x
done
exits "a queue of one slot holds nothing" 2 run --queue-size 1 x
exits "a queue must be one of three" 2 run --queue double x
exits "a latency has one plus" 2 run --flush-latency 1+2+3 x

# Contradictions.
wrong() {
	exits "wrong: $*" 2 "$@"
	check "wrong: $*: in a line, and perhaps a hint" test "$(wc -l <"$tmp/err")" -le 2
}
wrong run --queue none --queue-size 100 x
wrong run --queue none --queue-timeout 10 x
wrong run --api iommu --queue single x
wrong run --api iommu --queue-size 100 x
wrong run --quiet --verbose x
wrong run --hypervisor kvm:entry-limit=1,entry-limit=2 x
wrong run --hypervisor kvm:backend=iommufd,entry-limit=5 x
wrong verify --queue none --queue-size 100 x
wrong sweep --vary queue-size=2:100 --queue none x
wrong sweep --find min-queue-size --queue none x
wrong sweep --vary queue-timeout=1us:1ms x
wrong run --by comm --vmlinux x x
wrong run --by comm --by-site x
wrong run --explain --kallsyms x x
wrong sweep --vary devices=0:5 x
wrong run --aperture 10GB x
wrong run --strategy strict,,lazy x
wrong run --hypervisor kvm: x
wrong run --strict-input=1 x
wrong batch --output "$tmp/x" --shard 4/3 x
wrong compare --fail-if foo x x
wrong run --queue-timeout 5us x
wrong run --queue-timeout 10min x
wrong run --queue-timeout 1.5ms x
wrong run --queue-timeout 2d x
wrong run --flush-latency 5min x
# Two values of one option contradict each other; lists add up.
wrong run --hz 100 --hz 250 x
wrong run --queue-size 100 --queue-size 200 x
wrong run --rpcit-latency 10us --flush-latency 20us x
wrong run --format json --format csv x
wrong run -o "$tmp/a" --output "$tmp/b" x
wrong run --device 0001:00:00.0 --device 0002:00:00.0 x
wrong run --by comm --by site x
wrong run --queue single --queue per-cpu x
wrong run --load open --load closed x
wrong run --iommu vtd --iommu amd x
wrong verify --tolerance 1 --tolerance 2% x
wrong sweep --find min-aperture --find min-entry-limit x
wrong sweep --vary hz=100:250 --vary cpus=1:2 x
wrong batch --shard 1/2 --shard 2/2 -o "$tmp/a" x
wrong batch -o "$tmp/a" -o "$tmp/b" x
wrong info --time-window 1s:2s --time-window 2s:3s x
wrong list --events a --events b events
wrong faults --delay 1ms --delay 2ms x
exits "one value of an option twice" 2 run --hz 100 --hz 250 x
says "one value of an option twice: which" '--hz is given twice, as "100" and as "250"'
exits "the same value of an option twice" 1 run --hz 100 --hz 100 --quiet --quiet "$tmp/x"
exits "lists add up" 1 run --strategy strict --strategy legacy --hypervisor kvm --hypervisor zvm \
	--group a,b --group c,d "$tmp/x"
wrong help frobnicate
wrong help run info

# "x" does not exist: status 1 says that the option itself was understood.
for number in 4096 0x1000 4K 4k 2M 0x2G 1T; do
	exits "\"$number\" is a size" 1 run --aperture "$number" "$tmp/x"
done
for latency in 0 100 0x10+5 1K+0 5us 10ms+20ns 1s auto recorded; do
	exits "\"$latency\" is a latency" 1 run --flush-latency $latency "$tmp/x"
done
for timeout in 10 10ms 1s 2000us 5000000ns; do
	exits "\"$timeout\" is a timeout" 1 run --queue-timeout $timeout "$tmp/x"
done
exits "a recording that does not exist" 1 run "$tmp/x"
says "a recording that does not exist: says which" "$tmp/x: "

for list in strategies hypervisors events; do
	exits "list $list" 0 list $list
	exits "list $list as JSON" 0 list --format json $list
	shows "list $list as JSON: names its list" "\"$list\""
done
exits "the list of strategies" 0 list strategies
for name in strict lazy-ignore fq-flush sync-map-retry map-inline driver-lazy legacy \
	legacy-strict null; do
	check "$name is listed" grep -q "^$name " "$tmp/out"
done
COLUMNS=60 run list strategies
check "a narrow list keeps to its width" test "$(wc -L <"$tmp/out")" -le 60

echo "this is not a recording, whatever it is" >"$tmp/text"
: >"$tmp/empty"
exits "a file of text is not a recording" 1 info "$tmp/text"
exits "an empty file is not a recording" 1 run "$tmp/empty"
exits "a directory is not a recording" 1 run "$tmp"

# With a recording.

if ! file=$(recording); then
	skip "commands on recordings: there are none in traces/"
	exit 0
fi

exits "run" 0 run "$file"
shows "run names the recording" "$file"
shows "run says how complete the input is" "input"
for name in strict lazy-ignore fq-flush sync-map-retry map-inline driver-lazy legacy \
	legacy-strict; do
	check "$name is in the default report" grep -q "^\(  = \)\?$name " "$tmp/out"
done
check "null is not in the default report" sh -c "! grep -q '^null ' '$tmp/out'"
check "a table fits 120 columns" test "$(wc -L <"$tmp/out")" -le 120
COLUMNS=80 run run "$file"
check "a table fits 80 columns" test "$(sed 1d "$tmp/out" | wc -L)" -le 80
check "no colours without a terminal" sh -c "! grep -q '$(printf '\\033')' '$tmp/out'"
exits "null by name" 0 run --strategy null "$file"
check "null is in its report" grep -q "^null " "$tmp/out"
run run --strategy strict,strict "$file"
check "a strategy given twice is replayed once" test "$(grep -c '^strict ' "$tmp/out")" -eq 1
exits "two hypervisors" 0 run --strategy strict --hypervisor kvm:entry-limit=1K,tlb-refresh=1 \
	--hypervisor lpar "$file"
shows "two hypervisors: the first" "kvm, entry limit 1024 (user), tlb_refresh 1 (user)"
shows "two hypervisors: the second" "lpar,"
exits "no limit" 0 run --strategy strict --hypervisor kvm:entry-limit=0 "$file"
shows "no limit: the report says so" "kvm, no entry limit (user)"
exits "all the other options" 0 run --strategy fq-flush --queue per-cpu --queue-size 64 \
	--queue-timeout 5 --aperture 1G --initial-pages 3 --cpus 2 --hz 250 --api dma \
	--timer recorded --flush-latency 500+10 --jobs 2 --color never --progress never \
	--quiet "$file"
shows "options show in the report" \
	"queue per-cpu (user), 64 slots (user), 5 ms (user); 2 CPUs (user), 250 Hz (user)"

run run --strategy fq-flush --quiet "$file"
cp "$tmp/out" "$tmp/once"
run run --strategy fq-flush --quiet --jobs 1 "$file"
check "the same input gives the same report" cmp -s "$tmp/once" "$tmp/out"

exits "run as CSV" 0 run --strategy strict,legacy --format csv "$file" "$file"
check "CSV has a header, and a line a result" test "$(wc -l <"$tmp/out")" -eq 5
check "CSV flattens names" grep -q 'rpcit\.by_cause\.sync_map,' "$tmp/out"
exits "run as Markdown" 0 run --strategy strict,legacy --format md "$file"
check "Markdown has a row a result" test "$(grep -c '^| [sl]' "$tmp/out")" -eq 3

exits "run as JSON, two recordings" 0 run --strategy strict,legacy --format json "$file" "$file"
if command -v python3 >/dev/null; then
	cp "$tmp/out" "$tmp/run.json"
	run info --format json "$file"
	cp "$tmp/out" "$tmp/info.json"
	cat >"$tmp/check.py" <<-'END'
		import json, sys
		run, info = (json.load(open(name)) for name in sys.argv[1:])
		assert run["schema"] == "iommu-replay-report/1"
		assert len(run["recordings"]) == 2
		entry = run["recordings"][0]
		assert list(entry) == ["recording", "results", "verdict"]
		assert [r["strategy"] for r in entry["results"]] == ["strict", "legacy"]
		for r in entry["results"]:
		    causes = sum(r["rpcit"]["by_cause"].values())
		    assert r["rpcit"]["total"] == causes
		    assert r["rpcit"]["global"] + r["rpcit"]["ranged"] == causes
		    sources = r["parameters"]["sources"]
		    assert sources.pop("strategy_plugin") is None
		    assert sources.pop("hypervisor_plugin") is None
		    assert set(r["parameters"]) - {"sources"} == set(sources)
		    assert r["parameters"]["own"] == sources["own"] == {}
		    assert isinstance(r["exposure"]["page_seconds"], (int, float))
		assert len(info["recordings"]) == 1
		assert info["recordings"][0]["results"] == []
		assert info["recordings"][0]["recording"] == entry["recording"]
	END
	check "JSON is as documented" python3 "$tmp/check.py" "$tmp/run.json" "$tmp/info.json"
else
	skip "JSON is as documented: no python3"
fi

exits "info" 0 info "$file"
shows "info shows the events" "count event "
run info traces/6.12-fq-twodev.dat
shows "info: with commas, as all other counts" " 9,276 iommu:map "
run info --format json "$file"
maps=$(sed -n 's/^ *"map": \([0-9]*\),$/\1/p' "$tmp/out")
exits "ops" 0 ops "$file"
check "ops has as many maps as info" \
	test "$(awk '$3 == "map"' "$tmp/out" | wc -l)" = "$maps"
# shellcheck disable=SC2016	# awk's
check "ops has eight fields or more" \
	awk 'NF < 8 || $1 !~ /^[0-9]+\.[0-9]+$/ || length($1) < 11 { exit 1 }' "$tmp/out"
lines=$(wc -l <"$tmp/out")
exits "ops as JSON" 0 ops --format json "$file"
check "ops as JSON has as many lines" test "$(wc -l <"$tmp/out")" -eq "$lines"
"$prog" ops - <"$file" >"$tmp/piped" 2>/dev/null
"$prog" ops "$file" >"$tmp/out"
check "standard input is a recording, too" cmp -s "$tmp/piped" "$tmp/out"

# Names of devices longer than their column.
cat >"$tmp/long-name.txt" <<'END'
# tracer: nop
 a-1 [000] ..... 1.000200: map: IOMMU: iova=0x0000000100000000 - 0x0000000100001000 paddr=0x0000000000100000 size=4096
 a-1 [000] ..... 1.000210: dma_map_page: platform.0123456789abcdef0123.ctrl dir=FROM_DEVICE dma_addr=100000000 size=4096 phys_addr=100000 attrs=0x0
END
run ops "$tmp/long-name.txt"
check "the name of a device is not cut" \
	grep -Eq '^1\.000200000 +0 map +0 platform\.0123456789abcdef0123\.ctrl 0x00100000000 +1 +1$' "$tmp/out"

# Why there is no operation.
cat >"$tmp/early.txt" <<'END'
# tracer: nop
 a-1 [000] ..... 1.000100: map: IOMMU: iova=0x0000000100000000 - 0x0000000100001000 paddr=0x1000 size=4096
 a-1 [000] ..... 2.000100: sched_waking: comm=x pid=1 prio=1 target_cpu=000
END
COLUMNS=200 run info --time-window 500ms:900ms "$tmp/early.txt"
check "events outside of the window are not said to be unreadable" \
	grep -q 'none of its 1 events iommu:map and iommu:unmap is an operation here' "$tmp/out"

# A file where a command belongs, and a recording where a report does.
exits "a recording in the place of a command" 2 "$file"
says "a recording in the place of a command: what to type" "try: iommu-replay run $file"
run run --strategy strict --format json --output "$tmp/report.json" "$file"
exits "a report in the place of a command" 2 "$tmp/report.json"
says "a report in the place of a command: what to type" "iommu-replay report $tmp/report.json"
exits "a manifest in the place of a command" 2 examples/batch.json
says "a manifest in the place of a command: what to type" "iommu-replay batch examples/batch.json"
exits "a recording where a report belongs" 1 report "$file"
says "a recording where a report belongs: what to type" "try: iommu-replay run $file"
run compare --format json --output "$tmp/comparison.json" "$tmp/report.json" "$tmp/report.json"
exits "a comparison where a report belongs" 1 report "$tmp/comparison.json"
check "a comparison where a report belongs: no command reads it" sh -c "! grep -q 'try: ' '$tmp/err'"

# Compressed as a whole, whatever it is called.
"$prog" ops "$file" >"$tmp/plain"
for tool in gzip zstd xz; do
	if ! command -v $tool >/dev/null; then
		skip "a recording compressed by $tool: it is not there"
		continue
	fi
	$tool -c <"$file" >"$tmp/packed"
	"$prog" ops "$tmp/packed" >"$tmp/out" 2>"$tmp/err"
	if grep -q "is compressed by xz" "$tmp/err"; then
		skip "a recording compressed by xz: built without liblzma"
		continue
	fi
	check "a recording compressed by $tool" cmp -s "$tmp/plain" "$tmp/out"
	"$prog" ops - <"$tmp/packed" >"$tmp/out" 2>"$tmp/err"
	check "a recording compressed by $tool, from standard input" cmp -s "$tmp/plain" "$tmp/out"
	{ echo "# tracer: nop"; echo "fio-1 [000] ..... 1.000000: map: IOMMU: iova=0x1000 - 0x2000 paddr=0x1000 size=4096"; } |
		$tool -c >"$tmp/packed"
	head -c $(($(wc -c <"$tmp/packed") - 4)) "$tmp/packed" >"$tmp/cut"
	exits "one compressed by $tool and cut short is incomplete" 4 info --strict-input "$tmp/cut"
	{ cat "$tmp/packed"; head -c 100000 /dev/zero; } >"$tmp/cut"
	exits "one compressed by $tool and padded with zeros is complete" 0 info --strict-input "$tmp/cut"
	{ cat "$tmp/packed"; echo more; } >"$tmp/cut"
	exits "one compressed by $tool with other bytes behind it is not" 4 info --strict-input "$tmp/cut"
	# 128 KiB are unpacked at a time.
	{ $tool -dc <"$tmp/packed"; yes "# line"; } 2>"$tmp/err" | head -c 131072 >"$tmp/whole"
	$tool -c <"$tmp/whole" >"$tmp/packed"
	exits "one compressed by $tool that fills what is unpacked at a time is complete" 0 info --strict-input "$tmp/packed"
done

# A file is replaced by a whole report, or not at all.
echo "as it was" >"$tmp/kept"
run run --strategy strict --output "$tmp/kept" "$file" "$tmp/x"
check "a report without one of its recordings: exit status" test "$status" -eq 1
check "a report without one of its recordings replaces no file" grep -qx "as it was" "$tmp/kept"
# The second recording never ends.
mkfifo "$tmp/endless"
sleep infinity >"$tmp/endless" &
feeder=$!
env --default-signal=INT "$prog" run --strategy strict --output "$tmp/kept" "$file" - \
	<"$tmp/endless" 2>"$tmp/err" &
interrupt $! INT
kill $feeder
wait $feeder 2>/dev/null
check "an interrupted run: exit status" test "$status" -eq 130
check "an interrupted run replaces no file" grep -qx "as it was" "$tmp/kept"
for command in "info $tmp/endless" "report $tmp/endless" "compare $tmp/endless x" "run --events $tmp/endless $file"; do
	# shellcheck disable=SC2086	# several arguments
	env --default-signal=INT "$prog" $command 2>/dev/null &
	interrupt $! INT
	check "interrupted before there is anything to read, ${command%% *}: exit status" test "$status" -eq 130
done

# A part of a recording: what is in the window, and no more.
maps=$("$prog" ops "$file" 2>/dev/null | awk '$3 == "map" { n++ } END { print n }')
first=$("$prog" ops --time-window :100ms "$file" 2>/dev/null | awk '$3 == "map" { n++ } END { print n + 0 }')
second=$("$prog" ops --time-window 100ms: "$file" 2>/dev/null | awk '$3 == "map" { n++ } END { print n + 0 }')
check "two windows have the maps of the whole" test $((first + second)) -eq "$maps" -a "$first" -gt 0
exits "a window's report" 0 run --strategy strict --time-window 0:100ms "$file"
shows "a window's report says so" "window from 0 ns to 100 ms of the recording"
wrong run --time-window 5s "$file"
wrong run --time-window 5:2 "$file"
wrong run --time-window a:b "$file"

# Durations that were not recorded.
if [ -f traces/x86_64-6.12-lazy-randread-icount.dat ]; then
	exits "--flush-latency recorded without recorded ones" 1 run --flush-latency recorded \
		traces/x86_64-6.12-lazy-randread-icount.dat
	says "--flush-latency recorded without recorded ones: what is missing" "no duration of an RPCIT was recorded (rpcit and"
	exits "verify takes what there is" 0 verify --flush-latency recorded --strategy driver-lazy \
		--tolerance 100% traces/6.12-fq-randwrite.dat
fi

# Damaged input.

# Cut short: how much of it is left to be read depends on the format.
size=$(wc -c <"$file")
for part in 2 4 8 16 64 256; do
	head -c $((size - size / part)) "$file" >"$tmp/cut.dat"
	run info "$tmp/cut.dat"
	[ "$status" -ne 0 ] || break
	check "a recording that cannot be read is an error" test "$status" -eq 1
	says "a recording that cannot be read: says which" "$tmp/cut.dat"
done
if [ "$status" -eq 0 ]; then
	shows "info says that a cut recording is incomplete" "incomplete"
	exits "a cut recording is replayed" 0 run --strategy strict "$tmp/cut.dat"
	shows "the report says that it is incomplete" "warning"
	says "so does a message" "incomplete"
	run run --strategy strict --quiet "$tmp/cut.dat"
	check "no message with --quiet" test ! -s "$tmp/err"
	exits "run --strict-input" 4 run --strict-input --strategy strict "$tmp/cut.dat"
	check "--strict-input names a counter" grep -Eq 'incomplete.*: [a-z_]+ [0-9]+' "$tmp/err"
	check "--strict-input gives no report" test ! -s "$tmp/out"
	exits "info --strict-input" 4 info --strict-input "$tmp/cut.dat"
	check "info --strict-input shows it nevertheless" test -s "$tmp/out"
	exits "ops --strict-input" 4 ops --strict-input "$tmp/cut.dat"
else
	skip "a cut recording is incomplete: nothing of this one can be read when it is cut"
fi
run info "$file"
if grep -q "incomplete" "$tmp/out"; then
	skip "run --strict-input with a complete recording: this one is not"
else
	exits "run --strict-input with a complete recording" 0 \
		run --strict-input --strategy strict "$file"
fi

exits "one recording that is missing" 1 run --strategy strict "$file" "$tmp/x" "$file"
check "the others are reported" test "$(grep -c '^strict ' "$tmp/out")" -eq 2
