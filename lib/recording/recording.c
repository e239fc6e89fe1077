// SPDX-License-Identifier: GPL-2.0-or-later
/* Opens a recording: fills the public information from the survey, and returns the operations. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "recording/by_task.h"

static const char *copy_string(struct ir_recording *rec, const char *s)
{
	char **grown, *copy;

	if (!s)
		return NULL;
	copy = strdup(s);
	grown = realloc(rec->strings, (rec->nr_strings + 1) * sizeof(*grown));
	if (grown)
		rec->strings = grown;
	if (!copy || !grown) {
		rec->no_memory = true;
		free(copy);
		return NULL;
	}
	rec->strings[rec->nr_strings++] = copy;
	return copy;
}

/*
 * Debian names its s390x kernels 6.1.0-50-s390x or 6.12.107+deb13-s390x, and builds
 * them with CONFIG_HZ=250 (package linux-headers-6.1.0-50-s390x), not with the
 * architecture's default of 100.
 */
static uint32_t hz_of_kernel(const struct ir_recording_info *info)
{
	static const char flavour[] = "-s390x";
	size_t len = info->kernel ? strlen(info->kernel) : 0;

	if (len < sizeof(flavour) - 1 ||
	    strcmp(info->kernel + len - (sizeof(flavour) - 1), flavour) != 0)
		return 0;
	return 250;
}

bool ir_recorded_strict(const struct ir_recording_info *info)
{
	uint64_t syncs = info->rpcit.present ? info->rpcit.sync : info->flushes.range;

	/* A lazy domain syncs only what was undone. */
	return syncs > info->ops.undone_map && syncs * 2 > info->ops.unmap;
}

/* CONFIG_HZ that most distributions set: 100 on s390, 250 elsewhere. */
uint32_t ir_default_hz(const struct ir_recording_info *info)
{
	return info->arch && !strncmp(info->arch, "s390", 4) ? 100 : 250;
}

/*
 * Nothing is known of what was lost, so that shortages are those before that; what is known about
 * the allocator holds for one device.
 */
static void fill_machine(struct ir_recording *rec)
{
	struct ir_recorded_machine *m = &rec->info.machine;

	m->shortages = rec->entries.list;
	m->nr_shortages = rec->entries.nr;
	m->shortages_of = rec->shortages_of;
	if (!rec->lost)
		m->held_pages = rec->held_pages;
	if (rec->info.nr_devices > 2 || rec->lost || rec->seen_kinds >> IR_EV_S390_UPDATE_TRANS & 1)
		return;
	m->taken_pfn = ir_iovas_taken(&rec->iovas);
	m->start_iovas = rec->iovas.free;
	m->nr_start_iovas = rec->iovas.nr_free;
}

/*
 * The kernel counts all RPCITs but the global one behind a shortage.  A map that fails has a second shortage,
 * and nothing is known then.
 */
static bool counters_agree(const struct ir_recording_info *info)
{
	uint64_t counted = info->machine.counted_rpcits;

	return counted && counted + info->rpcit.insufficient == info->rpcit.total;
}

/* Timers show the machine's HZ and lateness, where it is known which unmap armed them. */
static int estimate_timers(struct ir_recording *rec)
{
	struct ir_timer_samples *samples = rec->info.nr_devices > 2 ? &rec->timer_owners.samples :
		&rec->timers;
	struct ir_recorded_machine *m = &rec->info.machine;
	struct ir_timer_estimate est;

	samples->all_recorded = counters_agree(&rec->info);

	if (samples->no_memory)
		return -ENOMEM;
	m->hz = hz_of_kernel(&rec->info);
	est = ir_timers_estimate(samples, m->hz, ir_default_hz(&rec->info));
	if (est.hz)
		m->hz = est.hz;
	m->timer_phase_ns = est.phase_ns;
	m->has_timer_phase = est.phase_known;
	m->timer_late_ns = est.late_ns;
	m->timer_rest_ns = est.rest_ns;
	m->has_timer_late = est.late_known;
	rec->stalls = calloc((size_t)samples->n + 1, sizeof(*rec->stalls));
	if (!rec->stalls)
		return -ENOMEM;
	m->nr_stalls = ir_timers_stalls(samples, &est, m->hz ? m->hz : ir_default_hz(&rec->info), rec->stalls);
	m->stalls = rec->stalls;
	rec->info.damage.count[IR_DAMAGE_LIMIT_LATE] = samples->left_out;
	return 0;
}

