/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Web pages: one file that needs nothing else.  Everything is there without
 * scripts; a script adds the theme's button, zoom, and figures to point at.
 */
#ifndef CMD_HTML_H
#define CMD_HTML_H

#include <stdio.h>

#include "render/renderer.h"
#include "render/view.h"
#include "verdict/verdict.h"

/* A place that the page's first line links to. */
struct html_link {
	const char *id, *name;
};

/** html_begin - everything up to the heading; @links: what the page has, ends with a NULL id */
void html_begin(FILE *out, const char *title, const struct html_link *links);
/** html_end - the rest, with the script */
void html_end(FILE *out);
/** html_item - a line "label  text" of a list; a view_line of a FILE within <dl> */
void html_item(void *out, const char *label, const char *text, enum view_mark mark);
/** html_line - the same as a list of its own, between tables */
void html_line(void *out, const char *label, const char *text, enum view_mark mark);
/** html_words - the same as an ir_words_line of a FILE within <dl> */
void html_words(void *out, const char *label, const char *text);
/** html_table - as print_plain() */
int html_table(const struct canvas *canvas, const struct plain_column *columns,
	       size_t nr_columns, const char *const *cells, size_t rows);
/** html_marked - a marked text; NULL spoils the stream */
void html_marked(FILE *out, const char *text);
/** html_name - a recording's file without its directory and ".dat" */
void html_name(FILE *out, const char *file);
/** html_name_from - the same, one of several, that begins at ir_names_begin() */
void html_name_from(FILE *out, const char *file, size_t begin);
/** html_row_name - a row's first name and those of its twins */
void html_row_name(FILE *out, const struct ir_rows *rows, const struct ir_row *row);
/** html_begin_details - a folded block */
void html_begin_details(FILE *out, const char *summary);
/** html_cause_word - in plain words: "after a map" */
const char *html_cause_word(enum ir_cause cause);

/** sweep_html - a member of struct renderer */
int sweep_html(const struct canvas *canvas, const struct sweep *sweep);
/** frontier_html - a frontier as a web page */
int frontier_html(const struct canvas *canvas, const struct frontier *f);
/** html_host - a hypervisor of a sweep, with what was given for it */
void html_host(FILE *out, const struct sweep *sweep, size_t h);
/** html_sweep_about - items of a list: the recording, the command, version and date */
void html_sweep_about(FILE *out, const struct sweep *sweep);

#endif
