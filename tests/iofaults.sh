#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# faults: who held the addresses of staged faults, logs in all their forms, and the gate.
#
# FAULT_RECORDINGS=DIR: also recordings there, NAME.dat with NAME.dmesg.txt and NAME.truth.json.

. tests/lib.sh

dir=traces/faults
amd=$dir/amd.txt log=$dir/amd.dmesg.txt

# held NAME RECORDING LOG TRUTH: the truth is found
held() {
	"$prog" faults --quiet --format json --log "$3" --output "$tmp/report.json" "$2" 2>"$tmp/err"
	python3 tests/iofaults.py "$tmp/report.json" "$4" >"$tmp/err"
	check "$1: each staged fault is found once, with the mapping that held its address" test $? -eq 0
}

if command -v python3 >/dev/null; then
	for name in amd vtd-console; do
		held $name $dir/$name.txt $dir/$name.dmesg.txt $dir/$name.truth.json
	done
	for file in "${FAULT_RECORDINGS:-none}"/*.dat; do
		test -f "$file" && held "${file##*/}" "$file" "${file%.dat}.dmesg.txt" \
			"${file%.dat}.truth.json"
	done
else
	skip "the staged faults: no python3"
fi

# A report that was stored has all of it.
"$prog" faults --quiet --format json --log $log --output "$tmp/stored.json" $amd
for format in table csv md html json; do
	"$prog" faults --quiet --format $format --log $log $amd >"$tmp/direct"
	"$prog" report --format $format "$tmp/stored.json" >"$tmp/again"
	check "a stored report as $format" cmp "$tmp/direct" "$tmp/again"
done
sed 's/"kind": *"unmapped"/"kind": "mapped"/; /"digest"/d' "$tmp/stored.json" >"$tmp/odd.json"
"$prog" report "$tmp/odd.json" >"$tmp/out" 2>"$tmp/err"
check "a stored report with an unknown kind of fault is refused" \
	test $? -eq 1 -a ! -s "$tmp/out" -a "$(grep -c 'faults\[[0-9]*\]: kind' "$tmp/err")" -eq 1

for format in table csv md json; do
	"$prog" run --quiet --format $format --log $log $amd >"$tmp/direct"
	"$prog" run --quiet --format json --log $log $amd | "$prog" report --format $format - >"$tmp/again"
	check "a stored report of run --log as $format" cmp "$tmp/direct" "$tmp/again"
done

# The same log, as others print it: the same faults.
list() {
	"$prog" faults --quiet --format csv "$@" | cut -d, -f2,4-8,10-
}
list --log $log $amd >"$tmp/expected"
check "faults are listed" test "$(wc -l <"$tmp/expected")" -gt 5

# form WHAT SED: a log changed by a script of sed has the same faults
form() {
	sed "$2" $log >"$tmp/log"
	list --log "$tmp/log" $amd >"$tmp/got"
	check "a log $1 has the same faults" cmp "$tmp/expected" "$tmp/got"
}
form "with CRLF" 's/$/\r/'
form "of journalctl" 's/^/Nov 29 01:10:52 host kernel: /'
form "of syslog, in ISO time" 's/^/2026-11-29T01:10:52.123456+00:00 host kernel: /'
form "with levels" 's/^/<3>/'
form "of dmesg -x" 's/^/kern  :err   : /'
form "with callers" 's/\] /][   T58] /'
form "without spaces at line ends" 's/ *$//'
form "of dmesg -d" 's/^\(\[ *[0-9.]*\)\]/\1 <    0.000012>]/'
form "of dmesg -J" 's/[\\"]/\\&/g; s/^\[ *\([0-9.]*\)\] \(.*\)/{\n "time":   \1,\n "msg": "\2"\n},/'
form "of journalctl -o json" \
	's/[\\"]/\\&/g; s/^\[ *\([0-9]*\)\.\([0-9]*\)\] \(.*\)/{"MESSAGE":"\3","_SOURCE_MONOTONIC_TIMESTAMP":"\1\2"}/'

form "in colours" 's/^\(\[[^]]*\]\) \([^:]*:\)/\x1b[32m\1\x1b[0m \x1b[33m\2\x1b[0m/'
form "of a web page" 's/>/\&gt;/g; s/</\&lt;/g; 1s/^/<html><pre>/'

# came WHAT COMMAND...: what COMMAND makes of the log has the same faults
came() {
	what=$1
	shift
	if ! "$@" <$log >"$tmp/log" 2>"$tmp/err"; then
		skip "a log $what: no $1"
		return
	fi
	list --log "$tmp/log" $amd >"$tmp/got" 2>"$tmp/err"
	if grep -q "is compressed by xz" "$tmp/err"; then
		skip "a log $what: built without liblzma"
		return
	fi
	check "a log $what has the same faults" cmp "$tmp/expected" "$tmp/got"
}
for tool in gzip xz zstd; do
	came "compressed by $tool" $tool -c
