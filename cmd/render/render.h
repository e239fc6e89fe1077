/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tools of renderers: lines and tables, on a terminal, in Markdown and
 * as HTML.
 */
#ifndef CMD_RENDER_H
#define CMD_RENDER_H

#include <iommu-replay/report.h>
#include <stdbool.h>
#include <stdio.h>

#include "render/view.h"

struct canvas {
	FILE *out;
	size_t width;	/* columns; SIZE_MAX: any */
	bool color;
	bool verbose;
	bool drivers;	/* of call sites, drivers alone */
	const struct ir_report *report;	/* whose the entries are; NULL: they were just made */
};

/** print_line - "label  text", wrapped to the width; a view_line of a struct canvas */
void print_line(void *canvas, const char *label, const char *text, enum view_mark mark);

/* A plain table of texts; the last column takes what width is left, and wraps. */
struct plain_column {
	const char *title;
	bool right;
};

/** print_plain - @cells has @rows times @columns texts, row by row */
int print_plain(const struct canvas *canvas, const struct plain_column *columns, size_t nr_columns,
		const char *const *cells, size_t rows);

/* A way to draw: lines, and a table of texts under a heading. */
struct drawing {
	const struct canvas *canvas;
	view_line emit;
	void *arg;	/* of @emit */
	int (*table)(const struct canvas *canvas, const struct plain_column *columns,
		     size_t nr_columns, const char *const *cells, size_t rows);
};

/* Draws the facts about one recording; 0 or a negative errno. */
typedef int (*draw_entry)(const struct drawing *drawing, const struct ir_report_entry *entry);
/** draw_info - all that is known of a recording */
int draw_info(const struct drawing *drawing, const struct ir_report_entry *entry);
/* Call sites, if there are any: of the recording itself, or of its results. */
int draw_recorded_sites(const struct drawing *drawing, const struct ir_report_entry *entry);
int draw_replayed_sites(const struct drawing *drawing, const struct ir_report_entry *entry);

/** draw_line - emit a line, formatted as by printf; without memory the stream fails */
void __attribute__((format(printf, 4, 5)))
draw_line(const struct drawing *drawing, const char *label, enum view_mark mark, const char *fmt, ...);

#endif
