// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Taking a trace.dat of version 7 apart; trace-cmd.dat.v7(5).  For recordings
 * that are known to be intact: whatever does not fit ends the program.
 */
#include "source.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>
#include <zstd.h>

enum { OPTION_BUFFER = 3, OPTION_HEADER_INFO = 16, OPTION_EVENTS = 18, OPTION_CMDLINES = 21 };

/* The whole file, with a place in it. */
struct input {
	struct source *src;
	unsigned char *data;
	size_t len, pos;
	bool zstd;
};

struct buffer {
	const unsigned char *table;	/* of its CPUs: number, offset, size */
	uint32_t cpus;
	uint64_t bytes;
	bool compressed;
};

void fail(const char *format, ...)
{
	va_list args;

	fputs("grow: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void *need(void *p)
{
	if (!p)
		fail("out of memory");
	return p;
}

uint64_t source_get(const struct source *src, const void *p, unsigned int size)
{
	const unsigned char *b = p;
	uint64_t v = 0;

	for (unsigned int i = 0; i < size; i++)
		v = v << 8 | b[src->big ? i : size - 1 - i];
	return v;
}

void source_put(const struct source *src, void *p, unsigned int size, uint64_t value)
{
	unsigned char *b = p;

	for (unsigned int i = 0; i < size; i++, value >>= 8)
		b[src->big ? size - 1 - i : i] = (unsigned char)value;
}

static const unsigned char *take(struct input *in, size_t len)
{
	const unsigned char *p = in->data + in->pos;

	if (len > in->len - in->pos)
		fail("the recording is cut at offset %zu", in->pos);
	in->pos += len;
	return p;
}

static uint64_t take_number(struct input *in, unsigned int size)
{
	return source_get(in->src, take(in, size), size);
}

static const char *take_string(struct input *in)
{
	const char *s = (const char *)in->data + in->pos;

	take(in, strnlen(s, in->len - in->pos) + 1);
	return s;
}

static struct blob unzstd(const unsigned char *data, size_t len, size_t plain)
{
	struct blob out = { need(malloc(plain + 1)), plain };

	if (ZSTD_decompress(out.data, plain, data, len) != plain)
		fail("cannot decompress the recording");
	return out;
}

static struct blob copy_of(const unsigned char *data, size_t len)
{
	struct blob out = { need(malloc(len + 1)), len };

	memcpy(out.data, data, len);
	return out;
}

/* A section's data, decompressed; the place stays behind its header. */
static struct blob load_section(struct input *in, uint64_t pos, unsigned int *id, bool *compressed)
{
	size_t len, packed, plain;

	in->pos = pos;
	*id = (unsigned int)take_number(in, 2);
	*compressed = take_number(in, 2) & 1;
	take_number(in, 4);
	len = take_number(in, 8);
	if (*id == OPTION_BUFFER)
		return (struct blob){ 0 };
	if (!*compressed)
		return copy_of(take(in, len), len);
	packed = take_number(in, 4);
	plain = take_number(in, 4);
	/* trace-cmd 3.3.1 wrote zeros on big-endian machines. */
	if (!packed || !plain) {
		const unsigned char *data = take(in, len - 8);

		packed = ZSTD_findFrameCompressedSize(data, len - 8);
		if (ZSTD_isError(packed))
			fail("cannot decompress the recording");
		plain = (size_t)ZSTD_getFrameContentSize(data, packed);
		return unzstd(data, packed, plain);
	}
	return unzstd(take(in, packed), packed, plain);
}

static void take_buffer(struct input *in, struct blob opt, struct buffer *best)
{
	struct input at = { .src = in->src, .data = opt.data, .len = opt.len };
	uint64_t pos = take_number(&at, 8);
	struct buffer b = { .bytes = 0 };
	unsigned int id;
	uint32_t page_size;
	const char *clock;

	take_string(&at);
	clock = take_string(&at);
	page_size = (uint32_t)take_number(&at, 4);
	b.cpus = (uint32_t)take_number(&at, 4);
	b.table = at.data + at.pos;
	for (uint32_t i = 0; i < b.cpus; i++) {
		take_number(&at, 4);
		take_number(&at, 8);
		b.bytes += take_number(&at, 8);
	}
	if (b.bytes < best->bytes)
		return;
	load_section(in, pos, &id, &b.compressed);
	in->src->page_size = page_size;
	snprintf(in->src->clock, sizeof(in->src->clock), "%s", clock);
	*best = b;
}

static void take_option(struct input *in, unsigned int id, struct blob data, struct buffer *best)
{
	struct source *src = in->src;
	unsigned int section;
	bool compressed;

	if (id == OPTION_BUFFER) {
		take_buffer(in, data, best);
	} else if (id >= OPTION_HEADER_INFO && id <= OPTION_CMDLINES) {
		src->sections[id] = load_section(in, source_get(src, data.data, 8), &section,
						 &compressed);
		free(data.data);
		return;
	}
	src->options = need(realloc(src->options, (src->nr_options + 1) * sizeof(*src->options)));
	src->options[src->nr_options++] = (struct option){ id, data };
}

static void read_options(struct input *in, uint64_t pos, struct buffer *best)
{
	while (pos) {
		struct input at = { .src = in->src };
		unsigned int id;
		bool compressed;
		struct blob all = load_section(in, pos, &id, &compressed);

		at.data = all.data;
		at.len = all.len;
		while ((id = (unsigned int)take_number(&at, 2))) {
			size_t len = take_number(&at, 4);

			take_option(in, id, copy_of(take(&at, len), len), best);
		}
		take_number(&at, 4);
		pos = take_number(&at, 8);
		free(all.data);
	}
}

/* The fields of an event that are addresses, by name. */
static struct addresses find_addresses(struct tep_event *event)
{
	static const char *const names[] = { "iova", "dma_addr", "addr", "start" };
	struct tep_format_field *field;
	struct addresses a = { .nr = 0 };

	a.role = !strcmp(event->name, "map") ? ROLE_MAP : ROLE_OTHER;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		field = tep_find_field(event, names[i]);
		if (field && field->size == 8 && a.nr < MAX_ADDRS)
			a.offset[a.nr++] = (uint16_t)field->offset;
	}
	field = tep_find_field(event, "range");
	if (!field)
		field = tep_find_field(event, "size");
	if (field && a.nr) {
		a.size_offset = (uint16_t)field->offset;
		a.size_len = (uint8_t)field->size;
	}
	field = tep_find_field(event, "dma_addrs");
	if (field && (field->flags & TEP_FIELD_IS_DYNAMIC))
		a.array_offset = (uint16_t)field->offset;
	return a;
}

/* Every format text of the section with the event formats. */
static void read_formats(struct source *src)
{
	struct input in = { .src = src, .data = src->sections[OPTION_EVENTS].data,
			    .len = src->sections[OPTION_EVENTS].len };
	struct tep_handle *tep = need(tep_alloc());
	uint32_t systems = (uint32_t)take_number(&in, 4);

	tep_set_loglevel(TEP_LOG_NONE);
	src->addresses = need(calloc(65536, sizeof(*src->addresses)));
	tep_set_file_bigendian(tep, src->big ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	while (systems--) {
		const char *system = take_string(&in);
		uint32_t events = (uint32_t)take_number(&in, 4);

		while (events--) {
			size_t len = take_number(&in, 8);

			tep_parse_event(tep, (const char *)take(&in, len), len, system);
		}
	}
	for (int i = 0; i < tep_get_events_count(tep); i++) {
		struct tep_event *event = tep_get_event(tep, i);

		src->addresses[event->id & 0xffff] = find_addresses(event);
	}
	tep_free(tep);
}

static void add_record(struct source *src, const void *data, uint32_t len, uint64_t time,
		       uint32_t cpu)
{
	if (!(src->nr_recs & (src->nr_recs - 1)))
		src->recs = need(realloc(src->recs, (src->nr_recs ? src->nr_recs * 2 : 1) *
							    sizeof(*src->recs)));
	src->bytes = need(realloc(src->bytes, src->nr_bytes + len));
	memcpy(src->bytes + src->nr_bytes, data, len);
	src->recs[src->nr_recs++] = (struct record){
		.time = time, .at = src->nr_bytes, .len = len, .cpu = (uint16_t)cpu,
		.id = (uint16_t)source_get(src, data, 2),
	};
	src->nr_bytes += len;
}

static void read_pages(struct source *src, const unsigned char *data, size_t len, uint32_t cpu)
{
	struct kbuffer *kbuf = need(kbuffer_alloc(src->long_size == 8 ? KBUFFER_LSIZE_8 :
							 KBUFFER_LSIZE_4,
					     src->big ? KBUFFER_ENDIAN_BIG : KBUFFER_ENDIAN_LITTLE));
	unsigned long long time;
	void *event;

	for (size_t at = 0; at + src->page_size <= len; at += src->page_size) {
		kbuffer_load_subbuffer(kbuf, (void *)(uintptr_t)(data + at));
		for (event = kbuffer_read_event(kbuf, &time); event;
		     event = kbuffer_next_event(kbuf, &time))
			add_record(src, event, (uint32_t)kbuffer_event_size(kbuf), time, cpu);
	}
	kbuffer_free(kbuf);
}

static void read_chunks(struct input *in, uint64_t end, uint32_t cpu)
{
	uint32_t chunks = (uint32_t)take_number(in, 4);

	while (chunks-- && in->pos < end) {
		size_t packed = take_number(in, 4), plain = take_number(in, 4);
		struct blob pages;

		if (!packed || !plain) {
			packed = ZSTD_findFrameCompressedSize(in->data + in->pos, in->len - in->pos);
			if (ZSTD_isError(packed))
				fail("cannot decompress the recording");
			plain = (size_t)ZSTD_getFrameContentSize(in->data + in->pos, packed);
		}
		pages = unzstd(take(in, packed), packed, plain);
		read_pages(in->src, pages.data, pages.len, cpu);
		free(pages.data);
	}
}

static void read_cpus(struct input *in, const struct buffer *b)
{
	struct source *src = in->src;

	src->cpus = b->cpus;
	src->first = need(calloc(b->cpus + 1, sizeof(*src->first)));
	for (uint32_t i = 0; i < b->cpus; i++) {
		uint64_t pos = source_get(src, b->table + i * 20 + 4, 8);
		uint64_t size = source_get(src, b->table + i * 20 + 12, 8);

		src->first[i] = src->nr_recs;
		in->pos = pos;
		if (b->compressed && size)
			read_chunks(in, pos + size, i);
		else
			read_pages(src, take(in, size), size, i);
	}
	src->first[b->cpus] = src->nr_recs;
}

/*
 * Number the operations of each CPU, so that one can go to another CPU as a
 * whole.  One begins with a map in task context that does not follow another:
 * what is in interrupt context, and what comes later, belongs to it.
 */
static void number_ops(struct source *src)
{
	src->ops = need(calloc(src->cpus, sizeof(*src->ops)));
	for (uint32_t cpu = 0; cpu < src->cpus; cpu++) {
		bool mapping = true;
		uint32_t op = 0;

		for (size_t i = src->first[cpu]; i < src->first[cpu + 1]; i++) {
			struct record *rec = &src->recs[i];
			bool irq = src->bytes[rec->at + 2] & (0x08 | 0x10 | 0x40);
			bool map = src->addresses[rec->id].role == ROLE_MAP;

			op += !irq && map && !mapping;
			mapping = irq ? mapping : map;
			rec->op = op;
		}
		src->ops[cpu] = op + 1;
	}
}

static void find_extents(struct source *src)
{
	src->lowest = UINT64_MAX;
	src->first_time = UINT64_MAX;
	for (size_t i = 0; i < src->nr_recs; i++) {
		const struct record *rec = &src->recs[i];
		const struct addresses *a = &src->addresses[rec->id];
		uint64_t first, size;

		if (rec->time < src->first_time)
			src->first_time = rec->time;
		if (rec->time > src->last_time)
			src->last_time = rec->time;
		if (!a->nr || !a->size_offset)
			continue;
		first = source_get(src, src->bytes + rec->at + a->offset[0], 8);
		size = source_get(src, src->bytes + rec->at + a->size_offset, a->size_len);
		if (first + size < first)
			continue;
		if (size > src->widest) {
			src->widest = size;
			src->widest_end = first + size;
		}
		if (a->role != ROLE_MAP)
			continue;
		if (first < src->lowest)
			src->lowest = first;
		if (first + size > src->highest)
			src->highest = first + size;
	}
	if (src->lowest >= src->highest)
		fail("the recording has no iommu:map event");
}

static void load_file(struct input *in, const char *path)
{
	FILE *f = fopen(path, "rb");
	long len;

	if (!f || fseek(f, 0, SEEK_END) || (len = ftell(f)) < 0 || fseek(f, 0, SEEK_SET))
		fail("%s: cannot read", path);
	in->len = (size_t)len;
	in->data = need(malloc(in->len + 1));
	in->data[in->len] = '\0';
	if (fread(in->data, 1, in->len, f) != in->len)
		fail("%s: cannot read", path);
	fclose(f);
}

void source_read(struct source *src, const char *path)
{
	struct input in = { .src = src };
	struct buffer best = { .bytes = 0 };
	const char *compression;

	memset(src, 0, sizeof(*src));
	load_file(&in, path);
	if (in.len < 32 || memcmp(in.data, "\x17\x08\x44tracing7", 12))
		fail("%s: not a trace.dat of version 7", path);
	in.pos = 12;
	src->big = take_number(&in, 1) == 1;
	src->long_size = (unsigned int)take_number(&in, 1);
	src->page_size = (uint32_t)take_number(&in, 4);
	compression = take_string(&in);
	take_string(&in);
	if (strcmp(compression, "zstd") && strcmp(compression, "none"))
		fail("%s: compressed with %s", path, compression);
	read_options(&in, take_number(&in, 8), &best);
	if (!best.table || !src->sections[OPTION_EVENTS].data)
		fail("%s: has no events", path);
	read_formats(src);
	read_cpus(&in, &best);
	number_ops(src);
	find_extents(src);
	free(in.data);
}

void source_free(struct source *src)
{
	for (unsigned int i = 0; i < SOURCE_SECTIONS; i++)
		free(src->sections[i].data);
	for (size_t i = 0; i < src->nr_options; i++)
		free(src->options[i].data.data);
	free(src->options);
	free(src->bytes);
	free(src->recs);
	free(src->first);
	free(src->ops);
	free(src->addresses);
}
