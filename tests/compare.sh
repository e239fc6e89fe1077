#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare: the gate, what belongs together, wrong input, and the committed baseline.

. tests/lib.sh

# result STRATEGY HYPERVISOR ENTRY-LIMIT RPCITS FAILED P99 [MORE]: one of a report
result() {
	cat <<-END
		{"strategy": "$1", "hypervisor": "$2",
		 "parameters": {"entry_limit": $3, "hz": 100, "sources": {"hz": "${source:-user}"}},
		 "rpcit": {"total": $4, "by_cause": {"sync": 1, "retry": 0}},
		 "maps": {"map_failed": $5}, "exposure": {"p99_ns": $6, "page_seconds": 0.5}${7:-}}
	END
}

# recording FILE RESULT...: with its results
entry() {
	printf '{"recording": {"file": "%s", "start_ns": %s, "complete": true,' "$1" "${start:-1}"
	printf '"operations": {"map": %s}, "damage": {"lost_events": 0}}, "results": [' "${maps:-9}"
	shift
	separator=
	for one in "$@"; do
		printf '%s%s' "$separator" "$one"
		separator=,
	done
	printf ']}'
}

# document ENTRY...: the report
document() {
	printf '{"schema": "%s", ' "${schema:-iommu-replay-report/1}"
	printf '"tool": {"version": "%s"}, "recordings": [' "${version:-1}"
	separator=
	for one in "$@"; do
		printf '%s%s' "$separator" "$one"
		separator=,
	done
	printf ']}\n'
}

strict=$(result strict kvm 64 100 0 1000)
legacy=$(result legacy kvm 64 50 2 0)
document "$(entry dir/a.dat "$strict" "$legacy")" >"$tmp/base"

# new RPCITS FAILED P99: a report in which strict has other figures
new() {
	document "$(entry dir/a.dat "$(result strict kvm 64 "$1" "$2" "$3")" "$legacy")" >"$tmp/new"
}

# Shares of devices: one has more than before, the other less.
shares() {
	printf ', "devices": ['
	printf '{"device": "0001:00:00.0", "rpcit": {"total": %s}, "lower_bound": false}, ' "$1"
	printf '{"device": null, "rpcit": {"total": %s}, "lower_bound": false}]' "$2"
	printf ', "sites": [{"site": "a", "rpcit": {"total": %s}}], "timeline": {"a": %s}' "$1" "$1"
}
document "$(entry a.dat "$(result strict kvm 64 100 0 1000 "$(shares 60 40)")")" >"$tmp/shares"
document "$(entry a.dat "$(result strict kvm 64 100 0 1000 "$(shares 61 39)")")" >"$tmp/new"
document "$(entry a.dat "$(result strict kvm 64 100 0 1000)")" >"$tmp/without"
exits "the same total of other devices fails" 3 compare "$tmp/shares" "$tmp/new"
shows "the device is named" "devices.0001:00:00.0.rpcit.total 60 61 +1 (+1.67%) failed"
shows "and the one without a name" "devices.-.rpcit.total 40 39 -1"
shows "call sites and the course are not compared" "FAILED: 2 of"
exits "a condition on the whole is none on devices" 0 compare --fail-if 'rpcit.total!=100' \
	"$tmp/shares" "$tmp/new"
exits "one on a device" 3 compare --fail-if 'devices.0001:00:00.0.rpcit.total>60' \
	"$tmp/shares" "$tmp/new"
exits "one on all devices" 3 compare --fail-if 'devices>' "$tmp/shares" "$tmp/new"
exits "devices that may change" 0 compare --ignore devices "$tmp/shares" "$tmp/new"
exits "a baseline without devices" 0 compare "$tmp/without" "$tmp/new"
shows "their figures are new" "new figure devices.0001:00:00.0.rpcit.total"

# The default gate is exact.

