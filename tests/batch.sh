#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# batch and merge: manifests, results, resuming, shards, what can go wrong.

. tests/lib.sh

dir=$(cd "${TRACES:-traces}" 2>/dev/null && pwd)

# manifest TEXT...: lines after the schema, in $tmp/m.json
manifest() {
	{
		echo '{ "schema": "iommu-replay-manifest/1",'
		printf '%s\n' "$@"
		echo '}'
	} >"$tmp/m.json"
}

# wrong TEXT WORDS LINES...: this manifest is refused, with these words
wrong() {
	text=$1
	words=$2
	shift 2
	manifest "$@"
	exits "$text is refused" 2 batch --output "$tmp/none" "$tmp/m.json"
	says "$text: says where and what" "$tmp/m.json:$words"
}

# Manifests.

exits "an output is needed" 2 batch x
says "an output is needed: says so" "--output FILE is missing"
exits "a manifest that does not exist" 1 batch --output "$tmp/none" "$tmp/x"
: >"$tmp/m.json"
exits "an empty file" 2 batch --output "$tmp/none" "$tmp/m.json"
says "an empty file: says so" "m.json: the file is empty"
echo '{ "schema"' >"$tmp/m.json"
exits "no JSON" 2 batch --output "$tmp/none" "$tmp/m.json"
echo '[]' >"$tmp/m.json"
exits "no object" 2 batch --output "$tmp/none" "$tmp/m.json"
echo '{ "recordings": [ "a" ] }' >"$tmp/m.json"
exits "no schema" 2 batch --output "$tmp/none" "$tmp/m.json"
says "no schema: says what it is to be" "iommu-replay-manifest/1"
echo '{ "schema": "x", "recordings": [ "a" ] }' >"$tmp/m.json"
exits "another schema" 2 batch --output "$tmp/none" "$tmp/m.json"
wrong "no recordings" '1: recordings: there is no list' '"strategies": [ "strict" ]'
wrong "an empty list of recordings" '2: recordings: the list is empty' '"recordings": []'
wrong "recordings that are no list" '2: recordings: not a list' '"recordings": "a"'
wrong "an unknown key" '3: strategy: unknown key "strategy", did you mean "strategies"' \
	'"recordings": [ "a" ],' '"strategy": "strict"'
wrong "an unknown strategy" '4: strategies[1]: unknown strategy "fq-flsh", did you mean "fq-flush"' \
	'"recordings": [ "a" ],' '"strategies": [ "strict",' '"fq-flsh" ]'
wrong "strategies that are no list" '3: strategies: not a list of names' \
	'"recordings": [ "a" ],' '"strategies": "strict"'
wrong "a strategy twice" '3: strategies[1]: "strict" is there twice' \
	'"recordings": [ "a" ],' '"strategies": [ "strict", "strict" ]'
wrong "an unknown hypervisor" '3: hypervisors[0]: unknown hypervisor "kvn"' \
	'"recordings": [ "a" ],' '"hypervisors": [ "kvn" ]'
wrong "a key that a hypervisor does not have" '3: hypervisors[0]: unknown parameter of hypervisor lpar' \
	'"recordings": [ "a" ],' '"hypervisors": [ "lpar:entry-limit=3" ]'
wrong "an unknown parameter" '4: parameters.queue-sise: unknown parameter "queue-sise"' \
	'"recordings": [ "a" ],' '"parameters": { "queue": "single",' '"queue-sise": 3 }'
wrong "a value out of range" '3: parameters.queue-size: queue-size: 1 is out of range' \
	'"recordings": [ "a" ],' '"parameters": { "queue-size": 1 }'
wrong "a value that is none" '5: parameters.aperture[1]: not a text or a whole number' \
	'"recordings": [ "a" ],' '"parameters": {' '"aperture": [ 4096,' 'true ] }'
wrong "a queue that does not exist" '3: parameters.queue: unknown queue "dual"' \
	'"recordings": [ "a" ],' '"parameters": { "queue": "dual" }'
wrong "a range backwards" '3: parameters.hz: hz: the range 3:2 ends before' \
	'"recordings": [ "a" ],' '"parameters": { "hz": "3:2" }'
wrong "a value twice" '3: parameters.hz[2]: 100 is there twice' \
	'"recordings": [ "a" ],' '"parameters": { "hz": [ 100, 250, 100 ] }'
