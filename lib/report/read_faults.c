// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the faults of a report: members "faults" and "fault_summary", as faults.c writes them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/json_count.h"
#include "report/read_priv.h"

#define MAX_CANDIDATES	64	/* of a fault; the program writes fewer */

/* Texts stay the document's. */
struct ir_read_faults {
	struct ir_faults all;
	struct ir_fault *faults;
	struct ir_fault_mapping *mappings;	/* of all faults, in the order of the document */
	struct ir_fault_candidate *candidates;
	struct ir_fault_count *by_device, *by_site;
	size_t nr_mappings, nr_candidates;
};

static int wrong_member(struct ir_error *err, const char *key)
{
	return ir_error_set(err, -EINVAL, "%s is missing or makes no sense", key);
}

/* null or missing: NULL */
static bool read_text(const json_t *object, const char *key, const char **to)
{
	const json_t *json = json_object_get(object, key);

	*to = json_string_value(json);
	return !json || json_is_null(json) || *to;
}

/* null or missing: 0 */
static bool read_count(const json_t *object, const char *key, uint64_t *to)
{
	const json_t *json = json_object_get(object, key);

	*to = 0;
	return !json || json_is_null(json) || ir_json_read_count(json, to);
}

static bool read_small(const json_t *object, const char *key, uint32_t *to)
{
	uint64_t value;

	if (!read_count(object, key, &value) || value > UINT32_MAX)
		return false;
	*to = (uint32_t)value;
	return true;
}

static bool read_by(const json_t *json, struct ir_fault_by *by)
{
	return read_text(json, "comm", &by->task) && read_text(json, "function", &by->function) &&
		read_small(json, "pid", &by->pid) && read_small(json, "cpu", &by->cpu);
}

/* The call site's number; sites that the document does not list are not known. */
static uint32_t find_site(const struct ir_read_entry *e, const char *name)
{
	for (size_t i = IR_SITES_FIRST; name && i < e->table.nr; i++)
		if (!strcmp(e->sites[i].name, name))
			return (uint32_t)i;
	return 0;
}

/* *@to: the mapping, NULL if it is null. */
static int read_mapping(struct ir_read_entry *e, const json_t *json,
			const struct ir_fault_mapping **to, struct ir_error *err)
{
	struct ir_fault_mapping *m;
	const char *site;

	*to = NULL;
	if (!json || json_is_null(json))
		return 0;
	m = &e->faults->mappings[e->faults->nr_mappings++];
	if (!read_count(json, "iova", &m->iova) || !read_count(json, "size", &m->size) ||
	    !read_count(json, "whole_iova", &m->whole_iova) ||
	    !read_count(json, "whole_size", &m->whole_size) || !read_small(json, "segments", &m->segments) ||
	    !read_text(json, "device", &m->device) || !read_text(json, "direction", &m->direction) ||
	    !read_count(json, "mapped_ns", &m->mapped_ns) ||
	    !read_count(json, "unmapped_ns", &m->unmapped_ns) || !read_text(json, "site", &site) ||
	    !read_by(json_object_get(json, "mapped_by"), &m->mapped_by) ||
	    !read_by(json_object_get(json, "unmapped_by"), &m->unmapped_by))
		return wrong_member(err, "mapping");
	m->is_before = !json_is_integer(json_object_get(json, "mapped_ns"));
	m->site = find_site(e, site);
	if (json_is_true(json_object_get(json, "flushed")))
		m->flushed_ns = m->unmapped_ns;
	*to = m;
	return 0;
}

static bool read_kind(const json_t *object, enum ir_fault_kind *kind)
{
	const char *name = json_string_value(json_object_get(object, "kind"));

	for (int k = 0; name && k < IR_FAULT_KINDS; k++)
		if (!strcmp(name, ir_fault_kind_name((enum ir_fault_kind)k))) {
			*kind = (enum ir_fault_kind)k;
			return true;
		}
	return false;
}

static int read_candidates(struct ir_read_entry *e, const json_t *list, struct ir_fault *fault,
			   struct ir_error *err)
{
	const json_t *json;
	size_t i;

