// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/view.h"

#include <inttypes.h>
#include <iommu-replay/registry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/share.h"
#include "report/columns.h"

char *view_clean(const char *text)
{
	char *clean = ir_text_utf8(text ? text : "");

	if (!clean)
		return NULL;
	for (unsigned char *c = (unsigned char *)clean; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			*c = '?';
		/* U+0080 to U+009F are controls, too. */
		if (c[0] == 0xc2 && c[1] < 0xa0)
			c[1] = 0xbf;	/* an inverted question mark */
	}
	return clean;
}

/* A line that is put together piece by piece. */
struct line {
	FILE *out;
	struct ir_memory memory;
};

/* Without memory the line is emitted without its text at once. */
static bool line_begin(struct line *line, view_line emit, void *arg)
{
	line->out = ir_memory_open(&line->memory);
	if (!line->out)
		emit(arg, "", NULL, VIEW_PLAIN);
	return line->out;
}

static void line_end(struct line *line, view_line emit, void *arg, const char *label,
		     enum view_mark mark)
{
	char *text = ir_memory_close(&line->memory);
	char *clean = text ? view_clean(text) : NULL;

	emit(arg, label, clean, mark);
	free(clean);
	free(text);
}

static const char *or_unknown(const char *text)
{
	return text ? text : "not told";
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

void view_bytes(char *text, size_t size, uint64_t bytes)
{
	static const char units[] = " KMGTPE";
	unsigned int unit = 0;

	while (bytes && !(bytes & 1023) && unit < 6) {
		bytes >>= 10;
		unit++;
	}
	snprintf(text, size, "%" PRIu64 "%.*s", bytes, unit > 0, &units[unit]);
}

/* Three digits and a unit; counts nothing but time. */
void view_duration(char *text, size_t size, uint64_t ns)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = {
		{ 1, "ns" }, { 1e3, "us" }, { 1e6, "ms" }, { 1e9, "s" }, { 60e9, "min" },
		{ 3600e9, "h" },
	};
	size_t unit = 0;
	double value;

	while (unit + 1 < sizeof(units) / sizeof(units[0]) &&
	       (double)ns >= units[unit + 1].ns * (unit < 3 ? 0.9995 : unit == 3 ? 2 : 1))
		unit++;
	value = (double)ns / units[unit].ns;
	snprintf(text, size, "%.*f%s", unit == 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0,
		 value, units[unit].name);
}

/* What the recording says about flushes itself, to be held against the results. */
static void view_recorded(const struct ir_recording_info *info, view_line emit, void *arg)
{
	const struct ir_recorded_flushes *flushes = &info->flushes;
	const struct ir_recorded_rpcit *rpcit = &info->rpcit;
	struct line line;

	if (rpcit->present && line_begin(&line, emit, arg)) {
		fprintf(line.out, "%" PRIu64 " RPCIT%s: %" PRIu64 " global, %" PRIu64 " ranged; ",
			rpcit->total, plural(rpcit->total), rpcit->global, rpcit->ranged);
		if (rpcit->has_results)
			fprintf(line.out, "%" PRIu64 " insufficient, %" PRIu64 " failed",
				rpcit->insufficient, rpcit->failed);
		else
			fputs("their results were not recorded", line.out);
		line_end(&line, emit, arg, "recorded", VIEW_PLAIN);
	}
	if (flushes->present && line_begin(&line, emit, arg)) {
		fprintf(line.out, "flushes: %" PRIu64 " because a queue was full, %" PRIu64
			" by its timer, %" PRIu64 " of a range", flushes->queue_full,
			flushes->queue_timeout, flushes->range);
		line_end(&line, emit, arg, "recorded", VIEW_PLAIN);
	}
}

