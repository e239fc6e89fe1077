/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking the sub-buffers of the ftrace ring buffer, as they are in trace.dat.
 *
 * Layout and bit fields: kernel/trace/ring_buffer.c and
 * include/linux/ring_buffer.h of Linux 6.12; the header's own layout comes
 * from the recording (events/header_page).  A sub-buffer is
 *
 *	timestamp (64 bits), commit (a long of the kernel), records
 *
 * and a record is a 32-bit word with a 5-bit type or length and a 27-bit time
 * delta, followed by its data.  Where the 5 bits are differs by byte order: the
 * low ones in little-endian, the top ones in big-endian recordings.
 *
 * Nothing is copied: a record points into the sub-buffer.  No record ever
 * reaches past the committed bytes, nor these past the sub-buffer.
 */
#ifndef IR_TRACE_SUBBUFFER_H
#define IR_TRACE_SUBBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/bytes.h"

#define IR_SUBBUF_MIN 64
#define IR_SUBBUF_MAX (1u << 20)	/* RB_WRITE_MASK + 1: ring_buffer_subbuf_order_set() */

/*
 * The latest time there is.  Later ones come from damaged bytes only; the room
 * above lets all deltas of a sub-buffer be added without looking.  (s390-tod
 * times do have the top bit set.)
 */
#define IR_SUBBUF_LAST_TIME (UINT64_MAX - (UINT64_C(1) << 50))

struct ir_subbuf_layout {
	uint32_t size;		/* of a whole sub-buffer */
	uint16_t time_offset;
	uint16_t commit_offset;
	uint16_t data_offset;
	uint8_t commit_size;	/* 4 or 8: the kernel's long */
	bool big;
};

/** ir_subbuf_default - the layout that Linux has had since 2.6.30 */
void ir_subbuf_default(struct ir_subbuf_layout *lay, bool big, unsigned int long_size,
		       uint32_t page_size);
/**
 * ir_subbuf_parse_layout - take the layout from the text of header_page
 * @lay: filled with the defaults; unchanged if the text makes no sense
 */
bool ir_subbuf_parse_layout(struct ir_subbuf_layout *lay, const char *text, size_t len);

enum ir_subbuf_missed {
	IR_SUBBUF_COMPLETE,
	IR_SUBBUF_MISSED,	/* events before this sub-buffer are gone: .missed, 0 if unknown */
};

struct ir_subbuf {
	const unsigned char *next;	/* the record after this one */
	const unsigned char *end;	/* of the committed records */
	const unsigned char *rec;	/* data of the current record */
	uint64_t time;			/* of the current record, or the sub-buffer's */
	uint64_t limit;			/* no record is later, e.g. the next sub-buffer's time */
	uint64_t missed;
	uint32_t rec_len;
	uint32_t corrupt;		/* bytes given up */
	uint32_t cut;			/* committed bytes that are not there */
	uint32_t beyond;		/* times that were past the limit and set to it */
	bool big;
};

/** ir_subbuf_time - the timestamp in the header of a sub-buffer */
static inline uint64_t ir_subbuf_time(const struct ir_subbuf_layout *lay, const unsigned char *page)
{
	return ir_load64(page + lay->time_offset, lay->big);
}

/**
 * ir_subbuf_start - begin with the records of a sub-buffer
 * @avail: bytes at @page; fewer than lay->size at the end of a cut recording
 *
 * If the header is invalid there are no records, and sb->corrupt is the number of bytes
 * that are left out.
 */
enum ir_subbuf_missed ir_subbuf_start(struct ir_subbuf *sb, const struct ir_subbuf_layout *lay,
				      const unsigned char *page, size_t avail);

/* The rest of ir_subbuf_next(), for what is not a plain small record. */
bool ir_subbuf_next_special(struct ir_subbuf *sb);

#define IR_SUBBUF_MAX_SMALL 28	/* RINGBUF_TYPE_DATA_TYPE_LEN_MAX */

/**
 * ir_subbuf_next - go to the next data record
 * @big: sb->big; where the compiler knows it, loads need no test of it
 *
 * True with sb->rec, sb->rec_len (at least 4) and sb->time, or false at the end.
 */
static inline bool ir_subbuf_next(struct ir_subbuf *sb, bool big)
{
	size_t room = (size_t)(sb->end - sb->next);
	uint32_t word, type, delta, len;

	if (room < 8)
		return ir_subbuf_next_special(sb);
	word = ir_load32(sb->next, big);
	type = big ? word >> 27 : word & 31;
	delta = big ? word & 0x7ffffff : word >> 5;
	len = type * 4;
	if (type - 1 > IR_SUBBUF_MAX_SMALL - 1 || room < len + 4)
		return ir_subbuf_next_special(sb);
	sb->time += delta;
	sb->rec = sb->next + 4;
	sb->rec_len = len;
	sb->next += 4 + len;
	return true;
}

#endif
