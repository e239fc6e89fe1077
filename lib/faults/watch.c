// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a replay would have hidden recorded faults: from the unmap of a page on it is
 * looked for an RPCIT or flush that covers the page, at the IOVA that the replay gave its
 * mapping.  One that comes before the fault shows it.
 */
#include <iommu-replay/faults.h>
#include <iommu-replay/replay.h>

#include <stdlib.h>
#include <string.h>

#define NO_IOVA UINT64_MAX

/* A page that faulted after an unmap, once or more often. */
struct watched {
	uint64_t whole_iova;		/* as recorded */
	uint64_t mapped_ns;		/* its piece */
	uint64_t unmapped_ns;
	uint64_t last_fault_ns;
	uint64_t flushed_ns;		/* in the replay: first flush of it after its unmap; UINT64_MAX: none */
	uint64_t offset;		/* of the page in the mapping */
	/*
	 * The IOVA of the mapping in the replay, NO_IOVA: it is not mapped there.  If it is not
	 * set, that of the page before in the list is its own, if that has the same recorded IOVA.
	 */
	uint64_t iova;
	uint16_t device;
	bool is_set;
};

struct ir_fault_watch {
	struct ir_observer observer;
	struct watched *list;		/* by recorded IOVA, device and time */
	size_t nr;
	struct watched **by_unmap;	/* the same, by unmap */
	size_t begun;			/* of by_unmap: unmapped by now */
	struct watched **active;	/* unmapped, not flushed, fault still to come */
	size_t nr_active;
	struct fault {
		struct watched key, *page;
		uint64_t time_ns;
	} *faults;			/* of these pages */
	size_t nr_faults;
	uint64_t shown, undecided;	/* of all other faults */
};

static int by_mapping(const struct watched *l, const struct watched *r)
{
	if (l->whole_iova != r->whole_iova)
		return l->whole_iova < r->whole_iova ? -1 : 1;
	if (l->device != r->device)
		return l->device < r->device ? -1 : 1;
	return (l->mapped_ns > r->mapped_ns) - (l->mapped_ns < r->mapped_ns);
}

static int by_page(const void *a, const void *b)
{
	const struct fault *l = a, *r = b;
	int order = by_mapping(&l->key, &r->key);

	if (order)
		return order;
	if (l->key.offset != r->key.offset)
		return l->key.offset < r->key.offset ? -1 : 1;
	return (l->key.unmapped_ns > r->key.unmapped_ns) - (l->key.unmapped_ns < r->key.unmapped_ns);
}

static int by_unmap(const void *a, const void *b)
{
	const struct watched *const *l = a, *const *r = b;

	if ((*l)->unmapped_ns != (*r)->unmapped_ns)
		return (*l)->unmapped_ns < (*r)->unmapped_ns ? -1 : 1;
	return (*l > *r) - (*l < *r);
}

static bool same_place(const struct watched *a, const struct watched *b)
{
	return a->whole_iova == b->whole_iova && a->device == b->device;
}

/*
 * A mapping got an IOVA: it is that of all pages that were mapped at the same time or
 * later, until the next one; the first of them has it.
 */