wrong "an empty list of values" '3: parameters.hz: the list is empty' \
	'"recordings": [ "a" ],' '"parameters": { "hz": [] }'
wrong "a recording that is a number" '3: recordings[1]: neither' '"recordings": [ "a",' '3 ]'
wrong "a recording without a name" '2: recordings[0]: needs "file" or "files"' '"recordings": [ {} ]'
wrong "a recording with a name and a list" '2: recordings[0]: has both "file" and "files"' \
	'"recordings": [ { "file": "a", "files": [ "a" ] } ]'
wrong "a recording twice" '3: recordings[1].file: "a" is there twice' \
	'"recordings": [ "a",' '{ "file": "a" } ]'
wrong "an unknown key of a recording" '2: recordings[0].fiel: unknown key' \
	'"recordings": [ { "file": "a", "fiel": "b" } ]'
wrong "a pattern without a match" "2: recordings[0].files[1]: \"*.none\" matches no file" \
	'"recordings": [ { "files": [ "a", "*.none" ] } ]'
wrong "a parameter in both places" '4: recordings[0].parameters.hz: is given for all' \
	'"parameters": { "hz": [ 100, 250 ] },' '"recordings": [ { "file": "a",' \
	'"parameters": { "hz": 100 } } ]'
wrong "more cells than anybody can want" '' '"recordings": [ "a" ],' \
	'"parameters": { "entry-limit": "1:90000:1", "hz": "1:90:1" }'
for shard in 0/2 3/2 1 /2 1/ 1/0 a/b; do
	exits "\"$shard\" is no shard" 2 batch --output "$tmp/none" --shard $shard "$tmp/m.json"
done
exits "standard output is no file of results" 2 batch --output - "$tmp/m.json"
says "standard output is no file of results: why" "standard output cannot hold results"
check "nothing of all that leaves a file behind" test ! -e "$tmp/none"

file=$dir/6.12-fq-seqread-lim512-smp2.dat
if [ ! -f "$file" ]; then
	skip "batches: $file is not there"
	exit 0
fi

# A batch: places are those of the manifest.

mkdir "$tmp/in"
for name in 6.12-fq-seqread-lim512-smp2 6.12-fq-randread-tc331-zstd 7.2-strict-seqread-dma; do
	cp "$dir/$name.dat" "$tmp/in/"
done
rm "$tmp/m.json"
cat >"$tmp/in/m.json" <<END
{
  "schema": "iommu-replay-manifest/1",
  "strategies": [ "$(echo $eight | sed 's/,/", "/g')" ],
  "recordings": [
    "6.12*.dat",
    { "file": "7.2-strict-seqread-dma.dat", "parameters": { "initial-pages": 7, "cpus": "2" },
      "machine": { "strategy": "strict" } }
  ],
  "hypervisors": [ "kvm", "kvm:entry-limit=512", "lpar" ],
  "parameters": { "queue-size": [ 64, "1K" ], "hz": "100" }
}
END
m=$tmp/in/m.json
exits "a batch" 0 batch --output "$tmp/all" "$m"
says "a batch says how many cells there were" "144 cells: 144 done, 0 failed"
check "a batch has a line for each cell" test "$(wc -l <"$tmp/all")" -eq 144
check "lines are in order" sh -c "sed 's/.*\"cell\":\\([0-9]*\\),.*/\\1/' '$tmp/all' | sort -nc"
check "names are as in the manifest" grep -q '"file":"7.2-strict-seqread-dma.dat"' "$tmp/all"
check "a recording has its own parameters" test "$(grep -c '"initial_pages":7,' "$tmp/all")" -eq 48
for jobs in 1 2 5; do
	"$prog" batch --quiet --jobs $jobs --output "$tmp/jobs$jobs" "$m"
	check "with $jobs threads it is the same" cmp -s "$tmp/all" "$tmp/jobs$jobs"
done
(cd "$tmp/in" && "$prog" batch --quiet --output here m.json)
check "from elsewhere it is the same" cmp -s "$tmp/all" "$tmp/in/here"
exits "results are not written over" 2 batch --output "$tmp/all" "$m"
says "results are not written over: says what to do" "--resume"
exits "a finished one is not done again" 0 batch --resume --output "$tmp/all" "$m"
says "a finished one is not done again: says so" "144 of them had been done before"
check "and stays as it is" cmp -s "$tmp/all" "$tmp/jobs1"

