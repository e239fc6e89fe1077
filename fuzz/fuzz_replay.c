// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole way: a recording is recognised, opened and surveyed, its operations
 * are read from memory and from the file again, and then replayed, with what
 * can be taken from a recording (RPCIT latency, timers) taken from it, and
 * verified against what the recording says that the machine did.  Which strategy,
 * hypervisor, queue and limit that is follows from the input.
 */
#include "fuzz.h"
#include <stdlib.h>
#include <string.h>
#include <iommu-replay/replay.h>
#include <iommu-replay/verify.h>

#define BLOCK 64
#define CONFIGS 6
#define MEMORY (UINT64_C(1) << 30)	/* that a recording may ask for */
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

/* All operations of both, which must be the same. */
static void compare(struct ir_recording *a, struct ir_recording *b)
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

/* Numbers that differ with the input: any byte of it changes all of them. */
static uint32_t next_choice(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static uint32_t choices_of(const uint8_t *data, size_t size)
{
	uint32_t hash = 2166136261u;	/* FNV-1a */

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * 16777619u;
	return hash ? hash : 1;
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
	params->queue = queues[next_choice(state) % 4];
	params->queue_size = next_choice(state) % 2 ? 2 + next_choice(state) % 16 : 0;
	params->api = next_choice(state) % 3 ? IR_API_DMA : IR_API_IOMMU;
	params->timer = next_choice(state) % 2 ? IR_TIMER_RECORDED : IR_TIMER_SIMULATED;
	switch (next_choice(state) % 4) {
	case 0:
		params->latency = IR_LATENCY_RECORDED;
		break;
	case 1:
		params->latency = IR_LATENCY_GIVEN;
		params->rpcit_base_ns = 20000;
		params->rpcit_page_ns = 10;
		break;
	default:
		break;
	}
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

static void replay(struct ir_recording *rec, uint32_t choices)
{
	const struct ir_replay_options options = { .jobs = 1 };
	struct ir_result results[CONFIGS];
	struct ir_config configs[CONFIGS];
	struct ir_error err = { "" };

	for (size_t i = 0; i < CONFIGS; i++)
		fill_config(&configs[i], &choices);
	memset(results, 0, sizeof(results));
	if (ir_replay(rec, configs, CONFIGS, &options, results, &err)) {
		fuzz_check_error(&err);
		return;
	}
	for (size_t i = 0; i < CONFIGS; i++)
		check_result(&results[i]);
}

static void verify(struct ir_recording *rec)
{
	struct ir_config config = {
		.strategy = ir_verify_guess(ir_recording_info(rec)),
		.hypervisor = ir_hypervisor_find("kvm"),
		.params = { .latency = IR_LATENCY_RECORDED },
	};
	struct ir_error err = { "" };
	struct ir_verify verify;
	struct ir_result result;

	if (ir_verify(rec, &config, &result, NULL, &verify, &err)) {
		fuzz_check_error(&err);
		return;
	}
	check_result(&result);
	ir_verify_equal(&verify, 1, 0.5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ir_recording_options kept = {
		.rpcits = true, .sites = true, .max_memory = MEMORY,
	};
	const struct ir_recording_options again = {
		.rpcits = true, .sites = true, .spool_memory = 1, .max_memory = MEMORY,
	};
	struct ir_recording *rec, *second;
	struct ir_error err = { "" };
	const char *path;

	path = fuzz_file(data, size);
	rec = ir_recording_open(path, &kept, &err);
	if (!rec) {
		fuzz_check_error(&err);
		return 0;
	}
	second = ir_recording_open(path, &again, &err);
	fuzz_check(second != NULL, "opens only once");
	compare(rec, second);
	ir_recording_close(second);
	replay(rec, choices_of(data, size));
	verify(rec);
	ir_recording_close(rec);
	return 0;
}
