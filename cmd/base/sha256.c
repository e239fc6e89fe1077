// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sha256.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <stdbool.h>

#define BLOCK 64

/* FIPS 180-4, 4.2.2 */
static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static bool has_instructions(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3))
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_SHA;
}

/*
 * Four rounds at a time.  The instructions want the state as two vectors, the words A, B, E, F and
 * C, D, G, H, the first one of each in the highest place.
 */
__attribute__((target("sha,sse4.1,ssse3")))
static void hash_blocks(uint32_t state[8], const uint8_t *data, size_t blocks)
{
	const __m128i swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
	__m128i abef = _mm_set_epi32((int)state[0], (int)state[1], (int)state[4], (int)state[5]);
	__m128i cdgh = _mm_set_epi32((int)state[2], (int)state[3], (int)state[6], (int)state[7]);
	uint32_t out[8];

	for (; blocks; blocks--, data += BLOCK) {
		const __m128i abef_before = abef, cdgh_before = cdgh;
		__m128i words[4] = { abef }, sum;

		for (unsigned int i = 0; i < 16; i++) {
			__m128i *w = &words[i % 4];
			const __m128i last = words[(i + 3) % 4];

			if (i < 4)
				*w = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)
								      (data + 16 * i)), swap);
			else
				*w = _mm_sha256msg2_epu32(
					_mm_add_epi32(_mm_sha256msg1_epu32(*w, words[(i + 1) % 4]),
						      _mm_alignr_epi8(last, words[(i + 2) % 4], 4)),
					last);
			sum = _mm_add_epi32(*w, _mm_loadu_si128((const __m128i *)(const void *)
								&constants[4 * i]));
			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
		}
		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}
	_mm_storeu_si128((__m128i *)(void *)out, abef);
	_mm_storeu_si128((__m128i *)(void *)(out + 4), cdgh);
	state[0] = out[3];
	state[1] = out[2];
	state[2] = out[7];
	state[3] = out[6];
	state[4] = out[1];
	state[5] = out[0];
	state[6] = out[5];
	state[7] = out[4];
}

/* Whole blocks, where libmd has nothing kept from before. */
static size_t hash_fast(SHA2_CTX *hash, const uint8_t *data, size_t len)
{
	size_t blocks = len / BLOCK;

	if (!blocks || hash->bitcount[0] % (BLOCK * 8) || !has_instructions())
		return 0;
	hash_blocks(hash->state.st32, data, blocks);
	hash->bitcount[0] += (uint64_t)blocks * BLOCK * 8;
	return blocks * BLOCK;
}
#else
static size_t hash_fast(SHA2_CTX *hash, const uint8_t *data, size_t len)
{
	(void)hash;
	(void)data;
	(void)len;
	return 0;
}
#endif

void sha256_update(SHA2_CTX *hash, const uint8_t *data, size_t len)
{
	size_t done = hash_fast(hash, data, len);

	if (done < len)
		SHA256Update(hash, data + done, len - done);
}
