// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/try_next.h"

#include <string.h>

#include <iommu-replay/registry.h>

static bool lacks_addresses(const struct ir_rows *rows)
{
	for (size_t i = rows->nr_safe; i < rows->nr; i++)
		if (rows->row[i].result->maps.iova_exhausted)
			return true;
	return false;
}

static bool lacks_entries(const struct ir_rows *rows)
{
	for (size_t i = rows->nr_safe; i < rows->nr; i++) {
		const struct ir_result *r = rows->row[i].result;

		if (r->maps.map_failed + r->maps.unbacked)
			return true;
	}
	return false;
}

/* The parameters of the first result with a queue, which have those of queues as well; else of the first. */
static const struct ir_effective *all_parameters(const struct ir_rows *rows)
{
	for (size_t i = rows->first; i < rows->end; i++)
		if (rows->entry->results[i].parameters.queue != IR_QUEUE_NONE)
			return &rows->entry->results[i].parameters;
	return &rows->entry->results[rows->first].parameters;
}

/* A command line: @command, the options that the user gave but for those of @without, and the recording. */
static void write_command(const struct ir_verdict_text *s, const char *command, unsigned int without)
{
	const struct ir_report_entry *entry = s->rows->entry;

	fprintf(s->out, " %ciommu-replay %s", IR_MARK_CODE, command);
	ir_write_plugins(s->out, entry->configs + s->rows->first, s->rows->end - s->rows->first);
	ir_write_given(s->out, entry->info, entry->configs[s->rows->first].hypervisor, all_parameters(s->rows),
		       &entry->results[s->rows->first].time, without);
	fputc(' ', s->out);
	ir_write_file(s->out, entry->info);
	fputc(IR_MARK_END, s->out);
}

/* The name of the limit; NULL: there is none. */
static const char *limit_key(const struct ir_effective *p)
{
	return p->hypervisor.entry_limit ? "entry-limit" :
		p->hypervisor.pinned_limit ? "pinned-limit" : NULL;
}

static bool near_limit(const struct ir_rows *rows, const struct ir_row *pick)
{
	uint64_t limit = ir_limit_of(rows->entry, rows->first);

	return pick && limit && pick->result->peaks.host_pages >= limit / 2;
}

/* Pages stay reachable for as long as the queue's timer waits. */
static bool waits_for_timer(const struct ir_row *pick)
{
	const struct ir_effective *p = pick ? &pick->result->parameters : NULL;

	return p && p->queue != IR_QUEUE_NONE &&
		(double)pick->result->exposure.p99_ns >= 0.8e6 * p->queue_timeout_ms;
}

void ir_write_try_next(const struct ir_verdict_text *s)
{
	const struct ir_rows *rows = s->rows;
	const struct ir_row *pick = ir_recommended_row(rows);
	const char *key = limit_key(&rows->entry->results[rows->first].parameters);
	char command[128];

	if (!rows->entry->info->complete) {
		fputs("Record again, with larger buffers: parts of the recording are lost or damaged.",
		      s->out);
		fprintf(s->out, " %ciommu-replay info ", IR_MARK_CODE);
		ir_write_file(s->out, rows->entry->info);
		fputc(IR_MARK_END, s->out);
	} else if (lacks_addresses(rows)) {
		fputs("How much address space is enough?", s->out);
		write_command(s, "sweep --find min-aperture", IR_WITHOUT_APERTURE);
	} else if (key && (lacks_entries(rows) || near_limit(rows, pick))) {
		fprintf(s->out, "How many %s are enough?", !strcmp(key, "entry-limit") ?
			"host mappings" : "pinned pages");
		snprintf(command, sizeof(command), "sweep --find min-%s --vary %s=64:65535:x2", key, key);
		write_command(s, command, IR_WITHOUT_LIMIT);
	} else if (waits_for_timer(pick)) {
		fputs("No limit was reached. What would another timeout of the queue change?", s->out);
		write_command(s, "sweep --vary queue-timeout=10:1000:x2", IR_WITHOUT_TIMEOUT);
	} else if (rows->entry->info->rpcit.present || rows->entry->info->flushes.present) {
		fputs("How far can the model be trusted?", s->out);
		write_command(s, "verify", IR_WITHOUT_DEVICES);
	} else {
		fputs("Record the flushes as well, with probes (iommu-replay list events): then verify "
		      "tells how far the model can be trusted.", s->out);
	}
}
