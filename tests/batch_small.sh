#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# batch and merge with recordings of a few operations: plans that are only looked at, cells that
# fail, files of results that others wrote or damaged.

. tests/lib.sh

stored=$PWD/tests/stored
traces=$PWD/traces
build=$(cd "$BUILD" && pwd)
events=$PWD/scripts/events/iommu-map.json
cd "$tmp" || exit 1

small 20 >a.txt
small 30 >b.txt
mkdir sub
small 10 >sub/c.txt

# plan LINES...: a manifest, m.json
plan() {
	printf '{ "schema": "iommu-replay-manifest/1",\n%s\n}\n' "$*" >m.json
}

# A plan that is only looked at.

plan '"recordings": [ "a.txt", "b.txt" ], "strategies": [ "strict", "legacy" ]'
exits "--dry-run" 0 batch --dry-run m.json
shows "--dry-run: recordings" "recordings 2, 0.0 MB cells 4: 2 configurations of each recording time "
check "--dry-run: the size of the results" grep -q '^results  *about [0-9]* kB$' out
exits "--dry-run of one thread" 0 batch --dry-run --jobs 1 m.json
shows "--dry-run of one thread: says so" " s with 1 thread results"
exits "--dry-run of a part" 0 batch --dry-run --shard 2/3 m.json
shows "--dry-run of a part: its cells alone" "cells 1 time"
exits "--dry-run of a part without cells" 0 batch --dry-run --shard 1/9 m.json
shows "--dry-run of a part without cells: none" "cells 0 time"
plan '"recordings": [ "a.txt", "missing.txt" ], "strategies": [ "strict" ]'
exits "--dry-run with a missing recording" 1 batch --dry-run m.json
says "--dry-run with a missing recording: which" "missing.txt: is missing, or cannot be read"
shows "--dry-run with a missing recording: and the others" \
	"recordings 2, 0.0 MB; 1 missing cells 2: 1 configuration of each recording time"
exits "--dry-run with a missing recording alone" 1 batch --dry-run --shard 2/2 m.json
shows "--dry-run with a missing recording alone: no time is made up" \
	"time not known: the smallest recording cannot be replayed"
echo nothing >none.txt
plan '"recordings": [ "none.txt", "b.txt" ], "strategies": [ "strict" ]'
exits "--dry-run of what is no recording" 0 batch --dry-run m.json
shows "--dry-run of what is no recording: no time is made up" "time not known"
plan '"recordings": [ "a.txt" ], "strategies": [ "strict" ], "parameters": { "entry-limit": "10:1009:1" }'
exits "--dry-run of a thousand cells" 0 batch --dry-run m.json
check "--dry-run of a thousand cells: megabytes" grep -q '^results  *about [0-9]\.[0-9] MB$' out
plan '"recordings": [ "a.txt" ], "strategies": [ "strict" ], "hypervisors": [ "kvm", "lpar" ], "parameters": { "entry-limit": 9 }'
exits "--dry-run with what contradicts itself" 0 batch --dry-run m.json
shows "--dry-run with what contradicts itself: left out" \
	"cells 1: 1 configuration of each recording; 1 more left out, as they contradict themselves"
plan '"recordings": [ "a.txt" ], "strategies": [ "strict" ]'
exits "--dry-run of what waits, without its waits" 0 batch --dry-run --load closed m.json
shows "--dry-run of what waits, without its waits: no time is made up" "time not known"
exits "--dry-run of what waits" 0 batch --dry-run --load closed --timeline \
	"$traces/throughput/depth1-lazy.dat"
check "--dry-run of what waits: its time" grep -q '^time  *\(about\|less than\) ' out
exits "--dry-run by call site" 0 batch --dry-run --by-site "$traces/6.12-fq-mixed-perf-g.perf.data"
check "--dry-run by call site: results are larger" grep -q '^results  *about [0-9.]* [kM]B' out
if [ -w /dev/full ]; then
	"$prog" batch --dry-run m.json >/dev/full 2>err
	check "--dry-run on a full disk" test $? -eq 1
	says "--dry-run on a full disk: says so" "No space left"
fi

# Cells that fail.

