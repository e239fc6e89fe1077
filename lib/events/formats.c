// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Event formats: finds the fields of an event in the format text of the recording, and reads
 * them from its records.  kernel_events.c has the fields of the kernel's own events, rules.h
 * those of probes.
 */
#include "events/formats.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include "symbols/chains.h"
#include "events/format_text.h"
#include "events/kernel_events.h"

#define IOMMU_PAGE UINT64_C(4096)
#define DMA_MAPPING_ERROR UINT64_MAX		/* include/linux/dma-mapping.h */
#define MAX_TEXT 65536
#define FIRST_FORMATS 1024	/* a kernel has some 2000; a power of two */

/* Bytes of a record, checked to lie within it. */
struct span {
	const unsigned char *data;
	size_t len;
	unsigned int elem_size;
};

int ir_formats_init(struct ir_formats *fm, struct ir_reader *rd, bool big, unsigned int long_size)
{
	memset(fm, 0, sizeof(*fm));
	fm->rd = rd;
	fm->big = big;
	fm->long_size = long_size;
	fm->index = calloc(IR_FORMAT_IDS, sizeof(*fm->index));
	fm->list = calloc(FIRST_FORMATS, sizeof(*fm->list));
	fm->nr_list = 1;
	fm->room_list = FIRST_FORMATS;
	return fm->index && fm->list ? 0 : -ENOMEM;
}

void ir_formats_release(struct ir_formats *fm)
{
	for (uint32_t i = 0; i < fm->nr_list && fm->list; i++)
		free(fm->list[i].name);
	free(fm->list);
	free(fm->index);
	free(fm->decoders);
	free(fm->text);
	memset(fm, 0, sizeof(*fm));
}

struct ir_format *ir_formats_new(struct ir_formats *fm, unsigned int id)
{
	uint32_t room = 2 * fm->room_list;
	struct ir_format *list;

	if (!id)
		return &fm->list[0];
	if (fm->nr_list == fm->room_list) {
		list = realloc(fm->list, room * sizeof(*list));
		if (!list) {
			fm->nowhere = (struct ir_format){ .count = 0 };
			return &fm->nowhere;
		}
		fm->list = list;
		fm->room_list = room;
	}
	fm->list[fm->nr_list] = (struct ir_format){ .id = (uint16_t)id };
	fm->index[id] = (uint16_t)fm->nr_list;
	return &fm->list[fm->nr_list++];
}

static struct ir_format *find_format(struct ir_formats *fm, unsigned int id)
{
	return fm->index[id] ? &fm->list[fm->index[id]] : ir_formats_new(fm, id);
}

static bool is_int_size(int size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* Field ends are bounded by what format_text.c lets through: no overflow here. */
static void extend_min_len(struct ir_decoder *dec, const struct tep_format_field *field)
{
	uint32_t end = (uint32_t)field->offset + (uint32_t)field->size;

	if (end > dec->min_len)
		dec->min_len = end;
}

static bool place_field(struct ir_decoder *dec, const struct tep_format_field *field,
			enum ir_slot slot)
{
	struct ir_place *pl = &dec->places[dec->nr_places++];

	pl->slot = (uint8_t)slot;
	pl->offset = (uint32_t)field->offset;
	pl->size = (uint8_t)field->size;
	pl->is_signed = field->flags & TEP_FIELD_IS_SIGNED;
	pl->relative = field->flags & TEP_FIELD_IS_RELATIVE;
	pl->elem_size = strstr(field->type, "64") ? 8 : 4;
	if (slot == IR_SLOT_CALLERS) {	/* as many as the event has; the format declares another number */
		if (pl->offset > dec->min_len)
			dec->min_len = pl->offset;
		return true;
	}
	extend_min_len(dec, field);
	if (slot == IR_SLOT_TEXT)
		return true;
	/* Probes have an address for a device, or a name of fixed size. */
	pl->in_place = slot == IR_SLOT_DEVICE && !(field->flags & TEP_FIELD_IS_DYNAMIC);
	if (pl->in_place) {
		pl->size = field->flags & TEP_FIELD_IS_ARRAY ? 0 : pl->size;
		pl->length = pl->size ? 0 : (uint32_t)field->size;
		return pl->length || is_int_size(field->size);
	}
	if (slot >= IR_SLOT_NUMBERS)
		return (field->flags & TEP_FIELD_IS_DYNAMIC) && field->size == 4;
	return !(field->flags & (TEP_FIELD_IS_DYNAMIC | TEP_FIELD_IS_ARRAY)) &&
	       is_int_size(field->size);
}

/* The common fields: their places never moved, but the recording decides. */
static bool place_common(struct ir_decoder *dec, struct tep_event *event)
{
	struct tep_format_field *type = tep_find_common_field(event, "common_type");
	struct tep_format_field *flags = tep_find_common_field(event, "common_flags");
	struct tep_format_field *pid = tep_find_common_field(event, "common_pid");

	if (!type || type->offset != 0 || type->size != 2 || !flags || flags->size != 1 ||
	    !pid || pid->size != 4)
		return false;
	extend_min_len(dec, type);
	extend_min_len(dec, flags);
	extend_min_len(dec, pid);
	dec->flags_offset = (uint32_t)flags->offset;
	dec->pid_offset = (uint32_t)pid->offset;
	return true;
}

/* Lists an event's fields, for a message. */
static void list_fields(struct tep_event *event, char *text, size_t size)
{
	const struct tep_format_field *field;
	size_t used = 0;

	snprintf(text, size, "none");
	for (field = event->format.fields; field && used < size; field = field->next)
		used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
					 field->name);
}

