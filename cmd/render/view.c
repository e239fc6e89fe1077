// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/view.h"

#include <inttypes.h>
#include <iommu-replay/registry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/texts.h"
#include "base/share.h"
#include "iommu/s390.h"
#include "report/columns.h"
#include "verdict/fold.h"
#include "base/numbers.h"
#include "verdict/verdict.h"
#include "render/time.h"

static const char *or_unknown(const char *text)
{
	return text ? text : "unknown";
}

/* The recording's own flushes, to compare with the results. */
static void view_recorded(const struct ir_recording_info *info, view_line emit, void *arg)
{
	const struct ir_recorded_flushes *flushes = &info->flushes;
	const struct ir_recorded_rpcit *rpcit = &info->rpcit;
	struct line line;

	if (rpcit->present) {
		line_begin(&line);
		fprintf(line.out, "%s RPCIT%s: %s global, %s ranged; ", ir_count_text(rpcit->total).s,
			ir_plural(rpcit->total), ir_count_text(rpcit->global).s, ir_count_text(rpcit->ranged).s);
		if (rpcit->has_results)
			fprintf(line.out, "%s insufficient, %s failed", ir_count_text(rpcit->insufficient).s,
				ir_count_text(rpcit->failed).s);
		else
			fputs("their results were not recorded", line.out);
		line_end(&line, emit, arg, "recorded", VIEW_PLAIN);
	}
	if (flushes->present) {
		line_begin(&line);
		fprintf(line.out, "flushes: %s because a queue was full, %s by its timer, %s of a range",
			ir_count_text(flushes->queue_full).s, ir_count_text(flushes->queue_timeout).s,
			ir_count_text(flushes->range).s);
		if (flushes->map)
			fprintf(line.out, ", %s after mapping", ir_count_text(flushes->map).s);
		line_end(&line, emit, arg, "recorded", VIEW_PLAIN);
	}
}

/* Without an event there is no time. */
static bool has_times(const struct ir_recording_info *info)
{
	return info->start_ns || info->duration_ns;
}

void view_recording(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_recording_info *info = entry->info;
	struct line line;

	line_begin(&line);
	fprintf(line.out, "%s: %s", info->file, or_unknown(info->format));
	if (info->byte_order)
		fprintf(line.out, ", %s-endian", info->byte_order);
	line_end(&line, emit, arg, "recording", VIEW_PLAIN);
	line_begin(&line);
	fprintf(line.out, "kernel %s, %s, %u CPU%s", or_unknown(info->kernel),
		info->arch ? info->arch : "architecture unknown", info->cpus,
		ir_plural(info->cpus));
	if (has_times(info))
		fprintf(line.out, "; %s", ir_time_text(info->duration_ns, IR_PLAIN).s);
	if (info->clock)
		fprintf(line.out, " (clock %s)", info->clock);
	line_end(&line, emit, arg, "machine", VIEW_PLAIN);
	if (info->window_to_ns) {
		line_begin(&line);
		fprintf(line.out, "from %s ", ir_time_text(info->window_from_ns, IR_PLAIN).s);
		if (info->window_to_ns < IR_WINDOW_OPEN)
			fprintf(line.out, "to %s of the recording",
				ir_time_text(info->window_to_ns, IR_PLAIN).s);
		else
			fputs("of the recording on", line.out);
		line_end(&line, emit, arg, "window", VIEW_PLAIN);
	}
	if (info->device_name) {
		line_begin(&line);
		fprintf(line.out, "%s alone (--device)", info->device_name);
		line_end(&line, emit, arg, "device", VIEW_PLAIN);
	}
	line_begin(&line);
	fprintf(line.out, "%s map%s (%s page%s, %s piece%s), %s unmap%s (%s page%s), %s failed map%s",
		ir_count_text(info->ops.map).s, ir_plural(info->ops.map),
		ir_count_text(info->ops.map_pages).s, ir_plural(info->ops.map_pages),
		ir_count_text(info->ops.segments).s, ir_plural(info->ops.segments),
		ir_count_text(info->ops.unmap).s, ir_plural(info->ops.unmap),
		ir_count_text(info->ops.unmap_pages).s, ir_plural(info->ops.unmap_pages),
		ir_count_text(info->ops.failed_map).s, ir_plural(info->ops.failed_map));
	line_end(&line, emit, arg, "operations", VIEW_PLAIN);
	if (info->events_file) {
		line_begin(&line);
		fprintf(line.out, "as %s says; it names %" PRIu64 " type%s of events that are recorded",
			info->events_file, info->user_events, ir_plural(info->user_events));
		line_end(&line, emit, arg, "events", VIEW_PLAIN);
	}
	view_recorded(info, emit, arg);
}

