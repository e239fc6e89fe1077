// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Blocks of events and single ones make the same operations.  Where the events of a map follow each
 * other they are taken at once, if nothing is wrong with them; single events go the general way.
 */
#include "assemble/assemble_util.h"

enum { BLOCK_EVENTS = 12000 };

static unsigned int add_event(struct ir_event *ev, unsigned int n, const struct ir_event *one, uint16_t kind)
{
	ev[n] = *one;
	ev[n].kind = kind;
	return n + 1;
}

/* One thing is wrong with the events of a map, or missing. */
static unsigned int spoil_map(struct ir_event *ev, unsigned int n, uint64_t *seed)
{
	unsigned int which = (unsigned int)random_below(seed, n);

	switch (random_below(seed, 12)) {
	case 0:
		ev[which].cpu = (ev[which].cpu + 1) % 3;
		break;
	case 1:
		ev[which].flags ^= IR_EVF_IRQ;
		break;
	case 2:
		ev[which].ret = -12;
		break;
	case 3:
		ev[which].size += IR_PAGE_SIZE;
		break;
	case 4:
		ev[which].addr += IR_PAGE_SIZE;
		break;
	case 5:
		ev[which].aux = ev[which].aux ? 0 : 0x701;
		break;
	case 6:			/* an RPCIT of the same CPU is under way */
		ev[0].kind = IR_EV_RPCIT;
		ev[0].size += IR_PAGE_SIZE;
		break;
	case 7:
		ev[which].addr = UINT64_MAX;
		break;
	case 8:
		ev[which].device = (uint16_t)(ev[which].device ? 0 : 1);
		break;
	case 9:
		ev[which].kind = IR_EV_DMA_MAP_SG;
		break;
	default:		/* the last ones were not recorded */
		return which ? which : n;
	}
	return n;
}

/* A mapping at @page, or its unmap; mostly as it should be.  Returns how many events that is. */
static unsigned int add_events(struct ir_event *ev, uint64_t kinds, uint64_t page, uint16_t *device,
			       bool mapped, uint64_t *seed)
{
	bool names = kinds >> IR_EV_DMA_MAP & 1, list = names && random_below(seed, 4) == 0;
	struct ir_event one = {
		.cpu = (uint32_t)random_below(seed, 3), .addr = (1000 + page) << IR_PAGE_SHIFT,
		.size = IR_PAGE_SIZE, .pid = 100, .paddr = page << IR_PAGE_SHIFT,
		.flags = random_below(seed, 4) ? 0 : IR_EVF_IRQ,
	}, name = one;
	unsigned int n = 0;

	if (!mapped)
		*device = (uint16_t)(1 + random_below(seed, 2));
	one.site = random_below(seed, 4) ? 7 : 0;	/* of tasks, of which there may be too many */
	name.site = random_below(seed, 50) ? one.site : 8;
	name.device = *device;
	name.ret = (int64_t)random_below(seed, 3);
	name.flags |= (uint16_t)(random_below(seed, 2) << IR_EVF_FUNCTION_SHIFT);
	if (mapped) {
		if (random_below(seed, 20) == 0)	/* and the one behind it */
			one.size += IR_PAGE_SIZE;
		if (list && random_below(seed, 20) == 0)
			name.device = 3 - name.device;
		if (list)
			n = add_event(ev, n, &name, IR_EV_DMA_UNMAP_SG);
		if (names && random_below(seed, 50) == 0)	/* dma_free */
			n = add_event(ev, n, &name, IR_EV_DMA_UNMAP);
		n = add_event(ev, n, &one, IR_EV_UNMAP);
		if (names && !list && random_below(seed, 20))
			n = add_event(ev, n, &name, IR_EV_DMA_UNMAP);
		return n;
	}
	n = add_event(ev, n, &one, IR_EV_MAP);
	if (kinds >> IR_EV_RPCIT & 1 && (!names || random_below(seed, 10))) {
		/* 0: a function that no name can be kept for */
		one.aux = random_below(seed, 8) ? 0x700 + random_below(seed, 50) / 49 + *device : 0;
		n = add_event(ev, n, &one, IR_EV_RPCIT);
		one.addr = one.size = 0;
		n = add_event(ev, n, &one, IR_EV_RPCIT_RET);
	}
	if (names)
		n = add_event(ev, n, &name, list ? IR_EV_DMA_MAP_SG : IR_EV_DMA_MAP);
	return random_below(seed, 40) ? n : spoil_map(ev, n, seed);
}

/* @more events of another context come in the middle of the @n of a map. */
static void interrupt_map(struct ir_event *ev, unsigned int n, unsigned int more, uint64_t *seed)
{
	unsigned int at = 1 + (unsigned int)random_below(seed, n - 1);
	struct ir_event other[4];

	assert_true(more <= 4);
	memcpy(other, ev + n, more * sizeof(*ev));
	memmove(ev + at + more, ev + at, (n - at) * sizeof(*ev));
	for (unsigned int i = 0; i < more; i++) {
		ev[at + i] = other[i];
		ev[at + i].cpu = ev->cpu;
		ev[at + i].flags = (uint16_t)((other[i].flags & ~IR_EVF_IRQ) | (~ev->flags & IR_EVF_IRQ));
	}
}

/* One of the devices leaves its domain, and takes its mappings with it. */
static struct ir_event detach(const uint16_t *device, bool *mapped, uint64_t *seed)
{
	uint16_t which = (uint16_t)(1 + random_below(seed, 2));

