// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace.dat version 6: trace-cmd.dat.v6(5).  Everything stands one behind the
 * other; a wrong size in the middle makes all that follows unreadable, so that
 * is where it ends with an error.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "base/bytes.h"
#include "input/tracedat/priv.h"

struct v6_instance {
	uint64_t pos;		/* of its "flyrecord" */
};

struct v6 {
	struct ir_cursor cur;
	struct v6_instance extra[TD_MAX_INSTANCES];
	uint32_t nr_extra;
	uint32_t cpus;
};

#define MARK_SIZE 10u		/* "options  ", "flyrecord", "latency  " with terminator */

static int open_error(struct tracedat *td, struct v6 *v6, int code, const char *what,
		      struct ir_error *err)
{
	if (code == -ENOMEM)
		return ir_error_set(err, code, "%s: out of memory", ir_file_path(td->file));
	return ir_error_set(err, -EBADMSG,
			    "%s: offset %" PRIu64 ": cannot read the %s; the file is cut or damaged before its first event, record or copy it again",
			    ir_file_path(td->file), v6->cur.pos, what);
}

/* Metadata that a replay has no use for: a size and so many bytes. */
static int skip_sized(struct ir_cursor *cur)
{
	uint64_t len = ir_cursor_u32(cur);

	ir_cursor_skip(cur, len);
	return cur->failed ? -EBADMSG : 0;
}

/* Of use for call chains only.  What is in a file can be more than a cursor takes at once. */
static int parse_kallsyms(struct tracedat *td, struct ir_cursor *cur)
{
	uint64_t len = ir_cursor_u32(cur), pos = cur->pos;

	ir_cursor_skip(cur, len);
	if (cur->failed)
		return -EBADMSG;
	if (td->rd->chains)
		td_kallsyms(td, pos, len);
	return 0;
}

static int parse_cmdlines(struct tracedat *td, struct ir_cursor *cur)
{
	uint64_t len = ir_cursor_u64(cur), pos = cur->pos;

	ir_cursor_skip(cur, len);
	if (cur->failed)
		return -EBADMSG;
	if (td->rd->tasks)
		td_cmdlines(td, pos, len);
	return 0;
}

/* BUFFER: offset and name of an instance whose table of CPUs is elsewhere. */
static void add_extra(struct tracedat *td, struct v6 *v6, const unsigned char *data, uint32_t len)
{
	if (len < 9 || v6->nr_extra == TD_MAX_INSTANCES)
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
	else
		v6->extra[v6->nr_extra++].pos = ir_load64(data, td->big);
}

static int read_options(struct tracedat *td, struct v6 *v6)
{
	struct ir_cursor *cur = &v6->cur;
	unsigned int nr;
	int ret;

	for (nr = 0; nr < TD_MAX_OPTIONS; nr++) {
		uint16_t id = ir_cursor_u16(cur);
		const unsigned char *data;
		uint32_t len;

		if (cur->failed)
			return -EBADMSG;
		if (id == TD_OPTION_DONE)
			return 0;
		len = ir_cursor_u32(cur);
		data = ir_cursor_take(cur, len);
		if (!data)
			return -EBADMSG;
		if (id == TD_OPTION_BUFFER) {
			add_extra(td, v6, data, len);
			continue;
		}
		ret = td_common_option(td, id, data, len);
		if (ret)
			return ret;
	}
	return -EBADMSG;
}

/*
 * A table of offset and size per CPU, behind "flyrecord".  Returns the CPUs
 * that could be read or a negative errno.
 */
static int read_table(struct tracedat *td, struct ir_cursor *cur, uint32_t instance, uint32_t cpus)
{
	uint32_t cpu;
	int ret;

	for (cpu = 0; cpu < cpus; cpu++) {
		uint64_t pos = ir_cursor_u64(cur);
		uint64_t size = ir_cursor_u64(cur);

		if (cur->failed)
			break;
		ret = td_add_stream(td, instance, cpu, pos, size);
		if (ret)
			return ret;
	}
	return (int)cpu;
}

static int add_instance(struct tracedat *td)
{
	return td_add_instance(td, td->layout.size, NULL, false);
}

/* A cursor behind the mark at @pos. */
static bool find_table(struct tracedat *td, struct ir_cursor *cur, uint64_t pos)
{
	const unsigned char *mark;

	ir_cursor_file(cur, td->file, pos, td->size, td->big);
	mark = ir_cursor_take(cur, MARK_SIZE);
	if (mark && !memcmp(mark, "flyrecord", MARK_SIZE))
		return true;
	ir_cursor_release(cur);
	return false;
}