/* Marks the devices that may miss operations: all but those gone before anything was lost. */
static int fill_losses(struct ir_recording *rec)
{
	struct ir_recording_info *info = &rec->info;

	if (info->complete)
		return 0;
	rec->devices_lost = calloc(info->nr_devices, sizeof(*rec->devices_lost));
	if (!rec->devices_lost)
		return -ENOMEM;
	info->devices_lost = rec->devices_lost;
	info->lost_ns = rec->first_lost_ns > info->start_ns ? rec->first_lost_ns : info->start_ns;
	for (size_t i = 0; i < info->nr_devices; i++) {
		bool lone = info->nr_devices == 2;	/* and what has no name is its */
		uint64_t gone = i < rec->nr_device_states ? rec->device_states[i].gone_ns : 0;

		if (lone && !i)
			continue;
		rec->devices_lost[i] = !rec->lost || !gone || gone > info->lost_ns;
	}
	return 0;
}

/* The types of the domains, if they differ. */
static int fill_types(struct ir_recording *rec)
{
	struct ir_domain_survey *s = ir_assembler_domains(rec->assembler);

	rec->info.types_vary = ir_domains_finish(s);
	if (!rec->info.types_vary)
		return 0;
	rec->types = calloc(s->nr, sizeof(*rec->types));
	if (!rec->types)
		return -ENOMEM;
	memcpy(rec->types, s->type, s->nr * sizeof(*rec->types));
	rec->nr_types = s->nr;
	return 0;
}

static const struct ir_event_total *most_frequent(const struct ir_recording_info *info)
{
	const struct ir_event_total *most = &info->events[0];

	for (size_t i = 1; i < info->nr_events; i++)
		if (info->events[i].count > most->count)
			most = &info->events[i];
	return most;
}

static uint64_t count_named(const struct ir_recording_info *info, const char *name)
{
	uint64_t n = 0;

	for (size_t i = 0; i < info->nr_events; i++)
		if (!name || !strcmp(info->events[i].name, name))
			n += info->events[i].count;
	return n;
}

/* Why there is nothing to replay: what there is instead. */
static int fill_hint(struct ir_recording *rec)
{
	struct ir_recording_info *info = &rec->info;
	uint64_t mappings = count_named(info, "iommu:map") + count_named(info, "iommu:unmap");
	const struct ir_event_total *most;
	char text[320];

	if (info->ops.map || info->ops.unmap || info->ops.failed_map)
		return 0;
	most = info->nr_events ? most_frequent(info) : NULL;
	if (rec->reader->info.hint)
		snprintf(text, sizeof(text), "it %s", rec->reader->info.hint);
	else if (info->dma_direct)
		snprintf(text, sizeof(text), "DMA is not translated on this machine: in %" PRIu64 " of %"
			 PRIu64 " DMA maps dma_addr is phys_addr (iommu=pt, iommu=off, or no IOMMU)",
			 info->dma_direct, info->dma_maps);
	else if (mappings && info->damage.count[IR_DAMAGE_BAD_EVENTS] >= mappings)
		snprintf(text, sizeof(text), "none of its %" PRIu64 " events iommu:map and iommu:unmap can be read; print or copy the recording again",
			 mappings);
	else if (mappings)
		snprintf(text, sizeof(text), "none of its %" PRIu64 " events iommu:map and iommu:unmap is an operation here: they unmap nothing, or are outside of --time-window or --device",
			 mappings);
	else if (most && most->count)
		snprintf(text, sizeof(text), "none of its %" PRIu64 " events is a DMA mapping; most of them are %.64s (%"
			 PRIu64 "); record iommu:map and iommu:unmap", count_named(info, NULL), most->name,
			 most->count);
	else
		snprintf(text, sizeof(text), "it has no event; record iommu:map and iommu:unmap while devices work");
	info->hint = copy_string(rec, text);
	return info->hint ? 0 : -ENOMEM;
}

/* Copies the reader's texts and lists, which end with it. */
static int copy_reader_info(struct ir_recording *rec)
{
	const struct ir_reader_info *from = &rec->reader->info;
	struct ir_recording_info *info = &rec->info;

	info->file = ir_file_path(rec->file);
	info->format = copy_string(rec, from->format);
	info->why = copy_string(rec, from->why);
	info->byte_order = copy_string(rec, from->byte_order);
	info->kernel = copy_string(rec, from->kernel);
	info->arch = copy_string(rec, from->arch);
	info->clock = copy_string(rec, from->clock);
	info->cpus = from->cpus;
	info->events_file = rec->options.events ? ir_events_path(rec->options.events) : NULL;
	info->user_events = rec->reader->user_events;
	rec->events = calloc(from->nr_events + 1, sizeof(*rec->events));
	rec->devices = calloc(from->nr_devices + 1, sizeof(*rec->devices));
	if (!rec->events || !rec->devices)
		return -ENOMEM;
	for (size_t i = 0; i < from->nr_events; i++) {
		rec->events[i].name = copy_string(rec, from->events[i].name);
		rec->events[i].count = from->events[i].count;
	}
	for (size_t i = 1; i < from->nr_devices; i++)
		rec->devices[i] = copy_string(rec, from->devices[i]);
	if (rec->no_memory)
		return -ENOMEM;
	info->events = rec->events;
	info->nr_events = from->nr_events;
	info->devices = rec->devices;
	info->nr_devices = from->nr_devices;
	return 0;
}

