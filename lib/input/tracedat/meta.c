// SPDX-License-Identifier: GPL-2.0-or-later
/* trace.dat: reads the header page, event formats and options that both file versions have. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "symbols/chains.h"
#include "events/format_lists.h"
#include "events/tasks.h"
#include "input/tracedat/priv.h"

#define MAX_FORMAT_TEXT (UINT64_C(1) << 20)	/* the longest known is 10 KiB */

static const unsigned char *named_text(struct ir_cursor *cur, const char *name, uint64_t *len)
{
	size_t name_len = strlen(name) + 1;
	const unsigned char *p = ir_cursor_take(cur, name_len);

	if (!p || memcmp(p, name, name_len))
		return NULL;
	*len = ir_cursor_u64(cur);
	return *len <= MAX_FORMAT_TEXT ? ir_cursor_take(cur, *len) : NULL;
}

int td_read_header_info(struct tracedat *td, struct ir_cursor *cur)
{
	const unsigned char *text;
	uint64_t len;

	text = named_text(cur, "header_page", &len);
	if (!text)
		return -EBADMSG;
	if (!ir_subbuf_parse_layout(&td->layout, (const char *)text, len))
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
	/* header_event has nothing that subbuffer.c does not know. */
	return named_text(cur, "header_event", &len) ? 0 : -EBADMSG;
}

int td_read_ftrace_formats(struct tracedat *td, struct ir_cursor *cur)
{
	return ir_format_list_ftrace(&td->formats, cur);
}

int td_read_event_formats(struct tracedat *td, struct ir_cursor *cur)
{
	return ir_format_list_systems(&td->formats, cur);
}

/* A copy of an option's text, which need not be terminated. */
static char *option_text(const unsigned char *data, uint32_t len)
{
	return strndup((const char *)data, len);
}

static void copy_text(struct tracedat *td, char **where, const char *text)
{
	*where = strdup(text);
	if (!*where)
		ir_file_fail(td->file, -ENOMEM);
}

/* "local global [mono] boot": the one in brackets; or just a name. */
static int parse_clock(struct tracedat *td, const unsigned char *data, uint32_t len)
{
	char *text = option_text(data, len), *open, *close;

	if (!text)
		return -ENOMEM;
	open = strchr(text, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close && !td->rd->info.clock) {
		*close = '\0';
		copy_text(td, &td->rd->info.clock, open + 1);
	}
	free(text);
	return 0;
}

/*
 * "Linux host 6.12.1-s390x s390x", as trace-cmd writes it, or what uname -a
 * prints, with a version and an operating system more.
 */
static int parse_uname(struct tracedat *td, const unsigned char *data, uint32_t len)
{
	char *text = option_text(data, len), *word, *save = NULL, *arch = NULL;
	struct ir_reader_info *info = &td->rd->info;
	unsigned int nr = 0;

	if (!text)
		return -ENOMEM;
	for (word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		if (++nr == 3 && !info->kernel)
			copy_text(td, &info->kernel, word);
		if (nr > 3 && strcmp(word, "GNU/Linux"))
			arch = word;
	}
	if (arch && !info->arch)
		copy_text(td, &info->arch, arch);
	free(text);
	return 0;
}

/* Sum up "overrun: N", "commit overrun: N" and "dropped events: N". */
static int parse_stat(struct tracedat *td, const unsigned char *data, uint32_t len)
{
	static const char *const lost[] = { "overrun: ", "commit overrun: ", "dropped events: " };
	char *text = option_text(data, len), *line, *save = NULL;
	size_t i;

	if (!text)
		return -ENOMEM;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		for (i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
			size_t n = strlen(lost[i]);

			if (!strncmp(line, lost[i], n) && line[n] >= '0' && line[n] <= '9')
				td->stat_lost += strtoull(line + n, NULL, 10);
		}
	}
	free(text);
	return 0;
}

void td_kallsyms(struct tracedat *td, uint64_t pos, uint64_t len)
{
	unsigned char *text;
	ssize_t got;

	if (!len || len > TD_MAX_SECTION)
		return;
	text = malloc(len);
	if (!text) {
		td->rd->chains->no_memory = true;
		return;
	}
	got = ir_file_read(td->file, pos, text, len);
	if (got == (ssize_t)len)
		ir_chains_kallsyms(td->rd->chains, text, len);
	free(text);
}

void td_cmdlines(struct tracedat *td, uint64_t pos, uint64_t len)
{
	char *text;

	if (!len || len > TD_MAX_SECTION)
		return;
	text = malloc(len);
	if (!text) {
		td->rd->tasks->no_memory = true;
		return;
	}
	if (ir_file_read(td->file, pos, text, len) == (ssize_t)len)
		ir_tasks_list(td->rd->tasks, text, len);
	free(text);
}

int td_common_option(struct tracedat *td, unsigned int id, const unsigned char *data, uint32_t len)
{
	switch (id) {
	case TD_OPTION_CPUSTAT:
		return parse_stat(td, data, len);
	case TD_OPTION_TRACECLOCK:
		return parse_clock(td, data, len);
	case TD_OPTION_UNAME:
		return parse_uname(td, data, len);
	case TD_OPTION_CPUCOUNT:
		if (len < 4 || ir_load32(data, td->big) > TD_MAX_CPUS)
			td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		else
			td->cpu_count = ir_load32(data, td->big);
		return 0;
	case TD_OPTION_TSC2NSEC:
		if (len < 8 || ir_load32(data + 4, td->big) > 63) {
			td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
			return 0;
		}
		td->tsc_mult = ir_load32(data, td->big);
		td->tsc_shift = ir_load32(data + 4, td->big);
		return 0;
	default:
		return 0;
	}
}
