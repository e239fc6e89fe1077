/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 of much data: libmd's, with the processor's own instructions where it has them. */
#ifndef SHA256_H
#define SHA256_H

#include <sha2.h>
#include <stddef.h>
#include <stdint.h>

/** sha256_update - as SHA256Update(), with the same @hash; 5 times as fast on x86-64 with SHA instructions */
void sha256_update(SHA2_CTX *hash, const uint8_t *data, size_t len);

#endif
