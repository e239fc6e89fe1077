// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strategies that are the same until an RPCIT fails, as long as no mapping has several
 * pieces, or pages: that they are, and that replaying them as one changes no figure.
 */
#include <errno.h>
#include <stdio.h>

#include <iommu-replay/plugin.h>
#include <iommu-replay/report.h>
#include "replay/engine.h"
#include "replay/round.h"
#include "test_path.h"
#include "test_util.h"

#define US	UINT64_C(1000)
#define MOST	64u	/* mappings at a time */
#define CPUS	4u
#define NR(x)	(sizeof(x) / sizeof((x)[0]))

/* All that a replay does, in order: RPCITs, and IOVAs of mappings. */
struct log {
	struct ir_rpcit *done;
	size_t nr, room;
	size_t alike;		/* so many of these come before the first RPCIT that failed */
	bool failed;
};

static void add(struct log *log, struct ir_rpcit what)
{
	if (log->nr == log->room) {
		log->room = log->room ? 2 * log->room : 1024;
		log->done = realloc(log->done, log->room * sizeof(*log->done));
		assert_non_null(log->done);
	}
	log->done[log->nr++] = what;
	log->failed |= what.result != 0;
	if (!log->failed)
		log->alike = log->nr;
}

static void note_rpcit(void *arg, const struct ir_rpcit *rpcit)
{
	add(arg, *rpcit);
}

static void note_mapped(void *arg, const struct ir_op *op, uint64_t iova)
{
	add(arg, (struct ir_rpcit){ .time_ns = op->time_ns, .iova = iova, .cpu = op->cpu,
				    .device = op->device, .result = iova == UINT64_MAX ? -ENOSPC : 0 });
}

struct machine {
	struct ir_recording_info info;
	unsigned int where;	/* enum ir_same: what mappings have */
	struct ir_op ops[6000];
	size_t nr;
};

static uint64_t some(uint64_t *random, uint64_t n)
{
	return random_below(random, n);
}

/* A map of one piece, or of several, which may be an attempt that failed. */
static void add_map(struct machine *m, uint64_t *random, uint64_t now, uint32_t mapping)
{
	uint32_t pieces = m->where || some(random, 4) ? 1 : 2 + (uint32_t)some(random, 3);
	bool failed = mapping == IR_NO_MAPPING;
	struct ir_op op = {
		.time_ns = now, .mapping = mapping, .segments = pieces,
		.kind = failed ? IR_OP_FAILED_MAP : IR_OP_MAP,
		.cpu = (uint16_t)some(random, CPUS), .device = (uint16_t)(1 + some(random, 2)),
		.flags = (uint8_t)(some(random, 2) ? IR_OPF_IRQ : 0),
		.sync_ns = (uint32_t)some(random, 3000), .rpcit_ns = (uint32_t)some(random, 9000),
	};
	size_t first = m->nr;

	for (uint32_t i = 0; i < pieces; i++) {
		op.seg_pages = m->where & IR_SAME_ONE_PAGE || some(random, 8) ? 1 : 1 + (uint32_t)some(random, 90);
		op.paddr = (some(random, 500) << 12) + ((uint64_t)i << 40);
		m->ops[first].pages += op.seg_pages;
		op.pages = m->ops[first].pages;
		m->ops[m->nr++] = op;
		op.kind = IR_OP_SEGMENT;
	}
	m->ops[first].pages = op.pages;
}

/* Operations of two devices and four CPUs, some of them at the same time. */
static void make_machine(struct machine *m, uint64_t *random, unsigned int where)
{
	bool live[MOST] = { false };
	uint64_t now = 0;

	*m = (struct machine){ .where = where, .info = {
		.cpus = CPUS, .nr_devices = 3, .max_mappings = MOST, .arch = "s390x",
		.page_frees = false,
	} };
	while (m->nr < NR(m->ops) - 8) {
		uint32_t i = (uint32_t)some(random, MOST);

		now += some(random, 4) ? some(random, 20 * US) : some(random, 200) ? 0 : 40 * MS;
		if (!some(random, 50) && !(where & IR_SAME_ONE_PAGE)) {
			add_map(m, random, now, IR_NO_MAPPING);
		} else if (live[i]) {
			m->ops[m->nr++] = (struct ir_op){
				.kind = IR_OP_UNMAP, .time_ns = now, .mapping = i,
				.cpu = (uint16_t)some(random, CPUS),
			};
			live[i] = false;
		} else {
			add_map(m, random, now, i);
			live[i] = true;
		}
		if (!some(random, 300))
			m->ops[m->nr++] = (struct ir_op){
				.kind = IR_OP_FLUSH_TIMER, .time_ns = now, .rpcit_ns = 4000,
				.device = (uint16_t)some(random, 3),
			};
	}
	m->info.duration_ns = now + 20 * MS;
}

