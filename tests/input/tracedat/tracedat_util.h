/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.dat files made by hand: version 6, little-endian, one sub-buffer after the
 * other, as trace-cmd.dat.v6(5) has them.  They hold iommu:map, iommu:unmap and
 * markers (ftrace:print), of any number of CPUs and of one more buffer instance.
 *
 *	struct tracedat_file f = { .cpus = 2 };
 *
 *	page_begin(&f, 0, 1000);		CPU 0, a sub-buffer that begins at 1000 ns
 *	put_map(&f, 5, 0x10000, 1);		5 ns later
 *	tracedat_write(&f, path);
 */
#ifndef IR_TESTS_TRACEDAT_UTIL_H
#define IR_TESTS_TRACEDAT_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TD_PAGE		4096u
#define TD_DATA		16u		/* of a sub-buffer: behind its time and its length */
#define TD_BUFFERS	8u		/* CPUs, of the top instance and then of the other one */
#define TD_MISSED	(UINT64_C(1) << 31)	/* RB_MISSED_EVENTS */
#define TD_STORED	(UINT64_C(1) << 30)	/* RB_MISSED_STORED: how many stands behind the records */

enum { TD_PRINT = 5, TD_MAP = 300, TD_UNMAP = 301 };

struct tracedat_buffer {
	unsigned char *data;
	size_t len;
	size_t page;		/* where the last sub-buffer begins */
};

struct tracedat_file {
	unsigned int cpus;
	bool instance;		/* there is one more */
	const char *cpustat;	/* of all CPUs, or NULL */
	size_t cut;		/* so many bytes are missing at the end */
	struct tracedat_buffer buffer[TD_BUFFERS];
	unsigned int at;	/* where records go */
	unsigned char *out;
	size_t len;
};

static inline void td_store(unsigned char *to, uint64_t value, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		to[i] = (unsigned char)(value >> 8 * i);
}

static inline unsigned char *page_of(struct tracedat_file *f)
{
	return f->buffer[f->at].data + f->buffer[f->at].page;
}

static inline uint64_t committed(struct tracedat_file *f)
{
	uint64_t len = 0;

	memcpy(&len, page_of(f) + 8, 4);
	return len & 0xfffff;
}

/* A sub-buffer of a CPU (of the other instance: @cpu + the number of CPUs). */
static inline void page_begin(struct tracedat_file *f, unsigned int cpu, uint64_t time_ns)
{
	struct tracedat_buffer *b = &f->buffer[cpu];

	assert_true(cpu < TD_BUFFERS);
	f->at = cpu;
	b->data = realloc(b->data, b->len + TD_PAGE);
	assert_non_null(b->data);
	memset(b->data + b->len, 0, TD_PAGE);
	b->page = b->len;
	b->len += TD_PAGE;
	td_store(page_of(f), time_ns, 8);
}

/* Events were lost before this sub-buffer: so many, 0: not counted.  After its last record. */
static inline void page_missed(struct tracedat_file *f, uint64_t count)
{
	uint64_t len = committed(f);

	td_store(page_of(f) + 8, len | TD_MISSED | (count ? TD_STORED : 0), 8);
	if (count)
		td_store(page_of(f) + TD_DATA + len, count, 8);
}

/* A length that cannot be: nothing of this sub-buffer can be read. */
static inline void page_damaged(struct tracedat_file *f)
{
	td_store(page_of(f) + 8, 0xffff, 8);
}

static inline void put_record(struct tracedat_file *f, uint32_t delta, const unsigned char *data,
			      unsigned int words)
{
	uint64_t len = committed(f);

	assert_true(len + 4 + 4 * words <= TD_PAGE - TD_DATA);
	td_store(page_of(f) + TD_DATA + len, (uint64_t)delta << 5 | words, 4);
	memcpy(page_of(f) + TD_DATA + len + 4, data, 4 * words);
	td_store(page_of(f) + 8, len + 4 + 4 * words, 8);
}

static inline void put_range(struct tracedat_file *f, uint32_t delta, unsigned int id,
			     uint64_t iova, uint64_t second, uint64_t third)
{
	unsigned char data[32] = { 0 };

	td_store(data, id, 2);
	td_store(data + 4, 100, 4);
	td_store(data + 8, iova, 8);
	td_store(data + 16, second, 8);
	td_store(data + 24, third, 8);
	put_record(f, delta, data, 8);
}

/* @delta: ns since the record before it in the sub-buffer, or since its begin. */
static inline void put_map(struct tracedat_file *f, uint32_t delta, uint64_t iova, uint64_t pages)
{
	put_range(f, delta, TD_MAP, iova, iova + (UINT64_C(1) << 40), pages * 4096);
}

static inline void put_unmap(struct tracedat_file *f, uint32_t delta, uint64_t iova, uint64_t pages)
{
	put_range(f, delta, TD_UNMAP, iova, pages * 4096, pages * 4096);
}

static inline void put_marker(struct tracedat_file *f, uint32_t delta, const char *text)
{
	unsigned char data[112] = { 0 };

	assert_true(strlen(text) < sizeof(data) - 16);
	td_store(data, TD_PRINT, 2);
	strcpy((char *)data + 16, text);
	put_record(f, delta, data, sizeof(data) / 4);
}

