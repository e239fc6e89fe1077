/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of an event format, before libtraceevent parses it: finds name and id, and
 * rewrites the text of an event that is used, so that libtraceevent gets only lines of the
 * form that kernels write (kernel/trace/trace_events.c f_show(), Linux 6.12), and nothing
 * for its expression parser.
 */
#ifndef IR_TRACE_FORMAT_TEXT_H
#define IR_TRACE_FORMAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ir_format_head {
	char name[128];
	uint16_t id;
};

/** ir_format_head - pick out name and id; false if they are not there */
bool ir_format_head(struct ir_format_head *head, const char *text, size_t len);

/**
 * ir_format_clean - rewrite a format text with its fields and nothing else
 * @clean: a new terminated string for the caller to free
 *
 * 1: done, 0: a line is not what a kernel writes, or -ENOMEM.
 */
int ir_format_clean(const struct ir_format_head *head, const char *text, size_t len, char **clean);

/* A field line: "field:TYPE NAME;\toffset:N;\tsize:N;\tsigned:N;" */
struct ir_format_field {
	const char *decl;	/* "u64 iova" */
	int decl_len;
	uint32_t offset;
	uint32_t size;
	uint32_t is_signed;
};

/**
 * ir_format_field - take a field line apart
 * @line: @len bytes without the newline; blanks may come first
 *
 * Offset and size are at most 1 MiB.  Used for header_page as well.
 */
bool ir_format_field(struct ir_format_field *field, const char *line, size_t len);

/** ir_format_line - the next line of @text (no newline in it); false at the end */
bool ir_format_line(const char **text, size_t *len, const char **line, size_t *line_len);

#endif
