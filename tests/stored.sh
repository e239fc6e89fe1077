#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Stored data is read again only if it is unchanged: digests of reports and
# results, large numbers, CSV that is safe in a spreadsheet, files that appear whole.
#
# FLIPS: how many bits of a file of results are flipped, one at a time.

. tests/lib.sh

# Reports and results of older versions (tests/stored): there was no digest yet.

for file in run info verify sweep merge; do
	old=tests/stored/$file-1.json
	exits "a report of $file without a digest is read" 0 report "$old"
	says "a report of $file without a digest: says so" "$old has no digest: an older version wrote it"
	exits "and compared" 0 compare "$old" "$old"
	run report --format json "$old"
	cp "$tmp/out" "$tmp/sealed.json"
	exits "and gets a digest when it is written again: $file" 0 report --format json "$tmp/sealed.json"
	check "there is no note then: $file" test ! -s "$tmp/err"
	check "that one is written again as it is: $file" cmp -s "$tmp/out" "$tmp/sealed.json"
	command -v python3 >/dev/null && check "but for the digest it is the old one: $file" \
		python3 -c 'import json, sys
new, old = (json.load(open(path)) for path in sys.argv[1:])
del new["digest"]
sys.exit(new != old)' "$tmp/sealed.json" "$old"
done
exits "results without digests are merged" 0 merge --format json -o "$tmp/merged" tests/stored/results-1.jsonl
says "results without digests: says so" "4 lines have no digest: an older version wrote them"
# But for the version of the program.
unsealed <"$tmp/merged" | sed 's/"version": "[^"]*"/"version": "0.1.0"/' >"$tmp/plain"
check "to the same report as before" cmp -s "$tmp/plain" tests/stored/merge-1.json

# A digest does not depend on the notation, and on nothing but the content.

if command -v python3 >/dev/null; then
	python3 - "$tmp/sealed.json" "$tmp/other.json" "$tmp/changed.json" <<-'END'
		import json, sys
		d = json.load(open(sys.argv[1]))
		json.dump(d, open(sys.argv[2], "w"), sort_keys=True, separators=(" ,", " :  "))
		d["recordings"][0]["results"][0]["rpcit"]["total"] += 1
		json.dump(d, open(sys.argv[3], "w"))
	END
	exits "the same report in another notation is read" 0 report "$tmp/other.json"
	check "without a note" test ! -s "$tmp/err"
	exits "a report that was changed is refused" 1 report "$tmp/changed.json"
	says "which, and what to do" "$tmp/changed.json: its digest is wrong: it was changed or damaged after it was written; make it again, or take its member \"digest\" out"
	exits "compare refuses it as the baseline" 1 compare "$tmp/changed.json" "$tmp/sealed.json"
	exits "compare refuses it as the new one" 1 compare "$tmp/sealed.json" "$tmp/changed.json"
	says "compare: which" "$tmp/changed.json: its digest is wrong"
else
	skip "digests and notation: no python3"
fi

if ! file=$(recording); then
	skip "stored results: no recordings in ${TRACES:-traces}/"
	exit 0
fi

# Results of a batch.

mkdir "$tmp/in"
cp "$file" "$tmp/in/a.dat"
cat >"$tmp/in/m.json" <<'END'
{ "schema": "iommu-replay-manifest/1", "recordings": [ "a.dat" ],
  "strategies": [ "strict", "sync-map-retry" ], "hypervisors": [ "kvm:entry-limit=512", "lpar" ] }
END
m=$tmp/in/m.json
run batch --quiet --output "$tmp/all" "$m"
sed 's/"digest":"[0-9a-f]*",//' "$tmp/all" >"$tmp/part"
exits "results without digests are done again" 0 batch --resume --output "$tmp/part" "$m"
says "done again: says so" "4 lines of an older version without a digest; what they have is done again"
check "done again: nothing was taken over" sh -c "! grep -q 'had been done before' '$tmp/err'"
check "done again: the results are the same" cmp -s "$tmp/all" "$tmp/part"
sed 's/":1000,/":1e3,/; 2s/"total":\([0-9]*\)/"total":1\1/' "$tmp/all" >"$tmp/part"
exits "a damaged line is not merged" 1 merge --output "$tmp/none" "$tmp/part"
says "a damaged line: where, and what to do" "$tmp/part: line 2 is damaged (1 in all); batch --resume does it again"
exits "a damaged line is done again" 0 batch --resume --output "$tmp/part" "$m"
says "only that" "3 of them had been done before"
check "it is as it was" cmp -s "$tmp/all" "$tmp/part"
sed 's/,"/ ,"/; s/"result":{/"result" : {/' "$tmp/all" >"$tmp/part"
exits "lines in another notation are kept" 0 batch --resume --output "$tmp/part" "$m"
says "all of them" "4 of them had been done before"
check "and written as usual" cmp -s "$tmp/all" "$tmp/part"

if command -v python3 >/dev/null; then
	# Each of them is synchronised with the disk several times, which is not what is tested.
	fast=$(mktemp -d -p /dev/shm 2>/dev/null) || fast=$(mktemp -d)
	trap 'rm -rf "$tmp" "$fast"' EXIT
	if python3 tests/stored_flips.py "$prog" "$m" "${FLIPS:-60}" "$fast" >"$tmp/flips" 2>&1; then
		ok "no bit that is flipped changes anything in silence: $(tr '\n' ' ' <"$tmp/flips")"
	else
		cp "$tmp/flips" "$tmp/err"
		not_ok "no bit that is flipped changes anything in silence"
	fi