static inline void td_bytes(struct tracedat_file *f, const void *data, size_t len)
{
	f->out = realloc(f->out, f->len + len);
	assert_non_null(f->out);
	memcpy(f->out + f->len, data, len);
	f->len += len;
}

static inline void td_number(struct tracedat_file *f, uint64_t value, unsigned int size)
{
	unsigned char bytes[8];

	td_store(bytes, value, size);
	td_bytes(f, bytes, size);
}

static inline void td_text(struct tracedat_file *f, const char *text)
{
	td_number(f, strlen(text), 8);
	td_bytes(f, text, strlen(text));
}

#define TD_COMMON \
	"format:\n" \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n" \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n" \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

static inline void td_formats(struct tracedat_file *f)
{
	td_number(f, 1, 4);
	td_text(f, "name: print\nID: 5\n" TD_COMMON
		"\tfield:unsigned long ip;\toffset:8;\tsize:8;\tsigned:0;\n"
		"\tfield:char buf[];\toffset:16;\tsize:0;\tsigned:0;\n\n"
		"print fmt: \"%ps: %s\", (void *)REC->ip, REC->buf\n");
	td_number(f, 1, 4);
	td_bytes(f, "iommu", 6);
	td_number(f, 2, 4);
	td_text(f, "name: map\nID: 300\n" TD_COMMON
		"\tfield:u64 iova;\toffset:8;\tsize:8;\tsigned:0;\n"
		"\tfield:u64 paddr;\toffset:16;\tsize:8;\tsigned:0;\n"
		"\tfield:size_t size;\toffset:24;\tsize:8;\tsigned:0;\n\n"
		"print fmt: \"IOMMU: iova=0x%016llx\", REC->iova\n");
	td_text(f, "name: unmap\nID: 301\n" TD_COMMON
		"\tfield:u64 iova;\toffset:8;\tsize:8;\tsigned:0;\n"
		"\tfield:size_t size;\toffset:16;\tsize:8;\tsigned:0;\n"
		"\tfield:size_t unmapped_size;\toffset:24;\tsize:8;\tsigned:0;\n\n"
		"print fmt: \"IOMMU: iova=0x%016llx\", REC->iova\n");
}

static inline void td_option(struct tracedat_file *f, unsigned int id, const void *data, size_t len)
{
	td_number(f, id, 2);
	td_number(f, len, 4);
	td_bytes(f, data, len);
}

/* The options; returns where the offset of the other instance's table is to be put. */
static inline size_t td_options(struct tracedat_file *f)
{
	unsigned char other[16] = { 0 };
	size_t place = 0;

	td_bytes(f, "options  ", 10);
	td_option(f, 5, "Linux host 6.12.1 x86_64", 25);
	if (f->cpustat)
		td_option(f, 2, f->cpustat, strlen(f->cpustat) + 1);
	if (f->instance) {
		memcpy(other + 8, "other", 6);
		place = f->len + 6;
		td_option(f, 3, other, sizeof(other));
	}
	td_number(f, 0, 2);
	return place;
}

/* The table of an instance's CPUs; data follows later: returns where the table is. */
static inline size_t td_table(struct tracedat_file *f)
{
	size_t at;

	td_bytes(f, "flyrecord", 10);
	at = f->len;
	for (unsigned int i = 0; i < f->cpus; i++) {
		td_number(f, 0, 8);
		td_number(f, 0, 8);
	}
	return at;
}

static inline void td_data(struct tracedat_file *f, size_t table, unsigned int first)
{
	for (unsigned int i = 0; i < f->cpus; i++) {
		struct tracedat_buffer *b = &f->buffer[first + i];

		td_store(f->out + table + 16 * i, f->len, 8);
		td_store(f->out + table + 16 * i + 8, b->len, 8);
		td_bytes(f, b->data ? b->data : (unsigned char *)"", b->len);
		free(b->data);
		*b = (struct tracedat_buffer){ .data = NULL };
	}
}

static inline void td_align(struct tracedat_file *f)
{
	static const unsigned char zero[TD_PAGE];

	td_bytes(f, zero, (TD_PAGE - f->len % TD_PAGE) % TD_PAGE);
}

/* Write the file, and free what was put into it. */
static inline void tracedat_write(struct tracedat_file *f, const char *path)
{
	size_t table, other = 0, place;
	FILE *out;

	td_bytes(f, "\x17\x08\x44tracing6\0\0\x08", 14);
	td_number(f, TD_PAGE, 4);
	td_bytes(f, "header_page", 12);
	td_text(f, "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
		"\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n");
	td_bytes(f, "header_event", 13);
	td_text(f, "");
	td_formats(f);
	td_number(f, 0, 4);	/* kernel symbols */
	td_number(f, 0, 4);	/* printk formats */
	td_number(f, 0, 8);	/* process names */
	td_number(f, f->cpus, 4);
	place = td_options(f);
	table = td_table(f);
	if (f->instance) {
		td_store(f->out + place, f->len, 8);
		other = td_table(f);
	}
	td_align(f);
	td_data(f, table, 0);
	if (f->instance)
		td_data(f, other, f->cpus);
	assert_true(f->cut < f->len);
	out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(f->out, 1, f->len - f->cut, out), f->len - f->cut);
	assert_int_equal(fclose(out), 0);
	free(f->out);
	f->out = NULL;
	f->len = 0;
}

#endif
