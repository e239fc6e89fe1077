// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the part of a line that is the event's own.  kernel_events.c has the keys and number
 * bases of the kernel's own events, rules.h those of probes.  Behind "[FAILED TO PARSE]"
 * libtraceevent prints the fields without the format: hexadecimal numbers have 0x in front there.
 */
#include "events/kernel_events.h"
#include "input/text/priv.h"

#include <errno.h>
#include <stdlib.h>

#define DMA_MAPPING_ERROR UINT64_MAX		/* include/linux/dma-mapping.h */
#define IOMMU_PAGE UINT64_C(4096)
#define MAX_TEXT 65536
#define MAX_FIELDS (IR_EVENT_FIELDS + 1)
#define MIN_ADDRESS 8		/* digits of an address that perf script prints for a call site */

struct field {
	const char *key;	/* NULL: no more fields */
	uint8_t len;		/* of the key */
	uint8_t slot;		/* enum ir_slot */
	uint8_t base;		/* enum ir_base */
	bool optional;
};

/* An event's payload: made from the table of the kernel's own events, or from a group of rules. */
struct text_spec {
	const char *system;	/* NULL: of a group of rules, or only texts have it */
	const char *name;	/* NULL: of a group of rules */
	uint16_t kind;		/* enum ir_event_kind, or above: rules are to be applied */
	enum ir_finish finish;
	bool has_device;	/* begins with the name of one */
	struct field fields[IR_EVENT_FIELDS + 1];
};

/* As the kernel prints it, if that is known: some have no 0x in front. */
static uint8_t base_of(const struct ir_event_spec *own, const struct ir_rule_field *field)
{
	for (unsigned int i = 0; own && i < IR_EVENT_FIELDS && own->fields[i].name; i++)
		if (own->fields[i].in_text && !strcmp(own->fields[i].name, field->name))
			return own->fields[i].base;
	return field->hex ? IR_BASE_HEX : IR_BASE_AUTO;
}

/* The fields that a rule's event must have; @own: what it is without the rule, or NULL. */
static struct text_spec *group_spec(struct ir_file *file, const struct ir_rule_group *g,
				    const struct ir_event_spec *own)
{
	struct text_spec *spec = calloc(1, sizeof(*spec));
	unsigned int i;

	if (!spec) {
		ir_file_fail(file, -ENOMEM);
		return NULL;
	}
	*spec = (struct text_spec){ .kind = g->kind, .finish = IR_FINISH_NONE };
	for (i = 0; i < g->nr_fields; i++)
		spec->fields[i] = (struct field){
			.key = g->fields[i].name, .len = (uint8_t)strlen(g->fields[i].name),
			.slot = g->fields[i].slot, .base = base_of(own, &g->fields[i]),
			.optional = g->fields[i].optional,
		};
	/* The kernel prints the device in front of all fields, without a key. */
	spec->has_device = own && own->device_first;
	if (g->device && !(spec->has_device && !strcmp(g->device, "device")))
		spec->fields[i] = (struct field){
			.key = g->device, .len = (uint8_t)strlen(g->device), .slot = IR_SLOT_DEVICE,
		};
	return spec;
}

static struct text_spec *kernel_spec(struct ir_file *file, const struct ir_event_spec *own)
{
	struct text_spec *spec = calloc(1, sizeof(*spec));
	unsigned int n = 0;

	if (!spec) {
		ir_file_fail(file, -ENOMEM);
		return NULL;
	}
	*spec = (struct text_spec){
		.system = own->system, .name = own->name, .kind = (uint16_t)own->kind,
		.finish = own->finish, .has_device = own->device_first,
	};
	for (unsigned int i = 0; i < IR_EVENT_FIELDS && own->fields[i].name; i++) {
		const struct ir_field_spec *f = &own->fields[i];

		if (f->in_text)
			spec->fields[n++] = (struct field){
				.key = f->name, .len = (uint8_t)strlen(f->name), .slot = f->slot,
				.base = f->base, .optional = f->in_text == IR_OPTIONAL,
			};
	}
	return spec;
}