	fault->candidates = &e->faults->candidates[e->faults->nr_candidates];
	fault->nr_candidates = json_array_size(list);
	json_array_foreach(list, i, json) {
		struct ir_fault_candidate *c = &e->faults->candidates[e->faults->nr_candidates++];

		if (!read_kind(json, &c->kind) || !read_text(json, "reason", &c->reason) ||
		    !read_count(json, "before_ns", &c->before_ns))
			return wrong_member(err, "candidates");
		if (read_mapping(e, json_object_get(json, "mapping"), &c->mapping, err))
			return -EINVAL;
	}
	return 0;
}

static bool is_text(const json_t *object, const char *key, const char *value)
{
	const char *has = json_string_value(json_object_get(object, key));

	return has && !strcmp(has, value);
}

static unsigned int read_sources(const json_t *list)
{
	unsigned int sources = 0;
	const json_t *json;
	size_t i;

	json_array_foreach(list, i, json)
		for (unsigned int bit = IR_FAULT_EVENT; bit <= IR_FAULT_CONSOLE; bit <<= 1)
			if (json_is_string(json) &&
			    !strcmp(json_string_value(json), ir_fault_source_name(bit)))
				sources |= bit;
	return sources;
}

static int read_fault(struct ir_read_entry *e, const json_t *json, struct ir_fault *fault,
		      struct ir_error *err)
{
	if (!json_is_integer(json_object_get(json, "time_ns")) ||
	    !read_count(json, "time_ns", &fault->time_ns))
		return wrong_member(err, "time_ns");
	if (!read_count(json, "time_uncertainty_ns", &fault->uncertainty_ns))
		return wrong_member(err, "time_uncertainty_ns");
	if (!read_count(json, "address", &fault->address))
		return wrong_member(err, "address");
	if (!read_kind(json, &fault->kind))
		return wrong_member(err, "kind");
	if (!read_text(json, "device", &fault->device) || !read_text(json, "iommu", &fault->iommu) ||
	    !read_text(json, "verdict", &fault->verdict))
		return wrong_member(err, "device, iommu or verdict");
	fault->sources = read_sources(json_object_get(json, "sources"));
	if (!fault->sources)
		return wrong_member(err, "sources");
	fault->page_only = json_is_true(json_object_get(json, "page_only"));
	fault->access = is_text(json, "access", "read") ? IR_ACCESS_READ :
			is_text(json, "access", "write") ? IR_ACCESS_WRITE : IR_ACCESS_UNKNOWN;
	fault->entry = is_text(json, "entry", "not_present") ? IR_ENTRY_NOT_PRESENT :
		       is_text(json, "entry", "not_permitted") ? IR_ENTRY_NOT_PERMITTED :
								 IR_ENTRY_UNKNOWN;
	fault->side = is_text(json, "side", "overrun") ? IR_SIDE_OVERRUN :
		      is_text(json, "side", "underrun") ? IR_SIDE_UNDERRUN : IR_SIDE_NONE;
	if (read_mapping(e, json_object_get(json, "mapping"), &fault->mapping, err) ||
	    read_mapping(e, json_object_get(json, "neighbour"), &fault->neighbour, err))
		return -EINVAL;
	return read_candidates(e, json_object_get(json, "candidates"), fault, err);
}

static int read_counts(const json_t *list, const char *key, struct ir_fault_count **to, size_t *nr,
		       struct ir_error *err)
{
	const json_t *json;
	size_t i;

	*to = calloc(json_array_size(list) + 1, sizeof(**to));
	if (!*to)
		return ir_error_set(err, -ENOMEM, "out of memory");
	json_array_foreach(list, i, json)
		if (!read_text(json, key, &(*to)[i].name) || !read_count(json, "faults", &(*to)[i].count))
			return wrong_member(err, key);
	*nr = json_array_size(list);
	return 0;
}

