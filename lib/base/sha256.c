// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sha256.h"

#include <stdint.h>

#ifdef IR_HAVE_NETTLE
#include <nettle/base16.h>
#include <nettle/version.h>

void ir_sha256_init(ir_sha256 *hash)
{
	sha256_init(hash);
}

void ir_sha256_add(ir_sha256 *hash, const void *data, size_t len)
{
	sha256_update(hash, len, data);
}

void ir_sha256_end(ir_sha256 *hash, char digest[IR_SHA256_TEXT])
{
	uint8_t bytes[SHA256_DIGEST_SIZE];

#if NETTLE_VERSION_MAJOR < 4
	sha256_digest(hash, sizeof(bytes), bytes);
#else
	sha256_digest(hash, bytes);
#endif
	base16_encode_update(digest, sizeof(bytes), bytes);
	digest[IR_SHA256_TEXT - 1] = '\0';
}

#else

void ir_sha256_init(ir_sha256 *hash)
{
	SHA256Init(hash);
}

void ir_sha256_add(ir_sha256 *hash, const void *data, size_t len)
{
	SHA256Update(hash, data, len);
}

void ir_sha256_end(ir_sha256 *hash, char digest[IR_SHA256_TEXT])
{
	SHA256End(hash, digest);
}
#endif
