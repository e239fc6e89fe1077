// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints lines and plain tables of texts on a terminal, wrapped to its width. */
#include "render/plain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "io/texts.h"
#include "verdict/verdict.h"

#define LAST_WIDTH 20		/* the least that a last column of words gets */
#define LABEL_WIDTH 12
#define GAP 2			/* between columns */

const char *terminal_color(enum view_mark mark)
{
	switch (mark) {
	case VIEW_BAD:
		return "\033[1;31m";
	case VIEW_LIMIT:
		return "\033[33m";
	case VIEW_NOTE:
		return "\033[36m";
	default:
		return NULL;
	}
}

/* Without the marks of a verdict; returns how many columns it takes. */
static size_t write_word(FILE *out, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] <= IR_MARK_CODE)
			continue;
		fputc(text[i], out);
		n++;
	}
	return n;
}

void print_line(void *arg, const char *label, const char *text, enum view_mark mark)
{
	const struct canvas *canvas = arg;
	const char *color = canvas->color ? terminal_color(mark) : NULL;
	size_t at = LABEL_WIDTH;

	if (!text) {
		ir_memory_fail(canvas->out);
		return;
	}
	fprintf(canvas->out, "%s%-*s", color ? color : "", LABEL_WIDTH, label);
	while (*text) {
		size_t len = strcspn(text, " ");

		if (at > LABEL_WIDTH && at + 1 + len > canvas->width) {
			fprintf(canvas->out, "\n%*s", LABEL_WIDTH, "");
			at = LABEL_WIDTH;
		} else if (at > LABEL_WIDTH) {
			fputc(' ', canvas->out);
			at++;
		}
		at += write_word(canvas->out, text, len);
		text += len;
		text += *text == ' ';
	}
	fprintf(canvas->out, "%s\n", color ? "\033[0m" : "");
}

void draw_line(const struct drawing *drawing, const char *label, enum view_mark mark, const char *fmt, ...)
{
	char *text, *clean;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	clean = text_clean(text_checked(len < 0 ? NULL : text));
	drawing->emit(drawing->arg, label, clean, mark);
	free(clean);
	free(text);
}

struct libscols_table *terminal_table(const struct canvas *canvas)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		return NULL;
	if (scols_table_set_stream(table, canvas->out) ||
	    scols_table_set_column_separator(table, "  ")) {
		scols_unref_table(table);
		return NULL;
	}
	scols_table_enable_colors(table, canvas->color);
	scols_table_enable_noencoding(table, 1);	/* texts were cleaned before */
	return table;
}

/* @text with newlines instead of some blanks, so that no line is longer than @width; for free(). */
static char *wrap_words(const char *text, size_t width)
{
	char *copy = strdup(text), *start = copy, *blank = NULL;

	for (char *c = copy; c && *c; c++) {
		if (*c == '\n') {
			start = c + 1;
			blank = NULL;
		} else if (*c == ' ') {
			blank = c;
		}
		if ((size_t)(c - start) >= width && blank) {
			*blank = '\n';
			start = blank + 1;
			blank = NULL;
		}
	}
	return copy;
}

/* The width that a column needs: for its texts as they are, or if they are wrapped at every blank. */
static size_t needed_width(const char *title, const char *const *cells, size_t nr_columns, size_t rows,
			   bool wrapped)
{
	size_t width = strlen(title);

	for (size_t r = 0; r < rows; r++) {
		const char *text = cells[r * nr_columns];

		while (*text) {
			size_t len = strcspn(text, wrapped ? " \n" : "\n");

			if (len > width)
				width = len;
			text += len + (text[len] != '\0');
		}
	}
	return width;
}

/* Gives @spare characters to the narrowest columns behind the first that need them. */
static void widen(size_t *limits, const size_t *needed, size_t nr_columns, size_t spare)
{
	for (; spare; spare--) {
		size_t narrowest = nr_columns;

		for (size_t i = 1; i < nr_columns; i++)
			if (limits[i] < needed[i] && (narrowest == nr_columns || limits[i] < limits[narrowest]))
				narrowest = i;
		if (narrowest == nr_columns)
			return;
		limits[narrowest]++;
	}
}

/*
 * How wide each column may be: the last one takes what the others leave.  If that
 * is too little, those between it and the first are wrapped, too, as far as necessary.
 * @limits: room for 2 * @nr_columns
 */
static void limit_widths(const struct canvas *canvas, const struct plain_column *columns,
			 size_t nr_columns, const char *const *cells, size_t rows, size_t *limits)
{
	size_t *needed = limits + nr_columns, last = nr_columns - 1, used = 0;

	needed[last] = needed_width(columns[last].title, cells + last, nr_columns, rows, false);
	limits[last] = needed[last] > LAST_WIDTH ? LAST_WIDTH : needed[last];
	for (size_t i = 0; i < last; i++) {
		needed[i] = limits[i] = needed_width(columns[i].title, cells + i, nr_columns, rows, false);
		used += needed[i] + GAP;
	}
	if (used + limits[last] > canvas->width) {
		used = 0;
		for (size_t i = 0; i < last; i++) {
			limits[i] = needed_width(columns[i].title, cells + i, nr_columns, rows, i != 0);
			used += limits[i] + GAP;
		}
		if (used + limits[last] < canvas->width)
			widen(limits, needed, nr_columns, canvas->width - used - limits[last]);
	} else {
		limits[last] = canvas->width - used;
	}
}

/*
 * A row: its texts wrapped, and as many lines of the table as the longest takes.
 * libsmartcols wraps, too, but leaves texts out when it gets no memory for them.
 */
static int add_row(struct libscols_table *table, const char *const *cells, size_t nr_columns,
		   const size_t *limits)
{
	char **texts = calloc(2 * nr_columns, sizeof(*texts)), **rest = texts + nr_columns;
	bool more = true;
	int rc = 0;

	if (!texts)
		return -ENOMEM;
	for (size_t i = 0; i < nr_columns && !rc; i++) {
		texts[i] = rest[i] = wrap_words(cells[i], limits[i]);
		rc = texts[i] ? 0 : -ENOMEM;
	}
	while (more && !rc) {
		struct libscols_line *line = scols_table_new_line(table, NULL);

		more = false;
		rc = line ? 0 : -ENOMEM;
		for (size_t i = 0; i < nr_columns && !rc; i++) {
			const char *text = strsep(&rest[i], "\n");

			if (text && scols_line_set_data(line, i, text))
				rc = -ENOMEM;
			more |= rest[i] != NULL;
		}
	}
	for (size_t i = 0; i < nr_columns; i++)
		free(texts[i]);
	free(texts);
	return rc;
}

int print_plain(const struct canvas *canvas, const struct plain_column *columns, size_t nr_columns,
		const char *const *cells, size_t rows)
{
	struct libscols_table *table = terminal_table(canvas);
	size_t *limits = calloc(2 * nr_columns, sizeof(*limits));
	int rc = 0;

	if (!table || !limits) {
		scols_unref_table(table);
		free(limits);
		return -ENOMEM;
	}
	limit_widths(canvas, columns, nr_columns, cells, rows, limits);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	for (size_t i = 0; i < nr_columns && !rc; i++)
		if (!scols_table_new_column(table, columns[i].title, 0,
					    columns[i].right ? SCOLS_FL_RIGHT : 0))
			rc = -ENOMEM;
	for (size_t r = 0; r < rows && !rc; r++)
		rc = add_row(table, &cells[r * nr_columns], nr_columns, limits);
	if (!rc && scols_print_table(table))
		rc = -ENOMEM;
	scols_unref_table(table);
	free(limits);
	return rc;
}
