// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace.dat version 7 whose chain of options is broken, most often because the
 * file was cut: trace-cmd writes sections one behind the other, so they are
 * found from the front, and with them the CPU data, which begins at the next
 * page boundary behind its section's header (trace-cmd.dat.v7(5)).  The section does not
 * have the number of its CPU: CPUs are numbered in the order of the file.
 */
#include <errno.h>
#include "base/bytes.h"
#include "input/tracedat/priv.h"

#define MAX_CHUNKS (1u << 20)

static uint64_t page_up(const struct tracedat *td, uint64_t pos)
{
	return (pos + td->page_size - 1) & ~(uint64_t)(td->page_size - 1);
}

/* Whether some of this section's data was read already. */
static bool is_known(const struct tracedat *td, const struct td_section *sec)
{
	uint32_t i;

	for (i = 0; i < td->nr_streams; i++)
		if (td->streams[i].pos >= sec->pos && td->streams[i].pos - sec->pos < sec->size)
			return true;
	return false;
}

/* The end of the chunks that begin with their number at @pos; 0: there are none. */
static uint64_t chunks_end(struct tracedat *td, uint64_t pos, uint64_t end)
{
	unsigned char head[4];
	uint32_t nr, i;
	uint64_t len;

	if (end - pos < sizeof(head) ||
	    ir_file_read(td->file, pos, head, sizeof(head)) != (ssize_t)sizeof(head))
		return 0;
	nr = ir_load32(head, td->big);
	if (nr > MAX_CHUNKS)
		return 0;
	pos += sizeof(head);
	for (i = 0; !nr || i < nr; i++) {
		len = td_chunk_probe(td, &td->layout, pos, end);
		if (!len)
			break;
		pos += len;
	}
	return i ? pos : 0;
}

static int salvage_chunks(struct tracedat *td, uint32_t instance, const struct td_section *sec)
{
	uint64_t end = sec->pos + sec->size, pos = page_up(td, sec->pos), next;
	uint32_t cpu;
	int ret = 0;

	for (cpu = 0; pos < end && cpu < TD_MAX_CPUS && !ret; cpu++) {
		next = chunks_end(td, pos, end);
		if (!next)
			break;
		/* Without another CPU behind it, this one has all the rest. */
		if (page_up(td, next) >= end || !chunks_end(td, page_up(td, next), end))
			next = end + sec->missing;
		ret = td_add_stream(td, instance, cpu, pos, next - pos);
		pos = page_up(td, next);
	}
	return ret;
}

/* Uncompressed CPUs lie end to end: where the time jumps back, the next begins. */
static int salvage_pages(struct tracedat *td, uint32_t instance, const struct td_section *sec)
{
	uint64_t end = sec->pos + sec->size, pos = page_up(td, sec->pos), start = pos;
	uint64_t last = 0, time;
	unsigned char head[8];
	uint32_t cpu = 0;
	int ret = 0;

	for (; pos < end && cpu < TD_MAX_CPUS - 1 && !ret; pos += td->layout.size) {
		if (ir_file_read(td->file, pos + td->layout.time_offset, head, sizeof(head)) !=
		    (ssize_t)sizeof(head))
			break;
		time = ir_load64(head, td->big);
		if (time < last) {
			ret = td_add_stream(td, instance, cpu++, start, pos - start);
			start = pos;
		}
		last = time;
	}
	if (start < end && !ret)
		ret = td_add_stream(td, instance, cpu, start, end + sec->missing - start);
	return ret;
}

static int salvage_buffer(struct tracedat *td, const struct td_section *sec)
{
	int instance;

	if (is_known(td, sec) || page_up(td, sec->pos) >= sec->pos + sec->size)
		return 0;
	instance = td_add_instance(td, td->layout.size, NULL, sec->compressed);
	if (instance < 0)
		return instance == -ENOMEM ? instance : 0;
	if (sec->compressed)
		return salvage_chunks(td, (uint32_t)instance, sec);
	return salvage_pages(td, (uint32_t)instance, sec);
}

int td_salvage(struct tracedat *td, uint64_t pos)
{
	struct td_section sec;
	uint64_t next;
	int ret = 0;

	while (!ret && td_section_at(td, pos, &sec)) {
		if (sec.id == TD_OPTION_BUFFER)
			ret = salvage_buffer(td, &sec);
		else if (sec.id == TD_OPTION_DONE)
			ret = td_v7_options(td, &sec, &next);
		else
			ret = td_section_parse(td, &sec);
		if (ret == -EBADMSG)
			ret = 0;
		pos = sec.pos + sec.size;
	}
	return ret;
}
