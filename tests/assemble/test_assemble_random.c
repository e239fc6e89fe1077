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

/*
 * Blocks of events and single ones make the same operations: where a map, its RPCIT and the result
 * follow each other they are taken at once, if nothing is wrong with them.
 */
enum { BLOCK_EVENTS = 12000 };

/* A mapping at @page, or its unmap; mostly as it should be.  Returns how many events that is. */
static unsigned int add_events(struct ir_event *ev, uint64_t page, bool mapped, uint64_t *seed)
{
	struct ir_event one = {
		.kind = mapped ? IR_EV_UNMAP : IR_EV_MAP, .cpu = (uint32_t)random_below(seed, 3),
		.addr = (1000 + page) << IR_PAGE_SHIFT, .size = IR_PAGE_SIZE, .pid = 100,
		.paddr = page << IR_PAGE_SHIFT, .flags = random_below(seed, 4) ? 0 : IR_EVF_IRQ,
	};
	unsigned int n = mapped ? 1 : 3;

	for (unsigned int i = 0; i < n; i++)
		ev[i] = one;
	if (mapped)
		return 1;
	ev[1].kind = IR_EV_RPCIT;
	ev[1].aux = 0x700;
	ev[2].kind = IR_EV_RPCIT_RET;
	ev[2].addr = ev[2].size = 0;
	switch (random_below(seed, 300)) {
	case 0:
		ev[1].cpu = (ev[1].cpu + 1) % 3;
		break;
	case 1:
		ev[2].cpu = (ev[2].cpu + 1) % 3;
		break;
	case 2:
		ev[2].ret = -12;
		break;
	case 3:
		ev[1].size += IR_PAGE_SIZE;
		break;
	case 4:
		ev[2].flags ^= IR_EVF_IRQ;
		break;
	case 5:
		return 1;	/* neither of them was recorded, */
	case 6:
		return 2;	/* or not the last one */
	case 7:
		ev[1].aux = 0x701;
		break;
	case 8:			/* an RPCIT of the same CPU is under way */
		ev[0].kind = IR_EV_RPCIT;
		ev[0].size += IR_PAGE_SIZE;
		break;
	default:
		break;
	}
	return n;
}

/* Operations of single events that have not been compared yet. */
struct waiting {
	struct ir_op op[BLOCK_EVENTS];
	unsigned int first, end;
};

/* A block's operations, some at a time, are those of single events. */
static void take_block(struct feed *blocks, struct feed *single, struct waiting *w,
		       const struct ir_event *ev, const struct ir_event *end, uint64_t *seed)
{
	struct ir_op ops[70];
	int n;

	do {
		const struct ir_event *from = ev;
		int max = 1 + (int)random_below(seed, 70);

		n = ir_assembler_events(blocks->a, &ev, end, ops, max);
		assert_true(n >= 0 && n <= max && ev <= end);
		for (; from < ev; from++) {
			assert_int_equal(ir_assembler_event(single->a, from), 0);
			while (ir_assembler_next(single->a, &w->op[w->end]))
				w->end++;
		}
		for (int i = 0; i < n; i++, w->first++) {
			assert_true(w->first < w->end);
			assert_memory_equal(&ops[i], &w->op[w->first], IR_OP_BYTES);
		}
	} while (n);
	assert_ptr_equal(ev, end);
	assert_int_equal(w->first, w->end);
}