done
came "in UTF-16" iconv -f UTF-8 -t UTF-16
for width in 66 72 80 100; do
	came "in lines of $width" fold -s -w $width
	came "in lines of $width, quoted" sh -c "sed 's/^/> /' | fold -s -w $width | sed 's/^[^>]/> &/'"
done
for width in 64 80; do
	came "in lines of $width, which a terminal broke" fold -w $width
done
came "of a console, between lines of programs" sed 's/$/\n[  OK  ] Started Session 3 of user root./'
# As the times of day are not the kernel's, they are compared with the same ones that are not quoted.
sed 's/^\[ *\([0-9.]*\)\] /2026-11-29T01:10:\1+00:00 host kernel: /; s/10:\([0-9]\)\./10:0\1./' $log >"$tmp/dated"
list --log "$tmp/dated" $amd >"$tmp/got"
sed 's/^/> /' "$tmp/dated" >"$tmp/log"
list --log "$tmp/log" $amd >"$tmp/quoted"
check "a quoted log with the times of day has the same faults" cmp "$tmp/got" "$tmp/quoted"
gzip -c <$log | head -c 400 >"$tmp/log"
exits "a compressed log that is cut is read" 0 faults --log "$tmp/log" $amd
shows "a compressed log that is cut: says so" "the log is cut or damaged: not all of it could be read"
{ printf 'BZh91AY&SY'; head -c 100 /dev/urandom; } >"$tmp/log"
exits "a log compressed by bzip2" 1 faults --log "$tmp/log" $amd
says "a log compressed by bzip2: what to do" "is compressed by bzip2; unpack it: bzip2 -dc FILE"

# What other boots logged is not of the recording; what the log has twice is one fault.
{ echo "[    0.000000] Linux version 6.12.0"; grep -v monotonic= $log; } >"$tmp/boot"
sed 's/^/[    0.000000] Linux version 6.12.0\n/; q' $log | cat "$tmp/boot" - $log "$tmp/boot" >"$tmp/log"
list --log "$tmp/log" $amd >"$tmp/got"
check "a log of three boots has the faults of the recorded one" cmp "$tmp/expected" "$tmp/got"
cat $log $log >"$tmp/log"
list --log "$tmp/log" $amd >"$tmp/got"
check "two copies of a log have the same faults" cmp "$tmp/expected" "$tmp/got"

# Another clock, and no line with the monotonic one: the faults that are in both tell how far off it is.
grep -v monotonic= $log | awk 'match($0, /^\[ *[0-9.]+\]/) {
		printf "[%12.6f]%s\n", substr($0, 2, RLENGTH - 2) + 5000, substr($0, RLENGTH + 1)
		next
	} { print }' >"$tmp/log"
list --log "$tmp/log" $amd >"$tmp/got"
check "a log of another clock has the same faults" cmp "$tmp/expected" "$tmp/got"
"$prog" faults --quiet --log "$tmp/log" $amd >"$tmp/out" 2>"$tmp/err"
check "whose clock is found by the faults in both" grep -q 'by faults that are in both' "$tmp/out"

# Damage: what can be read is; nothing crashes, and nothing is made up.
form "with other lines between" 's/$/\nNov 29 host systemd[1]: Started something. [/'
head -c 1500 $log >"$tmp/log"
exits "a log that is cut is read" 0 faults --quiet --log "$tmp/log" $amd
head -c 3000 /dev/urandom >"$tmp/log"
exits "garbage for a log is no error" 0 faults --quiet --log "$tmp/log" $amd
sed 's/address=0x/address=0xzz/' $log >"$tmp/log"
"$prog" faults --quiet --log "$tmp/log" $amd >"$tmp/out"
check "lines that cannot be read are counted" grep -q "lines look like faults" "$tmp/out"
echo '[    9.1] amd_iommu_report_page_fault: 12 callbacks suppressed' | cat $log - >"$tmp/log"
"$prog" faults --quiet --log "$tmp/log" $amd >"$tmp/out"
check "lines that the kernel left out are said" grep -q "left out 12 lines" "$tmp/out"

# The groups of the mappings' devices.
"$prog" faults --quiet --group 0000:00:10.1 --group 0000:00:10.0 --format csv $amd >"$tmp/out"
check "devices of different groups do not share addresses" grep -q ,other_domain, "$tmp/out"
# shellcheck disable=SC2016	# not the shell's
check "and so nothing of theirs is unmapped" sh -c '! grep -q ,unmapped, "$1"' sh "$tmp/out"

# The gate, and usage.
exits "a log of something else" 0 faults --log README.md $amd
says "a log of something else: a warning" "README.md: no line has a time as dmesg, journalctl and syslog write it"
exits "a log of something else, quietly" 0 faults --quiet --log README.md $amd
check "a log of something else, quietly: not a word" test ! -s "$tmp/err"
exits "run: a log of something else" 0 run --strategy strict --log README.md $amd
says "run: a log of something else: a warning" "README.md: no line has a time as dmesg, journalctl and syslog write it"
exits "run: a log of something else, quietly" 0 run --strategy strict --quiet --log README.md $amd
check "run: a log of something else, quietly: not a word" test ! -s "$tmp/err"
grep -v io_page_fault $amd >"$tmp/none.txt"
exits "no fault" 0 faults "$tmp/none.txt"
shows "no fault: where others may be" "no fault was found; a log is given with --log"
echo '[    9.1] nothing' >"$tmp/log"
exits "no fault in a log" 0 faults --log "$tmp/log" "$tmp/none.txt"
shows "no fault in a log: says so" "no fault was found, neither in the recording nor in the log"

