#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Call sites: info --sites and run --by-site on recordings with call chains, held
# against perf script, and against the machine's own RPCITs where the recording has
# them: there is one for each mapping, with a call chain of its own.

. tests/lib.sh

file=traces/6.12-fq-mixed-perf-g.perf.data
symbols=traces/6.12-fq-mixed-perf-g.kallsyms

# Output.

exits "info --sites" 0 info --sites --kallsyms $symbols $file
shows "it names the functions of the driver" "39 936 nvme nvme_prep_rq.part.0+0x4e2"
shows "and says where names are from" "call sites 4; names from $symbols"
shows "drivers are ranked" "maps pages driver 50 950 nvme"
exits "info --sites --verbose" 0 info --sites --verbose --kallsyms $symbols $file
shows "--verbose shows the chains" \
	"nvme_prep_rq.part.0+0x6ea [nvme] <- nvme_queue_rqs+0x1d6 [nvme] <- blk_mq_flush_plug_list+0x7c2"
exits "without symbols" 0 info --sites $file
shows "the module is known nevertheless" "39 936 nvme 0x3ff7e841f42"
shows "and what would give names is said" "there are no symbols: give --kallsyms"
exits "a recording without chains" 0 info --sites "$(recording)"
shows "says that it has none" "no mapping has a call chain; record with perf record -g"
run info $file
cp "$tmp/out" "$tmp/plain"
# shellcheck disable=SC2016	# the inner shell's
check "without --sites nothing of it is shown" sh -c '! grep -q "call site" "$1"' sh "$tmp/plain"

for format in json csv md; do
	exits "info --sites as $format" 0 info --sites --format $format --kallsyms $symbols $file
	shows "it has the call site" "nvme"
done
exits "one line for each site" 0 info --sites --format csv --kallsyms $symbols $file
check "and the header" test "$(wc -l <"$tmp/out")" -eq 5
exits "info as csv without sites" 0 info --format csv $file
check "is one line for a recording" test "$(wc -l <"$tmp/out")" -eq 2

# json FILE EXPRESSION: true of the first recording r and its results
json() {
	python3 -c '
import json, sys
e = json.load(open(sys.argv[1]))["recordings"][0]
r, results = e["recording"], e["results"]
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$@"
}

if command -v python3 >/dev/null; then
	run info --sites --format json --kallsyms $symbols $file
	check "json: the sites add up to the recording" json "$tmp/out" \
		'sum(s["mappings"] for s in r["sites"]) == r["operations"]["map"] and
		 sum(s["pages"] for s in r["sites"]) == r["operations"]["map_pages"] and
		 sum(s["mappings"] for s in r["drivers"]) == r["operations"]["map"]'
	check "json: the frame of the call site" json "$tmp/out" \
		'all(s["frames"][s["caller"]]["function"] == s["function"] for s in r["sites"])'
	run run --by-site --format json --kallsyms $symbols --hypervisor kvm:entry-limit=64 \
		--queue-size 16 $file
	cp "$tmp/out" "$tmp/by-site"
	check "json: each result's sites add up" json "$tmp/by-site" \
		'all(sum(s["rpcit"]["total"] for s in x[k]) == x["rpcit"]["total"] and
		     sum(s["rpcit"]["insufficient"] for s in x[k]) == x["rpcit"]["insufficient"] and
		     sum(s["maps"]["attempted"] for s in x[k]) == x["maps"]["attempted"] and
		     sum(s["maps"]["map_failed"] for s in x[k]) == x["maps"]["map_failed"] and
		     sum(s["maps"]["unbacked"] for s in x[k]) == x["maps"]["unbacked"] and
		     sum(s["exposure"]["pages"] for s in x[k]) == x["exposure"]["pages"]
		     for x in results for k in ("sites", "drivers"))'
	run run --by-site --format json --kallsyms $symbols --hypervisor kvm:entry-limit=64 \
		--queue-size 16 --jobs 1 $file
	check "json: the same with one thread" cmp -s "$tmp/out" "$tmp/by-site"
