// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lines that explain a verdict, verdicts of verifications and of several recordings, names of
 * hosts and rows: each of their words.
 */
#include "verdict/verdict_util.h"

#include <stdio.h>

#include <iommu-replay/verify.h>

/*
 * Hosts.
 */

static void of_share(struct ir_effective *p, enum ir_share share)
{
	p->hypervisor.entry_limit = 64;
	p->share = share;
	p->from.share = IR_FROM_USER;
}

static void test_hosts(void **state)
{
	static const char *const words[] = {
		"kvm", "kvm with 1 host mapping", "kvm with 2,048 host mappings", "kvm without a limit",
		"kvm with 5 pinned pages", "kvm with 64 host mappings, 1 pinned page", "kvm with iommufd",
		"kvm with 64 host mappings, all devices together", "kvm with 64 host mappings, each device",
		"kvm, tlb-refresh 1", "kvm, tlb-refresh 0",
	};
	const size_t n = sizeof(words) / sizeof(words[0]);
	struct table *t = table();
	struct ir_result results[sizeof(words) / sizeof(words[0])];
	struct ir_config configs[sizeof(words) / sizeof(words[0])];

	(void)state;
	add(t, "strict", 1, 0, 0, 0, 0);
	for (size_t i = 0; i < n; i++) {
		results[i] = t->results[0];
		configs[i] = t->configs[0];
	}
	limits(&results[1].parameters, 1, 0);
	limits(&results[2].parameters, 2048, 0);
	results[3].parameters.from.entry_limit = IR_FROM_USER;
	limits(&results[4].parameters, 0, 5);
	limits(&results[5].parameters, 64, 1);
	results[6].parameters.backend = IR_BACKEND_IOMMUFD;
	of_share(&results[7].parameters, IR_SHARE_GUEST);
	of_share(&results[8].parameters, IR_SHARE_DEVICE);
	results[9].parameters.from.tlb_refresh = results[10].parameters.from.tlb_refresh = IR_FROM_USER;
	results[9].parameters.hypervisor.tlb_refresh = 1;
	t->entry.results = results;
	t->entry.configs = configs;
	t->entry.nr_results = n;
	for (size_t i = 0; i < n; i++) {
		char *host = ir_host_text(&t->entry, i), *label = ir_result_label(&t->entry, i), wanted[128];

		snprintf(wanted, sizeof(wanted), "strict on %s", words[i]);
		assert_string_equal(host, words[i]);
		assert_string_equal(label, wanted);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(ir_same_host(&t->entry, i, k), i == k);
		free(host);
		free(label);
	}
	free(t);
}

/*
 * A limit of each device is as many times as large for all, and so is that of copies of it; never more than can
 * be counted.  Limits that differ are added up.
 */
static void test_limits(void **state)
{
	struct table *t = table();
	struct ir_result devices[5] = { { .maps = { .attempted = 0 } } };	/* the first one has no name, the last does nothing */
	struct ir_effective *p;
	uint64_t nr;
	char *host;

	(void)state;
	p = &add(t, "strict", 1, 0, 0, 0, 0)->parameters;
	t->info.nr_devices = 5;
	t->entry.devices = devices;
	for (size_t d = 1; d < 4; d++) {
		devices[d].maps.attempted = 1;
		limits(&devices[d].parameters, 100 * d, 0);
	}
	limits(p, 100, 0);
	p->share = IR_SHARE_DEVICE;
	assert_int_equal(ir_limit_of(&t->entry, 0), 300);
	assert_int_equal(ir_limit_each(&t->entry, 0, &nr), 100);
	assert_int_equal(nr, 3);
	p->devices = 2;
	assert_int_equal(ir_limit_of(&t->entry, 0), 600);
	p->limits_differ = true;
	assert_int_equal(ir_limit_of(&t->entry, 0), 1200);
	host = ir_host_text(&t->entry, 0);
	assert_string_equal(host, "kvm with 100 to 300 host mappings a device");
	free(host);
	p->limits_differ = false;
	p->devices = 0;		/* of an older report */
	assert_int_equal(ir_limit_of(&t->entry, 0), 300);
	p->share = IR_SHARE_GUEST;
	assert_int_equal(ir_limit_of(&t->entry, 0), 100);
	p->share = IR_SHARE_DEVICE;
	limits(p, UINT64_MAX / 2, 0);
	assert_int_equal(ir_limit_of(&t->entry, 0), UINT64_MAX);
	limits(p, 0, 7);
	t->entry.devices = NULL;	/* of one device, or an older report */
	assert_int_equal(ir_limit_of(&t->entry, 0), 7);
	free(t);
}

