#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# report, timelines and trace events: what is rendered again is what would have
# been rendered at once, and the course of a replay adds up to its figures.

. tests/lib.sh

if ! file=$(recording); then
	skip "reports, rendered again: no recordings in ${TRACES:-traces}/"
	exit 0
fi
limit=kvm:entry-limit=2048
fq=${TRACES:-traces}/6.12-fq-randread-lim2048-smp1.dat
[ -f "$fq" ] || fq=$file

# again TEXT ARGUMENTS...: a command's report in each format of $formats, and from its JSON
again() {
	text=$1
	shift
	"$prog" "$@" --format json -o "$tmp/report.json" 2>"$tmp/err"
	for format in $(fewer "${formats##* }" "$formats"); do
		"$prog" "$@" --format "$format" >"$tmp/at_once" 2>"$tmp/err"
		"$prog" report --format "$format" "$tmp/report.json" >"$tmp/again" 2>>"$tmp/err"
		if [ -s "$tmp/again" ] && cmp "$tmp/at_once" "$tmp/again" 2>>"$tmp/err"; then
			ok "report: $text, $format"
		else
			not_ok "report: $text, $format"
		fi
	done
}

formats="table csv md json svg html"
again "of run --timeline" run --quiet --timeline --hypervisor "$limit" "$file"
formats="table csv md json"
again "of run" run --quiet --hypervisor "$limit" --hypervisor zvm "$file" "$fq"
again "with parameters" run --quiet --queue none --timer recorded --api iommu --hz 1000 \
	--flush-latency 1000+10 --aperture 64M --strategy strict,fq-flush "$file"
again "of verify" verify --quiet "$file"
again "of verify with a difference" verify --quiet --strategy legacy-strict --hypervisor kvm "$file"
again "of verify --fit" verify --quiet --manifest none --fit entry-limit "$fq"
again "of verify --fit, nothing to fit" verify --quiet --manifest none --fit entry-limit traces/6.12-fq-twodev.dat
again "of info" info --quiet "$file"

# Shortages.
formats="table csv md json html"
again "of run --explain" run --quiet --timeline --explain "$fq"
again "of run --explain, two limits and devices" run --quiet --timeline --explain --hypervisor kvm:entry-limit=60 \
	--hypervisor kvm:entry-limit=100 traces/6.12-fq-two-nvme-limits-smp2.dat
again "of run --explain, with call sites" run --quiet --timeline --explain --by site \
	--hypervisor kvm:entry-limit=64 traces/6.12-fq-mixed-perf-g.perf.data
again "of run --explain, vtd" run --quiet --timeline --explain --by comm traces/x86_64-6.12-vtd-caching-lim1000.dat
again "of run --explain, no shortage" run --quiet --timeline --explain --hypervisor lpar "$file"
"$prog" run --quiet --explain --format json "$fq" | unsealed >"$tmp/shortages.json"
for change in 's/"examined": [0-9]*/"examined": 99999999/' 's/"state": "live"/"state": 1/' \
	's/"mean_ns": [0-9]*/"mean_ns": "x"/' 's/"kind": "insufficient"/"kind": "other"/' \
	's/"lazy_pages": [0-9]*,$/"lazy_pages": "18446744073709551615",/'; do
	sed "$change" "$tmp/shortages.json" >"$tmp/bad.json"
	exits "report: a shortage that cannot be: $change" 1 report "$tmp/bad.json"
	says "report: a shortage that cannot be, and which: $change" "shortages has a value that it cannot have"
done

# Devices, call sites, losses, user events and plug-ins.

two=traces/6.12-fq-twodev.dat
chains=traces/6.12-fq-mixed-perf-g.perf.data
symbols=traces/6.12-fq-mixed-perf-g.kallsyms
formats="table csv md json html"
again "with devices" run --quiet --timeline --hypervisor kvm:entry-limit=500 --hypervisor zvm \
	$two "$file"
again "with call sites" run --quiet --timeline --by-site --kallsyms $symbols \
	--hypervisor kvm:entry-limit=64 --queue-size 16 $chains
formats="table csv md json"
again "of one device" run --quiet --device 0002:00:00.0 $two
again "of verify --device" verify --quiet --device 0001:00:00.0 $two
again "of verify, all recordings" verify --quiet --hypervisor kvm:entry-limit=64 traces/*.dat
again "with call sites, none of which has a name" run --quiet --by-site $chains
again "with no call sites, and devices" run --quiet --by-site $two
again "of info --sites" info --quiet --sites --kallsyms $symbols $chains
again "of info, all recordings" info --quiet traces/*.dat
head -c 300000 $two >"$tmp/cut.dat"
again "with lower bounds" run --quiet "$tmp/cut.dat"
again "of verify with lower bounds" verify --quiet "$tmp/cut.dat"
again "with an events file" run --quiet --events scripts/events/iommu-map.json "$file"
again "of info with an events file" info --quiet --events scripts/events/iommu-map.json "$file"
"$prog" run --quiet "$tmp/cut.dat" >"$tmp/at_once"
check "there are lower bounds" grep -q "lower bounds" "$tmp/at_once"

# The same as others would see it: report has no other option that changes what is shown.
"$prog" info --sites --verbose --kallsyms $symbols $chains 2>/dev/null >"$tmp/at_once"
"$prog" info --sites --format json --kallsyms $symbols $chains 2>/dev/null |
	"$prog" report --verbose - >"$tmp/again"
check "report --verbose shows the chains" cmp -s "$tmp/at_once" "$tmp/again"
check "which are there" grep -q "nvme_queue_rqs" "$tmp/again"

build=$(cd "$BUILD" && pwd)
for example in plugin-strategy/low_water plugin-hypervisor/kvm_warn; do
	PKG_CONFIG_PATH=$build "${CC:-cc}" -std=gnu11 -fPIC -shared -Ilib/include \
		-o "$tmp/${example#*/}.so" "examples/$example.c" 2>"$tmp/err" ||
		not_ok "examples/$example compiles"