exits "a report equals itself" 0 compare "$tmp/base" "$tmp/base"
shows "it says how much was compared" "no change in 15 figures of 2 results and 1 recording"
gzip -c "$tmp/base" >"$tmp/packed"
exits "and itself compressed" 0 compare "$tmp/packed" "$tmp/base"
"$prog" compare - "$tmp/base" <"$tmp/packed" >"$tmp/out" 2>"$tmp/err"
check "a compressed one on standard input says what to do" \
	grep -q "standard input: is compressed by gzip; unpack it: gzip -dc FILE | iommu-replay COMMAND -" "$tmp/err"
{ printf '\357\273\277'; cat "$tmp/base"; } >"$tmp/marked"
exits "and itself with a mark of UTF-8" 0 compare "$tmp/base" "$tmp/marked"
head -c 100 "$tmp/packed" >"$tmp/cut"
exits "a compressed report that is cut" 1 compare "$tmp/base" "$tmp/cut"
says "a compressed report that is cut: says so" "$tmp/cut: is cut or damaged, and cannot be unpacked to its end"
new 101 0 1000
exits "one RPCIT more fails" 3 compare "$tmp/base" "$tmp/new"
shows "the row is named" "a.dat, strict, kvm"
shows "the figure, both values and the change are shown" "rpcit.total 100 101 +1 (+1%) failed"
shows "the verdict says so" "FAILED: 1 of 15 figures changed"
check "nothing else is shown" test "$(grep -c failed "$tmp/out")" -eq 1
new 99 0 1000
exits "one RPCIT less fails" 3 compare "$tmp/base" "$tmp/new"
new 100 0 1001
exits "an exposure of one nanosecond more fails" 3 compare "$tmp/base" "$tmp/new"
maps=10 document "$(maps=10 entry dir/a.dat "$strict" "$legacy")" >"$tmp/new"
exits "operations of the recording are figures" 3 compare "$tmp/base" "$tmp/new"
shows "operations: they have their key" "recording.operations.map"
document "$(start=7 entry dir/a.dat "$(source=default result strict kvm 64 100 0 1000)" \
	"$legacy")" >"$tmp/new"
exits "the start and the source of a parameter are none" 0 compare "$tmp/base" "$tmp/new"
version=2 document "$(entry dir/a.dat "$strict" "$legacy")" >"$tmp/new"
exits "another version does not matter" 0 compare "$tmp/base" "$tmp/new"
new 101 0 1000
exits "a figure that may change" 0 compare --ignore rpcit.total "$tmp/base" "$tmp/new"
exits "a group that may change" 0 compare --ignore maps,rpcit "$tmp/base" "$tmp/new"
exits "another one may not" 3 compare --ignore rpcit.by_cause --ignore maps "$tmp/base" "$tmp/new"

# Each operator: what fails, and what does not.  The baseline is 100, the new value 105.

new 105 0 1000
# gate STATUS EXPR
gate() {
	exits "100, now 105: '$2' exits with $1" "$1" compare --fail-if "$2" "$tmp/base" "$tmp/new"
}
gate 3 'rpcit.total>104'
gate 0 'rpcit.total>105'
gate 3 'rpcit.total>=105'
gate 0 'rpcit.total>=106'
gate 3 'rpcit.total<51'
gate 0 'rpcit.total<50'
gate 3 'rpcit.total<=50'
gate 0 'rpcit.total<=49'
gate 3 'rpcit.total==105'
gate 3 'rpcit.total = 0x69'
gate 0 'rpcit.total==104'
gate 3 'rpcit.total!=+5'
gate 0 'exposure.p99_ns!=+0'
gate 0 'rpcit.total>+5'
gate 3 'rpcit.total>+4'
gate 3 'rpcit.total >= +5'
gate 0 'rpcit.total<-0'
gate 0 'rpcit.total>+5%'
gate 3 'rpcit.total>=+5%'
gate 3 'rpcit.total>+4.999999%'
gate 0 'rpcit.total<-1%'
gate 3 'rpcit.total!='
gate 3 'rpcit.total>'
gate 0 'rpcit.total<'
gate 0 'maps.map_failed!='
gate 3 'maps.map_failed>0'
gate 0 'maps.map_failed>2'
gate 0 'rpcit.total>1K'
gate 3 'rpcit>+4'
gate 0 'exposure.page_seconds>0.5'
gate 3 'exposure.page_seconds>0.499999'
gate 0 'recording.complete!=1'
new 90 0 1000
gate 3 'rpcit.total<-9'
gate 0 'rpcit.total<-10'
gate 3 'rpcit.total<=-10%'
gate 0 'rpcit.total<-10%'
run compare --fail-if 'maps.map_failed>0' --fail-if 'rpcit>0' --fail-if 'rpcit.total<-10' \
	--fail-if 'rpcit.total>=50' "$tmp/base" "$tmp/new"
