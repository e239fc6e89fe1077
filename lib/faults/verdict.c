// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds what may have happened.
 *
 * The access lies in a window in front of the report.  In this window the page was
 * mapped at some times and unmapped at others.  While it was mapped for the kind of
 * access that was denied, the access cannot have been: that alone leaves one answer
 * in most cases, even if the page was mapped again when the report came.
 */
#include "faults/result.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_CANDIDATES	16u
#define MAX_PROVEN	64u

/* Whether an IOMMU would deny an access to a mapping that is there. */
enum denied { DENIED_NO, DENIED_MAYBE, DENIED_YES };

/* A fault's device and another one that turned out to have different domains. */
struct pair {
	uint32_t a, b;
};

struct verdict_state {
	struct result *result;
	struct finding *f;
	struct ir_holders *h;
	struct pair proven[MAX_PROVEN];
	unsigned int nr_proven;
	uint64_t delay_ns;
};

/* Something that the page was while the access can have been. */
struct chance {
	enum ir_fault_kind kind;
	struct ir_holder *holder;
	uint64_t before_ns;
	enum denied denied;
};

struct chances {
	struct chance list[MAX_CANDIDATES];
	unsigned int nr;
	bool more;
	struct ir_holder *live;		/* mapped and permitted all the time; NULL */
	struct ir_holder *foreign;	/* the newest of another domain; NULL */
	bool doubtful;			/* whether the mappings are of the fault's domain is not known */
};

/*
 * Domains.
 */

/* "0000:00:10": functions of one slot mostly are in one group. */
static bool same_slot(const char *a, const char *b)
{
	const char *dot = a ? strrchr(a, '.') : NULL;

	return dot && b && !strncmp(a, b, (size_t)(dot - a) + 1);
}

static enum relation group_relation(const struct verdict_state *j, uint32_t fault, uint32_t other)
{
	enum relation known = ir_groups_relation(j->f, fault, other);

	for (unsigned int i = 0; known == RELATION_UNKNOWN && i < j->nr_proven; i++)
		if (j->proven[i].a == fault && j->proven[i].b == other)
			return RELATION_OTHER;
	return known;
}

/* No evidence, but the likely case. */
static bool assumed_same(const struct verdict_state *j, uint32_t fault, uint32_t other)
{
	uint64_t id;
	const char *name = ir_names_text(&j->f->names, fault);

	if (!fault || !other || j->f->info->nr_devices == 1)
		return true;
	/* A stream's number has no device: the recording's only one is taken. */
	if (!strncmp(name, "sid ", 4) && ir_log_hex(name + 4, name + strlen(name), &id))
		return j->f->info->nr_devices == 2;
	return same_slot(name, ir_names_text(&j->f->names, other));
}

/*
 * Permissions.
 */

/* Of "6.12.117+deb13-amd64"; 0: not known. */
static unsigned int kernel_version(const struct finding *f)
{
	unsigned int major, minor;

	if (!f->info->kernel || sscanf(f->info->kernel, "%u.%u", &major, &minor) != 2 ||
	    major > 999 || minor > 999)
		return 0;
	return major * 1000 + minor;
}

static bool is_arch(const struct finding *f, const char *arch)
{
	return f->info->arch && !strncmp(f->info->arch, arch, strlen(arch));
}

/*
 * Reads of a mapping from the device.  AMD and virtio-iommu have entries that can
 * only be written; an SMMU and s390 have none.  VT-d sets the read bit in all entries
 * (6.12), until the common page tables (6.19) came (7.2 does not).
 */
static enum denied denied_read(const struct finding *f, const char *iommu)
{
	unsigned int version = kernel_version(f);

	/* Of the drivers on x86 only AMD's has the event. */
	if (!iommu)
		return is_arch(f, "x86") || is_arch(f, "i686") ? DENIED_YES :
		       is_arch(f, "s390") ? DENIED_NO : DENIED_MAYBE;
	if (!strcmp(iommu, "amd") || !strcmp(iommu, "virtio"))
		return DENIED_YES;
	if (!strcmp(iommu, "vtd"))
		return !version ? DENIED_MAYBE : version >= 6019 ? DENIED_YES : DENIED_NO;
	return DENIED_NO;
}

