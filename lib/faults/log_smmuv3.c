// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the SMMUv3 driver (drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c):
 *
 *   arm-smmu-v3 9050000.smmuv3: event 0x10 received:
 *   arm-smmu-v3 9050000.smmuv3: 	0x0000008100000010
 *   arm-smmu-v3 9050000.smmuv3: 	0x0000020000000000
 *   arm-smmu-v3 9050000.smmuv3: 	0x0000000012345678
 *   arm-smmu-v3 9050000.smmuv3: 	0x0000000000000000
 *   arm-smmu-v3 9050000.smmuv3: event: F_TRANSLATION client: 0000:00:10.1 sid: 0x81 ssid: 0x0 iova: 0x12345678 ipa: 0x0
 *   arm-smmu-v3 9050000.smmuv3: unpriv data write s1 "Input address caused fault" stag: 0x0
 *
 * The last two since Linux 6.15; they repeat what the words say and name the
 * device.  Of these lines any may be missing.  Words of an event: Arm IHI 0070,
 * 7.3; the stream ID is in the upper half of word 0, RnW is bit 35 of word 1, the
 * address is word 2.
 */
#include "faults/log.h"

#include <inttypes.h>
#include <stdio.h>

#define F_TRANSLATION	0x10
#define F_PERMISSION	0x13
#define READ_NOT_WRITE	(UINT64_C(1) << 35)
#define NS_PER_SEC	UINT64_C(1000000000)

/* With an address: translation, address size, access flag, permission. */
static bool has_address(uint64_t id)
{
	return id >= F_TRANSLATION && id <= F_PERMISSION;
}

static void set_entry(struct ir_log_fault *fault, uint64_t id)
{
	fault->entry = id == F_TRANSLATION ? IR_ENTRY_NOT_PRESENT :
		       id == F_PERMISSION ? IR_ENTRY_NOT_PERMITTED : IR_ENTRY_UNKNOWN;
}

static bool finish_event(struct ir_log_event *event, struct ir_log_fault *fault)
{
	bool complete = event->open && event->words >= 3;

	if (complete)
		*fault = event->fault;
	event->open = false;
	return complete;
}

static bool smmuv3_finish(struct ir_log_state *state, struct ir_log_fault *fault)
{
	for (unsigned int i = 0; i < IR_LOG_EVENTS; i++)
		if (finish_event(&state->events[i], fault))
			return true;
	return false;
}

/* The event that @unit has begun; NULL: none. */
static struct ir_log_event *find_event(struct ir_log_state *state, const struct ir_log_text *unit)
{
	size_t len = (size_t)(unit->end - unit->p);

	for (unsigned int i = 0; i < IR_LOG_EVENTS; i++) {
		struct ir_log_event *event = &state->events[i];

		if (event->open && strlen(event->unit) == len && !memcmp(event->unit, unit->p, len))
			return event;
	}
	return NULL;
}

static struct ir_log_event *new_event(struct ir_log_state *state)
{
	for (unsigned int i = 0; i < IR_LOG_EVENTS; i++)
		if (!state->events[i].open)
			return &state->events[i];
	return &state->events[state->next++ % IR_LOG_EVENTS];
}

static enum ir_log_result begin_event(struct ir_log_event *event, const struct ir_log_text *unit,
				      const struct ir_log_line *line, uint64_t id,
				      struct ir_log_fault *fault)
{
	bool was_open = event->open, complete = finish_event(event, fault);

	if (has_address(id)) {
		*event = (struct ir_log_event){ .open = true, .fault = ir_log_fault_at(line) };
		memcpy(event->unit, unit->p, (size_t)(unit->end - unit->p));
		set_entry(&event->fault, id);
	}
	/* Without its address the one before is lost. */
	return complete ? IR_LOG_FAULT : was_open ? IR_LOG_BAD : IR_LOG_TAKEN;
}

/* One of the four words. */
static void add_word(struct ir_log_event *event, uint64_t word)
{
	struct ir_log_fault *fault = &event->fault;

	switch (event->words++) {
	case 0:
		snprintf(fault->device, sizeof(fault->device), "sid 0x%" PRIx64, word >> 32);
		break;
	case 1:
		fault->access = word & READ_NOT_WRITE ? IR_ACCESS_READ : IR_ACCESS_WRITE;
		break;
	case 2:
		fault->address = word;
		break;
	default:
		break;
	}
}

