// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shortages, read again: sums over the examined ones are made of the means that the
 * report has, which gives the same means.
 */
#include "report/explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/json_count.h"
#include "report/read_priv.h"

/* Missing or null is 0. */
static bool read_count(const json_t *object, const char *key, uint64_t *to)
{
	const json_t *json = json_object_get(object, key);

	*to = 0;
	return !json || json_is_null(json) || ir_json_read_count(json, to);
}

/* A mean over @n as a sum; false if there is no such sum. */
static bool read_sum(const json_t *object, const char *key, uint64_t n, uint64_t *to)
{
	return read_count(object, key, to) && !__builtin_mul_overflow(*to, n, to);
}

static bool find_device(const struct ir_read_entry *e, const json_t *json, uint16_t *device)
{
	const char *name = json_string_value(json);

	*device = 0;
	if (!json || json_is_null(json))
		return true;
	for (size_t i = 1; name && i < e->info.nr_devices && i <= UINT16_MAX; i++) {
		if (strcmp(e->devices[i], name))
			continue;
		*device = (uint16_t)i;
		return true;
	}
	return name;
}

static bool find_site(const struct ir_read_entry *e, const json_t *json, uint32_t *site)
{
	const char *name = json_string_value(json);

	*site = IR_SITE_UNKNOWN;
	for (size_t i = 0; name && i < e->table.nr; i++) {
		if (strcmp(e->sites[i].name, name))
			continue;
		*site = (uint32_t)i;
		break;
	}
	return !json || json_is_null(json) || name;
}

static bool read_holder(const struct ir_read_entry *e, const json_t *json, uint64_t n, struct ir_entry_holder *h)
{
	const char *state = json_string_value(json_object_get(json, "state"));
	uint64_t mean_ns;

	if (!state || !find_device(e, json_object_get(json, "device"), &h->device) ||
	    !find_site(e, json_object_get(json, "site"), &h->site) ||
	    !read_sum(json, "pages", n, &h->pages) ||
	    !read_count(json, "oldest_ns", &h->oldest_ns) || !read_count(json, "mean_ns", &mean_ns))
		return false;
	h->lazy = !strcmp(state, "lazy");
	/* In the middle, so that dividing by the pages gives the same nanosecond. */
	h->page_ns = ((double)mean_ns + .5) * (double)h->pages;
	return true;
}

static bool read_holders(const struct ir_read_entry *e, const json_t *list, uint64_t n,
			 struct ir_entry_holder *holders, size_t most, size_t *nr)
{
	const json_t *json;
	size_t i;

	*nr = 0;
	json_array_foreach(list, i, json) {
		if (i == most || !read_holder(e, json, n, &holders[i]))
			return false;
		*nr = i + 1;
	}
	return true;
}

static bool read_moment(const struct ir_read_entry *e, const json_t *json, struct ir_shortage *s)
{
	const char *kind = json_string_value(json_object_get(json, "kind"));
	size_t nr;

	while (kind && s->kind < IR_SHORTAGE_KINDS &&
	       strcmp(kind, ir_shortage_kind_name((enum ir_shortage_kind)s->kind)))
		s->kind++;
	if (!kind || s->kind == IR_SHORTAGE_KINDS || !read_count(json, "time_ns", &s->time_ns) ||
	    !find_device(e, json_object_get(json, "device"), &s->device) ||
	    !find_site(e, json_object_get(json, "site"), &s->site) ||
	    !read_count(json, "pages", &s->pages) ||
	    !read_count(json, "live_pages", &s->live_pages) ||
	    !read_count(json, "lazy_pages", &s->lazy_pages) ||
	    !read_count(json, "other_pages", &s->other_pages) ||
	    !read_holders(e, json_object_get(json, "holders"), 1, s->holders, IR_MOMENT_HOLDERS, &nr))
		return false;
	s->nr_holders = (uint8_t)nr;
	return true;
}

static bool read_explanation(const struct ir_read_entry *e, const json_t *object, struct ir_explanation *x)
{
	const json_t *moments = json_object_get(object, "moments"), *json;
	uint64_t n;
	size_t i;

	for (int kind = 0; kind < IR_SHORTAGE_KINDS; kind++)
		if (!read_count(object, ir_shortage_kind_name((enum ir_shortage_kind)kind), &x->count[kind]))
			return false;
	if (!read_count(object, "examined", &x->examined) || !read_count(object, "first_ns", &x->first_ns) ||
	    !read_count(object, "last_ns", &x->last_ns) || x->examined > ir_explanation_total(x))
		return false;
	n = x->examined ? x->examined : 1;
	if (!read_sum(object, "live_pages", n, &x->live_pages) ||
	    !read_sum(object, "lazy_pages", n, &x->lazy_pages) ||
	    !read_sum(object, "other_pages", n, &x->other_pages) ||
	    !read_holders(e, json_object_get(object, "holders"), n, x->holders, IR_EXPLAIN_HOLDERS, &x->nr_holders))
		return false;
	json_array_foreach(moments, i, json) {
		if (i == IR_EXPLAIN_MOMENTS || !read_moment(e, json, &x->moments[i]))
			return false;
		x->nr_moments = i + 1;
	}
	return true;
}

int ir_read_explanations(struct ir_read_entry *e, const json_t *results, struct ir_error *err)
{
	size_t n = json_array_size(results), i;
	const json_t *result;

	json_array_foreach(results, i, result)
		if (!json_is_object(json_object_get(result, "shortages")))
			return 0;
	if (!n)
		return 0;
	e->explanations = calloc(n, sizeof(*e->explanations));
	if (!e->explanations)
		return ir_error_set(err, -ENOMEM, "out of memory");
	e->entry.explanations = e->explanations;
	json_array_foreach(results, i, result)
		if (!read_explanation(e, json_object_get(result, "shortages"), &e->explanations[i]))
			return ir_error_set(err, -EINVAL, "results[%zu]: shortages has a value that it cannot have",
					    i);
	return 0;
}
