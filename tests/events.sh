#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Events files: recordings whose probes have other names, or none that are known,
# read with a file that says what they are, must give the same operations as with
# the names that are built in, in each format; and what a file can get wrong.

. tests/lib.sh

recordings=${RECORDINGS:-../shared/recordings}

# part NAME: an example of the manual page, into $tmp/NAME
part() {
	awk -v name="$1" '$0 == ".\\\" example: " name { on = 1; next }
		/^\.Ed/ { on = 0 }
		on && !/^\.Bd/ { gsub(/\\&/, ""); print }' man/iommu-replay-events.5 >"$tmp/$1"
}

# same TEXT: whether $tmp/ours is $tmp/theirs, and not empty
same() {
	if [ ! -s "$tmp/theirs" ]; then
		not_ok "$1: nothing to compare with"
	elif cmp -s "$tmp/theirs" "$tmp/ours"; then
		ok "$1 ($(wc -l <"$tmp/ours"))"
	else
		not_ok "$1"
		diff "$tmp/theirs" "$tmp/ours" | sed 's/^/# /' | head -n 10
	fi
}

# ops FILE [OPTION...]: operations without the line of the file's name
ops() {
	"$prog" ops "$@" 2>"$tmp/err"
}

# The example of the manual page.

part trace.txt
part my.json
part output
sed -n 's/^\$ iommu-replay //p' "$tmp/output" >"$tmp/command"
sed '/^\$/d' "$tmp/output" >"$tmp/theirs"
# shellcheck disable=SC2046	# the words of the command
(cd "$tmp" && "$prog" $(cat command) >ours 2>err)
same "the example of iommu-replay-events(5)"
check "the example: nothing to complain about" test ! -s "$tmp/err"

# Without the file, and without an event that is known: what can be done.
grep -v 'iommu\|: map\|: unmap' "$tmp/trace.txt" >"$tmp/probes.txt"
exits "events of other names" 0 info "$tmp/probes.txt"
shows "events of other names: --events is named" "note events of probes, and of other names, can be mappings: --events FILE.json says which"
exits "events of other names, with a file" 0 info --events "$tmp/my.json" "$tmp/probes.txt"
check "events of other names, with a file: it is not named again" sh -c "! grep -q 'says which' '$tmp/out'"
echo '             fio-285     [000] .....    16.564116: rpcit: (x) fn=0x1 addr=0xffcb3000 range=0x1000' >"$tmp/rpcits.txt"
exits "an RPCIT alone" 0 info "$tmp/rpcits.txt"
shows "an RPCIT alone: has no mapping" "the recording has no mapping"
check "an RPCIT alone: is known" sh -c "! grep -q 'says which' '$tmp/out'"

# All kinds are documented, with their fields, and no others.
sed -n '/^\.Sh KINDS/,/^\.Sh EXPR/s/^\.It Cm \([a-z0-9-]*\).*/\1/p' man/iommu-replay-events.5 |
	sort >"$tmp/page"
echo '{"events": [{"event": "x", "is": "?"}]}' >"$tmp/bad.json"
run list --events "$tmp/bad.json" events
sed -n 's/.*known: //p' "$tmp/err" | tr -d ' ' | tr , '\n' | sort >"$tmp/known"
check "the manual has the kinds that there are" cmp -s "$tmp/page" "$tmp/known"

# The ready files say what is built in.

for file in traces/*.dat; do
	name=${file##*/}
	case $name in
	6.1-*) files="s390-dma-api rpcit" ;;
	x86_64-*icount*) files=vt-d ;;
	aarch64-*-virtio.dat) files=virtio-iommu ;;
	aarch64-*) files=smmuv3 ;;
	x86_64-*) continue ;;
	*) files=rpcit ;;
	esac
	for ready in $files; do
		ops "$file" >"$tmp/theirs"
		ops --events "scripts/events/$ready.json" "$file" >"$tmp/ours"
		same "$name with $ready.json"
		check "$name with $ready.json: it has such events" test ! -s "$tmp/err"
		"$prog" info "$file" >"$tmp/theirs" 2>/dev/null
		run info --events "scripts/events/$ready.json" "$file"
		shows "$name with $ready.json: info says so" "events as scripts/events/$ready.json says"
		sed '/^events  /d' "$tmp/out" >"$tmp/ours"
		same "info of $name with $ready.json"
	done