#define TYPES_VARY "the recorded domains were strict (DMA) at some time and had a queue (DMA-FQ) at " \
	"another, as what was flushed shows"

/* Lines about the recorded machine. */
static void view_machine(const struct ir_recorded_machine *m, view_line emit, void *arg)
{
	struct line line;

	if (m->aperture_size) {
		line_begin(&line);
		view_aperture(line.out, m->aperture_start, m->aperture_size);
		fputs(", as a global RPCIT has it", line.out);
		line_end(&line, emit, arg, "aperture", VIEW_PLAIN);
	}
	if (m->has_marker) {
		line_begin(&line);
		fprintf(line.out, "mapped %" PRIu64 " pages, unmapped %" PRIu64
			" before the recording", m->mapped_pages, m->unmapped_pages);
		line_end(&line, emit, arg, "marker", VIEW_PLAIN);
	}
	if (m->hz) {
		line_begin(&line);
		fprintf(line.out, "%u a second", m->hz);
		if (m->has_timer_late)
			fprintf(line.out, "; timers are served %s late on average",
				ir_time_text(m->timer_late_ns, IR_PLAIN).s);
		line_end(&line, emit, arg, "jiffies", VIEW_PLAIN);
	}
	if (m->rpcit_base_ns) {
		line_begin(&line);
		fprintf(line.out, "one takes %s", ir_time_text(m->rpcit_base_ns, IR_PLAIN).s);
		if (m->rpcit_page_ns)
			fprintf(line.out, ", and %s a page", ir_time_text(m->rpcit_page_ns, IR_PLAIN).s);
		if (m->rpcit_global_ns)
			fprintf(line.out, "; one over everything %s",
				ir_time_text(m->rpcit_global_ns, IR_PLAIN).s);
		line_end(&line, emit, arg, "RPCITs", VIEW_PLAIN);
	}
}

void view_origin(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_recording_info *info = entry->info;
	struct line line;

	if (info->why) {
		line_begin(&line);
		fputs(info->why, line.out);
		line_end(&line, emit, arg, "recognised", VIEW_PLAIN);
	}
	if (has_times(info)) {
		line_begin(&line);
		fprintf(line.out, "%" PRIu64 ".%09" PRIu64 " s to %" PRIu64 ".%09" PRIu64 " s",
			info->start_ns / 1000000000, info->start_ns % 1000000000,
			(info->start_ns + info->duration_ns) / 1000000000,
			(info->start_ns + info->duration_ns) % 1000000000);
		line_end(&line, emit, arg, "time", VIEW_PLAIN);
	}
	line_begin(&line);
	fprintf(line.out, "%" PRIu64 " at most", info->max_live_pages);
	line_end(&line, emit, arg, "live pages", VIEW_PLAIN);
	if (info->nr_devices > 1) {
		line_begin(&line);
		for (size_t i = 1; i < info->nr_devices; i++)
			fprintf(line.out, "%s%s", i > 1 ? ", " : "", info->devices[i]);
		line_end(&line, emit, arg, "devices", VIEW_PLAIN);
	}
	view_machine(&info->machine, emit, arg);
	if (info->types_vary)
		emit(arg, "domains", TYPES_VARY, VIEW_PLAIN);
	if (info->machine.s390_dma_api)
		emit(arg, "DMA API", "the former one of s390 (before Linux 6.7)", VIEW_PLAIN);
}

/* Damage counters of one kind: those that mean an incomplete input, or the others. */
static void note_damage(const struct ir_damage *damage, bool loss, FILE *out)
{
	const char *separator = "";

	for (int i = 0; i < IR_DAMAGE_KINDS; i++) {
		enum ir_damage_kind kind = (enum ir_damage_kind)i;

		if (!damage->count[i] || (ir_damage_severity(kind) != IR_SEVERITY_INFO) != loss)
			continue;
		fprintf(out, "%s%s %" PRIu64 " (%s)", separator, ir_damage_name(kind),
			damage->count[i], ir_damage_meaning(kind));
		separator = ", ";
	}
}