done
formats="table csv md json html"
again "with plug-ins" run --quiet --timeline --plugin "$tmp/low_water.so" --plugin "$tmp/kvm_warn.so" \
	--strategy strict,low-water --hypervisor kvm-warn:reserve=1K --hypervisor kvm-warn:entry-limit=700 \
	--hypervisor kvm "$fq"
formats="table csv md json"
again "of verify with plug-ins" verify --quiet --plugin "$tmp/low_water.so" --plugin "$tmp/kvm_warn.so" \
	--strategy low-water --hypervisor kvm-warn "$fq"

# Verifications and recordings have pages of their own.
"$prog" verify --quiet --format json $two >"$tmp/report.json"
exits "report: a verification as a web page" 0 report --format html "$tmp/report.json"
shows "it has the totals" '<th>recorded</th>'
"$prog" info --quiet --sites --format json --kallsyms $symbols $chains >"$tmp/report.json"
exits "report: a recording as a picture" 2 report --format svg "$tmp/report.json"
says "report: a recording as a picture: there are no results" "svg shows results of run"
exits "report: a recording as a web page" 0 report --format html "$tmp/report.json"
shows "it has the call sites" '<td class="text">nvme_prep_rq.part.0+0x4e2</td>'

"$prog" report "$tmp/report.json" >"$tmp/at_once"
"$prog" report - <"$tmp/report.json" >"$tmp/again"
check "report: from standard input" cmp -s "$tmp/at_once" "$tmp/again"
"$prog" run --quiet --format json "$file" >"$tmp/plain.json"
check "report: numbers are written as jq writes them" sh -c "! grep -q '\.0,*\$' '$tmp/plain.json'"
exits "report: HTML of a report without timelines" 0 report --format html "$tmp/plain.json"
shows "it says why there are no plots" "without --timeline"

echo '{' >"$tmp/bad.json"
exits "report: not JSON" 1 report "$tmp/bad.json"
says "report: not JSON: where" "bad.json:"
echo '{ "schema": "else/2", "recordings": [] }' >"$tmp/bad.json"
exits "report: another schema" 1 report "$tmp/bad.json"
says "report: another schema: which" 'its schema is "else/2"'
echo '{ "schema": "iommu-replay-report/1", "recordings": [] }' >"$tmp/bad.json"
exits "report: nothing in it" 1 report "$tmp/bad.json"
says "report: nothing in it: says so" "the report is empty"
unsealed <"$tmp/plain.json" | sed 's/"total": [0-9]*/"total": "many"/' >"$tmp/bad.json"
exits "report: a figure that is none" 1 report "$tmp/bad.json"
says "report: a figure that is none: which" "total has a value that it cannot have"
exits "report: a file that is not there" 1 report "$tmp/none.json"
exits "report: a directory" 1 report "$tmp"
exits "report: its own file is not written over" 2 report -o "$tmp/plain.json" "$tmp/plain.json"
exits "report: several files" 2 report "$tmp/plain.json" "$tmp/plain.json"

# Others may have written it: names with what terminals, browsers and tables take for their own.
if command -v python3 >/dev/null; then
	"$prog" verify --quiet --format json --strategy strict $two >"$tmp/verify.json"
	"$prog" info --quiet --sites --format json --kallsyms $symbols $chains >"$tmp/info.json"
	"$prog" run --quiet --by-site --timeline --kallsyms $symbols --format json $chains >"$tmp/sites.json"
	"$prog" run --quiet --timeline --hypervisor kvm:entry-limit=64 --format json $two >"$tmp/two.json"
	python3 - "$tmp" <<'END'
import json, sys

evil = "</script><img src=x onerror=alert(1)>\"'&|,</style>\x1b[31m\u202e\x7f"
kept = {"schema", "queue", "api", "timer", "share", "backend", "flush_latency", "sources", "kind", "address"}