done

# Under other names: the rules of the ready files with these, in one file.

# renamed: what a recording becomes; names keep their length, binary files are not written anew
renamed() {
	sed '/"is":/b
		s/s390_update_trans/mine_change_table/g; s/s390_map_page/mine_map_page/g
		s/s390_map_sg_one/mine_map_sg_one/g; s/s390_unmap_page/mine_unmap_page/g
		s/rpcit/mipci/g; s/fq_timeout/my_timeout/g; s/fq_flush\([^_a-z]\)/my_flush\1/g
		s/intel_flush_all/mytel_flush_all/g; s/intel_tlb_sync/mytel_tlb_sync/g'
}

{
	echo '{ "events": ['
	for ready in s390-dma-api rpcit vt-d; do
		sed -n '/"events": \[/,/^  \]/p' "scripts/events/$ready.json" | sed '1d; $d; $!b' |
			sed '$s/}$/}/'
		[ $ready = vt-d ] || echo ,
	done
	echo ']}'
} | renamed | sed 's/\*://' >"$tmp/renamed.json"
exits "rules under other names" 0 list --events "$tmp/renamed.json" events

# other_names TEXT FILE: FILE under other names is as FILE
other_names() {
	renamed <"$2" >"$tmp/recording"
	if cmp -s "$2" "$tmp/recording"; then
		not_ok "$1: has no name that is known"
		return
	fi
	ops "$2" >"$tmp/theirs"
	ops --events "$tmp/renamed.json" "$tmp/recording" >"$tmp/ours"
	same "$1 under other names"
	ops "$tmp/recording" >"$tmp/ours"
	if cmp -s "$tmp/ours" "$tmp/theirs" && grep -q s390_update "$2"; then
		not_ok "$1 under other names, without the file: nobody knows them"
	fi
	# Lists of events are sorted by their names.
	"$prog" verify -f json "$2" 2>/dev/null | sed '/"file"/d; /"digest"/d; /"command_line"/d; /"events_file"/d; /"user_events"/d; s/,$//' |
		renamed | sort >"$tmp/theirs"
	"$prog" verify -f json --events "$tmp/renamed.json" "$tmp/recording" 2>/dev/null |
		sed '/"file"/d; /"digest"/d; /"command_line"/d; /"events_file"/d; /"user_events"/d; s/,$//' | renamed | sort >"$tmp/ours"
	same "$1 under other names: verify"
}

# The uncompressed ones: their formats can be edited.
for file in fuzz/corpus/tracedat/6.1-lazy-*.v6 fuzz/corpus/tracedat/6.1-lazy-*.v7-none \
	fuzz/corpus/tracedat/7.2-*.v7-none fuzz/corpus/perfdata/6.12-fq-randread-perf-g \
	fuzz/corpus/text/6.1-lazy-mixed-text fuzz/corpus/text/6.12-fq-mixed-perf-g-script.perfscript \
	fuzz/corpus/text/7.2-strict-seqread-dma.report-latency; do
	grep -aqE 's390_update_trans|rpcit' "$file" || continue
	other_names "${file##*corpus/}" "$file"
done
if command -v trace-cmd >/dev/null; then
	for file in traces/6.1-lazy-seqread.dat traces/6.12-fq-seqread-lim512-smp2.dat \
		traces/x86_64-6.12-lazy-randread-icount.dat; do
		trace-cmd report -t -l "$file" >"$tmp/report" 2>"$tmp/err"
		other_names "trace-cmd report of ${file##*/}" "$tmp/report"
	done
else
	skip "texts of whole recordings: no trace-cmd"
fi

# Other names of iommu:map and iommu:unmap.

