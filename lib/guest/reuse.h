/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that was used again while stale translations still reached it.
 *
 * A stale translation is an entry that the device may use although the guest has
 * invalidated it.  Its page counts as reused from the moment on at which it is mapped
 * for DMA again, or freed where the recording has kmem:mm_page_free.  Without that
 * event the figures are lower bounds: memory is used again without DMA, too.
 *
 * Memory grows with the pages that stale translations reach at a time.
 */
#ifndef IR_GUEST_REUSE_H
#define IR_GUEST_REUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IR_REUSE_MOST 4096u	/* pages of a piece whose use is followed */

/* A page of memory that stale translations reach. */
struct ir_reuse_page {
	uint64_t page;		/* its number + 1; 0: the slot is free */
	uint64_t used_ns;	/* when it was used again last */
	uint32_t stale;		/* translations that reach it, */
	uint32_t waiting;	/* and those of them since whose unmap it was not used again */
};

struct ir_reuse {
	struct ir_reuse_page *slots;	/* a hash table, at most half full */
	size_t nr_slots;		/* a power of two: 1 << bits */
	unsigned int bits;
	uint64_t seed;			/* of the table: which pages share slots is not the recording's choice */
	size_t nr;
	uint64_t reused_now;		/* translations to pages that were used again */
	uint64_t last_ns;		/* page_ns is as of then */
	uint64_t pages;			/* translations that ended after such a use */
	double page_ns;			/* translations x time after it */
	bool failed;			/* no memory: the figures are void */
};

/** ir_reuse_note_stale - a translation of @page became stale */
void ir_reuse_note_stale(struct ir_reuse *r, uint64_t page);
/** ir_reuse_use - the page is used again */
void ir_reuse_use(struct ir_reuse *r, uint64_t page, uint64_t now_ns);
/** ir_reuse_use_all - so are all of these pages, if they are not more than IR_REUSE_MOST */
static inline void ir_reuse_use_all(struct ir_reuse *r, uint64_t page, uint64_t pages, uint64_t now_ns)
{
	for (uint64_t i = 0; r->nr && pages <= IR_REUSE_MOST && i < pages; i++)
		ir_reuse_use(r, page + i, now_ns);
}

/** ir_reuse_end - a translation that was stale since @since_ns is gone */
void ir_reuse_end(struct ir_reuse *r, uint64_t page, uint64_t since_ns, uint64_t now_ns);
void ir_reuse_free(struct ir_reuse *r);

#endif