void view_recording(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_recording_info *info = entry->info;
	struct line line;
	char time[32];

	if (line_begin(&line, emit, arg)) {
		fprintf(line.out, "%s: %s", info->file, or_unknown(info->format));
		if (info->byte_order)
			fprintf(line.out, ", %s-endian", info->byte_order);
		line_end(&line, emit, arg, "recording", VIEW_PLAIN);
	}
	if (line_begin(&line, emit, arg)) {
		view_duration(time, sizeof(time), info->duration_ns);
		fprintf(line.out, "kernel %s, %s, %u CPU%s; %s", or_unknown(info->kernel),
			info->arch ? info->arch : "architecture not told", info->cpus,
			plural(info->cpus), time);
		if (info->clock)
			fprintf(line.out, " (clock %s)", info->clock);
		line_end(&line, emit, arg, "machine", VIEW_PLAIN);
	}
	if (line_begin(&line, emit, arg)) {
		fprintf(line.out, "%" PRIu64 " map%s (%" PRIu64 " page%s, %" PRIu64 " piece%s), %"
			PRIu64 " unmap%s (%" PRIu64 " page%s), %" PRIu64 " failed map%s",
			info->ops.map, plural(info->ops.map),
			info->ops.map_pages, plural(info->ops.map_pages),
			info->ops.segments, plural(info->ops.segments),
			info->ops.unmap, plural(info->ops.unmap),
			info->ops.unmap_pages, plural(info->ops.unmap_pages),
			info->ops.failed_map, plural(info->ops.failed_map));
		line_end(&line, emit, arg, "operations", VIEW_PLAIN);
	}
	if (info->events_file && line_begin(&line, emit, arg)) {
		fprintf(line.out, "as %s says; it names %" PRIu64 " type%s of events that are recorded",
			info->events_file, info->user_events, plural(info->user_events));
		line_end(&line, emit, arg, "events", VIEW_PLAIN);
	}
	view_recorded(info, emit, arg);
}

#define TYPES_VARY "the recorded domains were strict (DMA) at some time and had a queue (DMA-FQ) at " \
	"another, as what was flushed shows"

void view_origin(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_recording_info *info = entry->info;
	char start[32], size[32];
	struct line line;

	if (info->why && line_begin(&line, emit, arg)) {
		fputs(info->why, line.out);
		line_end(&line, emit, arg, "recognised", VIEW_PLAIN);
	}
	if (line_begin(&line, emit, arg)) {
		fprintf(line.out, "%" PRIu64 ".%09" PRIu64 " s to %" PRIu64 ".%09" PRIu64 " s",
			info->start_ns / 1000000000, info->start_ns % 1000000000,
			(info->start_ns + info->duration_ns) / 1000000000,
			(info->start_ns + info->duration_ns) % 1000000000);
		line_end(&line, emit, arg, "time", VIEW_PLAIN);
	}
	if (line_begin(&line, emit, arg)) {
		fprintf(line.out, "%" PRIu64 " at most", info->max_live_pages);
		line_end(&line, emit, arg, "live pages", VIEW_PLAIN);
	}
	if (info->nr_devices > 1 && line_begin(&line, emit, arg)) {
		for (size_t i = 1; i < info->nr_devices; i++)
			fprintf(line.out, "%s%s", i > 1 ? ", " : "", info->devices[i]);
		line_end(&line, emit, arg, "devices", VIEW_PLAIN);
	}
	if (info->machine.aperture_size && line_begin(&line, emit, arg)) {
		view_bytes(start, sizeof(start), info->machine.aperture_start);
		view_bytes(size, sizeof(size), info->machine.aperture_size);
		fprintf(line.out, "%s from %s on, as a global RPCIT has it", size, start);
		line_end(&line, emit, arg, "aperture", VIEW_PLAIN);
	}
	if (info->machine.has_marker && line_begin(&line, emit, arg)) {
		fprintf(line.out, "mapped %" PRIu64 " pages, unmapped %" PRIu64
			" before the measured window", info->machine.mapped_pages,
			info->machine.unmapped_pages);
		line_end(&line, emit, arg, "marker", VIEW_PLAIN);
	}
	if (info->machine.hz && line_begin(&line, emit, arg)) {
		fprintf(line.out, "%u a second", info->machine.hz);
		if (info->machine.has_timer_late) {
			view_duration(size, sizeof(size), info->machine.timer_late_ns);
			fprintf(line.out, "; timers are served %s late on average", size);
		}
		line_end(&line, emit, arg, "jiffies", VIEW_PLAIN);
	}
	if (info->machine.rpcit_base_ns && line_begin(&line, emit, arg)) {
		fprintf(line.out, "one takes %" PRIu64 " ns, and %" PRIu64 " ns a page",
			info->machine.rpcit_base_ns, info->machine.rpcit_page_ns);
		line_end(&line, emit, arg, "RPCITs", VIEW_PLAIN);
	}
	if (info->types_vary)
		emit(arg, "domains", TYPES_VARY, VIEW_PLAIN);
	if (info->machine.s390_dma_api)
		emit(arg, "DMA API", "the former one of s390 (before Linux 6.7)", VIEW_PLAIN);
}

