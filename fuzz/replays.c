// SPDX-License-Identifier: GPL-2.0-or-later
/* Replays recordings with configurations that follow from a number, and checks the results. */
#include "fuzz.h"
#include "replays.h"
#include <stdlib.h>
#include <string.h>
#include <iommu-replay/load.h>
#include <iommu-replay/replay.h>
#include <iommu-replay/verify.h>

#define BLOCK 64
#define MAX_CONFIGS 6

static bool same_op(const struct ir_op *a, const struct ir_op *b)
{
	return a->time_ns == b->time_ns && a->iova == b->iova && a->paddr == b->paddr &&
	       a->pages == b->pages && a->seg_pages == b->seg_pages &&
	       a->segments == b->segments && a->mapping == b->mapping &&
	       a->sync_ns == b->sync_ns && a->rpcit_ns == b->rpcit_ns &&
	       a->cpu == b->cpu && a->device == b->device && a->kind == b->kind &&
	       a->flags == b->flags && a->site == b->site;
}

static void check_ops(const struct ir_recording_info *info, const struct ir_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fuzz_check(ops[i].mapping < info->max_mappings || ops[i].mapping == IR_NO_MAPPING,
			   "a mapping number beyond the maximum");
		fuzz_check(!ops[i].device || ops[i].device < info->nr_devices,
			   "an operation of an unknown device");
	}
}

void fuzz_compare(struct ir_recording *a, struct ir_recording *b)
{
	struct ir_op left[BLOCK] = { 0 }, right[BLOCK] = { 0 };
	struct ir_error err = { "" };
	ssize_t n, m;

	do {
		n = ir_recording_read(a, left, BLOCK, &err);
		m = ir_recording_read(b, right, BLOCK, &err);
		fuzz_check(n == m, "another number of operations in the second pass");
		if (n > 0) {
			check_ops(ir_recording_info(a), left, (size_t)n);
			for (ssize_t i = 0; i < n; i++)
				fuzz_check(same_op(&left[i], &right[i]),
					   "another operation in the second pass");
		}
	} while (n > 0);
	if (n < 0)
		fuzz_check_error(&err);
}

