// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults as JSON: see iommu-replay-report(5). */
#include "report/faults.h"

#include "report/columns.h"
#include "report/json_count.h"

#include <stdlib.h>

static json_t *text_or_null(const char *text)
{
	char *clean = text ? ir_text_utf8(text) : NULL;
	json_t *string = text ? (clean ? json_string(clean) : NULL) : json_null();

	free(clean);
	return string;
}

static json_t *count_or_null(bool has, uint64_t count)
{
	return has ? ir_json_count(count) : json_null();
}

/* Takes @value over; the object is spoiled if anything is missing. */
static int set_member(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value);
}

/* The object; NULL if a part of it is missing. */
static json_t *or_null(json_t *json, int rc)
{
	if (!rc)
		return json;
	json_decref(json);
	return NULL;
}

static json_t *json_by(const struct ir_fault_by *by, bool known)
{
	json_t *object;
	int rc = 0;

	if (!known)
		return json_null();
	object = json_object();
	rc |= set_member(object, "comm", text_or_null(by->task));
	rc |= set_member(object, "pid", count_or_null(by->task || by->pid, by->pid));
	rc |= set_member(object, "cpu", ir_json_count(by->cpu));
	rc |= set_member(object, "function", text_or_null(by->function));
	return or_null(object, rc);
}

static json_t *json_site(const struct ir_fault_mapping *m, const struct ir_recording_info *info)
{
	const struct ir_site_table *sites = info->sites;

	if (!sites || m->site < IR_SITES_FIRST || m->site >= sites->nr)
		return json_null();
	return text_or_null(sites->sites[m->site].name);
}

/* Flushed before the report: null if the recording has no flushes. */
static json_t *json_flushed(const struct ir_fault_mapping *m, const struct ir_fault *fault,
			    const struct ir_recording_info *info)
{
	bool recorded = info->rpcit.present || info->flushes.present ||
		info->machine.timer_flushes;

	if (!m->unmapped_ns || (!recorded && !m->flushed_ns))
		return json_null();
	return json_boolean(m->flushed_ns && m->flushed_ns <= fault->time_ns);
}

static json_t *json_mapping(const struct ir_fault_mapping *m, const struct ir_fault *fault,
			    const struct ir_recording_info *info)
{
	json_t *object;
	bool ended, after;
	int rc = 0;

	if (!m)
		return json_null();
	object = json_object();
	ended = m->unmapped_ns != 0;
	after = ended && m->unmapped_ns <= fault->time_ns;
	rc |= set_member(object, "iova", ir_json_count(m->iova));
	rc |= set_member(object, "size", ir_json_count(m->size));
	rc |= set_member(object, "whole_iova", ir_json_count(m->whole_iova));
	rc |= set_member(object, "whole_size", ir_json_count(m->whole_size));
	rc |= set_member(object, "segments", ir_json_count(m->segments));
	rc |= set_member(object, "offset", count_or_null(fault->address >= m->whole_iova,
							 fault->address - m->whole_iova));
	rc |= set_member(object, "device", text_or_null(m->device));
	rc |= set_member(object, "direction", text_or_null(m->direction));
	rc |= set_member(object, "mapped_ns", count_or_null(!m->is_before, m->mapped_ns));
	rc |= set_member(object, "mapped_by", json_by(&m->mapped_by, !m->is_before));
	rc |= set_member(object, "unmapped_ns", count_or_null(ended, m->unmapped_ns));
	rc |= set_member(object, "unmapped_by", json_by(&m->unmapped_by, ended));
	rc |= set_member(object, "site", json_site(m, info));
	rc |= set_member(object, "unmapped_before_ns",
			 count_or_null(after, fault->time_ns - m->unmapped_ns));
	rc |= set_member(object, "flushed", json_flushed(m, fault, info));
	return or_null(object, rc);
}

static json_t *json_candidates(const struct ir_fault *fault, const struct ir_recording_info *info)
{
	json_t *list = json_array();
	int rc = 0;

	for (size_t i = 0; i < fault->nr_candidates; i++) {
		const struct ir_fault_candidate *c = &fault->candidates[i];
		json_t *object = json_object();

		rc |= set_member(object, "kind", json_string(ir_fault_kind_name(c->kind)));
		rc |= set_member(object, "reason", text_or_null(c->reason));
		rc |= set_member(object, "before_ns", ir_json_count(c->before_ns));
		rc |= set_member(object, "mapping", json_mapping(c->mapping, fault, info));
		rc |= json_array_append_new(list, object);
	}
	return or_null(list, rc);
}

static json_t *json_sources(unsigned int sources)
{
	static const enum ir_fault_source all[] = {
		IR_FAULT_EVENT, IR_FAULT_CONSOLE, IR_FAULT_LOG,
	};
	json_t *list = json_array();
	int rc = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (sources & all[i])
			rc |= json_array_append_new(list, json_string(ir_fault_source_name(all[i])));
	return or_null(list, rc);
}

static const char *entry_name(enum ir_fault_entry entry)
{
	return entry == IR_ENTRY_NOT_PRESENT ? "not_present" :
	       entry == IR_ENTRY_NOT_PERMITTED ? "not_permitted" : NULL;
}

