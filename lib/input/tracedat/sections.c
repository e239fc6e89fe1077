// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace.dat version 7: sections, which may be anywhere in the file, and the options
 * in them; trace-cmd.dat.v7(5).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "symbols/chains.h"
#include "events/tasks.h"
#include "input/tracedat/priv.h"

#define SECTION_COMPRESSED 1u
#define MAX_SECTION_ID 63u	/* trace-cmd 3.4 has up to 23; later ones may be passed over */
#define BUFFER_ENTRY 20u	/* a CPU of a BUFFER option: number, offset, size */

bool td_section_at(struct tracedat *td, uint64_t pos, struct td_section *sec)
{
	unsigned char head[TD_SECTION_HEADER];
	uint64_t size;

	if (ir_file_read(td->file, pos, head, sizeof(head)) != (ssize_t)sizeof(head))
		return false;
	sec->id = ir_load16(head, td->big);
	sec->compressed = ir_load16(head + 2, td->big) & SECTION_COMPRESSED;
	sec->pos = pos + sizeof(head);
	size = ir_load64(head + 8, td->big);
	sec->size = size < td->size - sec->pos ? size : td->size - sec->pos;
	sec->missing = size - sec->size;
	return sec->id <= MAX_SECTION_ID && ir_load16(head + 2, td->big) <= SECTION_COMPRESSED;
}

/* A compressed section.  If the sizes in its header are wrong, the data itself shows them. */
static unsigned char *unpack_section(struct tracedat *td, const unsigned char *in, size_t in_len,
				     size_t *len)
{
	size_t packed = ir_load32(in, td->big), plain = ir_load32(in + 4, td->big);
	size_t room = plain && plain <= TD_MAX_SECTION ? plain : in_len * 8;
	unsigned char *out = NULL;
	size_t used, made;
	int ret = -E2BIG;

	while (ret == -E2BIG && room <= TD_MAX_SECTION) {
		free(out);
		out = malloc(room + 1);
		if (!out) {
			ir_file_fail(td->file, -ENOMEM);
			return NULL;
		}
		ret = ir_decompress(&td->decomp, in + 8, in_len - 8, out, room, &used, &made);
		room *= 4;
	}
	if (ret) {
		if (ret == -ENOMEM)
			ir_file_fail(td->file, ret);
		free(out);
		return NULL;
	}
	if (used != packed || made != plain)
		td_damage(td, IR_DAMAGE_REPAIRED_CHUNKS, 1);
	*len = made;
	return out;
}

/* All of a section, decompressed, to be freed; NULL: damaged. */
static unsigned char *load_section(struct tracedat *td, const struct td_section *sec, size_t *len)
{
	unsigned char *data, *plain;
	ssize_t got;

	if (sec->size > TD_MAX_SECTION || (sec->compressed && sec->size <= 8))
		return NULL;
	data = malloc(sec->size + 1);
	if (!data) {
		ir_file_fail(td->file, -ENOMEM);
		return NULL;
	}
	got = ir_file_read(td->file, sec->pos, data, sec->size);
	if (got < 0 || (size_t)got != sec->size) {
		free(data);
		return NULL;
	}
	*len = sec->size;
	if (!sec->compressed)
		return data;
	plain = unpack_section(td, data, sec->size, len);
	if (!plain)
		td_damage(td, IR_DAMAGE_BAD_CHUNKS, 1);
	free(data);
	return plain;
}

/* The text, with its size in front. */
static void parse_kallsyms(struct tracedat *td, const unsigned char *data, size_t len)
{
	size_t stated = len >= 4 ? ir_load32(data, td->big) : 0;

	if (stated && stated <= len - 4)
		ir_chains_kallsyms(td->rd->chains, data + 4, stated);
}

/* How long the text is, and the text. */
static void parse_cmdlines(struct tracedat *td, const unsigned char *data, size_t len)
{
	uint64_t stated = len >= 8 ? ir_load64(data, td->big) : 0;

	if (stated && stated <= len - 8)
		ir_tasks_list(td->rd->tasks, (const char *)data + 8, stated);
}

int td_section_parse(struct tracedat *td, const struct td_section *sec)
{
	struct ir_cursor cur;
	unsigned char *data;
	size_t len;
	int ret = 0;

	bool symbols = sec->id == TD_OPTION_KALLSYMS && td->rd->chains;
	bool tasks = sec->id == TD_OPTION_CMDLINES && td->rd->tasks;

	if (sec->id < TD_OPTION_HEADER_INFO ||
	    (sec->id > TD_OPTION_EVENT_FORMATS && !symbols && !tasks) || td->parsed & (1u << sec->id))
		return 0;
	td->parsed |= 1u << sec->id;
	if (sec->missing && sec->missing < UINT64_MAX / 2)
		td_promise(td, td->size + sec->missing);
	data = load_section(td, sec, &len);
	if (!data) {
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		return 0;
	}
	ir_cursor_memory(&cur, data, len, td->big);
	if (symbols)
		parse_kallsyms(td, data, len);
	else if (tasks)
		parse_cmdlines(td, data, len);
	else if (sec->id == TD_OPTION_HEADER_INFO)
		ret = td_read_header_info(td, &cur);
	else if (sec->id == TD_OPTION_FTRACE_EVENTS)
		ret = td_read_ftrace_formats(td, &cur);
	else
		ret = td_read_event_formats(td, &cur);
	free(data);
	if (ret == -EBADMSG) {
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		ret = 0;
	}
	return ret;
}