struct text_want ir_text_spec(struct ir_reader *rd, const char *system, const char *name)
{
	const struct ir_rule_group *g = ir_rules_find_user(rd->events, system, name);
	const struct ir_event_spec *own = ir_event_spec(system, name, IR_IN_TEXTS);

	rd->user_events += g != NULL;
	if (!g && own && !ir_reader_wants(rd, own->kind))
		return (struct text_want){ .ignored = true };
	if (!g && own)
		return (struct text_want){ .spec = kernel_spec(rd->file, own), .wanted = true };
	if (!g)
		g = ir_rules_find_builtin(rd->events, system, name);
	if (g && g->kind != IR_EV_KINDS)
		return (struct text_want){ .spec = group_spec(rd->file, g, own), .group = g,
					   .wanted = true };
	return (struct text_want){ .ignored = g != NULL };
}

bool ir_text_spec_is_marker(const struct text_spec *spec)
{
	return spec && spec->kind == IR_EV_MARKER;
}

const char *ir_text_spec_system(const struct text_spec *spec)
{
	return spec->system;
}

/* A payload on its way through. */
struct walk {
	struct text_payload *pl;
	const struct text_spec *spec;
	struct ir_event *ev;
	const char *end;
	uint64_t values[IR_SLOT_END + 1];
	unsigned int have;	/* bits of enum ir_slot */
	unsigned int fields;	/* bits of spec->fields[] that were found */
	bool raw;		/* printed without a format: nothing is hexadecimal without 0x */
	bool truncated;
	bool open_end;		/* a number that is needed ends where the line ends */
	bool needed;		/* the last word was a field that is needed */
	bool bare;		/* the last word was no field */
	bool unquoted;		/* no quote ends a string from here on */
};

/*
 * Terminates the name in place while ir_reader_device() compares it with the last one.  The cast
 * drops const: lines are in buffers of the reader, which may be written to.
 */
static bool parse_device(struct walk *w, const char *name, const char *stop)
{
	char *end, behind;
	uint64_t number;

	/* A probe's: in quotes, or a number as trace.dat has it. */
	if (!w->spec->name && stop - name > 2 && *name == '"' && stop[-1] == '"') {
		name++;
		stop--;
	}
	if (stop == name || w->have >> IR_SLOT_DEVICE & 1)
		return false;
	w->have |= 1u << IR_SLOT_DEVICE;
	if (!w->spec->name && ir_text_number(name, stop, &number) == stop) {
		w->ev->device = ir_reader_device_number(w->pl->rd, number);
		return w->ev->device != 0;
	}
	end = (char *)(uintptr_t)stop;
	behind = *end;
	*end = '\0';
	w->ev->device = ir_reader_device(w->pl->rd, name, (size_t)(stop + 1 - name));
	*end = behind;
	return w->ev->device != 0;
}

static const char *word_end(const char *p, const char *end)
{
	const char *space = memchr(p, ' ', (size_t)(end - p));

	return space ? space : end;
}

/* The same, but a string of a probe is in quotes and may have spaces in it. */
static const char *value_end(struct walk *w, const char *p)
{
	const char *end = w->end, *q = !w->unquoted && p < end && *p == '"' ? p : NULL;

	while (q && q + 1 < end) {
		q = memchr(q + 1, '"', (size_t)(end - q - 1));
		if (q && (q + 1 == end || q[1] == ' '))
			return q + 1;
	}
	w->unquoted |= p < end && *p == '"';	/* sought once a line: there may be many */
	return word_end(p, end);
}

/* Sixteen hexadecimal digits are all there can be. */
static bool is_whole(const char *p, const char *end)
{
	return end - p == 18 && p[0] == '0' && p[1] == 'x';
}

static const char *const directions[] = {
	[IR_DMA_BIDIRECTIONAL] = "BIDIRECTIONAL", [IR_DMA_TO_DEVICE] = "TO_DEVICE",
	[IR_DMA_FROM_DEVICE] = "FROM_DEVICE", [IR_DMA_NONE] = "NONE",
};

#define NR_DIRECTIONS (sizeof(directions) / sizeof(directions[0]))