static const char *side_name(enum ir_fault_side side)
{
	return side == IR_SIDE_OVERRUN ? "overrun" : side == IR_SIDE_UNDERRUN ? "underrun" : NULL;
}

static json_t *json_fault(const struct ir_fault *fault, const struct ir_recording_info *info)
{
	json_t *object = json_object();
	int rc = 0;

	rc |= set_member(object, "time_ns", ir_json_count(fault->time_ns));
	rc |= set_member(object, "time_uncertainty_ns", ir_json_count(fault->uncertainty_ns));
	rc |= set_member(object, "source", json_string(ir_fault_source_name(fault->sources)));
	rc |= set_member(object, "sources", json_sources(fault->sources));
	rc |= set_member(object, "device", text_or_null(fault->device));
	rc |= set_member(object, "iommu", text_or_null(fault->iommu));
	rc |= set_member(object, "address", ir_json_count(fault->address));
	rc |= set_member(object, "page_only", json_boolean(fault->page_only));
	rc |= set_member(object, "access", text_or_null(ir_fault_access_name(fault->access)));
	rc |= set_member(object, "entry", text_or_null(entry_name(fault->entry)));
	rc |= set_member(object, "kind", json_string(ir_fault_kind_name(fault->kind)));
	rc |= set_member(object, "mapping", json_mapping(fault->mapping, fault, info));
	rc |= set_member(object, "candidates", json_candidates(fault, info));
	rc |= set_member(object, "side", text_or_null(side_name(fault->side)));
	rc |= set_member(object, "neighbour", json_mapping(fault->neighbour, fault, info));
	rc |= set_member(object, "verdict", text_or_null(fault->verdict));
	return or_null(object, rc);
}

static json_t *json_counts(const char *key, const struct ir_fault_count *counts, size_t nr)
{
	json_t *list = json_array();
	int rc = 0;

	for (size_t i = 0; i < nr; i++) {
		json_t *object = json_object();

		rc |= set_member(object, key, text_or_null(counts[i].name));
		rc |= set_member(object, "faults", ir_json_count(counts[i].count));
		rc |= json_array_append_new(list, object);
	}
	return or_null(list, rc);
}

static json_t *json_kinds(const struct ir_faults *faults)
{
	json_t *object = json_object();
	int rc = 0;

	for (int k = 0; k < IR_FAULT_KINDS; k++)
		rc |= set_member(object, ir_fault_kind_name((enum ir_fault_kind)k),
				 ir_json_count(faults->by_kind[k]));
	return or_null(object, rc);
}

static json_t *json_clock(const struct ir_faults *faults)
{
	json_t *object = json_object();
	int rc = set_member(object, "aligned", text_or_null(faults->clock));

	rc |= set_member(object, "error_ns", ir_json_count(faults->clock_error_ns));
	return or_null(object, rc);
}

static json_t *json_reports(const struct ir_faults *faults)
{
	json_t *object = json_object();
	int rc = set_member(object, "events", ir_json_count(faults->events));

	rc |= set_member(object, "console", ir_json_count(faults->console_lines));
	rc |= set_member(object, "log", ir_json_count(faults->log_lines));
	return or_null(object, rc);
}

static json_t *json_summary(const struct ir_faults *faults)
{
	json_t *object = json_object();
	int rc = 0;

	rc |= set_member(object, "total", ir_json_count(faults->nr));
	rc |= set_member(object, "by_kind", json_kinds(faults));
	rc |= set_member(object, "by_device", json_counts("device", faults->by_device, faults->nr_devices));
	rc |= set_member(object, "by_site", json_counts("site", faults->by_site, faults->nr_sites));
	rc |= set_member(object, "reports", json_reports(faults));
	rc |= set_member(object, "delay_ns", ir_json_count(faults->delay_ns));
	rc |= set_member(object, "log_clock", faults->clock ? json_clock(faults) : json_null());
	rc |= set_member(object, "outside", ir_json_count(faults->outside));
	rc |= set_member(object, "suppressed", ir_json_count(faults->suppressed));
	rc |= set_member(object, "may_be_missing", json_boolean(faults->may_be_missing));
	rc |= set_member(object, "log_given", json_boolean(faults->log_given));
	rc |= set_member(object, "log_cut", ir_json_count(faults->log_cut));
	rc |= set_member(object, "bad_lines", ir_json_count(faults->bad_lines));
	rc |= set_member(object, "unexamined", ir_json_count(faults->unexamined));
	return or_null(object, rc);
}

int ir_faults_write(json_t *entry, const struct ir_faults *faults,
		    const struct ir_recording_info *info)
{
	json_t *list = json_array();
	int rc = 0;

	for (size_t i = 0; i < faults->nr && !rc; i++)
		rc = json_array_append_new(list, json_fault(&faults->faults[i], info));
	rc |= set_member(entry, "faults", or_null(list, rc));
	rc |= set_member(entry, "fault_summary", json_summary(faults));
	return rc;
}

json_t *ir_fault_exposure_json(const struct ir_fault_exposure *exposure)
{
	json_t *object = json_object();
	int rc = set_member(object, "shown", ir_json_count(exposure->shown));

	rc |= set_member(object, "hidden", ir_json_count(exposure->hidden));
	rc |= set_member(object, "undecided", ir_json_count(exposure->undecided));
	return or_null(object, rc);
}
