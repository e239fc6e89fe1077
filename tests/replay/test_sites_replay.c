// SPDX-License-Identifier: GPL-2.0-or-later
/* Call sites in replays: the figures of all sites add up to those of the whole. */
#include "symbols/sites_util.h"

static void assert_sums(const struct ir_recording_info *info, const struct ir_result *r,
			const struct ir_site_result *sites)
{
	struct ir_site_result sum = { 0 };

	for (size_t i = 0; i < info->sites->nr; i++) {
		sum.mappings += sites[i].mappings;
		sum.rpcits += sites[i].rpcits;
		sum.insufficient += sites[i].insufficient;
		sum.iova_exhausted += sites[i].iova_exhausted;
		sum.map_failed += sites[i].map_failed;
		sum.unbacked += sites[i].unbacked;
		sum.exposed_pages += sites[i].exposed_pages;
		sum.exposed_page_seconds += sites[i].exposed_page_seconds;
		if (sites[i].exposed_max_ns > sum.exposed_max_ns)
			sum.exposed_max_ns = sites[i].exposed_max_ns;
	}
	assert_int_equal(sum.mappings, r->maps.attempted);
	assert_int_equal(sum.rpcits, r->rpcit.total);
	assert_int_equal(sum.insufficient, r->rpcit.insufficient);
	assert_int_equal(sum.iova_exhausted, r->maps.iova_exhausted);
	assert_int_equal(sum.map_failed, r->maps.map_failed);
	assert_int_equal(sum.unbacked, r->maps.unbacked);
	assert_int_equal(sum.exposed_pages, r->exposure.pages);
	assert_int_equal(sum.exposed_max_ns, r->exposure.max_ns);
	assert_true(sum.exposed_page_seconds > r->exposure.page_seconds * 0.999999 - 1e-9 &&
		    sum.exposed_page_seconds < r->exposure.page_seconds * 1.000001 + 1e-9);
}

/* Many mappings of three sites and of nobody, close together. */
static void make_busy(void)
{
	const struct kind *k = &chains_little;
	size_t data = begin_file(&file, k);
	uint64_t time = 1000000000, random = 7;
	bool live[64] = { false };

	put_mmap("[kernel.kallsyms]_text", KERNEL + MOVED, 0x100000, KERNEL + MOVED);
	for (unsigned int i = 0; i < 3000; i++) {
		unsigned int page = (unsigned int)random_below(&random, 64), who = page % 4;

		time += 1 + random_below(&random, 400000);
		put_chain(k, time, live[page], (uint64_t)page * 2 << 12,
			  who == 0 ? chain_prep : who == 1 ? chain_other_path : chain_submit,
			  live[page] || who == 3 ? 0 : who == 0 ? NR(chain_prep) :
			  who == 1 ? NR(chain_other_path) : NR(chain_submit));
		live[page] = !live[page];
	}
	end_file(&file, data);
	write_file(path, file.data, file.len);
}

#define MAX_CONFIGS 32

static size_t all_strategies(struct ir_config *configs, uint64_t entry_limit, uint32_t queue_size,
			     uint64_t latency)
{
	size_t n = 0;

	for (; ir_strategies[n] && n < MAX_CONFIGS; n++) {
		configs[n] = (struct ir_config){
			.strategy = ir_strategies[n], .hypervisor = ir_hypervisor_find("kvm"),
		};
		configs[n].params.hypervisor.entry_limit = entry_limit;
		configs[n].params.has_entry_limit = true;
		configs[n].params.queue_size = queue_size;
		configs[n].params.aperture = 1 << 20;
		configs[n].params.latency = IR_LATENCY_GIVEN;
		configs[n].params.rpcit_base_ns = latency;
	}
	return n;
}

static void replayed_sites_add_up(void **state)
{
	static const struct { uint64_t limit, latency; uint32_t queue; } cases[] = {
		{ 65535, 0, 0 }, { 24, 0, 0 }, { 65535, 0, 8 }, { 24, 50000, 16 }, { 0, 900000, 8 },
	};
	struct ir_config configs[MAX_CONFIGS];
	struct ir_result results[MAX_CONFIGS];
	const struct ir_recording_info *info;
	struct ir_error err = { "" };
	struct ir_recording *rec;

	(void)state;
	make_busy();
	rec = open_sites(file_kallsyms);
	info = ir_recording_info(rec);
	for (size_t i = 0; i < NR(cases); i++) {
		size_t n = all_strategies(configs, cases[i].limit, cases[i].queue, cases[i].latency);
		struct ir_site_result *one = calloc(n * info->sites->nr, sizeof(*one));
		struct ir_site_result *many = calloc(n * info->sites->nr, sizeof(*many));
		struct ir_replay_options options = { .jobs = 1, .sites = one };

		assert_true(one && many);
		assert_int_equal(ir_replay(rec, configs, n, &options, results, &err), 0);
		for (size_t k = 0; k < n; k++)
			assert_sums(info, &results[k], one + k * info->sites->nr);
		options.jobs = 4;
		options.sites = many;
		assert_int_equal(ir_replay(rec, configs, n, &options, results, &err), 0);
		assert_memory_equal(one, many, n * info->sites->nr * sizeof(*one));
		free(one);
		free(many);
	}
	ir_recording_close(rec);
}

/* Each map and unmap has its own RPCIT; the timer's belongs to no site. */
static void rpcits_have_a_cause(void **state)
{
	struct ir_config configs[2] = {
		{ .strategy = ir_strategy_find("strict"), .hypervisor = ir_hypervisor_find("kvm") },
		{ .strategy = ir_strategy_find("fq-flush"), .hypervisor = ir_hypervisor_find("kvm") },
	};
	const struct ir_site_table *t;
	struct ir_site_result *sites;
	struct ir_result results[2];
	struct ir_replay_options options = { .jobs = 1 };
	struct ir_error err = { "" };
	struct ir_recording *rec;

	(void)state;
	make_recording(&chains_little);
	rec = open_sites(file_kallsyms);
	t = ir_recording_info(rec)->sites;
	sites = calloc(2 * t->nr, sizeof(*sites));
	assert_non_null(sites);
	options.sites = sites;
	for (size_t i = 0; i < 2; i++)
	configs[1].params.queue_timeout_ms = 3;
	configs[1].params.hz = 1000;
	assert_int_equal(ir_replay(rec, configs, 2, &options, results, &err), 0);
	/* strict: 6 maps and 6 unmaps; 2 and 1; 1 map, and the unmap of what was before */
	assert_int_equal(sites[IR_SITES_FIRST].rpcits, 12);
	assert_int_equal(sites[IR_SITES_FIRST + 1].rpcits, 3);
	assert_int_equal(sites[IR_SITE_UNKNOWN].rpcits, 2);
	assert_int_equal(sites[IR_SITE_TIMER].rpcits, 0);
	/* fq-flush: maps, and the timer */
	assert_int_equal(sites[t->nr + IR_SITES_FIRST].rpcits, 6);
	assert_int_equal(sites[t->nr + IR_SITES_FIRST + 1].rpcits, 2);
	assert_int_equal(sites[t->nr + IR_SITE_TIMER].rpcits,
			 results[1].rpcit.by_cause[IR_CAUSE_QUEUE_TIMEOUT]);
	assert_true(results[1].rpcit.by_cause[IR_CAUSE_QUEUE_TIMEOUT] > 0);
	assert_int_equal(sites[t->nr + IR_SITES_FIRST].exposed_pages, 6);
	free(sites);
	ir_recording_close(rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replayed_sites_add_up),
		cmocka_unit_test(rpcits_have_a_cause),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
