// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor model alone, step by step: it is fed the maps, unmaps and
 * RPCITs of a recording, and after every RPCIT its status is held against the
 * recorded one and, where the hypervisor's own log is given (on standard
 * input), its available mappings and shadow pages against the log's.
 *
 *   tool_hypervisor RECORDING ENTRY_LIMIT [PAGES_BEFORE] <LOG
 *
 * If return values of RPCITs were not recorded (before Linux 6.7) only the
 * log tells their status.
 *
 * A log line: function, start, length (hex), status, available, shadow pages.
 * The log begins at boot; the recording's RPCITs are looked for in it by their
 * ranges.  Prints what was compared and what differs; exit 1 on any difference
 * in status.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <iommu-replay/hypervisor.h>
#include <iommu-replay/recording.h>
#include "guest/iopt.h"

struct log_line {
	uint64_t start, length, status, avail, pages;
};

static struct log_line *lines;
static size_t nr_lines;

static void read_log(void)
{
	struct log_line l;
	size_t room = 0;
	char line[256];	/* further columns have times */

	while (fgets(line, sizeof(line), stdin) &&
	       sscanf(line, "%*x %" SCNx64 " %" SCNx64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
		      &l.start, &l.length, &l.status, &l.avail, &l.pages) == 5) {
		if (nr_lines == room) {
			room = room ? room * 2 : 1024;
			lines = realloc(lines, room * sizeof(*lines));
			if (!lines)
				exit(2);
		}
		lines[nr_lines++] = l;
	}
}

/* The place in the log where the recording begins: the first place at which its ranges follow. */
static size_t align(const struct ir_op *rpcits, size_t n)
{
	for (size_t at = 0; at + n <= nr_lines; at++) {
		size_t i = 0;

		while (i < n && lines[at + i].start == rpcits[i].iova &&
		       lines[at + i].length == (uint64_t)rpcits[i].pages << 12)
			i++;
		if (i == n)
			return at;
	}
	return SIZE_MAX;
}

struct machine {
	struct ir_iopt_totals totals;
	struct ir_iopt *iopt;
	void *hv;
	const struct ir_hypervisor *ops;
	const struct log_line *log;	/* of the next RPCIT, or NULL */
	bool has_results;		/* of the recorded RPCITs */
	uint64_t rpcits, insufficient, status_differs, avail_differs, pages_differ;
};

static void rpcit(struct machine *m, const struct ir_op *op)
{
	uint64_t first = op->iova >> 12;
	enum ir_rpcit_status status = m->ops->rpcit(m->hv, m->iopt, first, first + op->pages - 1);
	bool insufficient = status != IR_RPCIT_OK, differs = false;

	m->rpcits++;
	m->insufficient += insufficient;
	if (m->has_results)
		differs = insufficient != ((op->flags & IR_OPF_ENOMEM) != 0);
	if (m->log)
		differs |= insufficient != (m->log->status != 0);
	if (differs && !m->status_differs++)
		printf("first different status at %" PRIu64 " ns\n", op->time_ns);
	if (!m->log)
		return;
	m->avail_differs += m->log->avail != m->ops->available(m->hv);
	m->pages_differ += m->log->pages != m->totals.shadow_pages;
	m->log++;
}

static void step(struct machine *m, const struct ir_op *op)
{
	switch (op->kind) {
	case IR_OP_MAP:
	case IR_OP_SEGMENT:
		ir_iopt_map(m->iopt, op->iova >> 12, op->seg_pages, op->paddr);
		break;
	case IR_OP_UNMAP:
		ir_iopt_unmap(m->iopt, op->iova >> 12, op->pages);
		break;
	case IR_OP_RPCIT:
		rpcit(m, op);
		break;
	default:
		break;
	}
}

/* Mappings from before the recording: as many pages as the log has at its first line. */
static void preload(struct machine *m, uint64_t pages)
{
	for (uint64_t i = 0; i < pages; i++)
		ir_iopt_map(m->iopt, (UINT64_C(1) << 40) + i, 1, 0);
	m->ops->rpcit(m->hv, m->iopt, UINT64_C(1) << 40, (UINT64_C(1) << 40) + pages);
}

/*
 * The former DMA API: its bitmap gave the first pages of the aperture out, one
 * after the other; those that were unmapped again before the recording are still
 * in the shadow, as nothing was flushed.  Where their addresses are used again
 * later the recording tells which they are; else any will do.
 */
static void preload_s390(struct machine *m, const struct ir_recording_info *info)
{
	const struct ir_recorded_machine *machine = &info->machine;
	uint64_t pages = machine->mapped_pages, first = machine->aperture_start >> 12;
	uint64_t unmapped = machine->unmapped_pages, told = 0;

	for (uint64_t i = 0; i < pages; i++) {
		ir_iopt_map(m->iopt, first + i, 1, 0);
		told += machine->reused && machine->reused[i];
	}
	if (pages)
		m->ops->rpcit(m->hv, m->iopt, first, first + pages - 1);
	for (uint64_t i = 0; i < pages; i++) {
		bool known = machine->reused && machine->reused[i];

		if (!known && unmapped <= told)
			continue;
		ir_iopt_unmap(m->iopt, first + i, 1);
		unmapped -= !known;
	}
}

int main(int argc, char **argv)
{
	struct ir_recording_options options = { .rpcits = true };
	struct ir_hypervisor_params params = { .tlb_refresh = 1 };
	struct machine m = { .ops = ir_hypervisor_find("kvm") };
	struct ir_op op, *begin = calloc(64, sizeof(*begin));
	const struct ir_recording_info *info;
	struct ir_recording *rec;
	struct ir_error err;
	size_t n = 0, at = SIZE_MAX;

	if (argc < 3 || !begin)
		return 2;
	rec = ir_recording_open(argv[1], &options, &err);
	if (!rec) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	info = ir_recording_info(rec);
	m.has_results = info->rpcit.has_results;
	params.entry_limit = strtoull(argv[2], NULL, 10);
	m.iopt = ir_iopt_new(&m.totals, true);
	m.hv = m.ops->open(&params);
	read_log();
	while (n < 64 && ir_recording_read(rec, &op, 1, &err) == 1)
		if (op.kind == IR_OP_RPCIT)
			begin[n++] = op;
	if (nr_lines)
		at = align(begin, n);
	if (nr_lines && at == SIZE_MAX) {
		printf("the log does not contain the recording\n");
		return 2;
	}
	if (at != SIZE_MAX && at > 0)
		m.log = &lines[at];
	if (info->machine.s390_dma_api && info->machine.has_marker)
		preload_s390(&m, info);
	else if (m.log)
		preload(&m, lines[at - 1].pages);
	else if (argc > 3)
		preload(&m, strtoull(argv[3], NULL, 10));
	ir_recording_rewind(rec, &err);
	while (ir_recording_read(rec, &op, 1, &err) == 1)
		step(&m, &op);
	printf("%" PRIu64 " RPCITs, %" PRIu64 " insufficient: %" PRIu64 " statuses differ, %" PRIu64
	       " times other mappings available, %" PRIu64 " times other shadow pages\n",
	       m.rpcits, m.insufficient, m.status_differs, m.avail_differs, m.pages_differ);
	ir_recording_close(rec);
	ir_iopt_free(m.iopt);
	ir_exposure_free(&m.totals.exposure);
	m.ops->close(m.hv);
	free(begin);
	free(lines);
	/* An interrupt may unmap between an RPCIT's event and the hypervisor's walk. */
	return m.status_differs > m.rpcits / 10000;
}
