// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decoding alone, in one of its stages:
 *
 *	decode events FILE	the reader: events of all CPUs in order
 *	decode ops FILE		also the operations they make up, once (what opening a
 *				recording does)
 *
 * Prints how many it found.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <iommu-replay/recording.h>
#include "base/file.h"
#include "input/open.h"

static int read_events(const char *path, struct ir_error *err)
{
	struct ir_damage damage = { 0 };
	struct ir_file *file = ir_file_open(path, err);
	struct ir_reader *rd = file ? ir_reader_open(file, &damage, err) : NULL;
	uint64_t wanted = 0, all = 0;
	struct ir_event evs[64];
	int rc = rd ? 1 : -1;

	while (rc > 0) {
		rc = ir_reader_next_block(rd, evs, 64, err);
		wanted += rc > 0 ? (uint64_t)rc : 0;
	}
	if (!rc) {
		for (size_t i = 0; i < rd->info.nr_events; i++)
			all += rd->info.events[i].count;
		printf("%" PRIu64 " events, %" PRIu64 " of them decoded\n", all, wanted);
	}
	ir_reader_close(rd);
	ir_file_close(file);
	return rc;
}

static int read_ops(const char *path, struct ir_error *err)
{
	struct ir_recording *rec = ir_recording_open(path, NULL, err);
	const struct ir_recording_info *info;

	if (!rec)
		return -1;
	info = ir_recording_info(rec);
	printf("%" PRIu64 " maps, %" PRIu64 " unmaps%s\n", info->ops.map, info->ops.unmap,
	       info->complete ? "" : "; incomplete");
	ir_recording_close(rec);
	return 0;
}

int main(int argc, char **argv)
{
	struct ir_error err = { "" };
	int rc;

	if (argc == 3 && !strcmp(argv[1], "events")) {
		rc = read_events(argv[2], &err);
	} else if (argc == 3 && !strcmp(argv[1], "ops")) {
		rc = read_ops(argv[2], &err);
	} else {
		fputs("usage: decode events|ops FILE\n", stderr);
		return 2;
	}
	if (rc < 0)
		fprintf(stderr, "decode: %s\n", err.text);
	return rc < 0;
}
