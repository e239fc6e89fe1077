// SPDX-License-Identifier: GPL-2.0-or-later
/* Recordings: a reader and an assembler behind the public interface. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iommu-replay/recording.h>
#include "trace/assemble.h"
#include "trace/file.h"
#include "trace/iovas.h"
#include "trace/reader.h"
#include "trace/sites.h"
#include "trace/spool.h"
#include "trace/temp.h"
#include "trace/timers.h"

#define SPOOL_MEMORY	(UINT64_C(4) << 20)	/* of operations, some 150,000; more go to a file */
#define MAX_INITIAL	(UINT64_C(1) << 20)	/* mappings from before the recording */
#define PROGRESS_EVENTS	65536
#define MAX_PASSES	4	/* of the survey */

struct device_state {
	uint64_t gone_ns;	/* since when it is detached; 0: it is not */
	uint64_t live_pages;
};

struct ir_recording {
	struct ir_recording_info info;
	struct ir_recording_options options;
	struct ir_file *file;
	char *device;
	struct ir_event_total *events;
	char **strings;			/* owned copies: kernel, arch, clock, devices, event names */
	size_t nr_strings;
	const char **devices;
	uint64_t seen_kinds;		/* of events: they decide what counts as evidence */
	uint64_t found_kinds;		/* as far as was read */
	struct ir_spool *spool;		/* the operations as the assembler made them */
	struct ir_op *initial;		/* mappings from before, known from their unmaps */
	size_t nr_initial, room_initial;
	struct ir_timer_samples timers;	/* of the first pass, all devices as one */
	struct ir_timer_owners timer_owners;
	struct ir_iova_survey iovas;
	bool *reused;			/* info.machine.reused */
	uint64_t reused_pfn;		/* where that begins */
	struct ir_chains *chains;	/* NULL: call sites were not asked for */
	struct ir_chain_totals chain_totals;
	/* Where ir_recording_read() is. */
	size_t at_initial;
	uint32_t unknown_unmaps;	/* of initial mappings, so far */
	bool lost;
	struct ir_reader *reader;
	struct ir_assembler *assembler;
	/* What passes over the file have learned, for the next one. */
	struct ir_owners owners_known;
	char **names;			/* of devices, by number, which stay the same */
	size_t nr_names;
	bool several;			/* devices are named */
	bool name_functions;		/* of RPCITs, for lack of other names */
	uint16_t filter;		/* number of the device that was asked for */
	bool device_seen;		/* the one that was asked for is named */
	struct ir_domain_type *types;	/* of the devices' domains, if they vary */
	size_t nr_types, at_type;
	uint64_t first_lost_ns;		/* 0: no event was lost */
	struct device_state *device_states;	/* by device, at the end of what was read */
	size_t nr_device_states;
	bool *devices_lost;		/* info.devices_lost */
	struct ir_op ahead;		/* read, but something else comes before it */
	bool has_ahead;
	bool no_memory;			/* for a copy of a string */
};

static int out_of_memory(const struct ir_recording *rec, struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(rec->file));
}

/* Why an operation could not be put away or fetched again. */
static int spool_failed(const struct ir_recording *rec, int rc, struct ir_error *err)
{
	if (rc == -ENOMEM)
		return out_of_memory(rec, err);
	return ir_error_set(err, rc, "%s: cannot keep its operations in a temporary file in %s: %s; set TMPDIR",
			    ir_file_path(rec->file), ir_temp_dir(), strerror(-rc));
}

static const char *own(struct ir_recording *rec, const char *s)
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

static void pass_end(struct ir_recording *rec)
{
	ir_assembler_free(rec->assembler);
	ir_reader_close(rec->reader);
	rec->assembler = NULL;
	rec->reader = NULL;
}

/* "fn 0x8002000000000000", for want of a better name */
static uint16_t name_function(void *arg, uint64_t fn)
{
	struct ir_reader *rd = arg;
	char name[32];
	int len = snprintf(name, sizeof(name), "fn 0x%" PRIx64, fn);

	return ir_reader_device(rd, name, (size_t)len);
}

