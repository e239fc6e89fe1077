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

/* A fault after an unmap. */
struct watched {
	uint64_t whole_iova;		/* as recorded */
	uint64_t mapped_ns;		/* its piece */
	uint64_t unmapped_ns;
	uint64_t fault_ns;
	uint64_t offset;		/* of the page in the mapping */
	uint64_t iova;			/* of the page in the replay; NO_IOVA: it is not mapped there */
	uint16_t device;
	bool shown;
};

struct ir_fault_watch {
	struct ir_observer observer;
	struct watched *list;		/* by recorded IOVA and time */
	size_t nr;
	struct watched **by_unmap;	/* the same, by unmap */
	size_t begun;			/* of by_unmap: unmapped by now */
	struct watched **active;	/* unmapped, not flushed, fault still to come */
	size_t nr_active;
	uint64_t shown, undecided;	/* of all other faults */
};

static int by_iova(const void *a, const void *b)
{
	const struct watched *l = a, *r = b;

	if (l->whole_iova != r->whole_iova)
		return l->whole_iova < r->whole_iova ? -1 : 1;
	return (l->mapped_ns > r->mapped_ns) - (l->mapped_ns < r->mapped_ns);
}

static int by_unmap(const void *a, const void *b)
{
	const struct watched *const *l = a, *const *r = b;

	if ((*l)->unmapped_ns != (*r)->unmapped_ns)
		return (*l)->unmapped_ns < (*r)->unmapped_ns ? -1 : 1;
	return (*l > *r) - (*l < *r);
}

/* A mapping got an IOVA: the last one before the recorded map of the piece is the fault's. */
static void on_mapped(void *arg, const struct ir_op *op, uint64_t iova)
{
	struct ir_fault_watch *watch = arg;
	size_t low = 0, high = watch->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (watch->list[mid].whole_iova < op->iova)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < watch->nr && watch->list[low].whole_iova == op->iova; low++) {
		struct watched *w = &watch->list[low];

		if (w->device != op->device || op->time_ns > w->mapped_ns)
			continue;
		w->iova = iova == UINT64_MAX ? NO_IOVA : iova + w->offset;
	}
}

/* A flush of a range, or of everything. */
static void on_rpcit(void *arg, const struct ir_rpcit *rpcit)
{
	struct ir_fault_watch *watch = arg;
	size_t left = 0;

	while (watch->begun < watch->nr && watch->by_unmap[watch->begun]->unmapped_ns <= rpcit->time_ns)
		watch->active[watch->nr_active++] = watch->by_unmap[watch->begun++];
	for (size_t i = 0; i < watch->nr_active; i++) {
		struct watched *w = watch->active[i];

		if (rpcit->time_ns > w->fault_ns)	/* too late */
			continue;
		if (!rpcit->result && rpcit->device == w->device &&
		    (rpcit->global || (w->iova - rpcit->iova < rpcit->size))) {
			w->shown = true;
			continue;
		}
		watch->active[left++] = w;
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

struct ir_fault_watch *ir_fault_watch_new(const struct ir_faults *faults,
					  const struct ir_recording_info *info)
{
	struct ir_fault_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->list = calloc(faults->nr + 1, sizeof(*watch->list));
	watch->by_unmap = calloc(faults->nr + 1, sizeof(struct watched *));
	watch->active = calloc(faults->nr + 1, sizeof(struct watched *));
	if (!watch->list || !watch->by_unmap || !watch->active) {
		ir_fault_watch_free(watch);
		return NULL;
	}
	for (size_t i = 0; i < faults->nr; i++) {
		const struct ir_fault *fault = &faults->faults[i];
		const struct ir_fault_mapping *m = fault->mapping;

		if (fault->kind == IR_FAULT_UNMAPPED && m && m->unmapped_ns && !m->is_before)
			watch->list[watch->nr++] = (struct watched){
				.whole_iova = m->whole_iova, .mapped_ns = m->mapped_ns,
				.unmapped_ns = m->unmapped_ns, .fault_ns = fault->time_ns,
				.offset = (fault->address & ~(IR_PAGE_SIZE - 1)) - m->whole_iova,
				.iova = NO_IOVA, .device = device_number(info, m->device),
			};
		else if (fault->kind == IR_FAULT_UNCERTAIN || fault->kind == IR_FAULT_UNMAPPED)
			watch->undecided++;
		else
			watch->shown++;
	}
	qsort(watch->list, watch->nr, sizeof(*watch->list), by_iova);
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

void ir_fault_watch_result(const struct ir_fault_watch *watch, struct ir_fault_exposure *exposure)
{
	*exposure = (struct ir_fault_exposure){
		.shown = watch->shown, .undecided = watch->undecided,
	};
	for (size_t i = 0; i < watch->nr; i++) {
		if (watch->list[i].iova == NO_IOVA)
			exposure->undecided++;
		else if (watch->list[i].shown)
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
	free(watch->by_unmap);
	free(watch->active);
	free(watch);
}