/* Any other parameter than the queue makes another group of results. */
static void test_groups(void **state)
{
	struct table *t = table();
	struct ir_effective *p;

	(void)state;
	add(t, "strict", 1, 0, 0, 0, 0);
	add(t, "legacy", 1, 0, 0, 0, 0);
	p = &t->results[1].parameters;
#define SPLITS(member, value) do { \
		struct ir_effective was = *p; \
		p->member = value; \
		assert_int_equal(ir_group_end(&t->entry, 0), 1); \
		*p = was; \
		assert_int_equal(ir_group_end(&t->entry, 0), 2); \
	} while (0)
	SPLITS(hypervisor.entry_limit, 1);
	SPLITS(hypervisor.pinned_limit, 1);
	SPLITS(hypervisor.tlb_refresh, 1);
	SPLITS(hypervisor.own[0], 1);
	SPLITS(share, IR_SHARE_DEVICE == t->results[0].parameters.share ? IR_SHARE_GUEST : IR_SHARE_DEVICE);
	SPLITS(limits_differ, true);
	SPLITS(backend, IR_BACKEND_IOMMUFD);
	SPLITS(latency, (enum ir_latency_mode)(p->latency + 1));
	SPLITS(aperture, 1);
	SPLITS(aperture_start, 1);
	SPLITS(initial_pages, 1);
	SPLITS(cpus, 9);
	SPLITS(hz, 9);
	SPLITS(timer_phase_ns, 1);
	SPLITS(timer_late_ns, 1);
	SPLITS(api, (enum ir_api)(p->api + 1));
	SPLITS(timer, (enum ir_timer_mode)(p->timer + 1));
	SPLITS(rpcit_base_ns, 1);
	SPLITS(rpcit_page_ns, 1);
	p->queue_size = 9;
	assert_int_equal(ir_group_end(&t->entry, 0), 2);
	free(t);
}

/* Any other figure makes another row, but for those of IOVAs and queues. */
static void test_rows(void **state)
{
	struct table *t = table();
	struct ir_rows rows;
	struct ir_result *r;

	(void)state;
	add(t, "strict", 1, 0, 10, 5, 5);
	add(t, "legacy", 1, 0, 10, 5, 5);
	r = &t->results[1];
	t->results[0].exposure.page_seconds = r->exposure.page_seconds = 1;
	t->results[0].exposure.writable_page_seconds = r->exposure.writable_page_seconds = 1;
	t->results[0].exposure.reused_page_seconds = r->exposure.reused_page_seconds = 1;
#define ROWS(member, value, nr_rows) do { \
		struct ir_result was = *r; \
		r->member = value; \
		assert_int_equal(ir_rows_make(&rows, &t->entry, 0, 2), 0); \
		assert_int_equal(rows.nr, nr_rows); \
		ir_rows_free(&rows); \
		*r = was; \
	} while (0)
	ROWS(rpcit.global, 1, 2);
	ROWS(maps.attempted, 999, 2);
	ROWS(exposure.pages, 11, 2);
	ROWS(exposure.p50_ns, 1, 2);
	ROWS(exposure.p99_ns, 1, 2);
	ROWS(exposure.max_ns, 6 * MS, 2);
	ROWS(exposure.reachable_at_end, 1, 2);
	ROWS(exposure.reachable_p50, 1, 2);
	ROWS(exposure.reachable_p99, 1, 2);
	ROWS(exposure.reused_pages, 1, 2);
	ROWS(exposure.page_seconds, 1.001, 2);
	ROWS(exposure.page_seconds, .999, 2);
	ROWS(exposure.page_seconds, 1.0004, 1);	/* the same in the digits that are shown */
	ROWS(exposure.writable_page_seconds, 2, 2);
	ROWS(exposure.writable_page_seconds, .5, 2);
	ROWS(exposure.reused_page_seconds, 2, 2);
	ROWS(exposure.reused_page_seconds, .5, 2);
	ROWS(peaks.live_pages, 1, 2);
	ROWS(peaks.lazy_pages, 1, 2);
	ROWS(peaks.host_pages, 1, 2);
	ROWS(peaks.iova_pages, 1, 1);
	ROWS(peaks.queue_depth, 1, 1);
	free(t);
}