/* Begin to read the file from its start. */
static int pass_begin(struct ir_recording *rec, struct ir_error *err)
{
	struct ir_assembler_config config = {
		.damage = &rec->info.damage,
		.seen_kinds = rec->seen_kinds,
		.rpcits = rec->options.rpcits,
		.filter = rec->device != NULL,
		.several = rec->several,
		.owners = &rec->owners_known,
		.sites = rec->chains != NULL,
	};
	const struct ir_reader_options options = {
		.events = rec->options.events, .chains = rec->chains,
	};

	pass_end(rec);
	rec->reader = ir_reader_open_with(rec->file, &options, &rec->info.damage, err);
	if (!rec->reader)
		return -EINVAL;
	config.s390 = rec->reader->info.arch && !strncmp(rec->reader->info.arch, "s390", 4);
	for (size_t i = 1; i < rec->nr_names; i++)
		ir_reader_device(rec->reader, rec->names[i], strlen(rec->names[i]));
	if (rec->device)
		config.device = ir_reader_device(rec->reader, rec->device, strlen(rec->device));
	if (rec->name_functions)
		config.name_function = name_function;
	config.name_arg = rec->reader;
	rec->filter = config.device;
	rec->assembler = ir_assembler_new(&config);
	rec->has_ahead = false;
	rec->at_type = 0;
	if (!rec->options.survey_only)
		rec->spool = ir_spool_new(rec->options.spool_memory ? rec->options.spool_memory
								    : SPOOL_MEMORY);
	return rec->assembler && (rec->spool || rec->options.survey_only) ? 0
									  : out_of_memory(rec, err);
}

/* A number behind "key" in a marker; 0 if there is none. */
static bool marker_number(const char *text, const char *key, uint64_t *value)
{
	const char *at = strstr(text, key);

	if (!at || at[strlen(key)] < '0' || at[strlen(key)] > '9')
		return false;
	*value = strtoull(at + strlen(key), NULL, 10);
	return true;
}

/*
 * Recording scripts write the kernel's zpci counters into the trace before the
 * first operation: what is mapped then stays or is unmapped later, but no event
 * tells of its map.
 */
static void read_marker(struct ir_recording *rec, const char *text)
{
	struct ir_recorded_machine *m = &rec->info.machine;
	uint64_t mapped, unmapped;

	if (m->has_marker || rec->info.start_ns)
		return;
	if (!marker_number(text, "Mapped_pages=", &mapped) ||
	    !marker_number(text, "Unmapped_pages=", &unmapped) || unmapped > mapped ||
	    mapped > IR_MAX_INITIAL_PAGES)
		return;
	m->has_marker = true;
	m->mapped_pages = mapped;
	m->unmapped_pages = unmapped;
}

static void note_event(struct ir_recording *rec, const struct ir_event *ev, uint64_t *last)
{
	if (ev->kind == IR_EV_STACK)	/* says something about another event, which counts */
		return;
	rec->found_kinds |= UINT64_C(1) << ev->kind;
	rec->device_seen |= rec->device && ev->device == rec->filter;
	if (ev->time_ns > *last)
		*last = ev->time_ns;
	if (ev->kind == IR_EV_MARKER)
		read_marker(rec, ev->text);
	else if (!rec->info.start_ns)
		rec->info.start_ns = ev->time_ns;
}