# A cell is what run says.
exits "merge into a report" 0 merge --format json --output "$tmp/report.json" "$tmp/all"
(cd "$tmp/in" && "$prog" run --quiet --strategy $eight --hypervisor kvm:entry-limit=512 \
	--queue-size 1K --hz 100 --format json 6.12-fq-seqread-lim512-smp2.dat) >"$tmp/run.json"
exits "cells are what run says" 0 compare --allow-missing "$tmp/run.json" "$tmp/report.json"
shows "all of them" "in 8 results and 1 recording"
exits "compare takes it for a report" 0 compare "$tmp/report.json" "$tmp/report.json"

# So are the shares of several devices, and options are part of the question.
two=$dir/6.12-fq-twodev.dat
if [ -f "$two" ]; then
	manifest "\"recordings\": [ \"$two\" ]," '"strategies": [ "fq-flush", "strict" ]'
	"$prog" batch --quiet --output "$tmp/two" "$tmp/m.json"
	"$prog" merge --format json --output "$tmp/two.json" "$tmp/two"
	"$prog" run --quiet --strategy fq-flush,strict --format json "$two" >"$tmp/run.json"
	exits "two devices are what run says" 0 compare "$tmp/run.json" "$tmp/two.json"
	device=$("$prog" info --format json "$two" | tr -d ' \n' |
		sed 's/.*"devices":\["\([^"]*\)".*/\1/')
	exits "one device alone" 0 batch --resume --device "$device" --output "$tmp/two" "$tmp/m.json"
	says "one device alone: nothing of both counts" "2 lines that are no part of this batch"
	"$prog" run --quiet --strategy fq-flush,strict --device "$device" --format json "$two" \
		>"$tmp/run.json"
	"$prog" merge --format json --output "$tmp/two.json" "$tmp/two"
	exits "one device alone is what run says" 0 compare "$tmp/run.json" "$tmp/two.json"
	exits "an events file that does not exist" 1 batch --events "$tmp/x" --output "$tmp/none" "$tmp/m.json"
else
	skip "two devices are what run says: $two is not there"
fi

# Resuming.

# without TEXT LINES: "all" without these lines ends as "all"
resumed() {
	exits "$1 is resumed" 0 batch --resume --output "$tmp/part" "$m"
	check "$1 ends as if nothing had happened" cmp -s "$tmp/all" "$tmp/part"
}
sed '20,90d' "$tmp/all" >"$tmp/part"
resumed "a file with a gap"
sort -r "$tmp/all" | head -n 100 >"$tmp/part"
resumed "a file in disorder"
head -c 100001 "$tmp/all" >"$tmp/part"
resumed "a torn line"
says "a torn line: says so" "its last line was incomplete"
head -c 20 "$tmp/all" >"$tmp/part"
resumed "a torn first line"
: >"$tmp/part"
resumed "an empty file"
rm "$tmp/part"
resumed "no file at all"
sed '5s/.*/{"schema":"iommu-replay-batch\/1"}/; 9s/"cell"/cell/' "$tmp/all" >"$tmp/part"
resumed "a file with damaged lines"
says "damaged lines are counted" "2 lines are damaged, and are done again; the first is line 5"
sed '7s/"fingerprint":"..../"fingerprint":"0000/' "$tmp/all" >"$tmp/part"
resumed "a line of something else"
cat "$tmp/all" "$tmp/all" >"$tmp/part"
resumed "everything twice"
echo "my diary" >"$tmp/part"
exits "another file is no file of results" 2 batch --output "$tmp/part" "$m"
says "another file is no file of results: which is said" "has no results of a batch; it was left alone"
exits "another file is left alone" 2 batch --resume --output "$tmp/part" "$m"
check "another file is as it was" grep -qx "my diary" "$tmp/part"
printf 'my diary' >"$tmp/part"
exits "another file without a newline is left alone" 2 batch --resume --output "$tmp/part" "$m"
check "it is as it was, too" grep -qx "my diary" "$tmp/part"
exits "a device is no place for results" 2 batch --output /dev/null "$m"
if command -v flock >/dev/null; then
	cp "$tmp/all" "$tmp/part"
	flock "$tmp/part" "$prog" batch --resume --output "$tmp/part" "$m" 2>"$tmp/err"
	check "two at once on one file is an error" test $? -eq 1
	says "two at once: says so" "another batch is writing to it"