/* As show_dma_data_direction of the kernel prints it; -1: another word. */
static uint64_t direction_number(const char *word, size_t len)
{
	for (size_t i = 0; i < NR_DIRECTIONS; i++)
		if (strlen(directions[i]) == len && !memcmp(word, directions[i], len))
			return i;
	return UINT64_MAX;
}

/* "FROM_DEV": the word fell apart. */
static bool is_part_of_direction(const char *word, size_t len)
{
	for (size_t i = 0; i < NR_DIRECTIONS; i++)
		if (len < strlen(directions[i]) && !memcmp(word, directions[i], len))
			return true;
	return false;
}

/* "(0)", where @p is: behind it, or NULL. */
static const char *in_brackets(const char *p, const char *end, uint64_t *value)
{
	const char *stop = memchr(p, ')', (size_t)(end - p));

	return stop && ir_text_number(p + 1, stop, value) == stop ? stop + 1 : NULL;
}

/* With options/fields both forms are printed, "0xfffffff4 (-12)": only the second has the sign. */
static uint64_t signed_number(const char *p, const char *end, uint64_t value)
{
	uint64_t positive;

	if (end - p < 5 || memcmp(p, " (-", 3) != 0 || !in_brackets(p + 2, end, &positive))
		return value;
	return -positive;
}

static const char *parse_number(struct walk *w, const struct field *f, const char *p)
{
	const char *end = w->end, *start = p;
	bool hex = !w->raw && (f->base == IR_BASE_HEX || f->base == IR_BASE_POINTER);
	uint64_t value;

	if (w->have >> f->slot & 1)
		return NULL;
	w->have |= 1u << f->slot;
	if (f->base == IR_BASE_OF) {
		const char *slash = memchr(p, '/', (size_t)(end - p));

		p = slash ? slash + 1 : end;
	}
	if (f->base == IR_BASE_POINTER && p < end && *p == '(') {
		const char *stop = word_end(p, end);

		/* The kernel's (null), the C library's (nil); other words stand for an address. */
		value = !(stop - p > 3 && p[1] == 'n' && p[stop - p - 2] == 'l');
		p = stop;
	} else if (f->base == IR_BASE_DIRECTION && p < end && !text_is_digit(*p)) {
		const char *stop = word_end(p, end);

		value = direction_number(p, (size_t)(stop - p));
		if (value == UINT64_MAX && is_part_of_direction(p, (size_t)(stop - p)))
			return NULL;
		p = stop;
	} else {
		if (p < end && *p == '(')	/* options/fields: a byte */
			p = in_brackets(p, end, &value);
		else
			p = hex ? ir_text_hex(p, end, &value) : ir_text_number(p, end, &value);
		if (p && p < end && *p == ' ')
			value = signed_number(p, end, value);
	}
	if (!p)
		return NULL;
	w->values[f->slot] = value;
	w->open_end |= p == end && !is_whole(start, end);
	/* iova=0x1000 - 0x2000 */
	if (f->slot == IR_SLOT_ADDR && end - p > 3 && !memcmp(p, " - ", 3)) {
		w->have |= 1u << IR_SLOT_END;
		p = ir_text_number(p + 3, end, &w->values[IR_SLOT_END]);
	}
	return p;
}

static const char *parse_list(struct walk *w, const struct field *f, const char *p)
{
	struct text_payload *pl = w->pl;

	return ir_text_list(f->slot == IR_SLOT_LIST ? &pl->list :
			    f->slot == IR_SLOT_LENGTHS ? &pl->lengths : &pl->others, p, w->end);
}

/* "key=value"; the value is at @p.  Returns where it ends. */
static const char *parse_field(struct walk *w, const char *key, size_t len, const char *p)
{
	for (unsigned int i = 0; i < MAX_FIELDS && w->spec->fields[i].key; i++) {
		const struct field *f = &w->spec->fields[i];

		if (f->len != len || f->key[0] != key[0] || memcmp(f->key, key, len) != 0)
			continue;
		w->fields |= 1u << i;
		w->needed = true;
		if (f->slot == IR_SLOT_DEVICE) {
			const char *stop = value_end(w, p);

			return parse_device(w, p, stop) ? stop : NULL;
		}
		return f->slot >= IR_SLOT_LIST ? parse_list(w, f, p) : parse_number(w, f, p);
	}
	if (w->spec->has_device && len == 6 && !memcmp(key, "device", 6)) {
		const char *stop = word_end(p, w->end);

		return parse_device(w, p, stop) ? stop : NULL;
	}
	/* Not used; a list of bytes has spaces in it. */
	if (w->end - p > 6 && !memcmp(p, "ARRAY[", 6)) {
		p = memchr(p, ']', (size_t)(w->end - p));
		return p ? p + 1 : NULL;
	}
	return value_end(w, p);
}