/* Results of one strategy are told apart by what differs in their queues. */
static void test_row_names(void **state)
{
	static const char *const wanted[] = {
		"fq-flush (no queue)", "fq-flush (single, 256 slots, 10 ms)", "fq-flush (per-cpu, 256 slots, 20 ms)",
		"fq-flush (single, 512 slots, 10 ms)", "a?b",
	};
	struct table *t = table();
	struct ir_rows rows;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct ir_result *r = add(t, i == 4 ? "a\nb" : "fq-flush", 1000 + 100 * i, 0, 0, 0, 0);

		r->parameters.queue = i == 0 ? IR_QUEUE_NONE : i == 2 ? IR_QUEUE_PER_CPU : IR_QUEUE_SINGLE;
		r->parameters.queue_size = i == 3 ? 512 : 256;
		r->parameters.queue_timeout_ms = i == 2 ? 20 : 10;
	}
	assert_int_equal(ir_rows_make(&rows, &t->entry, 0, 5), 0);
	assert_int_equal(rows.nr, 5);
	for (size_t i = 0; i < 5; i++) {
		char *name = ir_row_name(&rows, &rows.row[i], 0);

		assert_string_equal(name, wanted[rows.row[i].members[0]]);
		free(name);
	}
	ir_rows_free(&rows);
	free(t);
}

/*
 * Lines.
 */

static void test_failures_line(void **state)
{
	struct table *t = table();

	(void)state;
	add(t, "strict", 2000, 0, 0, 0, 0);
	assert_line(t, IR_PLAIN, "Failures", "None: all 1,000 maps succeed with every strategy.");
	t->results[0].replayed_failures = 1;
	assert_line(t, IR_PLAIN, "Failures", "None: all 1,000 maps succeed with every strategy. 1 attempt that failed on "
		    "the recorded machine is replayed as an attempt.");
	t->results[0].replayed_failures = 2;
	t->results[0].maps.attempted = t->results[0].maps.succeeded = 1;
	assert_line(t, IR_PLAIN, "Failures", "None: the only map succeeds with every strategy. 2 attempts that failed on "
		    "the recorded machine are replayed as attempts.");
	t->results[0].replayed_failures = 0;
	t->results[0].maps.attempted = 1000;
	t->results[0].maps.map_failed = 5;
	t->results[0].maps.iova_exhausted = 10;
	t->results[0].maps.unbacked = 15;
	add(t, "legacy", 1000, 0, 0, 0, 0)->maps.unbacked = 1000;
	assert_line(t, IR_PLAIN, "Failures", "Of 1,000 maps, legacy leaves 1,000 unbacked (100%); strict fails 5 (0.5%), finds "
		    "no address for 10 (1.0%), leaves 15 unbacked (1.5%).");
	t->results[0].maps.attempted = 0;
	t->results[1].maps.attempted = 0;
	assert_line(t, IR_PLAIN, "Failures", NULL);	/* nothing to say without maps */
	free(t);
}

static void test_flushes_line(void **state)
{
	struct table *t = table();

	(void)state;
	add(t, "null", 0, 0, 0, 0, 0);
	assert_line(t, IR_PLAIN, "Flushes", "None with this strategy.");
	add(t, "strict", 2000, 0, 0, 0, 0);
	assert_line(t, IR_PLAIN, "Flushes", "From none (null) to 2,000 (strict). How long flushes took was not recorded.");
	t->results[0].rpcit.total = 2000;
	t->results[0].rpcit.by_cause[IR_CAUSE_SYNC_MAP] = t->results[1].rpcit.by_cause[IR_CAUSE_SYNC_MAP] = 1;
	t->results[0].peaks.host_pages = 5;
	assert_line(t, IR_PLAIN, "Flushes", "2,000 with each. 1 of them follows a map and is the same for all. How long flushes "
		    "took was not recorded.");
	add(t, "legacy", 1000, 7, 0, 0, 0);
	t->results[0].rpcit.total = 1999;
	t->results[0].rpcit.by_cause[IR_CAUSE_SYNC_MAP] = 2;
	assert_line(t, IR_PLAIN, "Flushes", "From 1,999 (null) to 2,000 (strict) among those without failures. How long flushes took "
		    "was not recorded.");
	free(t);

	/* The only one of several without failures has its name. */
	t = table();
	add(t, "strict", 2000, 0, 0, 0, 0);
	add(t, "legacy", 1001, 12, 0, 0, 0);
	assert_line(t, IR_PLAIN, "Flushes", "2,000 with strict. How long flushes took was not recorded.");
	free(t);
}