plan '"recordings": [ "a.txt" ], "strategies": [ "strict", "legacy" ]'
exits "waits that the recording does not have" 3 batch --output waits --load closed m.json
says "waits that the recording does not have: which configuration" "a.txt: strict kvm: --load closed: "
check "waits that the recording does not have: all cells say so" \
	test "$(grep -c '"status":"failed","error":"--load closed: ' waits)" -eq 2
exits "waits, quietly" 3 batch --quiet --output waits.quiet --load closed m.json
check "waits, quietly: not a word" test ! -s err
exits "a device that is not there" 3 batch --output device --device nobody m.json
check "a device that is not there: all cells say so, without the recording's name" \
	test "$(grep -c '"status":"failed","error":"no operation of device nobody' device)" -eq 2
mkfifo pipe
plan '"recordings": [ "pipe", "a.txt" ], "strategies": [ "strict" ]'
exits "a pipe among the recordings" 3 batch --output pipes m.json
says "a pipe among the recordings: what it is" "pipe: not a regular file"
says "a pipe among the recordings: the others are done" "2 cells: 1 done, 1 failed"
list=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
	list="$list\"none$i.txt\", "
done
plan "\"recordings\": [ $list\"a.txt\" ], \"strategies\": [ \"strict\" ]"
exits "many that fail" 3 batch --jobs 2 --output many m.json
check "many that fail: ten are named" test "$(grep -c 'none[0-9]*.txt: No such file' err)" -eq 10
says "many that fail: where the others are" "further failures are in many only"
says "many that fail: all are counted" "14 cells: 1 done, 13 failed"

# Cells that are left out and dropped, one and several.

plan '"recordings": [ "a.txt" ], "strategies": [ "strict" ], "hypervisors": [ "kvm", "lpar" ], "parameters": { "entry-limit": 9 }'
exits "one configuration that contradicts itself" 0 batch --output one m.json
says "one configuration that contradicts itself: is left out" \
	"1 configuration of each recording left out, as it contradicts itself"
says "one configuration that contradicts itself: the cell" "1 cell: 1 done, 0 failed"
plan '"recordings": [ "a.txt" ], "strategies": [ "strict", "legacy" ]'
exits "two cells" 0 batch --output two m.json
plan '"recordings": [ "a.txt" ], "strategies": [ "strict" ]'
cp two less
exits "one of two" 0 batch --resume --output less m.json
says "one of two: the other one is dropped" \
	"1 line that is no part of this batch any more or failed before was dropped"
cp two less
exits "one of two, quietly" 0 batch --quiet --resume --output less m.json
check "one of two, quietly: not a word" test ! -s err
plan '"recordings": [ "a.txt" ], "strategies": [ "strict", "legacy" ]'
sed '1s/strict/strikt/' two >torn
exits "a damaged line" 0 batch --resume --output torn m.json
says "a damaged line: one is" "1 line is damaged, and is done again; the first is line 1"
check "a damaged line: it is not said to be of something else" sh -c '! grep -q dropped err'
sed '1s/strict/strikt/' two >torn
head -c -9 torn >torn.2
exits "a damaged line, quietly" 0 batch --quiet --resume --output torn.2 m.json
check "a damaged line, quietly: not a word" test ! -s err
check "a damaged line: as if it had always been whole" cmp two torn.2
sed 's/"digest":"[0-9a-f]*",//' two >old
exits "lines of an older version" 0 batch --resume --output old m.json
says "lines of an older version: are done again" "2 lines of an older version without a digest; what they have is done again"
sed '2s/"digest":"[0-9a-f]*",//' two >old
exits "a line of an older version" 0 batch --resume --output old m.json
says "a line of an older version: is done again" "1 line of an older version without a digest; what it has is done again"
exits "a place that is not there" 1 batch --output nowhere/out m.json
says "a place that is not there: says so" "nowhere/out: No such file or directory"
exits "a memory limit for all threads" 0 batch --quiet --max-memory 1G --output memory a.txt
exits "files of events are part of the question" 1 batch --events missing.json --output events m.json
says "files of events are part of the question: which" "missing.json"
echo '{ "schema": "iommu-replay-events/1", "events": {} }' >events.json
run batch --events events.json --output events m.json
check "an events file that names nothing is no reason to fail quietly" test "$status" -ne 0 -o -s events

# One that reports and results of older versions have.

