// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the lists of event formats of trace.dat and perf.data, and adds each format. */
#include "events/format_lists.h"
#include <errno.h>
#include <string.h>

#define MAX_TEXT	(UINT64_C(1) << 20)	/* the longest known is 10 KiB */
#define MAX_FORMATS	65536u
#define MAX_NAME	256

static int read_format(struct ir_formats *fm, struct ir_cursor *cur, const char *system)
{
	uint64_t len = ir_cursor_u64(cur);
	const unsigned char *text = len <= MAX_TEXT ? ir_cursor_take(cur, len) : NULL;

	if (!text)
		return -EBADMSG;
	return ir_formats_add(fm, system, (const char *)text, len);
}

static int read_list(struct ir_formats *fm, struct ir_cursor *cur, const char *system)
{
	uint32_t nr = ir_cursor_u32(cur), i;
	int ret = 0;

	if (cur->failed || nr > MAX_FORMATS)
		return -EBADMSG;
	for (i = 0; i < nr && !ret; i++)
		ret = read_format(fm, cur, system);
	return ret;
}

int ir_format_list_ftrace(struct ir_formats *fm, struct ir_cursor *cur)
{
	return read_list(fm, cur, "ftrace");
}

int ir_format_list_systems(struct ir_formats *fm, struct ir_cursor *cur)
{
	uint32_t nr = ir_cursor_u32(cur), i;
	char name[MAX_NAME];
	const char *text;
	int ret = 0;

	if (cur->failed || nr > MAX_FORMATS)
		return -EBADMSG;
	for (i = 0; i < nr && !ret; i++) {
		text = ir_cursor_string(cur, sizeof(name));
		if (!text)
			return -EBADMSG;
		strcpy(name, text);	/* the cursor moves on; it fits by its maximum */
		ret = read_list(fm, cur, name);
	}
	return ret;
}
