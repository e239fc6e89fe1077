// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Read damaged copies of a recording, in this process and from memory: cut, and
 * with single bytes or bits changed.  Built with the sanitizers it finds what a
 * reader trusts but must not.  It fails if events come out of order, if a copy
 * takes longer than 10 s, or if an error has no message; and it counts how much
 * of the damage was noticed:
 *
 *	refused		nothing can be read: an error, exit status 1
 *	damaged		read, but something is missing: exit status 4 with --strict-input
 *	noted		read; a counter that is no loss says that something is odd
 *	same		no event is another one: what was changed does not matter
 *	silent		events differ, and nothing says so
 *
 * Damage of the recording itself does not count.
 *
 *	tool_mutate [-rb] SEED CUTS CHANGES METADATA FILE
 *
 * CUTS is a number or "all", for a cut at each byte.  Half of the changes fall on
 * the first or last METADATA bytes of the file, unless that is 0.
 *	-r	read as a recording (operations, and what they make no sense of), not only
 *		as events
 *	-b	change single bits only
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <iommu-replay/recording.h>
#include "input/open.h"

static uint64_t state;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

enum outcome { REFUSED, DAMAGED, NOTED, SAME, SILENT, OUTCOMES };

static const char *const outcome_names[] = { "refused", "damaged", "noted", "same", "silent" };

struct tally {
	unsigned int runs, of[OUTCOMES];
};

struct subject {
	char path[64];
	unsigned char *data;
	size_t len;
	uint64_t good;		/* hash of what is in it */
	struct ir_damage had;	/* the one that it came with */
	int fd;
	bool as_recording, bits;
	unsigned int wrong;	/* disorder, slowness, missing messages */
	double longest;
};

static uint64_t mix(uint64_t hash, uint64_t v)
{
	return (hash ^ v) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
}

/* All events; negative if the reader refused. */
static int read_events(const char *path, struct ir_damage *damage, uint64_t *hash,
		       struct ir_error *err, bool *disorder)
{
	struct ir_file *file = ir_file_open(path, err);
	struct ir_reader *rd = file ? ir_reader_open(file, damage, err) : NULL;
	struct ir_event ev;
	uint64_t last = 0;
	int ret = -1;

	while (rd && (ret = ir_reader_next(rd, &ev, err)) > 0) {
		*disorder |= ev.time_ns < last;
		last = ev.time_ns;
		*hash = mix(mix(mix(*hash, ev.time_ns), ev.addr), ev.size + ev.kind);
		*hash = mix(mix(mix(*hash, ev.cpu), ev.device), ev.aux + (uint64_t)ev.ret);
		if (ev.kind == IR_EV_MARKER)
			*hash = mix(*hash, strlen(ev.text));
	}
	ir_reader_close(rd);
	ir_file_close(file);
	return ret;
}

/* All operations. */
static int read_operations(const char *path, struct ir_damage *damage, uint64_t *hash,
			   struct ir_error *err, bool *disorder)
{
	struct ir_recording *rec = ir_recording_open(path, NULL, err);
	struct ir_op ops[256];
	uint64_t last = 0;
	ssize_t n = -1, i;

	while (rec && (n = ir_recording_read(rec, ops, 256, err)) > 0) {
		for (i = 0; i < n; i++) {
			/* Pieces follow their mapping, though they may be later than the next one. */
			if (ops[i].kind != IR_OP_SEGMENT) {
				*disorder |= ops[i].time_ns < last;
				last = ops[i].time_ns;
			}
			*hash = mix(mix(mix(*hash, ops[i].time_ns), ops[i].iova), ops[i].paddr);
			*hash = mix(mix(mix(*hash, ops[i].pages), ops[i].mapping), ops[i].cpu);
			*hash = mix(*hash, ops[i].kind + ((uint64_t)ops[i].device << 16) +
				    ((uint64_t)ops[i].flags << 40));
		}
	}
	if (rec)
		*damage = ir_recording_info(rec)->damage;
	ir_recording_close(rec);
	return (int)n;
}