else
	skip "json of call sites: no python3"
fi

# Results do not depend on whether sites are told.
run run --format csv $file
cp "$tmp/out" "$tmp/without"
columns=$(head -n 1 "$tmp/without" | tr ',' ' ')
# shellcheck disable=SC2086	# a list of words
scripts/csv $columns <"$tmp/without" >"$tmp/one"
run run --by-site --format csv --kallsyms $symbols $file
# shellcheck disable=SC2086
scripts/csv $columns <"$tmp/out" | uniq >"$tmp/two"
check "results are the same with --by-site" cmp -s "$tmp/one" "$tmp/two"
for format in table md; do
	exits "run --by-site as $format" 0 run --by-site --strategy strict,fq-flush \
		--format $format --kallsyms $symbols $file
	tr -d '\\|' <"$tmp/out" >"$tmp/clean"
	cp "$tmp/clean" "$tmp/out"
	shows "$format: RPCITs of a call site" "nvme_prep_rq.part.0+0x4e2"
done

# Errors.

exits "symbols without a use" 2 info --kallsyms $symbols $file
says "say what they go with" "go with --sites only"
exits "and in run" 2 run --vmlinux $symbols $file
says "with its own option" "go with --by-site only"
exits "symbols of nothing" 1 info --sites --kallsyms README.md $file
says "say what is expected" "a copy of /proc/kallsyms"
sed 's/^000003ff/000003fe/' $symbols >"$tmp/moved"
exits "symbols of another boot" 1 info --sites --kallsyms "$tmp/moved" $file
says "say both places" "_text is at 0x3fefe8f8000 in it, and was at 0x3fffe8f8000 in the recording"
exits "a program is not the recorded kernel" 1 info --sites --vmlinux "$prog" $file
if grep -q "has no build id\|cannot open" "$tmp/err"; then
	skip "build ids differ: the program has none"
else
	says "both build ids are said" "but that of the recorded kernel is 4581f08e1a8be2afce33b2e9dbbcd35ea1519c7f"
fi
exits "a directory without modules" 1 info --sites --modules man $file
says "says what was looked for" "has no .ko file"


# Compressed as a whole, whatever the name says: what it is, and what to do.

for tool in gzip xz zstd; do
	if ! command -v $tool >/dev/null; then
		skip "files compressed by $tool: it is not installed"
		continue
	fi
	mkdir -p "$tmp/$tool"
	$tool -c $symbols >"$tmp/$tool/kallsyms"
	$tool -c <"$prog" >"$tmp/$tool/vmlinux"
	head -c 100000 "$tmp/$tool/vmlinux" >"$tmp/$tool/cut"
	$tool -c $file >"$tmp/$tool/perf.data"
	"$prog" info --format csv --sites --kallsyms $symbols $file >"$tmp/theirs"
	run info --format csv --sites --kallsyms "$tmp/$tool/kallsyms" $file
	if grep -q "is compressed by xz" "$tmp/err"; then
		skip "files compressed by xz: built without liblzma"
		continue
	fi
	check "symbols compressed by $tool are those of the other file" cmp "$tmp/theirs" "$tmp/out"
	# shellcheck disable=SC2002 # a pipe is what is tested
	cat "$tmp/$tool/kallsyms" | run info --format csv --sites --kallsyms /dev/stdin $file
	says "compressed symbols of a pipe" "/dev/stdin: is compressed by $tool; unpack it"
	run info --sites --vmlinux "$prog" $file
	sed "s|$prog|PROGRAM|" "$tmp/err" >"$tmp/theirs"
	exits "a kernel compressed by $tool" 1 info --sites --vmlinux "$tmp/$tool/vmlinux" $file
	sed "s|$tmp/$tool/vmlinux|PROGRAM|" "$tmp/err" >"$tmp/ours"
	check "is looked into like the other one" cmp "$tmp/theirs" "$tmp/ours"
	exits "a kernel compressed by $tool that is cut" 1 info --sites --vmlinux "$tmp/$tool/cut" $file
	says "says so" "$tmp/$tool/cut: is cut or damaged, and cannot be unpacked to its end"
	exits "a recording compressed by $tool" 0 info "$tmp/$tool/perf.data"
	"$prog" info -f json $file 2>"$tmp/err" | grep -v -e '"file"' -e '"digest"' -e '"command_line"' >"$tmp/theirs"
	"$prog" info -f json - <"$tmp/$tool/perf.data" 2>"$tmp/err" |
		grep -v -e '"file"' -e '"digest"' -e '"command_line"' >"$tmp/ours"
	check "is read like the other one" cmp -s "$tmp/theirs" "$tmp/ours"
