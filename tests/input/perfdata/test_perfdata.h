/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making small perf.data recordings in both byte orders and both forms, and
 * reading them back: what the tests of the perf.data reader share.
 */
#ifndef IR_TESTS_TEST_PERFDATA_H
#define IR_TESTS_TEST_PERFDATA_H

#include "test_util.h"

#include <stdio.h>
#include <unistd.h>
#include <zstd.h>
#include "base/bytes.h"
#include "input/open.h"

/* ---- writing ---- */

struct out {
	unsigned char data[1 << 20];
	size_t len;
	bool big;
};

static inline void put(struct out *o, const void *p, size_t len)
{
	assert_true(o->len + len <= sizeof(o->data));
	memcpy(o->data + o->len, p, len);
	o->len += len;
}

static inline void put16(struct out *o, uint16_t v)
{
	v = ir_load16(&v, o->big);
	put(o, &v, sizeof(v));
}

static inline void put32(struct out *o, uint32_t v)
{
	v = ir_load32(&v, o->big);
	put(o, &v, sizeof(v));
}

static inline void put64(struct out *o, uint64_t v)
{
	v = ir_load64(&v, o->big);
	put(o, &v, sizeof(v));
}

static inline void set16(struct out *o, size_t at, uint16_t v)
{
	v = ir_load16(&v, o->big);
	memcpy(o->data + at, &v, sizeof(v));
}

static inline void set64(struct out *o, size_t at, uint64_t v)
{
	v = ir_load64(&v, o->big);
	memcpy(o->data + at, &v, sizeof(v));
}

static inline size_t begin_record(struct out *o, uint32_t type)
{
	size_t at = o->len;

	put32(o, type);
	put16(o, 0);
	put16(o, 0);
	return at;
}

static inline void end_record(struct out *o, size_t at)
{
	set16(o, at + 6, (uint16_t)(o->len - at));
}

/* PERF_SAMPLE_* */
enum {
	IP = 1, TID = 2, TIME = 4, ADDR = 8, READ = 16, CHAIN = 32, ID = 64, CPU = 128,
	PERIOD = 256, STREAM = 512, RAW = 1024, IDENTIFIER = 1 << 16,
};

#define USUAL	(IDENTIFIER | IP | TID | TIME | CPU | PERIOD | RAW)
#define ALL	(USUAL | ADDR | READ | CHAIN | ID | STREAM)

/* The properties that vary between the recordings. */
struct kind {
	bool big;
	uint32_t attr_size;
	uint64_t sample_type;
	uint64_t read_format;
	uint64_t period;
};

static const struct kind usual_little = { false, 136, USUAL, 4, 1 };
static const struct kind usual_big = { true, 136, USUAL, 4, 1 };

enum { MAP_ID = 300, UNMAP_ID = 301, MAP_EVENT = 10, UNMAP_EVENT = 20 };

static inline void put_attr(struct out *o, const struct kind *k, uint64_t config)
{
	size_t at = o->len;
	uint64_t flags = o->big ? UINT64_C(1) << (63 - 18) : 1 << 18;	/* sample_id_all */

	put32(o, 2);
	put32(o, k->attr_size);
	put64(o, config);
	put64(o, k->period);
	put64(o, k->sample_type);
	put64(o, k->read_format);
	put64(o, flags);
	while (o->len < at + k->attr_size)
		put(o, "", 1);
}

static inline void put_format(struct out *o, const char *name, int id, const char *const fields[3])
{
	char text[1024];
	int n;

	n = snprintf(text, sizeof(text),
		     "name: %s\nID: %d\nformat:\n"
		     "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
		     "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
		     "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
		     "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
		     "\tfield:u64 %s;\toffset:8;\tsize:8;\tsigned:0;\n"
		     "\tfield:u64 %s;\toffset:16;\tsize:8;\tsigned:0;\n"
		     "\tfield:u64 %s;\toffset:24;\tsize:8;\tsigned:0;\n\nprint fmt: \"\"\n",
		     name, id, fields[0], fields[1], fields[2]);
	put64(o, (uint64_t)n);
	put(o, text, (size_t)n);
}

