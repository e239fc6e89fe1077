// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Read damaged copies of a recording: cut at random places, and with single
 * bytes changed.  Built with the sanitizers it finds what a reader trusts but
 * must not; it checks that times rise and that no copy takes longer than 10 s.
 *
 *	tool_mutate SEED CUTS CHANGES METADATA FILE
 *
 * Half of the changes fall on the first or last METADATA bytes of the file.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* memfd_create */
#endif
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "trace/reader.h"

static uint64_t state;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

struct tally {
	unsigned int runs, refused, damaged, silent, same, disorder, slow;
	double longest;
};

static uint64_t mix(uint64_t hash, uint64_t v)
{
	return (hash ^ v) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
}

/* A hash of all events; ret < 0 if the reader refused. */
static int read_all(const char *path, struct ir_damage *damage, uint64_t *hash, int *disorder)
{
	struct ir_error err = { "" };
	struct ir_file *file = ir_file_open(path, &err);
	struct ir_reader *rd;
	struct ir_event ev;
	uint64_t last = 0;
	int ret = -1;

	memset(damage, 0, sizeof(*damage));
	*hash = 1;
	*disorder = 0;
	rd = file ? ir_reader_open(file, damage, &err) : NULL;
	if (rd) {
		while ((ret = ir_reader_next(rd, &ev, &err)) > 0) {
			*disorder |= ev.time_ns < last;
			last = ev.time_ns;
			*hash = mix(mix(mix(*hash, ev.time_ns), ev.addr), ev.size + ev.kind);
			if (ev.kind == IR_EV_MARKER)
				*hash = mix(*hash, strlen(ev.text));
		}
	}
	if (ret < 0 && !err.text[0])
		printf("no message\n");
	ir_reader_close(rd);
	ir_file_close(file);
	return ret;
}

static void run(const char *path, uint64_t good, struct tally *t, const char *what, uint64_t at)
{
	struct timespec a, b;
	struct ir_damage damage;
	uint64_t hash;
	int disorder, ret;
	double s;

	clock_gettime(CLOCK_MONOTONIC, &a);
	ret = read_all(path, &damage, &hash, &disorder);
	clock_gettime(CLOCK_MONOTONIC, &b);
	s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	t->runs++;
	t->longest = s > t->longest ? s : t->longest;
	t->slow += s > 10;
	t->disorder += disorder != 0;
	if (ret < 0)
		t->refused++;
	else if (!ir_damage_complete(&damage))
		t->damaged++;
	else if (hash == good)
		t->same++;
	else
		t->silent++;
	if (disorder || s > 10)
		printf("%s at %" PRIu64 ": disorder %d, %.1f s\n", what, at, disorder, s);
	if (ret >= 0 && hash != good && ir_damage_complete(&damage) && !strcmp(what, "cut"))
		printf("%s at %" PRIu64 ": silent\n", what, at);
}

static void put(int fd, const unsigned char *data, size_t len)
{
	if (ftruncate(fd, (off_t)len) || pwrite(fd, data, len, 0) != (ssize_t)len)
		abort();
}

int main(int argc, char **argv)
{
	unsigned int cuts, changes, i;
	struct tally t = { 0 };
	struct ir_damage damage;
	size_t len, meta, at;
	unsigned char *data, byte;
	uint64_t good;
	char path[64];
	int fd, disorder;
	FILE *in;

	if (argc != 6)
		return 2;
	state = strtoull(argv[1], NULL, 0) * UINT64_C(0x9e3779b97f4a7c15) + 1;
	cuts = (unsigned int)atoi(argv[2]);
	changes = (unsigned int)atoi(argv[3]);
	meta = (size_t)atol(argv[4]);
	in = fopen(argv[5], "rb");
	if (!in || fseek(in, 0, SEEK_END))
		return 2;
	len = (size_t)ftell(in);
	rewind(in);
	data = malloc(len);
	if (!data || fread(data, 1, len, in) != len)
		return 2;
	fclose(in);
	fd = memfd_create("mutate", 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	put(fd, data, len);
	if (read_all(path, &damage, &good, &disorder) < 0)
		return 1;
	for (i = 0; i < cuts; i++) {
		at = next_random() % len;
		if (ftruncate(fd, (off_t)at))
			abort();
		run(path, good, &t, "cut", at);
		put(fd, data, len);
	}
	if (meta > len / 2)
		meta = len / 2;
	for (i = 0; i < changes; i++) {
		at = next_random() % len;
		if (i % 4 == 0)
			at = next_random() % meta;
		else if (i % 4 == 1)
			at = len - 1 - next_random() % meta;
		byte = (unsigned char)next_random();
		if (!(i & 8))
			byte = (unsigned char)(data[at] ^ (1u << (byte & 7)));
		if (pwrite(fd, &byte, 1, (off_t)at) != 1)
			abort();
		run(path, good, &t, "change", at);
		if (pwrite(fd, &data[at], 1, (off_t)at) != 1)
			abort();
	}
	printf("%s: %u runs: %u refused, %u damaged, %u same, %u silent, %u out of order, %u slow, longest %.2f s\n",
	       argv[5], t.runs, t.refused, t.damaged, t.same, t.silent, t.disorder, t.slow,
	       t.longest);
	free(data);
	close(fd);
	return t.disorder || t.slow;
}