exits "results of an older version are merged" 0 merge --format json --output older.json "$stored/results-1.jsonl"
says "results of an older version are merged: with a note" "damage may go unnoticed"

# Merging.

plan '"recordings": [ "a.txt", "sub/c.txt" ], "strategies": [ "strict", "legacy" ]'
"$prog" batch --quiet --output all m.json
: >empty
exits "an empty file is that of a part without cells" 0 merge --output merged empty all
check "an empty file is that of a part without cells: the rest is whole" cmp all merged
exits "empty files alone" 1 merge --output merged empty empty
says "empty files alone: there is nothing" "empty: there are no results"
exits "a file that is not there" 1 merge missing
says "a file that is not there: says so" "missing: No such file"
exits "a file of something else" 1 merge a.txt
says "a file of something else: says so" "a.txt: has no results of a batch; it was left alone"
sed '2s/strict\|legacy/strikt/' all >bad
exits "a damaged line is not merged" 1 merge bad
says "a damaged line is not merged: which" "bad: line 2 is damaged (1 in all); batch --resume does it again"
sed 's/strict\|legacy/strikt/' all >bad
cat all bad >mixed
exits "damaged lines are not merged" 1 merge mixed
says "damaged lines are not merged: how many" "mixed: line 5 is damaged (4 in all); batch --resume does them again"
head -c -9 all >bad
exits "a torn line is not merged" 1 merge bad
says "a torn line is not merged: says so" "bad: its last line is incomplete; batch --resume does it again"
sed 's/"digest":"[0-9a-f]*",//' all >open
exits "lines without digests" 0 merge --format json --output merged open
says "lines without digests: a note" "open: 4 lines have no digest: an older version wrote them"
sed '3s/"digest":"[0-9a-f]*",//' all >open.3
exits "a line without a digest" 0 merge --format json --output merged open.3
says "a line without a digest: a note" "open.3: 1 line has no digest: an older version wrote it"
sed '3s/"input":"..../"input":"0000/' open >other
cat other >both
sed -n 4p open >>both
exits "another recording of the same name in the middle" 1 merge --format json both
says "another recording of the same name in the middle: which cell" "sub/c.txt is not the same recording in cell 3 as in the cells before"
sed 's/"cells":4/"cells":100000001/' open >huge
exits "more cells than there can be" 1 merge huge
says "more cells than there can be: how many" "huge: a batch of 100000001 cells is too large"
sed '2s/"cells":4/"cells":5/' open >uneven
exits "lines of batches of different size" 1 merge uneven
says "lines of batches of different size: which" "uneven: line 2 is of another batch than the first of uneven"
for member in '"cell":-1' '"cell":4' '"cell":"0"' '"cell":1.5'; do
	sed "1s/\"cell\":0/$member/" open >wrong
	exits "$member is no cell" 1 merge wrong
	says "$member is no cell: the line is damaged" "wrong: line 1 is damaged"
done
for change in 's/"status":"done"/"status":"did"/' 's/"status":"done",//' 's/"batch":"/"batch":"00/' \
	's/"batch":"[0-9a-f]*"/"batch":7/' 's/"fingerprint":"[0-9a-f]*",//' 's/"cells":4,//' \
	's/"recording":{/"recordings":{/' 's/"result":{/"results":{/' 's/iommu-replay-batch/iommu-replay-botch/'; do
	sed "1$change" open >wrong
	exits "a line after $change is none" 1 merge wrong
	says "a line after $change is none: it is damaged" "wrong: line 1 is damaged"
done

# One that is done counts more than one that failed, whatever comes first.
plan '"recordings": [ "a.txt", "late.txt" ], "strategies": [ "strict" ]'
"$prog" batch --quiet --output before m.json
cp b.txt late.txt
"$prog" batch --quiet --output after m.json
for order in "before after" "after before"; do
	# shellcheck disable=SC2086	# two names
	exits "a cell that failed and was done ($order)" 0 merge --output merged $order
	check "a cell that failed and was done ($order): is done" cmp after merged
