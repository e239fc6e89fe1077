// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole way: a recording is recognised, opened and surveyed, its operations
 * are read from memory and from the file again, and then replayed, with what
 * can be taken from a recording (RPCIT latency, timers) taken from it, and
 * verified against what the recording says that the machine did.  Which strategy,
 * hypervisor, queue and limit that is follows from the input.
 */
#include "fuzz.h"
#include "replays.h"

#define CONFIGS 6
#define MEMORY (UINT64_C(1) << 30)	/* that a recording may ask for */

/* Any byte of the input changes all choices. */
static uint32_t choices_of(const uint8_t *data, size_t size)
{
	uint32_t hash = 2166136261u;	/* FNV-1a */

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * 16777619u;
	return hash ? hash : 1;
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
	fuzz_compare(rec, second);
	ir_recording_close(second);
	fuzz_replay(rec, choices_of(data, size), CONFIGS);
	fuzz_verify(rec);
	ir_recording_close(rec);
	return 0;
}