static enum denied access_denied(const struct finding *f, const struct ir_holder *holder,
				 const struct report *report)
{
	if (holder->direction < 0 || !report->access)
		return holder->direction == IR_DMA_BIDIRECTIONAL ? DENIED_NO : DENIED_MAYBE;
	switch ((enum ir_dma_direction)holder->direction) {
	case IR_DMA_TO_DEVICE:
		return report->access == IR_ACCESS_WRITE ? DENIED_YES : DENIED_NO;
	case IR_DMA_FROM_DEVICE:
		return report->access == IR_ACCESS_WRITE ? DENIED_NO :
			denied_read(f, report->iommu);
	case IR_DMA_BIDIRECTIONAL:
		return DENIED_NO;
	case IR_DMA_NONE:
		break;
	}
	return DENIED_MAYBE;
}

/*
 * Chances.
 */

static void add_chance(struct chances *c, enum ir_fault_kind kind, struct ir_holder *holder,
		       uint64_t before_ns, enum denied how)
{
	if (c->nr == MAX_CANDIDATES) {
		c->more = true;
		return;
	}
	c->list[c->nr++] = (struct chance){ kind, holder, before_ns, how };
}

static uint64_t time_before(uint64_t report_ns, uint64_t end_ns)
{
	return end_ns < report_ns ? report_ns - end_ns : 0;
}

/* The times of one domain's mappings, newest first, cut into what can have been. */
static void collect_chances(const struct verdict_state *j, const struct report *report,
			    const struct ir_held *held, bool cut, uint64_t delay_ns, struct chances *c)
{
	uint64_t from = report->time_ns, to = report->time_ns + report->error_ns, next = UINT64_MAX;
	bool any = false, open = true;

	from = from > delay_ns + report->error_ns ? from - delay_ns - report->error_ns : 0;
	c->nr = 0;
	c->more = false;
	c->live = NULL;
	for (uint32_t i = 0; i < held->nr && open; i++) {
		struct ir_holder *holder = held->holders[i];
		uint64_t end = holder->unmapped_ns;
		enum denied how = access_denied(j->f, holder, report);

		if (group_relation(j, report->device, j->h->device_names[holder->device]) ==
		    RELATION_OTHER)
			continue;
		any = true;
		/* Unmapped, up to the next map. */
		if (end <= to && next >= from && end < next)
			add_chance(c, IR_FAULT_UNMAPPED, holder, time_before(report->time_ns, next),
				   DENIED_YES);
		if (end >= from && holder->mapped_ns <= to) {
			if (how != DENIED_NO)
				add_chance(c, IR_FAULT_WRONG_DIRECTION, holder,
					   time_before(report->time_ns, end), how);
			else if (holder->mapped_ns <= from && end >= to)
				c->live = holder;
		}
		next = holder->mapped_ns;
		open = next >= from;
	}
	if (open && !(cut && any) && (!any || next))
		add_chance(c, IR_FAULT_NEVER_MAPPED, NULL, any ? time_before(report->time_ns, next) : 0,
			   DENIED_YES);
}

/* Evidence in the report itself, and which candidates are more likely. */
static void weigh_chances(const struct report *report, struct chances *c)
{
	unsigned int used = 0, sure = 0;

	for (unsigned int i = 0; i < c->nr; i++) {
		bool direction = c->list[i].kind == IR_FAULT_WRONG_DIRECTION;

		if ((report->entry == IR_ENTRY_NOT_PRESENT && direction) ||
		    (report->entry == IR_ENTRY_NOT_PERMITTED && !direction))
			continue;
		sure += c->list[i].denied == DENIED_YES || report->entry == IR_ENTRY_NOT_PERMITTED;
		c->list[used++] = c->list[i];
	}
	c->nr = used;
	if (!sure)
		return;
	/* If there is no other explanation, it is a direction that was not recorded. */
	for (unsigned int i = used = 0; i < c->nr; i++)
		if (c->list[i].denied == DENIED_YES || report->entry == IR_ENTRY_NOT_PERMITTED)
			c->list[used++] = c->list[i];
	c->nr = used;
}

static void find_chances(const struct verdict_state *j, size_t number, uint64_t delay_ns, struct chances *c)
{
	const struct report *report = &j->f->reports.list[number];
	const struct ir_held *held = &j->h->held[number];

	*c = (struct chances){ .nr = 0 };
	for (uint32_t i = 0; i < held->nr; i++) {
		uint32_t device = j->h->device_names[held->holders[i]->device];
		enum relation r = group_relation(j, report->device, device);

		if (r == RELATION_OTHER && !c->foreign)
			c->foreign = held->holders[i];
		c->doubtful |= r == RELATION_UNKNOWN && !assumed_same(j, report->device, device);
	}
	collect_chances(j, report, held, held->cut, delay_ns, c);
	weigh_chances(report, c);
}

