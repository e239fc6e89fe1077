// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events files: the input is one.  What can be read is applied to a small
 * recording, as text, and to records of a format as trace.dat and perf.data
 * have them.
 */
#include "fuzz.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <iommu-replay/events.h>
#include <iommu-replay/recording.h>
#include "events/formats.h"

/* Entries and returns that nest, move to another CPU, and miss each other. */
static const char text[] =
	" a-7 [000] d..1. 1.000010: in: (x) x=0x1000 y=1 z=-12 dev=0xa name=\"nvme\"\n"
	" b-8 [001] d..1. 1.000020: in: (x) x=0x2000 y=2 z=0 dev=0xb name=\"nvme\"\n"
	" a-7 [001] d..1. 1.000030: out: (x) x=0x10000 y=1 z=0\n"
	" b-8 [001] d..1. 1.000040: out: (x) x=0x20000 y=1 z=-12\n"
	" b-8 [001] d..1. 1.000050: out: (x) x=0x30000 y=1 z=0\n"
	" <idle>-0 [000] d.h1. 1.000060: in: (x) x=0x4000 y=0x400 z=0 dev=1 name=\"a b\"\n"
	" <idle>-0 [001] d.h1. 1.000070: out: (x) x=0x40000 y=1 z=0\n"
	"CPU:0 [LOST 3 EVENTS]\n"
	" c-9 [000] d..1. 1.000080: map: IOMMU: iova=0x1000 - 0x2000 paddr=0x5000 size=4096\n"
	" c-9 [000] d..1. 1.000090: dma_map_page: 0000:00:01.0 dir=TO_DEVICE dma_addr=1000 size=10 phys_addr=5000 attrs=\n"
	" c-9 [000] d..1. 1.000100: rpcit: (x) fn=0x1 addr=0x1000 range=0x1000\n"
	" c-9 [000] d..1. 1.000110: rpcit_ret: (x <- y) ret=0\n"
	" c-9 [000] d..1. 1.000120: s390_update_trans: (x) zdev=0x1 pa=0x2 dma_addr=0x1000 size=4096 flags=0x400\n"
	" c-9 [000] d..1. 1.000130: unmap: IOMMU: iova=0x1000 - 0x2000 size=4096 unmapped_size=4096\n"
	" a-7 [000] d..1. 1.000140: gone: (x) x=0x10000 y=1 z=4096\n";

/* One format for all events of the binary recording; the id is put in front. */
static const char fields[] =
	"format:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:u64 x;\toffset:8;\tsize:8;\tsigned:0;\n"
	"\tfield:u32 y;\toffset:16;\tsize:4;\tsigned:0;\n"
	"\tfield:s32 z;\toffset:20;\tsize:4;\tsigned:1;\n"
	"\tfield:__data_loc char[] name;\toffset:24;\tsize:4;\tsigned:1;\n"
	"\tfield:char comm[8];\toffset:28;\tsize:8;\tsigned:1;\n"
	"\tfield:u64 dev;\toffset:36;\tsize:8;\tsigned:0;\n\n"
	"print fmt: \"\"\n";

#define RECORD_SIZE 52

static const char *const names[] = { "in", "out", "gone", "rpcit" };

static void fill_record(unsigned char *rec, unsigned int id, unsigned int nr)
{
	memset(rec, 0, RECORD_SIZE);
	rec[0] = (unsigned char)id;
	rec[4] = (unsigned char)(nr & 3);	/* pid; 0: idle */
	rec[9] = (unsigned char)(nr << 4);	/* x */
	rec[16] = (unsigned char)nr;		/* y */
	memset(rec + 20, nr & 1 ? 0xff : 0, 4);	/* z */
	rec[24] = 44;				/* name: 6 bytes from 44 on */
	rec[26] = 6;
	memcpy(rec + 28, "fio", 3);
	rec[36] = (unsigned char)(nr & 1);
	memcpy(rec + 44, "nvme0", 6);
}

static void decode(struct ir_reader *rd, struct ir_formats *fm)
{
	unsigned char rec[RECORD_SIZE];

	for (unsigned int nr = 0; nr < 32; nr++) {
		struct ir_event ev = { .time_ns = nr, .cpu = nr & 1 };
		unsigned int wanted;

		fill_record(rec, 10 + (nr * 7 & 3), nr);
		wanted = ir_formats_wanted(fm, rec, fm->big);
		if (!wanted || !ir_formats_decode(fm, wanted, fm->big, rec, sizeof(rec), &ev))
			continue;
		if (ev.kind > IR_EV_KINDS && !ir_rules_apply(rd, &ev))
			continue;
		fuzz_check(ev.kind < IR_EV_KINDS, "an event of no kind");
		fuzz_check(ev.device < rd->info.nr_devices, "an event of an unknown device");
	}
	ir_calls_finish(rd);
}

static void binary(const struct ir_events *events, struct ir_file *file)
{
	struct ir_damage damage = { .count = { 0 } };
	struct ir_reader rd = { .file = file, .damage = &damage, .events = events };
	struct ir_formats fm;
	char format[sizeof(fields) + 64];

	rd.info.nr_devices = 1;
	rd.info.devices = calloc(1, sizeof(*rd.info.devices));
	if (!rd.info.devices || ir_formats_init(&fm, &rd, false, 8))
		exit(1);
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int len = snprintf(format, sizeof(format), "name: %s\nID: %u\n%s", names[i], 10 + i,
				   fields);

		if (ir_formats_add(&fm, "kprobes", format, (size_t)len))
			exit(1);
	}
	decode(&rd, &fm);
	if (rd.complaint.text[0])
		fuzz_check_error(&rd.complaint);
	ir_formats_release(&fm);
	ir_calls_free(rd.calls);
	for (size_t i = 1; i < rd.info.nr_devices; i++)
		free(rd.info.devices[i]);
	free(rd.info.devices);
	free(rd.device_hash);
}

static void whole(const struct ir_events *events, const char *path)
{
	const struct ir_recording_options options = { .events = events, .rpcits = true };
	struct ir_error err = { "" };
	struct ir_recording *rec = ir_recording_open(path, &options, &err);
	struct ir_op ops[16];

	if (!rec) {
		fuzz_check_error(&err);
		return;
	}
	while (ir_recording_read(rec, ops, 16, &err) > 0)
		;
	ir_recording_close(rec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ir_error err = { "" };
	struct ir_events *events = ir_events_parse((const char *)data, size, "fuzz.json", &err);
	struct ir_file *file;
	const char *path;

	if (!events) {
		fuzz_check_error(&err);
		return 0;
	}
	path = fuzz_file((const uint8_t *)text, sizeof(text) - 1);
	file = ir_file_open(path, &err);
	if (!file)
		exit(1);
	binary(events, file);
	whole(events, path);
	ir_file_close(file);
	ir_events_free(events);
	return 0;
}
