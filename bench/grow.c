// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * grow: a recording of any size out of a real one.
 *
 *	grow [-e EVENTS] [-c CPUS] [-f v6|v7|zstd|perf] [-k SYMBOLS] SOURCE OUTPUT
 */
#include "grow.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GAP_NS	1000000u	/* between two copies */
#define MAX_SLOTS 16u

void grow_write(struct grow *g, const void *data, size_t len)
{
	if (len && fwrite(data, 1, len, g->out) != len)
		fail("%s: cannot write", g->path);
}

void grow_number(struct grow *g, unsigned int size, uint64_t value)
{
	unsigned char buf[8];

	source_put(&g->src, buf, size, value);
	grow_write(g, buf, size);
}

void grow_zeros(struct grow *g, size_t len)
{
	static const unsigned char zeros[4096];

	for (; len > sizeof(zeros); len -= sizeof(zeros))
		grow_write(g, zeros, sizeof(zeros));
	grow_write(g, zeros, len);
}

uint64_t grow_tell(struct grow *g)
{
	off_t pos = ftello(g->out);

	if (pos < 0)
		fail("%s: cannot write", g->path);
	return (uint64_t)pos;
}

void grow_seek(struct grow *g, uint64_t pos)
{
	if (fseeko(g->out, (off_t)pos, SEEK_SET))
		fail("%s: cannot write", g->path);
}

struct blob grow_payload(const struct grow *g, unsigned int id)
{
	enum { SECTION_KALLSYMS = 19 };
	const struct blob *from = &g->src.sections[id];
	struct blob out = { .len = from->len > 4 ? from->len : 4 };
	size_t room = out.len + (size_t)g->symbols * 48;

	out.data = need(calloc(1, room));
	if (from->len)
		memcpy(out.data, from->data, from->len);
	if (id != SECTION_KALLSYMS || !g->symbols)
		return out;
	out.len = 4;
	for (uint32_t i = 0; i < g->symbols; i++)
		out.len += (size_t)snprintf((char *)out.data + out.len, room - out.len,
					    "%016x t symbol_number_%u\n", 0x100000 + i * 64, i);
	source_put(&g->src, out.data, 4, out.len - 4);
	return out;
}

/* Move an address that was mapped; others (of the aperture, or none) stay. */
static void move(const struct grow *g, unsigned char *p, uint64_t size, uint64_t by)
{
	uint64_t addr = source_get(&g->src, p, 8);

	if (addr >= g->src.lowest && addr < g->src.highest && size <= g->src.highest - addr)
		source_put(&g->src, p, 8, addr + by);
}

uint64_t grow_copy(const struct grow *g, const struct record *rec, uint64_t copy, unsigned char *to)
{
	const struct source *src = &g->src;
	const struct addresses *a = &src->addresses[rec->id];
	uint64_t by = copy % g->slots * g->span, size = 0, loc;

	memcpy(to, src->bytes + rec->at, rec->len);
	if (a->size_offset)
		size = source_get(src, to + a->size_offset, a->size_len);
	for (unsigned int i = 0; by && i < a->nr; i++)
		move(g, to + a->offset[i], size, by);
	if (by && a->array_offset) {
		loc = source_get(src, to + a->array_offset, 4);
		for (uint64_t i = 0; i < loc >> 16 && (loc & 0xffff) + i + 8 <= rec->len; i += 8)
			move(g, to + (loc & 0xffff) + i, 0, by);
	}
	return rec->time + copy * g->period;
}

uint32_t grow_cpu(const struct grow *g, const struct record *rec, uint64_t copy)
{
	uint64_t op = copy * g->src.ops[rec->cpu] + rec->op;

	return rec->cpu + g->src.cpus * (uint32_t)(op % (g->cpus / g->src.cpus));
}

static const struct source *sorting;

static int compare_times(const void *left, const void *right)
{
	size_t a = *(const size_t *)left, b = *(const size_t *)right;

	if (sorting->recs[a].time != sorting->recs[b].time)
		return sorting->recs[a].time < sorting->recs[b].time ? -1 : 1;
	return a < b ? -1 : a > b;
}

