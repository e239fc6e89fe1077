/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A renderer: a format of --format for everything that is a report.
 *
 * It is one file that ends in its const struct renderer, and a line in
 * renderers[] of formats/renderers.c.  The formats that a command offers are those that
 * have the member for what the command shows.
 */
#ifndef CMD_RENDERER_H
#define CMD_RENDERER_H

#include "render/compare.h"
#include "render/frontier.h"
#include "render/render.h"
#include "render/sweep.h"

/* Each writes to canvas->out; 0 or a negative errno.  NULL: not in this format. */
struct renderer {
	const char *name;	/* as in --format */
	int (*report)(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n);
	int (*info)(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n);
	int (*verify)(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n);
	int (*faults)(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n);
	int (*sweep)(const struct canvas *canvas, const struct sweep *sweep);
	int (*frontier)(const struct canvas *canvas, const struct frontier *frontier);	/* NULL: as a report or a drawing */
	int (*compare)(const struct canvas *canvas, const struct compared *compared);
	struct drawing (*drawing)(const struct canvas *canvas);	/* lines and tables; NULL: it has none */
	bool terminal;		/* the canvas has a width and colours */
	bool timelines;		/* reports show them */
	bool one_table;		/* a sweep is either its curve or its answers */
};

#endif