shows "all that fail are named" "rpcit>0; rpcit.total>=50"
shows "a figure that fails without a change is shown" "maps.map_failed 2 2 - maps.map_failed>0"
new 500 0 1000
exits "with --fail-if a change elsewhere does not fail" 0 compare --fail-if 'maps!=' \
	"$tmp/base" "$tmp/new"
shows "but is shown" "rpcit.total 100 500 +400 (+400%)"

# A baseline of zero.

new 100 1 1000
exits "of zero, any increase is more than any share" 3 compare --fail-if 'maps.map_failed>+5000%' \
	"$tmp/base" "$tmp/new"
exits "of zero, no change is no increase" 0 compare --fail-if 'rpcit.by_cause.retry>+5%' \
	"$tmp/base" "$tmp/new"
exits "of zero, no change is less than a share" 0 compare --fail-if 'rpcit.by_cause.retry>=+5%' \
	--fail-if 'rpcit.by_cause.retry<=-5%' --fail-if 'rpcit.by_cause.retry==+5%' "$tmp/base" "$tmp/new"
exits "of zero, no change is more than a negative share" 3 compare --fail-if 'rpcit.by_cause.retry>-5%' \
	"$tmp/base" "$tmp/new"
run compare "$tmp/base" "$tmp/new"
shows "of zero no share is shown" "maps.map_failed 0 1 +1 failed"

# Large numbers are exact.

document "$(entry a "$(result s k 1 9007199254740993 0 0)")" >"$tmp/large"
document "$(entry a "$(result s k 1 9007199254740992 0 0)")" >"$tmp/smaller"
exits "2^53 + 1 is not 2^53" 3 compare "$tmp/smaller" "$tmp/large"
shows "the change is exact" "+1 (+0.0000000000000111%)"
document "$(entry a "$(result s k 1 9223372036854775807 0 0)")" >"$tmp/large"
document "$(entry a "$(result s k 1 -9223372036854775808 0 0)")" >"$tmp/smaller"
exits "from one end to the other" 3 compare "$tmp/smaller" "$tmp/large"
document "$(entry a "$(result s k 1 1e300 0 0)")" >"$tmp/large"
document "$(entry a "$(result s k 1 1e-300 0 0)")" >"$tmp/smaller"
exits "real numbers from one end to the other, as JSON" 3 compare --format json "$tmp/smaller" \
	"$tmp/large"
check "no number that is none" sh -c "! grep -Eiq 'nan|inf' '$tmp/out'"

# Rows.

document "$(entry dir/a.dat "$strict")" >"$tmp/new"
exits "a missing row fails" 3 compare "$tmp/base" "$tmp/new"
shows "a missing row is named" "missing a.dat, legacy, kvm is not in NEW"
exits "a missing row fails with --fail-if, too" 3 compare --fail-if 'rpcit.total>+5%' \
	"$tmp/base" "$tmp/new"
exits "unless it may be missing" 0 compare --allow-missing "$tmp/base" "$tmp/new"
shows "it is named nevertheless" "legacy, kvm is not in NEW"
exits "a new row does not fail" 0 compare "$tmp/new" "$tmp/base"
shows "a new row is named" "new a.dat, legacy, kvm is not in BASELINE"
exits "a condition on a change says nothing of it" 0 compare --fail-if 'rpcit!=' "$tmp/new" \
	"$tmp/base"
