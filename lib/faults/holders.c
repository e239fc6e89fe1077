// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the holders of the pages of interest: a pass over events and operations. */
#include "faults/holders_priv.h"

#include <errno.h>
#include <stdlib.h>

#include "recording/pass.h"

#define KEEP		8u		/* holders of a page, before older ones are looked at */
#define KEEP_MOST	64u

/*
 * Holders and their memory.
 */

static struct ir_holder *new_holder(struct ir_holders_work *w)
{
	struct ir_holder *h = w->free;

	if (h) {
		w->free = h->older;
		return h;
	}
	if (!w->chunks || w->used == CHUNK) {
		struct chunk *chunk = malloc(sizeof(*chunk));

		if (!chunk) {
			w->no_memory = true;
			return NULL;
		}
		chunk->next = w->chunks;
		w->chunks = chunk;
		w->used = 0;
	}
	return &w->chunks->holders[w->used++];
}

static void unlist(struct ir_holder *holder)
{
	if (!holder->link)
		return;
	*holder->link = holder->next;
	if (holder->next)
		holder->next->link = holder->link;
	holder->link = NULL;
}

/* The lists for a device; in a recording of one device, mappings without a name are its own. */
static struct ir_device_holders *lists_of(struct ir_holders *h, uint16_t device)
{
	return &h->work->devices[h->f->info->nr_devices > 2 ? device : 0];
}

void ir_holder_list(struct ir_holders *h, struct ir_holder *holder)
{
	struct ir_device_holders *device = lists_of(h, holder->device);
	struct ir_holder **list = holder->unmapped_ns == LIVE ? &device->live : &device->unflushed;

	unlist(holder);
	if (holder->flushed_ns)
		return;
	holder->next = *list;
	holder->link = list;
	if (holder->next)
		holder->next->link = &holder->next;
	*list = holder;
}

static void end_holder(struct ir_holders *h, struct ir_holder *holder, const struct ir_op *op)
{
	holder->unmapped_ns = op->time_ns;
	holder->unmap_cpu = op->cpu;
	holder->implied = op->flags & IR_OPF_IMPLIED;
	holder->detached = op->kind == IR_OP_DETACH;
	holder->number = IR_NO_MAPPING;
	ir_holder_list(h, holder);
}

/* Holders that no later fault can need: ended long ago, and not their device's last. */
static void prune_page(struct ir_holders_work *w, struct ir_page *page, uint64_t now)
{
	uint64_t limit = now > w->horizon_ns ? now - w->horizon_ns : 0;
	struct ir_holder **link = &page->newest;
	uint32_t nr = 0;

	while (*link) {
		struct ir_holder *holder = *link, *newer = page->newest;

		while (newer != holder && newer->device != holder->device)
			newer = newer->older;
		if (newer == holder || (holder->unmapped_ns >= limit && nr < KEEP_MOST)) {
			link = &holder->older;
			nr++;
			continue;
		}
		page->dropped += holder->unmapped_ns >= limit;
		*link = holder->older;
		unlist(holder);
		if (holder->pinned)
			continue;
		holder->older = w->free;
		w->free = holder;
	}
	page->nr = nr;
	page->prune_at = 2 * nr > KEEP ? 2 * nr : KEEP;
}

static void add_holder(struct ir_holders *h, struct ir_page *page, const struct ir_holder *from,
		       uint64_t now)
{
	struct ir_holder *holder;

	if (page->nr >= (page->prune_at ? page->prune_at : KEEP))
		prune_page(h->work, page, now);
	holder = new_holder(h->work);
	if (!holder)
		return;
	*holder = *from;
	ir_holder_list(h, holder);
	holder->older = page->newest;
	page->newest = holder;
	page->nr++;
}

/*
 * Faults whose time has come.
 */

static bool held_within(const struct ir_holder *holder, uint64_t from, uint64_t to)
{
	return holder->mapped_ns <= to && holder->unmapped_ns >= from;
}

static uint64_t earliest_access(const struct report *report)
{
	uint64_t before = MAX_DELAY_NS + report->error_ns;

	return report->time_ns > before ? report->time_ns - before : 0;
}

static struct ir_page *page_at(struct ir_holders *h, uint64_t pfn)
{
	size_t at = ir_pages_first(&h->pages, pfn, pfn);