done
exits "a cell that failed twice" 3 merge --output merged before before
says "a cell that failed twice: is counted once" "1 of 2 cells failed"
check "a cell that failed twice: is there once" cmp before merged
sed 's/"digest":"[0-9a-f]*",//; s/"error":/"eror":/' before >wrong
exits "a cell that failed without a reason" 1 merge --format json wrong
says "a cell that failed without a reason: is damaged" "wrong: line 2 is damaged (1 in all)"
exits "failed cells as JSON" 3 merge --format json --output failed.json before
check "failed cells as JSON: why" grep -q '"error": "No such file or directory"' failed.json
exits "failed cells in a stored report" 0 report failed.json
says "failed cells in a stored report: how many" "note: failed.json: 1 cell failed and has no results; its member \"failed\" says why"
exits "failed cells in a table" 3 merge --format table before
shows "failed cells in a table: how many" "batch 2 cells: 1 done, 1 failed, 0 missing; 1 recording "

# Summaries.

head -n 1 all >first
exits "a cell of four" 0 merge --allow-missing --format table first
says "a cell of four: says what is missing" "3 of 4 cells are missing"
shows "a cell of four: the summary, too" "batch 4 cells: 1 done, 0 failed, 3 missing; 1 recording "
sed -n 4p all >last
cat first last >ends
exits "recordings with different strategies" 0 merge --allow-missing --format table ends
check "recordings with different strategies: what there is none of" \
	grep -Eqx 'a.txt +[0-9]+ +- *' out
check "recordings with different strategies: names without directories" grep -Eqx 'c.txt +- +[0-9]+ *' out
plan '"recordings": [ "a.txt" ], "strategies": [ "strict" ], "parameters": { "entry-limit": [ 1, 2, 100 ], "initial-pages": "0" }'
"$prog" batch --quiet --output limits m.json
exits "limits that are too low" 0 merge --format table limits
shows "limits that are too low: how often maps fail" "maps fail or are unbacked in 1 of 3 results"
check "limits that are too low: the recording is marked" grep -qx 'a.txt *40-60!' out
COLUMNS=16 run merge --format table limits
check "limits that are too low: the mark is not apart, in a narrow table" sh -c "grep -q '[0-9]!' out && ! grep -Eq '(^| )! *$' out"
plan '"recordings": [ "a.txt" ], "strategies": [ "fq-flush" ], "parameters": { "queue-size": [ 2, 4, 100 ], "entry-limit": 3 }'
"$prog" batch --quiet --output queues m.json
exits "queues of several sizes" 0 merge --format table queues
check "queues of several sizes: from and to" grep -Eqx 'a.txt +[0-9]+-[0-9]+!? *' out
plan '"recordings": [ "a.txt", "sub/c.txt" ], "strategies": [ "strict", "legacy", "fq-flush" ], "parameters": { "queue-timeout": [ 100, 1000 ], "entry-limit": 1 }'
"$prog" batch --quiet --output timeouts m.json
exits "two timeouts, as a page" 0 merge --format html timeouts
check "two timeouts, as a page: strategies of which some have several queues" \
	grep -q "<h1>2 recordings, three strategies</h1>" out
check "two timeouts, as a page: the verdict counts those with each queue" \
	grep -q "Two of four combinations of strategy and queue fail maps in at least one" out
plan '"recordings": [ "a.txt" ], "strategies": [ "strict", "legacy" ]'
"$prog" batch --quiet --output reached m.json
exits "pages that are reachable at the end" 0 merge --format table reached
check "pages that are reachable at the end: a lower bound" grep -Eqx 'legacy +1 +- +[0-9]+ +>=[0-9.]+ [mun]?s *' out
exits "a course of waits" 0 batch --quiet --load closed --output closed "$traces/throughput/depth1-lazy.dat"
exits "a course of waits: its summary" 0 merge --format table closed
check "a course of waits: throughput and CPU time" grep -Eq '^strategy .* of recorded +CPU/op$' out
check "a course of waits: both as figures" grep -Eq '^strict .* [0-9]+\.[0-9]{3} +[0-9.]+ [nuµ]s$' out
plan "\"recordings\": [ \"$traces/throughput/depth1-lazy.dat\" ], \"strategies\": [ \"strict\" ], \"parameters\": { \"flush-latency\": [ \"1us\", \"9us\", \"5us\" ] }"
"$prog" batch --quiet --load closed --output latencies m.json
exits "several courses of waits" 0 merge --format table latencies
check "several courses of waits: from and to" \
	grep -Eq '^strict .* [0-9.]{5}-[0-9.]{5} +[0-9.]+ us-[0-9.]+ us$' out
