// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HTML: the frame of a page, lines, tables and names.
 */
#include "page/html.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "page/assets.h"
#include "report/markup.h"

void html_begin(FILE *out, const char *title, const struct html_link *links)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", out);
	ir_markup_text(out, title);
	fputs(" - iommu-replay</title>\n<style>\n", out);
	fputs((const char *)asset_page_css, out);
	fputs("</style>\n</head>\n<body>\n<nav>", out);
	for (; links && links->id; links++)
		fprintf(out, "<a href=\"#%s\">%s</a> ", links->id, links->name);
	fputs("<button class=\"script\" id=\"theme\" type=\"button\">Dark/light</button></nav>\n<main>\n<h1>", out);
	ir_markup_text(out, title);
	fputs("</h1>\n", out);
}

void html_end(FILE *out)
{
	fputs("</main>\n<script>\n", out);
	fputs((const char *)asset_page_js, out);
	fputs("</script>\n</body>\n</html>\n", out);
}

static const char *mark_class(enum view_mark mark)
{
	return mark == VIEW_BAD ? " class=\"bad\"" : mark == VIEW_LIMIT ? " class=\"at-limit\"" : "";
}

void html_marked(FILE *out, const char *text)
{
	const char *end = "";
	bool first = true;

	if (!text) {
		ir_memory_fail(out);
		return;
	}
	while (*text) {
		size_t len = 0;
		char *part;

		switch (*text) {
		case IR_MARK_END:
			fputs(end, out);
			break;
		case IR_MARK_NAME:
			fputs("<b>", out);
			end = "</b>";
			break;
		case IR_MARK_BAD:
			fputs("<strong class=\"bad\">", out);
			end = "</strong>";
			break;
		case IR_MARK_STRONG:
			fputs("<strong>", out);
			end = "</strong>";
			break;
		case IR_MARK_CODE:
			fputs(first ? "<code class=\"command\">" : "<br><code class=\"command\">", out);
			end = "</code>";
			break;
		default:
			while ((unsigned char)text[len] > IR_MARK_CODE)
				len++;
		}
		first = false;
		if (!len) {
			text++;
			continue;
		}
		part = strndup(text, len);
		ir_markup_text(out, part);
		free(part);
		text += len;
	}
}

void html_item(void *arg, const char *label, const char *text, enum view_mark mark)
{
	FILE *out = arg;

	label += strspn(label, " ");
	fprintf(out, "<dt%s>", mark_class(mark));
	ir_markup_text(out, label);
	fprintf(out, "</dt><dd%s>", mark_class(mark));
	html_marked(out, text);
	fputs("</dd>\n", out);
}

void html_words(void *out, const char *label, const char *text)
{
	html_item(out, label, text, VIEW_PLAIN);
}

void html_line(void *arg, const char *label, const char *text, enum view_mark mark)
{
	FILE *out = arg;

	fputs("<dl class=\"line\">", out);
	html_item(out, label, text, mark);
	fputs("</dl>\n", out);
}

int html_table(const struct canvas *canvas, const struct plain_column *columns,
	       size_t nr_columns, const char *const *cells, size_t rows)
{
	FILE *out = canvas->out;

	fputs("<div class=\"wide\" tabindex=\"0\"><table class=\"plain\">\n<thead><tr>", out);
	for (size_t i = 0; i < nr_columns; i++) {
		fputs(columns[i].right ? "<th>" : "<th class=\"text\">", out);
		ir_markup_text(out, columns[i].title);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t r = 0; r < rows; r++) {
		fputs("<tr>", out);
		for (size_t i = 0; i < nr_columns; i++) {
			fputs(columns[i].right ? "<td>" : "<td class=\"text\">", out);
			ir_markup_text(out, cells[r * nr_columns + i]);
			fputs("</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table></div>\n", out);
	return 0;
}

void html_name(FILE *out, const char *file)
{
	html_name_from(out, file, IR_NAME_ONLY);
}

void html_name_from(FILE *out, const char *file, size_t begin)
{
	const char *name = ir_recording_name(file, begin);
	size_t len = strlen(name);
	char *copy = strndup(name, len > 4 && !strcmp(name + len - 4, ".dat") ? len - 4 : len);

	ir_markup_text(out, copy);
	free(copy);
}

void html_row_name(FILE *out, const struct ir_rows *rows, const struct ir_row *row)
{
	for (size_t m = 0; m < row->nr_members; m++) {
		char *name = ir_row_name(rows, row, m);

		fputs(m == 0 ? "<b>" : m == 1 ? "<small>= " : ", ", out);
		ir_markup_text(out, name);
		fputs(m ? "" : "</b>", out);
		free(name);
	}
	fputs(row->nr_members > 1 ? "</small>" : "", out);
	fputs(row->result->lower_bound ? "<small>at least (*)</small>" : "", out);
}

void html_begin_details(FILE *out, const char *summary)
{
	fputs("<details><summary>", out);
	ir_markup_text(out, summary);
	fputs("</summary>\n", out);
}

const char *html_cause_word(enum ir_cause cause)
{
	static const char *const words[IR_CAUSES] = {
		[IR_CAUSE_SYNC_MAP] = "after a map", [IR_CAUSE_SYNC] = "after an unmap",
		[IR_CAUSE_QUEUE_FULL] = "queue full", [IR_CAUSE_QUEUE_TIMEOUT] = "timer",
		[IR_CAUSE_RETRY] = "retry", [IR_CAUSE_WRAP] = "address wrap",
	};

	return words[cause] ? words[cause] : ir_cause_name(cause);
}
