// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The assembler on random recordings: CPUs that map and unmap at the same time,
 * interrupts in between, adjacent IOVAs.  What was really done is known, and the
 * operations must tell exactly that.  Then on nonsense, where only invariants hold.
 */
#include "assemble/assemble_util.h"

#define CPUS		3
#define DEVICES		2
#define PAGES		600	/* of IOVA space: crowded, so neighbours are the rule */
#define CALLS		4000
#define MAX_EVENTS	(CALLS * 12)
#define MAX_PIECES	4

struct call_map {
	uint32_t first_event;	/* serial number of its first iommu:map, which names it */
	uint32_t page, pages, pieces;
	uint16_t device;
	bool fails;
};

/* The events that a context of a CPU still has to emit. */
struct actor {
	struct ir_event queue[16];
	unsigned int next, count;
	struct call_map call;
	bool maps;		/* the call in the queue is a map */
};

struct world {
	struct feed *f;
	uint64_t seed;
	uint64_t kinds;
	struct actor actor[CPUS][2];
	bool taken[DEVICES + 1][PAGES];
	struct call_map live[PAGES];
	unsigned int nr_live;
	/* by serial number of the event: the map that begins there, the map that ends there */
	struct call_map *begins;
	uint32_t *ends;
	uint32_t serial;
	uint32_t maps, unmaps;
};

static void put(struct actor *act, struct ir_event ev)
{
	assert_true(act->count < 16);
	act->queue[act->count++] = ev;
}

static uint64_t find_space(struct world *w, uint16_t device, uint32_t pages)
{
	uint32_t run = 0;

	for (uint32_t page = 0; page < PAGES; page++) {
		run = w->taken[device][page] ? 0 : run + 1;
		if (run == pages)
			return page + 1 - pages;
	}
	return UINT64_MAX;
}

static struct ir_event rpcit_event(uint64_t page, uint64_t pages)
{
	struct ir_event ev = range(IR_EV_RPCIT, page, pages);

	ev.aux = 7;
	return ev;
}

/* The RPCITs of a map, and the undoing if it fails. */
static void put_rpcits(struct world *w, struct actor *act)
{
	const struct call_map *m = &act->call;
	bool again = m->fails || random_below(&w->seed, 8) == 0;

	put(act, rpcit_event(m->page, m->pages));
	put(act, (struct ir_event){ .kind = IR_EV_RPCIT_RET, .ret = again ? -ENOMEM : 0 });
	if (!again)
		return;
	put(act, rpcit_event(0, 1000000));
	put(act, (struct ir_event){ .kind = IR_EV_RPCIT_RET, .ret = m->fails ? -ENOMEM : 0 });
	if (!m->fails)
		return;
	put(act, range(IR_EV_UNMAP, m->page, m->pages));
	put(act, rpcit_event(m->page, m->pages));
	put(act, (struct ir_event){ .kind = IR_EV_RPCIT_RET, .ret = 0 });
}

static void begin_map(struct world *w, struct actor *act)
{
	bool probes = w->kinds >> IR_EV_RPCIT & 1, names = w->kinds >> IR_EV_DMA_MAP & 1;
	struct call_map m = { .pieces = 1 + (uint32_t)random_below(&w->seed, MAX_PIECES) };
	uint32_t pages[MAX_PIECES];
	uint64_t page;

	for (uint32_t i = 0; i < m.pieces; i++)
		m.pages += pages[i] = 1 + (uint32_t)random_below(&w->seed, 3);
	m.device = names ? (uint16_t)(1 + random_below(&w->seed, DEVICES)) : 0;
	m.fails = probes && random_below(&w->seed, 6) == 0;
	page = find_space(w, m.device, m.pages);
	if (page == UINT64_MAX)
		return;
	m.page = (uint32_t)page;
	memset(&w->taken[m.device][page], 1, m.pages);
	*act = (struct actor){ .call = m, .maps = true };
	for (uint32_t i = 0; i < m.pieces; page += pages[i++])
		put(act, range(IR_EV_MAP, page, pages[i]));
	if (probes)
		put_rpcits(w, act);
	if (names) {
		struct ir_event ev = range(m.pieces > 1 ? IR_EV_DMA_MAP_SG : IR_EV_DMA_MAP,
					   m.page, m.pages);

		ev.device = m.device;
		put(act, ev);
	}
}

