// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes a fault's verdict, and the reasons of its candidates, as sentences. */
#include "faults/result.h"
#include "base/numbers.h"

#include <inttypes.h>
#include <stdio.h>

#define TEXT 192

struct text {
	char s[TEXT];
};

/* "dma_unmap_page by fio on CPU 2" */
static struct text agent_text(const struct ir_fault_by *by, const char *function)
{
	struct text t;

	snprintf(t.s, sizeof(t.s), "%s%s%s on CPU %" PRIu32,
		 by->function ? by->function : function, by->task ? " by " : "",
		 by->task ? by->task : "", by->cpu);
	return t;
}

static uint64_t time_since(uint64_t report_ns, uint64_t then_ns)
{
	return report_ns > then_ns ? report_ns - then_ns : 0;
}

/* How long a queue keeps an unmapped page reachable: its timeout (dma-iommu.c, Linux 6.12). */
static uint64_t lazy_ns(const struct finding *f)
{
	bool shadow = f->info->arch && !strncmp(f->info->arch, "s390", 4);

	return (shadow ? 1000 : 10) * NS_PER_MS;
}

static const char *unmapped_words(struct result *r, const struct finding *f, const struct ir_fault *fault)
{
	const struct ir_fault_mapping *m = fault->mapping;
	uint64_t after = time_since(fault->time_ns, m->unmapped_ns), lazy = lazy_ns(f);
	struct text who = agent_text(&m->unmapped_by, "the unmap");
	struct ir_short when = ir_time_text(after, IR_PLAIN), queue = ir_time_text(lazy, IR_PLAIN);

	if (m->flushed_ns && m->flushed_ns <= fault->time_ns)
		return ir_arena_print(&r->arena, "use after unmap: %s after %s, and flushed since: faults under every strategy",
				      when.s, who.s);
	if (after > 2 * lazy)
		return ir_arena_print(&r->arena, "use after unmap: %s after %s; faults under every strategy, lazy ones flush within %s",
				      when.s, who.s, queue.s);
	return ir_arena_print(&r->arena, "use after unmap: %s after %s; strict: faults, lazy: reachable for up to %s",
			      when.s, who.s, queue.s);
}

static const char *neighbour_words(struct result *r, const struct ir_fault *fault)
{
	const struct ir_fault_mapping *m = fault->neighbour;
	struct text who;

	if (!m)
		return "";
	who = agent_text(&m->mapped_by, "mapped");
	if (fault->side == IR_SIDE_OVERRUN)
		return ir_arena_print(&r->arena, "; %" PRIu64 " bytes behind the end of a live mapping (%s): an overrun?",
				      fault->address - (m->whole_iova + m->whole_size), who.s);
	return ir_arena_print(&r->arena, "; %" PRIu64 " bytes in front of a live mapping (%s): an underrun?",
			      m->whole_iova - fault->address, who.s);
}

static const char *never_mapped_words(struct result *r, const struct finding *f,
				      const struct ir_fault *fault)
{
	return ir_arena_print(&r->arena, "never mapped in the recording%s%s",
			      f->info->complete ? "" : ", which is incomplete", neighbour_words(r, fault));
}

static const char *wrong_direction_words(struct result *r, const struct ir_fault *fault)
{
	const struct ir_fault_mapping *m = fault->mapping;
	struct text who = agent_text(&m->mapped_by, "mapped");
	const char *access = ir_fault_access_name(fault->access);

	return ir_arena_print(&r->arena, "wrong direction: %s of a live mapping that is %s (%s): faults under every strategy",
			      access ? access : "access",
			      m->direction ? m->direction : "for the other direction", who.s);
}

static const char *other_domain_words(struct result *r, const struct ir_fault *fault)
{
	const struct ir_fault_mapping *m = fault->mapping;
	bool live = !m->unmapped_ns || m->unmapped_ns > fault->time_ns;

	return ir_arena_print(&r->arena, "other domain: %s had the address%s, and %s does not share its domain: there it was never mapped",
			      m->device ? m->device : "another device", live ? "" : " until its unmap",
			      fault->device ? fault->device : "the device");
}

static const char *uncertain_words(struct result *r, const struct ir_fault *fault)
{
	struct ir_short window = ir_time_text(fault->uncertainty_ns, IR_PLAIN);

	if (!fault->nr_candidates)
		return ir_arena_print(&r->arena, "uncertain: the address was mapped for this access during the %s before the report",
				      window.s);
	if (fault->nr_candidates == 1)
		return ir_arena_print(&r->arena, "uncertain: %s", fault->candidates[0].reason);
	return ir_arena_print(&r->arena, "uncertain: %zu explanations, likely first: %s; or %s%s",
			      fault->nr_candidates, fault->candidates[0].reason,
			      fault->candidates[1].reason, fault->nr_candidates > 2 ? "; ..." : "");
}

void ir_verdict_words(struct result *r, const struct finding *f, struct ir_fault *fault)
{
	bool has = fault->mapping != NULL;

	switch (fault->kind) {
	case IR_FAULT_UNMAPPED:
		fault->verdict = has ? unmapped_words(r, f, fault) : "";
		break;
	case IR_FAULT_NEVER_MAPPED:
		fault->verdict = never_mapped_words(r, f, fault);
		break;
	case IR_FAULT_WRONG_DIRECTION:
		fault->verdict = has ? wrong_direction_words(r, fault) : "";
		break;
	case IR_FAULT_OTHER_DOMAIN:
		fault->verdict = has ? other_domain_words(r, fault) : "";
		break;
	case IR_FAULT_UNCERTAIN:
	case IR_FAULT_KINDS:
		fault->verdict = uncertain_words(r, fault);
		break;
	}
}

const char *ir_candidate_reason(struct result *r, const struct ir_fault *fault,
				const struct ir_fault_candidate *c)
{
	const struct ir_fault_mapping *m = c->mapping;
	struct ir_short when;
	struct text who;

	if (c->kind == IR_FAULT_OTHER_DOMAIN)
		return ir_arena_print(&r->arena, "of another domain, if %s and %s are not in one group (--group tells)",
				      fault->device ? fault->device : "the device",
				      m && m->device ? m->device : "the one that mapped it");
	if (!m)
		return ir_arena_print(&r->arena, "not mapped until %s before the report",
				      ir_time_text(c->before_ns, IR_PLAIN).s);
	if (c->kind == IR_FAULT_WRONG_DIRECTION) {
		who = agent_text(&m->mapped_by, "mapped");
		return ir_arena_print(&r->arena, "live (%s), %s%s", who.s,
				      m->direction ? m->direction : "if that was for the other direction",
				      m->unmapped_ns && m->unmapped_ns < fault->time_ns ?
				      ", and unmapped since" : "");
	}
	who = agent_text(&m->unmapped_by, "the unmap");
	when = ir_time_text(time_since(fault->time_ns, m->unmapped_ns), IR_PLAIN);
	if (!c->before_ns)
		return ir_arena_print(&r->arena, "unmapped %s before the report (%s)", when.s, who.s);
	return ir_arena_print(&r->arena, "unmapped %s before the report (%s), and mapped again %s before it",
			      when.s, who.s, ir_time_text(c->before_ns, IR_PLAIN).s);
}
