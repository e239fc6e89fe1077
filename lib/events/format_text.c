// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks the text of an event format and rewrites it without what libtraceevent cannot parse. */
#include "events/format_text.h"
#include "base/memory.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DECL 256
#define MAX_FIELDS 256

bool ir_format_line(const char **text, size_t *len, const char **line, size_t *line_len)
{
	const char *end;

	if (!*len)
		return false;
	end = memchr(*text, '\n', *len);
	*line = *text;
	*line_len = end ? (size_t)(end - *text) : *len;
	*text += *line_len + (end ? 1 : 0);
	*len -= *line_len + (end ? 1 : 0);
	return true;
}

static bool skip_word(const char **p, const char *end, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(end - *p) < len || memcmp(*p, word, len))
		return false;
	*p += len;
	return true;
}

#define MAX_NUMBER (UINT32_C(1) << 20)

/* A decimal number up to MAX_NUMBER. */
static bool take_number(const char **p, const char *end, uint32_t *value)
{
	const char *start = *p;

	*value = 0;
	while (*p < end && **p >= '0' && **p <= '9') {
		*value = *value * 10 + (uint32_t)(**p - '0');
		if (*value > MAX_NUMBER)
			return false;
		(*p)++;
	}
	return *p > start;
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool is_decl_char(char c)
{
	return is_word_char(c) || c == ' ' || c == '*' || c == '[' || c == ']';
}

bool ir_format_field(struct ir_format_field *field, const char *line, size_t len)
{
	const char *p = line, *end = line + len;

	while (p < end && (*p == '\t' || *p == ' '))
		p++;
	if (!skip_word(&p, end, "field:"))
		return false;
	while (p < end && *p == ' ')
		p++;
	field->decl = p;
	while (p < end && is_decl_char(*p))
		p++;
	field->decl_len = (int)(p - field->decl);
	if (!field->decl_len || p - field->decl > MAX_DECL)
		return false;
	if (!skip_word(&p, end, ";\toffset:") || !take_number(&p, end, &field->offset) ||
	    !skip_word(&p, end, ";\tsize:") || !take_number(&p, end, &field->size) ||
	    !skip_word(&p, end, ";"))
		return false;
	field->is_signed = 0;	/* Linux before 2.6.32 did not print it */
	if (skip_word(&p, end, "\tsigned:"))
		return take_number(&p, end, &field->is_signed) && field->is_signed <= 1;
	return true;
}

bool ir_format_head(struct ir_format_head *head, const char *text, size_t len)
{
	const char *line, *end;
	size_t line_len, n = 0;
	uint32_t id;

	if (!ir_format_line(&text, &len, &line, &line_len))
		return false;
	end = line + line_len;
	if (!skip_word(&line, end, "name: "))
		return false;
	while (line < end && n < sizeof(head->name) - 1 && is_word_char(*line))
		head->name[n++] = *line++;
	head->name[n] = '\0';
	if (!n || line != end)
		return false;

	if (!ir_format_line(&text, &len, &line, &line_len))
		return false;
	end = line + line_len;
	if (!skip_word(&line, end, "ID: ") || !take_number(&line, end, &id) || line != end ||
	    id > UINT16_MAX)
		return false;
	head->id = (uint16_t)id;
	return true;
}

static bool is_blank(const char *line, size_t len)
{
	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	return !len;
}

/*
 * Names with brackets in odd places have tripped parsers before: libtraceevent
 * 1.7.1 loses memory over "int[] x", where no two words precede the bracket.
 */
static bool sane_decl(const struct ir_format_field *field)
{
	int i, open = 0, brackets = 0, words = 0;

	for (i = 0; i < field->decl_len; i++) {
		char c = field->decl[i];

		if (is_word_char(c) && !brackets)
			words += !i || !is_word_char(field->decl[i - 1]);
		if (c == '[') {
			open++;
			brackets++;
		} else if (c == ']') {
			open--;
		} else if (open && (c == '*' || c == ' ')) {
			return false;
		}
		if (open < 0 || open > 1)
			return false;
	}
	return !open && brackets <= 1 && is_word_char(field->decl[0]) && words >= 2;
}

static bool write_fields(FILE *out, const char *text, size_t len)
{
	struct ir_format_field field;
	const char *line;
	size_t line_len;
	unsigned int nr = 0;

	while (ir_format_line(&text, &len, &line, &line_len)) {
		if (line_len >= 10 && !memcmp(line, "print fmt:", 10))
			break;
		if (is_blank(line, line_len)) {
			fputc('\n', out);	/* between the common fields and the others */
			continue;
		}
		if (++nr > MAX_FIELDS || !ir_format_field(&field, line, line_len) ||
		    !sane_decl(&field))
			return false;
		fprintf(out, "\tfield:%.*s;\toffset:%u;\tsize:%u;\tsigned:%u;\n", field.decl_len,
			field.decl, field.offset, field.size, field.is_signed);
	}
	return nr > 0;
}

int ir_format_clean(const struct ir_format_head *head, const char *text, size_t len, char **clean)
{
	const char *line;
	size_t line_len;
	bool good = true;
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);
	int i;

	*clean = NULL;
	if (!out)
		return -ENOMEM;
	fprintf(out, "name: %s\nID: %u\nformat:\n", head->name, head->id);
	for (i = 0; i < 3 && good; i++)		/* these three lines of the original */
		good = ir_format_line(&text, &len, &line, &line_len);
	good = good && line_len == 7 && !memcmp(line, "format:", 7) &&
	       write_fields(out, text, len);
	fprintf(out, "\nprint fmt: \"\"\n");
	*clean = ir_memory_close(&memory);
	if (!*clean)
		return -ENOMEM;
	if (!good) {
		free(*clean);
		*clean = NULL;
	}
	return good;
}
