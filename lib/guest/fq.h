/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flush queues: rings of unmapped IOVAs that wait for a flush of the whole
 * domain (drivers/iommu/dma-iommu.c, Linux 6.12).  A ring of N slots holds at
 * most N - 1 entries; an entry is one unmap of any size.
 */
#ifndef IR_GUEST_FQ_H
#define IR_GUEST_FQ_H

#include <stdbool.h>
#include <stdint.h>

struct ir_fq_entry {
	uint64_t pfn;
	uint64_t pages;
	uint64_t counter;	/* flushes started when it was queued */
};

struct ir_fq_ring {
	struct ir_fq_entry *entries;
	uint32_t room;		/* allocated entries, a power of two; grows up to the limit */
	uint32_t head;		/* the oldest */
	uint32_t count;
};

/** ir_fq_grow - room for more entries; 0 or -ENOMEM */
int ir_fq_grow(struct ir_fq_ring *ring);

/** ir_fq_add - append; 0 or -ENOMEM */
static inline int ir_fq_add(struct ir_fq_ring *ring, struct ir_fq_entry entry)
{
	if (ring->count == ring->room) {
		int rc = ir_fq_grow(ring);

		if (rc)
			return rc;
	}
	ring->entries[(ring->head + ring->count++) & (ring->room - 1)] = entry;
	return 0;
}

/** ir_fq_take - take the oldest entry whose counter is below @finished; false: none */
static inline bool ir_fq_take(struct ir_fq_ring *ring, uint64_t finished, struct ir_fq_entry *entry)
{
	if (!ring->count || ring->entries[ring->head].counter >= finished)
		return false;
	*entry = ring->entries[ring->head];
	ring->head = (ring->head + 1) & (ring->room - 1);
	ring->count--;
	return true;
}

#endif