exits "a course of waits, as Markdown" 0 merge --format md closed
"$prog" merge --format table all 2>err | :
check "a reader that goes away: not a word" test ! -s err

# Machines of several kinds, recordings with parameters of their own, and places that are no files.

ln -s "$traces/x86_64-6.12-lazy-randread-icount.dat" x86.dat
{
	cat a.txt
	echo 'CPU:0 [LOST 5 EVENTS]'
} >lost.txt
plan '"recordings": [ "a.txt", "x86.dat" ], "strategies": [ "strict" ], "parameters": { "entry-limit": 50 }'
exits "a limit where a machine has none" 0 batch --output kinds m.json
says "a limit where a machine has none: is left out" "1 of them left out"
exits "a limit where a machine has none: merged" 0 merge --format table kinds
shows "a limit where a machine has none: counted" "2 cells: 1 done, 0 failed, 0 missing, 1 left out"
exits "a limit where a machine has none: all done before" 0 batch --resume --output kinds m.json
plan '"recordings": [ "a.txt", { "file": "b.txt", "parameters": { "entry-limit": 9 } } ], "strategies": [ "strict" ], "hypervisors": [ "lpar" ]'
exits "a parameter of its own that the host does not have" 3 batch --output own m.json
says "a parameter of its own that the host does not have: which" "b.txt: strict lpar: "
plan '"recordings": [ "a.txt", "lost.txt" ], "strategies": [ "strict" ]'
exits "events that were lost, strictly" 3 batch --strict-input --output strictly m.json
check "events that were lost, strictly: it says why" grep -q '"error":"incomplete (--strict-input)"' strictly
says "events that were lost, strictly: the other one is done" "2 cells: 1 done, 1 failed"
exits "a device is no place for results" 2 batch --output /dev/null m.json
plan '"recordings": [ "a.txt" ], "strategies": [ "strict", "legacy" ]'
exits "a part" 0 batch --quiet --shard 1/2 --output part.1 m.json
exits "another part in its file" 2 batch --resume --shard 2/2 --output part.1 m.json
says "another part in its file: says so" "has results of another shard"
exits "a manifest that is a directory" 1 batch --output none sub
truncate -s 65M huge.json
exits "a manifest of 65 MB" 1 batch --output none huge.json
says "a manifest of 65 MB: says so" "huge.json: too large for a manifest"
echo '{ "recordings": [ { "file": "a.txt", "machine": { }, "kernel": 6 } ] }' >m.json
exits "a manifest of machines" 0 batch --quiet --output machines m.json
plan '"recordings": [ { "file": "a.txt", "files": [ "b.txt" ] } ]'
exits "file and files" 2 batch --output none m.json
plan '"recordings": [ { "files": "b.txt" } ]'
exits "files that are no list" 2 batch --output none m.json
plan '"recordings": [ { "files": [ 7, "" ] } ]'
exits "files that are no names" 2 batch --output none m.json
plan '"recordings": [ { "file": "a.txt", "parameters": [ ] } ]'
exits "parameters that are no object" 2 batch --output none m.json
plan '"recordings": [ "a.txt" ], "parameters": [ ]'
exits "parameters of all that are no object" 2 batch --output none m.json
plan '"recordings": [ "a.txt" ], "hypervisors": [ ]'
exits "no hypervisors" 2 batch --output none m.json
says "no hypervisors: says so" "hypervisors: the list is empty"
plan '"recordings": [ "a.txt" ], "hypervisors": "kvm"'
exits "hypervisors that are no list" 2 batch --output none m.json
says "hypervisors that are no list: says so" "hypervisors: not a list of names"
plan '"recordings": [ "a.txt" ], "strategies": [ 7 ]'
exits "a strategy that is a number" 2 batch --output none m.json
odd=$(printf 'b\377.txt')
cp a.txt "$odd"
exits "names that are not UTF-8" 2 batch --output none a.txt "$odd"
says "names that are not UTF-8: says so" ".txt: the name is not UTF-8, as results of a batch are"
check "names that are not UTF-8: not of another one" sh -c '! grep -q a.txt: err'
exits "results of a batch in the place of a report" 1 report two
says "results of a batch in the place of a report: says so" \
	'two: has results of a batch; "iommu-replay merge --format json" makes a report of them'