/* An option with the place of a section. */
static int parse_section_option(struct tracedat *td, unsigned int id, const unsigned char *data, uint32_t len)
{
	struct td_section sec;

	if (len < 8 || !td_section_at(td, ir_load64(data, td->big), &sec) || sec.id != id) {
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		return 0;
	}
	return td_section_parse(td, &sec);
}

/* BUFFER: one instance, its clock, page size and CPUs. */
static int parse_buffer(struct tracedat *td, unsigned char *data, uint32_t len)
{
	uint32_t page_size, cpus, i;
	char clock[64] = "";
	struct td_section sec;
	struct ir_cursor cur;
	const char *name, *text;
	uint64_t pos;
	int instance, ret = 0;

	ir_cursor_memory(&cur, data, len, td->big);
	pos = ir_cursor_u64(&cur);
	name = ir_cursor_string(&cur, len);
	text = ir_cursor_string(&cur, sizeof(clock));
	/*
	 * trace-cmd writes the clock of the top-level instance for all of them
	 * (get_clock() in lib/trace-cmd/trace-output.c), while TRACECLOCK has that of the
	 * recorded instance, also if it has a name.
	 */
	if (text && !(name && *name && td->rd->info.clock))
		strcpy(clock, text);
	page_size = ir_cursor_u32(&cur);
	cpus = ir_cursor_u32(&cur);
	if (!cur.failed && cpus > TD_MAX_CPUS &&
	    ir_cursor_left(&cur) >= (uint64_t)cpus * BUFFER_ENTRY) {
		td_damage(td, IR_DAMAGE_LIMIT_CPUS, cpus - TD_MAX_CPUS);
		cpus = TD_MAX_CPUS;
	} else if (cur.failed || ir_cursor_left(&cur) < (uint64_t)cpus * BUFFER_ENTRY) {
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		if (cur.failed)
			return 0;
		cpus = (uint32_t)(ir_cursor_left(&cur) / BUFFER_ENTRY);
		if (cpus > TD_MAX_CPUS)
			cpus = TD_MAX_CPUS;
	}
	if (!td_section_at(td, pos, &sec) || sec.id != TD_OPTION_BUFFER) {
		/* Only its flag is used: a writer compresses all sections or none. */
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		sec.compressed = td->decomp.kind != IR_COMPRESSION_NONE;
	}
	instance = td_add_instance(td, page_size, clock, sec.compressed);
	if (instance < 0)
		return instance == -ENOMEM ? instance : 0;
	for (i = 0; i < cpus && !ret; i++) {
		uint32_t cpu = ir_cursor_u32(&cur);
		uint64_t at = ir_cursor_u64(&cur);
		uint64_t size = ir_cursor_u64(&cur);

		ret = td_add_stream(td, (uint32_t)instance, cpu, at, size);
	}
	return ret;
}

/* Every options section is read once, so no chain runs in circles. */
static bool mark_visited(struct tracedat *td, uint64_t pos)
{
	uint32_t i;

	for (i = 0; i < td->nr_visited; i++)
		if (td->visited[i] == pos)
			return false;
	if (td->nr_visited == TD_MAX_OPTION_SECTIONS)
		return false;
	td->visited[td->nr_visited++] = pos;
	return true;
}

static int parse_option(struct tracedat *td, unsigned int id, unsigned char *data, uint32_t len)
{
	if (id == TD_OPTION_BUFFER)
		return parse_buffer(td, data, len);
	if ((id >= TD_OPTION_HEADER_INFO && id <= TD_OPTION_EVENT_FORMATS) ||
	    (id == TD_OPTION_KALLSYMS && td->rd->chains) ||
	    (id == TD_OPTION_CMDLINES && td->rd->tasks))
		return parse_section_option(td, id, data, len);
	if (id == TD_OPTION_BUFFER_TEXT)
		td->latency = true;
	return td_common_option(td, id, data, len);
}

int td_v7_options(struct tracedat *td, const struct td_section *sec, uint64_t *next)
{
	struct ir_cursor cur;
	unsigned char *data;
	size_t len;
	int ret = 0;

	*next = 0;
	if (!mark_visited(td, sec->pos))
		return -EBADMSG;
	data = load_section(td, sec, &len);
	if (!data)
		return -EBADMSG;
	ir_cursor_memory(&cur, data, len, td->big);
	while (!ret) {
		unsigned int id = ir_cursor_u16(&cur);
		uint32_t opt_len = ir_cursor_u32(&cur);
		uint64_t at = cur.pos;

		ir_cursor_skip(&cur, opt_len);
		if (cur.failed || (id == TD_OPTION_DONE && opt_len < 8)) {
			ret = -EBADMSG;
		} else if (id == TD_OPTION_DONE) {
			*next = ir_load64(data + at, td->big);
			break;
		} else {
			ret = parse_option(td, id, data + at, opt_len);
		}
	}
	free(data);
	return ret;
}