/*
 * "[001]": two lines became one.  "17fe00000": a number fell apart.  "[54:0x8]" is what
 * trace-cmd report --debug prints behind an event.
 */
static bool is_misplaced(const char *p, const char *stop)
{
	if (stop - p > 2 && p[0] == '[' && text_is_digit(p[1]) && stop[-1] == ']')
		return !memchr(p, ':', (size_t)(stop - p));
	if (stop - p > 1 && *p == 'x')	/* and "0" is in front of it */
		p++;
	while (p < stop && (text_is_digit(*p) || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'f')))
		p++;
	return p == stop;
}

static bool has_all(const struct walk *w)
{
	for (unsigned int i = 0; i < MAX_FIELDS && w->spec->fields[i].key; i++) {
		const struct field *f = &w->spec->fields[i];

		if (!f->optional && !(w->fields >> i & 1))
			return false;
		/* An address of the kernel's own events that goes by two names must have one of them. */
		if (w->spec->name && f->slot == IR_SLOT_ADDR && !(w->have >> IR_SLOT_ADDR & 1))
			return false;
	}
	return !w->spec->has_device || w->have >> IR_SLOT_DEVICE & 1;
}

/*
 * perf script -F +ip,+sym,+weight and others print more behind the payload.  Of what
 * could be a piece of its last number, only addresses are not taken for one, unless
 * that number is known to be whole by others.
 */
static bool is_tail(const struct walk *w, const char *p, const char *stop)
{
	return w->pl->columns && has_all(w) && *p != '[' &&
		(stop - p >= MIN_ADDRESS || !w->needed || w->have >> IR_SLOT_END & 1);
}

static bool walk_words(struct walk *w, const char *p)
{
	while ((p = text_skip_spaces(p, w->end)) < w->end) {
		const char *stop = p;

		while (stop < w->end && *stop != '=' && *stop != ' ')
			stop++;
		w->bare = stop == w->end || *stop == ' ';
		/* A key follows the device, unless its name fell apart; with options/fields "(2)" follows its number. */
		if (w->bare && w->spec->has_device && w->spec->name && !w->fields && !w->raw && *p != '(')
			return false;
		if (w->bare) {
			if (is_misplaced(p, stop)) {
				w->pl->tail = is_tail(w, p, stop) ? p : NULL;
				return w->pl->tail != NULL;
			}
			w->truncated |= stop - p == 11 && !memcmp(p, "[TRUNCATED]", 11);
			p = stop;
			continue;
		}
		w->needed = false;
		p = parse_field(w, p, (size_t)(stop - p), stop + 1);
		if (!p || (p < w->end && *p != ' '))
			return false;
	}
	return true;
}

/* Both ends are printed, and the size: they must agree. */
static bool finish_range(struct walk *w, uint64_t size)
{
	return !(w->have >> IR_SLOT_END & 1) || w->values[IR_SLOT_END] - w->values[IR_SLOT_ADDR] == size;
}

static bool finish_unmap(struct walk *w)
{
	uint64_t size = w->values[IR_SLOT_EXTRA];

	if (!(w->have >> IR_SLOT_EXTRA & 1))
		return true;
	/* A part may stay mapped, but no digit was lost if it is all of it. */
	if (w->values[IR_SLOT_SIZE] == size)
		w->open_end = false;
	return finish_range(w, size);
}