/* " (user)", for values that are nobody's default. */
static const char *origin(enum ir_source source)
{
	switch (source) {
	case IR_FROM_USER:
		return " (user)";
	case IR_FROM_RECORDING:
		return " (recording)";
	case IR_FROM_DEFAULT:
		break;
	}
	return "";
}

static void show_limit(FILE *out, const char *name, uint64_t limit, enum ir_source source)
{
	if (limit)
		fprintf(out, ", %s %" PRIu64 "%s", name, limit, origin(source));
	else if (source != IR_FROM_DEFAULT)
		fprintf(out, ", no %s%s", name, origin(source));
}

static void show_entry_limit(FILE *out, const struct ir_effective *p, uint32_t all)
{
	show_limit(out, "entry limit", p->hypervisor.entry_limit,
		   all ? IR_FROM_DEFAULT : p->from.entry_limit);
	if (all)
		fprintf(out, " (inferred from %u recorded shortage%s", all, plural(all));
	if (p->limit_agree < all)
		fprintf(out, ", %u agree", p->limit_agree);
	fputs(all ? ")" : "", out);
}

static uint64_t limit_of(const struct ir_effective *p)
{
	return p->hypervisor.entry_limit ? p->hypervisor.entry_limit : p->hypervisor.pinned_limit;
}

static void show_queue(FILE *out, const struct ir_effective *p)
{
	if (p->queue == IR_QUEUE_NONE) {
		fprintf(out, "; no queue%s", origin(p->from.queue));
		return;
	}
	fprintf(out, "; queue %s%s, %u slots%s, %u ms%s", ir_queue_type_name(p->queue),
		origin(p->from.queue), p->queue_size, origin(p->from.queue_size),
		p->queue_timeout_ms, origin(p->from.queue_timeout));
}

static bool same_queue(const struct ir_effective *a, const struct ir_effective *b)
{
	return a->queue == b->queue && a->queue_size == b->queue_size &&
		a->queue_timeout_ms == b->queue_timeout_ms;
}

/* The queues of a group: strategies without one do not count, others may differ. */
static void show_queues(FILE *out, const struct ir_report_entry *entry, size_t first, size_t end)
{
	const struct ir_effective *shown = NULL;

	for (size_t i = first; i < end; i++) {
		const struct ir_effective *p = &entry->results[i].parameters;

		if (p->queue == IR_QUEUE_NONE || (shown && same_queue(shown, p)))
			continue;
		show_queue(out, p);
		shown = p;
	}
	if (!shown)
		show_queue(out, &entry->results[first].parameters);
}

