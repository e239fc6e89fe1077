// SPDX-License-Identifier: GPL-2.0-or-later
/* Shared by all readers: the numbers of device names, and complaints about the events file. */
#include "base/seed.h"
#include "events/reader.h"
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEVICES 65535

/* FNV-1a, begun with the seed. */
static uint64_t hash_name(uint64_t seed, const char *name, size_t len)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ seed;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * UINT64_C(1099511628211);
	return hash ^ hash >> 32;
}

/* The slot of a name, or the free one where it belongs. */
static size_t find_slot(const struct ir_reader *rd, const char *name, size_t len)
{
	unsigned int bits = (unsigned int)__builtin_ctzll(rd->device_slots);
	size_t slot = ir_seed_hash(rd->seed, hash_name(rd->seed, name, len), bits);
	uint16_t nr;

	while ((nr = rd->device_hash[slot])) {
		const char *known = rd->info.devices[nr];

		if (!strncmp(known, name, len) && !known[len])
			break;
		slot = (slot + 1) & (rd->device_slots - 1);
	}
	return slot;
}

/* Keep the table at most half full. */
static int grow_hash(struct ir_reader *rd)
{
	size_t slots = rd->device_slots ? rd->device_slots * 2 : 16;
	uint16_t *old = rd->device_hash;
	size_t i;

	rd->device_hash = calloc(slots, sizeof(*rd->device_hash));
	if (!rd->device_hash) {
		rd->device_hash = old;
		return -ENOMEM;
	}
	free(old);
	rd->device_slots = slots;
	for (i = 1; i < rd->info.nr_devices; i++) {
		const char *name = rd->info.devices[i];

		rd->device_hash[find_slot(rd, name, strlen(name))] = (uint16_t)i;
	}
	return 0;
}

static uint16_t cache_device(struct ir_reader *rd, uint16_t nr, size_t len)
{
	rd->last_device = nr;
	rd->last_device_len = len;
	return nr;
}

uint16_t ir_reader_device(struct ir_reader *rd, const char *name, size_t len)
{
	size_t nr = rd->info.nr_devices;
	char **devices;
	size_t slot;

	/* With the terminator, which the name has if it comes from ftrace. */
	if (rd->last_device && rd->last_device_len < len &&
	    !memcmp(name, rd->info.devices[rd->last_device], rd->last_device_len + 1))
		return rd->last_device;
	len = strnlen(name, len);
	if (!len)
		return 0;
	if (nr * 2 >= rd->device_slots && grow_hash(rd))
		goto no_memory;
	slot = find_slot(rd, name, len);
	if (rd->device_hash[slot])
		return cache_device(rd, rd->device_hash[slot], len);
	if (!ir_is_device_name(name, len))
		return 0;
	if (nr > MAX_DEVICES) {
		rd->damage->count[IR_DAMAGE_LIMIT_DEVICES]++;
		return 0;
	}
	devices = rd->info.devices;
	if (!(nr & (nr - 1)))	/* room doubles at each power of two */
		devices = realloc(devices, nr * 2 * sizeof(*devices));
	if (!devices)
		goto no_memory;
	rd->info.devices = devices;
	devices[nr] = strndup(name, len);
	if (!devices[nr])
		goto no_memory;
	rd->device_hash[slot] = (uint16_t)nr;
	rd->info.nr_devices++;
	return cache_device(rd, (uint16_t)nr, len);
no_memory:
	ir_file_fail(rd->file, -ENOMEM);
	return 0;
}

uint16_t ir_reader_device_number(struct ir_reader *rd, uint64_t number)
{
	char name[20];

	snprintf(name, sizeof(name), "0x%" PRIx64, number);
	return ir_reader_device(rd, name, sizeof(name));
}

void ir_reader_unfit_event(struct ir_reader *rd, const struct ir_rule_group *g, const char *what)
{
	if (g->user && !rd->complaint.text[0])
		ir_error_set(&rd->complaint, -EINVAL, "%s: %s: %s", ir_events_path(rd->events),
			     ir_file_path(rd->file), what);
}

bool ir_reader_wants(const struct ir_reader *rd, enum ir_event_kind kind)
{
	switch (kind) {
	case IR_EV_IO_FAULT:
	case IR_EV_CONSOLE:
		return rd->faults != IR_FAULTS_IGNORED;
	case IR_EV_SWITCH:
	case IR_EV_IDLE:
	case IR_EV_INTERRUPT:
		return rd->idle;
	case IR_EV_STACK:
		return rd->chains && rd->faults != IR_FAULTS_ONLY;
	case IR_EV_MARKER:
	case IR_EV_DEVICE_ATTACH:
		return true;
	default:
		return rd->faults != IR_FAULTS_ONLY;
	}
}