/* Flushes take as long as recorded ones did, or as the result says. */
static void test_time_of_flushes(void **state)
{
	struct table *t = table();
	struct ir_result *r;

	(void)state;
	t->info.machine.rpcit_base_ns = 10000;
	add(t, "strict", 2000, 0, 0, 0, 0);
	assert_line(t, IR_PLAIN, "Flushes", "2,000 with this strategy. At 10.0 us each, as recorded, that is 20.0 ms, or 0.2% of the "
		    "10.0 s with DMA (estimated).");
	t->info.machine.rpcit_page_ns = 100;
	t->info.machine.rpcit_global_ns = 11000;	/* a tenth more is no difference */
	t->info.cpus = 2;
	t->results[0].rpcit.global = 5;
	r = add(t, "null", 0, 0, 0, 0, 0);
	assert_line(t, IR_PLAIN, "Flushes", "From none (null) to 2,000 (strict). At 10.0 us each and more with their pages, as recorded, "
		    "that is none to 20.0 ms, or 0% to 0.1% of the 10.0 s with DMA of each CPU (estimated).");
	t->info.machine.rpcit_global_ns = 11001;
	assert_line(t, IR_TYPESET, "Flushes", "From none (null) to 2,000 (strict). At 10.0\u00a0\u00b5s each and more with their pages, or "
		    "11.0\u00a0\u00b5s over everything, as recorded, that is none to 20.0\u00a0ms, or 0% to 0.1% of the 10.0\u00a0s "
		    "with DMA of each CPU (estimated).");
	/* More flushes that take less time: names tell which is which. */
	t->info.machine = (struct ir_recorded_machine){ .hz = 0 };
	t->results[0].time = (struct ir_time){ .known = true, .flush_ns = 5 * MS };
	r->rpcit.total = 10;
	r->time = (struct ir_time){ .known = true, .flush_ns = 50 * MS };
	assert_line(t, IR_PLAIN, "Flushes", "From 10 (null) to 2,000 (strict). As recorded, that is 5.00 ms (strict) to 50.0 ms (null), or "
		    "<0.1% to 0.2% of the 10.0 s with DMA of each CPU (estimated).");
	free(t);
}

/* The recorded durations of flushes are named only if the time is made of them. */
static void test_durations_of_flushes(void **state)
{
	struct table *t = table();
	struct ir_result *r;

	(void)state;
	t->info.machine.rpcit_base_ns = 10000;
	t->info.machine.rpcit_global_ns = 90000;
	r = add(t, "strict", 2000, 0, 0, 0, 0);
	r->rpcit.global = 1;
	r->time = (struct ir_time){ .known = true, .closed = true, .flush_ns = 60 * MS };
	assert_line(t, IR_PLAIN, "Flushes", "2,000 with this strategy. As recorded, that is 60.0 ms, or 0.6% of the 10.0 s with DMA "
		    "(estimated).");
	r->parameters.latency = IR_LATENCY_GIVEN;
	assert_line(t, IR_PLAIN, "Flushes", "2,000 with this strategy. With the durations given, that is 60.0 ms, or 0.6% of the 10.0 s "
		    "with DMA (estimated).");
	r->parameters.latency = IR_LATENCY_AUTO;
	r->parameters.has_all = true;
	r->time.closed = false;
	assert_line(t, IR_PLAIN, "Flushes", "2,000 with this strategy. With the durations given, that is 60.0 ms, or 0.6% of the 10.0 s "
		    "with DMA (estimated).");
	r->parameters.has_all = false;
	assert_line(t, IR_PLAIN, "Flushes", "2,000 with this strategy. At 10.0 us each, or 90.0 us over everything, as recorded, that is "
		    "60.0 ms, or 0.6% of the 10.0 s with DMA (estimated).");
	free(t);
}