static void begin_unmap(struct world *w, struct actor *act)
{
	bool names = w->kinds >> IR_EV_DMA_MAP & 1;
	unsigned int which;

	if (!w->nr_live)
		return;
	which = (unsigned int)random_below(&w->seed, w->nr_live);
	*act = (struct actor){ .call = w->live[which] };
	w->live[which] = w->live[--w->nr_live];
	if (names && act->call.pieces > 1)
		put(act, (struct ir_event){ .kind = IR_EV_DMA_UNMAP_SG,
					    .device = act->call.device });
	put(act, range(IR_EV_UNMAP, act->call.page, act->call.pages));
	if (names && act->call.pieces == 1) {
		struct ir_event ev = range(IR_EV_DMA_UNMAP, act->call.page, act->call.pages);

		ev.device = act->call.device;
		put(act, ev);
	}
}

/* The actor's call is over. */
static void end_call(struct world *w, struct actor *act)
{
	const struct call_map *m = &act->call;

	if (act->maps && !m->fails)
		w->live[w->nr_live++] = *m;
	else
		memset(&w->taken[m->device][m->page], 0, m->pages);
	act->count = act->next = 0;
}

static void step(struct world *w, uint32_t cpu, unsigned int irq)
{
	struct actor *act = &w->actor[cpu][irq];
	const struct ir_event *ev = &act->queue[act->next++];

	w->serial++;
	assert_true(w->serial < MAX_EVENTS);
	if (ev->kind == IR_EV_MAP && act->maps && act->next == 1) {
		act->call.first_event = w->serial;
		w->begins[w->serial] = act->call;
		w->maps++;
	}
	if (ev->kind == IR_EV_UNMAP && !act->maps) {
		w->ends[w->serial] = act->call.first_event;
		w->unmaps++;
	}
	w->f->cpu = cpu;
	w->f->pid = 100 + cpu;
	w->f->flags = irq ? IR_EVF_IRQ : 0;
	event(w->f, *ev);
	if (act->next == act->count)
		end_call(w, act);
}

/* Numbers in use, and which map has each. */
struct check {
	uint32_t owner[PAGES * 4];	/* serial number of its first event, 0: free */
	uint32_t maps, unmaps;
};

static void check_map(const struct world *w, struct check *c, const struct ir_op *op)
{
	uint64_t serial = op->time_ns / 1000;
	const struct call_map *m = &w->begins[serial];

	assert_true(serial <= w->serial);
	assert_int_equal(m->first_event, serial);
	assert_int_equal(op->iova >> IR_PAGE_SHIFT, m->page);
	assert_int_equal(op->pages, m->pages);
	assert_int_equal(op->segments, m->pieces);
	assert_int_equal(op->device, m->device);
	assert_int_equal((op->flags & IR_OPF_FAILED) != 0, m->fails);
	c->maps++;
	if (m->fails) {
		assert_int_equal(op->mapping, IR_NO_MAPPING);
		return;
	}
	assert_true(op->mapping < PAGES * 4);
	assert_int_equal(c->owner[op->mapping], 0);
	c->owner[op->mapping] = (uint32_t)serial;
}

static void check_unmap(const struct world *w, struct check *c, const struct ir_op *op)
{
	uint64_t serial = op->time_ns / 1000;

	assert_true(serial <= w->serial);
	assert_true(w->ends[serial] != 0);
	assert_true(op->mapping < PAGES * 4);
	assert_int_equal(c->owner[op->mapping], w->ends[serial]);
	assert_int_equal(op->device, w->begins[w->ends[serial]].device);
	c->owner[op->mapping] = 0;
	c->unmaps++;
}

