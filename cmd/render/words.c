// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/texts.h"

/* Labels of lines are short and lower case: "Identical here" is "identical". */
static void emit_line(void *arg, const char *label, const char *text)
{
	const struct drawing *d = arg;
	char name[12];

	snprintf(name, sizeof(name), "%s", !strcmp(label, "Identical here") ? "identical" : label);
	name[0] = name[0] >= 'A' && name[0] <= 'Z' ? (char)(name[0] - 'A' + 'a') : name[0];
	d->emit(d->arg, name, text, VIEW_PLAIN);
}

void draw_words(const struct drawing *d, const struct ir_rows *rows)
{
	ir_words(rows, IR_PLAIN, emit_line, (void *)(uintptr_t)d);
}

/* A verdict, after the group's hypervisor if there are several. */
static char *group_verdict(const struct ir_report_entry *entry, const struct ir_rows *rows)
{
	char *verdict = text_checked(ir_verdict(rows, IR_PLAIN));
	struct ir_memory memory;
	FILE *out;

	if (rows->end - rows->first == entry->nr_results)
		return verdict;
	out = text_begin(&memory);
	fputs("On ", out);
	ir_host_words(entry, rows->first, out);
	fprintf(out, ": %s", verdict);
	free(verdict);
	return text_end(&memory);
}

int draw_verdict(const struct drawing *d, const struct ir_report_entry *entry)
{
	int rc = 0;

	for (size_t first = 0, end; first < entry->nr_results && !rc; first = end) {
		struct ir_rows rows;
		char *text;

		end = ir_group_end(entry, first);
		rc = ir_rows_make(&rows, entry, first, end);
		text = rc ? NULL : group_verdict(entry, &rows);
		if (!rc)
			d->emit(d->arg, "verdict", text, rows.nr_safe < rows.nr ? VIEW_BAD : VIEW_PLAIN);
		free(text);
		ir_rows_free(&rows);
	}
	return rc;
}

int draw_verdict_all(const struct drawing *d, const struct ir_report_entry *entries, size_t n)
{
	char *text;

	if (!ir_verdict_alike(entries, n))
		return 0;
	text = text_checked(ir_verdict_document(entries, n));
	fputc('\n', d->canvas->out);
	d->emit(d->arg, "all", text, VIEW_PLAIN);
	free(text);
	return 0;
}
