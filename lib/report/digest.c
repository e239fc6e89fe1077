// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Digests of stored JSON objects (reports, lines of results): SHA-256 of the
 * object without its member "digest", written compactly with sorted keys.
 * White space, the order of members and the notation of a number do not change
 * it; every value and every name does.
 */
#include "report/digest.h"

#include "base/sha256.h"

#include <string.h>

static int add_text(const char *text, size_t len, void *hash)
{
	ir_sha256_add(hash, text, len);
	return 0;
}

static int compute_digest(const json_t *object, char digest[IR_SHA256_TEXT])
{
	json_t *rest = json_copy((json_t *)(uintptr_t)object);
	ir_sha256 hash;
	int rc;

	/* jansson (2.14) leaves members out that it has no memory for. */
	if (json_object_size(rest) != json_object_size(object)) {
		json_decref(rest);
		return -1;
	}
	json_object_del(rest, "digest");
	ir_sha256_init(&hash);
	rc = json_dump_callback(rest, add_text, &hash,
				JSON_COMPACT | JSON_SORT_KEYS | IR_JSON_FLAGS);
	ir_sha256_end(&hash, digest);
	json_decref(rest);
	return rc;
}

int ir_json_seal(json_t *object)
{
	char digest[IR_SHA256_TEXT];

	if (compute_digest(object, digest))
		return -1;
	return json_object_set_new(object, "digest", json_string(digest));
}

enum ir_seal ir_json_seal_check(const json_t *object)
{
	const json_t *member = json_object_get(object, "digest");
	char digest[IR_SHA256_TEXT];

	if (!member)
		return IR_SEAL_NONE;
	if (!json_is_string(member) || compute_digest(object, digest) ||
	    strcmp(json_string_value(member), digest))
		return IR_SEAL_BROKEN;
	return IR_SEAL_GOOD;
}
