// SPDX-License-Identifier: GPL-2.0-or-later
/* The survey: collects facts from a recording's events, and stores its operations in the spool. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "recording/by_task.h"
#include "recording/markers.h"
#include "recording/repeat.h"
#include "recording/window.h"
#include "base/temp.h"

#define SPOOL_MEMORY	(UINT64_C(4) << 20)	/* of operations, some 150,000; more go to a file */
#define MAX_INITIAL	(UINT64_C(1) << 20)	/* mappings from before the recording */
#define PROGRESS_EVENTS	65536
#define BLOCK_EVENTS	64		/* 5 KiB: they stay in the cache */
#define MAX_PASSES	6
#define TRIAL_EVENTS	16384		/* after so many, the first pass may be restarted */

int ir_recording_no_memory(const struct ir_recording *rec, struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(rec->file));
}

/* Sets @err: an operation could not be stored or read again. */
int ir_recording_spool_failed(const struct ir_recording *rec, int rc, struct ir_error *err)
{
	if (rc == -ENOMEM)
		return ir_recording_no_memory(rec, err);
	return ir_error_set(err, rc, "%s: cannot keep its operations in a temporary file in %s: %s; set TMPDIR",
			    ir_file_path(rec->file), ir_temp_dir(), strerror(-rc));
}

void ir_survey_end_pass(struct ir_recording *rec)
{
	ir_assembler_free(rec->assembler);
	ir_reader_close(rec->reader);
	rec->assembler = NULL;
	rec->reader = NULL;
}

/* "fn 0x8002000000000000" or "domain 0xff347b4641b0dc00", if there is no better name */
static uint16_t name_function(void *arg, enum ir_owner_kind kind, uint64_t key)
{
	struct ir_reader *rd = arg;
	char name[32];
	int len = snprintf(name, sizeof(name), "%s 0x%" PRIx64, kind == IR_OWNER_DOMAIN ? "domain" : "fn", key);

	return ir_reader_device(rd, name, (size_t)len);
}

void ir_survey_config(struct ir_recording *rec, struct ir_reader *reader,
		      struct ir_assembler_config *config)
{
	*config = (struct ir_assembler_config){
		.damage = &rec->info.damage,
		.seen_kinds = rec->seen_kinds,
		.rpcits = rec->options.rpcits,
		.filter = rec->device && !rec->all_devices,
		.several = rec->several,
		.unknown = rec->unknown,
		.owners = &rec->owners_known,
		.sites = rec->chains && !rec->options.tasks,
		.s390 = reader->info.arch && !strncmp(reader->info.arch, "s390", 4),
		.name_arg = reader,
	};
	if (rec->device)
		config->device = ir_reader_device(reader, rec->device, strlen(rec->device));
	if (rec->name_functions)
		config->name_function = name_function;
}

/* Begin to read the file from its start.  Before the first pass, only what it declares is known. */
static int pass_begin(struct ir_recording *rec, bool first, struct ir_error *err)
{
	struct ir_assembler_config config;
	const struct ir_reader_options options = {
		.events = rec->options.events,
		.chains = rec->options.tasks ? NULL : rec->chains,
		.tasks = rec->options.tasks ? &rec->tasks : NULL,
	};

	ir_survey_end_pass(rec);
	rec->read_before = ir_file_bytes_read(rec->file);
	rec->reader = ir_reader_open_with(rec->file, &options, &rec->info.damage, err);
	if (!rec->reader)
		return -EINVAL;
	if (first)
		rec->seen_kinds = rec->reader->info.seen_kinds;
	if (rec->reader->info.untraced && !rec->options.survey_only)
		return ir_error_set(err, -ENOTSUP, "%s: %s", ir_file_path(rec->file),
				    rec->reader->info.hint);
	for (size_t i = 1; i < rec->nr_names; i++)
		ir_reader_device(rec->reader, rec->names[i], strlen(rec->names[i]));
	ir_survey_config(rec, rec->reader, &config);
	rec->filter = config.device;
	rec->assembler = ir_assembler_new(&config);
	rec->has_ahead = false;
	rec->entries.next_fit = rec->seen_kinds >> IR_EV_S390_UPDATE_TRANS & 1;
	rec->at_type = 0;
	if (!rec->options.survey_only)
		rec->spool = ir_spool_new(rec->options.spool_memory ? rec->options.spool_memory
								    : SPOOL_MEMORY);
	return rec->assembler && (rec->spool || rec->options.survey_only) ? 0
									  : ir_recording_no_memory(rec, err);
}