/* Counts the pages that each device held at most, and before the recording, and its shortages. */
static int count_by_device(struct ir_recording *rec)
{
	const struct ir_entries *entries = &rec->entries;
	size_t nr = rec->info.nr_devices;

	rec->held_pages = calloc(nr + 1, sizeof(*rec->held_pages));
	rec->shortages_of = calloc(nr + 1, sizeof(*rec->shortages_of));
	rec->found_of = calloc(nr + 1, sizeof(*rec->found_of));
	if (!rec->held_pages || !rec->shortages_of || !rec->found_of)
		return -ENOMEM;
	for (size_t i = 0; i < rec->nr_initial; i++)
		if (rec->initial[i].device < nr)
			rec->found_of[rec->initial[i].device] += rec->initial[i].pages;
	for (size_t i = 0; i < entries->nr_devices && i < nr; i++)
		rec->held_pages[i] = entries->devices[i].most + entries->devices[i].found;
	for (size_t i = 0; i < entries->nr; i++)
		if (entries->list[i].device < nr)
			rec->shortages_of[entries->list[i].device]++;
	return 0;
}

/* Copies the results of the first pass into the caller's structure. */
static int fill_info(struct ir_recording *rec)
{
	struct ir_recording_info *info = &rec->info;

	if (copy_reader_info(rec) || count_by_device(rec))
		return -ENOMEM;
	info->device = rec->device ? rec->filter : 0;
	info->device_name = rec->device;
	info->ops = *ir_assembler_totals(rec->assembler);
	ir_assembler_rpcit(rec->assembler, &info->rpcit, &info->machine.aperture_start,
			   &info->machine.aperture_size);
	ir_assembler_flushes(rec->assembler, &info->flushes);
	ir_assembler_latency(rec->assembler, &info->machine);
	if (estimate_timers(rec))
		return -ENOMEM;
	info->machine.reused = rec->reused;
	info->machine.found_of = rec->found_of;
	fill_machine(rec);
	info->machine.s390_dma_api = rec->seen_kinds >> IR_EV_S390_UPDATE_TRANS & 1;
	info->max_mappings = ir_assembler_max_mappings(rec->assembler) + (uint32_t)rec->nr_initial;
	/* Only several devices have several timers or domains. */
	if (info->nr_devices > 2) {
		info->damage.count[IR_DAMAGE_LIMIT_DOMAINS] = ir_assembler_domains(rec->assembler)->left_out;
		if (info->machine.timer_flushes)
			info->damage.count[IR_DAMAGE_LIMIT_TIMERS] = rec->timer_owners.left_out;
	}
	/* Only fill_machine() uses the allocator's state. */
	if (info->nr_devices <= 2 && !info->machine.s390_dma_api)
		info->damage.count[IR_DAMAGE_LIMIT_START_IOVAS] = rec->iovas.left_out;
	info->complete = ir_damage_complete(&info->damage);
	info->rpcits_by_device = !ir_assembler_unattributed(rec->assembler) &&
		!rec->owners_known.full;
	return fill_losses(rec) || fill_hint(rec) ? -ENOMEM : fill_types(rec);
}

/* With a single name, what has no name can only be the same device. */
static uint16_t only_device(const struct ir_recording *rec, uint16_t device)
{
	return !device && rec->info.nr_devices == 2 ? 1 : device;
}

static int check_device(struct ir_recording *rec, struct ir_error *err)
{
	char names[256] = "";
	size_t used = 0, len;

	if (!rec->device || (rec->device_seen && (rec->info.ops.map || rec->info.ops.failed_map)))
		return 0;
	for (size_t i = 1; i < rec->info.nr_devices; i++) {
		len = strlen(rec->devices[i]);
		if (!strcmp(rec->devices[i], rec->device) || used + len + 2 > sizeof(names))
			continue;
		names[used] = ' ';
		memcpy(names + used + 1, rec->devices[i], len + 1);
		used += len + 1;
	}
	return ir_error_set(err, -EINVAL, "%s: no operation of device %s; it names:%s",
			    ir_file_path(rec->file), rec->device, used ? names : " none");
}