exits "one on a value does" 3 compare --fail-if 'maps.map_failed>0' "$tmp/new" "$tmp/base"
document "$(entry dir/b.dat "$strict")" >"$tmp/other"
exits "nothing in common fails" 3 compare --allow-missing "$tmp/new" "$tmp/other"
shows "nothing in common: says so" "the reports have no result in common"
document "$(entry dir/a.dat "$(result strict kvm 128 100 0 1000)" "$(result lazy kvm 64 100 0 1000)")" \
	>"$tmp/other"
exits "the recording alone in common fails" 3 compare --allow-missing "$tmp/base" "$tmp/other"
shows "the recording alone in common: says so" "the reports have no result in common"
exits "the recording alone in common, as JSON" 3 compare --allow-missing --format json --output "$tmp/file" \
	"$tmp/base" "$tmp/other"
says "the recording alone in common, as JSON: says so" "other: it has no result in common with $tmp/base"
check "the recording alone in common, as JSON: has not passed" grep -q '"passed": false' "$tmp/file"
document "$(entry dir/a.dat)" >"$tmp/other"
exits "no result at all in the new report fails" 3 compare --allow-missing "$tmp/base" "$tmp/other"
exits "no result at all in the baseline fails" 3 compare "$tmp/other" "$tmp/base"
exits "no result at all in both, the same recordings" 0 compare "$tmp/other" "$tmp/other"
document "$(entry dir/a.dat "$(result strict kvm 128 100 0 1000)" "$legacy")" >"$tmp/new"
exits "another limit is another row" 3 compare "$tmp/base" "$tmp/new"
shows "what differs is said" "nearest: entry_limit was 64 and is 128"
exits "unless that may differ" 0 compare --ignore parameters.entry_limit "$tmp/base" "$tmp/new"
document "$(entry dir/a.dat "$strict" "$legacy" "$(result strict kvm 128 100 0 1000)")" \
	>"$tmp/two"
document "$(entry dir/a.dat "$(result strict kvm 128 101 0 1000)" "$legacy" "$strict")" \
	>"$tmp/new"
exits "two limits, in another order" 3 compare "$tmp/two" "$tmp/new"
shows "what tells them apart is said" "a.dat, strict, kvm entry_limit=128"
exits "then limits may not be ignored" 1 compare --ignore parameters "$tmp/two" "$tmp/new"
says "ambiguous: says so" "ambiguous: two results of a.dat with strict and kvm"
document "$(entry dir/a.dat "$strict" "$strict")" >"$tmp/new"
exits "the same result twice is not" 3 compare "$tmp/base" "$tmp/new"
shows "the same result twice: another one is missing" "a.dat, legacy, kvm is not in NEW"
document "$(entry dir/a.dat "$strict" "$(result strict kvm 64 101 0 1000)")" >"$tmp/new"
exits "two results that differ are ambiguous" 1 compare "$tmp/base" "$tmp/new"
says "which report it is" "$tmp/new: ambiguous"
document "$(entry dir/a.dat "$strict")" "$(entry ./dir//a.dat "$legacy")" >"$tmp/new"
exits "a recording twice with a result each is not" 0 compare "$tmp/base" "$tmp/new"
document "$(entry dir/a.dat "$strict")" "$(maps=7 entry dir/a.dat "$legacy")" >"$tmp/new"
exits "a recording that is described differently is" 1 compare "$tmp/base" "$tmp/new"

# Recordings at other places.

document "$(entry /else/where/a.dat "$strict" "$legacy")" >"$tmp/new"
exits "directories do not matter" 0 compare "$tmp/base" "$tmp/new"
document "$(entry /t/x/a.dat "$strict")" "$(entry /t/y/a.dat "$legacy")" >"$tmp/base2"
document "$(entry y/./a.dat "$legacy")" "$(entry x//a.dat "$strict")" >"$tmp/new"
exits "as far as needed they do" 0 compare "$tmp/base2" "$tmp/new"
document "$(entry y/a.dat "$strict")" "$(entry x/a.dat "$strict")" >"$tmp/new"
exits "as far as needed they tell apart" 3 compare "$tmp/base2" "$tmp/new"
shows "the name has what tells apart" "y/a.dat, legacy, kvm is not in NEW"