/* A guest of one of the kinds that there are, its limits such that it runs short, or not. */
static struct ir_params some_params(uint64_t *random, const struct ir_hypervisor *hv, bool short_of)
{
	static const enum ir_queue_type queues[] = {
		IR_QUEUE_DEFAULT, IR_QUEUE_NONE, IR_QUEUE_SINGLE, IR_QUEUE_PER_CPU,
	};
	struct ir_params p = {
		.hz = 100, .latency = IR_LATENCY_GIVEN,
		.rpcit_base_ns = some(random, 2) ? some(random, 15 * US) : 0,
		.rpcit_page_ns = some(random, 2) ? some(random, 100) : 0,
		.queue = queues[some(random, NR(queues))],
		.queue_size = 4u << some(random, 5),
		.queue_timeout_ms = 1 + (uint32_t)some(random, 30),
		.api = some(random, 8) ? IR_API_DMA : IR_API_IOMMU,
		.timer = some(random, 4) ? IR_TIMER_SIMULATED : IR_TIMER_RECORDED,
		.has_tlb_refresh = !some(random, 6),
		.devices = some(random, 5) ? 1 : 2,
	};

	p.has_entry_limit = hv->has_entry_limit;
	p.has_pinned_limit = hv->has_pinned_limit;
	if (!short_of)
		return p;
	p.hypervisor.entry_limit = hv->has_entry_limit ? 20 + some(random, 900) : 0;
	p.hypervisor.pinned_limit = hv->has_pinned_limit ? 20 + some(random, 900) : 0;
	return p;
}

static void run(const struct machine *m, struct ir_config config, struct log *log,
		struct ir_result *result)
{
	struct ir_observer observer = { .rpcit = note_rpcit, .mapped = note_mapped, .arg = log };
	struct ir_engine *e;

	log->nr = log->alike = 0;
	log->failed = false;
	config.observer = &observer;
	e = ir_engine_new(&config, &m->info, NULL, NULL, NULL);
	assert_non_null(e);
	for (size_t i = 0; i < m->nr; i += 1000)
		ir_engine_run(e, m->ops + i, m->nr - i < 1000 ? m->nr - i : 1000);
	assert_int_equal(ir_engine_finish(e, result, NULL, NULL), 0);
	assert_int_equal(ir_engine_ran_short(e), log->failed);
	ir_engine_free(e);
}

static void assert_same_figures(const struct ir_result *a, const struct ir_result *b)
{
	assert_memory_equal(&a->rpcit, &b->rpcit, sizeof(a->rpcit));
	assert_memory_equal(&a->invalidations, &b->invalidations, sizeof(a->invalidations));
	assert_memory_equal(&a->entries, &b->entries, sizeof(a->entries));
	assert_memory_equal(&a->kernel, &b->kernel, sizeof(a->kernel));
	assert_memory_equal(&a->maps, &b->maps, sizeof(a->maps));
	assert_memory_equal(&a->peaks, &b->peaks, sizeof(a->peaks));
	assert_memory_equal(&a->exposure.page_seconds, &b->exposure.page_seconds, sizeof(double));
	assert_int_equal(a->exposure.max_ns, b->exposure.max_ns);
	assert_int_equal(a->overrun_ns, b->overrun_ns);
}

/* Member by member: between them there may be anything. */
static void assert_same_rpcit(const struct ir_rpcit *a, const struct ir_rpcit *b)
{
	assert_int_equal(a->time_ns, b->time_ns);
	assert_int_equal(a->iova, b->iova);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->cpu, b->cpu);
	assert_int_equal(a->device, b->device);
	assert_int_equal(a->global, b->global);
	assert_int_equal(a->cause, b->cause);
	assert_int_equal(a->result, b->result);
}

/*
 * Both logs are the same up to what failed first, and that is in both.
 * @places: IOVAs included
 */