else
	skip "two at once on one file is an error: no flock"
fi

# Only changed cells are done again.
cp "$tmp/in/7.2-strict-seqread-dma.dat" "$tmp/was"
cp "$file" "$tmp/in/7.2-strict-seqread-dma.dat"
cp "$tmp/all" "$tmp/part"
exits "another recording of the same name" 0 batch --resume --output "$tmp/part" "$m"
says "only its cells are done again" "96 of them had been done before"
says "its old results are dropped" "48 lines that are no part of this batch any more"
cp "$tmp/was" "$tmp/in/7.2-strict-seqread-dma.dat"
resumed "and back"
sed 's/"lpar"/"lpar", "zvm"/' "$m" >"$tmp/in/more.json"
"$prog" batch --quiet --output "$tmp/more" "$tmp/in/more.json"
cp "$tmp/all" "$tmp/part"
exits "one hypervisor more" 0 batch --resume --output "$tmp/part" "$tmp/in/more.json"
says "one hypervisor more: the others are done" "144 of them had been done before"
check "one hypervisor more: as if it had always been there" cmp -s "$tmp/more" "$tmp/part"
resumed "and one less"

exits "the example" 0 batch --output "$tmp/example" examples/batch.json
says "the example: all of it" "144 cells: 144 done"

# --dry-run, and recordings without a manifest.
exits "--dry-run" 0 batch --dry-run "$m"
shows "--dry-run: the cells" "cells 144: 48 configurations of each recording"
check "--dry-run: time and size" grep -Eq '^time +about [0-9.]+ s with' "$tmp/out"
exits "--dry-run of a shard" 0 batch --dry-run --shard 1/3 "$m"
shows "--dry-run of a shard: its cells" "cells 48"
usual=$("$prog" run --quiet --format csv "$file" | sed 1d | wc -l)
exits "recordings without a manifest" 0 batch --output "$tmp/plain" "$file"
says "recordings without a manifest: all strategies" "$usual cells: $usual done, 0 failed"
exits "two recordings" 0 batch --quiet --output "$tmp/plain2" "$file" "$tmp/in/7.2-strict-seqread-dma.dat"
check "two recordings: all cells" test "$(wc -l <"$tmp/plain2")" -eq $((2 * usual))
cat >"$tmp/machines.json" <<-END
	{"recordings": [{"file": "$(cd "$(dirname "$file")" && pwd)/${file##*/}", "kernel": "x", "machine": {"strategy": "strict"}}]}
END
exits "a manifest of recorded machines" 0 batch --quiet --output "$tmp/machines" "$tmp/machines.json"
check "a manifest of recorded machines: all strategies" test "$(wc -l <"$tmp/machines")" -eq "$usual"
manifest '"recordings": [ "x" ], "strategies": [ "strict" ], "hypervisors": [ "lpar" ], "parameters": { "entry-limit": 5 }'
exits "nothing that makes sense" 2 batch --output "$tmp/none" "$tmp/m.json"
says "nothing that makes sense: why" "no configuration makes sense"

# Failing cells are results.

cp "$m" "$tmp/in/bad.json"
echo "no recording" >"$tmp/in/text.dat"
sed -e 's/"6.12\*.dat"/"missing.dat", "text.dat", "6.12*.dat"/' \
	-e 's/"queue-size"/"entry-limit": 600, "queue-size"/' "$m" >"$tmp/in/bad.json"
