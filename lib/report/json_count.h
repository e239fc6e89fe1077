/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers in JSON: written, and counts read again. */
#ifndef IR_REPORT_JSON_COUNT_H
#define IR_REPORT_JSON_COUNT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * ir_json_count - a count, as a number; above INT64_MAX, which readers of JSON do not
 * take for a number without changing it, as a text of its decimal digits
 */
json_t *ir_json_count(uint64_t count);
/** ir_json_read_count - what ir_json_count() made; false: anything else */
bool ir_json_read_count(const json_t *json, uint64_t *count);
/**
 * ir_json_real - a real number; one without a fraction as an integer, as jq and JavaScript
 * write it, so that a digest is right for what they wrote, too; null if it is not finite
 */
json_t *ir_json_real(double real);

#endif
