#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Faults of the machine: allocations, threads and system calls that fail, one at a
# time.  Here some of them for each reader and command; `make faults` tries all.

. tests/lib.sh

if ! command -v python3 >/dev/null; then
	skip "faults: python3 is not installed"
	exit 0
fi
python3 tests/faults.py -q -l "$(fewer 8 30)" -k allocations "$BUILD"
python3 tests/faults.py -q -l 2 -k calls "$BUILD" "@FILE"

# Without memory libelf has no symbols, and a file without symbols is another matter.

file=traces/6.12-fq-mixed-perf-g.perf.data
id=4581f08e1a8be2afce33b2e9dbbcd35ea1519c7f
count() {
	FAULT_COUNT=9 LD_PRELOAD=$BUILD/tests/fault_alloc.so \
		"$prog" info --sites --vmlinux "$tmp/vmlinux" $file 9>&1 >"$tmp/out" 2>"$tmp/err"
}
echo 'int f(void) { return 1; } int main(void) { return f(); }' >"$tmp/f.c"
if ! cc -Wl,--build-id=0x$id -Wl,--defsym=_text=0x3fffe8f8000 -o "$tmp/vmlinux" "$tmp/f.c" 2>"$tmp/err"; then
	skip "no memory for symbols: no compiler that makes a file with this build id"
elif ! n=$(count) || [ "${n:-0}" -lt 200 ]; then
	skip "no memory for symbols: allocations cannot be made to fail in this build"
else
	i=$((n - 350))
	while [ $((i += 1)) -le "$n" ]; do
		FAULT_AT=$i LD_PRELOAD=$BUILD/tests/fault_alloc.so \
			"$prog" info --sites --vmlinux "$tmp/vmlinux" $file 2>&1 >"$tmp/out"
	done | grep -v -i 'out of memory$\|cannot allocate memory$' >"$tmp/err"
	check "no memory for symbols is said, and nothing else" test ! -s "$tmp/err"
fi