static bool has_damage(const struct ir_damage *damage, bool loss)
{
	for (int i = 0; i < IR_DAMAGE_KINDS; i++)
		if (damage->count[i] &&
		    (ir_damage_severity((enum ir_damage_kind)i) != IR_SEVERITY_INFO) == loss)
			return true;
	return false;
}

static uint64_t replayed_failures(const struct ir_report_entry *entry)
{
	uint64_t most = 0;

	for (size_t i = 0; i < entry->nr_results; i++)
		if (entry->results[i].replayed_failures > most)
			most = entry->results[i].replayed_failures;
	return most;
}

void view_incomplete(const struct ir_recording_info *info, view_line emit, void *arg)
{
	struct line line;

	line_begin(&line);
	fputs("the input is incomplete", line.out);
	share_missing(info, ": ", line.out);
	line_end(&line, emit, arg, "warning", VIEW_BAD);
}

/* Whether no event is of a mapping, its DMA function or an RPCIT, and no --events file gave them a meaning. */
static bool has_only_foreign_events(const struct ir_recording_info *info)
{
	static const char *const own[] = { "iommu:map", "iommu:unmap" };
	uint64_t foreign = 0;

	for (size_t i = 0; i < info->nr_events; i++) {
		const struct ir_event_total *event = &info->events[i];

		if (event->count && (!strcmp(event->name, own[0]) || !strcmp(event->name, own[1])))
			return false;
		if (strcmp(event->name, "ftrace:print"))
			foreign += event->count;
	}
	return foreign && !info->events_file && !info->dma_maps && !info->rpcit.present;
}

void view_no_mapping(const struct ir_recording_info *info, view_line emit, void *arg)
{
	struct line line;

	line_begin(&line);
	fprintf(line.out, "the recording has no mapping: %s",
		info->hint ? info->hint : "record iommu:map and iommu:unmap");
	line_end(&line, emit, arg, "warning", VIEW_BAD);
	if (!has_only_foreign_events(info))
		return;
	line_begin(&line);
	fputs("events of probes, and of other names, can be mappings: --events FILE.json says which", line.out);
	line_end(&line, emit, arg, "note", VIEW_NOTE);
}

/* Notes on what the recording lacks, although nothing in it is damaged. */
static void note_probe(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_recording_info *info = entry->info;
	const struct ir_recorded_rpcit *r = &info->rpcit;
	struct line line;
	uint64_t missed;

	if (!info->ops.map && !info->ops.failed_map)
		view_no_mapping(info, emit, arg);
	/* If RPCITs were recorded, each mapping had one of its own. */
	if (!r->present || r->ranged - r->sync >= info->ops.map)
		return;
	line_begin(&line);
	missed = info->ops.map - (r->ranged - r->sync);
	fprintf(line.out, "%" PRIu64 " mapping%s no RPCIT: the recording's probe missed %s, and "
		"perhaps others", missed, missed == 1 ? " has" : "s have", missed == 1 ? "it" : "them");
	line_end(&line, emit, arg, "note", VIEW_NOTE);
}

/* A number of jiffies was given that the recording's own timers contradict. */
static void note_hz(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_recorded_machine *machine = &entry->info->machine;
	const struct ir_effective *p;
	struct line line;

	if (!entry->nr_results || !machine->has_timer_phase || !machine->hz)
		return;
	p = &entry->results[0].parameters;
	if (p->hz == machine->hz)
		return;
	line_begin(&line);
	fprintf(line.out, "%" PRIu32 " Hz were given, but the flush timers in the recording fired as "
		"with %" PRIu32, p->hz, machine->hz);
	line_end(&line, emit, arg, "note", VIEW_NOTE);
}

/* Notes on options for timers and latency that did not fit the recording. */
static void note_timing(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	uint64_t overrun = 0;
	uint32_t copies = 1;
	bool missing = false;
	struct line line;

	for (size_t i = 0; i < entry->nr_results; i++) {
		const struct ir_effective *p = &entry->results[i].parameters;

		missing |= p->timer_missing && p->queue != IR_QUEUE_NONE;
		if (entry->results[i].overrun_ns > overrun) {
			overrun = entry->results[i].overrun_ns;
			copies = p->devices;
		}
	}
	if (missing)
		emit(arg, "note", "no flush timer fired in the recording: timers were simulated",
		     VIEW_NOTE);
	/* A last RPCIT may well end behind the last event. */
	if (overrun * 100 > entry->info->duration_ns) {
		line_begin(&line);
		fprintf(line.out, "%s take longer than the recording has time for: the last one ended "
			"%s after its end", copies > 1 ? "operations of that many devices" :
			ir_iommu_is_s390(ir_report_iommu(entry)) ? "RPCITs" : "flushes",
			ir_time_text(overrun, IR_PLAIN).s);
		line_end(&line, emit, arg, "note", VIEW_NOTE);
	}
}