static void run_blocks(uint64_t seed, struct ir_event *evs)
{
	void *late = NULL;
	struct feed *blocks = feed_new(PROBES, &late), *single = feed_new(PROBES, &late);
	bool mapped[64] = { false };
	struct waiting *w = calloc(1, sizeof(*w));
	unsigned int n = 0;

	assert_non_null(w);
	while (n < BLOCK_EVENTS - 3) {
		uint64_t page = random_below(&seed, 64);
		unsigned int more = add_events(evs + n, page, mapped[page], &seed);

		mapped[page] = !mapped[page] && evs[n].kind == IR_EV_MAP;
		n += more;
	}
	for (unsigned int i = 0; i < n; i++)
		evs[i].time_ns = 1000 * (uint64_t)i;
	for (const struct ir_event *ev = evs, *end; ev < evs + n;) {
		uint64_t most = 1 + random_below(&seed, 60);

		end = evs + n - ev > (ptrdiff_t)most ? ev + most : evs + n;
		take_block(blocks, single, w, ev, end, &seed);
		ev = end;
	}
	assert_true(w->end > n / 3);
	free(w);
	assert_memory_equal(ir_assembler_totals(blocks->a), ir_assembler_totals(single->a),
			    sizeof(struct ir_op_totals));
	assert_memory_equal(&blocks->damage, &single->damage, sizeof(blocks->damage));
	ir_assembler_free(blocks->a);
	ir_assembler_free(single->a);
	free(blocks);
	free(single);
}

static void test_blocks(void **state)
{
	struct ir_event *evs = calloc(BLOCK_EVENTS, sizeof(*evs));

	(void)state;
	assert_non_null(evs);
	for (uint64_t seed = 1; seed <= 20; seed++)
		run_blocks(seed, evs);
	free(evs);
}

/* A mapping of one page, and its unmap */
static struct ir_event *put_map(struct ir_event *ev, uint64_t page)
{
	const uint16_t kinds[] = { IR_EV_MAP, IR_EV_RPCIT, IR_EV_RPCIT_RET };

	for (unsigned int i = 0; i < 3; i++) {
		ev[i] = range((enum ir_event_kind)kinds[i], page, 1);
		ev[i].aux = 7;
	}
	return ev + 3;
}

static struct ir_event *put_unmap(struct ir_event *ev, uint64_t page)
{
	*ev = range(IR_EV_UNMAP, page, 1);
	return ev + 1;
}

/* A block's operations are those of single events. */
static uint64_t compare_block(struct feed *block, struct feed *single, const struct ir_event *ev,
			      const struct ir_event *end)
{
	const struct ir_event *at = ev;
	struct ir_op ops[64], op;
	uint64_t nr = 0;
	int n;

	while ((n = ir_assembler_events(block->a, &at, end, ops, 64))) {
		assert_true(n > 0);
		for (int i = 0; i < n; i++, nr++) {
			while (!ir_assembler_next(single->a, &op)) {
				assert_true(ev < at);
				assert_int_equal(ir_assembler_event(single->a, ev++), 0);
			}
			assert_memory_equal(&op, &ops[i], IR_OP_BYTES);
		}
		assert_null(ir_assembler_check(block->a, 0));
	}
	return nr;
}

/*
 * A mapping waits for its result until the window is full, in the middle of a block: it leaves just then,
 * not when the block ends, by when the window would have more than it has room for.
 */
static void test_block_fills_window(void **state)
{
	enum { MAPS = 70000, EVENTS = 2 + 7 * MAPS };
	struct ir_event *evs = calloc(EVENTS + 1, sizeof(*evs)), *ev = evs;
	void *late = NULL;
	struct feed *block = feed_new(PROBES, &late), *single = feed_new(PROBES, &late);

	(void)state;
	assert_non_null(evs);
	for (unsigned int i = 1; i <= MAPS; i++)
		ev = put_map(ev, 2 * i);
	for (unsigned int i = 1; i <= MAPS; i++)	/* their places are free for others now */
		ev = put_unmap(ev, 2 * i);
	ev = put_map(ev, 1) - 1;
	ev[-2].cpu = ev[-1].cpu = 1;
	for (unsigned int i = 1; i <= MAPS; i++)
		ev = put_map(ev, 2 * i);
	assert_ptr_equal(ev, evs + EVENTS);
	for (unsigned int i = 0; i < EVENTS; i++)
		evs[i].time_ns = 1000 * (1 + (uint64_t)i);
	assert_int_equal(compare_block(block, single, evs, ev), 3 * MAPS + 1);
	ir_assembler_free(block->a);
	ir_assembler_free(single->a);
	free(block);
	free(single);
	free(evs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_probes),
		cmocka_unit_test(test_random_names),
		cmocka_unit_test(test_random_plain),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_block_fills_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
