/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps keys of events to devices.  RPCITs have a function handle, flushes a domain, the
 * former s390 DMA API a zpci_dev; dma:* events have the device's name.  When both are
 * recorded for one mapping, the key belongs to that device from then on.  Each pass over a
 * recording begins with the owners that the pass before it found.
 */
#ifndef IR_TRACE_OWNERS_H
#define IR_TRACE_OWNERS_H

#include <stdbool.h>
#include <stdint.h>

#define IR_OWNERS	256

enum ir_owner_kind {
	IR_OWNER_FUNCTION,	/* fn of an RPCIT */
	IR_OWNER_DOMAIN,	/* that was flushed */
	IR_OWNER_ZDEV,		/* of the former s390 DMA API */
};

struct ir_owner {
	uint64_t key;
	uint64_t timer;		/* IR_OWNER_DOMAIN: the timer that flushed it, 0: not known */
	uint16_t device;	/* 0: not known */
	uint8_t kind;		/* enum ir_owner_kind */
	bool from_timer;	/* .device is that of its timer */
	bool maps;		/* IR_OWNER_DOMAIN: a map's flush had it */
};

struct ir_owners {
	struct ir_owner owner[IR_OWNERS];
	unsigned int nr;
	unsigned int last;	/* the entry found last, which is tried first */
	bool full;		/* there were more: some are not known */
};

/** ir_owner_find - the entry of a key, new or known; NULL: there are too many */
struct ir_owner *ir_owner_find(struct ir_owners *o, enum ir_owner_kind kind, uint64_t key);
/** ir_owner_device - the device it belongs to, 0: not known */
uint16_t ir_owner_device(struct ir_owners *o, enum ir_owner_kind kind, uint64_t key);
/** ir_owner_set_device - it belongs to @device; 0 changes nothing */
void ir_owner_set_device(struct ir_owners *o, enum ir_owner_kind kind, uint64_t key, uint16_t device);
/** ir_owners_count - how many keys of a kind there are */
unsigned int ir_owners_count(const struct ir_owners *o, enum ir_owner_kind kind);
/** ir_owners_equal - both have the same entries */
bool ir_owners_equal(const struct ir_owners *a, const struct ir_owners *b);

#endif
