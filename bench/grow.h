/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A larger recording, as a plan: the source's records again and again, each
 * copy later than the one before it and, if there is room, at other IOVAs.  The
 * operations of a CPU of the source go to its share of the new CPUs in turn, so
 * that the same events can be had on 2 CPUs or on 256.
 */
#ifndef BENCH_GROW_H
#define BENCH_GROW_H

#include <stdio.h>
#include "source.h"

struct grow {
	struct source src;
	uint64_t events;	/* how many to write */
	uint32_t cpus;		/* a multiple of the source's */
	uint32_t symbols;	/* lines of kallsyms to add */
	uint64_t period;	/* ns from one copy to the next */
	uint64_t slots;		/* how many places the IOVAs are moved to */
	uint64_t span;		/* bytes from one to the next; may be negative, modulo 2^64 */
	size_t *op_first;	/* first record of each operation, of all CPUs */
	size_t *op_base;	/* where a CPU's operations begin in that */
	size_t *sorted;		/* records by time */
	FILE *out;
	const char *path;
};

enum container { V6, V7, V7_ZSTD };

/** grow_copy - a record of copy number @copy, its raw data in @to; returns its time */
uint64_t grow_copy(const struct grow *g, const struct record *rec, uint64_t copy, unsigned char *to);
/** grow_cpu - the new CPU of a record */
uint32_t grow_cpu(const struct grow *g, const struct record *rec, uint64_t copy);
/** grow_payload - a metadata section, with the added kernel symbols if it has them */
struct blob grow_payload(const struct grow *g, unsigned int id);

void grow_write(struct grow *g, const void *data, size_t len);
void grow_number(struct grow *g, unsigned int size, uint64_t value);
void grow_zeros(struct grow *g, size_t len);
uint64_t grow_tell(struct grow *g);
void grow_seek(struct grow *g, uint64_t pos);

/** grow_tracedat - write a trace.dat */
void grow_tracedat(struct grow *g, enum container container);
/** grow_perfdata - write a perf.data; little-endian sources only */
void grow_perfdata(struct grow *g);

#endif
