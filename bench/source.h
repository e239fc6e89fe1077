/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real recording taken apart, so that grow can write a larger one of it:
 * the metadata as it is, and all records of its main buffer by CPU and time.
 * Reads trace.dat version 7, which is what traces/ has.
 */
#ifndef BENCH_SOURCE_H
#define BENCH_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOURCE_SECTIONS 22	/* the metadata has ids 16 to 21 */

struct blob {
	unsigned char *data;
	size_t len;
};

struct option {
	unsigned int id;
	struct blob data;
};

/* One record of the ring buffer: its raw data and what of it changes in a copy. */
struct record {
	uint64_t time;
	size_t at;		/* in source.bytes */
	uint32_t len;
	uint32_t op;		/* number of its operation among those of its CPU */
	uint32_t order;		/* among all, by time */
	uint16_t id;
	uint16_t cpu;		/* of the source */
};

/* The fields of a kind of event that have addresses which a device sees. */
#define MAX_ADDRS 2
struct addresses {
	uint16_t offset[MAX_ADDRS];
	uint16_t size_offset;	/* of the range that begins there; 0: none */
	uint8_t size_len;
	uint8_t nr;
	uint16_t array_offset;	/* of the word that tells where an array of them is; 0: none */
	uint8_t role;		/* enum role */
};

enum role { ROLE_OTHER, ROLE_MAP };

struct source {
	bool big;
	unsigned int long_size;
	uint32_t page_size;
	char clock[64];
	struct blob sections[SOURCE_SECTIONS];
	struct option *options;
	size_t nr_options;
	uint32_t cpus;
	unsigned char *bytes;
	size_t nr_bytes;
	struct record *recs;		/* by CPU, in order */
	size_t nr_recs;
	size_t *first;			/* of each CPU; [cpus] is the end */
	uint32_t *ops;			/* how many operations each CPU has */
	struct addresses *addresses;	/* by event id */
	uint64_t first_time, last_time;
	uint64_t lowest, highest;	/* what was mapped, in bytes */
	uint64_t widest, widest_end;	/* range of any event: of the whole aperture, if there is one */
};

/** source_read - read a recording; exits with a message if it cannot */
void source_read(struct source *src, const char *path);
void source_free(struct source *src);

uint64_t source_get(const struct source *src, const void *p, unsigned int size);
void source_put(const struct source *src, void *p, unsigned int size, uint64_t value);
__attribute__((format(printf, 1, 2), noreturn)) void fail(const char *format, ...);
void *need(void *p);

#endif
