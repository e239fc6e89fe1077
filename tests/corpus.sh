#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Files from the field (tests/corpus/, README.md there): what info says of each, with
# --strict-input, and what operations are in those that have a NAME.ops.
#
#	ACCEPT=1 sh tests/corpus.sh	write the expectations that are missing

. tests/lib.sh

case $prog in
/*) ;;
*) prog=$(pwd)/$prog ;;
esac
corpus=tests/corpus
unset COLUMNS

# told COMMAND... NAME: its output, its messages, its exit status
told() {
	(
		cd "$corpus" || exit 1
		"$prog" "$@" >"$tmp/out" 2>"$tmp/messages"
		status=$?
		cat "$tmp/out"
		sed 's/^/message: /' "$tmp/messages"
		echo "exit status $status"
	) </dev/null
}

# against EXPECTED TEXT COMMAND... NAME
against() {
	expected=$1
	text=$2
	shift 2
	told "$@" >"$tmp/told"
	if [ -e "$expected" ]; then
		if cmp -s "$expected" "$tmp/told"; then
			ok "$text"
		else
			not_ok "$text: < expected, > now"
			diff "$expected" "$tmp/told" | sed 's/^/# /' | head -n 20
		fi
	elif [ -n "${ACCEPT-}" ]; then
		cp "$tmp/told" "$expected"
		ok "$text: written: $expected"
	else
		not_ok "$text: $expected is missing: ACCEPT=1 sh tests/corpus.sh writes it"
	fi
}

for file in "$corpus"/*; do
	case $file in
	*.info | *.ops | *.options | */README.md) continue ;;
	esac
	name=${file##*/}
	options=
	[ ! -e "$file.options" ] || options=$(cat "$file.options")
	# shellcheck disable=SC2086	# several
	against "$file.info" "info of $name" info --strict-input $options "$name"
	# shellcheck disable=SC2086
	[ ! -e "$file.ops" ] || against "$file.ops" "operations of $name" ops $options "$name"
done

# The same events, with other columns of flags and with marks of quotes.
for name in rt7-irq-lost rt7-lazy-lines-broken rt7-no-header rt7-quoted; do
	"$prog" ops "$corpus/rt7-control-5col.txt" >"$tmp/theirs" 2>/dev/null
	"$prog" ops "$corpus/$name.txt" >"$tmp/ours" 2>/dev/null
	check "operations of $name are those of rt7-control-5col" cmp -s "$tmp/theirs" "$tmp/ours"
done
# Its limit lets two calls have an entry each; the recorded host refused the fourth.
"$prog" run --api iommu --strategy strict --hypervisor kvm:entry-limit=2 --format json \
	--events scripts/events/vfio.json "$corpus/vfio-calls.txt" >"$tmp/out" 2>/dev/null
check "one entry of a host's limit is one call" grep -q '"host_pages": *2[,}]' "$tmp/out"
"$prog" run --quiet --api iommu "$corpus/vfio-over-64g.txt" >"$tmp/out" 2>"$tmp/err"
check "a replay of more than 64 GiB" grep -q '^sync-map-retry ' "$tmp/out"

check "there are operations in interrupts" grep -q " irq$" "$tmp/theirs"