/* "event: F_TRANSLATION client: 0000:00:10.1 sid: 0x81 ssid: 0x0 iova: 0x..." */
static enum ir_log_result decoded_event(struct ir_log_state *state, struct ir_log_event *event,
					const struct ir_log_text *unit, const struct ir_log_line *line,
					const struct ir_log_text *text, struct ir_log_fault *fault)
{
	const char *client = ir_log_find(text, "client: "), *stop, *behind;
	uint64_t sid, address, id;
	enum ir_log_result result = IR_LOG_TAKEN;

	behind = ir_log_value(text, "sid: ", &sid);
	if (!behind || ir_log_is_broken(behind, text->end) || !ir_log_value_then(text, "iova: ", &address, " ipa:"))
		return ir_log_find(text, "iova:") ? IR_LOG_BAD : IR_LOG_TAKEN;
	/* A name that was broken is followed by its rest. */
	stop = client && *client != '(' ? memchr(client, ' ', (size_t)(text->end - client)) : NULL;
	if (stop && !ir_log_begins(&(struct ir_log_text){ stop, text->end }, " sid:"))
		return IR_LOG_BAD;
	/* The words are missing, or are of another fault: this is one of its own. */
	if (!event || (event->words >= 3 && event->fault.address != address) ||
	    line->time_ns - event->fault.time_ns > NS_PER_SEC) {
		id = ir_log_begins(text, " F_TRANSLATION") ? F_TRANSLATION :
		     ir_log_begins(text, " F_PERMISSION") ? F_PERMISSION : F_TRANSLATION + 1;
		event = event ? event : new_event(state);
		result = begin_event(event, unit, line, id, fault);
	}
	event->fault.address = address;
	event->words = 4;
	if (!client || !ir_log_pci(client, text->end, event->fault.device)) {
		size_t len = stop ? (size_t)(stop - client) : 0;

		/* "(unassigned sid)", or a device that is not on PCI. */
		snprintf(event->fault.device, sizeof(event->fault.device), "sid 0x%" PRIx64, sid);
		if (len && len < sizeof(event->fault.device)) {
			memcpy(event->fault.device, client, len);
			event->fault.device[len] = '\0';
		}
	}
	return result;
}

static enum ir_log_result smmuv3_line(struct ir_log_state *state, const struct ir_log_line *line,
				      struct ir_log_fault *fault)
{
	struct ir_log_text text = line->message, unit;
	const char *p = ir_log_find(&text, "arm-smmu-v3 ");
	struct ir_log_event *event;
	uint64_t value;

	unit.p = p;
	p = p ? memchr(p, ' ', (size_t)(text.end - p)) : NULL;
	if (!p || (size_t)(p - unit.p) >= sizeof(event->unit))
		return IR_LOG_NOTHING;
	unit.end = p;
	while (p < text.end && (*p == ' ' || *p == '\t'))
		p++;
	text.p = p;
	event = find_event(state, &unit);
	if (ir_log_begins(&text, "event 0x"))
		return ir_log_value_then(&text, "event ", &value, " received") ?
			begin_event(event ? event : new_event(state), &unit, line, value, fault) : IR_LOG_BAD;
	if (ir_log_begins(&text, "event:")) {
		text.p += 6;
		return decoded_event(state, event, &unit, line, &text, fault);
	}
	if (!event)
		return IR_LOG_NOTHING;
	/* "unpriv data write s1 ..." */
	p = ir_log_begins(&text, "unpriv ") || ir_log_begins(&text, "priv ") ? ir_log_find(&text, " data ") : NULL;
	if (event->words >= 3 && p) {
		text.p = p;
		if (ir_log_begins(&text, "read s"))
			event->fault.access = IR_ACCESS_READ;
		else if (ir_log_begins(&text, "write s"))
			event->fault.access = IR_ACCESS_WRITE;
		return finish_event(event, fault) ? IR_LOG_FAULT : IR_LOG_TAKEN;
	}
	p = event->words < 4 ? ir_log_hex(text.p, text.end, &value) : NULL;
	if (p && p == text.end && p - text.p == 18) {
		add_word(event, value);
		return IR_LOG_TAKEN;
	}
	return IR_LOG_NOTHING;
}

const struct ir_log_format ir_log_smmuv3 = {
	.name = "smmuv3",
	.line = smmuv3_line,
	.finish = smmuv3_finish,
};
