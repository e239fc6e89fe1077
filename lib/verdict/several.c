// SPDX-License-Identifier: GPL-2.0-or-later
/* The verdict over several recordings: which strategies fail maps, and in how many. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "verdict/priv.h"

#define SHOWN 8		/* strategies that are named one by one */

/* One strategy, with one queue, over all recordings. */
struct record {
	const struct ir_row *row;	/* of the first recording, */
	const struct ir_rows *rows;
	size_t member;
	size_t failing;			/* recordings */
	size_t last;			/* that one of them */
	bool said;
};

/* A recording's file without its directory and ".dat". */
static void write_file(FILE *out, const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash ? slash + 1 : file;
	size_t len = strlen(name);
	char *copy, *clean;

	if (len > 4 && !strcmp(name + len - 4, ".dat"))
		len -= 4;
	copy = strndup(name, len);
	clean = copy ? ir_text_clean(copy) : NULL;
	if (!clean)
		ir_memory_fail(out);
	fputs(clean ? clean : "", out);
	free(clean);
	free(copy);
}

static void write_names(FILE *out, const struct record *records, size_t n, const struct record *like)
{
	const char *separator = "";
	size_t same = 0, seen = 0;

	for (size_t i = 0; i < n; i++)
		same += records[i].failing == like->failing && (like->failing != 1 ||
								records[i].last == like->last);
	for (size_t i = 0; i < n; i++) {
		struct ir_verdict_text s = { .out = out, .rows = records[i].rows };

		if (records[i].failing != like->failing ||
		    (like->failing == 1 && records[i].last != like->last))
			continue;
		fputs(separator, out);
		ir_write_name(&s, records[i].row, records[i].member);
		seen++;
		separator = seen + 1 == same ? " and " : ", ";
	}
}

static void write_records(FILE *out, struct record *records, size_t n, const struct ir_rows *rows,
			  size_t nr_rows)
{
	size_t failing = 0, shown = 0;
	const struct record *safe = NULL;
	char word[48];

	for (size_t i = 0; i < n; i++) {
		failing += records[i].failing > 0;
		if (!records[i].failing)
			safe = &records[i];
	}
	if (!failing) {
		fprintf(out, "%cNo strategy fails a map in any of %s recordings.%c", IR_MARK_STRONG,
			ir_count_word(nr_rows).s, IR_MARK_END);
		return;
	}
	snprintf(word, sizeof(word), "%s", ir_count_word(failing).s);
	word[0] = (char)toupper((unsigned char)word[0]);
	if (failing == n)
		fprintf(out, "%cAll %s %s", IR_MARK_BAD, ir_count_word(n).s, ir_members_noun(rows));
	else
		fprintf(out, "%c%s of %s %s", IR_MARK_BAD, word, ir_count_word(n).s, ir_members_noun(rows));
	fprintf(out, " fail%s maps in at least one of %s recordings.%c ", failing == 1 ? "s" : "",
		ir_count_word(nr_rows).s, IR_MARK_END);
	for (size_t i = 0; i < n && shown < SHOWN; i++) {
		if (!records[i].failing || records[i].said)
			continue;
		for (size_t k = i; k < n; k++)
			if (records[k].failing == records[i].failing &&
			    (records[i].failing != 1 || records[k].last == records[i].last))
				records[k].said = true;
		fputs(shown++ ? "; " : "", out);
		write_names(out, records, n, &records[i]);
		fprintf(out, " in %s", ir_count_word(records[i].failing).s);
		if (records[i].failing == 1) {
			fputs(" (", out);
			write_file(out, rows[records[i].last].entry->info->file);
			fputc(')', out);
		}
	}
	fputc('.', out);
	if (safe) {
		fputc(' ', out);
		write_names(out, records, n, safe);
		fprintf(out, " never do%s.", failing + 1 == n ? "es" : "");
	}
}

char *ir_verdict_several(const struct ir_rows *rows, size_t n, enum ir_typography typography)
{
	size_t used = 0;
	struct record *records = calloc(rows[0].nr_members + 1, sizeof(*records));
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);
	bool incomplete = false;

	(void)typography;
	if (!records || !out) {
		free(records);
		free(ir_memory_close(&memory));
		return NULL;
	}
	for (size_t i = 0; i < rows[0].nr; i++)
		for (size_t m = 0; m < rows[0].row[i].nr_members; m++)
			records[used++] = (struct record){
				.row = &rows[0].row[i], .rows = &rows[0], .member = m,
			};
	for (size_t r = 0; r < n; r++) {
		incomplete |= !rows[r].entry->info->complete;
		for (size_t i = 0; i < used; i++) {
			size_t place = records[i].row->members[records[i].member] - rows[0].first;

			if (!ir_row_failures(&rows[r].entry->results[rows[r].first + place]))
				continue;
			records[i].failing++;
			records[i].last = r;
		}
	}
	if (incomplete)
		fprintf(out, "%cIncomplete: figures may be too low.%c ", IR_MARK_BAD, IR_MARK_END);
	write_records(out, records, used, rows, n);
	free(records);
	return ir_memory_close(&memory);
}

bool ir_verdict_alike(const struct ir_report_entry *entries, size_t n)
{
	if (n < 2)
		return false;
	for (size_t e = 0; e < n; e++) {
		if (!entries[e].nr_results || entries[e].verify ||
		    entries[e].nr_results != entries[0].nr_results ||
		    ir_group_end(&entries[e], 0) != entries[e].nr_results)
			return false;
		for (size_t i = 0; i < entries[e].nr_results; i++)
			if (strcmp(entries[e].configs[i].strategy->name,
				   entries[0].configs[i].strategy->name))
				return false;
	}
	return true;
}

static char *verdict_of_each(const struct ir_report_entry *entries, size_t n)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	for (size_t e = 0; e < n && out; e++) {
		char *text = ir_verdict_entry(&entries[e]);

		if (!text)
			ir_memory_fail(out);
		fputs(e && text && *text ? " " : "", out);
		if (n > 1 && text && *text) {
			write_file(out, entries[e].info->file);
			fputs(": ", out);
		}
		fputs(text ? text : "", out);
		free(text);
	}
	return out ? ir_memory_close(&memory) : NULL;
}

char *ir_verdict_document(const struct ir_report_entry *entries, size_t n)
{
	struct ir_rows *rows;
	char *text = NULL;
	int rc = 0;

	if (!ir_verdict_alike(entries, n))
		return verdict_of_each(entries, n);
	rows = calloc(n, sizeof(*rows));
	for (size_t e = 0; rows && e < n; e++)
		rc |= ir_rows_make(&rows[e], &entries[e], 0, entries[e].nr_results);
	if (rows && !rc)
		text = ir_marked_plain(ir_verdict_several(rows, n, IR_PLAIN));
	for (size_t e = 0; rows && e < n; e++)
		ir_rows_free(&rows[e]);
	free(rows);
	return text;
}
