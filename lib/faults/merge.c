// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several reports of one fault become one: its event, its line in the log, and that
 * line as an event.  They have the same address (or page), the same access, a
 * device that can be the same, and come within some milliseconds.
 */
#include "faults/find.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define TOGETHER_NS	(10 * NS_PER_MS)
#define MAX_LOOKS	1024u		/* at reports of one page, for one partner */

/* "sid 0x81": a stream ID, which on PCI mostly is bus, device and function. */
static bool stream_id(const char *name, uint64_t *id)
{
	return name && !strncmp(name, "sid ", 4) && ir_log_hex(name + 4, name + strlen(name), id);
}

static bool pci_id(const char *name, uint64_t *id)
{
	char device[64];
	unsigned int domain, bus, slot, function;
	const char *end = name ? name + strlen(name) : NULL;

	if (!name || ir_log_pci(name, end, device) != end ||
	    sscanf(device, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4)
		return false;
	*id = bus << 8 | slot << 3 | function;
	return true;
}

/* The one device that has this stream ID, 0: none or several. */
static uint32_t device_of_stream(const struct finding *f, uint32_t number)
{
	uint64_t id, other;
	uint32_t found = 0;

	if (!stream_id(ir_names_text(&f->names, number), &id))
		return number;
	for (uint32_t i = 1; i < f->names.nr; i++) {
		if (!pci_id(f->names.list[i], &other) || other != (id & 0xffff))
			continue;
		if (found)
			return number;
		found = i;
	}
	return found ? found : number;
}

/* Whether two reports can be of one device. */
static bool same_device(const struct finding *f, uint32_t a, uint32_t b)
{
	uint64_t id;

	return !a || !b || a == b || stream_id(ir_names_text(&f->names, a), &id) ||
	       stream_id(ir_names_text(&f->names, b), &id);
}

/* Names of streams become those of devices: each different one is looked up once. */
static int resolve_devices(struct finding *f, struct reports *reports)
{
	uint32_t *known = calloc(f->names.nr + 1, sizeof(*known));

	if (!known)
		return -ENOMEM;
	for (size_t i = 0; i < reports->nr; i++) {
		uint32_t *device = &known[reports->list[i].device];

		if (reports->list[i].device && !*device)
			*device = device_of_stream(f, reports->list[i].device);
		reports->list[i].device = *device;
	}
	free(known);
	return 0;
}

/* Reports by page and time, to look others up. */
struct place {
	uint64_t page;
	uint64_t time_ns;
	size_t report;
};

static int by_place(const void *a, const void *b)
{
	const struct place *l = a, *r = b;

	if (l->page != r->page)
		return l->page < r->page ? -1 : 1;
	if (l->time_ns != r->time_ns)
		return l->time_ns < r->time_ns ? -1 : 1;
	return (l->report > r->report) - (l->report < r->report);
}

static bool may_be_same_fault(const struct finding *f, const struct report *a, const struct report *b)
{
	bool pages = a->page_only || b->page_only;

	return (pages ? (a->address ^ b->address) >> IR_PAGE_SHIFT == 0 : a->address == b->address) &&
	       (!a->access || !b->access || a->access == b->access) &&
	       !(a->entry && b->entry && a->entry != b->entry) &&
	       same_device(f, a->device, b->device);
}

/* All that is known of a fault: the trace event's time and address are the best. */
static void merge_reports(struct report *into, struct report *from)
{
	from->merged = true;
	into->sources |= from->sources;
	if (!into->device || !from->page_only)
		into->device = into->device ? into->device : from->device;
	if (into->page_only && !from->page_only) {
		into->address = from->address;
		into->page_only = false;
	}
	into->access = into->access ? into->access : from->access;
	into->entry = into->entry ? into->entry : from->entry;
	into->iommu = into->iommu ? into->iommu : from->iommu;
}

/* The nearest report without this source, of the same fault; SIZE_MAX: none. */
static size_t find_partner(const struct finding *f, const struct place *places, size_t nr,
			   const struct report *report)
{
	uint64_t reach = TOGETHER_NS + report->error_ns, best = UINT64_MAX;
	uint64_t page = report->address >> IR_PAGE_SHIFT;
	uint64_t from = report->time_ns > reach ? report->time_ns - reach : 0;
	size_t low = 0, high = nr, found = SIZE_MAX, last;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (places[mid].page < page ||
		    (places[mid].page == page && places[mid].time_ns < from))
			low = mid + 1;
		else
			high = mid;
	}
	last = nr - low > MAX_LOOKS ? low + MAX_LOOKS : nr;
	for (; low < last && places[low].page == page; low++) {
		const struct report *other = &f->reports.list[places[low].report];
		uint64_t apart = other->time_ns > report->time_ns ?
			other->time_ns - report->time_ns : report->time_ns - other->time_ns;

		if (other->time_ns > report->time_ns && apart > reach)
			break;
		if (other == report || other->merged || other->sources & report->sources ||
		    apart >= best || !may_be_same_fault(f, other, report))
			continue;
		best = apart;
		found = places[low].report;
	}
	return found;
}