static void assert_alike(const struct log *a, const struct log *b, bool places)
{
	assert_int_equal(a->failed, b->failed);
	assert_int_equal(a->alike, b->alike);
	if (!a->failed)
		assert_int_equal(a->nr, b->nr);
	for (size_t i = 0; i < a->alike + a->failed && places; i++)
		assert_same_rpcit(&a->done[i], &b->done[i]);
}

/* Each strategy that is said to be the same as another one is. */
static void test_they_are_alike(void **state)
{
	static const struct { unsigned int where, pairs, failed, whole; } kinds[] = {
		{ 0, 3, 15, 60 },
		{ IR_SAME_ONE_PIECE, 4, 30, 60 },
		{ IR_SAME_ONE_PIECE | IR_SAME_ONE_PAGE, 5, 20, 60 },
	};
	struct machine *m = malloc(sizeof(*m));
	struct ir_result *one = calloc(1, sizeof(*one)), *other = calloc(1, sizeof(*other));
	struct log log[2] = { { .done = NULL } };
	unsigned int pairs[NR(kinds)] = { 0 }, failed[NR(kinds)] = { 0 }, whole[NR(kinds)] = { 0 };
	uint64_t random = 20260711;

	(void)state;
	assert_true(m && one && other);
	for (unsigned int round = 0; round < 10 * NR(kinds); round++) {
		unsigned int kind = round % NR(kinds);
		unsigned int where = kinds[kind].where | IR_SAME_SINCE_6_7;

		make_machine(m, &random, kinds[kind].where);
		for (size_t h = 0; ir_hypervisors[h]; h++) {
			struct ir_config config = { .hypervisor = ir_hypervisors[h] };

			config.params = some_params(&random, ir_hypervisors[h], round / NR(kinds) % 4);
			for (size_t i = 0; ir_strategies[i]; i++) {
				const struct ir_strategy *st = ir_strategies[i];
				bool always = !(st->same_where & IR_SAME_UNTIL_SHORT);

				config.strategy = st->same_as;
				if (!config.strategy || st->same_where & ~(where | IR_SAME_UNTIL_SHORT))
					continue;
				run(m, config, &log[0], one);
				config.strategy = st;
				run(m, config, &log[1], other);
				if (always)
					log[0].alike = log[1].alike = log[0].nr - log[0].failed;
				assert_alike(&log[0], &log[1], !(st->same_where & IR_SAME_ONE_PAGE));
				if (!log[0].failed || always)
					assert_same_figures(one, other);
				pairs[kind] += round < NR(kinds) && !h;
				failed[kind] += log[0].failed;
				whole[kind] += !log[0].failed;
			}
		}
	}
	for (size_t kind = 0; kind < NR(kinds); kind++) {
		assert_int_equal(pairs[kind], kinds[kind].pairs);
		assert_true(failed[kind] > kinds[kind].failed && whole[kind] > kinds[kind].whole);
	}
	free(log[0].done);
	free(log[1].done);
	free(one);
	free(other);
	free(m);
}

/*
 * Replays of a whole recording.
 */

static void make_recording(uint64_t *random)
{
	FILE *out = fopen(path, "w");
	bool live[MOST] = { false };
	uint64_t us = 100000000;

	assert_non_null(out);
	fputs("# tracer: nop\n#\n", out);
	for (unsigned int i = 0; i < 3000; i++) {
		unsigned int n = (unsigned int)some(random, MOST);
		uint64_t iova = (UINT64_C(0x180000) + n) << 12;

		us += some(random, 900);
		fprintf(out, "  fio-100     [%03u] .....   %u.%06u: ", (unsigned int)some(random, 2),
			(unsigned int)(us / 1000000), (unsigned int)(us % 1000000));
		if (live[n])
			fprintf(out, "unmap: IOMMU: iova=0x%016llx - 0x%016llx size=4096 "
				"unmapped_size=4096\n", (unsigned long long)iova,
				(unsigned long long)iova + 4096);
		else
			fprintf(out, "map: IOMMU: iova=0x%016llx - 0x%016llx "
				"paddr=0x%016llx size=4096\n", (unsigned long long)iova,
				(unsigned long long)iova + 4096,
				(unsigned long long)some(random, 100) << 12);
		live[n] = !live[n];
	}
	assert_int_equal(fclose(out), 0);
}

#define MOST_CONFIGS 16u