# Devices of --group that are not there; 0000:00:10.1 has faults, 0000:00:10.0 mappings.
for command in faults "run --strategy strict"; do
	# shellcheck disable=SC2086	# a command and its option
	exits "$command: a group" 0 $command --group 0000:00:10.1,0000:00:10.0 $amd
	check "$command: a group: not a word" test ! -s "$tmp/err"
	# shellcheck disable=SC2086
	exits "$command: a group of others" 0 $command --group 0000:00:10.1,0000:00:10. --group x $amd
	says "$command: a group of others: which" "--group: no mapping and no fault is of a device 0000:00:10."
	says "$command: a group of others: each" "--group: no mapping and no fault is of a device x"
done
exits "run: a group without faults" 0 run --strategy strict --group 0000:00:10.1 "$tmp/none.txt"
says "run: a group without faults: says so" "--group changes nothing: the recording has no faults"
exits "run: a group without faults, quietly" 0 run --quiet --strategy strict --group 0000:00:10.1 "$tmp/none.txt"
check "run: a group without faults, quietly: not a word" test ! -s "$tmp/err"
exits "--fail-if fails" 3 faults --quiet --fail-if 'unmapped>0' $amd
exits "--fail-if passes" 0 faults --quiet --fail-if 'unmapped>1000' --fail-if 'suppressed>0' $amd
while read -r condition status; do
	exits "--fail-if $condition" "$status" faults --quiet --fail-if "$condition" $amd
done <<'END'
unmapped>=1 3
unmapped<1000 3
unmapped<=0 0
unmapped!=0 3
unmapped=0 0
unmapped>0.5 3
END
exits "--fail-if names a figure that is not there" 2 faults --quiet --fail-if 'nothing>0' $amd
check "and near ones are said" grep -q 'the nearest: ' "$tmp/err"
exits "--fail-if without a baseline" 2 faults --quiet --fail-if 'total>+5%' $amd
exits "a log that is not there" 1 faults --quiet --log "$tmp/missing" $amd
exits "--delay needs a unit" 2 faults --quiet --delay 5 $amd
exits "--delay is at most 10ms" 2 faults --quiet --delay 11ms $amd
run faults --quiet --group , $amd
check "--group needs names" grep -q -- --group "$tmp/err"

# Every format; names from a log are not mark-up.
sed 's/pci 0000:00:10.1: AMD/AMD/; s/IO_PAGE_FAULT domain/IO_PAGE_FAULT device=0000:00:10.1 domain/' \
	$log >"$tmp/log"
list --log "$tmp/log" $amd >"$tmp/got"
check "a device inside of the brackets" cmp "$tmp/expected" "$tmp/got"
sed 's/0000:00:10\.1/<b>\&"/' $amd >"$tmp/odd.txt"
for format in table md html csv json; do
	exits "format $format" 0 faults --quiet --format $format --output "$tmp/out.$format" "$tmp/odd.txt"
done
# shellcheck disable=SC2016	# not the shell's
check "a name in HTML is text" sh -c '! grep -q "<b>" "$1"' sh "$tmp/out.html"
check "a name in Markdown is text" grep -qF '\<b\>' "$tmp/out.md"

# More operations than the assembler's window holds: the holder is the last one before the fault.
awk 'BEGIN {
	for (i = 0; i < 70000; i++) {
		addr = 1048576 + 4096 * (i % 5000 + (i >= 35000) * 5000)
		t = 10 + i / 10000
		printf "%16s [000] ..... %.6f: map: IOMMU: iova=0x%016x - 0x%016x paddr=0x%016x size=4096\n", "fio-1", t, addr, addr + 4096, 16777216
		printf "%16s [000] ..... %.6f: unmap: IOMMU: iova=0x%016x - 0x%016x size=4096 unmapped_size=4096\n", "fio-1", t + 0.00005, addr, addr + 4096
	}
	printf "%16s [000] ..... %.6f: io_page_fault: IOMMU:pci 0000:00:10.0 iova=0x%016x flags=0x0001\n", "irq/24-2", t + 1, 1048576 + 4096 * 7
}' >"$tmp/many.txt"
"$prog" faults --quiet --format csv "$tmp/many.txt" >"$tmp/out"
check "140,000 events before a fault: its last mapping is found" test \
	"$(tail -n 1 "$tmp/out" | cut -d, -f8,9,13,15,17)" = "unmapped,0x107000,13000700000,13000750000,4999150000"
