#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scripts/record-dma, as far as that can be tested without tracing a kernel; the rest is done by
# make check-kernel, in guests.

. tests/lib.sh

manual=man/iommu-replay-recording.7

# recorder ARGUMENTS...: sets $status
recorder() {
	sh scripts/record-dma "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

# refuses TEXT WORDS ARGUMENTS...: does not record, and says why
refuses() {
	what=$1
	words=$2
	shift 2
	recorder "$@"
	check "$what: exit status 125" test $status -eq 125
	says "$what: says so" "$words"
	check "$what: nothing on standard output" test ! -s "$tmp/out"
}

recorder --help
check "--help: exit status 0" test $status -eq 0
sed -n 's/^  *\(-.*\)/\1/p' "$tmp/out" | grep -oE '^-[A-Za-z], --[a-z-]+|^--[a-z-]+' |
	sed 's/, /\n/' | sort >"$tmp/help"
sed -n 's/^\.It \(Fl .*\)/\1/p' "$manual" | grep -o 'Fl -*[A-Za-z][A-Za-z-]*' | sed 's/^Fl /-/' |
	sort >"$tmp/page"
if diff "$tmp/help" "$tmp/page" >"$tmp/err"; then
	ok "--help and the manual have the same options"
else
	not_ok "--help (<) and the manual (>) have different options"
fi

refuses "no command" "a command is needed"
refuses "an unknown option" "unknown option --bogus" --bogus true
refuses "an option without its value" "--output needs a value" --output
refuses "a buffer that is no number" "--buffer 1x: not a number" --buffer 1x true
refuses "a buffer of nothing" "--buffer 0: not a number" --buffer=0 true
refuses "--smallsyms with --stacks" "leaves out the symbols" --smallsyms --stacks true
refuses "--smallsyms with --perf" "perf stores no symbols" --smallsyms --perf true
if [ "$(id -u)" -ne 0 ]; then
	refuses "not root" "must be run by root" true
elif [ -d /sys/kernel/tracing/events ] && ! ls /sys/kernel/iommu_groups/* >/dev/null 2>&1; then
	refuses "no IOMMU here" "nothing to record" true
fi
TRACEFS=$tmp/none refuses "no tracefs" "tracefs is not there" true

# Each event and probe that it records is one that the reader knows, but for one that is there for
# people to see.
"$prog" list --format json events | sed -n 's/^ *"name": "\(.*\)",*$/\1/p' | sort >"$tmp/known"
sed -n '/^events_wanted() {/,/^}/p' scripts/record-dma >"$tmp/functions"
echo events_wanted >>"$tmp/functions"
sh "$tmp/functions" | sed 's/.* //' | grep -v '^io_page_fault$' >"$tmp/used"
sed -n 's/^[	 ]*\(probe\|result\) \([a-z][a-z0-9_]*\) .*/\2/p' scripts/record-dma >>"$tmp/used"
check "events are picked" test "$(wc -l <"$tmp/used")" -gt 25
sort -u "$tmp/used" | comm -23 - "$tmp/known" >"$tmp/unknown"
check "the reader knows all of them:$(tr '\n' ' ' <"$tmp/unknown")" test ! -s "$tmp/unknown"

# If the kernel has all functions, those are probed that every flush reaches: in Linux 7.2 none
# of everything reaches arm_smmu_tlb_inv_context().
{
	# shellcheck disable=SC2016	# the script's, not this shell's
	echo 'probe() { echo "$1"; }'
	echo 'arch=aarch64 name=x probes=/dev/null T=/'
	sed -n '/^probe_flushes() {/,/^}/p' scripts/record-dma
	echo 'probe_flushes'
} >"$tmp/functions"
sh "$tmp/functions" >"$tmp/picked"
check "SMMUv3: flushes of everything" grep -qx smmu_flush_all "$tmp/picked"
check "SMMUv3: not counted twice" sh -c "! grep -qx smmu_inv_context '$tmp/picked'"
