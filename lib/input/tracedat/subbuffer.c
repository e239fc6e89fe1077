// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sub-buffers of the ftrace ring buffer.  Facts from Linux 6.12:
 * kernel/trace/ring_buffer.c (struct buffer_data_page, rb_update_read_stamp(),
 * rb_event_length(), rb_fix_abs_ts(), ring_buffer_read_page()) and
 * include/linux/ring_buffer.h (enum ring_buffer_type).
 */
#include "input/tracedat/subbuffer.h"
#include <string.h>
#include "events/format_text.h"

enum {
	TYPE_LONG	= 0,	/* the length is in the next word */
	TYPE_PADDING	= 29,
	TYPE_TIME_EXTEND = 30,	/* the next word has the upper bits of the delta */
	TYPE_TIME_STAMP	= 31,	/* the same, but of the time itself */
};

#define DELTA_BITS	27
#define STAMP_BITS	59	/* a time stamp carries so many; the rest is known */
#define STAMP_MASK	((UINT64_C(1) << STAMP_BITS) - 1)
#define COMMIT_MASK	((UINT32_C(1) << 27) - 1)
#define MISSED_EVENTS	(UINT32_C(1) << 31)	/* RB_MISSED_EVENTS */
#define MISSED_STORED	(UINT32_C(1) << 30)	/* RB_MISSED_STORED */

void ir_subbuf_default(struct ir_subbuf_layout *lay, bool big, unsigned int long_size,
		       uint32_t page_size)
{
	lay->size = page_size;
	lay->time_offset = 0;
	lay->commit_offset = 8;
	lay->commit_size = (uint8_t)long_size;
	lay->data_offset = (uint16_t)(8 + long_size);
	lay->big = big;
}

static bool is_named(const struct ir_format_field *field, const char *name)
{
	int len = (int)strlen(name);

	return field->decl_len > len && field->decl[field->decl_len - len - 1] == ' ' &&
	       !memcmp(field->decl + field->decl_len - len, name, (size_t)len);
}

bool ir_subbuf_parse_layout(struct ir_subbuf_layout *lay, const char *text, size_t len)
{
	struct ir_subbuf_layout got = *lay;
	struct ir_format_field field;
	const char *line;
	size_t line_len;
	unsigned int seen = 0;

	while (ir_format_line(&text, &len, &line, &line_len)) {
		if (!ir_format_field(&field, line, line_len) || field.offset > IR_SUBBUF_MIN)
			continue;
		if (is_named(&field, "timestamp") && field.size == 8) {
			got.time_offset = (uint16_t)field.offset;
			seen |= 1;
		} else if (is_named(&field, "commit") && (field.size == 4 || field.size == 8)) {
			got.commit_offset = (uint16_t)field.offset;
			got.commit_size = (uint8_t)field.size;
			seen |= 2;
		} else if (is_named(&field, "data")) {
			got.data_offset = (uint16_t)field.offset;
			got.size = field.offset + field.size;
			seen |= 4;
		}
	}
	if (seen != 7 || got.size < IR_SUBBUF_MIN || got.size > IR_SUBBUF_MAX ||
	    (got.size & (got.size - 1)) || got.data_offset > IR_SUBBUF_MIN / 2 ||
	    got.time_offset + 8 > got.data_offset ||
	    got.commit_offset + got.commit_size > got.data_offset)
		return false;
	*lay = got;
	return true;
}

/* The count is stored behind the records, if there was room: a long. */
static uint64_t missed_count(const struct ir_subbuf_layout *lay, const unsigned char *end,
			     size_t room)
{
	if (room < lay->commit_size)
		return 0;
	return ir_load_uint(end, lay->commit_size, lay->big);
}

