// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/texts.h"
#include "render/view_hypervisor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iommu/s390.h"
#include "report/columns.h"
#include "base/numbers.h"

/* " (user)", for values that are not the default. */
static const char *origin(enum ir_source source)
{
	switch (source) {
	case IR_FROM_USER:
		return " (user)";
	case IR_FROM_RECORDING:
		return " (recording)";
	case IR_FROM_DEFAULT:
		break;
	}
	return "";
}

static void show_limit(FILE *out, const char *name, uint64_t limit, enum ir_source source)
{
	if (limit)
		fprintf(out, ", %s %" PRIu64 "%s", name, limit, origin(source));
	else if (source != IR_FROM_DEFAULT)
		fprintf(out, ", no %s%s", name, origin(source));
}

/* " 300 (inferred from 12 recorded shortages, 10 agree)" */
static void show_inferred(FILE *out, const struct ir_effective *p)
{
	fprintf(out, " %" PRIu64 " (inferred from %u recorded shortage%s", p->hypervisor.entry_limit,
		p->limit_shortages, ir_plural(p->limit_shortages));
	if (p->limit_agree < p->limit_shortages)
		fprintf(out, ", %u agree", p->limit_agree);
	fputs(")", out);
}

/* Each device's, as far as there are shares of devices. */
static void show_own_limits(FILE *out, const struct ir_report_entry *entry, size_t result)
{
	const char *separator = ", entry limit";
	size_t nr = entry->info->nr_devices;

	for (size_t d = ir_report_device(entry, 0); d && d < nr; d = ir_report_device(entry, d + 1)) {
		const struct ir_effective *p = &entry->devices[result * nr + d].parameters;
		char *name = text_clean(ir_report_device_name(entry, d));

		fprintf(out, "%s of %s", separator, name ? name : "?");
		free(name);
		if (p->limit_shortages)
			show_inferred(out, p);
		else
			fprintf(out, " %" PRIu64, p->hypervisor.entry_limit);
		separator = ",";
	}
}

static void show_entry_limit(FILE *out, const struct ir_report_entry *entry, size_t result)
{
	const struct ir_effective *p = &entry->results[result].parameters;

	if (p->limits_differ && ir_report_device(entry, 0)) {
		show_own_limits(out, entry, result);
	} else if (p->limit_shortages) {
		fputs(", entry limit", out);
		show_inferred(out, p);
	} else {
		show_limit(out, "entry limit", p->hypervisor.entry_limit, p->from.entry_limit);
	}
}

static uint64_t limit_of(const struct ir_effective *p)
{
	return p->hypervisor.entry_limit ? p->hypervisor.entry_limit : p->hypervisor.pinned_limit;
}

/* The scope of the limits, and the reason for it if it was inferred. */
static void show_share(FILE *out, const struct ir_report_entry *entry, const struct ir_effective *p)
{
	bool inferred = p->from.share == IR_FROM_RECORDING;

	if (!limit_of(p) || (entry->info->nr_devices <= 2 && p->from.share == IR_FROM_DEFAULT))
		return;
	if (p->share == IR_SHARE_GUEST)
		fprintf(out, " for all devices together%s", inferred ? "" : origin(p->from.share));
	else if (!p->limits_differ)
		fprintf(out, " for each device%s", origin(p->from.share));
	if (inferred)
		fprintf(out, " (inferred: limits of their own explain %u of %u shortages%s)",
			p->other_agree, p->limit_shortages,
			p->other_agree < p->limit_agree ? "" : ", but would have to differ");
	else if (p->other_limit && p->share == IR_SHARE_DEVICE && p->other_agree >= p->limit_agree)
		fprintf(out, " (or %" PRIu64 " for all together, share=guest, which fits as well)",
			p->other_limit);
}

static void show_initial(FILE *out, const struct ir_effective *p)
{
	fprintf(out, "; initial pages %" PRIu64 "%s", p->initial_pages, origin(p->from.initial_pages));
	if (p->initial_devices > 1)
		fprintf(out, ", assumed to be in equal shares of %u devices, as far as their unmaps allow", p->initial_devices);
	else if (p->initial_devices && p->from.initial_pages != IR_FROM_USER)
		fputs(", assumed to be all of this device", out);
	if (p->initial_lazy_pages)
		fprintf(out, " and %" PRIu64 " unmapped but not flushed (recording)",
			p->initial_lazy_pages);
}

static void show_queue(FILE *out, const struct ir_effective *p)
{
	if (p->queue == IR_QUEUE_NONE) {
		fprintf(out, "; no queue%s", origin(p->from.queue));
		return;
	}
	fprintf(out, "; queue %s%s, %u slots%s, %u ms%s", ir_queue_type_name(p->queue),
		origin(p->from.queue), p->queue_size, origin(p->from.queue_size),
		p->queue_timeout_ms, origin(p->from.queue_timeout));
}

static bool same_queue(const struct ir_effective *a, const struct ir_effective *b)
{
	return a->queue == b->queue && a->queue_size == b->queue_size &&
		a->queue_timeout_ms == b->queue_timeout_ms;
}