static struct place *make_places(const struct reports *reports)
{
	struct place *places = calloc(reports->nr + 1, sizeof(*places));

	for (size_t i = 0; places && i < reports->nr; i++)
		places[i] = (struct place){ reports->list[i].address >> IR_PAGE_SHIFT,
					    reports->list[i].time_ns, i };
	if (places)
		qsort(places, reports->nr, sizeof(*places), by_place);
	return places;
}

/* Lines of the log, as events, that repeat a fault's own event. */
static int merge_console(struct finding *f)
{
	struct place *places = make_places(&f->reports);

	if (!places)
		return -ENOMEM;
	for (size_t i = 0; i < f->reports.nr; i++) {
		struct report *report = &f->reports.list[i];
		size_t with = report->sources == IR_FAULT_CONSOLE ?
			find_partner(f, places, f->reports.nr, report) : SIZE_MAX;

		if (with != SIZE_MAX)
			merge_reports(&f->reports.list[with], report);
	}
	free(places);
	return 0;
}

/* Merges faults of the log beside the recording; the remaining ones stay faults of their own. */
static int merge_log(struct finding *f)
{
	struct place *places = make_places(&f->reports);
	size_t nr = f->reports.nr;
	struct report *list;

	if (!places)
		return -ENOMEM;
	for (size_t i = 0; i < f->log.nr; i++) {
		struct report *report = &f->log.list[i];
		size_t with = find_partner(f, places, nr, report);

		if (with != SIZE_MAX)
			merge_reports(&f->reports.list[with], report);
	}
	free(places);
	list = reallocarray(f->reports.list, nr + f->log.nr + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	f->reports.list = list;
	for (size_t i = 0; i < f->log.nr; i++) {
		const struct report *report = &f->log.list[i];
		uint64_t error = report->error_ns + MAX_DELAY_NS;

		if (report->merged)
			continue;
		if (report->time_ns + error < f->start_ns ||
		    (report->time_ns > f->end_ns && report->time_ns - f->end_ns > error)) {
			f->outside++;
			continue;
		}
		list[f->reports.nr++] = *report;
	}
	return 0;
}

int ir_merge(struct finding *f)
{
	size_t used = 0;
	int rc = resolve_devices(f, &f->reports);

	if (!rc)
		rc = resolve_devices(f, &f->log);
	if (!rc)
		rc = merge_console(f);
	if (!rc)
		rc = merge_log(f);
	for (size_t i = 0; i < f->reports.nr; i++)
		if (!f->reports.list[i].merged)
			f->reports.list[used++] = f->reports.list[i];
	f->reports.nr = used;
	ir_reports_sort(&f->reports);
	return rc;
}