static inline void put_tracing(struct out *o)
{
	static const char *const map[] = { "iova", "paddr", "size" };
	static const char *const unmap[] = { "iova", "size", "unmapped_size" };

	put(o, "\x17\x08\x44tracing0.6", 14);
	put(o, o->big ? "\1\10" : "\0\10", 2);
	put32(o, 4096);
	put(o, "header_page", 12);
	put64(o, 0);
	put(o, "header_event", 13);
	put64(o, 0);
	put32(o, 0);
	put32(o, 1);
	put(o, "iommu", 6);
	put32(o, 2);
	put_format(o, "map", MAP_ID, map);
	put_format(o, "unmap", UNMAP_ID, unmap);
	put32(o, 0);
	put32(o, 0);
	put64(o, 0);
}

static inline void put_string(struct out *o, const char *s)
{
	put32(o, 64);
	put(o, s, strlen(s));
	for (size_t i = strlen(s); i < 64; i++)
		put(o, "", 1);
}

static inline void put_feature(struct out *o, unsigned int nr)
{
	switch (nr) {
	case 1:
		put_tracing(o);
		break;
	case 4:
		put_string(o, "6.12.1-test");
		break;
	case 6:
		put_string(o, "s390x");
		break;
	case 7:
		put32(o, 4);	/* available */
		put32(o, 3);	/* online */
		break;
	}
}

/* A sample with all that its kind asks for; @count of counters or callers where there are such. */
static inline void put_sample(struct out *o, const struct kind *k, uint32_t cpu, uint64_t time,
		       bool unmap, uint64_t iova, uint64_t count)
{
	uint64_t has = k->sample_type;
	size_t at = begin_record(o, 9);

	if (has & IDENTIFIER)
		put64(o, (unmap ? UNMAP_EVENT : MAP_EVENT) + cpu);
	if (has & IP)
		put64(o, 0xdead);
	if (has & TID)
		put64(o, 0);
	if (has & TIME)
		put64(o, time);
	if (has & ADDR)
		put64(o, 0);
	if (has & ID)
		put64(o, (unmap ? UNMAP_EVENT : MAP_EVENT) + cpu);
	if (has & STREAM)
		put64(o, 0);
	if (has & CPU) {
		put32(o, cpu);
		put32(o, 0);
	}
	if (has & PERIOD)
		put64(o, k->period);
	if (has & READ) {
		uint64_t each = 1 + (k->read_format >> 2 & 1) + (k->read_format >> 4 & 1);

		if (k->read_format & 8)
			put64(o, count);
		for (unsigned int i = 0; i < (k->read_format & 1) + (k->read_format >> 1 & 1); i++)
			put64(o, 1);
		for (uint64_t i = 0; i < each * (k->read_format & 8 ? count : 1); i++)
			put64(o, i);
	}
	if (has & CHAIN) {
		put64(o, count);
		for (uint64_t i = 0; i < count; i++)
			put64(o, i);
	}
	put32(o, 36);
	put16(o, unmap ? UNMAP_ID : MAP_ID);
	put(o, "\10", 2);	/* in an interrupt */
	put32(o, 1000 + cpu);
	put64(o, iova);
	put64(o, unmap ? 4096 : 0x5000);
	put64(o, 4096);
	put32(o, 0);
	end_record(o, at);
}

static inline void put_lost(struct out *o, uint32_t type, uint64_t lost, uint64_t time,
			    uint32_t cpu)
{
	size_t at = begin_record(o, type);

	if (type == 2)
		put64(o, MAP_EVENT);
	put64(o, lost);
	put64(o, 0);		/* pid and tid */
	put64(o, time);
	put64(o, (uint64_t)(o->big ? 0 : cpu) | (o->big ? (uint64_t)cpu << 32 : 0));
	put64(o, MAP_EVENT);
	end_record(o, at);
}