# Figures and parameters of other versions.

more='"more": {"x": 1}'
document "$(entry dir/a.dat "$(result strict kvm 64 100 0 1000 ", $more")" "$legacy")" >"$tmp/new"
exits "a new figure does not fail" 0 compare "$tmp/base" "$tmp/new"
shows "a new figure is named" "more.x, in 1 row"
exits "a missing figure fails" 3 compare "$tmp/new" "$tmp/base"
shows "a missing figure is named" "more.x 1 - missing failed"
exits "a missing figure fails a condition" 3 compare --fail-if 'more.x>5' "$tmp/new" "$tmp/base"
exits "unless it may be missing" 0 compare --allow-missing --fail-if 'more.x>5' "$tmp/new" \
	"$tmp/base"
sed 's/"hz": 100,/"hz": 100, "odd": 1,/' "$tmp/base" >"$tmp/new"
exits "a new parameter is not compared" 0 compare "$tmp/base" "$tmp/new"
shows "a new parameter is named" "not compared: odd"

# Wrong usage.

# wrong TEXT EXPR WORDS
wrong() {
	exits "wrong expression: $1" 2 compare --fail-if "$2" "$tmp/base" "$tmp/base"
	says "wrong expression: $1: says what" "$3"
}
wrong "empty" '' 'the key of a figure is expected'
wrong "no operator" 'rpcit.total' 'a comparison is expected'
wrong "no key" '>5' 'column 1:'
wrong "two operators" 'rpcit.total>>5' 'column 13: a number is expected'
wrong "another operator" 'rpcit.total~5' 'column 12: a comparison is expected'
wrong "two signs" 'rpcit.total>+-5' 'column 14: a number'
wrong "a sign alone" 'rpcit.total>+' 'a number is expected'
wrong "a share without a sign" 'rpcit.total>5%' 'column 14: a share is of the baseline'
wrong "something behind" 'rpcit.total>+5%%' 'column 16: the end is expected'
wrong "a unit of time of a count" 'rpcit.total>1ms' 'column 15: the end is expected'
wrong "a time that is too long" 'exposure.p99_ns>99999999999999s' 'the end is expected'
wrong "a word" 'rpcit.total>many' 'column 13: a number'
wrong "too many digits" 'rpcit.total>1.0000001' 'column 13: a number'
wrong "no digits behind the point" 'rpcit.total>1.' 'column 13: a number'
wrong "too large" 'rpcit.total>18446744073709551616' 'column 13: a number'
wrong "too large by its unit" 'rpcit.total>17179869184G' 'column 13: a number'
wrong "an unknown figure" 'rpcit.totl>1' 'did you mean "rpcit.total"'
wrong "a text" 'strategy==1' 'unknown figure "strategy"'
wrong "half a name" 'rpc>1' 'unknown figure "rpc"'
exits "an unknown figure to ignore" 2 compare --ignore rpcit,exposur "$tmp/base" "$tmp/base"
exits "an empty name to ignore" 2 compare --ignore rpcit, "$tmp/base" "$tmp/base"
exits "a condition on what is ignored" 2 compare --ignore rpcit --fail-if 'rpcit.total>1' \
	"$tmp/base" "$tmp/base"
exits "one report is not enough" 2 compare "$tmp/base"
exits "three are too many" 2 compare "$tmp/base" "$tmp/base" "$tmp/base"
exits "standard input is only one report" 2 compare - -
exits "an input is not written over" 2 compare -o "$tmp/base" "$tmp/base" "$tmp/base"
cp "$tmp/base" "$tmp/same"
"$prog" compare "$tmp/base" - <"$tmp/same" >"$tmp/out" 2>"$tmp/err"
check "standard input is NEW" test $? -eq 0
"$prog" compare - "$tmp/base" <"$tmp/same" >"$tmp/out" 2>"$tmp/err"
check "standard input is BASELINE" test $? -eq 0