def spoil(value, key=None):
    if isinstance(value, dict):
        return {k: v if k in kept else spoil(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [spoil(v, key) for v in value]
    return value + evil if isinstance(value, str) else value

everything = []
for name in "verify", "info", "sites", "two":
    document = json.load(open(f"{sys.argv[1]}/{name}.json"))
    everything += document["recordings"]
    document = spoil(document)
    for entry in document["recordings"]:
        for result in entry["results"]:
            result["parameters"]["own"] = {evil: 1}
            result["parameters"]["sources"]["own"] = {evil: "user"}
            result["parameters"]["sources"]["strategy_plugin"] = {"file": evil, "abi": 1}
    del document["digest"]
    json.dump(document, open(f"{sys.argv[1]}/{name}.evil", "w"))
for i in range(4):
    document["recordings"] = everything[i:] + everything[:i]
    json.dump(document, open(f"{sys.argv[1]}/mixed.{i}", "w"))
for name, value in ("verify", {}), ("parameters", {}):
    document = json.load(open(f"{sys.argv[1]}/verify.json"))
    document["recordings"][0]["results"][0][name] = value
    del document["digest"]
    json.dump(document, open(f"{sys.argv[1]}/no.{name}", "w"))
END
	escape=$(printf '\033')
	for name in verify info sites two; do
		for format in table md html csv; do
			exits "report: bad names, $name as $format" 0 report --verbose --format $format "$tmp/$name.evil"
			case $format in
			html) check "they are no mark-up" test "$(grep -cE '<img|</style><' "$tmp/out")" -eq 0 ;;
			csv) check "they are quoted" python3 -c '
import csv, sys
sys.exit(len({len(row) for row in csv.reader(open(sys.argv[1], newline=""))}) != 1)' "$tmp/out" ;;
			*) check "they do not reach the terminal" test "$(grep -c "$escape" "$tmp/out")" -eq 0 ;;
			esac
		done
	done
	for name in sites two; do
		exits "report: bad names, $name as svg" 0 report --format svg "$tmp/$name.evil"
		check "report: bad names, $name as svg: well-formed" python3 -c \
			"import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])" "$tmp/out"
		check "report: bad names, $name as svg: no mark-up" test "$(grep -c '<img' "$tmp/out")" -eq 0
	done
	for i in 0 1 2 3; do
		for format in table md html csv; do
			exits "report: several commands in one, $i as $format" 0 \
				report --format $format "$tmp/mixed.$i"
		done
		"$prog" report --format csv "$tmp/mixed.$i" 2>"$tmp/err" | python3 -c '
import csv, sys
sys.exit(len({len(row) for row in csv.reader(sys.stdin)}) != 1)' ||
			not_ok "report: several commands in one, $i: lines of csv differ in length"
	done
	for name in verify parameters; do
		for format in table md html csv; do
			exits "report: empty $name as $format" 0 report --format $format "$tmp/no.$name"
		done
	done
else
	skip "report: bad names: no python3"
fi

# Without --timeline nothing of it is there.
check "no timeline unless asked" test "$(grep -c timeline "$tmp/plain.json")" -eq 0
"$prog" run --quiet --timeline --format json "$file" >"$tmp/timeline.json"
exits "compare: a timeline is no difference" 0 compare "$tmp/plain.json" "$tmp/timeline.json"
for jobs in 1 2 5; do
	"$prog" run --quiet --timeline --format json --jobs $jobs --perfetto "$tmp/trace.$jobs" "$fq" \
		>"$tmp/jobs.$jobs"
done
check "timelines do not depend on --jobs" cmp -s "$tmp/jobs.1" "$tmp/jobs.2"
check "timelines do not depend on --jobs, with 5" cmp -s "$tmp/jobs.1" "$tmp/jobs.5"
check "nor do trace events" cmp -s "$tmp/trace.1" "$tmp/trace.5"

exits "--perfetto where the report goes" 2 run -o "$tmp/same" --perfetto "$tmp/same" "$file"
says "--perfetto where the report goes: says so" "the report goes there, too"
exits "--perfetto where the report goes, by another path" 2 run -o "$tmp/same" \
	--perfetto "$tmp/../${tmp##*/}/same" "$file"
check "nothing is left behind of either" test -z "$(find "$tmp" -name 'same*')"
exits "--perfetto and the report to standard output" 2 run --perfetto - "$file"
cp "$file" "$tmp/input.dat"
exits "--perfetto over its input" 2 run --perfetto "$tmp/input.dat" "$tmp/input.dat"
exits "--perfetto to a full disk" 1 run --quiet --perfetto /dev/full "$file"
mkdir "$tmp/dir"
exits "--perfetto after an error" 1 run --quiet --perfetto "$tmp/dir/trace" "$tmp/none.dat"
check "nothing is left behind" test -z "$(ls -A "$tmp/dir")"

if ! command -v python3 >/dev/null; then
	skip "timelines add up: no python3"
	exit 0
fi

# With a latency, on a machine with queues of each CPU, and one that runs out of everything.
for options in "--hypervisor kvm:entry-limit=700" "--hypervisor $limit --flush-latency 20000+100" \
	"--hypervisor kvm-aperture:entry-limit=2048" "--hypervisor lpar --cpus 4"; do
	# shellcheck disable=SC2086	# several options
	"$prog" run --quiet --timeline --format json $options --perfetto "$tmp/trace" "$fq" \
		>"$tmp/timeline.json" 2>"$tmp/err"
	check "the course adds up to the figures: $options" \
		python3 tests/timeline.py "$tmp/timeline.json" "$tmp/trace"
done