	return at == IR_PAGES_NONE ? NULL : &h->pages.list[at];
}

/* The mapping that ends in front of the page, or begins behind it, at that time. */
static struct ir_holder *find_neighbour(struct ir_holders *h, uint64_t pfn, int64_t step,
					const struct report *report)
{
	struct ir_page *page = page_at(h, pfn + (uint64_t)step);
	uint64_t edge = (pfn + (step > 0)) << IR_PAGE_SHIFT;

	for (struct ir_holder *holder = page ? page->newest : NULL; holder; holder = holder->older) {
		uint64_t at = step > 0 ? holder->whole_iova
				       : holder->whole_iova + holder->whole_size;

		if (at == edge && held_within(holder, report->time_ns, report->time_ns) &&
		    ir_groups_relation(h->f, report->device,
				       h->device_names[holder->device]) != RELATION_OTHER) {
			holder->pinned = true;
			return holder;
		}
	}
	return NULL;
}

static void keep_holders(struct ir_holders *h, struct ir_held *held, struct ir_holder **list,
			 uint32_t nr)
{
	held->holders = nr ? malloc(nr * sizeof(struct ir_holder *)) : NULL;
	if (!nr)
		return;
	if (!held->holders) {
		h->work->no_memory = true;
		return;
	}
	held->nr = nr;
	for (uint32_t i = 0; i < nr; i++) {
		held->holders[i] = list[i];
		list[i]->pinned = true;
	}
}

/* All that held the page while the access can have been, and the last one before. */
static void select_holders(struct ir_holders *h, uint32_t number)
{
	const struct report *report = &h->f->reports.list[number];
	uint64_t pfn = report->address >> IR_PAGE_SHIFT, from = earliest_access(report);
	struct ir_held *held = &h->held[number];
	struct ir_page *page = page_at(h, pfn);
	struct ir_holder *list[KEEP_MOST];
	uint32_t nr = 0;

	if (!page)
		return;
	for (struct ir_holder *holder = page->newest; holder && nr < KEEP_MOST;
	     holder = holder->older) {
		if (holder->mapped_ns > report->time_ns + report->error_ns)
			continue;
		list[nr++] = holder;
		if (holder->unmapped_ns < from &&
		    ir_groups_relation(h->f, report->device,
				       h->device_names[holder->device]) != RELATION_OTHER)
			break;
	}
	held->cut = nr == KEEP_MOST || page->dropped;
	keep_holders(h, held, list, nr);
	held->in_front = find_neighbour(h, pfn, -1, report);
	held->behind = find_neighbour(h, pfn, 1, report);
	if (!nr) {
		h->work->next_orphan[number] = page->orphans;
		page->orphans = number + 1;
	}
}

static uint64_t decided_at(const struct report *report)
{
	return report->time_ns + report->error_ns;
}

static void select_holders_until(struct ir_holders *h, uint64_t time_ns)
{
	struct ir_holders_work *w = h->work;

	for (; w->decided < h->f->reports.nr; w->decided++) {
		uint32_t number = w->order[w->decided];

		if (decided_at(&h->f->reports.list[number]) >= time_ns)
			break;
		select_holders(h, number);
	}
}

/*
 * Operations.
 */

static void map_piece(struct ir_holders *h, const struct ir_op *op)
{
	const struct ir_op *map = &h->work->map;
	uint64_t first = op->iova >> IR_PAGE_SHIFT;
	uint64_t last = first + (op->seg_pages ? op->seg_pages : 1) - 1;
	const struct ir_holder holder = {
		.iova = op->iova, .size = (last - first + 1) << IR_PAGE_SHIFT,
		.whole_iova = map->iova, .whole_size = (uint64_t)map->pages << IR_PAGE_SHIFT,
		.mapped_ns = op->time_ns, .unmapped_ns = LIVE, .segments = map->segments,
		.site = map->site, .number = map->mapping, .map_cpu = op->cpu,
		.device = map->device, .direction = -1,
	};

	if (map->flags & IR_OPF_FAILED)
		return;
	for (size_t at = ir_pages_first(&h->pages, first, last);
	     at < h->pages.nr && h->pages.list[at].pfn <= last; at++)
		add_holder(h, &h->pages.list[at], &holder, op->time_ns);
}