exits "bad recordings and combinations" 3 batch --output "$tmp/bad" "$tmp/in/bad.json"
says "bad recordings: says which" "/in/missing.dat: "
says "bad ones are counted" "160 cells: 96 done, 64 failed"
says "combinations that contradict themselves are left out" "16 configurations of each recording left out"
check "a failed cell says why" grep -q '"status":"failed","error":"[^"]' "$tmp/bad"
check "a failed cell says what it was to be" grep -q '"recording":{"file":"missing.dat"},"result":{"strategy":"legacy-strict","hypervisor":"kvm[^"]*","parameters":{"entry-limit":"600","queue-size":"1K","hz":"100"}}' "$tmp/bad"
cp "$tmp/bad" "$tmp/bad.first"
exits "they fail again when resumed" 3 batch --quiet --resume --output "$tmp/bad" "$tmp/in/bad.json"
check "they fail again in the same words" cmp -s "$tmp/bad" "$tmp/bad.first"
cp "$tmp/in/7.2-strict-seqread-dma.dat" "$tmp/in/missing.dat"
exits "once it is there it is done" 3 batch --resume --output "$tmp/bad" "$tmp/in/bad.json"
says "only failed cells were done again" "160 cells: 128 done, 32 failed"
exits "merge says that cells failed" 3 merge --format json --output "$tmp/bad.json" "$tmp/bad"
check "a report has them beside its recordings" grep -q '^  "failed": \[' "$tmp/bad.json"
head -c 90000 "$file" >"$tmp/in/cut.dat"
manifest '"recordings": [ "in/cut.dat" ]'
run info "$tmp/in/cut.dat"
if [ "$status" -eq 0 ]; then
	exits "an incomplete recording" 0 batch --output "$tmp/cut" "$tmp/m.json"
	check "an incomplete recording: results say so" \
		test "$(grep -c '"complete":false' "$tmp/cut")" -eq "$usual"
	exits "an incomplete recording, strictly" 3 \
		batch --resume --strict-input --output "$tmp/cut" "$tmp/m.json"
	check "an incomplete recording, strictly: nothing of before counts" \
		test "$(grep -c '"status":"failed"' "$tmp/cut")" -eq "$usual"
else
	skip "an incomplete recording: nothing of this one can be read when it is cut"
fi

# Shards.

for n in 2 3 7; do
	i=0
	while [ $((i += 1)) -le $n ]; do
		"$prog" batch --quiet --shard $i/$n --output "$tmp/shard.$i-of-$n" "$m"
	done
	exits "$n shards are merged" 0 merge --output "$tmp/merged" "$tmp"/shard.*-of-$n
	check "$n shards are the whole" cmp -s "$tmp/all" "$tmp/merged"
done
exits "a shard's file is its own" 2 batch --resume --shard 2/3 --output "$tmp/shard.1-of-3" "$m"
says "a shard's file is its own: says so" "results of another shard"
exits "the whole in a shard's file goes on with it" 0 batch --resume --output "$tmp/shard.1-of-3" "$m"
check "and ends as the whole" cmp -s "$tmp/all" "$tmp/shard.1-of-3"
exits "a shard that is missing" 1 merge --output "$tmp/lacking" "$tmp/shard.2-of-7" "$tmp/shard.3-of-7"
says "a shard that is missing: says how much" "of 144 cells are missing; --allow-missing"
check "a shard that is missing: nothing is written" test ! -e "$tmp/lacking"
exits "what is missing may be" 0 merge --allow-missing --output "$tmp/lacking" \
	"$tmp/shard.3-of-7" "$tmp/shard.2-of-7"
check "what is missing may be: the rest is there" test "$(wc -l <"$tmp/lacking")" -eq 41
# More shards than cells: most have none.
manifest "\"recordings\": [ \"$file\" ]," '"strategies": [ "strict", "legacy" ]'
for i in 1 2 3 4 5; do
	"$prog" batch --quiet --shard $i/5 --output "$tmp/few.$i" "$tmp/m.json"
done
exits "more shards than cells are merged" 0 merge --output "$tmp/merged" "$tmp"/few.?
check "more shards than cells are the whole" test "$(wc -l <"$tmp/merged")" -eq 2
exits "the same twice is once" 0 merge --output "$tmp/merged" "$tmp/all" "$tmp/shard.2-of-2" "$tmp/all"
check "the same twice is once: all of it" cmp -s "$tmp/all" "$tmp/merged"
exits "another batch" 1 merge --output "$tmp/none" "$tmp/all" "$tmp/more"
says "another batch: says so" "is of another batch than the first"
sed '3s/"total":[0-9]*/"total":1/; 3s/"digest":"[0-9a-f]*",//' "$tmp/all" >"$tmp/other"
exits "results that differ" 1 merge --output "$tmp/none" "$tmp/all" "$tmp/other"
says "results that differ: says which" "differ in cell 2"
head -c 100001 "$tmp/all" >"$tmp/torn"
exits "a torn file is not merged" 1 merge --output "$tmp/none" "$tmp/torn"
exits "no results" 1 merge --output "$tmp/none" "$m"
exits "an input is not written over" 2 merge --output "$tmp/all" "$tmp/all"

# Interruption: at any moment the same end.