/* A mapping from before the recording, found by its unmap. */
static int add_initial(struct ir_recording *rec, const struct ir_op *op)
{
	if (rec->nr_initial == MAX_INITIAL)
		return 0;
	if (rec->nr_initial == rec->room_initial) {
		size_t room = rec->room_initial ? rec->room_initial * 2 : 256;
		struct ir_op *grown = realloc(rec->initial, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		rec->initial = grown;
		rec->room_initial = room;
	}
	rec->initial[rec->nr_initial++] = (struct ir_op){
		.kind = IR_OP_INITIAL, .iova = op->iova, .pages = op->pages,
		.seg_pages = op->pages, .segments = 1, .device = op->device,
	};
	return 0;
}

/* Next-fit: the first mapping begins where those from before the recording end. */
static int note_reuse(struct ir_recording *rec, const struct ir_op *op)
{
	uint64_t n = rec->info.machine.mapped_pages, first = op->iova >> IR_PAGE_SHIFT;

	if (!n || !(rec->seen_kinds >> IR_EV_S390_UPDATE_TRANS & 1))
		return 0;
	if (!rec->reused) {
		rec->reused = calloc(n, sizeof(*rec->reused));
		if (!rec->reused)
			return -ENOMEM;
		rec->reused_pfn = first >= n ? first - n : UINT64_MAX;
		return 0;
	}
	if (first < rec->reused_pfn)
		return 0;
	for (uint64_t i = first - rec->reused_pfn; i < n && i < first - rec->reused_pfn + op->pages; i++)
		rec->reused[i] = true;
	return 0;
}

/* Of the device that an operation is for; NULL: no memory. */
static struct device_state *state_of(struct ir_recording *rec, uint16_t device)
{
	size_t nr = (size_t)device + 1;
	struct device_state *grown;

	if (device < rec->nr_device_states)
		return &rec->device_states[device];
	grown = realloc(rec->device_states, nr * sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + rec->nr_device_states, 0, (nr - rec->nr_device_states) * sizeof(*grown));
	rec->device_states = grown;
	rec->nr_device_states = nr;
	return &grown[device];
}

static uint64_t less(uint64_t from, uint64_t what)
{
	return what < from ? from - what : 0;
}

/* Its mappings went with it; so did those of no device, unless there are several. */
static void note_detach(struct ir_recording *rec, struct device_state *d, uint64_t time_ns,
			uint64_t *live)
{
	*live = less(*live, d->live_pages);
	d->live_pages = 0;
	d->gone_ns = time_ns;
	if (!rec->several && d != rec->device_states) {
		*live = less(*live, rec->device_states->live_pages);
		rec->device_states->live_pages = 0;
	}
}

static int survey_op(struct ir_recording *rec, const struct ir_op *op, uint64_t *live)
{
	struct device_state *d = state_of(rec, op->device);
	int rc = 0;

	if (!d)
		return -ENOMEM;
	/* Is the device there after this operation? */
	if (op->kind != IR_OP_LOST && op->kind != IR_OP_SEGMENT && op->kind != IR_OP_RPCIT)
		d->gone_ns = 0;
	rec->device_seen |= rec->device && op->device == rec->filter;
	switch (op->kind) {
	case IR_OP_MAP:
		rc = note_reuse(rec, op);
		if (!rc)
			rc = ir_iovas_map(&rec->iovas, op);
		if (!(op->flags & IR_OPF_FAILED)) {
			*live += op->pages;
			d->live_pages += op->pages;
		}
		if (*live > rec->info.max_live_pages)
			rec->info.max_live_pages = *live;
		break;
	case IR_OP_FLUSH_TIMER:
		rec->info.machine.timer_flushes++;
		ir_timers_fired(&rec->timers, op->time_ns);
		ir_timer_owners_fired(&rec->timer_owners, op->iova, op->time_ns);
		break;
	case IR_OP_UNMAP:
		ir_timers_armed(&rec->timers, op->time_ns);
		ir_timer_owners_unmap(&rec->timer_owners, op->device, op->time_ns);
		if (op->mapping == IR_NO_MAPPING) {
			if (!rec->lost && !(op->flags & IR_OPF_FAILED))
				rc = add_initial(rec, op);
		} else {
			*live = less(*live, op->pages);
			d->live_pages = less(d->live_pages, op->pages);
		}
		break;
	case IR_OP_DETACH:
		note_detach(rec, d, op->time_ns, live);
		break;
	case IR_OP_LOST:
		if (!rec->lost)
			rec->first_lost_ns = op->time_ns;
		rec->lost = true;
		break;
	default:
		break;
	}
	if (!rc && rec->chains && (op->kind == IR_OP_MAP || op->kind == IR_OP_FAILED_MAP))
		rc = ir_chain_count(&rec->chain_totals, op);
	if (!rc && rec->spool)
		rc = ir_spool_add(rec->spool, op);
	return rc;
}

static void report_progress(const struct ir_recording *rec)
{
	if (rec->options.progress)
		rec->options.progress(rec->options.progress_arg, ir_file_bytes_read(rec->file),
				      ir_file_size(rec->file));
}

static int survey_once(struct ir_recording *rec, struct ir_error *err)
{
	uint64_t last = 0, live = 0, n = 0;
	struct ir_event ev;
	struct ir_op op;
	int rc = pass_begin(rec, err), more;

	if (rc)
		return rc;
	do {
		more = ir_reader_next(rec->reader, &ev, err);
		if (more < 0)
			return more;
		if (more) {
			note_event(rec, &ev, &last);
			rc = ir_assembler_event(rec->assembler, &ev);
		} else {
			ir_assembler_end(rec->assembler);
		}
		while (!rc && ir_assembler_next(rec->assembler, &op))
			rc = survey_op(rec, &op, &live);
		if (rc)
			return spool_failed(rec, rc, err);
		if (++n % PROGRESS_EVENTS == 0)
			report_progress(rec);
	} while (more);
	if (rec->chains && rec->chains->no_memory)
		return out_of_memory(rec, err);
	if (rec->chains)	/* further passes would tell it again */
		rec->chains->complete = true;
	if (rec->reader->info.end_ns > last)
		last = rec->reader->info.end_ns;
	rec->info.duration_ns = last > rec->info.start_ns ? last - rec->info.start_ns : 0;
	return 0;
}

static void survey_reset(struct ir_recording *rec)
{
	ir_spool_free(rec->spool);
	rec->spool = NULL;
	rec->nr_initial = 0;
	free(rec->reused);
	rec->reused = NULL;
	free(rec->chain_totals.list);
	rec->chain_totals = (struct ir_chain_totals){ .list = NULL };
	ir_iovas_clear(&rec->iovas);
	rec->iovas = (struct ir_iova_survey){ 0 };
	rec->timer_owners = (struct ir_timer_owners){ 0 };
	rec->timers = (struct ir_timer_samples){ 0 };
	rec->info = (struct ir_recording_info){ 0 };
	rec->lost = false;
	rec->first_lost_ns = 0;
	free(rec->device_states);
	rec->device_states = NULL;
	rec->nr_device_states = 0;
}

/* Domains whose timers are known belong to the timers' devices. */
static void learn_timers(struct ir_recording *rec, struct ir_owners *owners)
{
	for (unsigned int i = 0; i < owners->nr; i++) {
		struct ir_owner *w = &owners->owner[i];

		if (!w->device && w->timer)
			w->device = ir_timer_owner(&rec->timer_owners, w->timer);
	}
}

static bool found(const struct ir_recording *rec, enum ir_event_kind kind)
{
	return rec->found_kinds >> kind & 1;
}

static void forget_names(struct ir_recording *rec)
{
	for (size_t i = 0; i < rec->nr_names; i++)
		free(rec->names[i]);
	free(rec->names);
	rec->names = NULL;
	rec->nr_names = 0;
}

/* What was learned says devices by their numbers: the next pass must use the same. */
static int keep_names(struct ir_recording *rec)
{
	const struct ir_reader_info *info = &rec->reader->info;

	forget_names(rec);
	rec->names = calloc(info->nr_devices, sizeof(*rec->names));
	if (!rec->names)
		return -ENOMEM;
	rec->nr_names = info->nr_devices;
	for (size_t i = 1; i < info->nr_devices; i++) {
		rec->names[i] = strdup(info->devices[i]);
		if (!rec->names[i]) {
			forget_names(rec);
			return -ENOMEM;
		}
	}
	return 0;
}

/*
 * What has been learned from a pass: 1 if another one would give something else,
 * because it would know from its start what this one did not; 0, or -ENOMEM.
 */
static int learn(struct ir_recording *rec)
{
	struct ir_owners owners = *ir_assembler_owners(rec->assembler);
	bool several = rec->reader->info.nr_devices > 2, rpcits, again;

	rpcits = found(rec, IR_EV_RPCIT) || found(rec, IR_EV_FLUSH_ALL) ||
		found(rec, IR_EV_FQ_FLUSH) || found(rec, IR_EV_TLB_SYNC);
	again = (rec->seen_kinds ^ rec->found_kinds) & ir_assembler_evidence();
	rec->seen_kinds = rec->found_kinds;
	learn_timers(rec, &owners);
	/* One function needs no name; where there are names, functions get theirs from them. */
	if (!rec->name_functions && !several && !found(rec, IR_EV_DMA_MAP) &&
	    ir_owners_count(&owners, IR_OWNER_FUNCTION) > 1) {
		rec->name_functions = again = true;
		several = true;
	}
	if (several != rec->several &&
	    (rpcits || found(rec, IR_EV_DEVICE_ATTACH) || found(rec, IR_EV_DEVICE_DETACH)))
		again = true;
	if (rec->device && several && rpcits && !ir_owners_equal(&owners, &rec->owners_known))
		again = true;
	rec->several = several;
	rec->owners_known = owners;
	return again && keep_names(rec) ? -ENOMEM : again;
}

/*
 * What a file declares is not always what was recorded, and a text declares
 * nothing; and whose an RPCIT is may be learned late.  Where that makes a
 * difference, the file is read once more.
 */
static int survey(struct ir_recording *rec, struct ir_error *err)
{
	struct ir_damage damage = { 0 };
	const struct ir_reader_options options = { .events = rec->options.events };
	struct ir_reader *rd = ir_reader_open_with(rec->file, &options, &damage, err);
	int rc;

	if (!rd)
		return -EINVAL;
	rec->seen_kinds = rd->info.seen_kinds;
	ir_reader_close(rd);
	for (unsigned int pass = 0;; pass++) {
		rc = survey_once(rec, err);
		if (rc)
			return rc;
		rc = learn(rec);
		if (rc < 0)
			return out_of_memory(rec, err);
		if (!rc || pass == MAX_PASSES - 1)
			return 0;
		survey_reset(rec);
	}
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

/* What is known about the allocator holds for one device, before anything is lost. */
static void note_start(struct ir_recording *rec)
{
	struct ir_recorded_machine *m = &rec->info.machine;

	if (rec->info.nr_devices > 2 || rec->lost || rec->seen_kinds >> IR_EV_S390_UPDATE_TRANS & 1)
		return;
	m->taken_pfn = ir_iovas_taken(&rec->iovas);
	m->start_iovas = rec->iovas.free;
	m->nr_start_iovas = rec->iovas.nr_free;
}

/* With one queue its timer tells about the machine; with several they are mixed up. */
static void estimate_timers(struct ir_recording *rec)
{
	struct ir_recorded_machine *m = &rec->info.machine;
	struct ir_timer_estimate est;

	m->hz = hz_of_kernel(&rec->info);
	if (rec->info.nr_devices > 2)
		return;
	est = ir_timers_estimate(&rec->timers, m->hz ? m->hz : ir_default_hz(&rec->info));
	if (est.hz) {
		m->hz = est.hz;
		m->timer_phase_ns = est.phase_ns;
		m->has_timer_phase = true;
	}
	m->timer_late_ns = est.late_ns;
	m->has_timer_late = est.late_known;
}

/* Who may miss operations: all but those that were gone before anything was lost. */
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

/* What the domains were, if not all of them were the same. */
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

/* What the first pass found, in the caller's terms. */
static int fill_info(struct ir_recording *rec)
{
	const struct ir_reader_info *from = &rec->reader->info;
	struct ir_recording_info *info = &rec->info;

	info->file = ir_file_path(rec->file);
	info->format = own(rec, from->format);
	info->why = own(rec, from->why);
	info->byte_order = own(rec, from->byte_order);
	info->kernel = own(rec, from->kernel);
	info->arch = own(rec, from->arch);
	info->clock = own(rec, from->clock);
	info->cpus = from->cpus;
	info->events_file = rec->options.events ? ir_events_path(rec->options.events) : NULL;
	info->user_events = rec->reader->user_events;
	rec->events = calloc(from->nr_events + 1, sizeof(*rec->events));
	rec->devices = calloc(from->nr_devices + 1, sizeof(*rec->devices));
	if (!rec->events || !rec->devices)
		return -ENOMEM;
	for (size_t i = 0; i < from->nr_events; i++) {
		rec->events[i].name = own(rec, from->events[i].name);
		rec->events[i].count = from->events[i].count;
	}
	for (size_t i = 1; i < from->nr_devices; i++)
		rec->devices[i] = own(rec, from->devices[i]);
	if (rec->no_memory)
		return -ENOMEM;
	info->events = rec->events;
	info->nr_events = from->nr_events;
	info->devices = rec->devices;
	info->nr_devices = from->nr_devices;
	info->ops = *ir_assembler_totals(rec->assembler);
	ir_assembler_rpcit(rec->assembler, &info->rpcit, &info->machine.aperture_start,
			   &info->machine.aperture_size);
	ir_assembler_flushes(rec->assembler, &info->flushes);
	ir_assembler_latency(rec->assembler, &info->machine.rpcit_base_ns,
			     &info->machine.rpcit_page_ns);
	estimate_timers(rec);
	info->machine.reused = rec->reused;
	note_start(rec);
	info->machine.s390_dma_api = rec->seen_kinds >> IR_EV_S390_UPDATE_TRANS & 1;
	info->max_mappings = ir_assembler_max_mappings(rec->assembler) + (uint32_t)rec->nr_initial;
	info->complete = ir_damage_complete(&info->damage);
	info->rpcits_by_device = !ir_assembler_unattributed(rec->assembler) &&
		!rec->owners_known.full;
	return fill_losses(rec) ? -ENOMEM : fill_types(rec);
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

/* Who made the mappings: chains become call sites, and symbols are needed no more. */
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
	rc = ir_symbols_open(&syms, &sources, rec->chains, err);
	if (rc)
		return rc;
	rec->info.sites = ir_sites_build(rec->chains, &syms, &rec->chain_totals);
	ir_symbols_close(&syms);
	return rec->info.sites ? 0 : out_of_memory(rec, err);
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
	rec->file = ir_file_open(path, err);
	if (!rec->file)
		goto fail;
	if (rec->options.device) {
		rec->device = strdup(rec->options.device);
		if (!rec->device) {
			out_of_memory(rec, err);
			goto fail;
		}
	}
	if (rec->options.sites) {
		rec->chains = ir_chains_new();
		if (!rec->chains) {
			out_of_memory(rec, err);
			goto fail;
		}
	}
	if (survey(rec, err) || find_sites(rec, err))
		goto fail;
	if (fill_info(rec)) {
		out_of_memory(rec, err);
		goto fail;
	}
	pass_end(rec);
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
	pass_end(rec);
	ir_iovas_clear(&rec->iovas);
	for (size_t i = 0; i < rec->nr_strings; i++)
		free(rec->strings[i]);
	free(rec->strings);
	free(rec->events);
	free(rec->devices);
	ir_spool_free(rec->spool);
	free(rec->initial);
	free(rec->reused);
	free(rec->device);
	forget_names(rec);
	free(rec->types);
	free(rec->device_states);
	free(rec->devices_lost);
	ir_file_close(rec->file);
	ir_site_table_unref(rec->info.sites);
	ir_chains_free(rec->chains);
	free(rec->chain_totals.list);
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
	return rc ? spool_failed(rec, rc, err) : 0;
}

static void finish_op(struct ir_recording *rec, struct ir_op *op)
{
	uint32_t first = rec->info.max_mappings - (uint32_t)rec->nr_initial;

	if (op->kind == IR_OP_FLUSH_TIMER && !op->device)
		op->device = ir_timer_owner(&rec->timer_owners, op->iova);
	op->device = only_device(rec, op->device);
	/* It was the number of a chain. */
	op->site = op->site < rec->chain_totals.nr ? rec->chain_totals.list[op->site].site : 0;
	if (op->kind == IR_OP_LOST)
		rec->lost = true;
	if (op->kind == IR_OP_UNMAP && op->mapping == IR_NO_MAPPING && !rec->lost &&
	    !(op->flags & IR_OPF_FAILED) && rec->unknown_unmaps < rec->nr_initial)
		op->mapping = first + rec->unknown_unmaps++;
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

/* As ir_recording_read() behind the first @n operations, with the domains' types among them. */
static ssize_t read_with_types(struct ir_recording *rec, struct ir_op *ops, size_t n, size_t max,
			       struct ir_error *err)
{
	while (n < max) {
		ssize_t rc = rec->has_ahead ? 1 : ir_spool_read(rec->spool, &rec->ahead, 1);

		if (rc < 0)
			return spool_failed(rec, (int)rc, err);
		if (!rc)
			break;
		if (!rec->has_ahead)
			finish_op(rec, &rec->ahead);
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
	rc = ir_spool_read(rec->spool, ops + n, max - n);
	if (rc < 0)
		return spool_failed(rec, (int)rc, err);
	for (size_t end = n + (size_t)rc; n < end; n++)
		finish_op(rec, &ops[n]);
	return (ssize_t)n;
}