/* As trace.dat has it: each piece rounded out to pages, its size 0 if not all is known. */
static bool finish_sg(struct walk *w)
{
	struct text_payload *pl = w->pl;
	size_t nr = ir_text_list_count(&pl->list, 8);
	size_t lengths = ir_text_list_count(&pl->lengths, 4);

	if (!pl->lengths.present || nr == SIZE_MAX || nr != lengths ||
	    !ir_text_list_order(&pl->list, &pl->order) ||
	    !ir_text_list_order(&pl->others, &pl->order))
		return false;
	w->truncated |= w->values[IR_SLOT_EXTRA] != 0;
	w->ev->addr = w->ev->size = w->ev->value[IR_EVENT_LENGTH] = 0;
	if (!w->truncated || w->values[IR_SLOT_AUX] < nr)
		w->ev->aux = nr;
	if (pl->list.is_bytes && pl->order == TEXT_ORDER_UNKNOWN)
		return true;
	w->ev->addr = nr ? ir_text_list_get(&pl->list, 0, 8, pl->order) : 0;
	for (size_t i = 0; i < nr && !w->truncated; i++) {
		uint64_t size = ir_text_list_get(&pl->lengths, i, 4, pl->order);

		w->ev->value[IR_EVENT_LENGTH] += size;
		size += ir_text_list_get(&pl->list, i, 8, pl->order) & (IOMMU_PAGE - 1);
		w->ev->size += (size + IOMMU_PAGE - 1) & ~(IOMMU_PAGE - 1);
	}
	return true;
}

static bool finish_alloc_sgt(struct walk *w)
{
	struct text_payload *pl = w->pl;

	if (!ir_text_list_order(&pl->list, &pl->order))
		return false;
	if (pl->list.nr && (!pl->list.is_bytes || (pl->list.nr >= 8 && pl->order)))
		w->ev->paddr = ir_text_list_get(&pl->list, 0, 8, pl->order);
	return true;
}

static bool finish_sg_err(struct walk *w)
{
	w->ev->aux = ir_text_list_count(&w->pl->list, 8);
	return w->pl->list.present && w->ev->aux != SIZE_MAX &&
	       ir_text_list_order(&w->pl->list, &w->pl->order);
}

static bool finish_payload(struct walk *w)
{
	switch (w->spec->finish) {
	case IR_FINISH_RANGE:
		if (w->have >> IR_SLOT_END & 1)
			w->open_end = false;
		return finish_range(w, w->ev->size);
	case IR_FINISH_UNMAP:
		return finish_unmap(w);
	case IR_FINISH_ALLOC:	/* no memory, no mapping: the address is left over */
		if (!w->values[IR_SLOT_EXTRA])
			w->ev->addr = DMA_MAPPING_ERROR;
		return true;
	case IR_FINISH_FAILED:
		w->ev->addr = DMA_MAPPING_ERROR;
		return true;
	case IR_FINISH_ALLOC_SGT:
		return finish_alloc_sgt(w);
	case IR_FINISH_SG:
		return finish_sg(w);
	case IR_FINISH_SG_ERR:
		return finish_sg_err(w);
	default:
		return true;
	}
}

/*
 * Behind "print:" comes who wrote it, an address or a function, and a colon; by
 * name it is "ip=... buf=...".
 */
static const char *skip_writer(const struct text_span *text)
{
	const char *stop = memchr(text->start, ' ', text_len(text));
	const char *buf;

	if (stop && stop > text->start && stop[-1] == ':')
		return stop + 1;
	if (!stop && text->end > text->start && text->end[-1] == ':')
		return text->end;
	buf = text_begins(text, "ip=") ? memmem(text->start, text_len(text), " buf=", 5) : NULL;
	return buf ? buf + 5 : text->start;
}

/*
 * "IOMMU:pci 0000:00:10.1 iova=0x000000001234 flags=0x0001"; by name it is
 * "device=0000:00:10.1 driver=pci iova=0x1234 flags=0x1".
 */
static enum text_result parse_fault(struct text_span text, struct ir_event *ev)
{
	static const char by_name[] = "device=";
	const char *iova = memmem(text.start, text_len(&text), " iova=", 6), *flags, *p;
	const char *device = text.start;

