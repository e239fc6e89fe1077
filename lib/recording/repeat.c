// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decides whether a recording needs another pass, and keeps the event kinds, device names and
 * owners that this pass must know from its start.  survey.c repeats passes until they are stable.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recording/repeat.h"

/* A kind that the file declares but never had so far changes the meaning of the others. */
static bool kinds_differ(const struct ir_recording *rec)
{
	return (rec->seen_kinds ^ rec->found_kinds) & ir_assembler_evidence();
}

/*
 * Whether restarting the first pass now is better than reading it to its end.  It is not if
 * several owners have names only from functions, as better names may still come, nor because
 * of a queue's timer alone, which fires rarely.
 */
bool ir_should_restart(const struct ir_recording *rec)
{
	const uint64_t late = UINT64_C(1) << IR_EV_FQ_TIMEOUT;

	return (rec->seen_kinds ^ rec->found_kinds) & ir_assembler_evidence() & ~late &&
		ir_owners_count(ir_assembler_owners(rec->assembler), IR_OWNER_FUNCTION) < 2;
}

/* Maps show that the device has a domain. */
static bool has_other_domain(const struct ir_owners *owners, uint16_t device)
{
	for (unsigned int i = 0; i < owners->nr; i++) {
		const struct ir_owner *w = &owners->owner[i];

		if (w->kind == IR_OWNER_DOMAIN && w->device == device && w->maps && !w->from_timer)
			return true;
	}
	return false;
}

/*
 * A domain and the timer of its queue have the same device: the domain's is known if a mapping's
 * flush has its address; else it is the one that the timer's firings fit.
 */
static void name_timer_domains(struct ir_recording *rec, struct ir_owners *owners)
{
	for (unsigned int i = 0; i < owners->nr; i++) {
		struct ir_owner *w = &owners->owner[i];
		uint16_t device;

		if (w->device || !w->timer)
			continue;
		device = ir_timer_owner(&rec->timer_owners, w->timer);
		if (!device || has_other_domain(owners, device))
			continue;
		w->device = device;
		w->from_timer = true;
	}
}

static bool has_events(const struct ir_recording *rec, enum ir_event_kind kind)
{
	return rec->found_kinds >> kind & 1;
}

void ir_survey_forget_names(struct ir_recording *rec)
{
	for (size_t i = 0; i < rec->nr_names; i++)
		free(rec->names[i]);
	free(rec->names);
	rec->names = NULL;
	rec->nr_names = 0;
}

void ir_forget_passes(struct ir_recording *rec)
{
	ir_survey_forget_names(rec);
	rec->owners_known = (struct ir_owners){ .nr = 0 };
	rec->several = rec->unknown = rec->name_functions = rec->tried = false;
	rec->all_devices = rec->fitted = false;
}

/* Results have devices by number: the next pass must use the same numbers. */
static int keep_device_names(struct ir_recording *rec)
{
	const struct ir_reader_info *info = &rec->reader->info;

	ir_survey_forget_names(rec);
	rec->names = calloc(info->nr_devices, sizeof(*rec->names));
	if (!rec->names)
		return -ENOMEM;
	rec->nr_names = info->nr_devices;
	for (size_t i = 1; i < info->nr_devices; i++) {
		rec->names[i] = strdup(info->devices[i]);
		if (!rec->names[i]) {
			ir_survey_forget_names(rec);
			return -ENOMEM;
		}
	}
	return 0;
}

/*
 * Whether functions must get names of their own: several have RPCITs, and there are no names; or
 * one has none, because its maps have no dma:* events (dma_iova_link(), Linux 6.16 and later).
 */
static bool functions_need_names(const struct ir_recording *rec, const struct ir_owners *owners, bool several)
{
	if (ir_owners_count(owners, IR_OWNER_FUNCTION) < 2)
		return false;
	if (!has_events(rec, IR_EV_DMA_MAP))
		return !several;
	for (unsigned int i = 0; i < owners->nr; i++)
		if (owners->owner[i].kind == IR_OWNER_FUNCTION && !owners->owner[i].device)
			return rec->info.damage.count[IR_DAMAGE_UNNAMED_MAPS] != 0;
	return false;
}