/* Adds a mapping from before the recording: it was live at the faults for which no holder was found. */
static void add_initial(struct ir_holders *h, struct ir_page *page, const struct ir_op *op)
{
	add_holder(h, page, &(struct ir_holder){
		.iova = op->iova, .size = (uint64_t)op->pages << IR_PAGE_SHIFT,
		.whole_iova = op->iova, .whole_size = (uint64_t)op->pages << IR_PAGE_SHIFT,
		.unmapped_ns = op->time_ns, .segments = 1, .number = IR_NO_MAPPING,
		.unmap_cpu = op->cpu, .device = op->device, .direction = -1, .before = true,
	}, op->time_ns);
	while (page->orphans && page->newest) {
		uint32_t number = page->orphans - 1;

		page->orphans = h->work->next_orphan[number];
		keep_holders(h, &h->held[number], &page->newest, 1);
	}
}

static void unmap_op(struct ir_holders *h, const struct ir_op *op)
{
	uint64_t first = op->iova >> IR_PAGE_SHIFT;
	uint64_t last = first + (op->pages ? op->pages : 1) - 1;

	for (size_t at = ir_pages_first(&h->pages, first, last);
	     at < h->pages.nr && h->pages.list[at].pfn <= last; at++) {
		struct ir_page *page = &h->pages.list[at];
		struct ir_holder *holder = page->newest;

		while (holder && (holder->unmapped_ns != LIVE || holder->number != op->mapping))
			holder = holder->older;
		if (!holder) {
			if (!(op->flags & (IR_OPF_FAILED | IR_OPF_IMPLIED)))
				add_initial(h, page, op);
			continue;
		}
		end_holder(h, holder, op);
	}
}

static void detach_op(struct ir_holders *h, const struct ir_op *op)
{
	struct ir_holder **live = &lists_of(h, op->device)->live;

	while (*live)
		end_holder(h, *live, op);
}

static void flush_holder(struct ir_holder *holder, const struct ir_op *op)
{
	holder->flushed_ns = op->time_ns;
	unlist(holder);
}

static void flush_all(struct ir_device_holders *device, const struct ir_op *op)
{
	while (device->unflushed)
		flush_holder(device->unflushed, op);
}

static void flush_op(struct ir_holders *h, const struct ir_op *op)
{
	uint64_t first = op->iova >> IR_PAGE_SHIFT, last = first + op->pages - 1;

	if (op->flags & (IR_OPF_ENOMEM | IR_OPF_EIO))
		return;
	if (op->kind == IR_OP_FLUSH_TIMER || op->flags & IR_OPF_GLOBAL || !op->pages) {
		/* Without a device it is of all of them. */
		for (size_t i = 0; !op->device && i < h->f->info->nr_devices; i++)
			flush_all(&h->work->devices[i], op);
		if (op->device)
			flush_all(lists_of(h, op->device), op);
		return;
	}
	for (size_t at = ir_pages_first(&h->pages, first, last);
	     at < h->pages.nr && h->pages.list[at].pfn <= last; at++) {
		struct ir_holder *holder = h->pages.list[at].newest;

		for (; holder; holder = holder->older)
			if (holder->unmapped_ns != LIVE && !holder->flushed_ns &&
			    (!op->device || op->device == holder->device))
				flush_holder(holder, op);
	}
}

static int handle_op(void *arg, const struct ir_op *op)
{
	struct ir_holders *h = arg;

	select_holders_until(h, op->time_ns);
	ir_notes_apply(h, op->time_ns);
	switch (op->kind) {
	case IR_OP_MAP:
		h->work->map = *op;
		map_piece(h, op);
		break;
	case IR_OP_SEGMENT:
		map_piece(h, op);
		break;
	case IR_OP_UNMAP:
		unmap_op(h, op);
		break;
	case IR_OP_DETACH:
		detach_op(h, op);
		break;
	case IR_OP_RPCIT:
	case IR_OP_FLUSH_TIMER:
		flush_op(h, op);
		break;
	default:
		break;
	}
	return h->work->no_memory ? -ENOMEM : 0;
}

/*
 * Everything together.
 */