void view_hypervisor(const struct ir_report_entry *entry, size_t first, size_t end,
		     view_line emit, void *arg)
{
	const struct ir_hypervisor *hv = entry->configs[first].hypervisor;
	const struct ir_effective *p = &entry->results[first].parameters;
	char size[32], start[32];
	struct line line;

	if (!line_begin(&line, emit, arg))
		return;
	fputs(hv->name, line.out);
	show_entry_limit(line.out, p, p->limit_shortages);
	show_limit(line.out, "pinned limit", p->hypervisor.pinned_limit, p->from.pinned_limit);
	if (p->backend == IR_BACKEND_IOMMUFD)
		fputs(", backend iommufd (user)", line.out);
	if (limit_of(p) && (entry->info->nr_devices > 2 || p->from.share != IR_FROM_DEFAULT))
		fprintf(line.out, p->share == IR_SHARE_GUEST ? " for all devices together%s" :
			" for each device%s", origin(p->from.share));
	fprintf(line.out, ", tlb_refresh %d%s", p->hypervisor.tlb_refresh > 0,
		origin(p->from.tlb_refresh));
	for (size_t i = 0; ir_hypervisor_own(hv, i); i++)
		fprintf(line.out, ", %s %" PRIu64 "%s", hv->own[i].name, p->hypervisor.own[i],
			origin(p->from.own[i]));
	view_bytes(size, sizeof(size), p->aperture);
	view_bytes(start, sizeof(start), p->aperture_start);
	if (p->aperture)
		fprintf(line.out, "; aperture %s from %s on%s", size, start,
			origin(p->from.aperture));
	fprintf(line.out, "; initial pages %" PRIu64 "%s", p->initial_pages,
		origin(p->from.initial_pages));
	if (p->initial_lazy_pages)
		fprintf(line.out, " and %" PRIu64 " unmapped but not flushed (recording)",
			p->initial_lazy_pages);
	show_queues(line.out, entry, first, end);
	fprintf(line.out, "; %u CPU%s%s, %u Hz%s", p->cpus, plural(p->cpus), origin(p->from.cpus),
		p->hz, origin(p->from.hz));
	if (p->timer_late_ns) {
		view_duration(size, sizeof(size), p->timer_late_ns);
		fprintf(line.out, ", timers %s late%s", size, origin(p->from.timer_late));
	}
	if (p->api == IR_API_IOMMU)
		fputs("; IOMMU API (user)", line.out);
	if (p->timer == IR_TIMER_RECORDED)
		fputs("; recorded timer (user)", line.out);
	if (p->rpcit_base_ns || p->rpcit_page_ns || p->from.rpcit_latency != IR_FROM_DEFAULT)
		fprintf(line.out, "; RPCIT takes %s%" PRIu64 " ns and %" PRIu64 " ns a page%s",
			p->latency == IR_LATENCY_RECORDED ? "what it took then, else " : "",
			p->rpcit_base_ns, p->rpcit_page_ns, origin(p->from.rpcit_latency));
	line_end(&line, emit, arg, "hypervisor", VIEW_PLAIN);
}

static bool same_group(const struct ir_report_entry *entry, size_t a, size_t b)
{
	const struct ir_effective *x = &entry->results[a].parameters;
	const struct ir_effective *y = &entry->results[b].parameters;

	return entry->configs[a].hypervisor == entry->configs[b].hypervisor &&
		x->hypervisor.entry_limit == y->hypervisor.entry_limit &&
		x->hypervisor.pinned_limit == y->hypervisor.pinned_limit &&
		x->hypervisor.tlb_refresh == y->hypervisor.tlb_refresh &&
		x->share == y->share && x->backend == y->backend && x->latency == y->latency &&
		!memcmp(x->hypervisor.own, y->hypervisor.own, sizeof(x->hypervisor.own)) &&
		x->aperture == y->aperture && x->aperture_start == y->aperture_start &&
		x->initial_pages == y->initial_pages && x->cpus == y->cpus && x->hz == y->hz &&
		x->timer_phase_ns == y->timer_phase_ns && x->timer_late_ns == y->timer_late_ns &&
		x->api == y->api && x->timer == y->timer &&
		x->rpcit_base_ns == y->rpcit_base_ns && x->rpcit_page_ns == y->rpcit_page_ns;
}

size_t view_group_end(const struct ir_report_entry *entry, size_t first)
{
	size_t end = first + 1;

	while (end < entry->nr_results && same_group(entry, first, end))
		end++;
	return end;
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

	if (!line_begin(&line, emit, arg))
		return;
	fputs("the input is incomplete", line.out);
	share_missing(info, ": ", line.out);
	line_end(&line, emit, arg, "warning", VIEW_BAD);
}

void view_no_mapping(const struct ir_recording_info *info, view_line emit, void *arg)
{
	struct line line;

	if (!line_begin(&line, emit, arg))
		return;
	fprintf(line.out, "the recording has no mapping: %s",
		info->hint ? info->hint : "record iommu:map and iommu:unmap");
	line_end(&line, emit, arg, "warning", VIEW_BAD);
}