/*
 * Whether domains must get names of their own: several have maps, and there are no names; or maps of
 * some of them have no dma:* events.
 */
static bool domains_need_names(const struct ir_recording *rec, const struct ir_owners *owners, bool several)
{
	bool named = false, unnamed = false;
	unsigned int mapped = 0;

	for (unsigned int i = 0; i < owners->nr; i++) {
		const struct ir_owner *w = &owners->owner[i];

		named |= w->kind == IR_OWNER_DOMAIN && w->device;
		unnamed |= w->kind == IR_OWNER_DOMAIN && !w->device && w->maps;
		mapped += w->kind == IR_OWNER_DOMAIN && w->maps;
	}
	if (!has_events(rec, IR_EV_DMA_MAP))
		return mapped > 1 && !several;
	return named && unnamed && rec->info.damage.count[IR_DAMAGE_UNNAMED_MAPS] != 0;
}

/*
 * Whether the timer of some domain has no device yet, and a pass that selects one device cannot tell
 * it, as all timers fit that one.
 */
static bool timers_need_devices(const struct ir_recording *rec, const struct ir_owners *owners)
{
	if (!rec->device || rec->fitted)
		return false;
	for (unsigned int i = 0; i < owners->nr; i++)
		if (owners->owner[i].timer && !owners->owner[i].device)
			return true;
	return false;
}

/*
 * Keeps the results of a pass: 1 if another one would give something else,
 * because it would know from its start what this one did not; 0, or -ENOMEM.
 */
int ir_needs_another_pass(struct ir_recording *rec)
{
	struct ir_owners owners = *ir_assembler_owners(rec->assembler);
	bool unknown = rec->info.damage.count[IR_DAMAGE_UNKNOWN_UNMAPS] != 0 || rec->unknown;
	bool several = rec->reader->info.nr_devices > 2, rpcits, again;
	/* The device that was asked for has a number in any case. */
	bool named = rec->reader->info.nr_devices > 2U + (rec->device && !rec->device_seen);

	rpcits = has_events(rec, IR_EV_RPCIT) || has_events(rec, IR_EV_FLUSH_ALL) ||
		has_events(rec, IR_EV_FQ_FLUSH) || has_events(rec, IR_EV_TLB_SYNC) ||
		has_events(rec, IR_EV_COMMAND) || has_events(rec, IR_EV_COMMAND_ALL) ||
		has_events(rec, IR_EV_TAG_RANGE) || has_events(rec, IR_EV_TAG_ALL) ||
		has_events(rec, IR_EV_MAP_FLUSH) || has_events(rec, IR_EV_MAP_PIECE);
	again = kinds_differ(rec);
	rec->seen_kinds = rec->found_kinds;
	if (rec->all_devices || !rec->device || !several)
		name_timer_domains(rec, &owners);
	again |= rec->all_devices;
	rec->all_devices = several && timers_need_devices(rec, &owners);
	rec->fitted |= rec->all_devices;
	again |= rec->all_devices;
	if (!rec->name_functions &&
	    (functions_need_names(rec, &owners, named) || domains_need_names(rec, &owners, named))) {
		rec->name_functions = again = true;
		several = true;
	}
	if (several != rec->several &&
	    (rpcits || has_events(rec, IR_EV_DEVICE_ATTACH) ||
	     has_events(rec, IR_EV_DEVICE_DETACH) || rec->tried))
		again = true;
	/* A pass behind a trial must begin with all that one behind a whole pass would have. */
	if (((rec->device && several && rpcits) || rec->tried) &&
	    !ir_owners_equal(&owners, &rec->owners_known))
		again = true;
	/* The name of such an unmap tells its device. */
	again |= several && unknown && !rec->unknown && has_events(rec, IR_EV_DMA_UNMAP);
	rec->several = several;
	rec->unknown = unknown;
	rec->owners_known = owners;
	return again && keep_device_names(rec) ? -ENOMEM : again;
}
