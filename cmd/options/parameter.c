// SPDX-License-Identifier: GPL-2.0-or-later
#include "options/parameter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/number.h"
#include "options/option_values.h"
#include "options/options.h"

#define STEPS 16	/* of a range without one */

/* The bounds are those of the options; a limit of 0 is none, and has no place in a range. */
const struct parameter parameters[] = {
	{ "entry-limit", NULL, true, true, 1, UINT64_C(1) << 52, 1, 0 },
	{ "pinned-limit", NULL, true, true, 1, UINT64_C(1) << 52, 1, 0 },
	{ "tlb-refresh", NULL, true, true, 0, 1, 1, 0 },
	{ "share", NULL, false, true, 0, 0, 1, 0 },
	{ "backend", NULL, false, true, 0, 0, 1, 0 },
	{ "queue", NULL, false, false, 0, 0, 1, 0 },
	{ "queue-size", NULL, true, false, 2, 1 << 24, 1, 0 },
	{ "queue-timeout", NULL, true, false, 1, 86400000, 1, 1000000 },
	{ "aperture", NULL, true, false, IR_PAGE_SIZE, UINT64_C(1) << 52, IR_PAGE_SIZE, 0 },
	{ "initial-pages", NULL, true, false, 0, IR_MAX_INITIAL_PAGES, 1, 0 },
	{ "cpus", NULL, true, false, 1, 65536, 1, 0 },
	{ "hz", NULL, true, false, 1, 10000, 1, 0 },
	{ "devices", NULL, true, false, 1, IR_MAX_COPIES, 1, 0 },
	{ "api", NULL, false, false, 0, 0, 1, 0 },
	{ "timer", NULL, false, false, 0, 0, 1, 0 },
	{ "flush-latency", "rpcit-latency", true, false, 0, UINT64_C(3600000000000), 1, 1 },
	{ .name = NULL },
};

static const char *parameter_name(const void *numeric, size_t i)
{
	for (const struct parameter *p = parameters; p->name; p++)
		if ((!numeric || p->numeric) && !i--)
			return p->name;
	return NULL;
}

static bool is_name(const char *name, const char *text, size_t len)
{
	return name && strlen(name) == len && !strncmp(name, text, len);
}

static const struct parameter *find_parameter(const char *name, size_t len, bool numeric,
					       struct ir_error *err)
{
	for (const struct parameter *p = parameters; p->name; p++)
		if ((is_name(p->name, name, len) || is_name(p->old_name, name, len)) &&
		    (!numeric || p->numeric))
			return p;
	name_unknown(err, numeric ? "numeric parameter" : "parameter", name, len, parameter_name,
		     numeric ? "" : NULL);
	return NULL;
}

const struct parameter *parameter_find(const char *name, size_t len, struct ir_error *err)
{
	return find_parameter(name, len, false, err);
}

const struct parameter *parameter_find_numeric(const char *name, size_t len, struct ir_error *err)
{
	return find_parameter(name, len, true, err);
}

int parameter_set(const struct parameter *parameter, struct ir_config *config, const char *text,
		  struct ir_error *err)
{
	return parameter->of_hypervisor ?
		options_hypervisor_parameter(config, parameter->name, text, err) :
		options_parameter(&config->params, parameter->name, text, err);
}

int parameter_set_number(const struct parameter *parameter, struct ir_config *config,
			 uint64_t value, struct ir_error *err)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return parameter_set(parameter, config, text, err);
}

static int add_value(struct range *range, uint64_t value, struct ir_error *err)
{
	uint64_t *grown;

	if (range->n && range->values[range->n - 1] >= value)
		return 0;
	if (range->n == RANGE_MAX_VALUES)
		return ir_error_set(err, -E2BIG, "more than %d values; take larger steps",
				    RANGE_MAX_VALUES);
	if (range->n % 64 == 0) {
		grown = reallocarray(range->values, range->n + 64, sizeof(*grown));
		if (!grown)
			return ir_error_set(err, -ENOMEM, "out of memory");
		range->values = grown;
	}
	range->values[range->n++] = value;
	return 0;
}