	for (unsigned int i = 0; i < 64; i++)
		mapped[i] &= device[i] != which;
	return (struct ir_event){ .kind = IR_EV_DEVICE_DETACH, .device = which };
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
	assert_true(ir_owners_equal(ir_assembler_owners(blocks->a), ir_assembler_owners(single->a)));
}

/* Both have learned the same from the events, beside operations. */
static void same_surveys(struct ir_assembler *a, struct ir_assembler *b)
{
	struct ir_recorded_machine ma = { .rpcit_base_ns = 0 }, mb = { .rpcit_base_ns = 0 };
	struct ir_recorded_rpcit ra, rb;
	uint64_t start[2], size[2];

	assert_int_equal(ir_assembler_unattributed(a), ir_assembler_unattributed(b));
	assert_memory_equal(ir_assembler_domains(a)->now, ir_assembler_domains(b)->now,
			    sizeof(ir_assembler_domains(a)->now));
	ir_assembler_rpcit(a, &ra, &start[0], &size[0]);
	ir_assembler_rpcit(b, &rb, &start[1], &size[1]);
	assert_int_equal(ra.total, rb.total);
	assert_int_equal(ra.sync, rb.sync);
	assert_int_equal(ra.insufficient, rb.insufficient);
	assert_int_equal(start[0], start[1]);
	assert_int_equal(size[0], size[1]);
	ir_assembler_latency(a, &ma);
	ir_assembler_latency(b, &mb);
	assert_int_equal(ma.rpcit_base_ns, mb.rpcit_base_ns);
	assert_int_equal(ma.rpcit_page_ns, mb.rpcit_page_ns);
}

static void run_blocks(uint64_t kinds, bool several, uint64_t seed, struct ir_event *evs)
{
	void *late = NULL;
	struct ir_assembler_config config = { .seen_kinds = kinds, .s390 = true, .several = several };
	struct feed *blocks = feed_with(config, &late), *single = feed_with(config, &late);
	bool mapped[64] = { false };
	uint16_t device[64] = { 0 };
	struct waiting *w = calloc(1, sizeof(*w));
	unsigned int n = 0;

	assert_non_null(w);
	while (n < BLOCK_EVENTS - 9) {
		uint64_t page = random_below(&seed, 64), other = random_below(&seed, 64);
		unsigned int more = add_events(evs + n, kinds, page, &device[page], mapped[page], &seed);

		mapped[page] = !mapped[page] && evs[n].kind == IR_EV_MAP;
		if (more > 1 && mapped[page] && other != page && mapped[other] && random_below(&seed, 8) == 0) {
			unsigned int unmap = add_events(evs + n + more, kinds, other, &device[other], true, &seed);

			interrupt_map(evs + n, more, unmap, &seed);
			mapped[other] = false;
			more += unmap;
		}
		n += more;
		/* Behind the first one, maps go the general way (struct ir_live_table, first_of). */
		if (several && n > BLOCK_EVENTS - 600 && random_below(&seed, 40) == 0)
			evs[n++] = detach(device, mapped, &seed);
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
	same_surveys(blocks->a, single->a);
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
	for (uint64_t seed = 1; seed <= 20; seed++) {
		run_blocks(PROBES, false, seed, evs);
		run_blocks(NAMES, false, seed, evs);
		run_blocks(NAMES, true, seed, evs);
		run_blocks(NAMES | PROBES, false, seed, evs);
		run_blocks(NAMES | PROBES, true, seed, evs);
	}
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

/* A map that is taken at once comes between a call of the driver and a command, too. */
static void test_a_map_parts_flushes(void **state)
{
	struct ir_owners owners = { .nr = 0 };
	struct ir_damage damage = { .count = { 0 } };
	const struct ir_assembler_config config = {
		.seen_kinds = NAMES | KIND(IR_EV_FLUSH_ALL) | KIND(IR_EV_COMMAND_ALL), .several = true,
		.owners = &owners, .damage = &damage,
	};
	static const uint16_t kinds[] = { IR_EV_MAP, IR_EV_DMA_MAP, IR_EV_UNMAP, IR_EV_DMA_UNMAP };
	struct ir_event evs[44] = { { .time_ns = 0 } };
	const struct ir_event *at = evs, *end = evs + 44;
	struct ir_assembler *a;
	struct ir_op ops[8];

	(void)state;
	for (unsigned int i = 0; i < 44; i++) {		/* ten mappings that are unmapped, and one more */
		evs[i] = range((enum ir_event_kind)kinds[i % 4], 300, 1);
		evs[i].time_ns = i + 1;
		evs[i].device = i % 2;
	}
	evs[42] = evs[41];
	evs[41] = evs[40];
	evs[40] = (struct ir_event){ .time_ns = 41, .kind = IR_EV_FLUSH_ALL, .aux = 0x71 };
	evs[43] = (struct ir_event){ .time_ns = 44, .kind = IR_EV_COMMAND_ALL, .aux = 6 };
	ir_owner_set_device(&owners, IR_OWNER_DOMAIN, 0x71, 1);
	a = ir_assembler_new(&config);
	assert_non_null(a);
	while (ir_assembler_events(a, &at, end, ops, 8) > 0)
		;
	assert_int_equal(ir_assembler_unattributed(a), 1);
	ir_assembler_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_map_parts_flushes),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_block_fills_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
