// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing trace.dat, versions 6 and 7: trace-cmd.dat.v6(5), trace-cmd.dat.v7(5),
 * and sub-buffers as kernel/trace/ring_buffer.c (Linux 6.12) makes them.
 */
#include "grow.h"
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define CHUNK_PAGES 10		/* as trace-cmd has it */
#define MAX_SMALL 112		/* a record whose length fits into its type */
#define DELTA_BITS 27
#define TIME_EXTEND 30

enum {
	OPTION_BUFFER = 3, OPTION_TRACECLOCK = 4, OPTION_UNAME = 5, OPTION_CPUCOUNT = 8,
	SECTION_FIRST = 16, SECTION_LAST = 21,
};

struct pages {
	struct grow *g;
	enum container container;
	unsigned char *chunk;		/* pages that are collected, the last one unfinished */
	size_t nr;			/* finished ones */
	size_t used;			/* of the last one, its header included; 0: not begun */
	uint64_t time;
	uint32_t chunks;
	unsigned char *packed;
	size_t packed_size;
	ZSTD_CCtx *zstd;
};

static unsigned char *last_page(const struct pages *p)
{
	return p->chunk + p->nr * p->g->src.page_size;
}

static void write_chunk(struct pages *p)
{
	size_t len = p->nr * p->g->src.page_size, packed;

	if (!p->nr)
		return;
	if (p->container != V7_ZSTD) {
		grow_write(p->g, p->chunk, len);
	} else {
		packed = ZSTD_compressCCtx(p->zstd, p->packed, p->packed_size, p->chunk, len, 3);
		if (ZSTD_isError(packed))
			fail("cannot compress");
		grow_number(p->g, 4, packed);
		grow_number(p->g, 4, len);
		grow_write(p->g, p->packed, packed);
		p->chunks++;
	}
	p->nr = 0;
}

static void end_page(struct pages *p)
{
	const struct source *src = &p->g->src;
	size_t head = 8 + src->long_size;

	if (!p->used)
		return;
	source_put(src, last_page(p) + 8, src->long_size, p->used - head);
	memset(last_page(p) + p->used, 0, src->page_size - p->used);
	p->used = 0;
	if (++p->nr == CHUNK_PAGES)
		write_chunk(p);
}

static void put_word(struct pages *p, uint32_t word)
{
	source_put(&p->g->src, last_page(p) + p->used, 4, word);
	p->used += 4;
}

static void put_head(struct pages *p, uint32_t type, uint64_t delta)
{
	uint32_t low = (uint32_t)delta & ((1u << DELTA_BITS) - 1);

	put_word(p, p->g->src.big ? type << DELTA_BITS | low : low << 5 | type);
}

static void put_record(struct pages *p, uint64_t time, const unsigned char *data, uint32_t len)
{
	const struct source *src = &p->g->src;
	size_t room = (len + 3) & ~3u;
	uint64_t delta;

	if (p->used && p->used + room + 16 > src->page_size)
		end_page(p);
	if (!p->used) {
		source_put(src, last_page(p), 8, time);
		p->used = 8 + src->long_size;
		p->time = time;
	}
	delta = time - p->time;
	p->time = time;
	if (delta >> DELTA_BITS) {
		put_head(p, TIME_EXTEND, delta);
		put_word(p, (uint32_t)(delta >> DELTA_BITS));
		delta = 0;
	}
	if (room <= MAX_SMALL) {
		put_head(p, (uint32_t)room / 4, delta);
	} else {
		put_head(p, 0, delta);
		put_word(p, (uint32_t)room + 4);
	}
	memset(last_page(p) + p->used, 0, room);
	memcpy(last_page(p) + p->used, data, len);
	p->used += room;
}