done

# Against perf script.

# theirs FILE KALLSYMS: how often each call site has an RPCIT, or else a piece mapped
theirs() {
	"$BUILD/tests/tool_perf128" "$1" "$tmp/perf.data" &&
		perf script -i "$tmp/perf.data" --kallsyms "$2" -F event,ip,sym,symoff,dso 2>/dev/null |
		awk '
		/^[^\t ]|^ *[a-z]+:[a-z_]+:/ { event = $1; open = 1; next }
		/^ *[a-z_]*:[a-z_]*: *$/ { event = $1; open = 1; next }
		open && $NF !~ /kernel\.kallsyms/ && $NF ~ /^\(\[/ {
			count[event " " $2]++
			rpcits += event ~ /:rpcit:$/
			open = 0
		}
		END {
			for (key in count) {
				split(key, part, " ")
				if (rpcits ? part[1] ~ /:rpcit:$/ : part[1] == "iommu:map:")
					print count[key], part[2]
			}
		}' | sort
}

# ours FILE KALLSYMS: mappings of each call site
ours() {
	"$prog" info --quiet --sites --format csv --kallsyms "$2" "$1" 2>"$tmp/err" |
		scripts/csv sites.mappings sites.site | tr '\t' ' ' | sort
}

against_perf() {
	name=${1##*/}
	ours "$1" "$2" >"$tmp/ours"
	# shellcheck disable=SC2016	# the inner shell's
	check "$name: call sites are functions of the driver" \
		sh -c 'grep -q nvme_ "$1" && ! grep -v nvme_ "$1"' sh "$tmp/ours"
	if ! command -v perf >/dev/null; then
		skip "$name against perf script: perf is not installed"
		return
	fi
	theirs "$1" "$2" >"$tmp/theirs"
	if [ ! -s "$tmp/theirs" ]; then
		skip "$name against perf script: this perf does not read it"
	elif cmp -s "$tmp/theirs" "$tmp/ours"; then
		ok "$name: the call sites of perf script, as often"
	else
		not_ok "$name: other call sites than perf script's"
		diff "$tmp/theirs" "$tmp/ours" | sed 's/^/# /' | head -n 10
	fi
}

against_perf $file $symbols

shared=../shared/recordings
if [ ! -d $shared ]; then
	skip "the other recordings with call chains: no $shared"
elif ! command -v xz >/dev/null; then
	skip "the other recordings with call chains: no xz to unpack their symbols"
else
	for other in "$shared"/*/*perf-g*.perf.data; do
		[ -e "$other" ] || continue
		xz -dc "${other%.perf.data}.kallsyms.xz" >"$tmp/kallsyms"
		against_perf "$other" "$tmp/kallsyms"
		text=${other%.perf.data}.perfscript.txt
		[ -e "$text" ] || continue
		ours "$other" "$tmp/kallsyms" >"$tmp/binary"
		"$prog" info --quiet --sites --format csv "$text" |
			scripts/csv sites.mappings sites.site | tr '\t' ' ' | sort >"$tmp/text"
		check "${text##*/}: the same call sites as in its perf.data" \
			cmp -s "$tmp/binary" "$tmp/text"
	done
fi