static void test_exposure_line(void **state)
{
	struct table *t = table();

	(void)state;
	add(t, "strict", 2000, 0, 0, 0, 0);
	add(t, "identity", 2000, 0, 0, 0, 0);
	assert_line(t, IR_PLAIN, "Exposure", "None with strict and identity.");
	assert_line(t, IR_PLAIN, "Identical here", "strict = identity. Each is one row.");
	add(t, "null", 3000, 0, 0, 0, 0);
	add(t, "lazy", 1000, 0, 10, 5, 7);
	add(t, "legacy", 900, 0, 10, 5, 8);
	add(t, "fq-flush", 950, 0, 10, 3, 8)->exposure.reachable_at_end = 1;
	add(t, "other", 951, 0, 100, 4, 8)->exposure.reachable_at_end = 2;
	assert_line(t, IR_PLAIN, "Exposure", "None with strict and identity, null; >= 3.00 ms with fq-flush; >= 4.00 ms with other; 5.00 ms with legacy; "
		    "5.00 ms with lazy (99th percentile of the time that a page stays reachable after its unmap). Still reachable when the "
		    "recording ends: 1 page with fq-flush, 2 pages with other.");
	assert_line(t, IR_TYPESET, "Exposure", "None with strict and identity, null; \u2265\u00a03.00\u00a0ms with fq-flush; \u2265\u00a04.00\u00a0ms with other; "
		    "5.00\u00a0ms with legacy; 5.00\u00a0ms with lazy (99th percentile of the time that a page stays reachable after its unmap). "
		    "Still reachable when the recording ends: 1\u00a0page with fq-flush, 2\u00a0pages with other.");
	t->strategies[1].identity = true;
	t->entry.nr_results = 2;
	assert_line(t, IR_PLAIN, "Exposure", "None with strict. With identity, a device can reach all memory at any time.");
	t->strategies[0].identity = true;
	assert_line(t, IR_PLAIN, "Exposure", "With strict and identity, a device can reach all memory at any time.");
	free(t);
}

static void test_recorded_line(void **state)
{
	struct table *t = table();

	(void)state;
	add(t, "strict", 2000, 0, 0, 0, 0);
	add(t, "legacy", 1000, 0, 9, 0, 0);
	assert_line(t, IR_PLAIN, "As recorded", NULL);
	t->info.rpcit = (struct ir_recorded_rpcit){ .present = true, .total = 1 };
	assert_line(t, IR_PLAIN, "As recorded", "The machine itself issued 1 flush, none of them over everything. No strategy has the same "
		    "counts under these parameters.");
	t->info.rpcit = (struct ir_recorded_rpcit){ .present = true, .total = 2000, .global = 7, .has_results = true, .insufficient = 3 };
	assert_line(t, IR_PLAIN, "As recorded", "The machine itself issued 2,000 flushes, 7 of them over everything, and 3 ran out of resources. "
		    "No strategy has the same counts under these parameters.");
	t->results[0].rpcit.global = 7;
	assert_line(t, IR_PLAIN, "As recorded", "The machine itself issued 2,000 flushes, 7 of them over everything, and 3 ran out of resources. "
		    "No strategy has the same counts under these parameters.");
	t->results[0].rpcit.insufficient = 3;
	t->results[1].rpcit = t->results[0].rpcit;
	add(t, "null", 2000, 0, 0, 0, 0)->rpcit = t->results[0].rpcit;
	t->info.rpcit.has_results = false;
	assert_line(t, IR_PLAIN, "As recorded", "The machine itself issued 2,000 flushes, 7 of them over everything, as predicted for strict, "
		    "null and legacy.");
	t->info.complete = false;
	assert_line(t, IR_PLAIN, "As recorded", "The incomplete recording has 2,000 flushes, 7 of them over everything, as predicted for "
		    "strict, null and legacy.");
	free(t);
}

static void test_throughput(void **state)
{
	struct table *t = table();

	(void)state;
	add(t, "lazy", 1000, 0, 9, 50, 50)->time = (struct ir_time){
		.closed = true, .throughput = { .ratio = 1.2, .low = 1.1, .high = 1.3, .recorded_per_second = 1999.6 },
	};
	assert_line(t, IR_PLAIN, "Throughput", "1.20 (1.10 to 1.30) of the recorded one with lazy. 2,000 operations a second were recorded.");
	add(t, "strict", 3000, 0, 0, 0, 0)->time = (struct ir_time){
		.closed = true, .throughput = { .ratio = .6, .low = .5, .high = .7, .recorded_per_second = 1999.6 },
	};
	assert_line(t, IR_PLAIN, "Throughput", "0.60 (0.50 to 0.70) of the recorded one with strict; 1.20 (1.10 to 1.30) of the recorded one "
		    "with lazy. 2,000 operations a second were recorded.");
	{
		char *text = ir_verdict_entry(&t->entry);

		assert_string_equal(text, "No strategy fails a map. lazy flushes least, and unmapped pages stay reachable for at most 50.0 ms; "
				    "strict leaves none reachable, for 3.0 times the flushes and 50% of the throughput.");
		free(text);
	}
	free(t);
}

