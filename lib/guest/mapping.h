/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mapping of the guest: its IOVA, device and state, found by its number. */
#ifndef IR_GUEST_MAPPING_H
#define IR_GUEST_MAPPING_H

#include <stdbool.h>
#include <stdint.h>

enum ir_map_state {
	MAP_NONE,	/* it is not there, or is still being made */
	MAP_LIVE,
	MAP_FAILED,
};

struct ir_mapping {
	uint64_t pfn;
	uint32_t pages;
	uint16_t device;
	uint8_t state;		/* enum ir_map_state */
	bool unmap_waits : 1;	/* its unmap came while the map still waits for an RPCIT */
	bool read_only : 1;	/* the device is not to write there */
	uint32_t site;
	uint32_t entries;	/* that the host holds for it, where these are not pages */
	uint32_t requests;	/* that its unmap takes, where unmaps are requests; 0: not known */
	union {
		uint32_t next_free;
		uint32_t epoch;		/* of its domain: another one has ended with the device */
	};
};

#endif
