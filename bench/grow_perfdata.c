// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing perf.data as perf record -a makes it: rounds, in each the buffers of
 * the CPUs one after another.  Layout: tools/perf/Documentation/perf.data-file-format.txt
 * and include/uapi/linux/perf_event.h, Linux 6.1.
 */
#include "grow.h"
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUND_EVENTS 4096u
#define FINISHED_ROUND 68u	/* enum perf_user_event_type, tools/lib/perf/include/perf/event.h */

enum { FEATURE_TRACING_DATA = 1, FEATURE_OSRELEASE = 4, FEATURE_ARCH = 6, FEATURE_NRCPUS = 7 };

#define FEATURES (1u << FEATURE_TRACING_DATA | 1u << FEATURE_OSRELEASE | 1u << FEATURE_ARCH | \
		  1u << FEATURE_NRCPUS)
#define NR_FEATURES 4

struct sample {
	struct perf_event_header header;
	uint64_t identifier;
	uint64_t ip;
	uint32_t pid, tid;
	uint64_t time;
	uint32_t cpu, reserved;
	uint64_t period;
	uint32_t raw_size;
	unsigned char raw[];
};

struct section {
	uint64_t pos, size;
};

struct file_header {
	char magic[8];
	uint64_t size, attr_size;
	struct section attrs, data, event_types;
	uint64_t features[4];
};

struct round {
	uint64_t first, nr;		/* events */
	uint32_t *order;		/* of these, by CPU */
	uint32_t *start;		/* of each CPU */
};

static const struct record *nth(const struct grow *g, uint64_t n, uint64_t *copy)
{
	*copy = n / g->src.nr_recs;
	return &g->src.recs[g->sorted[n % g->src.nr_recs]];
}

/* The identifier of an event is its number among the used ones, from 1 on. */
static uint32_t number_events(const struct grow *g, uint16_t *numbers)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < g->src.nr_recs; i++)
		if (!numbers[g->src.recs[i].id])
			numbers[g->src.recs[i].id] = (uint16_t)++nr;
	return nr;
}

static void put_attrs(struct grow *g, const uint16_t *numbers, uint32_t nr, struct file_header *head)
{
	uint64_t ids = sizeof(*head);

	for (uint32_t i = 1; i <= nr; i++)
		grow_number(g, 8, i);
	head->attr_size = sizeof(struct perf_event_attr) + sizeof(struct section);
	head->attrs = (struct section){ grow_tell(g), nr * head->attr_size };
	for (uint32_t i = 1; i <= nr; i++, ids += 8) {
		struct perf_event_attr attr = {
			.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr), .sample_period = 1,
			.sample_type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID |
				       PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD |
				       PERF_SAMPLE_RAW,
			.sample_id_all = 1, .use_clockid = 1, .clockid = CLOCK_MONOTONIC,
		};
		struct section where = { ids, 8 };

		for (uint32_t id = 0; id < 65536; id++)
			if (numbers[id] == i)
				attr.config = id;
		grow_write(g, &attr, sizeof(attr));
		grow_write(g, &where, sizeof(where));
	}
}

static void put_sample(struct grow *g, const uint16_t *numbers, uint64_t n)
{
	static union {
		struct sample s;
		unsigned char room[sizeof(struct sample) + 65536];
	} buf;
	uint64_t copy;
	const struct record *rec = nth(g, n, &copy);
	size_t len = (offsetof(struct sample, raw) + rec->len + 7) & ~(size_t)7;

	memset(buf.room, 0, len);
	buf.s.time = grow_copy(g, rec, copy, buf.s.raw);
	buf.s.header = (struct perf_event_header){
		.type = PERF_RECORD_SAMPLE, .misc = PERF_RECORD_MISC_KERNEL, .size = (uint16_t)len };
	buf.s.identifier = numbers[rec->id];
	buf.s.pid = buf.s.tid = (uint32_t)source_get(&g->src, buf.s.raw + 4, 4);
	buf.s.cpu = grow_cpu(g, rec, copy);
	buf.s.period = 1;
	buf.s.raw_size = (uint32_t)(len - offsetof(struct sample, raw));
	grow_write(g, &buf.s, len);
}