/* All operations of one copy that are for this CPU. */
static void put_copy(struct pages *p, uint32_t cpu, uint64_t copy, uint64_t left)
{
	const struct grow *g = p->g;
	const struct source *src = &g->src;
	uint32_t from = cpu % src->cpus, ways = g->cpus / src->cpus, ops = src->ops[from];
	uint64_t begin = copy * ops, way = cpu / src->cpus;
	unsigned char data[65536];

	for (uint64_t op = (way + ways - begin % ways) % ways; op < ops; op += ways) {
		size_t i = g->op_first[g->op_base[from] + op];

		for (; i < src->first[from + 1] && src->recs[i].op == op; i++)
			if (src->recs[i].order < left)
				put_record(p, grow_copy(g, &src->recs[i], copy, data), data,
					   src->recs[i].len);
	}
}

/* The data of one CPU, at the file's place; returns its size. */
static uint64_t put_cpu(struct pages *p, uint32_t cpu)
{
	struct grow *g = p->g;
	uint64_t begin = grow_tell(g), per_copy = g->src.nr_recs, end;

	p->chunks = 0;
	if (p->container == V7_ZSTD)
		grow_number(g, 4, 0);
	for (uint64_t copy = 0; copy * per_copy < g->events; copy++)
		put_copy(p, cpu, copy, g->events - copy * per_copy);
	end_page(p);
	write_chunk(p);
	end = grow_tell(g);
	if (p->container == V7_ZSTD) {
		grow_seek(g, begin);
		grow_number(g, 4, p->chunks);
		grow_seek(g, end);
	}
	return end - begin;
}

static void align(struct grow *g)
{
	uint64_t over = grow_tell(g) % g->src.page_size;

	if (over)
		grow_zeros(g, g->src.page_size - over);
}

/* All CPUs; @at: where the table of their offsets is, @step from one to the next. */
static void put_cpus(struct grow *g, enum container container, uint64_t at, unsigned int step)
{
	struct pages p = { .g = g, .container = container };
	size_t room = (size_t)g->src.page_size * CHUNK_PAGES;

	p.chunk = need(malloc(room));
	p.packed_size = ZSTD_compressBound(room);
	p.packed = need(malloc(p.packed_size));
	p.zstd = need(ZSTD_createCCtx());
	for (uint32_t cpu = 0; cpu < g->cpus; cpu++) {
		uint64_t pos, size, end;

		if (container != V7_ZSTD)
			align(g);
		pos = grow_tell(g);
		size = put_cpu(&p, cpu);
		end = grow_tell(g);
		grow_seek(g, at + cpu * step);
		grow_number(g, 8, pos);
		grow_number(g, 8, size);
		grow_seek(g, end);
	}
	ZSTD_freeCCtx(p.zstd);
	free(p.packed);
	free(p.chunk);
}

static void put_head_of_file(struct grow *g, const char *version)
{
	grow_write(g, "\x17\x08\x44tracing", 10);
	grow_write(g, version, strlen(version) + 1);
	grow_number(g, 1, g->src.big);
	grow_number(g, 1, g->src.long_size);
	grow_number(g, 4, g->src.page_size);
}

static void put_option(struct grow *g, unsigned int id, const void *data, size_t len)
{
	grow_number(g, 2, id);
	grow_number(g, 4, len);
	grow_write(g, data, len);
}

/* Options that still hold for the larger recording. */
static void put_options(struct grow *g)
{
	unsigned char count[4];

	for (size_t i = 0; i < g->src.nr_options; i++)
		if (g->src.options[i].id == OPTION_UNAME)
			put_option(g, OPTION_UNAME, g->src.options[i].data.data,
				   g->src.options[i].data.len);
	source_put(&g->src, count, 4, g->cpus);
	put_option(g, OPTION_CPUCOUNT, count, 4);
}

static void put_v6(struct grow *g)
{
	char clock[72];
	uint64_t table;

	put_head_of_file(g, "6");
	for (unsigned int id = SECTION_FIRST; id <= SECTION_LAST; id++) {
		struct blob payload = grow_payload(g, id);

		grow_write(g, payload.data, payload.len);
		free(payload.data);
	}
	grow_number(g, 4, g->cpus);
	grow_write(g, "options  ", 10);
	snprintf(clock, sizeof(clock), "[%s]", g->src.clock);
	put_option(g, OPTION_TRACECLOCK, clock, strlen(clock) + 1);
	put_options(g);
	grow_number(g, 2, 0);
	grow_write(g, "flyrecord", 10);
	table = grow_tell(g);
	grow_zeros(g, (size_t)g->cpus * 16);
	put_cpus(g, V6, table, 16);
}