/*
 * Verifications.
 */

static char *verdict_of(struct table *t, const struct ir_report_verify *verify)
{
	t->entry.verify = verify;
	return ir_verdict_entry(&t->entry);
}

static void test_verified(void **state)
{
	static const struct {
		struct ir_report_verify v;
		bool incomplete;
		uint64_t limit;
		uint32_t shortages, agree, cpus;
		bool differ;
		const char *says;
	} rows[] = {
#define TOTALS(t, i) { .total = (t), .global = IR_NOT_KNOWN, .ranged = IR_NOT_KNOWN, .insufficient = (i), \
		       .map_failed = IR_NOT_KNOWN, .iova_exhausted = IR_NOT_KNOWN, .queue_full = IR_NOT_KNOWN, .queue_timeout = IR_NOT_KNOWN }
		{ .v = { .equal = true, .verify = { .predicted = TOTALS(1, 0), .recorded = TOTALS(1, 0), .same_sequence = true } },
		  .says = "The model agrees with the machine: 1 flush, as recorded, in the same order." },
		{ .v = { .equal = true, .verify = { .predicted = TOTALS(200, 0), .recorded = TOTALS(200, 0) } },
		  .says = "The model agrees with the machine: 200 flushes, as recorded, but in another order: see the first difference." },
		{ .v = { .equal = true, .verify = { .predicted = TOTALS(1, 0), .recorded = TOTALS(2, 0), .same_sequence = true } },
		  .says = "Within the tolerance: 1 flush predicted, 2 recorded (50% off), in the same order." },
		{ .v = { .equal = true, .verify = { .predicted = TOTALS(201, 0), .recorded = TOTALS(200, 0) } },
		  .says = "Within the tolerance: 201 flushes predicted, 200 recorded (0.5% off), but in another order: see the first difference." },
		{ .v = { .timers_explain = true, .verify = { .predicted = TOTALS(200, 1), .recorded = TOTALS(200, 2) } },
		  .says = "The model predicts as many flushes as were recorded, 200, but they differ (out of resources: 1 instead of 2). The reason is when the "
			  "machine's timers fired: with --timer recorded all totals agree." },
		{ .v = { .times_explain = true, .verify = { .predicted = TOTALS(199, 1), .recorded = TOTALS(200, 2) } }, .limit = 64,
		  .says = "The model is off by 0.5% of the flushes: 199 flushes predicted, 200 recorded (out of resources: 1 instead of 2). The reason is "
			  "when the machine's flushes began and ended: with --timer recorded --flush-latency recorded all totals agree." },
		{ .v = { .verify = { .predicted = TOTALS(150, 0), .recorded = TOTALS(200, 0) } }, .incomplete = true,
		  .says = "The model is off by 25% of the flushes: 150 flushes predicted, 200 recorded. Parts of the recording are lost or damaged, "
			  "which may be the reason." },
		{ .v = { .verify = { .predicted = TOTALS(1, 0), .recorded = TOTALS(0, 0), .missed = 1 } },
		  .says = "The model is off by 1 of the flushes: 1 flush predicted, 0 recorded. The kernel counted 1 flush more than the recording "
			  "has: its probe missed them." },
		{ .v = { .verify = { .predicted = TOTALS(3, 0), .recorded = TOTALS(1, 0), .missed = 2 } },
		  .says = "The model is off by 200% of the flushes: 3 flushes predicted, 1 recorded. The kernel counted 2 flushes more than the "
			  "recording has: its probe missed them." },
		{ .v = { .verify = { .predicted = TOTALS(3, 0), .recorded = TOTALS(1, 9) } }, .limit = 64,
		  .says = "The model is off by 200% of the flushes: 3 flushes predicted, 1 recorded (out of resources: 0 instead of 9). The shortages differ: "
			  "the host's limit may be another one than 64 (--fit entry-limit)." },
		/* As inferred from shortages: one limit of all devices, of each its own, and with what other CPUs do. */
		{ .v = { .verify = { .predicted = TOTALS(3, 0), .recorded = TOTALS(1, 9) } }, .limit = 64, .shortages = 9, .agree = 7, .cpus = 2,
		  .says = "The model is off by 200% of the flushes: 3 flushes predicted, 1 recorded (out of resources: 0 instead of 9). The shortages differ: "
			  "the host's limit may be another one than 64 (--fit entry-limit), or the flushes of several CPUs reached the host in another order, "
			  "which is not recorded." },
		{ .v = { .verify = { .predicted = TOTALS(3, 0), .recorded = TOTALS(1, 9) } }, .limit = 64, .shortages = 9, .agree = 9, .cpus = 1, .differ = true,
		  .says = "The model is off by 200% of the flushes: 3 flushes predicted, 1 recorded (out of resources: 0 instead of 9). The shortages differ: "
			  "the devices' limits may be others (--device, --fit entry-limit)." },
		{ .v = { .verify = { .predicted = TOTALS(3, 0), .recorded = TOTALS(1, 9) } }, .limit = 64, .shortages = 20, .agree = 18, .cpus = 2,
		  .says = "The model is off by 200% of the flushes: 3 flushes predicted, 1 recorded (out of resources: 0 instead of 9). The shortages differ, "
			  "although the limit agrees with nearly all of them: in which order the flushes of several CPUs reached the host is not recorded." },
		{ .v = { .strategy_from = "recording", .verify = { .predicted = TOTALS(3, 0), .recorded = TOTALS(1, IR_NOT_KNOWN) } }, .limit = 64,
		  .says = "The model is off by 200% of the flushes: 3 flushes predicted, 1 recorded. The strategy is a guess from the recording: the "
			  "machine may have had another one." },
		{ .v = { .strategy_from = "user", .verify = { .predicted = TOTALS(3, 0), .recorded = TOTALS(1, 0) } }, .limit = 64,
		  .says = "The model is off by 200% of the flushes: 3 flushes predicted, 1 recorded. The first difference shows where the model and "
			  "the machine part." },
		/* A machine that only counts flushes by cause: their sum. */
		{ .v = { .equal = true, .verify = { .same_sequence = true,
			 .predicted = { .total = 7, .global = IR_NOT_KNOWN, .ranged = IR_NOT_KNOWN, .insufficient = IR_NOT_KNOWN, .map_failed = 9,
					.iova_exhausted = 9, .queue_full = 1, .queue_timeout = 4 },
			 .recorded = { .total = IR_NOT_KNOWN, .global = 5, .ranged = IR_NOT_KNOWN, .insufficient = 3, .map_failed = 9,
				       .iova_exhausted = 9, .queue_full = 1, .queue_timeout = 4 } } },
		  .says = "The model agrees with the machine: 5 flushes, as recorded, in the same order." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct table *t = table();
		struct ir_effective *p;
		char *text;

		t->info.complete = !rows[i].incomplete;
		/* Two devices: a limit is that of each. */
		t->info.nr_devices = 3;
		p = &add(t, "strict", 1, 0, 0, 0, 0)->parameters;
		p->hypervisor.entry_limit = rows[i].limit;
		p->share = IR_SHARE_DEVICE;
		p->cpus = rows[i].cpus;
		p->limit_shortages = rows[i].shortages;
		p->limit_agree = rows[i].agree;
		p->limits_differ = rows[i].differ;
		p->from.entry_limit = rows[i].shortages ? IR_FROM_RECORDING : IR_FROM_USER;
		text = verdict_of(t, &rows[i].v);
		if (strcmp(text, rows[i].says) != 0)
			fail_msg("%zu: \"%s\"", i, text);
		free(text);
		free(t);
	}
}

