// SPDX-License-Identifier: GPL-2.0-or-later
/* Markers of recording scripts: the kernel's zpci counters, in texts. */
#include <stdlib.h>
#include <string.h>

#include "recording/markers.h"

/* A number behind "key" in a marker; 0 if there is none. */
static bool marker_number(const char *text, const char *key, uint64_t *value)
{
	const char *at = strstr(text, key);

	if (!at || at[strlen(key)] < '0' || at[strlen(key)] > '9')
		return false;
	*value = strtoull(at + strlen(key), NULL, 10);
	return true;
}

/* The operations so far are those of the events before this one, but for some that are still held. */
static void read_late_marker(struct ir_recording *rec, uint64_t time_ns, uint64_t mapped, uint64_t unmapped)
{
	const struct ir_op_totals *ops = ir_assembler_totals(rec->assembler);

	/* The counters are of all devices, and of all events. */
	if (rec->device || rec->lost)
		return;
	rec->late.found = true;
	rec->late.time_ns = time_ns;
	rec->late.mapped = mapped;
	rec->late.unmapped = unmapped;
	rec->late.recorded_maps = ops->map_pages;
	rec->late.recorded_unmaps = ops->unmap_pages;
}

void ir_markers_pass(struct ir_recording *rec, const struct ir_op *op)
{
	uint64_t pages = op->kind == IR_OP_MAP || op->kind == IR_OP_UNMAP ? op->pages : 0;

	rec->late.passed = op->time_ns > rec->late.time_ns;
	if (rec->late.passed)
		return;
	if (op->kind == IR_OP_MAP)
		rec->late.recorded_maps += pages;
	if (op->kind == IR_OP_UNMAP || op->flags & IR_OPF_FAILED)
		rec->late.recorded_unmaps += pages;
}

void ir_markers_end(struct ir_recording *rec)
{
	struct ir_recorded_machine *m = &rec->info.machine;
	uint64_t mapped = rec->late.mapped - rec->late.recorded_maps;
	uint64_t unmapped = rec->late.unmapped - rec->late.recorded_unmaps;

	if (!rec->late.found || rec->late.mapped < rec->late.recorded_maps ||
	    rec->late.unmapped < rec->late.recorded_unmaps || unmapped > mapped)
		return;
	m->has_marker = true;
	m->mapped_pages = mapped;
	m->unmapped_pages = unmapped;
}

/*
 * Recording scripts write the kernel's zpci counters into the trace, mostly before the first
 * operation: pages that are mapped then stay or are unmapped later, but no event shows their map.
 */
static void read_marker(struct ir_recording *rec, uint64_t time_ns, const char *text)
{
	struct ir_recorded_machine *m = &rec->info.machine;
	uint64_t mapped, unmapped;

	if (m->has_marker || rec->late.found)
		return;
	if (!marker_number(text, "Mapped_pages=", &mapped) ||
	    !marker_number(text, "Unmapped_pages=", &unmapped) || unmapped > mapped ||
	    mapped > IR_MAX_INITIAL_PAGES)
		return;
	if (rec->info.start_ns) {
		read_late_marker(rec, time_ns, mapped, unmapped);
		return;
	}
	m->has_marker = true;
	m->mapped_pages = mapped;
	m->unmapped_pages = unmapped;
}

/*
 * The kernel's own count of RPCITs without those of retries, from the first marker
 * to the last one.  A probe can miss hits; these counters do not.
 */
static void read_counters(struct ir_recording *rec, const char *text)
{
	struct ir_recorded_machine *m = &rec->info.machine;
	uint64_t global, sync_map, sync, sum;

	if (!marker_number(text, "Global_RPCITs=", &global) ||
	    !marker_number(text, "Sync_Map_RPCITs=", &sync_map) ||
	    !marker_number(text, " Sync_RPCITs=", &sync))
		return;
	sum = global + sync_map + sync;
	if (!rec->info.start_ns)
		rec->counter_at_start = sum;
	else if (sum >= rec->counter_at_start)
		m->counted_rpcits = sum - rec->counter_at_start;
}

void ir_markers_read(struct ir_recording *rec, const struct ir_event *ev)
{
	read_marker(rec, ev->time_ns, ev->text);
	read_counters(rec, ev->text);
}
