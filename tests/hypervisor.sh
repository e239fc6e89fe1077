#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The hypervisor model step by step: it is fed recorded maps, unmaps and RPCITs, and after every
# one of these its status must be the recorded one.  Only recordings of one CPU: what two of
# them did at once has no order that a recording could tell.

. tests/lib.sh

tool=$BUILD/tests/tool_hypervisor

# agree EXPECTED: as many were insufficient, but for those whose status differs; the tool allows
# one of 10,000, as an interrupt may unmap between an RPCIT's event and the hypervisor's walk
agree() {
	# shellcheck disable=SC2016	# awk's
	awk -v expected="$1" '/RPCITs,/ { off = $3 - expected; good = off <= $5 && -off <= $5 }
		END { exit !good }' "$tmp/out"
}

# status TEXT EXPECTED_INSUFFICIENT ARGUMENTS...: every status equals the recorded one
status() {
	text=$1
	expected=$2
	shift 2
	"$tool" "$@" >"$tmp/out" 2>"$tmp/err"
	result=$?
	if [ $result -eq 0 ] && [ "$expected" != - ] && ! agree "$expected"; then
		result=1
	fi
	if [ $result -eq 0 ]; then
		ok "$text: $(tail -n 1 "$tmp/out")"
	else
		not_ok "$text, $expected insufficient expected: $(tr '\n' ' ' <"$tmp/out")"
	fi
}

# limited MANIFEST: the recordings of one CPU with a limit: file, limit, pages before, insufficient
limited() {
	scripts/manifest cpus entry_limit initial_pages rpcit_insufficient <"$1" |
		awk -F '\t' '$1 ~ /\.dat$/ && $2 == 1 && $3 != "-" {
			print $1 "\t" $3 "\t" $4 "\t" $5
		}'
}

limited traces/manifest.json >"$tmp/list"
while read -r file limit pages insufficient; do
	# Without return values the truth tells how many were insufficient.
	status "$file" "$insufficient" "traces/$file" "$limit" "$pages" </dev/null
done <"$tmp/list"

shared=../shared/recordings
if [ ! -f "$shared/manifest.json" ]; then
	skip "hypervisor logs of more recordings: no $shared"
	exit 0
fi
limited "$shared/manifest.json" >"$tmp/list"
while read -r file limit pages insufficient; do
	log=$shared/${file%.dat}.hypervisor.xz
	if [ ! -f "$log" ]; then
		status "$file" "$insufficient" "$shared/$file" "$limit" "$pages" </dev/null
	elif ! command -v xz >/dev/null; then
		skip "$file against the hypervisor's log: no xz"
	else
		xz -dc "$log" >"$tmp/log"
		status "$file against the hypervisor's log" "$insufficient" \
			"$shared/$file" "$limit" "$pages" <"$tmp/log"
		# An interrupt may unmap while an RPCIT is under way.
		# shellcheck disable=SC2016	# awk's
		check "$file: entries left and shadow pages are the log's, but for a handful" \
			awk '/RPCITs,/ { seen = 1; bad = $8 > 5 || $13 > 5 } END { exit bad || !seen }' \
			"$tmp/out"
	fi
done <"$tmp/list"