/* Makes call sites of call chains; after it symbols are not needed any more. */
static int find_sites(struct ir_recording *rec, struct ir_error *err)
{
	const struct ir_symbol_sources sources = {
		.vmlinux = rec->options.vmlinux,
		.modules = rec->options.modules,
		.kallsyms = rec->options.kallsyms,
		.running_kallsyms = "/proc/kallsyms",
		.running_notes = "/sys/kernel/notes",
	};
	struct ir_symbols syms;
	int rc;

	if (!rec->chains)
		return 0;
	if (rec->options.tasks) {
		rc = ir_by_task_name(rec);
		syms = (struct ir_symbols){ .nr = 0 };
		if (!rc)
			rec->info.sites = ir_sites_build(rec->chains, &syms, &rec->chain_totals);
		return rec->info.sites ? 0 : ir_recording_no_memory(rec, err);
	}
	rc = ir_symbols_open(&syms, &sources, rec->chains, err);
	if (rc)
		return rc;
	rec->info.sites = ir_sites_build(rec->chains, &syms, &rec->chain_totals);
	ir_symbols_close(&syms);
	return rec->info.sites ? 0 : ir_recording_no_memory(rec, err);
}

struct ir_recording *ir_recording_open(const char *path, const struct ir_recording_options *options,
				       struct ir_error *err)
{
	struct ir_recording *rec = calloc(1, sizeof(*rec));

	if (!rec) {
		ir_error_set(err, -ENOMEM, "%s: out of memory", path);
		return NULL;
	}
	if (options)
		rec->options = *options;
	rec->info.max_memory = rec->options.max_memory ? rec->options.max_memory
						       : ir_budget_default();
	rec->file = ir_file_open_watched(path, &(struct ir_file_watch){ rec->options.progress,
					 rec->options.progress_arg, NULL }, err);
	if (!rec->file)
		goto fail;
	if (rec->options.device) {
		rec->device = strdup(rec->options.device);
		if (!rec->device) {
			ir_recording_no_memory(rec, err);
			goto fail;
		}
	}
	ir_tasks_init(&rec->tasks);
	if (rec->options.sites) {
		rec->chains = ir_chains_new();
		if (!rec->chains) {
			ir_recording_no_memory(rec, err);
			goto fail;
		}
	}
	if (ir_survey(rec, err) || find_sites(rec, err))
		goto fail;
	if (fill_info(rec)) {
		ir_recording_no_memory(rec, err);
		goto fail;
	}
	ir_survey_end_pass(rec);
	if (check_device(rec, err) || ir_recording_rewind(rec, err))
		goto fail;
	return rec;
fail:
	ir_recording_close(rec);
	return NULL;
}

void ir_recording_close(struct ir_recording *rec)
{
	if (!rec)
		return;
	ir_survey_end_pass(rec);
	ir_site_table_unref(rec->info.sites);
	ir_survey_clear(rec);
	ir_survey_forget_names(rec);
	for (size_t i = 0; i < rec->nr_strings; i++)
		free(rec->strings[i]);
	free(rec->strings);
	free(rec->events);
	free(rec->devices);
	free(rec->initial);
	free(rec->device);
	free(rec->types);
	free(rec->devices_lost);
	free(rec->held_pages);
	free(rec->stalls);
	free(rec->shortages_of);
	free(rec->found_of);
	ir_file_close(rec->file);
	ir_chains_free(rec->chains);
	ir_tasks_release(&rec->tasks);
	free(rec);
}

const struct ir_recording_info *ir_recording_info(const struct ir_recording *rec)
{
	return &rec->info;
}

int ir_recording_rewind(struct ir_recording *rec, struct ir_error *err)
{
	int rc = rec->spool ? ir_spool_rewind(rec->spool) : 0;

	rec->at_initial = 0;
	rec->unknown_unmaps = 0;
	rec->lost = false;
	rec->at_type = 0;
	rec->has_ahead = false;
	return rc ? ir_recording_spool_failed(rec, rc, err) : 0;
}

/* An unmap of no known mapping: of one from before the recording, if it is one of those. */
static void number_unknown_unmap(struct ir_recording *rec, struct ir_op *op)
{
	if (!rec->lost && !(op->flags & IR_OPF_FAILED) && rec->unknown_unmaps < rec->nr_initial)
		op->mapping = rec->info.max_mappings - (uint32_t)rec->nr_initial +
			rec->unknown_unmaps++;
}