if command -v flock >/dev/null; then
	cp two locked
	flock locked "$prog" batch --resume --output locked a.txt 2>err
	check "two batches at once on a file" test $? -eq 1
	says "two batches at once on a file: says so" "locked: another batch is writing to it"
fi
kallsyms=$traces/6.12-fq-mixed-perf-g.kallsyms
exits "call sites with modules that are not there" 3 batch --quiet --by-site --kallsyms "$kallsyms" --modules . --output symbols "$traces/6.12-fq-mixed-perf-g.perf.data"
exits "symbols that are not there" 1 batch --by-site --kallsyms none --output none "$traces/6.12-fq-mixed-perf-g.perf.data"

# Plans that cannot be, and what of them is named.

# wrong TEXT WORDS: m.json is refused, with these words
wrong() {
	exits "$1" 2 batch --output none m.json
	says "$1: says so" "$2"
}
plan '"recordings": [ { "file": "a.txt", "parameters": { "nothing": 1 } } ]'
wrong "an unknown parameter of a recording" 'm.json:2: recordings[0].parameters.nothing: unknown parameter "nothing"'
plan '"recordings": [ { "file": "a.txt", "parameters": { "hz": [ 100 ] } } ]'
wrong "a list as parameter of a recording" "recordings[0].parameters.hz: not a text or a whole number"
plan '"recordings": [ { "file": "a.txt", "parameters": { "hz": "x" } } ]'
wrong "a wrong value of a recording" "recordings[0].parameters.hz: "
plan '"recordings": [ { "file": "" } ]'
wrong "a recording without a name" "recordings[0].file: not the name of a file"
plan '"recordings": [ ]'
wrong "no recordings" 'recordings: the list is empty'
plan '"recordings": [ "a.txt" ], "strategies": "strict"'
wrong "strategies that are no list" "strategies: not a list of names"
plan '"recordings": [ "a.txt" ], "parameters": { "entry-limit": [ ] }'
wrong "a parameter without values" "parameters.entry-limit: the list is empty"
plan '"recordings": [ "a.txt" ], "parameters": { "entry-limit": "1:2000:1", "queue-size": "2:2001:1" }'
wrong "four million configurations" "more than 1000000 configurations or 10000000 cells"
mkdir 'odd*[place]'
cp a.txt 'odd*[place]'
printf '{ "schema": "iommu-replay-manifest/1", "recordings": [ "*.txt" ], "strategies": [ "strict" ] }\n' >'odd*[place]/m.json'
exits "a pattern beside a manifest in an odd place" 0 batch --output odd 'odd*[place]/m.json'
check "a pattern beside a manifest in an odd place: its recording" grep -q '"file":"a.txt"' odd

# Files of events, and lines of other shards.

exits "a file of events" 0 batch --events "$events" --output known a.txt
cp known before
exits "a file of events: all done before" 0 batch --resume --events "$events" --output known a.txt
check "a file of events: nothing is done again" cmp -s before known
exits "without the file of events" 0 batch --quiet --resume --output known a.txt
plan '"recordings": [ "a.txt" ], "strategies": [ "strict", "legacy" ]'
exits "the other part" 0 batch --quiet --shard 2/2 --output part.2 m.json
exits "the first part in its file" 2 batch --resume --shard 1/2 --output part.2 m.json
says "the first part in its file: says so" "has results of another shard"
sed 's/"digest":"[0-9a-f]*",//' two >old
exits "lines of an older version, quietly" 0 batch --quiet --resume --output old m.json
check "lines of an older version, quietly: not a word" test ! -s err

# Lines that others wrote.

"$prog" batch --quiet --output all.2 m.json
sed 's/"digest":"[0-9a-f]*",//' all.2 >open
for change in 's/"cells":2/"cells":"2"/' 's/"recording":{.*},"result"/"recording":7,"result"/' 's/"result":{.*/"result":7}/' \
	's/"status":"done"/"status":7/' 's/"status":"done"/"status":"failed","error":7/'; do
	sed "1$change" open >bad
	exits "a line after $change" 1 merge bad
	says "a line after $change: it is damaged" "bad: line 1 is damaged"
