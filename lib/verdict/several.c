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

/* The first @len bytes of @first are a directory; the part of it that @file is in, too. */
static size_t shared_with(const char *file, const char *first, size_t len)
{
	size_t shared = 0;

	for (size_t i = 0; i < len && file[i] == first[i]; i++)
		if (file[i] == '/')
			shared = i + 1;
	return shared;
}

const char *ir_recording_name(const char *file, size_t begin)
{
	const char *slash = strrchr(file, '/');

	if (begin != IR_NAME_ONLY)
		return file + begin;
	return slash && slash[1] ? slash + 1 : file;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(ir_recording_name(*(const char *const *)a, IR_NAME_ONLY),
		      ir_recording_name(*(const char *const *)b, IR_NAME_ONLY));
}

/* Changes the order of the files, and frees their list; NULL: no memory for it. */
static size_t names_begin(const char **files, size_t n)
{
	size_t shared = files && n ? strlen(files[0]) : 0;
	bool same = false;

	for (size_t i = 0; files && i < n; i++)
		shared = shared_with(files[i], files[0], shared);
	if (files)
		qsort(files, n, sizeof(*files), compare_names);
	for (size_t i = 1; files && i < n; i++)
		same |= !compare_names(&files[i - 1], &files[i]) && strcmp(files[i - 1], files[i]) != 0;
	free(files);
	return same ? shared : IR_NAME_ONLY;
}

size_t ir_names_begin(const struct ir_report_entry *entries, size_t n)
{
	const char **files = calloc(n + 1, sizeof(*files));

	for (size_t i = 0; files && i < n; i++)
		files[i] = entries[i].info->file;
	return names_begin(files, n);
}

/* A recording's name without ".dat". */
static void write_file(FILE *out, const char *name)
{
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
	const char **files;
	size_t failing = 0, shown = 0, begin;
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
	files = calloc(nr_rows + 1, sizeof(*files));
	for (size_t r = 0; files && r < nr_rows; r++)
		files[r] = rows[r].entry->info->file;
	begin = names_begin(files, nr_rows);
	snprintf(word, sizeof(word), "%s", ir_count_word(failing).s);
	word[0] = (char)toupper((unsigned char)word[0]);
	if (n == 1)
		fprintf(out, "%cMaps fail", IR_MARK_BAD);
	else if (failing == n && n == 2)
		fprintf(out, "%cBoth %s fail maps", IR_MARK_BAD, ir_members_noun(rows));
	else if (failing == n)
		fprintf(out, "%cAll %s %s fail maps", IR_MARK_BAD, ir_count_word(n).s, ir_members_noun(rows));
	else
		fprintf(out, "%c%s of %s %s fail%s maps", IR_MARK_BAD, word, ir_count_word(n).s,
			ir_members_noun(rows), failing == 1 ? "s" : "");
	fprintf(out, " in at least one of %s recordings.%c ", ir_count_word(nr_rows).s, IR_MARK_END);
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
			write_file(out, ir_recording_name(rows[records[i].last].entry->info->file, begin));
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
	size_t begin = ir_names_begin(entries, n);
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	for (size_t e = 0; e < n && out; e++) {
		char *text = ir_verdict_entry(&entries[e]);

		if (!text)
			ir_memory_fail(out);
		fputs(e && text && *text ? " " : "", out);
		if (n > 1 && text && *text) {
			write_file(out, ir_recording_name(entries[e].info->file, begin));
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