struct replay {
	struct ir_result results[MOST_CONFIGS], devices[MOST_CONFIGS];
	struct ir_timeline *timelines[MOST_CONFIGS];
	struct ir_explanation explanations[MOST_CONFIGS];
};

static size_t all_strategies(struct ir_config *configs, const char *hypervisor,
			     const struct ir_params *params)
{
	size_t n = 0;

	for (; ir_strategies[n]; n++) {
		assert_true(n < MOST_CONFIGS);
		configs[n] = (struct ir_config){
			.strategy = ir_strategies[n], .hypervisor = ir_hypervisor_find(hypervisor),
		};
		memcpy(&configs[n].params, params, sizeof(*params));
	}
	return n;
}

/* Replays @configs at once, or, with @jobs 0, each of them on its own. */
static char *report(struct ir_recording *rec, const struct ir_config *configs, size_t n,
		    unsigned int jobs, const struct ir_load *load)
{
	struct replay *r = calloc(1, sizeof(*r));
	struct ir_report_entry entry = { .info = ir_recording_info(rec), .configs = configs,
					 .nr_results = n };
	size_t some_at_once = jobs ? n : 1;
	struct ir_error err = { "" };
	char *text;

	assert_non_null(r);
	assert_int_equal(entry.info->nr_devices, 1);
	for (size_t i = 0; i < n; i += some_at_once) {
		struct ir_replay_options options = {
			.jobs = jobs ? jobs : 1, .devices = r->devices + i, .load = load,
			.timelines = r->timelines + i, .explanations = r->explanations + i,
		};

		if (ir_replay(rec, configs + i, some_at_once, &options, r->results + i, &err))
			fail_msg("%s", err.text);
	}
	entry.results = r->results;
	entry.devices = r->devices;
	entry.timelines = r->timelines;
	entry.explanations = r->explanations;
	text = ir_report_json(&entry, 1);
	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		ir_timeline_free(r->timelines[i]);
	free(r);
	return text;
}

/* Strategies replayed as one have the results that each has on its own. */
static void test_nothing_shows(void **state)
{
	static const struct { const char *hypervisor; struct ir_params params; } cases[] = {
		{ "kvm", { .queue_size = 16 } },
		{ "kvm", { .has_entry_limit = true, .hypervisor.entry_limit = 40, .queue_timeout_ms = 5 } },
		{ "kvm", { .has_entry_limit = true, .hypervisor.entry_limit = 60, .latency = IR_LATENCY_GIVEN,
			   .rpcit_base_ns = 20000 } },
		{ "zvm", { .has_pinned_limit = true, .hypervisor.pinned_limit = 45 } },
		{ "vfio", { .has_entry_limit = true, .hypervisor.entry_limit = 40 } },
		{ "lpar", { .latency = IR_LATENCY_GIVEN, .rpcit_base_ns = 7000 } },
	};
	struct ir_error err = { "" };
	uint64_t random = 4711;

	(void)state;
	make_recording(&random);
	for (size_t i = 0; i < NR(cases); i++) {
		struct ir_recording *rec = ir_recording_open(path, NULL, &err);
		struct ir_config configs[MOST_CONFIGS];
		size_t n = all_strategies(configs, cases[i].hypervisor, &cases[i].params);
		bool timed = cases[i].params.latency == IR_LATENCY_GIVEN;
		struct ir_load *load = timed ? ir_load_new(rec, &(struct ir_load_options){ 0 }, &err) : NULL;
		char *alone = report(rec, configs, n, 0, NULL), *once = report(rec, configs, n, 1, NULL);
		char *threads = report(rec, configs, n, 3, NULL);

		assert_string_equal(alone, once);
		assert_string_equal(alone, threads);
		assert_int_equal(load != NULL, timed);
		if (load) {
			char *loads = report(rec, configs, n, 0, load), *shared = report(rec, configs, n, 2, load);

			assert_string_equal(loads, shared);
			free(loads);
			free(shared);
		}
		free(alone);
		free(once);
		free(threads);
		ir_load_free(load);
		ir_recording_close(rec);
	}
}

/*
 * The round in which each configuration is replayed.
 */

static bool in_round(const struct ir_round *round, const char *strategy)
{
	for (size_t i = 0; i < round->n; i++)
		if (!strcmp(round->configs[round->which[i]].strategy->name, strategy))
			return true;
	return false;
}