cat >"$tmp/kernel.json" <<'END'
{ "events": [
  { "event": "other:map", "is": "map-part",
    "fields": { "iova": "iova", "paddr": "paddr", "size": "size" } },
  { "event": "other:unmap", "is": "unmap", "fields": { "iova": "iova", "size": "unmapped_size" } }
] }
END
for file in fuzz/corpus/perfdata/6.12-fq-randread-perf-g fuzz/corpus/perfdata/6.12-lazy-mixed-perf \
	fuzz/corpus/perfdata/6.12-lazy-randread-perfpipe fuzz/corpus/tracedat/6.12-fq-twodev.v6 \
	fuzz/corpus/text/6.12-fq-mixed-perf-g-script.perfscript \
	"$recordings"/*/6.12-*-perf*.perf.data; do
	case $file in
	*perfz* | *\**) continue ;;	# in compressed ones the names cannot be edited
	esac
	sed 's/iommu/other/g' "$file" >"$tmp/recording"
	ops "$file" >"$tmp/theirs"
	ops --events "$tmp/kernel.json" "$tmp/recording" >"$tmp/ours"
	same "${file##*corpus/} with other:map and other:unmap"
done

# Entry and return.

cat >"$tmp/calls.json" <<'END'
{ "events": [
  { "event": "out", "entry": "in", "is": "map",
    "fields": { "iova": "iova", "size": "entry.size", "device": "entry.dev" } },
  { "event": "gone", "is": "unmap", "fields": { "iova": "iova", "size": "size", "device": "dev" } }
] }
END
line=0
# call TASK CPU EVENT FIELDS: a line of text, each 10 us after the last one
call() {
	line=$((line + 1))
	printf '%16s [%03d] d..1. 5.%06d: %s: (x) %s\n' "$1" "$2" $((line * 10)) "$3" "$4"
}
{
	call a-7 0 in "size=0x1000 dev=0xa"
	call b-8 1 in "size=0x2000 dev=0xb"
	call a-7 1 out "iova=0x10000"			# migrated
	call b-8 1 out "iova=0x20000"
	call a-7 0 in "size=0x3000 dev=0xa"
	call a-7 0 in "size=0x4000 dev=0xb"		# an interrupt in the task
	call a-7 0 out "iova=0x30000"			# the interrupt's: the inner one
	call a-7 0 out "iova=0x40000"
	call "<idle>-0" 0 in "size=0x5000 dev=0xa"
	call "<idle>-0" 1 in "size=0x6000 dev=0xa"
	call "<idle>-0" 0 out "iova=0x50000"
	call "<idle>-0" 1 out "iova=0x60000"
	call c-9 0 out "iova=0x70000"			# its entry was not recorded
	call c-9 0 in "size=0x7000 dev=0xa"		# its return was not recorded
	call c-9 0 in "size=0x8000 dev=0xa"
	call c-9 0 out "iova=0x80000"
	call c-9 0 in "size=0x9000 dev=0xa"		# under way at the end: nothing wrong
	call a-7 0 gone "iova=0x10000 size=0x1000 dev=0xa"
} >"$tmp/calls.txt"
printf '%s\n' "map 0x10000 0x1000" "map 0x20000 0x2000" "map 0x30000 0x4000" "map 0x40000 0x3000" \
	"map 0x50000 0x5000" "map 0x60000 0x6000" "map 0x80000 0x8000" "unmap 0x10000 0x1000" \
	>"$tmp/theirs"
ops -f json --events "$tmp/calls.json" "$tmp/calls.txt" >"$tmp/json"
# shellcheck disable=SC2016	# awk
awk '{ gsub(/[",:{}]/, " "); for (i = 1; i < NF; i++) v[$i] = $(i + 1)
	printf "%s 0x%x 0x%x\n", v["kind"], v["iova"], v["pages"] * 4096 }' "$tmp/json" >"$tmp/ours"
same "calls and their returns"
run info --events "$tmp/calls.json" "$tmp/calls.txt"
shows "calls: one without its entry, one without its return" "2 unpaired_calls"
shows "calls: devices by their address" "devices 0xa, 0xb"
exits "calls that are left out make a recording incomplete" 4 \
	info --strict-input --events "$tmp/calls.json" "$tmp/calls.txt"

# A map that fails in the end, and one in pages of 64 KiB with a device of its own.
cat >"$tmp/kinds.json" <<'END'
{ "events": [
  { "event": "m", "is": "map", "fields": { "iova": "i", "size": "s" }, "device-name": "mine" },
  { "event": "r", "entry": "m", "is": "map-failed", "when": "ret < 0",
    "fields": { "iova": "entry.i", "size": "entry.s" } },
  { "event": "p", "is": "map-part", "page-size": 65536,
    "fields": { "iova": "pfn", "size": "n" }, "units": { "iova": "pages", "size": "pages" },
    "hex": [ "pfn" ] }
] }
END
{
	call a-7 0 m "i=0x10000 s=4096"
	call a-7 0 r "ret=0"
	call a-7 0 m "i=0x11000 s=4096"
	call a-7 0 r "ret=-12"
	call a-7 0 p "pfn=10 n=1"
	call a-7 0 p "pfn=11 n=2"
} >"$tmp/kinds.txt"
run info --events "$tmp/kinds.json" "$tmp/kinds.txt"
shows "whole mappings are not joined, parts are; the return tells of a failure" \
	"3 maps (50 pages, 4 pieces), 1 unmap (1 page), 1 failed map"
shows "a device by name" "devices mine"
ops --events "$tmp/kinds.json" "$tmp/kinds.txt" >"$tmp/ours"
check "pages of 64 KiB, in hexadecimal" grep -q 100000 "$tmp/ours"

# Strings of probes are in quotes in texts, and may have spaces and "=" in them.
cat >"$tmp/strings.json" <<'END'
{ "events": [
  { "event": "m", "is": "map", "fields": { "iova": "iova?", "size": "size", "device": "dev" } } ] }
END
{
	call a-7 0 m 'dev="a b" iova=0x10000 size=4096'
	call a-7 0 m 'note="x iova=0x5 size=" dev="c" size=8192'
} >"$tmp/strings.txt"
ops --events "$tmp/strings.json" "$tmp/strings.txt" | awk '{ print $3, $5, $6, $7 }' >"$tmp/ours"
printf '%s\n' "map a?b 0x00000010000 1" "map c 0x00000000000 2" >"$tmp/theirs"
same "strings with spaces, and an address that a line lacks, which is 0 then"

# Many quotes that end no string: each is not sought for each field.
awk 'BEGIN {
	for (i = 0; i < 3000; i++)
		text = text " a=\"x"
	for (i = 0; i < 500; i++)
		printf "      fio-7   [000] .....  %.6f: rpcit: (x) fn=0x1 addr=0xffcb3000 range=0x1000%s\n", 10 + i / 1000, text
}' >"$tmp/quotes.txt"
check "quotes that end no string take no longer than other words" timeout 10 "$prog" info --quiet --output "$tmp/out" "$tmp/quotes.txt"

# Rules behind it may use the field; a mark in front of the file is none of its text.
{
	printf '\357\273\277'
	cat <<'END'
{ "events": [
  { "event": "in", "is": "ignore", "hex": [ "size" ] },
  { "event": "out", "entry": "in", "is": "map", "fields": { "iova": "iova", "size": "entry.size" } } ] }
END
} >"$tmp/behind.json"
{
	call a-7 0 in "size=2000"
	call a-7 0 out "iova=0x10000"
} >"$tmp/behind.txt"
ops --events "$tmp/behind.json" "$tmp/behind.txt" | awk '{ print $3, $6, $7 }' >"$tmp/ours"
echo "map 0x00000010000 2" >"$tmp/theirs"
same "a field of the entry in hexadecimal, which a rule further down uses"

# A dma-map of a file has no direction: not one of both.
cat >"$tmp/direction.json" <<'END'
{ "events": [
  { "event": "m", "is": "map", "fields": { "iova": "iova", "size": "size" } },
  { "event": "d", "is": "dma-map", "fields": { "iova": "iova", "size": "size", "device": "dev" } } ] }
END
{
	call a-7 0 m "iova=0x10000 size=4096"
	call a-7 0 d "iova=0x10000 size=4096 dev=0xa"
} >"$tmp/direction.txt"
run run -f json --strategy strict --events "$tmp/direction.json" "$tmp/direction.txt"
shows "the direction of a dma-map is not known" '"writable_page_seconds": null'

# Known events can be ignored.
echo '{"events": [{"event": "*:rpcit*", "is": "ignore"}]}' >"$tmp/ignore.json"
run info --events "$tmp/ignore.json" traces/6.12-fq-seqread-lim512-smp2.dat
check "ignored RPCITs are not there" sh -c "! grep -q '^recorded' '$tmp/out'"

# Errors of an events file.

# wrong TEXT JSON WORDS
wrong() {
	printf '%s\n' "$2" >"$tmp/wrong.json"
	exits "$1" 1 info --events "$tmp/wrong.json" traces/6.12-fq-seqread-lim512-smp2.dat
	says "$1: says what" "$3"
	says "$1: names the file" "$tmp/wrong.json: "
}
rule() {
	printf '{ "events": [ { "event": "rpcit", "is": "rpcit", %s } ] }' "$1"
}
wrong "no JSON" '{ "events": [' "line 2, column 0: "
wrong "a key twice" '{ "events": [], "events": [] }' "duplicate object key"
wrong "an unknown key" '{ "event": [] }' 'unknown key "event"; known: schema, comment, page-size, events'
wrong "no events" '{ "events": [] }' '"events" must be an array'
wrong "another schema" '{ "schema": "x/2", "events": [] }' 'schema: must be "iommu-replay-events/1"'
wrong "an unknown key of a rule" '{ "events": [ { "evnt": "x" } ] }' 'events[0]: unknown key "evnt"; known: event, is, '
wrong "no event" '{ "events": [ { "is": "map" } ] }' '"event" is missing'
wrong "a rule behind one that always holds" '{ "events": [ { "event": "x", "is": "ignore" },
	{ "event": "x", "is": "ignore", "when": "a" } ] }' \
	'events[1] (x): never holds: the rule before it for x has no "when"'
wrong "an event that an earlier pattern takes" \
	'{ "events": [ { "event": "*:my_*", "is": "ignore" }, { "event": "my_map", "is": "ignore" } ] }' \
	'events[1] (my_map): "my_map" is never looked at: "*:my_*" comes first, and takes all of it'
wrong "no kind" '{ "events": [ { "event": "x" } ] }' '"is" is missing'
wrong "an unknown kind" '{ "events": [ { "event": "x", "is": "mpa" } ] }' 'known: map, map-part, '
wrong "a name that is none" '{ "events": [ { "event": "a b", "is": "map" } ] }' '"a b" is no event'
wrong "an unknown field" "$(rule '"fields": { "iova": "addr" }')" 'rpcit has no "iova"; it has: addr, size, fn'
wrong "a field is missing" "$(rule '"fields": { "addr": "addr" }')" 'rpcit needs "size"'
wrong "an expression that ends too early" "$(rule '"when": "a &", "fields": { "addr": "addr", "size": "range" }')" \
	'when: "a &": a number, a field or "(" is missing at column 4'
wrong "no such unit" "$(rule '"fields": { "addr": "addr", "size": "range" }, "units": { "size": "KiB" }')" \
	'units: size: must be "bytes" or "pages"'
wrong "an odd page size" "$(rule '"page-size": 1000, "fields": { "addr": "addr", "size": "range" }')" \
	"page-size: must be a power of two"
wrong "no entry" "$(rule '"fields": { "addr": "entry.addr", "size": "range" }')" 'the key "entry" is missing'
wrong "seven fields" "$(rule '"when": "a+b+c+d+e+f", "fields": { "addr": "addr", "size": "range" }')" \
	"more than 6 fields of rpcit"
wrong "a field that the event has not" "$(rule '"fields": { "addr": "adr", "size": "range" }')" \
	'fprobes:rpcit has no field "adr"; it has: '
printf '{"events": [{"event": "dma_map_page", "is": "dma-map", "fields": {"iova": "device", "size": "size"}}]}' >"$tmp/wrong.json"
exits "a string for a number" 1 info --events "$tmp/wrong.json" traces/x86_64-6.12-lazy-randread-icount.dat
says "a string for a number: says which" '"device" of dma:dma_map_page is "__data_loc char[]", not a number'
exits "a directory" 1 info --events "$tmp" traces/6.12-fq-seqread-lim512-smp2.dat
says "a directory: says so" "$tmp: is a directory; name a file in it"
exits "no such file" 1 info --events "$tmp/none.json" traces/6.12-fq-seqread-lim512-smp2.dat
says "no such file: says which" "$tmp/none.json"
echo '{"events": [{"event": "nobody", "is": "ignore"}]}' >"$tmp/none.json"
exits "no such event" 0 info --events "$tmp/none.json" traces/6.12-fq-seqread-lim512-smp2.dat
says "no such event: a warning" "has no event that $tmp/none.json names"
rule '"fields": { "addr": "adr", "size": "range" }' >"$tmp/wrong.json"
echo ' a-1 [000] 5.000001: rpcit: (x) fn=0x1 addr=0x1000 range=0x1000' >"$tmp/text"
exits "a field that no line of a text has" 1 info --events "$tmp/wrong.json" "$tmp/text"
says "a field that no line of a text has: says which" "no line of rpcit has what is needed: adr=, range= with a number"
echo '{"events": [{"event": "rpcit", "is": "unmap", "fields": {"iova": "addr", "size": "range", "device": "dev"}}]}' >"$tmp/wrong.json"
exits "a device that no line of a text has" 1 info --events "$tmp/wrong.json" "$tmp/text"
says "a device that no line of a text has: it is no number" "has what is needed: addr=, range= with a number; dev="

# An unmap of nothing ends no mapping, which must not go unnoticed.
cat >"$tmp/wrong.json" <<'END'
{ "events": [
  { "event": "made", "is": "map", "fields": { "iova": "iova", "size": "size" } },
  { "event": "gone", "is": "unmap", "fields": { "iova": "iova", "size": "cnt?" } } ] }
END
printf ' a-1 [000] 5.%06d: %s: (x) iova=0x1000 size=0x1000\n' 1 made 2 gone >"$tmp/text"
exits "an unmap whose size is in no line" 0 info --events "$tmp/wrong.json" "$tmp/text"
says "an unmap whose size is in no line: is damage" "bad_events 1"

# Beside the kernel's own events, probes on dma-iommu tell the same of single mappings.

if [ ! -d "$recordings" ]; then
	skip "probes on dma-iommu: no recordings in $recordings"
	exit 0
fi
# mappings FILE [OPTION...]: kind, IOVA and pages of maps and unmaps, in any order
mappings() {
	# shellcheck disable=SC2016	# awk
	ops -f json "$@" | awk '{ gsub(/[",:{}]/, " "); for (i = 1; i < NF; i++) v[$i] = $(i + 1) }
		v["kind"] == "map" || v["kind"] == "unmap" { print v["kind"], v["iova"], v["pages"] }' | sort
}
for file in 6.12-strict-mixed-dma 7.2-fq-mixed-dma; do
	mappings "$recordings/s390x/$file.dat" >"$tmp/all"
	mappings --events scripts/events/dma-iommu.json "$recordings/s390x/$file.dat" >"$tmp/theirs"
	check "$file with dma-iommu.json: nothing to complain about" test ! -s "$tmp/err"
	comm -12 "$tmp/all" "$tmp/theirs" >"$tmp/ours"
	same "$file with dma-iommu.json: mappings that iommu:map tells of"
done