static void on_mapped(void *arg, const struct ir_op *op, uint64_t iova)
{
	struct ir_fault_watch *watch = arg;
	const struct watched key = {
		.whole_iova = op->iova, .device = op->device, .mapped_ns = op->time_ns,
	};
	size_t low = 0, high = watch->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_mapping(&watch->list[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == watch->nr || !same_place(&watch->list[low], &key))
		return;
	watch->list[low].iova = iova;
	watch->list[low].is_set = true;
}

/* The page's IOVA in the replay, which is past its map. */
static uint64_t iova_of(struct ir_fault_watch *watch, struct watched *page)
{
	struct watched *from = page;

	while (!from->is_set && from > watch->list && same_place(from - 1, page))
		from--;
	for (; from < page; from++) {
		from[1].iova = from->iova;
		from[1].is_set = true;
	}
	page->is_set = true;
	return page->iova == NO_IOVA ? NO_IOVA : page->iova + page->offset;
}

/* A flush of a range, or of everything. */
static void on_rpcit(void *arg, const struct ir_rpcit *rpcit)
{
	struct ir_fault_watch *watch = arg;
	size_t left = 0;

	while (watch->begun < watch->nr && watch->by_unmap[watch->begun]->unmapped_ns <= rpcit->time_ns)
		watch->active[watch->nr_active++] = watch->by_unmap[watch->begun++];
	for (size_t i = 0; i < watch->nr_active; i++) {
		struct watched *page = watch->active[i];

		if (rpcit->time_ns > page->last_fault_ns)	/* too late */
			continue;
		if (!rpcit->result && rpcit->device == page->device &&
		    (rpcit->global || iova_of(watch, page) - rpcit->iova < rpcit->size)) {
			page->flushed_ns = rpcit->time_ns;
			continue;
		}
		watch->active[left++] = page;
	}
	watch->nr_active = left;
}

static uint16_t device_number(const struct ir_recording_info *info, const char *name)
{
	for (size_t i = 1; name && i < info->nr_devices; i++)
		if (!strcmp(info->devices[i], name))
			return (uint16_t)i;
	return 0;
}

/* Faults of one page share what becomes of it. */
static void list_pages(struct ir_fault_watch *watch)
{
	qsort(watch->faults, watch->nr_faults, sizeof(*watch->faults), by_page);
	for (size_t i = 0; i < watch->nr_faults; i++) {
		struct fault *fault = &watch->faults[i];

		if (!i || by_page(fault - 1, fault))
			watch->list[watch->nr++] = fault->key;
		fault->page = &watch->list[watch->nr - 1];
		if (fault->page->last_fault_ns < fault->time_ns)
			fault->page->last_fault_ns = fault->time_ns;
	}
}

struct ir_fault_watch *ir_fault_watch_new(const struct ir_faults *faults,
					  const struct ir_recording_info *info)
{
	struct ir_fault_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->list = calloc(faults->nr + 1, sizeof(*watch->list));
	watch->faults = calloc(faults->nr + 1, sizeof(*watch->faults));
	watch->by_unmap = calloc(faults->nr + 1, sizeof(struct watched *));
	watch->active = calloc(faults->nr + 1, sizeof(struct watched *));
	if (!watch->list || !watch->faults || !watch->by_unmap || !watch->active) {
		ir_fault_watch_free(watch);
		return NULL;
	}
	for (size_t i = 0; i < faults->nr; i++) {
		const struct ir_fault *fault = &faults->faults[i];
		const struct ir_fault_mapping *m = fault->mapping;

		if (fault->kind == IR_FAULT_UNMAPPED && m && m->unmapped_ns && !m->is_before)
			watch->faults[watch->nr_faults++] = (struct fault){
				.key = {
					.whole_iova = m->whole_iova, .mapped_ns = m->mapped_ns,
					.unmapped_ns = m->unmapped_ns, .flushed_ns = UINT64_MAX,
					.offset = (fault->address & ~(IR_PAGE_SIZE - 1)) - m->whole_iova,
					.iova = NO_IOVA, .device = device_number(info, m->device),
				},
				.time_ns = fault->time_ns,
			};
		else if (fault->kind == IR_FAULT_UNCERTAIN || fault->kind == IR_FAULT_UNMAPPED)
			watch->undecided++;
		else
			watch->shown++;
	}
	list_pages(watch);
	for (size_t i = 0; i < watch->nr; i++)
		watch->by_unmap[i] = &watch->list[i];
	qsort(watch->by_unmap, watch->nr, sizeof(struct watched *), by_unmap);
	watch->observer = (struct ir_observer){
		.rpcit = on_rpcit, .mapped = on_mapped, .arg = watch,
	};
	return watch;
}

const struct ir_observer *ir_fault_watch_observer(const struct ir_fault_watch *watch)
{
	return &watch->observer;
}

void ir_fault_watch_result(struct ir_fault_watch *watch, struct ir_fault_exposure *exposure)
{
	*exposure = (struct ir_fault_exposure){
		.shown = watch->shown, .undecided = watch->undecided,
	};
	for (size_t i = 0; i < watch->nr_faults; i++) {
		const struct fault *fault = &watch->faults[i];

		if (iova_of(watch, fault->page) == NO_IOVA)
			exposure->undecided++;
		else if (fault->page->flushed_ns <= fault->time_ns)
			exposure->shown++;
		else
			exposure->hidden++;
	}
}

void ir_fault_watch_free(struct ir_fault_watch *watch)
{
	if (!watch)
		return;
	free(watch->list);
	free(watch->faults);
	free(watch->by_unmap);
	free(watch->active);
	free(watch);
}
