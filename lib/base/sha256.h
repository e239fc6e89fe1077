/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 in 64 hexadecimal digits, by libnettle or libmd, whichever the program
 * was built with: libnettle uses the processor's instructions for it.
 */
#ifndef IR_BASE_SHA256_H
#define IR_BASE_SHA256_H

#include <stddef.h>
#ifdef IR_HAVE_NETTLE
#include <nettle/sha2.h>
typedef struct sha256_ctx ir_sha256;
#else
#include <sys/types.h>
#include <sha2.h>
typedef SHA2_CTX ir_sha256;
#endif

#define IR_SHA256_TEXT 65	/* with the NUL */

/** ir_sha256_init - begin; what @hash had is forgotten */
void ir_sha256_init(ir_sha256 *hash);
/** ir_sha256_add - @len bytes more */
void ir_sha256_add(ir_sha256 *hash, const void *data, size_t len);
/** ir_sha256_end - the digest of all of them; begin again before @hash is used again */
void ir_sha256_end(ir_sha256 *hash, char digest[IR_SHA256_TEXT]);

#endif