static inline void put_exit(struct out *o, uint64_t time)
{
	size_t at = begin_record(o, 4);

	put64(o, 0);		/* pid and that of the parent */
	put64(o, 0);		/* tid, likewise */
	put64(o, time);
	end_record(o, at);
}

static inline void put_round(struct out *o)
{
	end_record(o, begin_record(o, 68));
}

/* The form of a file: header, ids, attributes, data. */
static inline size_t begin_file(struct out *o, const struct kind *k)
{
	size_t ids = 104, attrs = ids + 2 * 4 * 8, data = attrs + 2 * (k->attr_size + 16), i;

	o->len = 0;
	o->big = k->big;
	put64(o, UINT64_C(0x32454c4946524550));	/* "PERFILE2" */
	put64(o, 104);
	put64(o, k->attr_size + 16);
	put64(o, attrs);
	put64(o, 2 * (k->attr_size + 16));
	put64(o, data);
	put64(o, 0);
	put64(o, 0);
	put64(o, 0);
	put64(o, 1 << 1 | 1 << 4 | 1 << 6 | 1 << 7);
	put64(o, 0);
	put64(o, 0);
	put64(o, 0);
	for (i = 0; i < 8; i++)
		put64(o, (i < 4 ? MAP_EVENT : UNMAP_EVENT) + i % 4);
	put_attr(o, k, MAP_ID);
	put64(o, ids);
	put64(o, 32);
	put_attr(o, k, UNMAP_ID);
	put64(o, ids + 32);
	put64(o, 32);
	assert_int_equal(o->len, data);
	return data;
}

static inline void end_file(struct out *o, size_t data)
{
	static const unsigned int features[] = { 1, 4, 6, 7 };
	size_t table = o->len, i;

	set64(o, 48, table - data);
	for (i = 0; i < 8; i++)
		put64(o, 0);
	for (i = 0; i < 4; i++) {
		size_t start = o->len;

		put_feature(o, features[i]);
		set64(o, table + i * 16, start);
		set64(o, table + i * 16 + 8, o->len - start);
	}
}

/* The form of a pipe: all of that in records. */
static inline void begin_pipe(struct out *o, const struct kind *k)
{
	static const unsigned int features[] = { 4, 6, 7 };
	size_t at, start;

	o->len = 0;
	o->big = k->big;
	put64(o, UINT64_C(0x32454c4946524550));
	put64(o, 16);
	for (unsigned int e = 0; e < 2; e++) {
		at = begin_record(o, 64);
		put_attr(o, k, e ? UNMAP_ID : MAP_ID);
		for (unsigned int i = 0; i < 4; i++)
			put64(o, (e ? UNMAP_EVENT : MAP_EVENT) + i);
		end_record(o, at);
	}
	for (size_t i = 0; i < 3; i++) {
		at = begin_record(o, 80);
		put64(o, features[i]);
		put_feature(o, features[i]);
		end_record(o, at);
	}
	at = begin_record(o, 66);
	put64(o, 0);
	end_record(o, at);
	start = o->len;
	put_tracing(o);
	while ((o->len - start) % 8)
		put(o, "", 1);
	set64(o, at + 8, o->big ? (uint64_t)(o->len - start) << 32 : o->len - start);
	put_round(o);
}

/* ---- reading ---- */

static struct out file;
static char path[] = "/tmp/test_perfdata.XXXXXX";

struct result {
	struct ir_event ev[4096];
	size_t nr;
	struct ir_damage damage;
	uint32_t cpus;
	uint64_t maps, unmaps, end_ns;
	char format[64], kernel[64], arch[64];
	int status;
};

static struct result res;