/* Without translation the device is given the address of the memory itself. */
static void note_identity(struct ir_recording_info *info, const struct ir_event *ev)
{
	if (ev->addr == UINT64_MAX)
		return;
	info->dma_maps++;
	info->dma_direct += ev->paddr && ev->addr == ev->paddr;
}

/* The bytes of a mapping's pages beyond those its driver mapped, and its direction. */
static void note_subpage(struct ir_recording *rec, const struct ir_event *ev)
{
	struct ir_recording_info *info = &rec->info;
	bool list = ev->kind == IR_EV_DMA_MAP_SG;
	uint64_t requested = list ? ev->value[IR_EVENT_LENGTH] : ev->size, first, pages;

	if (ev->addr == UINT64_MAX || (rec->device && ev->device != rec->filter))
		return;
	info->dma_directions += ev->ret >= 0 && ev->ret < IR_DMA_NONE;
	if (!requested || requested > ev->size)
		return;
	first = list ? 0 : ev->addr & (IR_PAGE_SIZE - 1);
	pages = (first + ev->size + IR_PAGE_SIZE - 1) & ~(IR_PAGE_SIZE - 1);
	info->dma_sized++;
	info->subpage_bytes += pages - requested;
}

#define KIND(kind) (UINT64_C(1) << IR_EV_##kind)
#define MAPPED_KINDS (KIND(DMA_MAP) | KIND(DMA_MAP_SG))

static inline void note_mapped(struct ir_recording *rec, const struct ir_event *ev)
{
	if (ev->kind == IR_EV_DMA_MAP)
		note_identity(&rec->info, ev);
	if (MAPPED_KINDS >> ev->kind & 1)
		note_subpage(rec, ev);
}

static void note_event(struct ir_recording *rec, const struct ir_event *ev)
{
	if (ev->kind == IR_EV_STACK)	/* belongs to another event, which is counted */
		return;
	rec->found_kinds |= UINT64_C(1) << ev->kind;
	rec->device_seen |= ev->device == rec->filter;
	if (ev->kind == IR_EV_MARKER) {
		if (ev->time_ns > rec->marked_ns)
			rec->marked_ns = ev->time_ns;
		ir_markers_read(rec, ev);
		return;
	}
	if (ev->kind == IR_EV_PAGE_FREE) {	/* nothing of a device; its time is no end */
		rec->info.page_frees++;
		return;
	}
	if (ev->time_ns > rec->last_ns)
		rec->last_ns = ev->time_ns;
	if (!rec->info.start_ns)
		rec->info.start_ns = ev->time_ns;
	note_mapped(rec, ev);
}

/* Kinds of which note_event() notes more, or less, than that they are there, when, and what they mapped. */
#define NOTED_KINDS (KIND(STACK) | KIND(MARKER) | KIND(PAGE_FREE))

/* As note_event() for each of @n: mostly 9 instructions an event instead of 30. */
static void note_block(struct ir_recording *rec, const struct ir_event *evs, int n)
{
	uint64_t kinds = 0, last = rec->last_ns;

	for (int i = 0; i < n; i++) {
		kinds |= UINT64_C(1) << evs[i].kind;
		last = evs[i].time_ns > last ? evs[i].time_ns : last;
	}
	if (rec->info.start_ns && !rec->device && !(kinds & NOTED_KINDS)) {
		rec->found_kinds |= kinds;
		rec->last_ns = last;
		for (int i = 0; kinds & MAPPED_KINDS && i < n; i++)
			note_mapped(rec, &evs[i]);
		return;
	}
	for (int i = 0; i < n; i++)
		note_event(rec, &evs[i]);
}

/*
 * From when to when it goes.  Markers, and the exit of a process, say that no more
 * operations followed; where there are none, the events say all there is.
 */
