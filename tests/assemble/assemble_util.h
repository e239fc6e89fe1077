/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events by hand, and operations as text, to test the assembler:
 *
 *	M0 100+3/2	mapping 0: 3 pages from page 100, in 2 pieces; MF: failed, undone;
 *			a + behind it: linked
 *	S 102+1		one more piece of it
 *	U0 100+3	its unmap; U?: of an unknown mapping; Ui0: implied
 *	F 4		failed attempt of 4 pages, without an IOVA
 *	T, L		flush timer, lost events
 *
 * followed by @2 for device 2 and ! in interrupt context.
 */
#ifndef IR_TESTS_ASSEMBLE_UTIL_H
#define IR_TESTS_ASSEMBLE_UTIL_H

#include <errno.h>
#include <stdio.h>

#include "test_util.h"
#include "assemble/assemble.h"

#define KIND(k)		(UINT64_C(1) << (k))
/* The kinds of events of recordings: iommu:* alone; with RPCIT probes; with dma:* events. */
#define PLAIN		(KIND(IR_EV_MAP) | KIND(IR_EV_UNMAP))
#define PROBES		(PLAIN | KIND(IR_EV_RPCIT) | KIND(IR_EV_RPCIT_RET))
#define NAMES		(PLAIN | KIND(IR_EV_DMA_MAP) | KIND(IR_EV_DMA_MAP_SG) | \
			 KIND(IR_EV_DMA_UNMAP) | KIND(IR_EV_DMA_UNMAP_SG))
#define LEGACY		(KIND(IR_EV_S390_UPDATE_TRANS) | KIND(IR_EV_S390_MAP_PAGE) | \
			 KIND(IR_EV_S390_UNMAP_PAGE))

struct feed {
	struct ir_assembler *a;
	struct ir_damage damage;
	bool late;		/* operations are taken at the end only */
	uint64_t time_ns;	/* every event comes a microsecond after the one before */
	uint32_t cpu;
	uint32_t pid;
	uint16_t flags;
	struct ir_op last_map;
	struct ir_op last_segment;
	char text[4096];
	size_t len;
};

static inline struct feed *feed_with(struct ir_assembler_config config, void **state)
{
	struct feed *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	config.damage = &f->damage;
	f->a = ir_assembler_new(&config);
	assert_non_null(f->a);
	f->late = *state != NULL;
	f->pid = 100;
	return f;
}

static inline struct feed *feed_new(uint64_t seen, void **state)
{
	return feed_with((struct ir_assembler_config){ .seen_kinds = seen }, state);
}

static inline void render(struct feed *f, const struct ir_op *op)
{
	unsigned long page = (unsigned long)(op->iova >> IR_PAGE_SHIFT);
	char number[16] = "?", what[64];

	if (op->mapping != IR_NO_MAPPING)
		snprintf(number, sizeof(number), "%u", op->mapping);
	switch (op->kind) {
	case IR_OP_MAP:
		if (op->flags & IR_OPF_FAILED)
			snprintf(number, sizeof(number), "F");
		snprintf(what, sizeof(what), "M%s %lu+%u/%u%s", number, page, op->pages,
			 op->segments, op->flags & IR_OPF_LINKED ? "+" : "");
		f->last_map = *op;
		break;
	case IR_OP_SEGMENT:
		snprintf(what, sizeof(what), "S %lu+%u", page, op->seg_pages);
		f->last_segment = *op;
		break;
	case IR_OP_UNMAP:
		snprintf(what, sizeof(what), "U%s%s %lu+%u", op->flags & IR_OPF_IMPLIED ? "i" : "",
			 number, page, op->pages);
		break;
	case IR_OP_FAILED_MAP:
		snprintf(what, sizeof(what), "F %u", op->pages);
		break;
	default:
		snprintf(what, sizeof(what), "%s", op->kind == IR_OP_FLUSH_TIMER ? "T" :
			 op->kind == IR_OP_LOST ? "L" : "other");
	}
	if (f->len < sizeof(f->text) - 80)	/* long runs are not compared as text */
		f->len += (size_t)snprintf(f->text + f->len, sizeof(f->text) - f->len, "%s%s",
					   f->len ? " " : "", what);
	if (op->device && f->len < sizeof(f->text) - 80)
		f->len += (size_t)snprintf(f->text + f->len, sizeof(f->text) - f->len, "@%u",
					   op->device);
	if (op->flags & IR_OPF_IRQ && f->len < sizeof(f->text) - 80)
		f->len += (size_t)snprintf(f->text + f->len, sizeof(f->text) - f->len, "!");
}

