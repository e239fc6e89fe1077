// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/explain.h"

#include "report/columns.h"
#include "report/json_count.h"

static json_t *name_or_null(const char *text)
{
	char *clean = text ? ir_text_utf8(text) : NULL;
	json_t *json = clean ? json_string(clean) : text ? NULL : json_null();

	free(clean);
	return json;
}

static json_t *device_json(const struct ir_report_entry *entry, uint16_t device)
{
	return name_or_null(device && device < entry->info->nr_devices ?
			    entry->info->devices[device] : NULL);
}

static json_t *site_json(const struct ir_report_entry *entry, uint32_t site)
{
	const struct ir_site_table *table = entry->info->sites;

	return name_or_null(table && site < table->nr ? table->sites[site].name : NULL);
}

/* @x: over whose shortages it was added up; NULL: it is of one */
static json_t *holder_json(const struct ir_report_entry *entry, const struct ir_entry_holder *h,
			   const struct ir_explanation *x)
{
	json_t *object = json_object();
	int rc = json_object_set_new(object, "device", device_json(entry, h->device));

	rc |= json_object_set_new(object, "site", site_json(entry, h->site));
	rc |= json_object_set_new(object, "state", json_string(h->lazy ? "lazy" : "live"));
	rc |= json_object_set_new(object, "pages", ir_json_count(x ? ir_explanation_mean(x, h->pages) : h->pages));
	rc |= json_object_set_new(object, "oldest_ns", ir_json_count(h->oldest_ns));
	rc |= json_object_set_new(object, "mean_ns", ir_json_count(ir_holder_mean_ns(h)));
	if (!rc)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *holders_json(const struct ir_report_entry *entry, const struct ir_entry_holder *list,
			    size_t nr, const struct ir_explanation *x)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < nr; i++) {
		if (json_array_append_new(array, holder_json(entry, &list[i], x))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static int set_pages(json_t *object, uint64_t live, uint64_t lazy, uint64_t other)
{
	int rc = json_object_set_new(object, "live_pages", ir_json_count(live));

	rc |= json_object_set_new(object, "lazy_pages", ir_json_count(lazy));
	return rc | json_object_set_new(object, "other_pages", ir_json_count(other));
}

static json_t *moment_json(const struct ir_report_entry *entry, const struct ir_shortage *s)
{
	json_t *object = json_object();
	int rc = json_object_set_new(object, "time_ns", ir_json_count(s->time_ns));

	rc |= json_object_set_new(object, "kind", json_string(ir_shortage_kind_name(
		(enum ir_shortage_kind)s->kind)));
	rc |= json_object_set_new(object, "device", device_json(entry, s->device));
	rc |= json_object_set_new(object, "site", site_json(entry, s->site));
	rc |= json_object_set_new(object, "pages", ir_json_count(s->pages));
	rc |= set_pages(object, s->live_pages, s->lazy_pages, s->other_pages);
	rc |= json_object_set_new(object, "holders", holders_json(entry, s->holders, s->nr_holders, NULL));
	if (!rc)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *moments_json(const struct ir_report_entry *entry, const struct ir_explanation *x)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < x->nr_moments; i++) {
		if (json_array_append_new(array, moment_json(entry, &x->moments[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

json_t *ir_explanation_json(const struct ir_report_entry *entry, size_t i)
{
	const struct ir_explanation *x = &entry->explanations[i];
	json_t *object = json_object();
	int rc = object ? 0 : -1;

	for (int kind = 0; kind < IR_SHORTAGE_KINDS; kind++)
		rc |= json_object_set_new(object, ir_shortage_kind_name((enum ir_shortage_kind)kind),
					  ir_json_count(x->count[kind]));
	rc |= json_object_set_new(object, "examined", ir_json_count(x->examined));
	rc |= json_object_set_new(object, "first_ns", ir_explanation_total(x) ?
				  ir_json_count(x->first_ns) : json_null());
	rc |= json_object_set_new(object, "last_ns", ir_explanation_total(x) ?
				  ir_json_count(x->last_ns) : json_null());
	rc |= set_pages(object, ir_explanation_mean(x, x->live_pages), ir_explanation_mean(x, x->lazy_pages),
			ir_explanation_mean(x, x->other_pages));
	rc |= json_object_set_new(object, "holders", holders_json(entry, x->holders, x->nr_holders, x));
	rc |= json_object_set_new(object, "moments", moments_json(entry, x));
	if (!rc)
		return object;
	json_decref(object);
	return NULL;
}