static void note_span(struct ir_recording *rec)
{
	const struct ir_reader_info *from = &rec->reader->info;
	struct ir_recording_info *info = &rec->info;
	const struct ir_op_totals *ops = ir_assembler_totals(rec->assembler);
	uint64_t last = rec->last_ns;

	if (ops->map || ops->unmap || ops->failed_map) {
		if (rec->marked_ns > last)
			last = rec->marked_ns;
		if (from->end_ns > last)
			last = from->end_ns;
	} else if (from->last_ns) {
		if (!info->start_ns || from->first_ns < info->start_ns)
			info->start_ns = from->first_ns;
		if (from->last_ns > last)
			last = from->last_ns;
	}
	info->duration_ns = last > info->start_ns ? last - info->start_ns : 0;
	if (ir_has_window(rec))
		ir_window_span(rec);
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
	rec->info.machine.found_pages += op->pages;
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

	if (!n)
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

static uint64_t less_or_zero(uint64_t from, uint64_t what)
{
	return what < from ? from - what : 0;
}

/*
 * Entries of an I/O page table for so many adjacent pages: one for each at the ends,
 * and one for each 64, 4096, ... of the rest.
 */
static uint64_t entries_of(uint64_t pages)
{
	uint64_t entries = 0;

	for (; pages > 2 * 64; pages /= 64)
		entries += 2 * 64;
	return entries + pages;
}

static void end_live(struct ir_recording *rec, struct device_state *d, uint64_t pages,
		     uint64_t entries)
{
	rec->live_pages = less_or_zero(rec->live_pages, pages);
	rec->live_entries = less_or_zero(rec->live_entries, entries);
	d->live_pages = less_or_zero(d->live_pages, pages);
	d->live_entries = less_or_zero(d->live_entries, entries);
}

static void begin_live(struct ir_recording *rec, struct device_state *d, uint64_t pages)
{
	rec->live_pages += pages;
	rec->live_entries += entries_of(pages);
	d->live_pages += pages;
	d->live_entries += entries_of(pages);
	if (rec->live_pages > rec->info.max_live_pages)
		rec->info.max_live_pages = rec->live_pages;
	if (rec->live_entries > rec->info.max_live_entries)
		rec->info.max_live_entries = rec->live_entries;
}

/* Its mappings went with it; so did those of no device, unless there are several. */
static void note_detach(struct ir_recording *rec, struct device_state *d, uint64_t time_ns)
{
	end_live(rec, d, d->live_pages, d->live_entries);
	d->gone_ns = time_ns;
	if (!rec->several && d != rec->device_states)
		end_live(rec, rec->device_states, rec->device_states->live_pages,
			 rec->device_states->live_entries);
}

/* Something was unmapped through the queue. */
static void note_queued(struct ir_recording *rec, const struct ir_op *op)
{
	if (!rec->first_queued_ns)
		rec->first_queued_ns = op->time_ns;
	ir_timers_armed(&rec->timers, op->time_ns);
	ir_timer_owners_unmap(&rec->timer_owners, op->device, op->time_ns);
}

static int survey_map(struct ir_recording *rec, struct device_state *d, const struct ir_op *op)
{
	int rc = rec->entries.next_fit ? note_reuse(rec, op) : 0;

	if (!rc)
		rc = ir_iovas_map(&rec->iovas, op);
	if (!(op->flags & IR_OPF_FAILED)) {
		begin_live(rec, d, op->pages);
	} else if (op->flags & IR_OPF_LINKED) {
		note_queued(rec, op);
	}
	if (!rc && rec->chains)
		rc = ir_chain_count(&rec->chain_totals, op);
	return rc;
}

static int survey_unmap(struct ir_recording *rec, struct device_state *d, const struct ir_op *op)
{
	note_queued(rec, op);
	if (op->mapping != IR_NO_MAPPING)
		end_live(rec, d, op->pages, entries_of(op->pages));
	else if (!rec->lost && !(op->flags & IR_OPF_FAILED))
		return add_initial(rec, op);
	return 0;
}

/* Strict domains have no queue: their unmaps say nothing of timers. */
static void forget_synced(struct ir_recording *rec)
{
	const struct ir_domain_survey *s = ir_assembler_domains(rec->assembler);

	for (uint16_t i = 1; i < IR_DOMAIN_DEVICES; i++)
		if (s->now[i].syncs)
			ir_timer_owners_synced(&rec->timer_owners, i, s->now[i].rest ? s->now[i].rest_ns : 0);
}

/*
 * It was started before the recording, by unmaps that no event shows, if it fires sooner after the first
 * one that is shown than a timer can (drivers/iommu/dma-iommu.c, Linux 6.12: IOVA_SINGLE_FQ_TIMEOUT).
 */
static void note_first_timer(struct ir_recording *rec, uint64_t time_ns)
{
	if (!rec->info.machine.timer_flushes)
		rec->info.machine.queued_before = !rec->first_queued_ns ||
			time_ns - rec->first_queued_ns < UINT64_C(1000000000);
}

/*
 * The device of a timer, as a pass before this one found it by the domain that the timer flushes or, if
 * that saw all devices and this one does not, by which device it fits; 0: not known.
 */
static uint16_t known_device(const struct ir_recording *rec, uint64_t timer)
{
	const struct ir_owners *o = &rec->owners_known;

	for (unsigned int i = 0; timer && i < o->nr; i++)
		if (o->owner[i].timer == timer && (!o->owner[i].from_timer || (rec->device && !rec->all_devices)))
			return o->owner[i].device;
	return 0;
}

static int survey_other(struct ir_recording *rec, struct device_state *d, const struct ir_op *op)
{
	uint16_t device;

	switch (op->kind) {
	case IR_OP_FAILED_MAP:
		rec->info.last_operation_ns = op->time_ns;
		return rec->chains ? ir_chain_count(&rec->chain_totals, op) : 0;
	case IR_OP_FLUSH_TIMER:
		device = op->device ? op->device : known_device(rec, op->iova);
		if (!rec->device || !device || device == rec->filter) {
			note_first_timer(rec, op->time_ns);
			rec->info.machine.timer_flushes++;
			ir_timers_fired(&rec->timers, op->time_ns);
			forget_synced(rec);
		}
		ir_timer_owners_fired(&rec->timer_owners, op->iova, device, op->time_ns);
		return 0;
	case IR_OP_DETACH:
		note_detach(rec, d, op->time_ns);
		ir_timers_gone(&rec->timers);
		ir_timer_owners_gone(&rec->timer_owners, op->device);
		return 0;
	case IR_OP_LOST:
		ir_timers_lost(&rec->timers);
		ir_timer_owners_lost(&rec->timer_owners);
		if (!rec->lost)
			rec->first_lost_ns = op->time_ns;
		rec->lost = true;
		return 0;
	default:
		return 0;
	}
}

/* The next operation is not before @next_ns. */
static inline int survey_op(struct ir_recording *rec, const struct ir_op *op, uint64_t next_ns)
{
	struct device_state *d = state_of(rec, op->device);
	int rc;

	if (!d)
		return -ENOMEM;
	rec->device_seen |= op->device == rec->filter;
	if (op->kind == IR_OP_MAP || op->kind == IR_OP_UNMAP) {
		d->gone_ns = 0;
		rec->info.last_operation_ns = op->time_ns;
		rc = op->kind == IR_OP_MAP ? survey_map(rec, d, op) : survey_unmap(rec, d, op);
	} else {
		/* Whether the device is attached after this operation. */
		if (op->kind != IR_OP_LOST && op->kind != IR_OP_SEGMENT && op->kind != IR_OP_RPCIT)
			d->gone_ns = 0;
		rc = survey_other(rec, d, op);
	}
	return rc || rec->lost ? rc : ir_entries_op(&rec->entries, op, next_ns);
}

/* The bytes that a pass has read; some are read more than once. */
static void report_progress(const struct ir_recording *rec)
{
	uint64_t size = ir_file_size(rec->file);
	uint64_t done = ir_file_bytes_read(rec->file) - rec->read_before;

	if (rec->options.progress)
		rec->options.progress(rec->options.progress_arg, done < size ? done : size, size);
}

/* -E2BIG with @err set if live mappings take more memory than is allowed. */
static int check_memory(const struct ir_recording *rec, struct ir_error *err)
{
	uint64_t need = ir_assembler_memory(rec->assembler);
	char limit[32];

	if (need <= rec->info.max_memory)
		return 0;
	ir_budget_text(limit, sizeof(limit), rec->info.max_memory);
	return ir_error_set(err, -E2BIG, "%s: needs more than %s of memory, for %zu devices and %"
			    PRIu32 " mappings at a time; --max-memory SIZE allows more",
			    ir_file_path(rec->file), limit, rec->reader->info.nr_devices - 1,
			    ir_assembler_max_mappings(rec->assembler));
}

/* The operations that events up to @end make certain. */
static int survey_ops(struct ir_recording *rec, const struct ir_event *ev, const struct ir_event *end)
{
	struct ir_op ops[BLOCK_EVENTS];
	int n, rc = 0;

	while (!rc && (n = ir_assembler_events(rec->assembler, &ev, end, ops, BLOCK_EVENTS))) {
		rc = n < 0 ? n : 0;
		for (int i = 0; i < n && rec->late.found && !rec->late.passed; i++)
			ir_markers_pass(rec, &ops[i]);
		for (int i = 0; !rc && i < n; i++)
			rc = survey_op(rec, &ops[i], i + 1 < n ? ops[i + 1].time_ns : 0);
		if (!rc && rec->spool)
			rc = ir_spool_add(rec->spool, ops, (size_t)n);
	}
	return rc;
}

/* The events of the window, in @evs; each with its task, if call sites are tasks. */
static int select_events(struct ir_recording *rec, struct ir_event *evs, int n)
{
	int kept = 0;

	for (int i = 0; i < n; i++) {
		if (ir_has_window(rec) && !ir_window_has(rec, &evs[i]))
			continue;
		if (rec->options.tasks && rec->chains)
			ir_by_task_event(rec, &evs[i]);
		evs[kept++] = evs[i];
	}
	return kept;
}

/* One pass; 1: it was a trial, and ended early. */
static int survey_once(struct ir_recording *rec, bool trial, struct ir_error *err)
{
	struct ir_event block[BLOCK_EVENTS];
	uint64_t seen = 0;
	int rc, more;

	while ((more = ir_reader_next_block(rec->reader, block, BLOCK_EVENTS, err)) > 0) {
		int n = more;

		if (ir_has_window(rec) || rec->chains)
			n = select_events(rec, block, more);
		note_block(rec, block, n);
		rc = survey_ops(rec, block, block + n);
		if (rc)
			return ir_recording_spool_failed(rec, rc, err);
		rc = check_memory(rec, err);
		if (rc)
			return rc;
		seen += (unsigned int)more;
		if (trial && seen >= TRIAL_EVENTS) {
			trial = false;
			if (ir_should_restart(rec))
				return 1;
		}
		if (seen % PROGRESS_EVENTS < (unsigned int)more)
			report_progress(rec);
	}
	if (more < 0)
		return more;
	ir_assembler_end(rec->assembler);
	rc = survey_ops(rec, NULL, NULL);
	if (!rc)
		rc = ir_entries_end(&rec->entries);
	if (rc)
		return ir_recording_spool_failed(rec, rc, err);
	if (rec->chains && rec->chains->no_memory)
		return ir_recording_no_memory(rec, err);
	if (rec->chains)	/* further passes would find the same */
		rec->chains->complete = true;
	note_span(rec);
	ir_markers_end(rec);
	return 0;
}

void ir_survey_clear(struct ir_recording *rec)
{
	ir_spool_free(rec->spool);
	rec->spool = NULL;
	rec->nr_initial = 0;
	free(rec->reused);
	rec->reused = NULL;
	free(rec->chain_totals.list);
	rec->chain_totals = (struct ir_chain_totals){ .list = NULL };
	ir_entries_free(&rec->entries);
	ir_iovas_clear(&rec->iovas);
	rec->iovas = (struct ir_iova_survey){ 0 };
	ir_timers_free(&rec->timer_owners.samples);
	rec->timer_owners = (struct ir_timer_owners){ .left_out = 0 };
	ir_timers_free(&rec->timers);
	rec->info = (struct ir_recording_info){ .max_memory = rec->info.max_memory };
	rec->live_pages = rec->live_entries = 0;
	rec->counter_at_start = UINT64_MAX;
	memset(&rec->late, 0, sizeof(rec->late));
	rec->lost = false;
	rec->first_lost_ns = rec->first_queued_ns = 0;
	rec->last_ns = rec->marked_ns = 0;
	free(rec->device_states);
	rec->device_states = NULL;
	rec->nr_device_states = 0;
}

/*
 * A file may declare more than was recorded, and a text declares
 * nothing; and whose an RPCIT is may be learned late.  Where that makes a
 * difference, the file is read once more; where the first events show it already,
 * from there: a large file is not read twice because of formats that nothing uses.
 */
int ir_survey(struct ir_recording *rec, struct ir_error *err)
{
	uint64_t declared = 0;
	bool in_vain = false;
	int rc;

	rec->counter_at_start = UINT64_MAX;
	for (unsigned int passes = 0;;) {
		bool first = !passes && !rec->tried;

		rc = pass_begin(rec, first, err);
		if (first)
			declared = rec->seen_kinds;
		if (!rc)
			rc = survey_once(rec, first && !in_vain, err);
		if (rc < 0)
			return rc;
		rec->tried |= rc > 0;
		passes += !rc;
		if (!rc && rec->tried && !((rec->found_kinds ^ declared) & ir_assembler_evidence())) {
			/* The rest came late: as without a trial, the first pass is the whole file. */
			in_vain = true;
			passes = 0;
			ir_forget_passes(rec);
			ir_survey_clear(rec);
			continue;
		}
		rc = ir_needs_another_pass(rec);
		if (rc < 0)
			return ir_recording_no_memory(rec, err);
		if (!rc || passes == MAX_PASSES)
			return 0;
		ir_survey_clear(rec);
	}
}