static inline void take(struct feed *f)
{
	struct ir_op op;

	while (ir_assembler_next(f->a, &op))
		render(f, &op);
}

static inline void take_event(struct feed *f, const struct ir_event *ev)
{
	const struct ir_event *end = ev + 1;
	struct ir_op ops[8];
	int n;

	while ((n = ir_assembler_events(f->a, &ev, end, ops, 8))) {
		assert_true(n > 0);
		for (int i = 0; i < n; i++)
			render(f, &ops[i]);
	}
}

static inline void event(struct feed *f, struct ir_event ev)
{
	ev.time_ns = f->time_ns += 1000;
	ev.cpu = f->cpu;
	ev.pid = f->pid;
	ev.flags = f->flags;
	if (f->late)
		assert_int_equal(ir_assembler_event(f->a, &ev), 0);
	else
		take_event(f, &ev);
	assert_null(ir_assembler_check(f->a, ev.cpu));
}

/* The rest of the operations must make @want; then everything is freed. */
static inline void finish(struct feed *f, const char *want)
{
	ir_assembler_end(f->a);
	take(f);
	assert_string_equal(f->text, want);
	ir_assembler_free(f->a);
	free(f);
}

static inline uint64_t damage_of(const struct feed *f, enum ir_damage_kind kind)
{
	return f->damage.count[kind];
}

static inline void no_damage(const struct feed *f)
{
	for (int i = 0; i < IR_DAMAGE_KINDS; i++)
		if (f->damage.count[i])
			fail_msg("%s is %lu", ir_damage_name((enum ir_damage_kind)i),
				 (unsigned long)f->damage.count[i]);
}

/* Pages are given by number, sizes in pages. */
static inline struct ir_event range(enum ir_event_kind kind, uint64_t page, uint64_t pages)
{
	return (struct ir_event){
		.kind = (uint16_t)kind,
		.addr = page << IR_PAGE_SHIFT,
		.size = pages << IR_PAGE_SHIFT,
	};
}

static inline void map_at(struct feed *f, uint64_t page, uint64_t pages)
{
	struct ir_event ev = range(IR_EV_MAP, page, pages);

	ev.paddr = (page + 5000) << IR_PAGE_SHIFT;
	event(f, ev);
}

static inline void unmap_at(struct feed *f, uint64_t page, uint64_t pages)
{
	event(f, range(IR_EV_UNMAP, page, pages));
}

/* RPCIT of function 7 over a range, with its result; over an aperture of a million pages. */
static inline void rpcit_only(struct feed *f, uint64_t page, uint64_t pages)
{
	struct ir_event ev = range(IR_EV_RPCIT, page, pages);

	ev.aux = 7;
	event(f, ev);
}

static inline void rpcit_ret(struct feed *f, int64_t ret)
{
	event(f, (struct ir_event){ .kind = IR_EV_RPCIT_RET, .ret = ret });
}

static inline void rpcit(struct feed *f, uint64_t page, uint64_t pages, int64_t ret)
{
	rpcit_only(f, page, pages);
	rpcit_ret(f, ret);
}

static inline void rpcit_global(struct feed *f, int64_t ret)
{
	rpcit(f, 0, 1000000, ret);
}

static inline void dma_event(struct feed *f, enum ir_event_kind kind, uint16_t device,
			     uint64_t page, uint64_t pages)
{
	struct ir_event ev = range(kind, page, pages);

	ev.device = device;
	event(f, ev);
}

static inline void dma_map_failed(struct feed *f, uint16_t device, uint64_t paddr, uint64_t size)
{
	event(f, (struct ir_event){ .kind = IR_EV_DMA_MAP, .device = device, .addr = UINT64_MAX,
				    .paddr = paddr, .size = size });
}

/* How many pages that list had, the event does not tell. */
static inline void dma_map_sg_failed(struct feed *f, uint16_t device)
{
	event(f, (struct ir_event){ .kind = IR_EV_DMA_MAP_SG_ERR, .device = device,
				    .ret = -EIO, .aux = 2 });
}

/* Every test runs twice: operations taken after each event, and all at the end. */
__attribute__((unused)) static char feed_late[] = "late";
#define BOTH(test)	{ #test, test, NULL, NULL, NULL }, \
			{ #test " (late)", test, NULL, NULL, feed_late }

#endif