# Wrong input.

# bad TEXT WORDS: the report in $tmp/bad is an error, whichever it is
bad() {
	exits "wrong input: $1" 1 compare "$tmp/base" "$tmp/bad"
	says "wrong input: $1: says what" "$2"
	exits "wrong input as baseline: $1" 1 compare "$tmp/bad" "$tmp/base"
}
exits "a report that does not exist" 1 compare "$tmp/base" "$tmp/none"
says "a report that does not exist: says which" "$tmp/none: cannot open: No such file"
exits "a directory is no report" 1 compare "$tmp" "$tmp/base"
: >"$tmp/bad"
bad "an empty file" "bad: the file is empty; make the report again"
head -c 100 "$tmp/base" >"$tmp/bad"
bad "cut short" "not JSON"
printf '{\n  "schema": x\n}\n' >"$tmp/bad"
bad "a word in JSON" "bad:2:13: not JSON"
echo '[1, 2]' >"$tmp/bad"
bad "a list" 'no text "schema"'
schema=iommu-replay-report/2 document "$(entry a "$strict")" >"$tmp/bad"
bad "another schema" 'its schema is "iommu-replay-report/2"'
schema=iommu-replay-manifest/1 document "$(entry a "$strict")" >"$tmp/bad"
bad "a manifest" 'expected "iommu-replay-report/1"'
echo '{"schema": "iommu-replay-report/1"}' >"$tmp/bad"
bad "no recordings" 'no list "recordings"'
document >"$tmp/bad"
bad "an empty report" "nothing to compare"
document '{"recording": {}, "results": []}' >"$tmp/bad"
bad "a recording without a name" 'recordings[0].recording has no text "file"'
document '{"recording": {"file": "x"}}' >"$tmp/bad"
bad "a recording without results" 'recordings[0] has no list "results"'
document "$(entry a "$strict" '{"strategy": "x"}')" >"$tmp/bad"
bad "half a result" 'recordings[0].results[1] has no text "hypervisor"'
document "$(entry a "$strict" '{"strategy": "x", "hypervisor": "y"}')" >"$tmp/bad"
bad "a result without parameters" 'has no object "parameters"'
document "$(entry a 7)" >"$tmp/bad"
bad "a number as result" 'recordings[0].results[0]'
document "$(entry a "$(result s k 1 NaN 0 0)")" >"$tmp/bad"
bad "NaN" "not JSON"
document "$(entry a "$(result s k 1 1e999 0 0)")" >"$tmp/bad"
bad "infinity" "not JSON"
document "$(entry a "$(result s k 1 99999999999999999999 0 0)")" >"$tmp/bad"
bad "an integer beyond 64 bits" "not JSON"
document "$(entry a "$strict")" | sed 's/"total": 100/"total": 100, "total": 100/' >"$tmp/bad"
bad "a key twice" "duplicate"
head -c 1000000 /dev/zero | tr '\0' '[' >"$tmp/bad"
bad "a million brackets" "not JSON"
deep=$(printf '{"a":%.0s' 1 2 3 4 5 6 7 8 9 10)1$(printf '}%.0s' 1 2 3 4 5 6 7 8 9 10)
document "$(entry a "$(result s k 1 1 0 0 ", \"deep\": $deep")")" >"$tmp/bad"
bad "figures that are nested deeply" "nested too deeply"
many=$(awk 'BEGIN { for (i = 0; i < 70000; i++) printf ", \"f%d\": %d", i, i }')
document "$(entry a "$(result s k 1 1 0 0 "$many")")" >"$tmp/bad"
bad "too many figures" "more than 65536 different figures"
head -c 140000000 /dev/zero | tr '\0' ' ' >"$tmp/bad"
bad "a huge file" "too large for a report"
rm "$tmp/bad"

# Names from a report must not steer a terminal or become mark-up.

