# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The program on s390x, which has the other byte order, and multiplies and adds in
# one instruction.  Here is what needs nothing but the C library: it is built for
# s390x, and an emulator runs it.

. tests/lib.sh

cc=s390x-linux-gnu-gcc
emulator=qemu-s390x

# emulated NAME TEST OBJECT...: this unit test passes there; its objects are made as the program's are
emulated() {
	name="s390x: $1"
	test=$2
	shift 2
	if [ -n "$missing" ]; then
		skip "$name: $missing"
	elif ! env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s CC=$cc CFLAGS=-O2 CPPFLAGS= LTO= SANITIZE= \
			PKG_CONFIG=: BUILD="$tmp" "$@" >"$tmp/err" 2>&1 ||
	     ! $cc -O2 -static -std=gnu11 -D_GNU_SOURCE -Itests/byteorder -Ilib -Ilib/include \
			-o "$tmp/test" "$(find tests -name "$test.c")" "$@" -lm 2>"$tmp/err"; then
		not_ok "$name: it cannot be built"
	else
		check "$name" $emulator "$tmp/test" 2>"$tmp/err"
	fi
}

missing=
if ! command -v $cc >/dev/null || ! command -v $emulator >/dev/null; then
	missing="no $cc, or no $emulator"
elif ! echo 'int main(void) { return 0; }' | $cc -static -x c -o "$tmp/none" - 2>"$tmp/err"; then
	missing="$cc has no C library"
fi

emulated "operations come back from memory and from the file" test_spool \
	"$tmp/lib/recording/spool.o" "$tmp/lib/base/temp.o"
emulated "pages of ring buffers are read, of both byte orders" test_subbuffer \
	"$tmp/lib/input/tracedat/subbuffer.o" "$tmp/lib/events/format_text.o" "$tmp/lib/base/memory.o"
