/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON in and out, complete or not at all: jansson drops parts that it has no memory for. */
#ifndef IR_BASE_JSON_H
#define IR_BASE_JSON_H

#include <jansson.h>
#include <stddef.h>

/**
 * ir_json_load - a text as JSON without duplicate members, for json_decref()
 * @why: what is wrong and where, if it returns NULL; without memory line 1, "out of memory"
 */
json_t *ir_json_load(const char *text, size_t len, json_error_t *why);
/** ir_json_dump - as json_dumps(): for free(), NULL: no memory */
char *ir_json_dump(const json_t *json, size_t flags);

#endif