static void sort_round(const struct grow *g, struct round *r)
{
	uint64_t copy;

	memset(r->start, 0, (g->cpus + 1) * sizeof(*r->start));
	for (uint64_t i = 0; i < r->nr; i++) {
		const struct record *rec = nth(g, r->first + i, &copy);

		r->start[grow_cpu(g, rec, copy) + 1]++;
	}
	for (uint32_t cpu = 0; cpu < g->cpus; cpu++)
		r->start[cpu + 1] += r->start[cpu];
	for (uint64_t i = 0; i < r->nr; i++) {
		const struct record *rec = nth(g, r->first + i, &copy);

		r->order[r->start[grow_cpu(g, rec, copy)]++] = (uint32_t)i;
	}
}

static void put_rounds(struct grow *g, const uint16_t *numbers)
{
	struct perf_event_header end = { .type = FINISHED_ROUND, .size = sizeof(end) };
	struct round r = { .order = need(calloc(ROUND_EVENTS, sizeof(*r.order))),
			   .start = need(calloc(g->cpus + 1, sizeof(*r.start))) };

	for (; r.first < g->events; r.first += r.nr) {
		r.nr = g->events - r.first < ROUND_EVENTS ? g->events - r.first : ROUND_EVENTS;
		sort_round(g, &r);
		for (uint64_t i = 0; i < r.nr; i++)
			put_sample(g, numbers, r.first + r.order[i]);
		grow_write(g, &end, sizeof(end));
	}
	free(r.order);
	free(r.start);
}

static void put_text(struct grow *g, const char *text)
{
	size_t len = strlen(text) + 1, room = (len + 63) & ~(size_t)63;

	grow_number(g, 4, room);
	grow_write(g, text, len);
	grow_zeros(g, room - len);
}

/* The event formats: a trace.dat without data. */
static void put_tracing_data(struct grow *g)
{
	grow_write(g, "\x17\x08\x44tracing0.6", 14);
	grow_number(g, 1, g->src.big);
	grow_number(g, 1, g->src.long_size);
	grow_number(g, 4, g->src.page_size);
	for (unsigned int id = 16; id <= 21; id++) {
		struct blob payload = grow_payload(g, id);

		grow_write(g, payload.data, payload.len);
		free(payload.data);
	}
}

/* "Linux host 6.12.1-amd64 x86_64": word @nr of it, from 0 on */
static void uname_word(const struct grow *g, unsigned int nr, char *word, size_t size)
{
	char text[256] = "", *at, *save = NULL;

	for (size_t i = 0; i < g->src.nr_options; i++)
		if (g->src.options[i].id == 5)
			snprintf(text, sizeof(text), "%.*s", (int)g->src.options[i].data.len,
				 (const char *)g->src.options[i].data.data);
	at = strtok_r(text, " ", &save);
	while (at && nr--)
		at = strtok_r(NULL, " ", &save);
	snprintf(word, size, "%s", at ? at : "unknown");
}

static void put_features(struct grow *g)
{
	struct section features[NR_FEATURES] = { 0 };
	uint64_t table = grow_tell(g), end;
	char word[128];

	grow_zeros(g, sizeof(features));
	for (unsigned int i = 0; i < NR_FEATURES; i++) {
		features[i].pos = grow_tell(g);
		if (i == 0) {
			put_tracing_data(g);
		} else if (i < 3) {
			uname_word(g, i == 1 ? 2 : 3, word, sizeof(word));
			put_text(g, word);
		} else {
			grow_number(g, 4, g->cpus);
			grow_number(g, 4, g->cpus);
		}
		end = grow_tell(g);
		features[i].size = end - features[i].pos;
	}
	grow_seek(g, table);
	grow_write(g, features, sizeof(features));
	grow_seek(g, end);
}

void grow_perfdata(struct grow *g)
{
	struct file_header head = { .magic = { 'P', 'E', 'R', 'F', 'I', 'L', 'E', '2' }, .size = sizeof(head) };
	uint16_t *numbers = need(calloc(65536, sizeof(*numbers)));

	if (g->src.big || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		fail("perf.data: only little-endian recordings, on a little-endian machine");
	head.features[0] = FEATURES;
	grow_write(g, &head, sizeof(head));
	put_attrs(g, numbers, number_events(g, numbers), &head);
	head.data.pos = grow_tell(g);
	put_rounds(g, numbers);
	head.data.size = grow_tell(g) - head.data.pos;
	put_features(g);
	grow_seek(g, 0);
	grow_write(g, &head, sizeof(head));
	grow_seek(g, 0);
	free(numbers);
}
