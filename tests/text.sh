#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Texts against the recordings they were printed from: the recordings of traces/
# by way of trace-cmd report, and those of the directory RECORDINGS, which have
# texts that kernels and perf wrote, and a manifest of what the machine counted.
#
# Only facts that a text cannot carry may differ:
# - without the latency columns, whether a CPU was in an interrupt: the mark "irq"
#   of operations, and timer flushes that are only told from other global RPCITs by
#   that: those may be missing;
# - the names of probes' groups;
# - digits of the time that were not printed.

. tests/lib.sh

events=$(pwd)/$BUILD/tests/tool_events
mutate=$(pwd)/$BUILD/tests/tool_mutate
recordings=${RECORDINGS:-../shared/recordings}

# same TEXT: whether $tmp/ours is $tmp/theirs
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

# counts FILE: "name number" for each event, without its system
counts() {
	"$events" -s "$1" | awk '$1 == "count" { sub(/^.*:/, "", $2); n[$2] += $3 }
		END { for (name in n) print name, n[name] }' | sort
}

# damage FILE
damage() {
	"$events" -s "$1" | grep '^damage '
}

# without_context: operations, without what only the latency columns tell
without_context() {
	sed 's/ *irq$//; s/ *- *$//' | grep -v ' flush-timer '
}