enum ir_subbuf_missed ir_subbuf_start(struct ir_subbuf *sb, const struct ir_subbuf_layout *lay,
				      const unsigned char *page, size_t avail)
{
	uint32_t commit, len;
	size_t room;

	memset(sb, 0, sizeof(*sb));
	sb->big = lay->big;
	sb->limit = IR_SUBBUF_LAST_TIME;
	sb->next = page;
	sb->end = page;
	if (avail > lay->size)
		avail = lay->size;
	if (avail < lay->data_offset) {
		sb->corrupt = (uint32_t)avail;
		return IR_SUBBUF_COMPLETE;
	}
	sb->time = ir_subbuf_time(lay, page);

	/*
	 * The flags are bits 31 and 30 of the commit word whatever its size:
	 * they are added as ints, so the upper half of a 64-bit word is noise.
	 */
	commit = lay->commit_size == 8 ?
		 (uint32_t)ir_load64(page + lay->commit_offset, lay->big) :
		 ir_load32(page + lay->commit_offset, lay->big);
	len = commit & COMMIT_MASK;
	room = avail - lay->data_offset;
	if (len > lay->size - lay->data_offset) {
		sb->corrupt = (uint32_t)room;
		return IR_SUBBUF_COMPLETE;
	}
	if (len > room) {	/* cut: the records that are there are good */
		sb->cut = len - (uint32_t)room;
		len = (uint32_t)room;
	}
	sb->next = page + lay->data_offset;
	sb->end = sb->next + len;
	if (!(commit & MISSED_EVENTS))
		return IR_SUBBUF_COMPLETE;
	if (commit & MISSED_STORED)
		sb->missed = missed_count(lay, sb->end, room - len);
	return IR_SUBBUF_MISSED;
}

/* Skips the rest: without a valid length there is no next record. */
static bool skip_rest(struct ir_subbuf *sb)
{
	if (!sb->cut)	/* else it is the record in which the cut is */
		sb->corrupt += (uint32_t)(sb->end - sb->next);
	sb->next = sb->end;
	return false;
}

static void set_time(struct ir_subbuf *sb, uint64_t time)
{
	/* Below sb->time: the sum ran over. */
	if (time > sb->limit || time < sb->time) {
		sb->beyond++;
		time = sb->limit > sb->time ? sb->limit : sb->time;
	}
	sb->time = time;
}

/* An absolute time lacks its upper bits; they are the ones of the last time. */
static uint64_t full_stamp(uint64_t stamp, uint64_t last)
{
	uint64_t top = last >> STAMP_BITS << STAMP_BITS;

	if (!top)
		return stamp;
	stamp |= top;
	return stamp < last ? stamp + (UINT64_C(1) << STAMP_BITS) : stamp;
}

/* Padding: of the whole rest (no delta), or a discarded record. */
static bool skip_padding(struct ir_subbuf *sb, uint32_t delta)
{
	size_t room = (size_t)(sb->end - sb->next);
	uint32_t len;

	if (!delta) {
		sb->next = sb->end;
		return true;
	}
	if (room < 8)
		return false;
	len = ir_load32(sb->next + 4, sb->big);
	if (len < 4 || len > room - 4)
		return false;
	sb->time += delta;
	sb->next += 4 + len;
	return true;
}

/* A record with its length in a word of its own, which the length includes. */
static bool parse_long(struct ir_subbuf *sb, uint32_t delta)
{
	size_t room = (size_t)(sb->end - sb->next);
	uint32_t len;

	if (room < 12)
		return false;
	len = ir_load32(sb->next + 4, sb->big);
	if (len < 8 || len > room - 4)
		return false;
	sb->time += delta;
	sb->rec = sb->next + 8;
	sb->rec_len = len - 4;
	len = (len + 3) & ~UINT32_C(3);
	sb->next = len > room - 4 ? sb->end : sb->next + 4 + len;
	return true;
}

bool ir_subbuf_next_special(struct ir_subbuf *sb)
{
	while (sb->next < sb->end) {
		size_t room = (size_t)(sb->end - sb->next);
		uint32_t word, type, delta;
		uint64_t wide;

		if (room < 4)
			return skip_rest(sb);
		word = ir_load32(sb->next, sb->big);
		type = sb->big ? word >> DELTA_BITS : word & 31;
		delta = sb->big ? word & ((1u << DELTA_BITS) - 1) : word >> 5;

		if (type == TYPE_LONG)
			return parse_long(sb, delta) || skip_rest(sb);
		if (type == TYPE_PADDING) {
			if (!skip_padding(sb, delta))
				return skip_rest(sb);
			continue;
		}
		if (type <= IR_SUBBUF_MAX_SMALL) {
			if (room < type * 4 + 4)
				return skip_rest(sb);
			sb->time += delta;
			sb->rec = sb->next + 4;
			sb->rec_len = type * 4;
			sb->next += 4 + type * 4;
			return true;
		}
		if (room < 8)
			return skip_rest(sb);
		wide = ((uint64_t)ir_load32(sb->next + 4, sb->big) << DELTA_BITS) + delta;
		if (type == TYPE_TIME_EXTEND)
			set_time(sb, sb->time + wide);
		else
			set_time(sb, full_stamp(wide & STAMP_MASK, sb->time));
		sb->next += 8;
	}
	return false;
}