/* The plug-ins in use; @seen: how many results there were before. */
static void note_plugin(const struct ir_report_entry *entry, const struct ir_plugin_info *plugin,
			size_t seen, view_line emit, void *arg)
{
	struct line line;

	if (!plugin)
		return;
	for (size_t i = 0; i < seen; i++)
		if (entry->configs[i].strategy->plugin == plugin ||
		    entry->configs[i].hypervisor->plugin == plugin)
			return;
	line_begin(&line);
	fputs(plugin->file, line.out);
	if (plugin->version)
		fprintf(line.out, ", version %s", plugin->version);
	fprintf(line.out, " (ABI %" PRIu32 ")", plugin->abi);
	line_end(&line, emit, arg, "plug-in", VIEW_PLAIN);
}

static void note_plugins(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	for (size_t i = 0; i < entry->nr_results; i++) {
		const struct ir_plugin_info *strategy = entry->configs[i].strategy->plugin,
			*hypervisor = entry->configs[i].hypervisor->plugin;

		note_plugin(entry, strategy, i, emit, arg);
		if (hypervisor != strategy)
			note_plugin(entry, hypervisor, i, emit, arg);
	}
}

/* "lower bounds (*) since 17.569172115 s" */
static void show_bound(FILE *out, const struct ir_result *result)
{
	fprintf(out, "lower bounds (*) since %" PRIu64 ".%09" PRIu64 " s",
		result->lower_bound_ns / 1000000000, result->lower_bound_ns % 1000000000);
}

void view_device(const struct ir_report_entry *whole, const struct ir_report_entry *of, size_t first,
		 const char *name, view_line emit, void *arg)
{
	struct line line;

	line_begin(&line);
	fputs(name ? name : "without a name", line.out);
	if (ir_group_end(whole, 0) < whole->nr_results) {
		fputs(" on ", line.out);
		ir_host_words(whole, first, line.out);
	}
	if (of->nr_results && of->results[0].lower_bound) {
		fputs(": ", line.out);
		show_bound(line.out, &of->results[0]);
	}
	line_end(&line, emit, arg, "device", VIEW_PLAIN);
}

/* Only verify does as the recorded machine did, if the strategy has a queue that strict domains do without. */
static void note_types(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_config *config = entry->configs;

	if (!entry->info->types_vary || !entry->nr_results)
		return;
	emit(arg, "note", !config->params.recorded_types ?
	     TYPES_VARY ": not followed, strategies are as they are throughout" :
	     config->strategy->unmap == IR_UNMAP_QUEUED ? TYPES_VARY ": followed" :
	     TYPES_VARY ": not followed, because this strategy has no queue", VIEW_NOTE);
}

/* Counts are lower bounds from the first loss on. */
static void note_bound(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	struct line line;

	if (!entry->nr_results || !entry->results[0].lower_bound)
		return;
	line_begin(&line);
	fputs("figures are ", line.out);
	show_bound(line.out, &entry->results[0]);
	fputs(", when something was lost for the first time", line.out);
	line_end(&line, emit, arg, "note", VIEW_NOTE);
}

/* The recorded faults that each strategy would have hidden. */
static void note_faults(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	struct line line;

	if (!entry->fault_exposure || !entry->nr_results)
		return;
	line_begin(&line);
	fputs("recorded ones that each would have hidden:", line.out);
	for (size_t i = 0; i < entry->nr_results; i++) {
		const struct ir_fault_exposure *e = &entry->fault_exposure[i];

		char *label = text_checked(ir_result_label(entry, i));

		fprintf(line.out, "%s %s %" PRIu64 " of %" PRIu64, i ? "," : "", label,
			e->hidden, e->hidden + e->shown);
		free(label);
	}
	if (entry->fault_exposure[0].undecided)
		fprintf(line.out, "; %" PRIu64 " %s not decided", entry->fault_exposure[0].undecided,
			entry->fault_exposure[0].undecided == 1 ? "is" : "are");
	line_end(&line, emit, arg, "faults", VIEW_NOTE);
}