/*
 * Several recordings.
 */

#define RECORDINGS 3

static void assert_document(struct table *const t[RECORDINGS], const char *expected)
{
	struct ir_report_entry entries[RECORDINGS];
	char *text;

	for (size_t i = 0; i < RECORDINGS; i++)
		entries[i] = t[i]->entry;
	text = ir_verdict_document(entries, RECORDINGS);
	if (!text || strcmp(text, expected) != 0)
		fail_msg("\"%s\"", text ? text : "(none)");
	free(text);
}

static void test_several(void **state)
{
	static const char *const files[] = { "dir/a.dat", "b.txt", ".dat" };
	static const char *const names[] = { "strict", "legacy", "lazy", "null" };
	struct table *t[RECORDINGS];

	(void)state;
	for (size_t i = 0; i < RECORDINGS; i++) {
		t[i] = table();
		t[i]->info.file = files[i];
		for (size_t k = 0; k < 4; k++)
			add(t[i], names[k], 1000 + 10 * k, 0, k, 0, 0);
	}
	assert_document(t, "No strategy fails a map in any of three recordings.");
	t[1]->info.complete = false;
	assert_document(t, "Incomplete: figures may be too low. No strategy fails a map in any of three recordings.");
	t[1]->info.complete = true;
	t[1]->results[1].maps.map_failed = 1;
	assert_document(t, "One of four strategies fails maps in at least one of three recordings. legacy in one (b.txt). strict, lazy and null never do.");
	t[1]->results[0].maps.map_failed = t[2]->results[2].maps.map_failed = 1;
	assert_document(t, "Three of four strategies fail maps in at least one of three recordings. strict and legacy in one (b.txt); lazy in one (.dat). "
			"null never does.");
	t[0]->results[3].maps.map_failed = t[1]->results[3].maps.map_failed = 1;
	t[0]->results[0].maps.unbacked = 1;
	assert_document(t, "All four strategies fail maps in at least one of three recordings. legacy in one (b.txt); lazy in one (.dat); strict and "
			"null in two.");
	for (size_t i = 0; i < RECORDINGS; i++)
		free(t[i]);
}