static void test_rounds(void **state)
{
	struct ir_config configs[MOST_CONFIGS];
	struct ir_result results[MOST_CONFIGS] = { { .parameters = { .iommu = NULL } } };
	struct ir_recording_info info = { .nr_devices = 1, .ops = { .map = 10, .segments = 11 } };
	size_t n = all_strategies(configs, "kvm", &(struct ir_params){ .queue_size = 8 });
	struct ir_round round = { .info = &info, .configs = configs, .nr_configs = n, .results = results };

	(void)state;
	/* The first of those that are alike is replayed for all of them. */
	assert_int_equal(ir_round_init(&round, true), 1);
	assert_int_equal(round.n, n - 3);
	assert_true(in_round(&round, "lazy-ignore"));
	assert_false(in_round(&round, "fq-flush"));
	results[round.which[1]].rpcit.total = 7;
	assert_string_equal(configs[round.which[1]].strategy->name, "lazy-ignore");
	assert_int_equal(ir_round_next(&round), 0);
	for (size_t i = 0; i < n; i++)
		if (configs[i].strategy->same_where == IR_SAME_UNTIL_SHORT ||
		    !strcmp(configs[i].strategy->name, "sync-map-retry"))
			assert_int_equal(results[i].rpcit.total, 7);
	ir_round_release(&round);

	/* An RPCIT of it failed: the others have a round of their own. */
	assert_int_equal(ir_round_init(&round, true), 1);
	round.failed[round.which[1]] = true;
	assert_int_equal(ir_round_next(&round), 1);
	assert_int_equal(round.n, 3);
	assert_true(in_round(&round, "fq-flush") && in_round(&round, "sync-map-retry") &&
		    in_round(&round, "lazy"));
	assert_int_equal(ir_round_next(&round), 0);
	ir_round_release(&round);

	assert_int_equal(ir_round_init(&round, false), 1);
	assert_int_equal(round.n, n);
	assert_int_equal(ir_round_next(&round), 0);
	ir_round_release(&round);
}

static struct ir_result *result_of(const struct ir_round *round, const char *strategy)
{
	for (size_t i = 0; i < round->nr_configs; i++)
		if (!strcmp(round->configs[i].strategy->name, strategy))
			return &round->results[i];
	fail_msg("no result of %s", strategy);
	return NULL;
}

/* Where each mapping has one piece there is one more that is not replayed, whether an RPCIT fails or not. */
static void test_rounds_without_pieces(void **state)
{
	struct ir_config configs[MOST_CONFIGS];
	struct ir_result results[MOST_CONFIGS] = { { .parameters = { .iommu = NULL } } };
	struct ir_recording_info info = { .nr_devices = 1, .ops = { .map = 10, .segments = 10 } };
	size_t n = all_strategies(configs, "kvm", &(struct ir_params){ .queue_size = 8 });
	struct ir_round round = { .info = &info, .configs = configs, .nr_configs = n, .results = results };

	(void)state;
	assert_int_equal(ir_round_init(&round, true), 1);
	assert_int_equal(round.n, n - 4);
	assert_false(in_round(&round, "map-inline"));
	result_of(&round, "lazy-ignore")->rpcit.total = 7;
	assert_int_equal(ir_round_next(&round), 0);
	assert_int_equal(result_of(&round, "map-inline")->rpcit.total, 7);
	ir_round_release(&round);

	/* Its results are those of its twin, which has them only after the second round. */
	assert_int_equal(ir_round_init(&round, true), 1);
	round.failed[round.which[1]] = true;
	assert_int_equal(ir_round_next(&round), 1);
	assert_int_equal(round.n, 3);
	assert_false(in_round(&round, "map-inline"));
	result_of(&round, "sync-map-retry")->rpcit.total = 8;
	assert_int_equal(ir_round_next(&round), 0);
	assert_int_equal(result_of(&round, "map-inline")->rpcit.total, 8);
	ir_round_release(&round);

	/* Its twin is the one that was replayed first. */
	round.configs = (struct ir_config[]){
		{ .strategy = ir_strategy_find("map-inline"), .hypervisor = ir_hypervisor_find("kvm") },
		{ .strategy = ir_strategy_find("fq-flush"), .hypervisor = ir_hypervisor_find("kvm") },
		{ .strategy = ir_strategy_find("sync-map-retry"), .hypervisor = ir_hypervisor_find("kvm") },
	};
	round.nr_configs = 3;
	assert_int_equal(ir_round_init(&round, true), 1);
	assert_int_equal(round.n, 1);
	round.failed[0] = true;
	results[0].rpcit.total = 9;
	results[2].rpcit.total = 0;
	assert_int_equal(ir_round_next(&round), 1);
	assert_int_equal(round.n, 1);
	assert_true(in_round(&round, "fq-flush"));
	assert_int_equal(results[2].rpcit.total, 9);
	assert_int_equal(ir_round_next(&round), 0);
	ir_round_release(&round);
}