void view_notes(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_damage *damage = &entry->info->damage;
	uint64_t failures = replayed_failures(entry);
	struct line line;

	if (entry->info->complete) {
		emit(arg, "input", "complete: nothing lost, nothing damaged", VIEW_PLAIN);
	} else {
		line_begin(&line);
		fputs("the input is incomplete: ", line.out);
		note_damage(damage, true, line.out);
		share_missing(entry->info, "; ", line.out);
		line_end(&line, emit, arg, "warning", VIEW_BAD);
	}
	note_faults(entry, emit, arg);
	note_bound(entry, emit, arg);
	note_types(entry, emit, arg);
	if (has_damage(damage, false)) {
		line_begin(&line);
		note_damage(damage, false, line.out);
		line_end(&line, emit, arg, "note", VIEW_NOTE);
	}
	if (failures) {
		line_begin(&line);
		fprintf(line.out, "%" PRIu64 " attempt%s that failed on the recorded machine "
			"%s; drivers try again after a failure, so the "
			"recording holds more attempts than a machine without failures would "
			"have made", failures, ir_plural(failures),
			failures == 1 ? "was replayed as an attempt" : "were replayed as attempts");
		line_end(&line, emit, arg, "note", VIEW_NOTE);
	}
	note_plugins(entry, emit, arg);
	note_probe(entry, emit, arg);
	note_hz(entry, emit, arg);
	note_timing(entry, emit, arg);
	view_time(entry, emit, arg);
}

static enum view_mark host_pages(const struct ir_report_entry *entry, size_t result,
				 uint64_t pages, char *text, size_t size)
{
	uint64_t devices, limit = ir_limit_each(entry, result, &devices);
	char number[48] = "-";

	if (pages)
		snprintf(number, sizeof(number), "%s", ir_count_text(pages).s);
	if (!limit) {
		snprintf(text, size, "%s", number);
		return VIEW_PLAIN;
	}
	if (devices > 1)
		snprintf(text, size, "%s/%" PRIu64 "x%s", number, devices, ir_count_text(limit).s);
	else
		snprintf(text, size, "%s/%s", number, ir_count_text(limit).s);
	return pages / devices >= limit ? VIEW_LIMIT : VIEW_PLAIN;
}

/* A name, with a mark if its figures are lower bounds. */
static void name_cell(const char *name, bool bound, char *text, size_t size)
{
	char *clean = text_clean(name);

	snprintf(text, size, "%s%s", clean, bound ? " *" : "");
	free(clean);
}

/* Whether the figure would be larger if the recording were longer. */
static bool cut_off(const struct ir_result *result, const struct ir_column *column)
{
	struct ir_cut cut = ir_cut_of(result);

	return (cut.p50 && !strcmp(column->key, "exposure.p50_ns")) ||
		(cut.p99 && !strcmp(column->key, "exposure.p99_ns")) ||
		(cut.max && !strcmp(column->key, "exposure.max_ns"));
}

enum view_mark view_cell(const struct ir_report_entry *entry, size_t result, size_t column,
			 char *text, size_t size)
{
	const struct ir_column *col = &ir_result_columns[column];
	struct ir_value value = ir_column_value(col, entry, result);

	if (value.type == IR_VALUE_TEXT) {
		name_cell(value.text, entry->results[result].lower_bound, text, size);
		return VIEW_PLAIN;
	}
	snprintf(text, size, "-");
	if (value.type != IR_VALUE_COUNT)
		return view_ratio_cell(entry, result, value, text, size);
	if (col->unit == IR_UNIT_HOST_PAGES)
		return host_pages(entry, result, value.count, text, size);
	if (!value.count)
		return VIEW_PLAIN;
	if (col->unit == IR_UNIT_NS)
		snprintf(text, size, "%s%s", cut_off(&entry->results[result], col) ? ">=" : "",
			 ir_time_text(value.count, IR_PLAIN).s);
	else
		snprintf(text, size, "%s", ir_count_text(value.count).s);
	return col->unit == IR_UNIT_FAILURES ? VIEW_BAD : VIEW_PLAIN;
}