/* Recordings that do not have the same strategies have verdicts of their own. */
static void test_not_alike(void **state)
{
	static const struct ir_report_verify verify = {
		.equal = true, .verify = { .predicted = TOTALS(5, 0), .recorded = TOTALS(5, 0), .same_sequence = true },
	};
	struct ir_report_entry entries[2];
	struct table *t = table(), *u = table();
	char *text;

	(void)state;
	add(t, "strict", 2000, 0, 0, 0, 0);
	add(u, "null", 0, 0, 0, 0, 0);
	u->info.file = "b.dat";
	entries[0] = t->entry;
	entries[1] = u->entry;
	assert_false(ir_verdict_alike(entries, 1));
	assert_false(ir_verdict_alike(entries, 2));
	text = ir_verdict_document(entries, 2);
	assert_string_equal(text, "a: No map fails. strict flushes 2,000 times, and leaves no unmapped page reachable. b: No map fails. null needs no "
			    "flush, and leaves no unmapped page reachable.");
	free(text);
	u->strategies[0].name = "strict";
	assert_true(ir_verdict_alike(entries, 2));
	entries[1].verify = &verify;
	assert_false(ir_verdict_alike(entries, 2));
	entries[1].verify = NULL;
	add(u, "null", 0, 0, 0, 0, 0);
	entries[1].nr_results = 2;
	assert_false(ir_verdict_alike(entries, 2));
	add(t, "null", 0, 0, 0, 0, 0);
	entries[0].nr_results = 2;
	assert_true(ir_verdict_alike(entries, 2));
	u->results[1].parameters.hz = 9;	/* a group of its own */
	assert_false(ir_verdict_alike(entries, 2));
	entries[0].nr_results = entries[1].nr_results = 0;
	assert_false(ir_verdict_alike(entries, 2));
	text = ir_verdict_document(entries, 2);
	assert_string_equal(text, "");
	free(text);
	free(t);
	free(u);
}

static void test_numbers(void **state)
{
	(void)state;
	assert_string_equal(ir_count_word(12).s, "twelve");
	assert_string_equal(ir_count_word(13).s, "13");
	assert_string_equal(ir_time_text(12345 * S, IR_PLAIN).s, "12,345 s");
	assert_string_equal(ir_time_text(12345 * S, IR_TYPESET).s, "12,345\u00a0s");
	assert_string_equal(ir_ratio_text(12345.4).s, "12,345");
	assert_string_equal(ir_bytes_text(0, IR_PLAIN).s, "0 bytes");
	assert_string_equal(ir_bytes_text(UINT64_C(1) << 60, IR_PLAIN).s, "1,048,576 TiB");
	assert_string_equal(ir_bytes_text(2048, IR_TYPESET).s, "2\u00a0KiB");
	assert_string_equal(ir_share_text(1, 0).s, "0%");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_row_names),
		cmocka_unit_test(test_failures_line),
		cmocka_unit_test(test_flushes_line),
		cmocka_unit_test(test_time_of_flushes),
		cmocka_unit_test(test_durations_of_flushes),
		cmocka_unit_test(test_exposure_line),
		cmocka_unit_test(test_recorded_line),
		cmocka_unit_test(test_throughput),
		cmocka_unit_test(test_verified),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_not_alike),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