document "$(entry 'a\u001b[31m|*b*' "$strict")" >"$tmp/odd"
document "$(entry 'a\u001b[31m|*b*' "$(result strict kvm 64 7 0 1000)")" >"$tmp/new"
run compare "$tmp/odd" "$tmp/new"
esc=$(printf '\033')
check "no control characters" sh -c "! grep -q '$esc' '$tmp/out'"
run compare --format md "$tmp/odd" "$tmp/new"
check "no mark-up" grep -qF '\|\*b\*' "$tmp/out"

# Formats and files.

new 105 0 1000
exits "as CSV" 3 compare --format csv "$tmp/base" "$tmp/new"
check "CSV has the change" grep -q '^changed,a.dat,strict,kvm,,rpcit.total,100,105,5,5,true,,$' \
	"$tmp/out"
says "what fails is said to people, too" "1 of 1 difference fails"
exits "as CSV with conditions" 3 compare --format csv --fail-if 'rpcit.total>+4%' "$tmp/base" \
	"$tmp/new"
check "CSV has the condition" grep -q ',true,rpcit.total>+4%,$' "$tmp/out"
exits "as Markdown" 3 compare --format md "$tmp/base" "$tmp/new"
check "Markdown has the change" grep -qF '| rpcit.total | 100 | 105 | +5 (+5%) | failed |' \
	"$tmp/out"
exits "as JSON" 3 compare --format json --fail-if 'rpcit.total>+4' "$tmp/base" "$tmp/new"
if command -v python3 >/dev/null; then
	cat >"$tmp/check.py" <<-'END'
		import json, sys
		d = json.load(open(sys.argv[1]))
		assert d["schema"] == "iommu-replay-compare/1" and d["passed"] is False
		assert (d["recordings"], d["results"], d["figures"], d["failed"]) == (1, 2, 15, 1)
		assert d["fail_if"] == ["rpcit.total>+4"]
		(one,) = d["differences"]
		assert one["kind"] == "changed" and one["key"] == "rpcit.total" and one["failed"]
		assert (one["baseline"], one["new"], one["change"], one["change_percent"]) == (100, 105, 5, 5)
		assert one["conditions"] == ["rpcit.total>+4"]
	END
	check "JSON is as documented" python3 "$tmp/check.py" "$tmp/out"
else
	skip "JSON is as documented: no python3"
fi
odd=$(printf '%s/b\377.json' "$tmp")
cp "$tmp/base" "$odd"
exits "a report whose name is not UTF-8, as JSON" 0 compare --format json "$odd" "$odd"
check "a report whose name is not UTF-8, as JSON: its other letters" grep -q '"file": ".*b�.json"' "$tmp/out"
for format in table json csv md; do
	run compare --format $format "$tmp/base" "$tmp/new"
	"$prog" compare --format $format -o "$tmp/file" "$tmp/base" "$tmp/new" 2>/dev/null
	check "--output, $format: the exit status is the gate's" test $? -eq 3
	check "--output, $format: the file is complete" cmp -s "$tmp/out" "$tmp/file"
done
if [ -w /dev/full ]; then
	"$prog" compare "$tmp/base" "$tmp/new" >/dev/full 2>"$tmp/err"
	check "a full disk is an error, not a gate" test $? -eq 1
fi
COLUMNS=80 run compare "$tmp/base" "$tmp/new"
check "a table fits 80 columns" test "$(wc -L <"$tmp/out")" -le 80
exits "with colours" 3 compare --color always --allow-missing "$tmp/two" "$tmp/base2"
check "a failure is coloured" grep -qF "${esc}[1;31mverdict" "$tmp/out"

# The committed baseline: what the models predict for all recordings.

if [ ! -f traces/baseline.json ] || [ ! -f traces/manifest.json ]; then
	skip "the committed baseline: there is none"
	exit 0
fi
check "the baseline is small" test "$(wc -c <traces/baseline.json)" -lt 458752
IOMMU_REPLAY=$prog examples/ci/dma-regression.sh traces/baseline.json >"$tmp/out" 2>"$tmp/err"
status=$?
cat "$tmp/out" >>"$tmp/err"
check "the models predict what traces/baseline.json says" test $status -eq 0