check "killed and resumed: the same results" env SEED=1 tests/batch_kill "$prog" "$m" 8
check "with one thread, too" env SEED=2 tests/batch_kill "$prog" "$m" 3 --jobs 1

# A batch that takes its time.
manifest "\"recordings\": [ \"$dir/6.12*.dat\" ]," '"parameters": { "entry-limit": "500:600:1" }'
for signal in INT TERM; do
	rm -f "$tmp/slow"
	# A shell's & ignores SIGINT.
	env --default-signal=INT "$prog" batch --jobs 2 --output "$tmp/slow" "$tmp/m.json" \
		2>"$tmp/err" &
	pid=$!
	while [ ! -s "$tmp/slow" ] && kill -0 $pid 2>/dev/null; do
		sleep 0.05
	done
	kill -$signal $pid
	wait $pid
	check "SIG$signal ends with 130" test $? -eq 130
	says "SIG$signal: says how far it was" "interrupted; "
	check "SIG$signal: what is finished is kept" test "$(wc -l <"$tmp/slow")" -ge 1
	check "SIG$signal: and whole" test -z "$(tail -c 1 "$tmp/slow")"
	check "SIG$signal: merge reads it" "$prog" merge --allow-missing --output "$tmp/merged" "$tmp/slow"
done

# A full disk.

rm -f "$tmp/full"
(
	ulimit -f 100
	"$prog" batch --quiet --output "$tmp/full" "$m" 2>"$tmp/err"
)
check "a full disk is an error" test $? -eq 1
says "a full disk is an error: says so" "$tmp/full: "
check "a full disk: what was written is whole" \
	sh -c "test -s '$tmp/full' && test -z \"\$(tail -c 1 '$tmp/full')\""
cp "$tmp/full" "$tmp/part"
resumed "with more room it"
says "with more room it goes on" "of them had been done before"
if [ "$(id -u)" -eq 0 ] && mkdir "$tmp/small" &&
	mount -t tmpfs -o size=128k tmpfs "$tmp/small" 2>/dev/null; then
	exits "a full file system is an error" 1 batch --output "$tmp/small/results" "$m"
	says "a full file system: says so" "No space left on device"
	cp "$tmp/small/results" "$tmp/part"
	umount "$tmp/small"
	check "a full file system: what was written is whole" test -z "$(tail -c 1 "$tmp/part")"
	resumed "from a full file system it"
else
	skip "a full file system: not root, or no tmpfs"
fi

# Merged results in every format: a summary first.
exits "merge as a table" 0 merge --format table "$tmp/all"
shows "merge as a table: how it went" "batch 144 cells: 144 done, 0 failed, 0 missing; 3 recordings"
check "merge as a table: recordings against strategies" grep -Eq '^recording +strict +lazy-ignore' "$tmp/out"
short=$(wc -l <"$tmp/out")
exits "merge as a table, with the reports" 0 merge --format table --verbose "$tmp/all"
check "merge as a table, with the reports: they follow" test "$(wc -l <"$tmp/out")" -gt $((2 * short))
exits "merge as Markdown" 0 merge --format md "$tmp/all"
check "merge as Markdown: recordings against strategies" grep -q '^| recording | strict |' "$tmp/out"
exits "merge as CSV" 0 merge --format csv "$tmp/all"
check "merge as CSV: a line a cell" test "$(wc -l <"$tmp/out")" -ge 145
exits "merge as a web page" 0 merge --format html --output "$tmp/all.html" "$tmp/all"
check "merge as a web page: whole" grep -q '</html>' "$tmp/all.html"

# Machines of several kinds: each recording has the strategies, the hypervisor and the limit that run takes.
mixed="$PWD/traces/x86_64-6.12-vtd-caching-lim1000.dat $PWD/traces/6.12-fq-8jobs-smp8.dat $PWD/traces/x86_64-6.12-lazy-randread-icount.dat"
# shellcheck disable=SC2086	# three names
exits "machines of several kinds" 0 batch --output "$tmp/mixed" $mixed
cells=$(sed -n 's/.* \([0-9]*\) cells: .*/\1/p' "$tmp/err")
# shellcheck disable=SC2086
done=$("$prog" run --quiet --format csv $mixed | sed 1d | wc -l)
left=$((cells - done))
says "machines of several kinds: what they have no strategy for" "$left of them left out"
exits "machines of several kinds: the report" 0 merge --format json --output "$tmp/mixed.json" "$tmp/mixed"
# shellcheck disable=SC2086
"$prog" run --quiet --format json --output "$tmp/run.json" $mixed
if command -v python3 >/dev/null; then
	check "machines of several kinds: as run replays each" python3 - "$tmp/mixed.json" "$tmp/run.json" "$done" <<-'PYTHON'
	import json, sys
	def results(path):
	    return [(r["recording"]["file"], x) for r in json.load(open(path))["recordings"] for x in r["results"]]
	batch, run = map(results, sys.argv[1:3])
	sys.exit(len(batch) != int(sys.argv[3]) or batch != run)
	PYTHON