	flags = iova ? memmem(iova, (size_t)(text.end - iova), " flags=", 7) : NULL;
	if (!flags)
		return TEXT_BAD;
	if (text_begins(&text, by_name)) {
		device += sizeof(by_name) - 1;
	} else {
		while (device < iova && *device != ' ')
			device++;
		device++;
	}
	p = ir_text_number(flags + 7, text.end, &ev->aux);
	if (device >= iova || !p || !ir_text_number(iova + 6, flags, &ev->addr))
		return TEXT_BAD;
	ev->text = device;
	ev->size = (uint64_t)(word_end(device, iova) - device);
	return p == text.end ? TEXT_OPEN_END : TEXT_GOOD;
}

/* The number behind a key, or behind what else is before it. */
static bool number_behind(struct text_span text, const char *key, uint64_t *value)
{
	const char *at = memmem(text.start, text_len(&text), key, strlen(key));

	return at && ir_text_number(at + strlen(key), text.end, value);
}

/* "iotlb_inv dmar1: 0x300f2 0xf7700000 0x0 0x0"; by name "qw0=0x300f2 qw1=0xf7700000". */
static enum text_result parse_qi(struct text_span text, struct ir_event *ev)
{
	const char *p;

	if (!number_behind(text, "qw0=", &ev->aux) || !number_behind(text, "qw1=", &ev->addr)) {
		p = memmem(text.start, text_len(&text), ": ", 2);
		p = p ? ir_text_number(p + 2, text.end, &ev->aux) : NULL;
		if (!p || p == text.end || !ir_text_number(p + 1, text.end, &ev->addr))
			return TEXT_BAD;
	}
	ir_finish_qi(ev);
	return TEXT_OPEN_END;
}

/*
 * "dmar0/0000:00:10.0[0] type iotlb did 4 [0xff000-0xfffff] addr 0xff000 pages 0x1 mask 0x0";
 * by name "domain_id=4 type=0 start=0xff000 end=0xfffff".
 */
static enum text_result parse_tag(struct text_span text, struct ir_event *ev)
{
	const char *p;
	uint64_t type;

	if (number_behind(text, "domain_id=", &ev->aux) && number_behind(text, "type=", &type)) {
		ev->ret = (int64_t)type;
		if (ev->kind != IR_EV_TAG_ALL && (!number_behind(text, "start=", &ev->addr) ||
						  !number_behind(text, "end=", &ev->size)))
			return TEXT_BAD;
		ir_finish_tag(ev);
		return TEXT_OPEN_END;
	}
	if (!number_behind(text, " did ", &ev->aux))
		return TEXT_BAD;
	ev->ret = !memmem(text.start, text_len(&text), "iotlb ", 6) &&
		!memmem(text.start, text_len(&text), "type 0x0 ", 9);
	p = memmem(text.start, text_len(&text), " [0x", 4);
	if (ev->kind != IR_EV_TAG_ALL) {
		const char *dash = p ? memchr(p, '-', (size_t)(text.end - p)) : NULL;
		const char *stop = dash ? memchr(dash, ']', (size_t)(text.end - dash)) : NULL;

		if (!stop || !ir_text_number(p + 2, dash, &ev->addr) ||
		    !ir_text_number(dash + 1, stop, &ev->size))
			return TEXT_BAD;
	}
	ir_finish_tag(ev);
	return TEXT_OPEN_END;
}

/* A PID behind @key, or else as trace-cmd prints it: "name:PID [priority]". */
static bool switch_pid(const char *start, const char *end, const char *key, uint64_t *pid)
{
	const char *at = memmem(start, (size_t)(end - start), key, strlen(key));
	const char *bracket = memmem(start, (size_t)(end - start), " [", 2);

	if (at)
		return ir_text_number(at + strlen(key), end, pid) != NULL;
	if (!bracket)
		return false;
	at = memrchr(start, ':', (size_t)(bracket - start));
	return at && ir_text_number(at + 1, bracket, pid) == bracket;
}

/*
 * "prev_comm=fio prev_pid=123 ... ==> next_comm=swapper/0 next_pid=0 next_prio=120"; by
 * trace-cmd's plug-in "fio:123 [120] S ==> swapper/0:0 [120]".
 */
static enum text_result parse_switch(const struct text_span *text, struct ir_event *ev)
{
	const char *arrow = memmem(text->start, text_len(text), "==> ", 4);
	const char *next = arrow ? arrow : memmem(text->start, text_len(text), "next_comm=", 10);