else
	skip "flipped bits: no python3"
fi

# Numbers.

printf '# tracer: nop\n%s\n%s\n' \
	'fio-1 [000] ..... 1.000000: map: IOMMU: iova=0x1000 - 0x2000 paddr=0x5000 size=4096' \
	'fio-1 [000] ..... 2.000000: unmap: IOMMU: iova=0x1000 - 0x2000 size=4096 unmapped_size=4096' \
	>"$tmp/text"
big=18446744073709547520
run run --quiet --strategy strict --api iommu --format csv "$tmp/text"
cp "$tmp/out" "$tmp/csv"
check "the largest aperture in CSV" test "$(scripts/csv parameters.aperture <"$tmp/csv")" = $big
run run --quiet --strategy strict --api iommu --format json -o "$tmp/big.json" "$tmp/text"
check "and in JSON, as a text" grep -q "\"aperture\": \"$big\"" "$tmp/big.json"
exits "it is read again" 0 report --format csv "$tmp/big.json"
check "as the same number" cmp -s "$tmp/csv" "$tmp/out"
exits "and compared" 0 compare "$tmp/big.json" "$tmp/big.json"
for wrong in 018446744073709547520 18446744073709551616 9223372036854775807 +1 "" 0x10; do
	unsealed <"$tmp/big.json" | sed "s/\"aperture\": \"$big\"/\"aperture\": \"$wrong\"/" >"$tmp/bad.json"
	exits "\"$wrong\" is no such number" 1 report "$tmp/bad.json"
done

# CSV.

for name in =a +a -a @a "	a" "'a" "'=a" a=; do
	cp "$file" "$tmp/$name"
	(cd "$tmp" && "$prog" run --quiet --strategy strict --format csv -- "$name") >"$tmp/csv" 2>"$tmp/err"
	case $name in
	a=)
		marked=a= ;;
	*)
		marked="'$name" ;;
	esac
	check "CSV: a file named $name is no formula" test "$(sed -n '2s/,.*//p' "$tmp/csv")" = "$marked"
	check "CSV: scripts/csv has its name" \
		test "$(scripts/csv recording.file <"$tmp/csv" | tr '\t' _)" = "$(echo "$name" | tr '\t' _)"
	rm "$tmp/$name"
done
"$prog" run --quiet --strategy strict,fq-flush --hypervisor kvm:entry-limit=512 --format json "$file" >"$tmp/a"
"$prog" run --quiet --strategy strict,fq-flush --hypervisor kvm:entry-limit=256 --format json "$file" >"$tmp/b"
run compare --format csv --ignore parameters.entry_limit "$tmp/b" "$tmp/a"
check "CSV: a negative number stays one" grep -q ',-[0-9]' "$tmp/out"
check "CSV: none has a mark" sh -c "! grep -q \"'\" '$tmp/out'"

# Files that appear: nothing else is ever left in their directory.

mkdir "$tmp/dir"
cc=${CC:-cc}
shim='' signals="QUIT KILL ABRT"
case $(ldd "$prog" 2>/dev/null) in
*libasan* | *libtsan*) ;;	# ends with a status of its own at SIGSEGV
*)
	signals="$signals SEGV"
	"$cc" -D_GNU_SOURCE -fPIC -shared -o "$tmp/no_tmpfile.so" tests/no_tmpfile.c 2>"$tmp/err" &&
		shim=$tmp/no_tmpfile.so ;;
esac

# killed TEXT SIGNAL LEFT [PRELOAD]: a run is ended by a signal while it has FILE open
killed() {
	mkfifo "$tmp/endless"
	sleep 60 >"$tmp/endless" &
	feeder=$!
	# A shell starts what goes on in the background with SIGQUIT ignored.
	LD_PRELOAD=${4:-} env --default-signal=QUIT "$prog" run -o "$tmp/dir/out" - <"$tmp/endless" >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	# Until it reads, FILE is not open yet.
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		sleep 0.1
		# shellcheck disable=SC2010	# what they point to
		ls -l /proc/$pid/fd 2>/dev/null | grep -q "$tmp/dir" && break
	done
	kill -"$2" $pid
	wait $pid 2>/dev/null
	check "$1: the signal ends it" test $? -gt 128
	kill $feeder
	rm "$tmp/endless"
	check "$1: ${3:-nothing} is left behind" test "$(find "$tmp/dir" -type f | wc -l)" -eq "${3:-0}"
	rm -f "$tmp/dir"/*
}

for signal in $signals; do
	killed "SIG$signal" "$signal"
done
if [ -n "$shim" ]; then
	for signal in QUIT SEGV ABRT; do
		killed "SIG$signal without O_TMPFILE" $signal "" "$shim"
	done
	LD_PRELOAD=$shim "$prog" list -o "$tmp/dir/out" strategies
	"$prog" list strategies >"$tmp/out"
	check "without O_TMPFILE the file is the same" cmp -s "$tmp/out" "$tmp/dir/out"
	check "and alone" test "$(ls "$tmp/dir")" = out
else
	skip "files without O_TMPFILE: a sanitizer, or no compiler"
fi
"$prog" list strategies >"$tmp/new"
echo old >"$tmp/dir/out"
exits "a file is replaced" 0 list -o "$tmp/dir/out" strategies
check "by the whole of the new one" cmp -s "$tmp/new" "$tmp/dir/out"
check "nothing else is there" test "$(ls "$tmp/dir")" = out