/* The header of a section; returns where its size is to be written. */
static uint64_t begin_section(struct grow *g, unsigned int id, bool compressed)
{
	grow_number(g, 2, id);
	grow_number(g, 2, compressed);
	grow_number(g, 4, 0);
	grow_number(g, 8, 0);
	return grow_tell(g) - 8;
}

static void end_section(struct grow *g, uint64_t at)
{
	uint64_t end = grow_tell(g);

	grow_seek(g, at);
	grow_number(g, 8, end - at - 8);
	grow_seek(g, end);
}

static void put_section(struct grow *g, unsigned int id, bool zstd)
{
	struct blob payload = grow_payload(g, id);
	uint64_t section = begin_section(g, id, zstd);
	size_t room = ZSTD_compressBound(payload.len), packed;
	unsigned char *data;

	if (!zstd) {
		grow_write(g, payload.data, payload.len);
	} else {
		data = need(malloc(room));
		packed = ZSTD_compress(data, room, payload.data, payload.len, 3);
		if (ZSTD_isError(packed))
			fail("cannot compress");
		grow_number(g, 4, packed);
		grow_number(g, 4, payload.len);
		grow_write(g, data, packed);
		free(data);
	}
	end_section(g, section);
	free(payload.data);
}

/* BUFFER: where the data of the CPUs is; returns where their table is. */
static uint64_t put_buffer_option(struct grow *g, uint64_t section)
{
	size_t clock = strlen(g->src.clock) + 1;
	uint64_t table;

	grow_number(g, 2, OPTION_BUFFER);
	grow_number(g, 4, 8 + 1 + clock + 4 + 4 + (size_t)g->cpus * 20);
	grow_number(g, 8, section);
	grow_write(g, "", 1);
	grow_write(g, g->src.clock, clock);
	grow_number(g, 4, g->src.page_size);
	grow_number(g, 4, g->cpus);
	table = grow_tell(g);
	for (uint32_t cpu = 0; cpu < g->cpus; cpu++) {
		grow_number(g, 4, cpu);
		grow_zeros(g, 16);
	}
	return table + 4;
}

static void put_v7(struct grow *g, bool zstd)
{
	const char *compression = zstd ? "zstd" : "none";
	uint64_t sections[SECTION_LAST + 1] = { 0 }, link, options, buffer, table, size;
	unsigned char where[8];

	put_head_of_file(g, "7");
	grow_write(g, compression, strlen(compression) + 1);
	grow_write(g, zstd ? ZSTD_versionString() : "", zstd ? strlen(ZSTD_versionString()) + 1 : 1);
	link = grow_tell(g);
	grow_number(g, 8, 0);
	for (unsigned int id = SECTION_FIRST; id <= SECTION_LAST; id++) {
		sections[id] = grow_tell(g);
		put_section(g, id, zstd);
	}
	options = grow_tell(g);
	size = begin_section(g, 0, false);
	for (unsigned int id = SECTION_FIRST; id <= SECTION_LAST; id++) {
		source_put(&g->src, where, 8, sections[id]);
		put_option(g, id, where, 8);
	}
	put_options(g);
	table = put_buffer_option(g, 0);
	memset(where, 0, sizeof(where));
	put_option(g, 0, where, 8);
	end_section(g, size);
	buffer = grow_tell(g);
	size = begin_section(g, OPTION_BUFFER, zstd);
	grow_seek(g, table - 4 - 8 - (strlen(g->src.clock) + 1) - 1 - 8);
	grow_number(g, 8, buffer);
	grow_seek(g, link);
	grow_number(g, 8, options);
	grow_seek(g, size + 8);
	put_cpus(g, zstd ? V7_ZSTD : V7, table, 20);
	end_section(g, size);
}

void grow_tracedat(struct grow *g, enum container container)
{
	if (container == V6)
		put_v6(g);
	else
		put_v7(g, container == V7_ZSTD);
}