/* Whether legacy-strict has no replay of its own. */
static bool is_strict(struct ir_op_totals ops, bool s390_dma_api, bool timelines)
{
	struct ir_timeline *none[MOST_CONFIGS];
	const struct ir_replay_options options = { .timelines = timelines ? none : NULL };
	struct ir_config configs[MOST_CONFIGS];
	struct ir_result results[MOST_CONFIGS] = { { .parameters = { .iommu = NULL } } };
	struct ir_recording_info info = { .nr_devices = 1, .ops = ops, .machine.s390_dma_api = s390_dma_api };
	size_t n = all_strategies(configs, "kvm", &(struct ir_params){ .queue_size = 8 });
	struct ir_round round = { .info = &info, .configs = configs, .nr_configs = n, .results = results,
				  .options = &options };
	bool is;

	assert_int_equal(ir_round_init(&round, true), 1);
	assert_true(in_round(&round, "strict"));
	is = !in_round(&round, "legacy-strict");
	ir_round_release(&round);
	return is;
}

static void test_rounds_of_pages(void **state)
{
	const struct ir_op_totals pages = { .map = 10, .map_pages = 10, .segments = 10, .unmap = 12,
					    .unmap_pages = 12, .failed_map = 2, .undone_map = 2 };
	struct ir_op_totals ops = pages;

	(void)state;
	assert_true(is_strict(ops, false, false));
	assert_false(is_strict(ops, false, true));
	/* Then it knows of pages that were unmapped before, which a flush has to free. */
	assert_false(is_strict(ops, true, false));
	ops.map_pages++;
	assert_false(is_strict(ops, false, false));
	ops = pages;
	ops.unmap_pages++;	/* of a mapping from before the recording */
	assert_false(is_strict(ops, false, false));
	ops = pages;
	ops.failed_map++;	/* of as many pages as it may be */
	assert_false(is_strict(ops, false, false));
}

/* Each has its own replay: an observer sees one, a plug-in may count, and parameters count, too. */
static void test_not_shared(void **state)
{
	static const struct ir_plugin_info *const plugin = (const void *)&plugin;
	struct ir_hypervisor foreign = *ir_hypervisor_find("kvm");
	struct ir_strategy mine = *ir_strategy_find("fq-flush");
	struct ir_observer observer = { .arg = NULL };
	struct ir_config configs[2] = {
		{ .strategy = ir_strategy_find("sync-map-retry"), .hypervisor = ir_hypervisor_find("kvm") },
		{ .strategy = ir_strategy_find("fq-flush"), .hypervisor = ir_hypervisor_find("kvm") },
	}, changed[2];
	struct ir_recording_info info = { .ops = { .map = 10, .segments = 11 } };
	struct ir_round round = { .info = &info, .configs = changed, .nr_configs = 2 };

	(void)state;
	foreign.plugin = mine.plugin = plugin;
	for (unsigned int i = 0; i < 8; i++) {
		memcpy(changed, configs, sizeof(configs));
		if (i == 1)
			changed[0].observer = &observer;
		if (i == 2)
			changed[1].observer = &observer;
		if (i == 3)
			changed[1].params.queue_size = 64;
		if (i == 4)
			changed[1].hypervisor = ir_hypervisor_find("zvm");
		if (i == 5)
			changed[0].hypervisor = changed[1].hypervisor = &foreign;
		if (i == 6)
			changed[1].strategy = &mine;
		if (i == 7)
			changed[1].strategy = ir_strategy_find("map-inline");
		assert_int_equal(ir_round_init(&round, true), 1);
		assert_int_equal(round.n, i ? 2 : 1);
		ir_round_release(&round);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_they_are_alike),
		cmocka_unit_test(test_nothing_shows),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_rounds_without_pieces),
		cmocka_unit_test(test_rounds_of_pages),
		cmocka_unit_test(test_not_shared),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