/* The instances besides the top one; a bad one costs only itself. */
static int read_extra(struct tracedat *td, struct v6 *v6)
{
	uint32_t i;
	int ret = 0;

	for (i = 0; i < v6->nr_extra && ret >= 0; i++) {
		struct ir_cursor cur;

		/*
		 * trace-cmd convert 3.1.6 writes this offset in the byte order of
		 * its own machine.
		 */
		if (!find_table(td, &cur, v6->extra[i].pos) &&
		    !find_table(td, &cur, __builtin_bswap64(v6->extra[i].pos))) {
			td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		} else {
			ret = add_instance(td);
			if (ret >= 0)
				ret = read_table(td, &cur, (uint32_t)ret, v6->cpus);
			if (ret >= 0 && (uint32_t)ret < v6->cpus)
				td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		}
		ir_cursor_release(&cur);
	}
	return ret < 0 ? ret : 0;
}

static int read_cpus(struct tracedat *td, struct v6 *v6, struct ir_error *err)
{
	struct ir_cursor *cur = &v6->cur;
	const unsigned char *mark;
	int ret;

	v6->cpus = ir_cursor_u32(cur);
	if (!cur->failed && v6->cpus > TD_MAX_CPUS)
		return ir_error_set(err, -E2BIG, "%s: recorded on %" PRIu32
				    " CPUs, says its header; at most %u are supported",
				    ir_file_path(td->file), v6->cpus, TD_MAX_CPUS);
	if (cur->failed || !v6->cpus)
		return open_error(td, v6, -EBADMSG, "number of CPUs", err);
	mark = ir_cursor_take(cur, MARK_SIZE);
	if (mark && !memcmp(mark, "options  ", MARK_SIZE)) {
		ret = read_options(td, v6);
		if (ret)
			return open_error(td, v6, ret, "options", err);
		mark = ir_cursor_take(cur, MARK_SIZE);
	}
	if (mark && !memcmp(mark, "latency  ", MARK_SIZE))
		td->latency = true;
	if (td->latency)
		return 0;
	if (!mark || memcmp(mark, "flyrecord", MARK_SIZE))
		return open_error(td, v6, -EBADMSG, "mark of the CPU data", err);

	/* An option may know of more CPUs; the table then has a line for each. */
	if (td->cpu_count > v6->cpus)
		v6->cpus = td->cpu_count;
	td->cpu_count = v6->cpus;
	ret = add_instance(td);
	if (ret >= 0)
		ret = read_table(td, cur, (uint32_t)ret, v6->cpus);
	if (ret >= 0 && (uint32_t)ret < v6->cpus) {
		if (!ret)
			return open_error(td, v6, -EBADMSG, "table of CPU data", err);
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		td_promise(td, cur->pos + (uint64_t)(v6->cpus - (uint32_t)ret) * 16);
	}
	if (ret >= 0)
		ret = read_extra(td, v6);
	return ret < 0 ? open_error(td, v6, ret, "CPU data", err) : 0;
}

static int read_all(struct tracedat *td, struct v6 *v6, struct ir_error *err)
{
	struct ir_cursor *cur = &v6->cur;
	int ret;

	ret = td_read_header_info(td, cur);
	if (ret)
		return open_error(td, v6, ret, "page header", err);
	ret = td_read_ftrace_formats(td, cur);
	if (ret)
		return open_error(td, v6, ret, "ftrace event formats", err);
	ret = td_read_event_formats(td, cur);
	if (ret)
		return open_error(td, v6, ret, "event formats", err);
	if (parse_kallsyms(td, cur))
		return open_error(td, v6, -EBADMSG, "kernel symbols", err);
	if (skip_sized(cur))
		return open_error(td, v6, -EBADMSG, "printk formats", err);
	if (parse_cmdlines(td, cur))
		return open_error(td, v6, -EBADMSG, "process names", err);
	return read_cpus(td, v6, err);
}

int td_open_v6(struct tracedat *td, uint64_t pos, struct ir_error *err)
{
	struct v6 v6 = { .nr_extra = 0 };
	int ret;

	ir_cursor_file(&v6.cur, td->file, pos, td->size, td->big);
	ret = read_all(td, &v6, err);
	ir_cursor_release(&v6.cur);
	return ret;
}
