/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts for the text reader, and what it makes of them; for the tests of that reader. */
#ifndef TEXT_UTIL_H
#define TEXT_UTIL_H

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include "input/open.h"

#define MAX_EVENTS 64

struct result {
	bool recognised;
	int failed;		/* reading it to its end: 0 or -errno */
	struct ir_damage damage;
	struct ir_event ev[MAX_EVENTS];
	char device[MAX_EVENTS][32];
	char text[MAX_EVENTS][64];
	size_t nr;
	uint64_t disorder;
	uint32_t cpus;
	size_t nr_devices;	/* with number 0, which stands for none */
	char counts[512];	/* "iommu:map=2 rpcit=1 " */
	char format[32], clock[16], arch[16], kernel[64], order[8];
};

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static void keep_event(struct result *r, const struct ir_reader *rd, const struct ir_event *ev)
{
	if (r->nr && ev->time_ns < r->ev[(r->nr - 1) % MAX_EVENTS].time_ns)
		r->disorder++;
	r->ev[r->nr % MAX_EVENTS] = *ev;
	copy(r->device[r->nr % MAX_EVENTS], 32, rd->info.devices[ev->device]);
	copy(r->text[r->nr % MAX_EVENTS], 64, ev->kind == IR_EV_MARKER ? ev->text : NULL);
	r->nr++;
}

static void keep_info(struct result *r, const struct ir_reader_info *info)
{
	size_t used = 0;

	for (size_t i = 0; i < info->nr_events && used < sizeof(r->counts); i++)
		used += (size_t)snprintf(r->counts + used, sizeof(r->counts) - used,
					 "%s=%" PRIu64 " ", info->events[i].name,
					 info->events[i].count);
	r->cpus = info->cpus;
	r->nr_devices = info->nr_devices;
	copy(r->format, sizeof(r->format), info->format);
	copy(r->clock, sizeof(r->clock), info->clock);
	copy(r->arch, sizeof(r->arch), info->arch);
	copy(r->kernel, sizeof(r->kernel), info->kernel);
	copy(r->order, sizeof(r->order), info->byte_order);
}

static char last_error[512];	/* of the text that was read last */

static struct result read_bytes(const char *bytes, size_t len)
{
	struct result r = { 0 };
	struct ir_error err = { "" };
	struct ir_event ev;
	struct ir_reader *rd;
	struct ir_file *file;
	char path[64];
	int fd = memfd_create("text", 0), ret;

	assert_int_equal(write(fd, bytes, len), len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	file = ir_file_open(path, &err);
	assert_non_null(file);
	rd = ir_reader_open(file, &r.damage, &err);
	r.recognised = rd != NULL;
	if (rd) {
		while ((ret = ir_reader_next(rd, &ev, &err)) == 1)
			keep_event(&r, rd, &ev);
		copy(last_error, sizeof(last_error), err.text);
		if (!ret) {
			assert_int_equal(ir_reader_next(rd, &ev, &err), 0);
			keep_info(&r, &rd->info);
		}
		r.failed = ret;
	}
	ir_reader_close(rd);
	ir_file_close(file);
	close(fd);
	return r;
}

static struct result read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

/* Notes are none. */
static uint64_t all_damage(const struct result *r)
{
	uint64_t n = 0;

	assert_int_equal(r->failed, 0);
	for (int i = 0; i < IR_DAMAGE_KINDS; i++)
		if (ir_damage_severity((enum ir_damage_kind)i) != IR_SEVERITY_INFO)
			n += r->damage.count[i];
	return n;
}

#define HEAD "             fio-242     [001] .....    12.309078: "
#define MAP "map: IOMMU: iova=0x000000017ffa0000 - 0x000000017ffb0000 paddr=0x000000000a44f000 size=65536"
#define UNMAP "unmap: IOMMU: iova=0x000000017ffa0000 - 0x000000017ffb0000 size=65536 unmapped_size=65536"

/* One event, and nothing wrong with it. */
static struct ir_event one(const char *text)
{
	struct result r = read_text(text);

	if (!r.recognised || r.nr != 1 || all_damage(&r))
		print_message("%s", text);
	assert_true(r.recognised);
	assert_int_equal(all_damage(&r), 0);
	assert_int_equal(r.nr, 1);
	return r.ev[0];
}

static void bad(const char *text)
{
	char both[2048];
	struct result r;

	snprintf(both, sizeof(both), "%s%s", HEAD MAP "\n", text);
	r = read_text(both);
	if (r.nr != 1 || r.damage.count[IR_DAMAGE_BAD_EVENTS] != 1)
		print_message("%s", text);
	assert_int_equal(r.nr, 1);
	assert_int_equal(r.damage.count[IR_DAMAGE_BAD_EVENTS], 1);
	assert_int_equal(all_damage(&r), 1);
}

static void check_head(const char *text, uint64_t time, uint32_t pid, uint32_t cpu, uint16_t flags)
{
	struct ir_event ev = one(text);

	if (ev.time_ns != time || ev.pid != pid || ev.cpu != cpu || ev.flags != flags)
		print_message("%s", text);
	assert_int_equal(ev.time_ns, time);
	assert_int_equal(ev.pid, pid);
	assert_int_equal(ev.cpu, cpu);
	assert_int_equal(ev.flags, flags);
	assert_int_equal(ev.kind, IR_EV_MAP);
	assert_int_equal(ev.addr, 0x17ffa0000);
	assert_int_equal(ev.paddr, 0xa44f000);
	assert_int_equal(ev.size, 65536);
}


#endif
