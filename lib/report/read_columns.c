// SPDX-License-Identifier: GPL-2.0-or-later
/* The values of a report: from JSON into structures, by the columns. */
#include "report/read_priv.h"
#include "report/json_count.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* False: something on the way to the member is not an object, and not null either. */
static bool find_member(const json_t *object, const char *key, json_t **member)
{
	char part[64];
	const char *dot;

	while ((dot = strchr(key, '.'))) {
		size_t len = (size_t)(dot - key);

		if (len >= sizeof(part))
			break;
		memcpy(part, key, len);
		part[len] = '\0';
		object = json_object_get(object, part);
		if (object && !json_is_object(object) && !json_is_null(object))
			return false;
		key = dot + 1;
	}
	*member = json_object_get(object, key);
	return true;
}

json_t *ir_read_member(const json_t *object, const char *key)
{
	json_t *member;

	return find_member(object, key, &member) ? member : NULL;
}

int ir_read_outline(const json_t *object, const char *const *keys, json_type type, struct ir_error *err)
{
	for (; *keys; keys++) {
		const json_t *member = json_object_get(object, *keys);

		if (member && !json_is_null(member) && json_typeof(member) != type)
			return ir_error_set(err, -EINVAL, "%s is not %s", *keys,
					    type == JSON_ARRAY ? "a list" : "an object");
	}
	return 0;
}

bool ir_read_value(const json_t *json, struct ir_value *value)
{
	*value = (struct ir_value){ .type = IR_VALUE_NULL };
	if (json_is_string(json))
		*value = (struct ir_value){ .type = IR_VALUE_TEXT, .text = json_string_value(json) };
	else if (json_is_integer(json) && json_integer_value(json) >= 0)
		*value = (struct ir_value){ .type = IR_VALUE_COUNT,
					    .count = (uint64_t)json_integer_value(json) };
	else if (json_is_real(json) && json_real_value(json) >= 0)
		*value = (struct ir_value){ .type = IR_VALUE_REAL, .real = json_real_value(json) };
	else if (json_is_boolean(json))
		*value = (struct ir_value){ .type = IR_VALUE_TRUTH, .truth = json_is_true(json) };
	else
		return json_is_null(json);
	return true;
}

int ir_read_columns(const struct ir_column *columns, ir_read_put put,
		    bool (*wanted)(const struct ir_column *column), const json_t *object,
		    const struct ir_entry_fields *to, size_t result, struct ir_error *err)
{
	for (const struct ir_column *column = columns; column->key; column++) {
		json_t *member = NULL;
		struct ir_value value;
		bool found;

		if (column->kind != IR_COLUMN_VALUE || (wanted && !wanted(column)))
			continue;
		found = find_member(object, column->key, &member);
		if ((found && !member) || (ir_read_value(member, &value) && put(column, to, result, value)))
			continue;
		/* A text is a count where the column cannot have a text. */
		value = (struct ir_value){ .type = IR_VALUE_COUNT };
		if (!ir_json_read_count(member, &value.count) || !put(column, to, result, value))
			return ir_error_set(err, -EINVAL, "%s has a value that it cannot have",
					    column->key);
	}
	return 0;
}
