#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The manual pages against the program: options, synopsis, names, and mandoc's opinion.

. tests/lib.sh

if ! command -v mandoc >/dev/null; then
	skip "manual pages: no mandoc"
	exit 0
fi

for page in man/*.[1-9]; do
	check "mandoc has nothing against ${page##*/}" mandoc -T lint -W warning "$page"
done

# page FILE: as plain text
page() {
	mandoc -T ascii "$1" | sed "s/.$(printf '\b')//g"
}

# The options in the page: the heads of list items, with their letters.
page_options() {
	sed -n 's/^\.It \(Fl .*\)/\1/p' "$1" | grep -o 'Fl -*[A-Za-z][A-Za-z-]*' |
		sed 's/^Fl /-/' | sort
}

help_options() {
	"$prog" "$@" --help | sed -n 's/^  *\(-.*\)/\1/p' | grep -oE '^-[A-Za-z], --[a-z-]+|^--[a-z-]+' |
		sed 's/, /\n/' | sort
}

for command in run info ops verify faults sweep batch merge compare report list; do
	manual=man/iommu-replay-$command.1
	help_options $command >"$tmp/help"
	page_options "$manual" >"$tmp/page"
	if diff "$tmp/help" "$tmp/page" >"$tmp/err"; then
		ok "$command: --help and the manual have the same options"
	else
		not_ok "$command: --help (<) and the manual (>) have different options"
	fi
	"$prog" $command --help | sed -n 's/^usage: //p' >"$tmp/help"
	page "$manual" | awk '/^[A-Z]/ { on = /^SYNOPSIS/; next } on && NF' |
		tr -s ' \n' ' ' | sed 's/^ //; s/ $//' >"$tmp/page"
	check "$command: the usage is the manual's synopsis" \
		test "$(cat "$tmp/help")" = "$(cat "$tmp/page")"
	check "$command: the manual has examples" grep -q '^\.Sh EXAMPLES' "$manual"
	check "$command: the manual has the exit status" grep -q '^\.Sh EXIT STATUS' "$manual"
	summary=$("$prog" --help | sed -n "s/^  $command  *//p")
	check "$command: the manual's name line is the summary of --help" test "$summary" = \
		"$(sed -n 's/^\.Nd //p' "$manual" | sed 's/^./\u&/')"
	check "$command is in iommu-replay(1), with this summary" test "$summary." = \
		"$(grep -A 1 "^\.It Xr iommu-replay-$command 1" man/iommu-replay.1 | tail -n 1)"
done

# shellcheck disable=SC2016	# the inner shell's
check "all commands of --help have a manual" sh -c '
	"$1" --help | sed -n "/^commands:/,/^\$/s/^  \([a-z]*\) .*/\1/p" |
		while read -r name; do test -f "man/iommu-replay-$name.1" || exit 1; done
	' sh "$prog"

names() {
	"$prog" list --format json "$1" | sed -n 's/^      "name": "\(.*\)",*$/\1/p'
}

for name in run info verify faults sweep compare report; do
	formats=$("$prog" "$name" --help | sed -n 's/^  -f, --format //p')
	check "iommu-replay-$name(1) has its formats: $formats" \
		test "$(sed -n '/^\.It Fl f /s/.*-format Cm //p' "man/iommu-replay-$name.1" | sed 's/ Ns | Ns Cm /|/g')" = "$formats"
done
for name in $(names strategies) $(names hypervisors); do
	check "$name is in iommu-replay-strategies(7)" \
		grep -q "^\.It Cm $name\$" man/iommu-replay-strategies.7
done

# The message about a file of no known format, which is no text either, lists all readers.
printf '\257\001\002\003' >"$tmp/none"
run info "$tmp/none"
check "the message about no known format lists all readers" grep -q 'looked for: .*text' "$tmp/err"
for name in $(names readers); do
	check "$name is in iommu-replay(1)" grep -q "^\.It Cm $name\$" man/iommu-replay.1
done

if ! file=$(recording); then
	skip "the report's fields are documented: no recordings in traces/"
	exit 0
fi
if command -v python3 >/dev/null; then
	check "iommu-replay-report(5) has the figures as the program has them: scripts/man-figures writes them" \
		scripts/man-figures --check "$prog"
fi
check "every figure has a meaning" sh -c "! '$prog' list --format json figures | grep -q '\"meaning\": null'"

# And every member of the JSON of all commands, with all options that add some.
if ! command -v python3 >/dev/null; then
	skip "every member of the JSON is documented: no python3"
	exit 0
fi
{
	"$prog" run --quiet --timeline --format json traces/6.12-fq-twodev.dat
	"$prog" run --quiet --timeline --by-site --explain --kallsyms traces/6.12-fq-mixed-perf-g.kallsyms \
		--hypervisor kvm:entry-limit=64 --format json traces/6.12-fq-mixed-perf-g.perf.data
	"$prog" info --quiet --sites --format json traces/6.12-fq-mixed-perf-g.perf.data
	"$prog" run --quiet --events scripts/events/iommu-map.json --format json "$file"
	"$prog" verify --quiet --strategy strict --hypervisor kvm --format json traces/*.dat
	"$prog" faults --quiet --format json --log traces/faults/amd.dmesg.txt traces/faults/amd.txt
	"$prog" run --quiet --strategy strict,lazy --format json --log traces/faults/amd.dmesg.txt \
		traces/faults/amd.txt
} >"$tmp/documents" 2>"$tmp/err"
# The lists that are written by hand are complete in both directions, section by section.
members=$(python3 - "$tmp/documents" <<'END'
import json, re, sys

text = open(sys.argv[1]).read()
page = open("man/iommu-replay-report.5").read()
words = {}	# of each section, and of the page: what is named; with "It": the heads of items
heading = None
for line in page.splitlines():
    if line.startswith((".Ss ", ".Sh ")):
        heading = line[4:]
    macro = re.match(r"\.((?:It |Pq )*)Cm ", line)
    for key in re.findall(r"[a-z_0-9]+(?:\.[a-z_0-9]+)*", line[macro.end():] if macro else ""):
        for part in key.split("."):
            for of in [heading, "page"] + ([(heading, "It")] if "It" in macro[1] else []):
                words.setdefault(of, set()).add(part)

# Parts of a document that have a section of their own.
parts = {"sites": "sites", "drivers": "sites", "sites_by": "sites", "symbols": "sites", "hint": "sites",
         "shortages": "shortages", "timeline": "timeline", "histograms": "histograms",
         "faults": "faults", "fault_summary": "faults"}
named_by_others = {"events", "own"}	# members are names of events and of a plug-in's parameters
found, wrong = {}, set()

def see(value, section, above=""):
    for key, member in value.items() if isinstance(value, dict) else []:
        of = section or parts.get(key)
        found.setdefault(of, set()).add(key)
        # The causes of RPCITs are described where their totals are.
        if key not in words["page" if not of or above == "rpcit" else of]:
            wrong.add(f"{key} is missing" + (f" in {of}" if of else ""))
        if key not in named_by_others:
            see(member, of, key)
    for member in value if isinstance(value, list) else []:
        see(member, section, above)

decoder, at, n = json.JSONDecoder(), 0, 0
while text[at:].strip():
    document, at = decoder.raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
    see(document, None)
    n += 1
for section in sorted(set(parts.values())):
    wrong.update(f"{key} of {section} does not exist" for key in words[section, "It"] - found[section])
print(*sorted(wrong), *([] if n == 7 else [f"{n} documents instead of 7"]), sep="; ")
END
)
check "iommu-replay-report(5) has the members of the JSON, and no others: $members" test -z "$members"
