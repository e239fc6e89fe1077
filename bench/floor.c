// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The floor: what a reader of one known recording could do at best.
 *
 *	floor FILE
 *
 * Walks the sub-buffers of an uncompressed trace.dat in memory, merges its CPUs by time and loads the
 * fields of the events that the program decodes.  It checks nothing: no sizes, no losses, no damage, no
 * other layouts.  Prints how many events that were, and a sum, so that nothing is left out.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "input/open.h"
#include "input/tracedat/priv.h"

struct walk {
	const unsigned char *rec, *next, *end;	/* in the sub-buffer */
	const unsigned char *page, *last;	/* sub-buffers still to come */
	uint64_t time;
};

/* The fields of one id of event: at most so many, each a word or half of one. */
struct fields {
	unsigned int words, halves;
	uint32_t at[IR_EVENT_VALUES];
};

static inline __attribute__((always_inline))
bool step(struct walk *w, const struct ir_subbuf_layout *lay, bool big)
{
	for (;;) {
		uint32_t word, type, delta;

		if (w->next >= w->end) {
			if (w->page >= w->last)
				return false;
			w->time = ir_load64(w->page + lay->time_offset, big);
			w->next = w->page + lay->data_offset;
			w->end = w->next + (ir_load64(w->page + lay->commit_offset, big) & 0xfffff);
			w->page += lay->size;
			continue;
		}
		word = ir_load32(w->next, big);
		type = big ? word >> 27 : word & 31;
		delta = big ? word & 0x7ffffff : word >> 5;
		w->time += delta;
		if (type - 1 < IR_SUBBUF_MAX_SMALL) {
			w->rec = w->next + 4;
			w->next += 4 + type * 4;
			return true;
		}
		if (!type) {
			w->rec = w->next + 8;
			w->next += 4 + ((ir_load32(w->next + 4, big) + 3) & ~UINT32_C(3));
			return true;
		}
		if (type == 30)
			w->time += (uint64_t)ir_load32(w->next + 4, big) << 27;
		w->next = type == 29 ? w->end : w->next + 8;
	}
}

static inline __attribute__((always_inline))
uint64_t walk_all(struct walk *w, unsigned int n, const struct ir_subbuf_layout *lay,
		  const struct fields *by_id, uint64_t *sum, bool big)
{
	uint64_t events = 0;

	for (unsigned int i = 0; i < n; i++)
		if (!step(&w[i], lay, big))
			w[i].time = UINT64_MAX;
	for (;;) {
		struct walk *first = w;
		const struct fields *f;
		uint64_t until = UINT64_MAX;

		for (unsigned int i = 1; i < n; i++)
			if (w[i].time < first->time)
				first = &w[i];
		if (first->time == UINT64_MAX)
			return events;
		for (unsigned int i = 0; i < n; i++)
			if (&w[i] != first && w[i].time < until)
				until = w[i].time;
		do {
			f = &by_id[ir_load16(first->rec, big)];
			*sum += first->time + ir_load32(first->rec + 4, big) + first->rec[2];
			for (unsigned int i = 0; i < f->words; i++)
				*sum += ir_load64(first->rec + f->at[i], big);
			for (unsigned int i = f->words; i < f->words + f->halves; i++)
				*sum += ir_load32(first->rec + f->at[i], big);
			events++;
			if (!step(first, lay, big))
				first->time = UINT64_MAX;
		} while (first->time < until);
	}
}

static struct fields *take_fields(const struct ir_formats *fm)
{
	struct fields *by_id = calloc(IR_FORMAT_IDS, sizeof(*by_id));

	for (uint32_t k = 0; by_id && k < fm->nr_list; k++) {
		const struct ir_decoder *dec = &fm->decoders[fm->list[k].wanted];
		struct fields *f = &by_id[fm->list[k].id];

		for (unsigned int i = 0; fm->list[k].wanted && i < dec->nr_numbers; i++) {
			f->at[i] = dec->places[i].offset;
			f->words += i < dec->nr_words;
			f->halves += i >= dec->nr_words;
		}
	}
	return by_id;
}

static int walk_file(const struct tracedat *td, const unsigned char *bytes)
{
	const struct ir_subbuf_layout *lay = &td->instances[0].layout;
	struct fields *by_id = take_fields(&td->formats);
	struct walk *w = calloc(td->nr_streams + 1, sizeof(*w));
	uint64_t sum = 0, events;

	if (!by_id || !w)
		return 1;
	for (uint32_t i = 0; i < td->nr_streams; i++) {	/* the reader has read a block of each */
		w[i].page = bytes + td->streams[i].pos - td->streams[i].block_len;
		w[i].last = bytes + td->streams[i].end;
	}
	events = td->big ? walk_all(w, td->nr_streams, lay, by_id, &sum, true)
			 : walk_all(w, td->nr_streams, lay, by_id, &sum, false);
	printf("%" PRIu64 " events, sum %" PRIx64 "\n", events, sum);
	free(by_id);
	free(w);
	return 0;
}

int main(int argc, char **argv)
{
	struct ir_error err = { "" };
	struct ir_damage damage = { 0 };
	struct ir_file *file = argc == 2 ? ir_file_open(argv[1], &err) : NULL;
	struct ir_reader *rd = file ? ir_reader_open(file, &damage, &err) : NULL;
	int fd = rd ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1, rc;
	const unsigned char *bytes;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		fprintf(stderr, "%s\n", err.text[0] ? err.text : "usage: floor FILE");
		return 2;
	}
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED || strncmp(rd->info.format, "trace.dat v6", 12)) {
		fputs("floor: needs a trace.dat of version 6\n", stderr);
		return 2;
	}
	rc = walk_file(rd->priv, bytes);
	ir_reader_close(rd);
	ir_file_close(file);
	return rc;
}
