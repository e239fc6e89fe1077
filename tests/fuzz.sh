# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The fuzz targets without a fuzzer: the inputs they start from, those that reached more code, and
# findings, once each.  Under the sanitizers if those were built in.

. tests/lib.sh

for source in fuzz/fuzz_*.c; do
	target=${source##*/fuzz_}
	target=${target%.c}
	program=$BUILD/fuzz/fuzz_$target
	if [ ! -x "$program" ]; then
		not_ok "$program is there"
		continue
	fi
	set -- "fuzz/corpus/$target"
	# The whole way begins with any reader's files.
	[ "$target" != replay ] || set -- fuzz/corpus/*
	[ "$target" != events ] || set -- "$@" scripts/events
	for more in "fuzz/reached/$target" "fuzz/found/$target"; do
		[ ! -d "$more" ] || set -- "$@" "$more"
	done
	"$program" "$@" >"$tmp/names" 2>"$tmp/err"
	status=$?
	files=$(wc -l <"$tmp/names")
	if [ $status -eq 0 ] && [ "$files" -gt 0 ]; then
		ok "fuzz_$target: $files files"
	else
		not_ok "fuzz_$target: exit status $status at file $files, $(tail -n 1 "$tmp/names")"
	fi
done