	if (!next || !switch_pid(text->start, next, "prev_pid=", &ev->addr) ||
	    !switch_pid(next, text->end, "next_pid=", &ev->aux))
		return TEXT_BAD;
	return TEXT_GOOD;
}

static enum text_result parse_marker(struct text_span text, bool is_print, struct ir_event *ev)
{
	if (is_print)
		text.start = skip_writer(&text);
	ev->text = text.start;
	ev->size = text_len(&text) < MAX_TEXT ? text_len(&text) : MAX_TEXT;
	return TEXT_OPEN_END;
}

/* The device's name, or "[FAILED TO PARSE]"; fields by name may also come right away. */
static const char *walk_start(struct walk *w, const char *p)
{
	static const char failed[] = "[FAILED TO PARSE] ";
	const char *stop = p;

	if (w->end - p > (ptrdiff_t)sizeof(failed) - 1 && !memcmp(p, failed, sizeof(failed) - 1)) {
		w->raw = true;
		return p + sizeof(failed) - 1;
	}
	if (!w->spec->has_device)
		return p;
	if (p < w->end && *p == '[')	/* the line ends within the words */
		return NULL;
	while (stop < w->end && *stop != '=' && *stop != ' ')
		stop++;
	if (stop < w->end && *stop == '=')
		return p;
	return parse_device(w, p, stop) ? stop : NULL;
}

static bool has_slot(const struct text_spec *spec, enum ir_slot slot)
{
	for (unsigned int i = 0; i < MAX_FIELDS && spec->fields[i].key; i++)
		if (spec->fields[i].slot == slot)
			return true;
	return false;
}

enum text_result ir_text_payload(struct text_payload *pl, const struct text_spec *spec,
				 struct text_span text, struct ir_event *ev)
{
	struct walk w = { .pl = pl, .spec = spec, .ev = ev, .end = text.end };
	const char *p;

	pl->tail = NULL;
	ev->kind = spec->kind;
	ev->device = 0;
	ev->text = NULL;
	if (spec->has_device && spec->name)
		ev->flags |= (uint16_t)(ir_dma_function(spec->name) << IR_EVF_FUNCTION_SHIFT);
	if (!spec->name)
		ev->flags |= IR_EVF_PROBE;
	if (spec->finish == IR_FINISH_FAULT)
		return parse_fault(text, ev);
	if (spec->finish == IR_FINISH_QI)
		return parse_qi(text, ev);
	if (spec->finish == IR_FINISH_TAG)
		return parse_tag(text, ev);
	if (spec->finish == IR_FINISH_SWITCH)
		return parse_switch(&text, ev);
	if (spec->finish == IR_FINISH_CONSOLE && text_begins(&text, "msg="))
		text.start += 4;
	if (spec->finish == IR_FINISH_MARKER || spec->finish == IR_FINISH_CONSOLE)
		return parse_marker(text, spec->finish == IR_FINISH_MARKER && spec->system, ev);
	pl->list.present = pl->lengths.present = pl->others.present = false;
	p = walk_start(&w, text.start);
	if (!p || !walk_words(&w, p) || !has_all(&w))
		return TEXT_BAD;
	ev->addr = w.values[IR_SLOT_ADDR];
	ev->size = w.values[IR_SLOT_SIZE];
	ev->paddr = w.values[IR_SLOT_PADDR];
	ev->aux = w.values[IR_SLOT_AUX];
	ev->ret = (int64_t)w.values[IR_SLOT_RET];
	if (spec->has_device && !(w.have >> IR_SLOT_RET & 1) && has_slot(spec, IR_SLOT_RET))
		ev->ret = -1;	/* its direction */
	if (spec->kind > IR_EV_KINDS)
		ev->value[IR_SLOT_EXTRA] = w.values[IR_SLOT_EXTRA];
	if (!finish_payload(&w))
		return TEXT_BAD;
	if (w.open_end)
		return TEXT_OPEN_END;
	/* A word in brackets is complete with its closing bracket. */
	return w.bare && !pl->tail && w.end[-1] != ')' && w.end[-1] != ']' ? TEXT_FRAGMENT : TEXT_GOOD;
}