static void plan_order(struct grow *g)
{
	struct source *src = &g->src;

	g->sorted = need(malloc(src->nr_recs * sizeof(*g->sorted)));
	for (size_t i = 0; i < src->nr_recs; i++)
		g->sorted[i] = i;
	sorting = src;
	qsort(g->sorted, src->nr_recs, sizeof(*g->sorted), compare_times);
	for (size_t i = 0; i < src->nr_recs; i++)
		src->recs[g->sorted[i]].order = (uint32_t)i;
}

static void plan_ops(struct grow *g)
{
	const struct source *src = &g->src;
	size_t nr = 0;

	g->op_base = need(calloc(src->cpus + 1, sizeof(*g->op_base)));
	for (uint32_t cpu = 0; cpu < src->cpus; cpu++)
		nr += src->ops[cpu];
	g->op_first = need(calloc(nr + 1, sizeof(*g->op_first)));
	nr = 0;
	for (uint32_t cpu = 0; cpu < src->cpus; cpu++) {
		size_t at = src->first[cpu];

		g->op_base[cpu] = nr;
		for (uint32_t op = 0; op < src->ops[cpu]; op++) {
			g->op_first[nr++] = at;
			while (at < src->first[cpu + 1] && src->recs[at].op == op)
				at++;
		}
	}
	g->op_first[nr] = src->nr_recs;
}

/* Within an aperture the IOVAs move as far as it goes, up or down. */
static void plan_places(struct grow *g)
{
	const struct source *src = &g->src;
	const uint64_t mib = UINT64_C(1) << 20;
	uint64_t span = (src->highest - src->lowest + mib - 1) & ~(mib - 1);
	uint64_t start = src->widest_end - src->widest, above, below;

	g->slots = MAX_SLOTS;
	g->span = span;
	if (src->widest > span && start <= src->lowest && src->widest_end >= src->highest) {
		above = (src->widest_end - src->highest) / span;
		below = (src->lowest - start) / span;
		g->slots = 1 + (above > below ? above : below);
		g->span = above > below ? span : 0 - span;	/* the sum wraps */
	}
	if (g->slots > MAX_SLOTS)
		g->slots = MAX_SLOTS;
	g->period = src->last_time - src->first_time + GAP_NS;
}

static void usage(void)
{
	fputs("usage: grow [-e EVENTS] [-c CPUS] [-f v6|v7|zstd|perf] [-k SYMBOLS] SOURCE OUTPUT\n",
	      stderr);
	exit(2);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end)
		usage();
	return value;
}

static void write_all(struct grow *g, const char *format)
{
	if (!strcmp(format, "v6"))
		grow_tracedat(g, V6);
	else if (!strcmp(format, "v7"))
		grow_tracedat(g, V7);
	else if (!strcmp(format, "zstd"))
		grow_tracedat(g, V7_ZSTD);
	else if (!strcmp(format, "perf"))
		grow_perfdata(g);
	else
		usage();
}

int main(int argc, char **argv)
{
	struct grow g = { .events = 3000000, .cpus = 2 };
	const char *format = "v6";
	int opt;

	while ((opt = getopt(argc, argv, "e:c:f:k:")) != -1) {
		if (opt == 'e')
			g.events = number(optarg);
		else if (opt == 'c')
			g.cpus = (uint32_t)number(optarg);
		else if (opt == 'f')
			format = optarg;
		else if (opt == 'k')
			g.symbols = (uint32_t)number(optarg);
		else
			usage();
	}
	if (argc - optind != 2 || !g.events || !g.cpus || g.cpus > 4096)
		usage();
	source_read(&g.src, argv[optind]);
	if (g.cpus % g.src.cpus)
		fail("%u CPUs cannot share the work of %u", g.cpus, g.src.cpus);
	g.path = argv[optind + 1];
	plan_order(&g);
	plan_ops(&g);
	plan_places(&g);
	g.out = fopen(g.path, "wb");
	if (!g.out)
		fail("%s: cannot create", g.path);
	printf("%llu events, %u CPUs, from %zu events; IOVAs in %llu places\n",
	       (unsigned long long)g.events, g.cpus, g.src.nr_recs, (unsigned long long)g.slots);
	setvbuf(g.out, NULL, _IOFBF, 1 << 20);
	write_all(&g, format);
	if (fclose(g.out))
		fail("%s: cannot write", g.path);
	free(g.sorted);
	free(g.op_first);
	free(g.op_base);
	source_free(&g.src);
	return 0;
}