static enum outcome judge(const struct subject *s, int ret, const struct ir_damage *damage,
			  uint64_t hash)
{
	if (ret < 0)
		return REFUSED;
	if (!memcmp(damage, &s->had, sizeof(*damage)))
		return hash == s->good ? SAME : SILENT;
	return ir_damage_complete(damage) ? NOTED : DAMAGED;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* @tally may be NULL: the recording as it is. */
static void run(struct subject *s, struct tally *tally, const char *what, uint64_t at)
{
	struct ir_damage damage = { .count = { 0 } };
	struct ir_error err = { "" };
	double start = seconds(), took;
	bool disorder = false;
	enum outcome outcome;
	uint64_t hash = 1;
	int ret;

	ret = (s->as_recording ? read_operations : read_events)(s->path, &damage, &hash, &err,
								&disorder);
	took = seconds() - start;
	s->longest = took > s->longest ? took : s->longest;
	if (!tally) {
		s->good = hash;
		s->had = damage;
		s->wrong += ret < 0;
		return;
	}
	if (disorder || took > 10 || (ret < 0 && !err.text[0])) {
		printf("%s at %" PRIu64 ": disorder %d, %.1f s, \"%s\"\n", what, at, disorder, took,
		       err.text);
		s->wrong++;
	}
	outcome = judge(s, ret, &damage, hash);
	tally->runs++;
	tally->of[outcome]++;
	if (outcome == SILENT && getenv("MUTATE_SHOW"))
		printf("%s at %" PRIu64 ": silent\n", what, at);
}

static void put(int fd, const unsigned char *data, size_t len)
{
	if (ftruncate(fd, (off_t)len) || pwrite(fd, data, len, 0) != (ssize_t)len)
		abort();
}

/* From the longest to the shortest: nothing needs to be written anew. */
static void cut_everywhere(struct subject *s, struct tally *tally)
{
	for (size_t at = s->len; at-- > 0;) {
		if (ftruncate(s->fd, (off_t)at))
			abort();
		run(s, tally, "cut", at);
	}
	put(s->fd, s->data, s->len);
}

static void cut_somewhere(struct subject *s, struct tally *tally, unsigned long cuts)
{
	while (cuts--) {
		size_t at = next_random() % s->len;

		if (ftruncate(s->fd, (off_t)at))
			abort();
		run(s, tally, "cut", at);
		put(s->fd, s->data, s->len);
	}
}

static void change(struct subject *s, struct tally *tally, unsigned long changes, size_t meta)
{
	if (meta > s->len / 2)
		meta = s->len / 2;
	for (unsigned long i = 0; i < changes; i++) {
		size_t at = next_random() % s->len;
		unsigned char byte;

		if (meta && i % 4 == 0)
			at = next_random() % meta;
		else if (meta && i % 4 == 1)
			at = s->len - 1 - next_random() % meta;
		byte = (unsigned char)next_random();
		if (s->bits || !(i & 8))
			byte = (unsigned char)(s->data[at] ^ (1u << (byte & 7)));
		if (pwrite(s->fd, &byte, 1, (off_t)at) != 1)
			abort();
		run(s, tally, "change", at);
		if (pwrite(s->fd, &s->data[at], 1, (off_t)at) != 1)
			abort();
	}
}

static bool load(struct subject *s, const char *path)
{
	FILE *in = fopen(path, "rb");
	long len = -1;

	if (in && !fseek(in, 0, SEEK_END))
		len = ftell(in);
	if (len <= 0)
		return false;
	rewind(in);
	s->len = (size_t)len;
	s->data = malloc(s->len);
	if (!s->data || fread(s->data, 1, s->len, in) != s->len)
		return false;
	fclose(in);
	s->fd = memfd_create("mutate", 0);
	snprintf(s->path, sizeof(s->path), "/proc/self/fd/%d", s->fd);
	put(s->fd, s->data, s->len);
	return true;
}

static void report(const char *what, const struct tally *tally)
{
	printf(", %u %s:", tally->runs, what);
	for (int i = 0; i < OUTCOMES; i++)
		printf("%s %u %s", i ? "," : "", tally->of[i], outcome_names[i]);
}

int main(int argc, char **argv)
{
	struct tally cuts = { 0 }, changes = { 0 };
	struct subject s = { .fd = -1 };
	const char *name;
	int option;

	while ((option = getopt(argc, argv, "rb")) != -1) {
		if (option == '?')
			return 2;
		*(option == 'r' ? &s.as_recording : &s.bits) = true;
	}
	if (argc - optind != 5 || !load(&s, argv[optind + 4]))
		return 2;
	argv += optind;
	state = strtoull(argv[0], NULL, 0) * UINT64_C(0x9e3779b97f4a7c15) + 1;
	run(&s, NULL, "nothing", 0);
	if (!strcmp(argv[1], "all"))
		cut_everywhere(&s, &cuts);
	else
		cut_somewhere(&s, &cuts, strtoul(argv[1], NULL, 0));
	change(&s, &changes, strtoul(argv[2], NULL, 0), strtoul(argv[3], NULL, 0));
	name = strrchr(argv[4], '/');
	printf("%s", name ? name + 1 : argv[4]);
	report("cuts", &cuts);
	report(s.bits ? "bits" : "changes", &changes);
	printf("; longest %.2f s\n", s.longest);
	free(s.data);
	close(s.fd);
	return s.wrong != 0;
}