static void check_ops(const struct world *w, struct check *c)
{
	struct ir_op op;

	while (ir_assembler_next(w->f->a, &op)) {
		if (op.kind == IR_OP_MAP)
			check_map(w, c, &op);
		else if (op.kind == IR_OP_UNMAP)
			check_unmap(w, c, &op);
		else
			assert_true(op.kind == IR_OP_SEGMENT);
	}
}

static void run_random(uint64_t kinds, uint64_t seed)
{
	void *late = feed_late;		/* operations are taken here, not by event() */
	struct world *w = calloc(1, sizeof(*w));
	struct check *c = calloc(1, sizeof(*c));
	unsigned int calls = 0;

	assert_non_null(w);
	assert_non_null(c);
	w->f = feed_new(kinds, &late);
	w->kinds = kinds;
	w->seed = seed;
	w->begins = calloc(MAX_EVENTS, sizeof(*w->begins));
	w->ends = calloc(MAX_EVENTS, sizeof(*w->ends));
	assert_non_null(w->begins);
	assert_non_null(w->ends);
	for (bool busy = true; busy || calls < CALLS || w->nr_live;) {
		uint32_t cpu = (uint32_t)random_below(&w->seed, CPUS);
		/* an interrupt comes at any time, and runs to its end */
		unsigned int irq = w->actor[cpu][1].count || random_below(&w->seed, 6) == 0;
		struct actor *act = &w->actor[cpu][irq];

		if (!act->count) {
			/* at the end everything is unmapped */
			if (calls < CALLS && random_below(&w->seed, 2))
				begin_map(w, act);
			else
				begin_unmap(w, act);
			calls++;
		}
		if (act->count)
			step(w, cpu, irq);
		check_ops(w, c);
		busy = false;
		for (unsigned int i = 0; i < CPUS * 2; i++)
			busy |= w->actor[i / 2][i % 2].count != 0;
	}
	ir_assembler_end(w->f->a);
	check_ops(w, c);
	assert_int_equal(c->maps, w->maps);
	assert_int_equal(c->unmaps, w->unmaps);
	no_damage(w->f);
	free(w->begins);
	free(w->ends);
	ir_assembler_free(w->f->a);
	free(w->f);
	free(w);
	free(c);
}

static void test_random_probes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		run_random(PROBES, seed);
}

static void test_random_names(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		run_random(NAMES, seed);
}

static void test_random_plain(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++)
		run_random(PLAIN, seed);
}

/*
 * Nonsense: any event with any values.  Whatever comes out, numbers are dense, a
 * mapping ends at most once and only while it lives, pieces follow their mapping
 * and make it up.
 */
struct invariants {
	bool *live;
	uint16_t *device;	/* of each mapping */
	uint64_t segments_left, pages_left;
	uint64_t ops;
};

static void check_op(const struct feed *f, struct invariants *v, const struct ir_op *op)
{
	v->ops++;
	assert_true((op->kind == IR_OP_SEGMENT) == (v->segments_left != 0));
	if (op->kind != IR_OP_FLUSH_TIMER)	/* there it says which timer */
		assert_int_equal(op->iova % IR_PAGE_SIZE, 0);
	if (op->mapping != IR_NO_MAPPING)
		assert_true(op->mapping < ir_assembler_max_mappings(f->a));
	switch (op->kind) {
	case IR_OP_MAP:
		assert_true(op->segments >= 1);
		assert_true(op->seg_pages >= 1);
		v->segments_left = op->segments - 1;
		v->pages_left = op->pages - op->seg_pages;
		if (op->flags & IR_OPF_FAILED) {
			assert_int_equal(op->mapping, IR_NO_MAPPING);
			break;
		}
		assert_true(op->mapping != IR_NO_MAPPING);
		assert_false(v->live[op->mapping]);
		v->live[op->mapping] = true;
		v->device[op->mapping] = op->device;
		break;
	case IR_OP_DETACH:	/* mappings without a name are the only device's */
		for (uint32_t i = 0; i < ir_assembler_max_mappings(f->a); i++)
			v->live[i] &= v->device[i] && v->device[i] != op->device;
		break;
	case IR_OP_SEGMENT:
		v->segments_left--;
		v->pages_left -= op->seg_pages;
		assert_true(v->segments_left || !v->pages_left);
		break;
	case IR_OP_UNMAP:
		if (op->mapping == IR_NO_MAPPING)
			break;
		assert_true(v->live[op->mapping]);
		v->live[op->mapping] = false;
		break;
	default:
		break;
	}
}