static int fill_linear(const struct parameter *p, struct range *range, uint64_t from, uint64_t to,
		       uint64_t step, struct ir_error *err)
{
	uint64_t value = from;
	int rc = 0;

	while (!rc && value < to) {
		rc = add_value(range, value - value % p->unit, err);
		if (__builtin_add_overflow(value, step, &value))
			break;
	}
	return rc ? rc : add_value(range, to - to % p->unit, err);
}

static int fill_factor(const struct parameter *p, struct range *range, uint64_t from, uint64_t to,
		       double factor, struct ir_error *err)
{
	double exact = (double)from;
	int rc = 0;

	for (; !rc && exact + 0.5 < (double)to; exact *= factor) {
		uint64_t value = (uint64_t)(exact + 0.5);

		rc = add_value(range, value - value % p->unit, err);
	}
	return rc ? rc : add_value(range, to - to % p->unit, err);
}

/* "x1.5": more than 1, by so much that a range ends some time. */
static int parse_factor(const char *text, double *factor, struct ir_error *err)
{
	size_t digits = strspn(text, "0123456789");

	if (text[digits] == '.')
		digits += 1 + strspn(text + digits + 1, "0123456789");
	*factor = digits && digits < 16 && !text[digits] ? strtod(text, NULL) : 0;
	if (*factor >= 1.001)
		return 0;
	return ir_error_set(err, -EINVAL, "\"x%.40s\" is not a factor above 1, such as x2 or x1.5",
			    text);
}

static int parse_value(const struct parameter *p, const char *what, const char *text, size_t len,
		       uint64_t min, uint64_t max, uint64_t *value, struct ir_error *err)
{
	if (p->time_ns)
		return parse_time(what, text, len, p->time_ns, min, max, value, err);
	return parse_number(what, text, len, min, max, value, err);
}

static int fill_range(const struct parameter *p, struct range *range, uint64_t from, uint64_t to,
		      const char *step, struct ir_error *err)
{
	uint64_t width = (to - from) / STEPS, number;
	double factor;
	int rc;

	if (!step)
		return fill_linear(p, range, from, to, width ? width + (width * STEPS < to - from) : 1,
				   err);
	if (*step == 'x') {
		range->by_factor = true;
		rc = parse_factor(step + 1, &factor, err);
		if (!rc && !from)
			rc = ir_error_set(err, -EINVAL, "a factor leads nowhere from 0");
		return rc ? rc : fill_factor(p, range, from, to, factor, err);
	}
	rc = parse_value(p, "step", step, strlen(step), 1, p->max, &number, err);
	return rc ? rc : fill_linear(p, range, from, to, number, err);
}

int range_parse(const struct parameter *p, const char *text, struct range *range,
		struct ir_error *err)
{
	const char *colon = strchr(text, ':'), *second;
	struct ir_error why = { "" };
	uint64_t from, to;
	int rc;

	*range = (struct range){ .values = NULL };
	if (!colon)
		return ir_error_set(err, -EINVAL, "%s: \"%.60s\" is not FROM:TO, FROM:TO:STEP or "
				    "FROM:TO:xFACTOR", p->name, text);
	second = strchrnul(colon + 1, ':');
	rc = parse_value(p, p->name, text, (size_t)(colon - text), p->min, p->max, &from, err);
	if (!rc)
		rc = parse_value(p, p->name, colon + 1, (size_t)(second - colon - 1), p->min, p->max,
				 &to, err);
	if (rc)
		return rc;
	if (from > to)
		return ir_error_set(err, -EINVAL, "%s: the range %.60s ends before it begins",
				    p->name, text);
	rc = fill_range(p, range, from, to, *second ? second + 1 : NULL, &why);
	if (!rc)
		return 0;
	free(range->values);
	range->values = NULL;
	return ir_error_set(err, rc, "%s: %.400s", p->name, why.text);
}