/*
 * How late reports are, and what is another domain.
 */

static void prove_other(struct verdict_state *j, const struct report *report, const struct ir_holder *live)
{
	uint32_t device = j->h->device_names[live->device];

	if (!report->device || !device || j->nr_proven == MAX_PROVEN ||
	    group_relation(j, report->device, device) != RELATION_UNKNOWN)
		return;
	j->proven[j->nr_proven++] = (struct pair){ report->device, device };
}

/*
 * A page that is mapped for the access when the report comes was not when the access
 * happened: the report is at least so late.  If it was mapped ever since a report can be
 * late, it is not this domain that it is mapped in.
 */
static void prove_delay(struct verdict_state *j)
{
	uint64_t proven = 0;

	for (size_t i = 0; i < j->f->reports.nr; i++) {
		const struct report *report = &j->f->reports.list[i];
		struct chances c;
		uint64_t least = UINT64_MAX;

		if (report->error_ns > NS_PER_MS || report->entry == IR_ENTRY_NOT_PERMITTED)
			continue;
		find_chances(j, i, MAX_DELAY_NS, &c);
		for (unsigned int k = 0; k < c.nr; k++)
			if (c.list[k].before_ns < least)
				least = c.list[k].before_ns;
		if (c.nr && least > proven && !c.doubtful)
			proven = least;
		if (!c.nr && c.live)
			prove_other(j, report, c.live);
	}
	j->delay_ns = j->f->options->delay_ns;
	if (!j->delay_ns) {
		/* The proven delay is a lower bound: twice that leaves room. */
		j->delay_ns = 2 * proven > DELAY_NS ? 2 * proven : DELAY_NS;
		if (j->delay_ns > MAX_DELAY_NS)
			j->delay_ns = MAX_DELAY_NS;
	}
	j->result->faults.delay_ns = j->delay_ns;
}

/*
 * Results.
 */

static const char *keep_name(struct verdict_state *j, const char *name)
{
	uint32_t number = name ? ir_names_number(&j->result->names, name, strlen(name)) : 0;

	return ir_names_text(&j->result->names, number);
}

static const char *task_name(struct verdict_state *j, uint32_t pid)
{
	return keep_name(j, ir_tasks_name(&j->f->tasks, pid));
}

static const char *direction_name(int direction)
{
	static const char *const names[] = {
		[IR_DMA_BIDIRECTIONAL] = "BIDIRECTIONAL", [IR_DMA_TO_DEVICE] = "TO_DEVICE",
		[IR_DMA_FROM_DEVICE] = "FROM_DEVICE", [IR_DMA_NONE] = "NONE",
	};

	return direction >= 0 && direction <= IR_DMA_NONE ? names[direction] : NULL;
}

static const struct ir_fault_mapping *make_mapping(struct verdict_state *j, const struct ir_holder *from)
{
	struct ir_fault_mapping *m = ir_arena_alloc(&j->result->arena, sizeof(*m));

	if (!m)
		return NULL;
	*m = (struct ir_fault_mapping){
		.iova = from->iova, .size = from->size, .whole_iova = from->whole_iova,
		.whole_size = from->whole_size, .segments = from->segments, .site = from->site,
		.device = keep_name(j, j->f->info->devices[from->device]),
		.direction = direction_name(from->direction),
		.mapped_ns = from->mapped_ns,
		.unmapped_ns = from->unmapped_ns == LIVE ? 0 : from->unmapped_ns,
		.mapped_by = {
			.task = from->map_known ? task_name(j, from->map_pid) : NULL,
			.function = ir_dma_map_name((enum ir_dma_function)from->map_function),
			.pid = from->map_pid, .cpu = from->map_cpu,
		},
		.unmapped_by = {
			.task = from->unmap_known ? task_name(j, from->unmap_pid) : NULL,
			.function = from->detached ? "detach" :
				ir_dma_unmap_name((enum ir_dma_function)from->unmap_function),
			.pid = from->unmap_pid, .cpu = from->unmap_cpu,
		},
		.flushed_ns = from->flushed_ns,
		.is_before = from->before,
	};
	return m;
}