static int read_summary(struct ir_read_faults *f, const json_t *json, struct ir_error *err)
{
	const json_t *kinds = json_object_get(json, "by_kind");
	const json_t *reports = json_object_get(json, "reports");
	const json_t *clock = json_object_get(json, "log_clock");
	struct ir_faults *all = &f->all;
	int rc;

	for (int k = 0; k < IR_FAULT_KINDS; k++)
		if (!read_count(kinds, ir_fault_kind_name((enum ir_fault_kind)k), &all->by_kind[k]))
			return wrong_member(err, "by_kind");
	if (!read_count(json, "delay_ns", &all->delay_ns) || !read_count(json, "outside", &all->outside) ||
	    !read_count(json, "suppressed", &all->suppressed) ||
	    !read_count(json, "log_cut", &all->log_cut) || !read_count(json, "bad_lines", &all->bad_lines) ||
	    !read_count(json, "unexamined", &all->unexamined) ||
	    !read_count(reports, "events", &all->events) ||
	    !read_count(reports, "console", &all->console_lines) ||
	    !read_count(reports, "log", &all->log_lines) || !read_text(clock, "aligned", &all->clock) ||
	    !read_count(clock, "error_ns", &all->clock_error_ns))
		return wrong_member(err, "fault_summary");
	all->may_be_missing = json_is_true(json_object_get(json, "may_be_missing"));
	all->log_given = json_is_true(json_object_get(json, "log_given"));
	rc = read_counts(json_object_get(json, "by_device"), "device", &f->by_device,
			 &all->nr_devices, err);
	if (!rc)
		rc = read_counts(json_object_get(json, "by_site"), "site", &f->by_site,
				 &all->nr_sites, err);
	all->by_device = f->by_device;
	all->by_site = f->by_site;
	return rc;
}

/* Room for all mappings and candidates; false: more candidates than any report has. */
static bool count_parts(const json_t *list, size_t *candidates)
{
	const json_t *json;
	size_t i;

	*candidates = 0;
	json_array_foreach(list, i, json) {
		size_t n = json_array_size(json_object_get(json, "candidates"));

		if (n > MAX_CANDIDATES)
			return false;
		*candidates += n;
	}
	return true;
}

/* The faults that each result hides and shows, if all results have that. */
static int read_exposures(struct ir_read_entry *e, const json_t *results, struct ir_error *err)
{
	const json_t *result;
	size_t i;

	json_array_foreach(results, i, result)
		if (!json_is_object(json_object_get(result, "faults")))
			return 0;
	if (!json_array_size(results))
		return 0;
	e->fault_exposures = calloc(json_array_size(results), sizeof(*e->fault_exposures));
	if (!e->fault_exposures)
		return ir_error_set(err, -ENOMEM, "out of memory");
	json_array_foreach(results, i, result) {
		const json_t *json = json_object_get(result, "faults");
		struct ir_fault_exposure *x = &e->fault_exposures[i];

		if (!read_count(json, "shown", &x->shown) || !read_count(json, "hidden", &x->hidden) ||
		    !read_count(json, "undecided", &x->undecided))
			return ir_error_set(err, -EINVAL, "results[%zu]: faults makes no sense", i);
	}
	e->entry.fault_exposure = e->fault_exposures;
	return 0;
}

int ir_read_faults(struct ir_read_entry *e, const json_t *entry, struct ir_error *err)
{
	const json_t *list = json_object_get(entry, "faults"), *json;
	int rc = read_exposures(e, json_object_get(entry, "results"), err);
	struct ir_error why = { "" };
	struct ir_read_faults *f;
	size_t candidates, i;

	if (rc || !json_is_array(list))
		return rc;
	if (!count_parts(list, &candidates))
		return wrong_member(err, "candidates");
	f = e->faults = calloc(1, sizeof(*f));
	if (!f)
		return ir_error_set(err, -ENOMEM, "out of memory");
	f->all.nr = json_array_size(list);
	f->faults = calloc(f->all.nr + 1, sizeof(*f->faults));
	f->mappings = calloc(2 * f->all.nr + candidates + 1, sizeof(*f->mappings));
	f->candidates = calloc(candidates + 1, sizeof(*f->candidates));
	if (!f->faults || !f->mappings || !f->candidates)
		return ir_error_set(err, -ENOMEM, "out of memory");
	f->all.faults = f->faults;
	json_array_foreach(list, i, json)
		if (read_fault(e, json, &f->faults[i], &why))
			return ir_error_set(err, -EINVAL, "faults[%zu]: %.400s", i, why.text);
	e->entry.faults = &f->all;
	return read_summary(f, json_object_get(entry, "fault_summary"), err);
}

void ir_read_faults_free(struct ir_read_faults *f)
{
	if (!f)
		return;
	free(f->faults);
	free(f->mappings);
	free(f->candidates);
	free(f->by_device);
	free(f->by_site);
	free(f);
}