static bool resolve_spec(struct ir_decoder *dec, struct tep_event *event,
			 const struct ir_field_spec *want)
{
	size_t i;

	for (i = 0; i < IR_EVENT_FIELDS && want[i].name; i++) {
		struct tep_format_field *field;

		if (want[i].in_format == IR_ABSENT)
			continue;
		field = tep_find_field(event, want[i].name);
		if (!field && want[i].in_format == IR_OPTIONAL)
			continue;
		/* The kernel's own events have names by reference. */
		if (!field || !place_field(dec, field, (enum ir_slot)want[i].slot) ||
		    dec->places[dec->nr_places - 1].in_place)
			return false;
	}
	return true;
}

static bool resolve_field(struct ir_reader *rd, struct ir_decoder *dec, struct tep_event *event,
			  const struct ir_rule_group *g, const struct ir_rule_field *want)
{
	struct tep_format_field *field = tep_find_field(event, want->name);
	char what[512], has[256];

	if (field ? place_field(dec, field, (enum ir_slot)want->slot) : want->optional)
		return true;
	if (field) {
		snprintf(what, sizeof(what), "\"%.80s\" of %s:%s is \"%.80s\", not %s", want->name,
			 event->system, event->name, field->type,
			 want->slot == IR_SLOT_DEVICE ? "a string or the address of a device" : "a number");
	} else {
		list_fields(event, has, sizeof(has));
		snprintf(what, sizeof(what), "%s:%s has no field \"%s\"; it has: %s", event->system,
			 event->name, want->name, has);
	}
	ir_reader_unfit_event(rd, g, what);
	return false;
}

static bool resolve_group(struct ir_reader *rd, struct ir_decoder *dec, struct tep_event *event,
			  const struct ir_rule_group *g)
{
	struct ir_rule_field device = { .name = g->device, .slot = IR_SLOT_DEVICE };
	unsigned int i;

	for (i = 0; i < g->nr_fields; i++)
		if (!resolve_field(rd, dec, event, g, &g->fields[i]))
			return false;
	return !g->device || resolve_field(rd, dec, event, g, &device);
}

/* How an event is read: by one of the two. */
struct want {
	const struct ir_event_spec *spec;
	const struct ir_rule_group *group;
};

static bool resolve_event(struct ir_reader *rd, struct ir_decoder *dec, struct tep_event *event,
			  const struct want *want)
{
	if (!place_common(dec, event))
		return false;
	return want->group ? resolve_group(rd, dec, event, want->group) :
			     resolve_spec(dec, event, want->spec->fields);
}

/*
 * Parse a clean text and look up its fields.  Each gets a handle of its own:
 * two formats of one name or id in a damaged file cannot get into each other's
 * way.  1: done, 0: the format will not do, or -ENOMEM.
 */