against_tracecmd() {
	name=${1##*/}
	{
		trace-cmd report -t -l "$1" >"$tmp/latency"
		trace-cmd report -t "$1" >"$tmp/plain"
		trace-cmd report -t -R "$1" >"$tmp/raw"
		trace-cmd report -t -l -R "$1" >"$tmp/bits"
	} 2>"$tmp/err"
	if [ "$(wc -l <"$tmp/plain")" -lt 10 ]; then
		skip "$name: this trace-cmd does not read it"
		return
	fi
	"$events" "$1" >"$tmp/theirs"
	"$events" - <"$tmp/latency" >"$tmp/ours"
	same "$name: events of trace-cmd report -t -l"
	"$events" - <"$tmp/bits" >"$tmp/ours"
	same "$name: events of trace-cmd report -t -l -R"
	sed 's/ irq=1/ irq=0/' "$tmp/theirs" >"$tmp/events" && mv "$tmp/events" "$tmp/theirs"
	"$events" - <"$tmp/plain" >"$tmp/ours"
	same "$name: events of trace-cmd report -t"
	"$events" - <"$tmp/raw" >"$tmp/ours"
	same "$name: events of trace-cmd report -t -R"
	counts "$1" >"$tmp/theirs"
	counts "$tmp/plain" >"$tmp/ours"
	same "$name: names and numbers of events"
	damage "$tmp/plain" >"$tmp/ours"
	check "$name: no damage" test ! -s "$tmp/ours"

	"$prog" ops "$1" >"$tmp/theirs" 2>"$tmp/err"
	"$prog" ops - <"$tmp/latency" >"$tmp/ours" 2>"$tmp/err"
	same "$name: operations of trace-cmd report -t -l"
	"$prog" ops - <"$tmp/plain" >"$tmp/ops" 2>"$tmp/err"
	awk 'NR % 3 { printf "%s", NR % 2 ? "\t" : "\t\t" } { print }' "$tmp/plain" >"$tmp/indented"
	"$prog" ops - <"$tmp/indented" >"$tmp/tabs" 2>"$tmp/err"
	check "$name: operations of a text with tabs before lines" cmp -s "$tmp/ops" "$tmp/tabs"
	grep ' flush-timer ' "$tmp/ops" | sed 's/ *irq$//; s/ *- *$//' >"$tmp/flushes"
	grep ' flush-timer ' "$tmp/theirs" | sed 's/ *irq$//; s/ *- *$//' >"$tmp/flushes.dat"
	# shellcheck disable=SC2016	# awk
	check "$name: no timer flush that is not in the recording" \
		awk 'NR == FNR { is[$0]; next } !($0 in is) { exit 1 }' "$tmp/flushes.dat" "$tmp/flushes"
	without_context <"$tmp/ops" >"$tmp/ours"
	without_context <"$tmp/theirs" >"$tmp/ops" && mv "$tmp/ops" "$tmp/theirs"
	same "$name: operations of trace-cmd report -t"
}

# said NAME SECTION: "key number" of a recording's section in the manifest
said() {
	awk -v name="\"$1\"," -v section="\"$2\":" '
	$1 == "\"name\":" { here = $2 == name }
	here && $1 == section { inside = 1; next }
	/}/ { inside = 0 }
	here && inside { gsub(/[":,]/, " "); if ($2 != "null") print $(NF - 1), $NF }' \
		"$recordings/manifest.json"
}

# found FILE: what the manifest calls truth, as the program has it
found() {
	"$prog" info -f json "$1" 2>"$tmp/err" | awk '
	/"operations"/ { ops = 1 }
	/"recorded_rpcit"/ { rpcit = 1 }
	/}/ { ops = rpcit = 0 }
	{ gsub(/[",:]/, " ") }
	ops && $1 == "map_pages" { print "pages_mapped", $2; print "maps_bytes", $2 * 4096 }
	ops && $1 == "unmap_pages" { print "pages_unmapped", $2; print "unmap_bytes", $2 * 4096 }
	ops && $1 == "failed_map" { print "map_failed", $2 }
	rpcit { print "rpcit_" $1, $2 }
	$1 == "fq_timeout" { print "flush_all_timer", $2 }'
}

against_manifest() {
	file=$recordings/$1
	name=${1##*/}
	base=${name%%.txt}
	base=${base%.perfscript}
	said "$base" events | sed 's/^.* \([^ ]* [0-9]*\)$/\1/' | sort >"$tmp/theirs"
	counts "$file" >"$tmp/ours"
	same "$name: names and numbers of events"
	damage "$file" >"$tmp/ours"
	check "$name: no damage" test ! -s "$tmp/ours"
	found "$file" >"$tmp/found"
	said "$base" truth >"$tmp/truth"
	awk 'NR == FNR { found[$1] = $2; next } $1 in found { print $1, found[$1] }' \
		"$tmp/found" "$tmp/truth" >"$tmp/ours"
	awk 'NR == FNR { found[$1] = $2; next } $1 in found { print $1, $2 + 0 }' \
		"$tmp/found" "$tmp/truth" >"$tmp/theirs"
	same "$name: what the machine counted"
}

# micro: operations to the microsecond
micro() {
	sed 's/^\( *[0-9]*\.[0-9]\{6\}\)[0-9]*/\1/'
}

against_perf() {
	name=${1##*/}
	data=${1%.perfscript.txt}.perf.data
	if ! "$prog" ops "$recordings/$data" >"$tmp/ops" 2>"$tmp/err"; then
		skip "$name against perf.data: $(head -n 1 "$tmp/err")"
		return
	fi
	micro <"$tmp/ops" | without_context >"$tmp/theirs"
	"$prog" ops "$recordings/$1" 2>"$tmp/err" | micro | without_context >"$tmp/ours"
	same "$name: operations of its perf.data"
}

# Of many lines: the form that tells most, and what is made of it.
operations() {
	name=${1##*/}
	trace-cmd report -t -l "$1" >"$tmp/latency" 2>"$tmp/err"
	if [ "$(wc -l <"$tmp/latency")" -lt 10 ]; then
		skip "$name: this trace-cmd does not read it"
		return
	fi
	"$prog" ops "$1" >"$tmp/theirs" 2>"$tmp/err"
	"$prog" ops - <"$tmp/latency" >"$tmp/ours" 2>"$tmp/err"
	same "$name: operations of trace-cmd report -t -l"
}

# some FILE...: all of them, or every fifth
some() {
	for file; do
		echo "$file"
	done | awk -v step="$(fewer 5 1)" '(NR - 1) % step == 0'
}

# survives FILE: 60 cuts, 500 changes
survives() {
	check "${1##*/}: damaged copies" "$mutate" 1 60 500 300 "$1"
}

if [ ! -x "$events" ]; then
	skip "texts: $events is not built"
	exit 0
fi

# Call chains keep their tab where all lines have one more; headers are headers still.
{ echo '# os release : 6.12.0'; cat fuzz/corpus/text/6.12-fq-mixed-perf-g-script.perfscript; } >"$tmp/plain"
tab=$(printf '\t')
sed "s/^/$tab/" "$tmp/plain" >"$tmp/indented"
"$prog" info --sites --format json - <"$tmp/plain" >"$tmp/theirs"
"$prog" info --sites --format json - <"$tmp/indented" >"$tmp/ours"
check "there are call sites in a text with call chains" grep -q nvme_prep_rq "$tmp/theirs"
same "the same text, indented with tabs"

# page HEAD: a page with events
page() {
	printf '<!DOCTYPE html><html><head>%s</head><body><pre>\n' "$1"
	sed 's/</\&lt;/g; s/>/\&gt;/g' tests/corpus/no-last-newline.txt
	printf '\n</pre></body></html>\n'
}

long=$(head -c 100000 /dev/zero | tr '\0' x)
"$prog" info --format json tests/corpus/no-last-newline.txt | sed -n '/"operations"/,/}/p' >"$tmp/theirs"
for head in "<style>$long</style>" "<img alt=\"> $long\">"; do
	page "$head" >"$tmp/page"
	"$prog" info --format json "$tmp/page" | sed -n '/"operations"/,/}/p' >"$tmp/ours"
	same "a page whose events are behind a line of 100,000 bytes in ${head%%[ >]*}>"
done
page "<img alt=\"$long>" >"$tmp/page"
exits "a page with a quote that does not end" 1 info "$tmp/page"

if ! command -v trace-cmd >/dev/null; then
	skip "trace-cmd report: trace-cmd is not installed"
else
	for dat in $(some "${TRACES:-traces}"/*.dat); do
		[ -e "$dat" ] && against_tracecmd "$dat"
	done
	if [ -s "$tmp/latency" ]; then
		head -n 300 "$tmp/latency" >"$tmp/latency.txt"
		survives "$tmp/latency.txt"
		head -n 300 "$tmp/plain" >"$tmp/plain.txt"
		survives "$tmp/plain.txt"
		# The form of perf script, with a call chain.
		sed -n 's/^ *\(.*\)-\([0-9]*\)  *\(\[0.*: \)\([um].*map:\)  */\1 \2 \3 iommu:\4 /p' \
			"$tmp/plain" | head -n 100 | sed 's/$/\n\t 3ffff06c798 map+0x58 ([k])\n/' >"$tmp/perf.txt"
		survives "$tmp/perf.txt"
	fi
fi

if command -v trace-cmd >/dev/null; then
	for dat in $(some "$recordings"/*/*.dat); do
		[ -e "$dat" ] && operations "$dat"
	done
fi

if [ ! -e "$recordings/manifest.json" ]; then
	skip "texts of kernels and perf: $recordings has no manifest.json"
	exit 0
fi
for text in s390x/6.1-lazy-mixed-text s390x/6.12-fq-mixed-text s390x/7.2-strict-mixed-text \
	    x86_64/6.12-lazy-randread-text s390x/6.12-fq-mixed-perf-g-script.perfscript \
	    x86_64/6.12-lazy-mixed-perf.perfscript; do
	if [ -e "$recordings/$text.txt" ]; then
		against_manifest "$text.txt"
	else
		skip "$text.txt: is not in $recordings"
	fi
done
for text in s390x/6.12-fq-mixed-perf-g-script x86_64/6.12-lazy-mixed-perf; do
	if [ -e "$recordings/$text.perfscript.txt" ]; then
		against_perf "$text.perfscript.txt"
	else
		skip "$text.perfscript.txt: is not in $recordings"
	fi
done