/* What the recording does not have, although nothing in it is damaged. */
static void note_probe(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_recording_info *info = entry->info;
	const struct ir_recorded_rpcit *r = &info->rpcit;
	struct line line;
	uint64_t missed;

	if (!info->ops.map && !info->ops.failed_map)
		view_no_mapping(info, emit, arg);
	/* Where RPCITs were recorded, each mapping had one of its own. */
	if (!r->present || r->ranged - r->sync >= info->ops.map || !line_begin(&line, emit, arg))
		return;
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

	if (!entry->nr_results || !machine->has_timer_phase)
		return;
	p = &entry->results[0].parameters;
	if (p->hz == machine->hz || !line_begin(&line, emit, arg))
		return;
	fprintf(line.out, "%" PRIu32 " Hz were given, but the flush timers in the recording fired as "
		"with %" PRIu32, p->hz, machine->hz);
	line_end(&line, emit, arg, "note", VIEW_NOTE);
}

/* What was asked of the timers and of the RPCITs' latency, and did not fit. */
static void note_timing(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	uint64_t overrun = 0;
	bool missing = false;
	struct line line;
	char size[32];

	for (size_t i = 0; i < entry->nr_results; i++) {
		const struct ir_effective *p = &entry->results[i].parameters;

		missing |= p->timer_missing && p->queue != IR_QUEUE_NONE;
		if (entry->results[i].overrun_ns > overrun)
			overrun = entry->results[i].overrun_ns;
	}
	if (missing)
		emit(arg, "note", "no flush timer fired in the recording: timers were simulated",
		     VIEW_NOTE);
	/* A last RPCIT may well end behind the last event. */
	if (overrun * 100 > entry->info->duration_ns && line_begin(&line, emit, arg)) {
		view_duration(size, sizeof(size), overrun);
		fprintf(line.out, "RPCITs take longer than the recording has time for: the last one ended "
			"%s after its end", size);
		line_end(&line, emit, arg, "note", VIEW_NOTE);
	}
}

/* What the program did not bring itself; @seen: how many results there were before. */
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
	if (!line_begin(&line, emit, arg))
		return;
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

void view_device(const struct ir_report_entry *of, const char *name, view_line emit, void *arg)
{
	struct line line;

	if (!line_begin(&line, emit, arg))
		return;
	fputs(name ? name : "without a name", line.out);
	if (of->nr_results && of->results[0].lower_bound) {
		fputs(": ", line.out);
		show_bound(line.out, &of->results[0]);
	}
	line_end(&line, emit, arg, "device", VIEW_PLAIN);
}

/* Only verify does as the recorded machine did. */
static void note_types(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	if (!entry->info->types_vary || !entry->nr_results)
		return;
	emit(arg, "note", entry->configs[0].params.recorded_types ?
	     TYPES_VARY ": followed" :
	     TYPES_VARY ": not followed, strategies are as they are throughout", VIEW_NOTE);
}

/* What was lost cannot be counted, from the first loss on. */
static void note_bound(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	struct line line;

	if (!entry->nr_results || !entry->results[0].lower_bound || !line_begin(&line, emit, arg))
		return;
	fputs("figures are ", line.out);
	show_bound(line.out, &entry->results[0]);
	fputs(", when something was lost for the first time", line.out);
	line_end(&line, emit, arg, "note", VIEW_NOTE);
}

/* What each strategy would have made of the recorded faults. */
static void note_faults(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	struct line line;

	if (!entry->fault_exposure || !entry->nr_results || !line_begin(&line, emit, arg))
		return;
	fputs("recorded ones that each would have hidden:", line.out);
	for (size_t i = 0; i < entry->nr_results; i++) {
		const struct ir_fault_exposure *e = &entry->fault_exposure[i];

		fprintf(line.out, "%s %s (%s) %" PRIu64 " of %" PRIu64, i ? "," : "",
			entry->configs[i].strategy->name, entry->configs[i].hypervisor->name,
			e->hidden, e->hidden + e->shown);
	}
	if (entry->fault_exposure[0].undecided)
		fprintf(line.out, "; %" PRIu64 " are not decided", entry->fault_exposure[0].undecided);
	line_end(&line, emit, arg, "faults", VIEW_NOTE);
}