static int parse_format(const struct ir_formats *fm, struct ir_decoder *dec, const struct want *want,
			const char *system, const char *text)
{
	struct tep_handle *tep = tep_alloc();
	struct tep_event *event;
	bool good;

	if (!tep)
		return -ENOMEM;
	tep_set_loglevel(TEP_LOG_NONE);
	tep_set_file_bigendian(tep, fm->big ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	tep_set_long_size(tep, (int)fm->long_size);
	good = tep_parse_event(tep, text, strlen(text), system) == TEP_ERRNO__SUCCESS;
	event = good ? tep_get_event(tep, 0) : NULL;
	good = event && resolve_event(fm->rd, dec, event, want);
	tep_free(tep);
	return good;
}

/* 0: a word, 1: another number, 2: what is more than that */
static unsigned int rank_of(const struct ir_place *pl)
{
	return pl->slot >= IR_SLOT_NUMBERS ? 2 : pl->size != sizeof(uint64_t);
}

/* Words first, then other numbers, each in the order they have. */
static void sort_places(struct ir_decoder *dec)
{
	struct ir_place sorted[IR_EVENT_VALUES + 1];
	uint8_t n = 0, ends[3];
	bool extra = false;

	for (unsigned int rank = 0; rank < 3; rank++) {
		for (unsigned int i = 0; i < dec->nr_places; i++)
			if (rank_of(&dec->places[i]) == rank)
				sorted[n++] = dec->places[i];
		ends[rank] = n;
	}
	memcpy(dec->places, sorted, n * sizeof(sorted[0]));
	dec->nr_words = ends[0];
	dec->nr_numbers = ends[1];
	for (unsigned int i = 0; i < dec->nr_numbers; i++)
		extra |= dec->places[i].slot == IR_SLOT_EXTRA;
	/* In an event that is complete, the extra one is no part of it. */
	dec->numbers_only = dec->nr_numbers == n && dec->finish == IR_FINISH_NONE &&
		(!extra || dec->kind > IR_EV_KINDS);
	dec->ends_block = dec->kind > IR_EV_KINDS || dec->finish == IR_FINISH_MARKER ||
		dec->finish == IR_FINISH_CONSOLE || dec->finish == IR_FINISH_FAULT;
	dec->plain = dec->numbers_only && !dec->ends_block;
}

/* Both ends of a range, which texts print, are not in the record. */
static enum ir_finish finish_of(const struct ir_event_spec *spec)
{
	bool in_texts_only = spec->finish == IR_FINISH_RANGE || spec->finish == IR_FINISH_UNMAP ||
		spec->finish == IR_FINISH_SWITCH;

	return in_texts_only ? IR_FINISH_NONE : spec->finish;
}

static int add_decoder(struct ir_formats *fm, const struct want *want, unsigned int id,
		       const char *system, const char *text)
{
	struct ir_decoder dec = {
		.kind = want->group ? want->group->kind : (uint16_t)want->spec->kind,
		.finish = want->group ? IR_FINISH_NONE : (uint8_t)finish_of(want->spec),
		.flags = want->group ? IR_EVF_PROBE :
			(uint16_t)(ir_dma_function(want->spec->name) << IR_EVF_FUNCTION_SHIFT),
	}, *list;
	int ret = parse_format(fm, &dec, want, system, text);

	if (ret <= 0)
		return ret;
	sort_places(&dec);
	list = realloc(fm->decoders, (fm->nr_decoders + 2) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	fm->decoders = list;
	if (!fm->nr_decoders)
		memset(&list[fm->nr_decoders++], 0, sizeof(*list));	/* 0 means not wanted */
	list[fm->nr_decoders] = dec;
	if (dec.kind == IR_EV_STACK)
		fm->stack = (unsigned int)fm->nr_decoders;
	find_format(fm, id)->wanted = (uint16_t)fm->nr_decoders++;
	fm->rd->info.seen_kinds |= want->group ? want->group->kinds :
						 UINT64_C(1) << want->spec->kind;
	return 1;
}

char *ir_formats_full_name(const char *system, const char *name)
{
	size_t size = strlen(system) + strlen(name) + 2;
	char *full = malloc(size);
	size_t i;

	if (!full)
		return NULL;
	snprintf(full, size, "%s:%s", system, name);
	for (i = 0; full[i]; i++)	/* they get printed */
		if (full[i] <= ' ' || full[i] > '~')
			full[i] = '?';
	return full;
}

/* An events file comes first, then what the kernel's own events are, then probes. */
static bool find_want(const struct ir_reader *rd, const char *system, const char *name,
		      struct want *want)
{
	*want = (struct want){ .group = ir_rules_find_user(rd->events, system, name) };
	if (!want->group)
		want->spec = ir_event_spec(system, name, IR_IN_FORMATS);
	if (!want->group && !want->spec)
		want->group = ir_rules_find_builtin(rd->events, system, name);
	return want->spec || (want->group && want->group->kind != IR_EV_KINDS);
}

int ir_formats_add(struct ir_formats *fm, const char *system, const char *text, size_t len)
{
	uint64_t *bad = &fm->rd->damage->count[IR_DAMAGE_BAD_FORMATS];
	struct ir_format_head head;
	struct ir_format *f;
	struct want want;
	char *clean = NULL;
	bool wanted;
	int ret = 0;

	if (!ir_format_head(&head, text, len)) {
		(*bad)++;
		return 0;
	}
	f = find_format(fm, head.id);
	if (f->name) {
		(*bad)++;
		return 0;
	}
	f->name = f != &fm->nowhere ? ir_formats_full_name(system, head.name) : NULL;
	if (!f->name)
		return -ENOMEM;
	wanted = find_want(fm->rd, system, head.name, &want);
	if (!wanted || !ir_reader_wants(fm->rd, want.spec ? want.spec->kind : IR_EV_KINDS))
		return 0;
	ret = ir_format_clean(&head, text, len, &clean);
	if (ret > 0)
		ret = add_decoder(fm, &want, head.id, system, clean);
	if (ret == 0)
		(*bad)++;
	free(clean);
	return ret < 0 ? ret : 0;
}

/*
 * A __data_loc word: length in the upper half, offset in the lower
 * (kernel/trace/trace_events.c and include/trace/stages, Linux 6.12).
 */
static bool find_span(const struct ir_formats *fm, const struct ir_place *pl,
		      const unsigned char *rec, size_t len, struct span *span)
{
	uint32_t loc = ir_load32(rec + pl->offset, fm->big);
	size_t offset = loc & 0xffff;

	if (pl->relative)
		offset += pl->offset + 4;
	span->len = loc >> 16;
	span->elem_size = pl->elem_size;
	if (offset > len || span->len > len - offset)
		return false;
	span->data = rec + offset;
	return true;
}

/* A scatter list: its first address and the bytes of its pages. */
static bool finish_sg(const struct ir_formats *fm, struct ir_event *ev, const struct span *addrs,
		      const struct span *lengths, bool truncated)
{
	size_t nr = addrs->len / addrs->elem_size, i;

	if (lengths->len / lengths->elem_size != nr)
		return false;
	ev->addr = nr ? ir_load_uint(addrs->data, addrs->elem_size, fm->big) : 0;
	if (!truncated || ev->aux < nr)
		ev->aux = nr;
	ev->size = ev->value[IR_EVENT_LENGTH] = 0;
	for (i = 0; i < nr && !truncated; i++) {
		uint64_t addr = ir_load_uint(addrs->data + i * addrs->elem_size,
					    addrs->elem_size, fm->big);
		uint64_t size = ir_load_uint(lengths->data + i * lengths->elem_size,
					    lengths->elem_size, fm->big);

		ev->value[IR_EVENT_LENGTH] += size;
		size += addr & (IOMMU_PAGE - 1);
		ev->size += (size + IOMMU_PAGE - 1) & ~(IOMMU_PAGE - 1);
	}
	return true;
}

/* Markers come with a newline, and not always with a terminator. */
static bool finish_text(struct ir_formats *fm, struct ir_event *ev, const unsigned char *data,
			size_t len)
{
	const unsigned char *end = memchr(data, '\0', len);

	if (end)
		len = (size_t)(end - data);
	if (len > MAX_TEXT)
		len = MAX_TEXT;
	while (len && data[len - 1] == '\n')
		len--;
	if (len >= fm->text_size) {
		char *text = realloc(fm->text, len + 256);

		if (!text) {
			ir_file_fail(fm->rd->file, -ENOMEM);
			return false;
		}
		fm->text = text;
		fm->text_size = len + 256;
	}
	memcpy(fm->text, data, len);
	fm->text[len] = '\0';
	ev->text = fm->text;
	return true;
}

/*
 * struct stack_entry: how many, then the return addresses; some kernels end them
 * with ~0 instead (kernel/trace/trace_entries.h, Linux 6.12).
 */
static void finish_stack(const struct ir_formats *fm, struct ir_event *ev,
			 const struct span *callers)
{
	size_t word = fm->long_size, nr = callers->len / word, n = 0;
	uint64_t frames[IR_CHAIN_DEPTH + 1];

	if (ev->aux && ev->aux < nr)
		nr = ev->aux;
	for (; n < nr && n <= IR_CHAIN_DEPTH; n++) {
		frames[n] = ir_load_uint(callers->data + n * word, (unsigned int)word, fm->big);
		if (!frames[n] || frames[n] == (word == 8 ? UINT64_MAX : UINT32_MAX))
			break;
	}
	ev->site = ir_chains_add(fm->rd->chains, frames, n, fm->rd->damage);
}

static bool finish_event(struct ir_formats *fm, enum ir_finish how, struct ir_event *ev,
			 uint64_t extra, const struct span *spans)
{
	const struct span *list = &spans[IR_SLOT_LIST - IR_SLOT_NUMBERS];
	const struct span *text = &spans[IR_SLOT_TEXT - IR_SLOT_NUMBERS];

	switch (how) {
	case IR_FINISH_NONE:
	case IR_FINISH_RANGE:
	case IR_FINISH_UNMAP:
	case IR_FINISH_SWITCH:
		return true;
	case IR_FINISH_ALLOC:	/* no memory, no mapping: the address is left over */
		if (!extra)
			ev->addr = DMA_MAPPING_ERROR;
		return true;
	case IR_FINISH_FAILED:
		ev->addr = DMA_MAPPING_ERROR;
		return true;
	case IR_FINISH_ALLOC_SGT:
		if (list->len >= list->elem_size)
			ev->paddr = ir_load_uint(list->data, list->elem_size, fm->big);
		return true;
	case IR_FINISH_SG:
		return finish_sg(fm, ev, list, &spans[IR_SLOT_LENGTHS - IR_SLOT_NUMBERS], extra != 0);
	case IR_FINISH_SG_ERR:
		ev->aux = list->len / list->elem_size;
		return true;
	case IR_FINISH_MARKER:
		return finish_text(fm, ev, text->data, text->len);
	case IR_FINISH_CONSOLE:
	case IR_FINISH_FAULT:
		text = &spans[IR_SLOT_STRING - IR_SLOT_NUMBERS];
		return finish_text(fm, ev, text->data, text->len);
	case IR_FINISH_QI:
		ir_finish_qi(ev);
		return true;
	case IR_FINISH_TAG:
		ir_finish_tag(ev);
		return true;
	case IR_FINISH_STACK:
		finish_stack(fm, ev, &spans[IR_SLOT_CALLERS - IR_SLOT_NUMBERS]);
		return true;
	}
	return false;
}

static uint16_t place_device(const struct ir_formats *fm, const struct ir_place *pl,
			     const unsigned char *rec)
{
	if (!pl->size)
		return ir_reader_device(fm->rd, (const char *)rec + pl->offset, pl->length);
	return ir_reader_device_number(fm->rd, ir_load_uint(rec + pl->offset, pl->size,
							   fm->big));
}

/* Decodes fields that are no numbers: a device, lists, text. */
static bool decode_other(struct ir_formats *fm, const struct ir_decoder *dec,
			 const unsigned char *rec, size_t len, struct ir_event *ev)
{
	struct span spans[IR_NR_SLOTS - IR_SLOT_NUMBERS];
	uint64_t extra = ev->value[IR_SLOT_EXTRA];

	for (unsigned int i = dec->nr_numbers; i < dec->nr_places; i++) {
		const struct ir_place *pl = &dec->places[i];
		struct span *span;

		if (pl->in_place) {
			ev->device = place_device(fm, pl, rec);
			continue;
		}
		span = &spans[pl->slot - IR_SLOT_NUMBERS];
		if (pl->slot == IR_SLOT_TEXT || pl->slot == IR_SLOT_CALLERS)
			*span = (struct span){ rec + pl->offset, len - pl->offset, 1 };
		else if (!find_span(fm, pl, rec, len, span))
			return false;
		if (pl->slot == IR_SLOT_DEVICE)
			ev->device = ir_reader_device(fm->rd, (const char *)span->data, span->len);
	}
	if (dec->kind < IR_EV_KINDS)
		ev->text = NULL;
	return finish_event(fm, (enum ir_finish)dec->finish, ev, extra, spans);
}

static enum ir_decoded bad_event(struct ir_formats *fm)
{
	fm->rd->damage->count[IR_DAMAGE_BAD_EVENTS]++;
	return IR_DECODED_BAD;
}

enum ir_decoded ir_formats_decode_rest(struct ir_formats *fm, const struct ir_decoder *dec,
				       const unsigned char *rec, size_t len, struct ir_event *ev)
{
	if (len < dec->min_len)
		return bad_event(fm);
	if (!dec->numbers_only && !decode_other(fm, dec, rec, len, ev))
		return bad_event(fm);
	return dec->ends_block ? IR_DECODED_LAST : IR_DECODED;
}