static void set_candidates(struct verdict_state *j, const struct ir_held *held, const struct chances *c,
			   struct ir_fault *fault)
{
	struct ir_fault_candidate *list;
	unsigned int nr = c->nr + c->doubtful;

	list = ir_arena_alloc(&j->result->arena, nr * sizeof(*list));
	if (!list)
		return;
	for (unsigned int i = 0; i < c->nr; i++) {
		list[i].kind = c->list[i].kind;
		list[i].before_ns = c->list[i].before_ns;
		if (c->list[i].holder)
			list[i].mapping = make_mapping(j, c->list[i].holder);
	}
	if (c->doubtful) {
		list[c->nr].kind = IR_FAULT_OTHER_DOMAIN;
		list[c->nr].mapping = held->nr ? make_mapping(j, held->holders[0]) : NULL;
	}
	for (unsigned int i = 0; i < nr; i++)
		list[i].reason = ir_candidate_reason(j->result, fault, &list[i]);
	fault->candidates = list;
	fault->nr_candidates = nr;
}

/* Nothing in the window explains it: what lies before. */
static void search_before_window(struct verdict_state *j, size_t number, struct ir_fault *fault)
{
	const struct report *report = &j->f->reports.list[number];
	const struct ir_held *held = &j->h->held[number];
	struct chances c;

	find_chances(j, number, MAX_DELAY_NS, &c);
	if (c.live && group_relation(j, report->device, j->h->device_names[c.live->device]) !=
	    RELATION_SAME && report->device) {
		fault->kind = IR_FAULT_OTHER_DOMAIN;
		fault->mapping = make_mapping(j, c.live);
		return;
	}
	fault->kind = IR_FAULT_UNCERTAIN;
	if (c.nr)
		set_candidates(j, held, &c, fault);
}

static void judge_fault(struct verdict_state *j, size_t number, struct ir_fault *fault)
{
	const struct ir_held *held = &j->h->held[number];
	struct chances c;

	find_chances(j, number, j->delay_ns, &c);
	if (c.nr == 1 && c.list[0].kind == IR_FAULT_NEVER_MAPPED && c.foreign) {
		/* It was never mapped in its own domain; the verdict also names who has the address. */
		fault->kind = IR_FAULT_OTHER_DOMAIN;
		fault->mapping = make_mapping(j, c.foreign);
	} else if (!c.nr) {
		search_before_window(j, number, fault);
	} else if (c.nr == 1 && !c.more && !(c.doubtful && c.list[0].holder)) {
		fault->kind = c.list[0].kind;
		if (c.list[0].holder)
			fault->mapping = make_mapping(j, c.list[0].holder);
	} else {
		fault->kind = IR_FAULT_UNCERTAIN;
		set_candidates(j, held, &c, fault);
	}
	if (held->in_front || held->behind) {
		fault->side = held->in_front ? IR_SIDE_OVERRUN : IR_SIDE_UNDERRUN;
		fault->neighbour = make_mapping(j, held->in_front ? held->in_front : held->behind);
	}
}

int ir_verdict_all(struct result *result, struct finding *f, struct ir_holders *holders)
{
	struct verdict_state j = { .result = result, .f = f, .h = holders };

	result->list = calloc(f->reports.nr + 1, sizeof(*result->list));
	if (!result->list)
		return -ENOMEM;
	result->faults.faults = result->list;
	result->faults.nr = f->reports.nr;
	prove_delay(&j);
	for (size_t i = 0; i < f->reports.nr; i++) {
		const struct report *report = &f->reports.list[i];
		struct ir_fault *fault = &result->list[i];

		*fault = (struct ir_fault){
			.time_ns = report->time_ns,
			.uncertainty_ns = j.delay_ns + report->error_ns,
			.sources = report->sources, .iommu = report->iommu,
			.address = report->address, .page_only = report->page_only,
			.access = (enum ir_fault_access)report->access,
			.entry = (enum ir_fault_entry)report->entry,
		};
		fault->device = keep_name(&j, ir_names_text(&f->names, report->device));
		judge_fault(&j, i, fault);
		ir_verdict_words(result, f, fault);
	}
	return result->arena.no_memory || result->names.no_memory ? -ENOMEM : 0;
}