void view_notes(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_damage *damage = &entry->info->damage;
	uint64_t failures = replayed_failures(entry);
	struct line line;

	if (entry->info->complete) {
		emit(arg, "input", "complete: nothing lost, nothing damaged", VIEW_PLAIN);
	} else if (line_begin(&line, emit, arg)) {
		fputs("the input is incomplete: ", line.out);
		note_damage(damage, true, line.out);
		share_missing(entry->info, "; ", line.out);
		line_end(&line, emit, arg, "warning", VIEW_BAD);
	}
	note_faults(entry, emit, arg);
	note_bound(entry, emit, arg);
	note_types(entry, emit, arg);
	if (has_damage(damage, false) && line_begin(&line, emit, arg)) {
		note_damage(damage, false, line.out);
		line_end(&line, emit, arg, "note", VIEW_NOTE);
	}
	if (failures && line_begin(&line, emit, arg)) {
		fprintf(line.out, "%" PRIu64 " attempt%s that failed on the recorded machine "
			"%s replayed as attempts; drivers try again after a failure, so the "
			"recording holds more attempts than a machine without failures would "
			"have made", failures, plural(failures), failures == 1 ? "was" : "were");
		line_end(&line, emit, arg, "note", VIEW_NOTE);
	}
	note_plugins(entry, emit, arg);
	note_probe(entry, emit, arg);
	note_hz(entry, emit, arg);
	note_timing(entry, emit, arg);
}

uint64_t view_host_limit(const struct ir_report_entry *entry, size_t result, uint64_t *devices)
{
	const struct ir_effective *p = &entry->results[result].parameters;

	*devices = 0;
	if (p->share == IR_SHARE_DEVICE)
		for (size_t d = ir_report_device(entry, 0); d; d = ir_report_device(entry, d + 1))
			++*devices;
	*devices += !*devices;
	return limit_of(p);
}

static enum view_mark host_pages(const struct ir_report_entry *entry, size_t result,
				 uint64_t pages, char *text, size_t size)
{
	uint64_t devices, limit = view_host_limit(entry, result, &devices);
	char number[32] = "-";

	if (pages)
		snprintf(number, sizeof(number), "%" PRIu64, pages);
	if (!limit) {
		snprintf(text, size, "%s", number);
		return VIEW_PLAIN;
	}
	if (devices > 1)
		snprintf(text, size, "%s/%" PRIu64 "x%" PRIu64, number, devices, limit);
	else
		snprintf(text, size, "%s/%" PRIu64, number, limit);
	return pages / devices >= limit ? VIEW_LIMIT : VIEW_PLAIN;
}

/* A name, with a mark if its figures are lower bounds. */
static void name_cell(const char *name, bool bound, char *text, size_t size)
{
	char *clean = view_clean(name);
	const char *mark = bound ? " *" : "";
	size_t room = size - strlen(mark) - 1, len = 0;

	if (clean) {
		len = strlen(clean);
		if (len > room)
			for (len = room; len && (clean[len] & 0xc0) == 0x80; len--)
				;
		memcpy(text, clean, len);
	} else {	/* no memory: as far as it is ASCII */
		for (; len < room && name[len]; len++)
			text[len] = name[len] >= ' ' && name[len] <= '~' ? name[len] : '?';
	}
	snprintf(text + len, size - len, "%s", mark);
	free(clean);
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
		return VIEW_PLAIN;
	if (col->unit == IR_UNIT_HOST_PAGES)
		return host_pages(entry, result, value.count, text, size);
	if (!value.count)
		return VIEW_PLAIN;
	if (col->unit == IR_UNIT_NS)
		view_duration(text, size, value.count);
	else
		snprintf(text, size, "%" PRIu64, value.count);
	return col->unit == IR_UNIT_FAILURES ? VIEW_BAD : VIEW_PLAIN;
}