static void check_invariants(struct feed *f, struct invariants *v, const struct ir_event *ev,
			     const struct ir_event *end)
{
	struct ir_op ops[16];
	int n;

	while ((n = ir_assembler_events(f->a, &ev, end, ops, 16))) {
		assert_true(n > 0);
		for (int i = 0; i < n; i++)
			check_op(f, v, &ops[i]);
	}
}

static struct ir_event nonsense(uint64_t *seed)
{
	struct ir_event ev = {
		.kind = (uint16_t)random_below(seed, IR_EV_KINDS),
		.addr = random_below(seed, 40) << IR_PAGE_SHIFT,
		.size = (1 + random_below(seed, 4)) << IR_PAGE_SHIFT,
		.aux = random_below(seed, 3),
		.cpu = (uint32_t)random_below(seed, 3),
		.pid = (uint32_t)random_below(seed, 2),
		.device = (uint16_t)random_below(seed, 4),
		.flags = (uint16_t)random_below(seed, 4),
		.ret = random_below(seed, 3) ? 0 : -12,
	};

	/* mostly maps and unmaps, or nothing would ever be live */
	if (random_below(seed, 2))
		ev.kind = random_below(seed, 2) ? IR_EV_MAP : IR_EV_UNMAP;
	if (ev.kind == IR_EV_LOST && random_below(seed, 8))
		ev.kind = IR_EV_RPCIT_RET;
	if (ev.kind == IR_EV_S390_UPDATE_TRANS && random_below(seed, 2))
		ev.ret = 0x400;
	switch (random_below(seed, 40)) {
	case 0:
		ev.addr = UINT64_MAX;
		break;
	case 1:
		ev.size = next_random(seed);
		break;
	case 2:
		ev.addr = next_random(seed);
		break;
	case 3:
		ev.cpu = (uint32_t)next_random(seed);
		break;
	case 4:
		ev.addr += 0x123;
		ev.size -= 0x321;
		break;
	default:
		break;
	}
	return ev;
}

static void test_nonsense(void **state)
{
	(void)state;
	for (uint64_t round = 1; round <= 60; round++) {
		void *late = feed_late;
		uint64_t seed = round, time_ns = 0;
		struct ir_assembler_config config = {
			.seen_kinds = round % 3 ? next_random(&seed) : PROBES | NAMES,
			.s390 = round % 2, .filter = round % 5 == 0, .device = 1,
			.rpcits = round % 4 == 0,
		};
		struct feed *f = feed_with(config, &late);
		struct invariants v = { .live = calloc(20001, sizeof(bool)),
					.device = calloc(20001, sizeof(uint16_t)) };

		assert_non_null(v.live);
		assert_non_null(v.device);
		for (unsigned int i = 0; i < 20000; i++) {
			struct ir_event ev = nonsense(&seed);

			ev.time_ns = time_ns += random_below(&seed, 3000);
			if (round % 2)
				check_invariants(f, &v, &ev, &ev + 1);
			else
				assert_int_equal(ir_assembler_event(f->a, &ev), 0);
			assert_null(ir_assembler_check(f->a, ev.cpu));
		}
		ir_assembler_end(f->a);
		check_invariants(f, &v, NULL, NULL);
		assert_int_equal(v.segments_left, 0);
		assert_true(v.ops > 100);
		free(v.live);
		free(v.device);
		ir_assembler_free(f->a);
		free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_probes),
		cmocka_unit_test(test_random_names),
		cmocka_unit_test(test_random_plain),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