fi
# shellcheck disable=SC2086
exits "machines of several kinds: all done before" 0 batch --resume --output "$tmp/mixed" $mixed
says "machines of several kinds: all done before, it says" "$cells of them had been done before"
exits "machines of several kinds: a summary" 0 merge --format table "$tmp/mixed"
shows "machines of several kinds: left out, not failed" "$cells cells: $done done, 0 failed, 0 missing, $left left out"
# shellcheck disable=SC2086
printf '{ "schema": "iommu-replay-manifest/1", "recordings": [ "%s", "%s", "%s" ],
	"strategies": [ "strict" ], "parameters": { "entry-limit": 500 } }' $mixed >"$tmp/limit.json"
exits "a limit where the recorded machine has none" 0 batch --output "$tmp/limit" "$tmp/limit.json"
says "a limit where the recorded machine has none: left out" "1 of them left out"

# Call sites and courses over time, as run has them.

sites=$dir/6.12-fq-mixed-perf-g.perf.data
exits "call sites and timelines" 0 batch --quiet --by-site --timeline --output "$tmp/sites" \
	"$sites" "$dir/6.12-fq-randwrite.dat"
exits "call sites: they are merged" 0 merge --format json --output "$tmp/sites.json" "$tmp/sites"
exits "call sites: run has them" 0 run --by-site --timeline --hypervisor kvm --format json \
	--output "$tmp/run.json" "$sites" "$dir/6.12-fq-randwrite.dat"
# Merged results have no command line, no date, no verdict, but failed cells.
anonymous() {
	sed '/^  "tool": {/,/^  },/d; /^ *"failed": \[\]/d; /^ *"verdict": /d; s/^\( *\]\),$/\1/' "$1" | unsealed
}
anonymous "$tmp/sites.json" >"$tmp/more.plain"
anonymous "$tmp/run.json" >"$tmp/run.plain"
check "call sites: as run has them" cmp "$tmp/more.plain" "$tmp/run.plain"
for format in csv md html table; do
	"$prog" report --verbose --format $format "$tmp/run.json" | grep -v '<dt>command' >"$tmp/run.plain"
	"$prog" merge --verbose --format $format "$tmp/sites" | grep -v '<dt>command' >"$tmp/more.plain"
	case $format in
	csv) check "call sites: as run in $format" cmp "$tmp/run.plain" "$tmp/more.plain" ;;
	html)
		check "call sites: as run in $format" cmp "$tmp/run.plain" "$tmp/more.plain"
		check "call sites: the page draws courses" grep -q 'Course over time' "$tmp/more.plain"
		;;
	*) check "call sites: with the reports in $format" grep -q 'virtqueue\|nvme' "$tmp/more.plain" ;;
	esac
done
exits "call sites: the summary names them" 0 merge --format table "$tmp/sites"
shows "call sites: how to see them" "call sites in the report of each recording: --verbose"
exits "tasks" 0 batch --quiet --by comm --output "$tmp/tasks" "$dir/6.12-fq-randwrite.dat"
exits "tasks: they are merged" 0 merge --format csv "$tmp/tasks"
check "tasks: they have rows" grep -q 'fio' "$tmp/out"
exits "without call sites, another batch" 0 batch --quiet --resume --output "$tmp/tasks" "$dir/6.12-fq-randwrite.dat"
check "without call sites, another batch: nothing of it was kept" sh -c "! grep -q sites_by '$tmp/tasks'"
exits "symbols without call sites" 2 batch --kallsyms "$m" --output "$tmp/none" "$sites"
exits "symbols that are missing" 1 batch --by-site --kallsyms "$tmp/none" --output "$tmp/none" "$sites"