done
sed 's/":/": /g' open >spaced
exits "lines with blanks" 0 merge --output merged spaced
check "lines with blanks: they are written without" cmp -s open merged
sed '1s/^{\("schema":"[^"]*"\),\("[a-z]*":[^,{]*\),/{\2,\1,/' open >swapped
exits "a line in another order" 0 merge --output merged swapped
check "a line in another order: stays as it is" cmp -s swapped merged
sed '1s/"input":"..../"input":"0000/; s/"file":"a.txt"/"file":7/' open >other
exits "another recording without a name" 1 merge --format json other
says "another recording without a name: which cell" "is not the same recording in cell 1 as in the cells before"
sed '1s/"rpcit":{"total":[0-9]*/"rpcit":{"total":"x"/' open >other
exits "a line that makes no report" 1 merge --format table other
says "a line that makes no report: why" "total has a value that it cannot have"
exits "a line that makes no report, as lines" 0 merge --output merged other

# Summaries of rarer figures.

small 30 5 >live.txt
plan '"recordings": [ "live.txt" ], "strategies": [ "strict" ], "parameters": { "aperture": [ "4K", "64M" ], "entry-limit": 100 }'
"$prog" batch --quiet --output narrow m.json
exits "addresses that run out" 0 merge --format table narrow
shows "addresses that run out: how often" "maps fail or are unbacked in 1 of 2 results"
awk '{ for (i = 0; i < 40; i++) {
	line = $0
	sub(/"cell":0/, "\"cell\":" i, line)
	sub(/"cells":2/, "\"cells\":40", line)
	sub(/"strategy":"strict"/, "\"strategy\":\"s" i "\"", line)
	print line
} exit }' open >strategies
exits "forty strategies" 0 merge --format table strategies
shows "forty strategies: all are counted" "maps fail or are unbacked in 0 of 40 results"
shows "forty strategies: which are not shown" "the tables have the first 32 strategies; 8 results of others are not in them"
check "forty strategies: 32 of them" test "$(grep -cE '^s[0-9]+ ' out)" -eq 32
plan "\"recordings\": [ \"$traces/throughput/depth1-lazy.dat\" ], \"strategies\": [ \"strict\", \"fq-flush\" ]"
"$prog" batch --quiet --load closed --output waits.2 m.json
sed 's/"digest":"[0-9a-f]*",//; 1s/"time":{.*$/"time":null}}/' waits.2 >mixed
exits "a strategy without waits among others" 0 merge --format table mixed
check "a strategy without waits among others: has no throughput" grep -Eq '^strict .* - +- *$' out
check "a strategy without waits among others: the other one has" grep -Eq '^fq-flush .* [0-9]+\.[0-9]{3} ' out
plan "\"recordings\": [ \"$traces/throughput/depth1-lazy.dat\" ], \"strategies\": [ \"strict\" ], \"parameters\": { \"flush-latency\": [ \"9us\", \"1us\" ] }"
"$prog" batch --quiet --load closed --output falling m.json
exits "waits that become shorter" 0 merge --format table falling
check "waits that become shorter: from and to" grep -Eq '^strict .* [0-9.]{5}-[0-9.]{5} +[0-9.]+ us-[0-9.]+ us$' out

# Lines go to the disk before the batch ends, and it notices if they do not.

plan '"recordings": [ "a.txt", "b.txt" ], "strategies": [ "strict" ]'
if command -v strace >/dev/null && strace -o trace true 2>/dev/null; then
	rm -f disk
	export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"	# they are not looked for in what is traced
	strace -f -qq -o trace -e trace=fdatasync \
		"$prog" batch --quiet --jobs 1 --output synced "$traces/6.12-fq-randread-lim2048-smp1.dat" >out 2>err
	check "lines are on the disk when a thread ends, and at the end" test "$(grep -c fdatasync trace)" -ge 2
	strace -f -qq -o trace -e trace=fdatasync -e inject=fdatasync:error=EIO \
		"$prog" batch --quiet --jobs 1 --output disk m.json >out 2>err
	check "a disk that fails: exit status" test $? -eq 1
	says "a disk that fails: which file" "disk: Input/output error"
	strace -f -qq -o trace -e trace=fdatasync -e inject=fdatasync:error=EINTR:when=1 \
		"$prog" batch --quiet --jobs 1 --resume --output disk m.json >out 2>err
	check "a disk that is interrupted: the batch goes on" test $? -eq 0
	export ASAN_OPTIONS="${ASAN_OPTIONS%:detect_leaks=0}"