/* The queues of a group: strategies without one do not count, others may differ. */
static void show_queues(FILE *out, const struct ir_report_entry *entry, size_t first, size_t end)
{
	const struct ir_effective *shown = NULL;

	for (size_t i = first; i < end; i++) {
		const struct ir_effective *p = &entry->results[i].parameters;

		if (p->queue == IR_QUEUE_NONE || (shown && same_queue(shown, p)))
			continue;
		show_queue(out, p);
		shown = p;
	}
	if (!shown)
		show_queue(out, &entry->results[first].parameters);
}

/* s390 has only one IOMMU, so its name is not shown. */
static void show_iommu(const struct ir_effective *p, view_line emit, void *arg)
{
	struct line line;

	if (!p->iommu || (ir_iommu_is_s390(p->iommu) && p->from.iommu != IR_FROM_USER))
		return;
	line_begin(&line);
	fprintf(line.out, "%s (%s)", p->iommu->title,
		p->from.iommu == IR_FROM_USER ? "user" : p->iommu_why ? p->iommu_why : "recording");
	if (p->iommu->requests)
		fputs("; each map and unmap is a request", line.out);
	else
		fprintf(line.out, "; maps are %sflushed", p->hypervisor.tlb_refresh > 0 ? "" : "not ");
	fprintf(line.out, "; the kernel's domains are %s by default",
		(p->hypervisor.tlb_refresh > 0 ? p->iommu->strict_shadowed : p->iommu->strict) ?
		"strict" : "lazy");
	line_end(&line, emit, arg, "IOMMU", VIEW_PLAIN);
}

void view_aperture(FILE *out, uint64_t start, uint64_t size)
{
	/* The end where it is rounder: 256 TiB less a page is no number to read. */
	if (size % (1 << 30) && start < UINT64_MAX - size && !((start + size) % (1 << 30)))
		fprintf(out, "from %s to %s", ir_bytes_text(start, IR_PLAIN).s,
			ir_bytes_text(start + size, IR_PLAIN).s);
	else
		fprintf(out, "%s from %s on", ir_bytes_text(size, IR_PLAIN).s, ir_bytes_text(start, IR_PLAIN).s);
}

void view_hypervisor(const struct ir_report_entry *entry, size_t first, size_t end,
		     view_line emit, void *arg)
{
	const struct ir_hypervisor *hv = entry->configs[first].hypervisor;
	const struct ir_effective *p = &entry->results[first].parameters;
	struct line line;

	show_iommu(p, emit, arg);
	line_begin(&line);
	fputs(hv->name, line.out);
	show_entry_limit(line.out, entry, first);
	show_limit(line.out, "pinned limit", p->hypervisor.pinned_limit, p->from.pinned_limit);
	if (p->backend == IR_BACKEND_IOMMUFD)
		fputs(", backend iommufd (user)", line.out);
	show_share(line.out, entry, p);
	fprintf(line.out, ", tlb_refresh %d%s", p->hypervisor.tlb_refresh > 0,
		origin(p->from.tlb_refresh));
	for (size_t i = 0; ir_hypervisor_own(hv, i); i++)
		fprintf(line.out, ", %s %" PRIu64 "%s", hv->own[i].name, p->hypervisor.own[i],
			origin(p->from.own[i]));
	if (p->aperture) {
		fputs("; aperture ", line.out);
		view_aperture(line.out, p->aperture_start, p->aperture);
		fputs(origin(p->from.aperture), line.out);
	}
	show_initial(line.out, p);
	show_queues(line.out, entry, first, end);
	if (p->devices > 1)
		fprintf(line.out, "; the devices %u times%s", p->devices, origin(p->from.devices));
	fprintf(line.out, "; %u CPU%s%s, %u Hz%s", p->cpus, ir_plural(p->cpus), origin(p->from.cpus),
		p->hz, origin(p->from.hz));
	if (p->timer_late_ns)
		fprintf(line.out, ", timers %s late%s", ir_time_text(p->timer_late_ns, IR_PLAIN).s,
			origin(p->from.timer_late));
	if (p->api == IR_API_IOMMU)
		fputs("; IOMMU API (user)", line.out);
	if (p->timer == IR_TIMER_RECORDED)
		fputs("; recorded timer (user)", line.out);
	if (p->rpcit_base_ns || p->rpcit_page_ns || p->from.rpcit_latency != IR_FROM_DEFAULT)
		fprintf(line.out, "; %s takes %s%s and %s a page%s", p->iommu ? p->iommu->word : "RPCIT",
			p->latency == IR_LATENCY_RECORDED ? "what it took then, else " : "",
			ir_time_text(p->rpcit_base_ns, IR_PLAIN).s, ir_time_text(p->rpcit_page_ns, IR_PLAIN).s,
			origin(p->from.rpcit_latency));
	if (p->has_all)
		fprintf(line.out, "; a flush of everything takes %s and %s a mapped page (user)",
			ir_time_text(p->all_base_ns, IR_PLAIN).s, ir_time_text(p->all_page_ns, IR_PLAIN).s);
	line_end(&line, emit, arg, "hypervisor", VIEW_PLAIN);
}