static inline void read_back(void)
{
	struct ir_error err = { "" };
	struct ir_file *in;
	struct ir_reader *rd;
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(file.data, 1, file.len, f), file.len);
	assert_int_equal(fclose(f), 0);
	memset(&res, 0, sizeof(res));
	in = ir_file_open(path, &err);
	assert_non_null(in);
	rd = ir_reader_open(in, &res.damage, &err);
	res.status = -1;
	if (!rd)
		assert_true(err.text[0] != '\0');
	while (rd && res.nr < 4096 &&
	       (res.status = ir_reader_next(rd, &res.ev[res.nr], &err)) > 0)
		res.nr++;
	if (rd && !res.status) {
		assert_int_equal(ir_reader_next(rd, &res.ev[0] + res.nr, &err), 0);
		res.cpus = rd->info.cpus;
		res.end_ns = rd->info.end_ns;
		for (size_t i = 0; i < rd->info.nr_events; i++) {
			if (!strcmp(rd->info.events[i].name, "iommu:map"))
				res.maps = rd->info.events[i].count;
			if (!strcmp(rd->info.events[i].name, "iommu:unmap"))
				res.unmaps = rd->info.events[i].count;
		}
		snprintf(res.format, sizeof(res.format), "%s", rd->info.format);
		if (rd->info.kernel)
			snprintf(res.kernel, sizeof(res.kernel), "%s", rd->info.kernel);
		if (rd->info.arch)
			snprintf(res.arch, sizeof(res.arch), "%s", rd->info.arch);
	}
	ir_reader_close(rd);
	ir_file_close(in);
}

/* Nothing but this is damaged. */
static inline void assert_damage(enum ir_damage_kind kind, uint64_t n)
{
	for (int i = 0; i < IR_DAMAGE_KINDS; i++)
		assert_int_equal(res.damage.count[i], i == (int)kind ? n : 0);
}

static inline void assert_intact(void)
{
	assert_damage(IR_DAMAGE_LOST_EVENTS, 0);
}

/* Event @i is one of put_sample()'s. */
static inline void assert_event(size_t i, uint64_t time, uint32_t cpu, bool unmap, uint64_t iova)
{
	const struct ir_event *ev = &res.ev[i];

	assert_true(i < res.nr);
	assert_int_equal(ev->kind, unmap ? IR_EV_UNMAP : IR_EV_MAP);
	assert_int_equal(ev->time_ns, time);
	assert_int_equal(ev->cpu, cpu);
	assert_int_equal(ev->pid, 1000 + cpu);
	assert_int_equal(ev->addr, iova);
	assert_int_equal(ev->size, 4096);
	assert_int_equal(ev->paddr, unmap ? 0 : 0x5000);
	assert_int_equal(ev->flags, IR_EVF_IRQ);
}

/* One stream through several records; borders anywhere. */
static inline void compress_into(struct out *to, const struct out *from, uint32_t type,
				 size_t piece)
{
	static unsigned char packed[1 << 16];
	ZSTD_CCtx *ctx = ZSTD_createCCtx();

	for (size_t pos = 0; pos < from->len; pos += piece) {
		size_t n = from->len - pos < piece ? from->len - pos : piece;
		ZSTD_inBuffer in = { from->data + pos, n, 0 };
		ZSTD_outBuffer out = { packed, sizeof(packed), 0 };
		size_t at;

		assert_int_equal(ZSTD_compressStream2(ctx, &out, &in, ZSTD_e_flush), 0);
		at = begin_record(to, type);
		if (type == 83)
			put64(to, out.pos);
		put(to, packed, out.pos);
		while (type == 83 && (to->len - at) % 8)
			put(to, "", 1);
		end_record(to, at);
	}
	ZSTD_freeCCtx(ctx);
}

static struct out plain;

static inline void make_plain(const struct kind *k, unsigned int nr)
{
	plain.len = 0;
	plain.big = k->big;
	for (unsigned int i = 0; i < nr; i++)
		put_sample(&plain, k, 0, 100 + i, i & 1, (uint64_t)i << 12, 0);
}

static inline void make_three(const struct kind *k, size_t at[3], size_t *data)
{
	*data = begin_file(&file, k);
	for (unsigned int i = 0; i < 3; i++) {
		at[i] = file.len;
		put_sample(&file, k, 0, 100 + i, false, (uint64_t)i << 12, 0);
	}
	put_round(&file);
	end_file(&file, *data);
}

static inline int make_path(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 || close(fd);
}

static inline int remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

#endif
