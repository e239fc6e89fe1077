/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digests, by which damage in a stored report is noticed. */
#ifndef IR_REPORT_DIGEST_H
#define IR_REPORT_DIGEST_H

#include <jansson.h>

/* How all JSON of reports is written, but for its indentation. */
#define IR_JSON_FLAGS JSON_REAL_PRECISION(15)

/* The result of checking the member "digest" of a stored object. */
enum ir_seal {
	IR_SEAL_GOOD,		/* the object was not changed */
	IR_SEAL_NONE,		/* an older version wrote it, without a digest */
	IR_SEAL_BROKEN,		/* it was changed since */
};

/** ir_json_seal - set the member "digest" to that of all other members; 0, or -1: no memory */
int ir_json_seal(json_t *object);
/** ir_json_seal_check - compare the member "digest" with the object */
enum ir_seal ir_json_seal_check(const json_t *object);

#endif
