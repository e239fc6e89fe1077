# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The program on a machine of the other byte order, as s390x is one: operations
# come back as they were put away.  This needs nothing but the C library, so it
# is built for s390x, and an emulator runs it.

. tests/lib.sh

cc=s390x-linux-gnu-gcc
emulator=qemu-s390x
name="s390x: operations come back from memory and from the file"

if ! command -v $cc >/dev/null || ! command -v $emulator >/dev/null; then
	skip "$name: no $cc, or no $emulator"
elif ! echo 'int main(void) { return 0; }' | $cc -static -x c -o "$tmp/none" - 2>"$tmp/err"; then
	skip "$name: $cc has no C library"
elif ! $cc -O2 -static -std=gnu11 -D_GNU_SOURCE -Itests/byteorder -Ilib -Ilib/include \
	-o "$tmp/test" tests/test_spool.c lib/trace/spool.c lib/trace/temp.c 2>"$tmp/err"; then
	not_ok "$name: it cannot be built"
else
	check "$name" $emulator "$tmp/test" 2>"$tmp/err"
fi