else
	skip "a disk that fails: no strace, or it may not trace"
fi

# Names of recordings: on the command line they are no patterns; in tables, where files have the
# same name in several directories, the rest of it, without what controls a terminal.

cp a.txt 'x[1].txt'
cp b.txt x1.txt
exits "a name with brackets" 0 batch --quiet --output names 'x[1].txt' sub/c.txt
check "a name with brackets: this file is replayed" grep -q '"file":"x\[1\].txt"' names
check "a name with brackets: and no other" sh -c "! grep -q '\"file\":\"x1.txt\"' names"
exits "a name twice on the command line" 2 batch --output none a.txt a.txt
says "a name twice on the command line: without a line of a manifest" 'iommu-replay: batch: "a.txt" is there twice'
mkdir elsewhere
small 40 30 >elsewhere/c.txt
cp a.txt "elsewhere/$(printf 'e\033[31mx\n.txt')"
exits "files of the same name" 0 batch --quiet --output same sub/c.txt elsewhere/*
for format in table md; do
	exits "files of the same name, as $format" 0 merge --format $format same
	check "files of the same name, as $format: both have their directory" test \
		"$(grep -c 'sub/c.txt \|elsewhere/c.txt ' out)" -eq 2
	check "files of the same name, as $format: nothing controls a terminal" \
		sh -c "grep -q 'elsewhere/e?' out && ! grep -q \"\$(printf '\033')\" out"
done
for format in html svg; do
	exits "files of the same name, as $format" 0 run --quiet --format $format sub/c.txt elsewhere/c.txt
	check "files of the same name, as $format: both have their directory" \
		sh -c "grep -q '>sub/c.txt<' out && grep -q '>elsewhere/c.txt<' out"
done
exits "files of the same name, one of which has failures" 0 run --quiet --hypervisor kvm:entry-limit=25 \
	--strategy strict,lazy-ignore sub/c.txt elsewhere/c.txt
shows "files of the same name, one of which has failures: which" \
	"all Both strategies fail maps in at least one of two recordings. lazy-ignore and strict in one (elsewhere/c.txt)."
exits "several recordings and one strategy that fails" 0 run --quiet --hypervisor kvm:entry-limit=25 \
	--strategy strict sub/c.txt elsewhere/c.txt
shows "several recordings and one strategy that fails: says so" \
	"all Maps fail in at least one of two recordings. strict in one (elsewhere/c.txt)."

# Memory that runs out: a batch says so or has cells that failed, and ends as the others when it is resumed.
# TRIES: how many allocations fail, one at a time.

fault=$build/tests/fault_alloc.so
plan '"recordings": [ "a.txt", { "files": [ "sub/*.txt" ], "parameters": { "hz": 250 } } ],
	"strategies": [ "strict", "legacy" ], "hypervisors": [ "kvm", "lpar" ], "parameters": { "entry-limit": [ 9, "10" ] }'
"$prog" batch --quiet --output whole m.json
FAULT_COUNT=9 LD_PRELOAD=$fault "$prog" batch --quiet --jobs 1 --output counted m.json 9>count 2>err
n=$(cat count)
if [ "${n:-0}" -lt 100 ]; then
	skip "memory that runs out: allocations cannot be made to fail in this build"
	exit 0
fi
wrong=
tries=${TRIES:-40}
for at in $(seq 1 $(((n + tries - 1) / tries)) "$n"); do
	rm -f part
	FAULT_AT=$at LD_PRELOAD=$fault "$prog" batch --quiet --jobs 1 --output part m.json >out 2>err
	status=$?
	case $status in
	0) cmp -s whole part ;;
	1) [ "$(wc -l <err)" -ge 1 ] ;;
	3) grep -q '"status":"failed"' part ;;
	*) false ;;
	esac && { [ $status -eq 0 ] || "$prog" batch --quiet --jobs 1 --resume --output part m.json 2>>err; } &&
		cmp -s whole part || wrong="$wrong $at:$status"
done
check "memory that runs out: a batch is resumed to what the others are:$wrong" test -z "$wrong"