# One RPCIT more, in one of its results.
doctored() {
	awk '!done && match($0, /"rpcit":\{"total":[0-9]+/) {
			head = substr($0, 1, RSTART + 16)
			number = substr($0, RSTART + 17, RLENGTH - 17)
			$0 = head (number + 1) substr($0, RSTART + RLENGTH)
			done = 1
		}
		# Without its digest, which would tell.
		NR == 1 { sub(/"digest": "[0-9a-f]*", /, "") }
		{ print }' traces/baseline.json
}
doctored >"$tmp/doctored"
check "a doctored baseline differs" sh -c "! cmp -s '$tmp/doctored' traces/baseline.json"
exits "one RPCIT more than the baseline says fails" 3 compare traces/baseline.json "$tmp/doctored"
shows "it is the only failure" "1 failure"
shows "and one RPCIT" "+1 ("
GITHUB_STEP_SUMMARY=$tmp/summary IOMMU_REPLAY=$prog \
	examples/ci/dma-regression.sh "$tmp/doctored" >"$tmp/out" 2>"$tmp/err"
check "so does the example for CI" test $? -eq 3
check "its summary is Markdown" grep -q '^| rpcit.total |' "$tmp/summary"
file=$(recording)
"$prog" run --quiet --format json --strategy strict -o "$tmp/own.json" "$file"
IOMMU_REPLAY=$prog RUN_OPTIONS="--strategy strict" examples/ci/dma-regression.sh \
	"$tmp/own.json" "$file" >"$tmp/out" 2>"$tmp/err"
check "the example for CI with recordings of one's own" test $? -eq 0
IOMMU_REPLAY=$prog RUN_OPTIONS="--strategy strict --hypervisor lpar" \
	COMPARE_OPTIONS="--fail-if rpcit!=" examples/ci/dma-regression.sh \
	"$tmp/own.json" "$file" >"$tmp/out" 2>"$tmp/err"
check "the example for CI with another gate" test $? -eq 3
check "the example for CI: --help" sh -c "examples/ci/dma-regression.sh --help | grep -q '^usage: dma-regression.sh BASELINE'"

# The most important changes first, at most ten.
if [ -f traces/6.12-fq-randread-lim2048-smp1.dat ]; then
	lim=traces/6.12-fq-randread-lim2048-smp1.dat
	"$prog" run --quiet --format json $lim >"$tmp/was"
	"$prog" run --quiet --queue-timeout 500 --format json $lim >"$tmp/is"
	exits "a limit in units of time" 3 compare --ignore parameters --fail-if 'exposure.p99_ns>400ms' "$tmp/was" "$tmp/is"
	exits "a change in units of time" 0 compare --ignore parameters --fail-if 'exposure.p99_ns > +0.001s' "$tmp/was" "$tmp/is"
	run compare --ignore parameters.queue_timeout_ms --fail-if 'exposure.p99_ns>+1' "$tmp/was" "$tmp/is"
	check "ten differences" test "$(grep -Ec '^[a-z_]+\.[a-z_.0-9]+ +[^ ]' "$tmp/out")" -le 10
	shows "the others are counted" "more differences are not shown; --verbose has all"
	shows "times are in the units of the tables" " ms "
	run compare --verbose --ignore parameters.queue_timeout_ms --fail-if 'rpcit.total>+1' "$tmp/was" "$tmp/is"
	check "--verbose: all of them" test "$(grep -Ec '^[a-z_]+\.[a-z_.0-9]+ +[^ ]' "$tmp/out")" -gt 10
	run compare --ignore parameters.queue_timeout_ms --fail-if 'rpcit.total>+1' "$tmp/was" "$tmp/is"
	check "what fails by a condition comes first" sh -c \
		"sed -n 2,3p '$tmp/out' | grep -q 'rpcit.total .* rpcit.total>+1'"
fi