static int prepare_pages(struct ir_holders *h)
{
	const struct reports *reports = &h->f->reports;
	uint64_t *pfns = reallocarray(NULL, 3 * reports->nr + 1, sizeof(*pfns));
	size_t nr = 0;
	int rc;

	if (!pfns)
		return -ENOMEM;
	for (size_t i = 0; i < reports->nr; i++) {
		uint64_t pfn = reports->list[i].address >> IR_PAGE_SHIFT;

		pfns[nr++] = pfn;
		if (pfn)
			pfns[nr++] = pfn - 1;
		pfns[nr++] = pfn + 1;
	}
	rc = ir_pages_make(&h->pages, pfns, nr, h->f->names.seed);
	free(pfns);
	return rc;
}

struct fault_time {
	uint64_t time_ns;
	uint32_t number;
};

static int by_when(const void *a, const void *b)
{
	const struct fault_time *l = a, *r = b;

	if (l->time_ns != r->time_ns)
		return l->time_ns < r->time_ns ? -1 : 1;
	return (l->number > r->number) - (l->number < r->number);
}

/* When each fault can be decided, and how long holders may be needed for that. */
static int prepare_order(struct ir_holders *h)
{
	const struct reports *reports = &h->f->reports;
	struct fault_time *list = calloc(reports->nr + 1, sizeof(*list));
	uint64_t error = 0;

	h->work->order = calloc(reports->nr + 1, sizeof(*h->work->order));
	if (!list || !h->work->order) {
		free(list);
		return -ENOMEM;
	}
	for (size_t i = 0; i < reports->nr; i++) {
		list[i] = (struct fault_time){ decided_at(&reports->list[i]), (uint32_t)i };
		if (reports->list[i].error_ns > error)
			error = reports->list[i].error_ns;
	}
	qsort(list, reports->nr, sizeof(*list), by_when);
	for (size_t i = 0; i < reports->nr; i++)
		h->work->order[i] = list[i].number;
	free(list);
	h->work->horizon_ns = MAX_DELAY_NS + 2 * error;
	return 0;
}

static int prepare_devices(struct ir_holders *h)
{
	size_t nr = h->f->info->nr_devices + 1;

	h->device_names = calloc(nr, sizeof(*h->device_names));
	h->work->devices = calloc(nr, sizeof(*h->work->devices));
	if (!h->device_names || !h->work->devices)
		return -ENOMEM;
	for (size_t i = 1; i < h->f->info->nr_devices; i++) {
		const char *name = h->f->info->devices[i];

		h->device_names[i] = ir_names_number(&h->f->names, name, strlen(name));
	}
	return h->f->names.no_memory ? -ENOMEM : 0;
}

int ir_holders_find(struct ir_holders *h, struct finding *f)
{
	const struct ir_pass pass = {
		.faults = IR_FAULTS_IGNORED, .tasks = &f->tasks,
		.event = ir_notes_event, .op = handle_op, .arg = h,
	};
	int rc;

	*h = (struct ir_holders){ .f = f };
	h->work = calloc(1, sizeof(*h->work));
	h->held = calloc(f->reports.nr + 1, sizeof(*h->held));
	if (!h->work || !h->held)
		return -ENOMEM;
	h->work->next_orphan = calloc(f->reports.nr + 1, sizeof(*h->work->next_orphan));
	rc = h->work->next_orphan ? prepare_devices(h) : -ENOMEM;
	if (!rc)
		rc = prepare_pages(h);
	if (!rc)
		rc = prepare_order(h);
	if (rc || !f->reports.nr)
		return rc;
	rc = ir_recording_pass(f->rec, &pass, f->err);
	if (rc)
		return rc;
	select_holders_until(h, UINT64_MAX);
	ir_notes_apply(h, UINT64_MAX);
	return h->work->no_memory ? -ENOMEM : 0;
}

void ir_holders_release(struct ir_holders *h)
{
	struct ir_holders_work *w = h->work;

	for (size_t i = 0; h->held && i < h->f->reports.nr; i++)
		free(h->held[i].holders);
	free(h->held);
	free(h->device_names);
	ir_pages_release(&h->pages);
	while (w && w->chunks) {
		struct chunk *next = w->chunks->next;

		free(w->chunks);
		w->chunks = next;
	}
	if (w) {
		free(w->notes);
		free(w->order);
		free(w->next_orphan);
		free(w->cpus);
		free(w->devices);
	}
	free(w);
	*h = (struct ir_holders){ .f = NULL };
}
