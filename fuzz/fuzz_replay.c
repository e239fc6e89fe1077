// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole way: a recording is recognised, opened and surveyed, its operations
 * are read from memory and from the file again, and then replayed, with what
 * can be taken from a recording (RPCIT latency, timers) taken from it, and
 * verified against what the recording says that the machine did.
 */
#include "fuzz.h"
#include <stdlib.h>
#include <string.h>
#include <iommu-replay/replay.h>
#include <iommu-replay/verify.h>

#define BLOCK 64
#define CONFIGS 6
/*
 * A replay takes time and memory for each page that is mapped at a time (some 25
 * bytes in each configuration), and a few bytes can ask for millions.
 */
#define MAX_PAGES 65536

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

static void fill_configs(struct ir_config *configs)
{
	/* One for each kind: a queue with a timer, a retry, the former DMA API. */
	static const char *const strategies[] = { "sync-map-retry", "strict", "legacy" };
	static const char *const hypervisors[] = { "kvm", "lpar" };

	memset(configs, 0, CONFIGS * sizeof(*configs));
	for (size_t i = 0; i < CONFIGS; i++) {
		struct ir_params *params = &configs[i].params;

		configs[i].strategy = ir_strategy_find(strategies[i % 3]);
		configs[i].hypervisor = ir_hypervisor_find(hypervisors[i / 3]);
		if (!configs[i].strategy || !configs[i].hypervisor)
			exit(1);
		if (configs[i].hypervisor->has_entry_limit) {
			params->hypervisor.entry_limit = 16;
			params->has_entry_limit = true;
			params->timer = IR_TIMER_RECORDED;
			params->rpcit_recorded = true;
		} else {
			params->queue_size = 8;	/* so that it gets full */
			params->api = i % 3 ? IR_API_DMA : IR_API_IOMMU;
		}
	}
}

static void check_result(const struct ir_result *r)
{
	fuzz_check(r->rpcit.global + r->rpcit.ranged == r->rpcit.total, "RPCITs do not add up");
	fuzz_check(r->rpcit.insufficient <= r->rpcit.total, "more failed RPCITs than RPCITs");
	fuzz_check(r->maps.succeeded + r->maps.iova_exhausted + r->maps.map_failed ==
		   r->maps.attempted, "maps do not add up");
}

static void replay(struct ir_recording *rec)
{
	const struct ir_replay_options options = { .jobs = 1 };
	struct ir_result results[CONFIGS];
	struct ir_config configs[CONFIGS];
	struct ir_error err = { "" };

	fill_configs(configs);
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
		.params = { .rpcit_recorded = true },
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

static bool is_small(const struct ir_recording_info *info)
{
	return info->max_live_pages <= MAX_PAGES && info->machine.mapped_pages <= MAX_PAGES &&
	       info->damage.count[IR_DAMAGE_UNKNOWN_PAGES] <= MAX_PAGES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ir_recording_options kept = { .rpcits = true, .sites = true };
	const struct ir_recording_options again = {
		.rpcits = true, .sites = true, .spool_memory = 1,
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
	if (is_small(ir_recording_info(rec))) {
		replay(rec);
		verify(rec);
	}
	ir_recording_close(rec);
	return 0;
}
