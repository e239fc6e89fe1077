/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Web pages: one file that needs nothing else.  Everything is there without
 * scripts, as tables and static charts; a script then makes the charts ones to
 * zoom into and to point at.
 */
#ifndef CMD_HTML_H
#define CMD_HTML_H

#include <stdio.h>

#include "render/render.h"
#include "render/sweep.h"
#include "render/view.h"

/** html_begin - everything up to the page's contents, its heading included */
void html_begin(FILE *out, const char *title);
/** html_end - the rest, with the program's name and version */
void html_end(FILE *out);
/** html_class - the attribute of a mark, with a blank before it, or nothing */
const char *html_class(enum view_mark mark);
/** html_item - a line "label  text" of a list; a view_line of a FILE within <dl> */
void html_item(void *out, const char *label, const char *text, enum view_mark mark);
/** html_line - the same as a list of its own, between tables */
void html_line(void *out, const char *label, const char *text, enum view_mark mark);
/** html_table - as print_plain() */
int html_table(const struct canvas *canvas, const struct plain_column *columns,
	       size_t nr_columns, const char *const *cells, size_t rows);

/** sweep_html - a member of struct renderer */
int sweep_html(const struct canvas *canvas, const struct sweep *sweep);

#endif