static uint32_t next_choice(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static size_t count_strategies(void)
{
	size_t n = 0;

	while (ir_strategies[n])
		n++;
	return n;
}

static size_t count_hypervisors(void)
{
	size_t n = 0;

	while (ir_hypervisors[n])
		n++;
	return n;
}

static const struct ir_iommu *any_iommu(uint32_t choice)
{
	size_t n = 0;

	while (ir_iommus[n])
		n++;
	return choice % 2 ? ir_iommus[choice / 2 % n] : NULL;
}

static void fill_latency(struct ir_params *params, uint32_t *state)
{
	switch (next_choice(state) % 4) {
	case 0:
		params->latency = IR_LATENCY_RECORDED;
		break;
	case 1:
		params->latency = IR_LATENCY_GIVEN;
		params->rpcit_base_ns = 20000;
		params->rpcit_page_ns = 10;
		params->has_all = next_choice(state) % 2;
		params->all_base_ns = 50000;
		params->all_page_ns = 1;
		break;
	default:
		break;
	}
}

/* Any strategy on any hypervisor, with any queue, and limits that are soon reached, or never. */
static void fill_config(struct ir_config *config, uint32_t *state)
{
	static const uint64_t limits[] = { 1, 2, 16, 300, 65535, 0 };
	static const enum ir_queue_type queues[] = {
		IR_QUEUE_DEFAULT, IR_QUEUE_NONE, IR_QUEUE_SINGLE, IR_QUEUE_PER_CPU,
	};
	struct ir_params *params = &config->params;
	uint64_t limit = limits[next_choice(state) % 6];

	*config = (struct ir_config){
		.strategy = ir_strategies[next_choice(state) % count_strategies()],
		.hypervisor = ir_hypervisors[next_choice(state) % count_hypervisors()],
	};
	params->has_entry_limit = config->hypervisor->has_entry_limit;
	params->has_pinned_limit = config->hypervisor->has_pinned_limit;
	if (params->has_entry_limit)
		params->hypervisor.entry_limit = limit;
	if (params->has_pinned_limit)
		params->hypervisor.pinned_limit = limit;
	if (next_choice(state) % 4 == 0) {
		params->has_share = true;
		params->share = next_choice(state) % 2 ? IR_SHARE_GUEST : IR_SHARE_DEVICE;
	}
	params->iommu = any_iommu(next_choice(state));
	params->queue = queues[next_choice(state) % 4];
	params->queue_size = next_choice(state) % 2 ? 2 + next_choice(state) % 16 : 0;
	params->api = next_choice(state) % 3 ? IR_API_DMA : IR_API_IOMMU;
	params->timer = next_choice(state) % 2 ? IR_TIMER_RECORDED : IR_TIMER_SIMULATED;
	params->recorded_types = next_choice(state) % 4 == 0;
	params->devices = next_choice(state) % 8 ? 0 : 1 + next_choice(state) % 3;
	params->cpus = next_choice(state) % 4 ? 0 : 1 + next_choice(state) % 9;
	params->has_initial_pages = next_choice(state) % 8 == 0;
	params->initial_pages = params->has_initial_pages ? next_choice(state) % 1000 : 0;
	fill_latency(params, state);
	if (next_choice(state) % 4 == 0)
		params->aperture = (uint64_t)IR_PAGE_SIZE << next_choice(state) % 20;
}

static void check_result(const struct ir_result *r)
{
	fuzz_check(r->rpcit.global + r->rpcit.ranged == r->rpcit.total, "RPCITs do not add up");
	fuzz_check(r->rpcit.insufficient <= r->rpcit.total, "more failed RPCITs than RPCITs");
	fuzz_check(r->maps.succeeded + r->maps.iova_exhausted + r->maps.map_failed ==
		   r->maps.attempted, "maps do not add up");
}

static void check_devices(const struct ir_result *whole, const struct ir_result *devices, size_t n)
{
	uint64_t rpcits = 0, attempted = 0;

	for (size_t i = 0; i < n; i++) {
		check_result(&devices[i]);
		rpcits += devices[i].rpcit.total;
		attempted += devices[i].maps.attempted;
	}
	if (whole->parameters.devices > 1)	/* theirs are those of the first copy */
		return;
	fuzz_check(rpcits == whole->rpcit.total, "the devices' RPCITs do not add up");
	fuzz_check(attempted == whole->maps.attempted, "the devices' maps do not add up");
}

/* NULL: the recording tells nothing of time, or no load was chosen. */
static struct ir_load *any_load(struct ir_recording *rec, uint32_t choice)
{
	const struct ir_load_options options = { .event_cost_given = choice % 16 < 4, .event_cost_ns = 300 };
	struct ir_error err = { "" };
	struct ir_load *load;

	if (choice % 8 > 2)
		return NULL;
	load = ir_load_new(rec, &options, &err);
	if (!load)
		fuzz_check_error(&err);
	return load;
}

void fuzz_replay(struct ir_recording *rec, uint32_t choices, unsigned int n)
{
	size_t nr_devices = ir_recording_info(rec)->nr_devices;
	struct ir_timeline *timelines[MAX_CONFIGS] = { NULL };
	struct ir_replay_options options = { .jobs = 1 };
	struct ir_result results[MAX_CONFIGS];
	struct ir_config configs[MAX_CONFIGS];
	struct ir_result *devices = NULL;
	struct ir_load *load;
	struct ir_error err = { "" };

	for (size_t i = 0; i < n; i++)
		fill_config(&configs[i], &choices);
	memset(results, 0, sizeof(results));
	options.load = load = any_load(rec, next_choice(&choices));
	options.recorded_times = next_choice(&choices) % 2;
	if (next_choice(&choices) % 8 == 0)
		options.timelines = timelines;
	if (next_choice(&choices) % 2 == 0 && nr_devices < 64)
		options.devices = devices = calloc(n * nr_devices, sizeof(*devices));
	if (ir_replay(rec, configs, n, &options, results, &err))
		fuzz_check_error(&err);
	else
		for (size_t i = 0; i < n; i++) {
			check_result(&results[i]);
			if (devices)
				check_devices(&results[i], devices + i * nr_devices, nr_devices);
		}
	for (size_t i = 0; i < n; i++)
		ir_timeline_free(timelines[i]);
	free(devices);
	ir_load_free(load);
}

void fuzz_verify(struct ir_recording *rec)
{
	struct ir_config config = {
		.strategy = ir_verify_guess(ir_recording_info(rec)),
		.hypervisor = ir_hypervisor_find("kvm"),
		.params = { .latency = IR_LATENCY_RECORDED },
	};
	struct ir_error err = { "" };
	struct ir_verify verify;
	struct ir_result result;

	if (ir_verify(rec, &config, NULL, &result, &verify, &err)) {
		fuzz_check_error(&err);
		return;
	}
	check_result(&result);
	ir_verify_equal(&verify, 1, 0.5);
}
