# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SHA-256 by either library is what sha256sum says.

. tests/lib.sh

cc=${CC:-cc}
cat >"$tmp/main.c" <<'EOF'
#include "base/sha256.h"

#include <stdio.h>

int main(void)
{
	char buffer[1000], digest[IR_SHA256_TEXT];
	ir_sha256 hash;
	size_t n;

	for (int i = 0; i < 2; i++) {
		ir_sha256_init(&hash);
		while ((n = fread(buffer, 1, sizeof(buffer), stdin)))
			ir_sha256_add(&hash, buffer, n);
		ir_sha256_end(&hash, digest);
		puts(digest);
		rewind(stdin);
	}
	return 0;
}
EOF
printf '' >"$tmp/empty"
for library in nettle libmd; do
	if ! pkg-config --exists $library; then
		skip "SHA-256 by $library: it is not there"
		continue
	fi
	define=
	[ $library = libmd ] || define=-DIR_HAVE_NETTLE
	# shellcheck disable=SC2046,SC2086	# several options, or none
	check "SHA-256 by $library: compiles" "$cc" -std=gnu11 -Wall -Wextra -Werror $define -Ilib \
		$(pkg-config --cflags $library) -o "$tmp/$library" "$tmp/main.c" lib/base/sha256.c \
		$(pkg-config --libs $library)
	for file in "$tmp/empty" traces/6.12-fq-randread-lim2048-smp1.dat; do
		sum=$(sha256sum <"$file")
		printf '%s\n%s\n' "${sum%% *}" "${sum%% *}" >"$tmp/expected"
		"$tmp/$library" <"$file" >"$tmp/out"
		check "SHA-256 by $library: of ${file##*/}, twice" cmp "$tmp/expected" "$tmp/out"
	done
done

# From version 4 on libnettle's functions take no length of the digest.
mkdir -p "$tmp/four/nettle"
echo '#define NETTLE_VERSION_MAJOR 4' >"$tmp/four/nettle/version.h"
cat >"$tmp/four/nettle/sha2.h" <<'EOF'
#include <stdint.h>
#define SHA256_DIGEST_SIZE 32
struct sha256_ctx { int any; };
void sha256_init(struct sha256_ctx *);
void sha256_update(struct sha256_ctx *, size_t, const uint8_t *);
void sha256_digest(struct sha256_ctx *, uint8_t *);
EOF
echo 'void base16_encode_update(char *, size_t, const uint8_t *);' >"$tmp/four/nettle/base16.h"
check "SHA-256 by libnettle 4: compiles" "$cc" -std=gnu11 -Wall -Wextra -Werror -DIR_HAVE_NETTLE -Ilib \
	-I"$tmp/four" -fsyntax-only lib/base/sha256.c