/* Nothing changes where there is a mapping, no site, and not just one name. */
void ir_recording_finish_op(struct ir_recording *rec, struct ir_op *op)
{
	if (op->kind == IR_OP_UNMAP) {
		if (op->mapping == IR_NO_MAPPING)
			number_unknown_unmap(rec, op);
	} else if (op->kind == IR_OP_FLUSH_TIMER) {
		if (!op->device)
			op->device = ir_timer_owner(&rec->timer_owners, op->iova);
	} else if (op->kind == IR_OP_LOST) {
		rec->lost = true;
	}
	if (!op->device)
		op->device = only_device(rec, op->device);
	if (op->site)	/* it was the number of a chain */
		op->site = op->site < rec->chain_totals.nr ? rec->chain_totals.list[op->site].site
							   : IR_SITE_UNKNOWN;
}

static void initial_op(struct ir_recording *rec, struct ir_op *op)
{
	uint32_t first = rec->info.max_mappings - (uint32_t)rec->nr_initial;

	*op = rec->initial[rec->at_initial];
	op->mapping = first + (uint32_t)rec->at_initial++;
	op->time_ns = rec->info.start_ns;
	op->device = only_device(rec, op->device);
}

/* A domain's type changed before @op. */
static bool type_op(struct ir_recording *rec, const struct ir_op *next, struct ir_op *op)
{
	const struct ir_domain_type *t = &rec->types[rec->at_type];

	/* The pieces of a mapping stay together. */
	if (rec->at_type == rec->nr_types || next->kind == IR_OP_SEGMENT ||
	    t->time_ns > next->time_ns || next->kind == IR_OP_DETACH)
		return false;
	*op = (struct ir_op){
		.time_ns = t->time_ns > rec->info.start_ns ? t->time_ns : rec->info.start_ns,
		.device = only_device(rec, t->device), .kind = IR_OP_DOMAIN_TYPE,
		.flags = t->strict ? IR_OPF_STRICT : 0, .mapping = IR_NO_MAPPING,
	};
	rec->at_type++;
	return true;
}

/* The timer of another device than the selected one, which only the last pass knew: no operation. */
static bool is_left_out(const struct ir_recording *rec, const struct ir_op *op)
{
	return rec->device && op->kind == IR_OP_FLUSH_TIMER && op->device && op->device != rec->filter;
}

/* Of operations @from to @end: where those that remain end. */
static size_t leave_out(const struct ir_recording *rec, struct ir_op *ops, size_t from, size_t end)
{
	size_t to = from;

	for (; from < end; from++)
		if (!is_left_out(rec, &ops[from]))
			ops[to++] = ops[from];
	return to;
}

/* As ir_recording_read() behind the first @n operations, with the domains' types among them. */
static ssize_t read_with_types(struct ir_recording *rec, struct ir_op *ops, size_t n, size_t max,
			       struct ir_error *err)
{
	while (n < max) {
		ssize_t rc = rec->has_ahead ? 1 : ir_spool_read(rec->spool, &rec->ahead, 1);

		if (rc < 0)
			return ir_recording_spool_failed(rec, (int)rc, err);
		if (!rc)
			break;
		if (!rec->has_ahead)
			ir_recording_finish_op(rec, &rec->ahead);
		if (is_left_out(rec, &rec->ahead)) {
			rec->has_ahead = false;
			continue;
		}
		rec->has_ahead = type_op(rec, &rec->ahead, &ops[n]);
		if (!rec->has_ahead)
			ops[n] = rec->ahead;
		n++;
	}
	return (ssize_t)n;
}

ssize_t ir_recording_read(struct ir_recording *rec, struct ir_op *ops, size_t max,
			  struct ir_error *err)
{
	size_t n = 0;
	ssize_t rc;

	while (n < max && rec->at_initial < rec->nr_initial)
		initial_op(rec, &ops[n++]);
	if (n == max || !rec->spool)
		return (ssize_t)n;
	if (rec->nr_types)
		return read_with_types(rec, ops, n, max, err);
	do {
		size_t end;

		rc = ir_spool_read(rec->spool, ops + n, max - n);
		if (rc < 0)
			return ir_recording_spool_failed(rec, (int)rc, err);
		end = n + (size_t)rc;
		for (size_t i = n; i < end; i++)
			if (ops[i].mapping == IR_NO_MAPPING || rec->info.nr_devices == 2 || ops[i].site)
				ir_recording_finish_op(rec, &ops[i]);
		n = rec->device ? leave_out(rec, ops, n, end) : end;
	} while (rc && !n);	/* 0 would be the end */
	return (ssize_t)n;
}
