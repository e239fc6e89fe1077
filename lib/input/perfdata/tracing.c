// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf.data: the tracing data, which is a trace.dat of version 6 without CPU
 * data: tools/perf/util/trace-event-info.c, Linux 6.12.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "events/format_lists.h"
#include "input/perfdata/priv.h"

static const unsigned char magic[10] = "\x17\x08\x44tracing";

#define MAX_VERSION	8
#define SEARCH_BLOCK	65536

static void skip_named(struct ir_cursor *cur, const char *name)
{
	size_t len = strlen(name) + 1;
	const unsigned char *p = ir_cursor_take(cur, len);

	if (p && memcmp(p, name, len) != 0)
		cur->failed = true;
	ir_cursor_skip(cur, ir_cursor_u64(cur));
}

/* Byte order, long and page size; the byte order of the file itself is known. */
static void parse_basics(struct perfdata *pd, struct ir_cursor *cur)
{
	const unsigned char *p = ir_cursor_take(cur, 6);

	if (!p)
		return;
	if (p[0] != pd->big || (p[1] != 4 && p[1] != 8))
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
	pd->formats.long_size = p[1] == 4 ? 4 : 8;
}

static int read_all(struct perfdata *pd, struct ir_cursor *cur)
{
	const unsigned char *p = ir_cursor_take(cur, sizeof(magic));
	const char *version;
	bool has_cmdlines;
	int ret;

	if (!p || memcmp(p, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	version = ir_cursor_string(cur, MAX_VERSION);
	if (!version)
		return -EBADMSG;
	has_cmdlines = strcmp(version, "0.5") != 0;
	parse_basics(pd, cur);
	skip_named(cur, "header_page");
	skip_named(cur, "header_event");
	if (cur->failed)
		return -EBADMSG;
	pd->has_formats = true;
	ret = ir_format_list_ftrace(&pd->formats, cur);
	if (!ret)
		ret = ir_format_list_systems(&pd->formats, cur);
	if (ret)
		return ret;
	ir_cursor_skip(cur, ir_cursor_u32(cur));	/* kernel symbols */
	ir_cursor_skip(cur, ir_cursor_u32(cur));	/* printk formats */
	if (has_cmdlines)
		ir_cursor_skip(cur, ir_cursor_u64(cur));
	return cur->failed ? -EBADMSG : 0;
}

int pd_read_tracing(struct perfdata *pd, uint64_t pos, uint64_t end, uint64_t *used)
{
	struct ir_cursor cur;
	int ret;

	ir_cursor_file(&cur, pd->file, pos, end, pd->big);
	ret = read_all(pd, &cur);
	*used = cur.pos > pos ? cur.pos - pos : 0;
	ir_cursor_release(&cur);
	return ret;
}

uint64_t pd_find_tracing(struct perfdata *pd, uint64_t pos)
{
	unsigned char *buf = malloc(SEARCH_BLOCK), *at;
	uint64_t found = 0;
	ssize_t len;

	if (!buf)
		ir_file_fail(pd->file, -ENOMEM);
	while (buf) {
		len = ir_file_read(pd->file, pos, buf, SEARCH_BLOCK);
		if (len < (ssize_t)sizeof(magic))
			break;
		at = memmem(buf, (size_t)len, magic, sizeof(magic));
		if (at) {
			found = pos + (uint64_t)(at - buf);
			break;
		}
		pos += (uint64_t)len - sizeof(magic) + 1;	/* it may lie on the border */
	}
	free(buf);
	return found;
}
