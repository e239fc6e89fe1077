/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event formats: from the format texts in a recording to a decoder per event
 * id.  trace.dat and perf.data carry the same texts and the same raw records,
 * so both readers use this.
 *
 * A reader hands over every format text, then looks up for each record whether its
 * id is wanted (which also counts it), and decodes the wanted ones.  Only the
 * texts of wanted events are parsed, by libtraceevent, after they were checked
 * line by line; a field is looked up once per event type and read by offset
 * after that.
 *
 * To decode one more event of the kernel: a line in kernel_events.c; of a probe: a rule
 * (rules.h).
 */
#ifndef IR_TRACE_FORMATS_H
#define IR_TRACE_FORMATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/bytes.h"
#include "events/event.h"
#include "events/reader.h"

#define IR_FORMAT_IDS 65536	/* common_type has 16 bits */

/* trace_flag_type of include/linux/trace_events.h, Linux 6.12: HARDIRQ, SOFTIRQ, NMI */
#define IR_TRACE_FLAGS_IRQ (0x08 | 0x10 | 0x40)

/* The place of a number, or of the word with the offset of its data. */
struct ir_place {
	uint32_t offset;
	uint32_t length;	/* of a name that is in place */
	uint8_t size;
	bool is_signed;
	bool relative;		/* __rel_loc: counted from the end of this field */
	bool in_place;		/* an array that is no reference to one, or a number */
	uint8_t elem_size;
	uint8_t slot;		/* of a number: in value[] of struct ir_event */
};

struct ir_decoder {
	uint32_t min_len;	/* all places lie within so many bytes */
	uint32_t flags_offset;
	uint32_t pid_offset;
	uint16_t kind;
	uint16_t flags;		/* that each event gets: its function of the DMA API */
	uint8_t finish;		/* what is done with the values */
	uint8_t nr_words;	/* places of numbers of 64 bits come first */
	uint8_t nr_numbers;	/* then those of other numbers */
	uint8_t nr_places;
	bool numbers_only;	/* and nothing to finish */
	bool plain;			/* numbers only, and no last one of a block */
	bool ends_block;		/* an event of it is the last one of a block (reader.h) */
	struct ir_place places[IR_EVENT_VALUES + 1];
};

/* An event id that has a format, or records. */
struct ir_format {
	uint64_t count;			/* records */
	char *name;			/* "system:name", NULL: unknown */
	uint16_t id;
	uint16_t wanted;		/* number of its decoder, 0: none */
};

struct ir_formats {
	struct ir_reader *rd;
	uint16_t *index;		/* where in .list each id is, 0: nowhere yet */
	struct ir_format *list;		/* the first one is that of id 0 */
	uint32_t nr_list, room_list;
	struct ir_format nowhere;	/* used when there is no memory; ir_formats_finish() will fail */
	struct ir_decoder *decoders;
	size_t nr_decoders;
	unsigned int stack;		/* the decoder of kernel_stack, 0: not requested */
	char *text;			/* the last marker */
	size_t text_size;
	unsigned int long_size;
	bool big;
};

/**
 * ir_formats_init - begin without any format
 * @rd: its damage, device names and info are filled
 * @big: byte order of the recording
 * @long_size: 4 or 8, of the recorded kernel
 *
 * 0 or -ENOMEM; ir_formats_release() frees it in either case.
 */
int ir_formats_init(struct ir_formats *fm, struct ir_reader *rd, bool big, unsigned int long_size);
void ir_formats_release(struct ir_formats *fm);

/**
 * ir_formats_add - take in the text of one format file
 * @system: terminated name of the event system, "ftrace" for the built-in ones
 * @text: @len bytes, not terminated, not trusted
 *
 * 0 or -ENOMEM; a text that makes no sense is counted as damage.
 */
int ir_formats_add(struct ir_formats *fm, const char *system, const char *text, size_t len);

/* The result of decoding a record. */
enum ir_decoded {
	IR_DECODED_BAD,		/* it is too short or makes no sense: counted as damage */
	IR_DECODED,
	IR_DECODED_LAST,	/* and the event must be the last one of its block (reader.h) */
};

/* The rest of ir_formats_decode(), for what is not just numbers. */
enum ir_decoded ir_formats_decode_rest(struct ir_formats *fm, const struct ir_decoder *dec,
			    const unsigned char *rec, size_t len, struct ir_event *ev);

/* The words of a record: mostly there are two or three. */
static inline void ir_formats_load_words(const struct ir_decoder *dec, bool big,
					 const unsigned char *rec, struct ir_event *ev)
{
	const struct ir_place *pl = dec->places;

	switch (dec->nr_words) {
	default:
		for (unsigned int i = 3; i < dec->nr_words; i++)
			ev->value[pl[i].slot] = ir_load64(rec + pl[i].offset, big);
		/* fall through */
	case 3:
		ev->value[pl[2].slot] = ir_load64(rec + pl[2].offset, big);
		/* fall through */
	case 2:
		ev->value[pl[1].slot] = ir_load64(rec + pl[1].offset, big);
		/* fall through */
	case 1:
		ev->value[pl[0].slot] = ir_load64(rec + pl[0].offset, big);
		/* fall through */
	case 0:
		break;
	}
}

/**
 * ir_formats_decode - decode a record that ir_formats_wanted() selected
 * @nr: its result
 * @big: the byte order; where the compiler knows it, loads need no test of it
 *
 * The caller fills in time and cpu.
 */
static inline enum ir_decoded ir_formats_decode(struct ir_formats *fm, unsigned int nr, bool big,
				     const unsigned char *rec, size_t len, struct ir_event *ev)
{
	const struct ir_decoder *dec = &fm->decoders[nr];

	if (len >= dec->min_len) {
		ev->device = 0;
		ev->site = 0;
		ev->kind = dec->kind;
		ev->flags = dec->flags |
			(rec[dec->flags_offset] & IR_TRACE_FLAGS_IRQ ? IR_EVF_IRQ : 0);
		ev->pid = ir_load32(rec + dec->pid_offset, big);
		memset(ev->value, 0, sizeof(ev->value));
		ir_formats_load_words(dec, big, rec, ev);
		for (const struct ir_place *pl = dec->places + dec->nr_words, *end = dec->places + dec->nr_numbers;
		     pl < end; pl++)
			ev->value[pl->slot] = ir_load_int(rec + pl->offset, pl->size, pl->is_signed,
							  big);
		if (dec->plain)
			return IR_DECODED;
	}
	return ir_formats_decode_rest(fm, dec, rec, len, ev);
}

/** ir_formats_full_name - "system:name" in printable characters; for free(), NULL: no memory */
char *ir_formats_full_name(const char *system, const char *name);
/** ir_formats_finish - fill in rd->info.events from the counters; 0 or -ENOMEM */
int ir_formats_finish(struct ir_formats *fm);

/** ir_formats_new - begin to count records of @id; never NULL */
struct ir_format *ir_formats_new(struct ir_formats *fm, unsigned int id);

/**
 * ir_formats_wanted - count a record and find its decoder
 * @rec: the raw record, beginning with common_type
 * @big: the byte order
 *
 * Returns the number of the decoder, or 0: the event is only counted.
 */
static inline unsigned int ir_formats_wanted(struct ir_formats *fm, const unsigned char *rec,
					     bool big)
{
	unsigned int id = ir_load16(rec, big), at = fm->index[id];
	struct ir_format *f = at ? &fm->list[at] : ir_formats_new(fm, id);

	f->count++;
	return f->wanted;
}

#endif
