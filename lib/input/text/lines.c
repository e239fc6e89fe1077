// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a file line by line through a fixed buffer, and removes what logs put in front of lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/text/priv.h"

int ir_text_file_init(struct text_file *tf, struct ir_file *file)
{
	memset(tf, 0, sizeof(*tf));
	tf->file = file;
	tf->buf = malloc(TEXT_BUFFER + 1);	/* whoever parses may terminate a word */
	return tf->buf ? 0 : -ENOMEM;
}

void ir_text_file_release(struct text_file *tf)
{
	free(tf->buf);
	memset(tf, 0, sizeof(*tf));
}

/* More bytes behind those that are there. */
static int fill_buffer(struct text_file *tf)
{
	ssize_t n;

	if (tf->pos) {
		memmove(tf->buf, tf->buf + tf->pos, tf->len - tf->pos);
		tf->offset += tf->pos;
		tf->len -= tf->pos;
		tf->pos = 0;
	}
	n = ir_file_read(tf->file, tf->offset + tf->len, tf->buf + tf->len,
			 TEXT_BUFFER - tf->len);
	if (n < 0)
		return (int)n;
	tf->len += (size_t)n;
	tf->at_end = tf->len < TEXT_BUFFER;
	return 0;
}

/* Drop what is there, up to the end of the line: 1 if that was found, 0, or negative errno. */
static int skip_line(struct text_file *tf)
{
	for (;;) {
		char *start = tf->buf + tf->pos, *end = memchr(start, '\n', tf->len - tf->pos);
		size_t n = end ? (size_t)(end + 1 - start) : tf->len - tf->pos;
		int rc;

		tf->overlong += n;
		tf->pos += n;
		if (end || tf->at_end)
			return end != NULL;
		rc = fill_buffer(tf);
		if (rc)
			return rc;
	}
}

int ir_text_file_line(struct text_file *tf, struct text_span *line)
{
	for (;;) {
		char *start = tf->buf + tf->pos, *end;
		size_t have = tf->len - tf->pos;
		int rc;

		end = have ? memchr(start, '\n', have) : NULL;
		if (!end && !tf->at_end && have <= TEXT_MAX_LINE) {
			rc = fill_buffer(tf);
			if (rc)
				return rc;
			continue;
		}
		if (!have)
			return 0;
		if ((end ? (size_t)(end - start) : have) > TEXT_MAX_LINE) {
			rc = skip_line(tf);
			if (rc < 0)
				return rc;
			continue;
		}
		tf->cut = !end;
		line->start = start;
		line->end = end ? end : start + have;
		tf->pos += end ? (size_t)(end + 1 - start) : have;
		if (line->end > start && line->end[-1] == '\r')
			line->end--;
		return 1;
	}
}

uint64_t ir_text_file_offset(const struct text_file *tf, const char *p)
{
	return tf->offset + (uint64_t)(p - tf->buf);
}

/* "[   72.010000]" at @p: where it ends, NULL if it is something else. */
static const char *log_time(const char *p, const char *end)
{
	const char *dot;

	if (p == end || *p != '[')
		return NULL;
	p = dot = text_skip_spaces(p + 1, end);
	while (dot < end && text_is_digit(*dot))
		dot++;
	if (dot == p || end - dot < 8 || *dot != '.' || dot[7] != ']')
		return NULL;
	for (p = dot + 1; p < dot + 7; p++)
		if (!text_is_digit(*p))
			return NULL;
	return dot + 8;
}

/* A log may have date and host in front of it, and the caller, "[  T611]", behind. */
struct text_span ir_text_behind_log(const struct text_span *line)
{
	struct text_span rest = *line;
	const char *p = line->start, *behind = NULL;

	while (!behind && (p = memchr(p, '[', (size_t)(line->end - p)))) {
		behind = log_time(p, line->end);
		p++;
	}
	if (!behind)
		return rest;
	p = behind;
	if (line->end - p > 2 && *p == '[') {
		const char *stop = memchr(p, ']', (size_t)(line->end - p));

		p = text_skip_spaces(p + 1, line->end);
		if (stop && p < stop && (*p == 'T' || *p == 'C') && text_is_digit(p[1]))
			behind = stop + 1;
	}
	rest.start = behind;
	return rest;
}

/*
 * The text may be indented with tabs; perf indents call chains so,
 * which have one more than the event in front of them.
 */
const char *ir_text_skip_tabs(const struct text_span *line, size_t max)
{
	const char *p = line->start;

	while (p < line->end && *p == '\t' && (size_t)(p - line->start) < max)
		p++;
	return p;
}
