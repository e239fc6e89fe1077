// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages of whole reports: of one recording, under one or several hypervisors, and of several.
 *
 * From above: what it is, the verdict, the strategies compared, in words, the course over
 * time, all figures, the recording.  Several recordings have a matrix before that, which
 * is the list of contents.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "page/board.h"
#include "page/lanes.h"
#include "render/faults.h"
#include "render/verify.h"
#include "report/columns.h"
#include "report/markup.h"
#include "base/free.h"

#define MANY_GROUPS 3		/* whose verdicts are whole */

/* A group of results, and its part of the page. */
struct part {
	const struct canvas *canvas;
	FILE *out;
	const struct ir_report_entry *entry;
	const struct scales *scales;
	struct ir_rows rows;
	size_t number;		/* of the recording; SIZE_MAX: the only one */
	bool alone;		/* the only group */
};

static void write_host(FILE *out, const struct ir_report_entry *entry, size_t result)
{
	char *text = ir_host_text(entry, result);

	ir_markup_text(out, text);
	free(text);
}

/* "Heading" or, with several hypervisors, "Heading on kvm with 64 host mappings". */
static void write_heading(const struct part *p, const char *id, const char *text)
{
	const char *element = p->number == SIZE_MAX ? "h2" : "h3";

	fprintf(p->out, "<%s", element);
	if (p->number == SIZE_MAX && p->rows.first == 0)
		fprintf(p->out, " id=\"%s\"", id);
	fprintf(p->out, ">%s", text);
	if (!p->alone) {
		fputs(" on ", p->out);
		write_host(p->out, p->entry, p->rows.first);
	}
	fprintf(p->out, "</%s>\n", element);
}

/* With several devices: a folded table of each. */
static int write_devices(const struct part *p)
{
	size_t d = ir_report_device(p->entry, 0);
	int rc = 0;

	if (!d || !ir_report_device(p->entry, d + 1))
		return 0;
	html_begin_details(p->out, "By device");
	for (; d && !rc; d = ir_report_device(p->entry, d + 1)) {
		const char *name = ir_report_device_name(p->entry, d);
		struct ir_report_entry of;
		struct ir_rows rows = { .nr = 0 };

		rc = ir_report_device_entry(p->entry, d, &of);
		if (!rc)
			rc = ir_rows_make(&rows, &of, p->rows.first, p->rows.end);
		if (!rc) {
			view_device(p->entry, &of, p->rows.first, name, html_line, p->out);
			board_figures(p->out, &rows);
		}
		ir_rows_free(&rows);
		ir_free(of.results);
	}
	fputs("</details>\n", p->out);
	return rc;
}

static int write_part(const struct part *p)
{
	if (!p->rows.attempted) {
		fputs("<p>There is nothing to compare.</p>\n", p->out);
		return 0;
	}
	write_heading(p, "compare", "Strategies compared");
	board_key(p->out, &p->rows);
	board_compared(p->out, &p->rows, p->scales);
	write_heading(p, "words", "In words");
	fputs("<div class=\"beside\"><dl>\n", p->out);
	ir_words(&p->rows, IR_TYPESET, html_words, p->out);
	fputs("</dl>\n", p->out);
	svg_cost(p->out, p->scales, &p->rows);
	fputs("</div>\n", p->out);
	write_heading(p, "course", "Course over time");
	lanes_course(p->out, &p->rows);
	lanes_folded(p->out, &p->rows);
	write_heading(p, "figures", "All figures");
	board_figures(p->out, &p->rows);
	return write_devices(p);
}

/* Shortages and call sites, with their tables, folded. */
static int write_sites(const struct canvas *canvas, const struct ir_report_entry *entry)
{
	const struct drawing drawing = { canvas, html_line, canvas->out, html_table };
	int rc;

	if (!entry->explanations && (!entry->info->sites || !entry->sites))
		return 0;
	html_begin_details(canvas->out, !entry->sites ? "Holders at shortages" :
			   entry->info->sites->tasks ? "By task" : "By call site");
	fputs("<div>", canvas->out);
	rc = draw_replayed_sites(&drawing, entry);
	fputs("</div></details>\n", canvas->out);
	return rc;
}

static void write_origin(FILE *out, const struct ir_report_origin *origin)
{
	if (origin && origin->command_line) {
		fputs("<dt>command</dt><dd><code class=\"command\">", out);
		ir_markup_text(out, origin->command_line);
		fputs("</code></dd>\n", out);
	}
	fprintf(out, "<dt>made by</dt><dd>iommu-replay %s", ir_version());
	if (origin && origin->date) {
		fputs(", ", out);
		ir_markup_text(out, origin->date);
	}
	fputs("</dd>\n", out);
}

static void write_about(FILE *out, const struct ir_report_entry *entry, bool only)
{
	fprintf(out, only ? "<h2 id=\"about\">Recording and replay</h2>\n<dl>\n" :
		"<h3>Recording and replay</h3>\n<dl>\n");
	view_recording(entry, html_item, out);
	for (size_t first = 0, end; first < entry->nr_results; first = end) {
		end = ir_group_end(entry, first);
		view_hypervisor(entry, first, end, html_item, out);
	}
	view_notes(entry, html_item, out);
	if (only)
		write_origin(out, entry->origin);
	fputs("</dl>\n", out);
}

/* Everything of a recording below its verdict. */
static int write_recording(const struct canvas *canvas, const struct ir_report_entry *entry, size_t number)
{
	struct scales scales;
	int rc = 0;

	scales_begin(&scales);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t first = 0, end; first < entry->nr_results && !rc; first = end) {
			struct part part = {
				.canvas = canvas, .out = canvas->out, .entry = entry, .scales = &scales,
				.number = number,
			};

			end = ir_group_end(entry, first);
			part.alone = end - first == entry->nr_results;
			rc = ir_rows_make(&part.rows, entry, first, end);
			if (!rc && !pass)
				scales_include(&scales, &part.rows);
			else if (!rc)
				rc = write_part(&part);
			ir_rows_free(&part.rows);
		}
	}
	if (!rc)
		rc = write_sites(canvas, entry);
	if (!rc && entry->nr_results)
		board_glossary(canvas->out, entry);
	write_about(canvas->out, entry, number == SIZE_MAX);
	return rc;
}

/* "Eight flush strategies, replayed on kvm with 2,048 host mappings: 25,000 maps ..." */
static void write_facts(FILE *out, const struct ir_report_entry *entry)
{
	const struct ir_recording_info *info = entry->info;
	size_t end = entry->nr_results ? ir_group_end(entry, 0) : 0, strategies = ir_strategies_of(entry, 0, end);
	char word[48];

	snprintf(word, sizeof(word), "%s", ir_count_word(strategies).s);
	word[0] = word[0] >= 'a' && word[0] <= 'z' ? (char)(word[0] - 'a' + 'A') : word[0];
	fprintf(out, "<p class=\"facts-line\">%s flush strateg%s, replayed on ", word, strategies == 1 ? "y" : "ies");
	if (end && end == entry->nr_results)
		write_host(out, entry, 0);
	else
		fputs("several hypervisors", out);
	fprintf(out, ": %s map%s and %s unmap%s in %s, recorded on %u CPU%s", ir_count_text(info->ops.map).s,
		info->ops.map == 1 ? "" : "s", ir_count_text(info->ops.unmap).s, info->ops.unmap == 1 ? "" : "s",
		ir_time_text(ir_active_ns(info), IR_TYPESET).s, info->cpus, info->cpus == 1 ? "" : "s");
	if (info->kernel) {
		fputs(" under Linux ", out);
		ir_markup_text(out, info->kernel);
	}
	if (entry->nr_results && entry->results[0].parameters.devices > 1)
		fprintf(out, "; the devices are replayed %u times", entry->results[0].parameters.devices);
	fputs("</p>\n", out);
}

/* Only what fails: all but the first sentence would be too much of many. */
static void keep_first_sentence(char *verdict)
{
	char *end = verdict ? strchr(verdict, IR_MARK_END) : NULL;

	if (end)
		end[1] = '\0';
}

/* The verdict of each group; of many groups its beginning. */
static int write_verdicts(FILE *out, const struct ir_report_entry *entry, const char *begin, const char *end_tag)
{
	size_t groups = 0;
	int rc = 0;

	for (size_t first = 0; first < entry->nr_results; first = ir_group_end(entry, first))
		groups++;

	for (size_t first = 0, end; first < entry->nr_results && !rc; first = end) {
		struct ir_rows rows;

		end = ir_group_end(entry, first);
		rc = ir_rows_make(&rows, entry, first, end);
		if (!rc) {
			char *text = ir_verdict(&rows, IR_TYPESET);

			fputs(begin, out);
			if (end - first < entry->nr_results) {
				fputs("On ", out);
				write_host(out, entry, first);
				fputs(": ", out);
			}
			if (groups > MANY_GROUPS)
				keep_first_sentence(text);
			html_marked(out, text);
			fputs(end_tag, out);
			free(text);
		}
		ir_rows_free(&rows);
	}
	return rc;
}

static char *page_title(const struct ir_report_entry *entry)
{
	const char *name = ir_recording_name(entry->info->file, IR_NAME_ONLY);
	size_t len = strlen(name);

	return strndup(name, len > 4 && !strcmp(name + len - 4, ".dat") ? len - 4 : len);
}

static int write_one(const struct canvas *canvas, const struct ir_report_entry *entry)
{
	static const struct html_link links[] = {
		{ "compare", "Compare" }, { "words", "In words" }, { "course", "Over time" },
		{ "figures", "All figures" }, { "about", "Recording" }, { NULL, NULL },
	};
	char *title = page_title(entry);
	int rc;

	if (!title)
		ir_memory_fail(canvas->out);
	html_begin(canvas->out, title ? title : "", links);
	free(title);
	write_facts(canvas->out, entry);
	rc = write_verdicts(canvas->out, entry, "<p class=\"lead\">", "</p>\n");
	if (!rc)
		rc = write_recording(canvas, entry, SIZE_MAX);
	html_end(canvas->out);
	return rc;
}

/* The verdict over those recordings, and their matrix; @all: they are all of the page. */
static int write_alike(FILE *out, const struct ir_report_entry *entries, const size_t *numbers, size_t n, bool all,
		       size_t begin)
{
	struct ir_rows *rows = calloc(n, sizeof(*rows));
	char *text = NULL;
	int rc = rows ? 0 : -ENOMEM;

	for (size_t i = 0; rows && i < n; i++)
		if (ir_rows_make(&rows[i], &entries[numbers[i]], 0, entries[numbers[i]].nr_results))
			rc = -ENOMEM;
	if (!rc) {
		text = ir_verdict_several(rows, n, IR_TYPESET);
		fputs("<p class=\"lead\">", out);
		html_marked(out, text);
		fputs(all ? "</p>\n<h2 id=\"matrix\">Recordings and strategies</h2>\n" : "</p>\n", out);
		rc = board_matrix(out, rows, n, entries, begin);
	}
	for (size_t i = 0; rows && i < n; i++)
		ir_rows_free(&rows[i]);
	free(rows);
	free(text);
	return rc;
}

static void write_list(FILE *out, const struct ir_report_entry *entries, const size_t *numbers, size_t n, size_t begin)
{
	fputs("<ul>\n", out);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "<li><a href=\"#r%zu\">", numbers[i]);
		html_name_from(out, entries[numbers[i]].info->file, begin);
		fputs("</a></li>\n", out);
	}
	fputs("</ul>\n", out);
}

/* The recordings from @e on with the IOMMU and the strategies of that one, which are not done. */
static size_t find_alike(const struct ir_report_entry *entries, size_t n, size_t e, const bool *done, size_t *numbers)
{
	size_t nr = 0;

	numbers[nr++] = e;
	for (size_t k = e + 1; k < n; k++) {
		const struct ir_report_entry pair[] = { entries[e], entries[k] };

		if (!done[k] && ir_report_iommu(&entries[k]) == ir_report_iommu(&entries[e]) &&
		    ir_verdict_alike(pair, 2))
			numbers[nr++] = k;
	}
	return nr;
}

/* A verdict and a matrix for each kind of machine; recordings that nothing can be compared with are a list. */
static int write_contents(FILE *out, const struct ir_report_entry *entries, size_t n, size_t begin)
{
	size_t *numbers = calloc(n, sizeof(*numbers)), *alone = calloc(n, sizeof(*alone)), nr_alone = 0, nr, parts = 0;
	bool *done = calloc(n, sizeof(*done));
	int rc = numbers && alone && done ? 0 : -ENOMEM;

	for (size_t e = 0; e < n && !rc; e++) {
		if (done[e])
			continue;
		nr = find_alike(entries, n, e, done, numbers);
		for (size_t i = 0; i < nr; i++)
			done[numbers[i]] = true;
		if (nr == 1) {
			alone[nr_alone++] = e;
			continue;
		}
		if (nr < n) {
			fprintf(out, "<h2%s>", parts ? "" : " id=\"matrix\"");
			ir_markup_text(out, ir_report_iommu(&entries[e])->title);
			fprintf(out, ": %s recordings</h2>\n", ir_count_text(nr).s);
		}
		parts++;
		rc = write_alike(out, entries, numbers, nr, nr == n, begin);
	}
	if (!rc && nr_alone) {
		fprintf(out, "<h2%s>%s</h2>\n", parts ? "" : " id=\"matrix\"", parts ? "Others" : "Recordings");
		write_list(out, entries, alone, nr_alone, begin);
	}
	free(numbers);
	free(alone);
	free(done);
	return rc;
}

/* "replayed on kvm with 64 host mappings", if that is true of all. */
static void write_hosts(FILE *out, const struct ir_report_entry *entries, size_t n)
{
	char *first = ir_host_text(&entries[0], 0);
	bool same = first;

	if (!first)
		ir_memory_fail(out);
	for (size_t e = 1; e < n && same; e++) {
		char *other = ir_host_text(&entries[e], 0);

		if (!other)
			ir_memory_fail(out);
		same = other && !strcmp(first, other);
		free(other);
	}
	if (same) {
		fputs("replayed on ", out);
		ir_markup_text(out, first);
	} else {
		fputs("each replayed with the parameters that its recording has of its machine", out);
	}
	free(first);
}

static bool same_iommu(const struct ir_report_entry *entries, size_t n)
{
	for (size_t e = 1; e < n; e++)
		if (ir_report_iommu(&entries[e]) != ir_report_iommu(&entries[0]))
			return false;
	return true;
}

static int write_several(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	static const struct html_link links[] = {
		{ "matrix", "Matrix" }, { "each", "Each recording" }, { "about", "Replay" }, { NULL, NULL },
	};
	FILE *out = canvas->out;
	bool alike = ir_verdict_alike(entries, n) && same_iommu(entries, n);
	size_t strategies = ir_strategies_of(&entries[0], 0, entries[0].nr_results);
	size_t begin = ir_names_begin(entries, n);
	char title[80];
	int rc = 0;

	if (alike)
		snprintf(title, sizeof(title), "%.20s recordings, %.20s strateg%s", ir_count_text(n).s,
			 ir_count_word(strategies).s, strategies == 1 ? "y" : "ies");
	else
		snprintf(title, sizeof(title), "%.20s recordings", ir_count_text(n).s);
	html_begin(out, title, links);
	if (alike) {
		fputs("<p class=\"facts-line\">", out);
		write_hosts(out, entries, n);
		fputs("</p>\n", out);
	}
	rc = write_contents(out, entries, n, begin);
	fputs("<h2 id=\"each\">Each recording</h2>\n", out);
	for (size_t e = 0; e < n && !rc; e++) {
		const struct ir_recording_info *info = entries[e].info;

		fprintf(out, "<details class=\"recording\" id=\"r%zu\"><summary><b>", e);
		html_name_from(out, info->file, begin);
		fprintf(out, "</b> <small>%s map%s in %s", ir_count_text(info->ops.map).s,
			info->ops.map == 1 ? "" : "s", ir_time_text(ir_active_ns(info), IR_TYPESET).s);
		if (info->kernel) {
			fputs(", Linux ", out);
			ir_markup_text(out, info->kernel);
		}
		fputs("</small>", out);
		rc = write_verdicts(out, &entries[e], "<br>", "");
		fputs("</summary>\n", out);
		if (!rc)
			rc = write_recording(canvas, &entries[e], e);
		fputs("</details>\n", out);
	}
	fputs("<h2 id=\"about\">Replay</h2>\n<dl>\n", out);
	write_origin(out, entries[0].origin);
	fputs("</dl>\n", out);
	html_end(out);
	return rc;
}

static int render_report(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return n == 1 ? write_one(canvas, entries) : write_several(canvas, entries, n);
}

/* Lines and tables, a section for each recording. */
static int write_drawn(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n,
		       const char *title, draw_entry draw)
{
	const struct drawing drawing = { canvas, html_line, canvas->out, html_table };
	FILE *out = canvas->out;
	char *name = n == 1 ? page_title(&entries[0]) : NULL;
	size_t begin = ir_names_begin(entries, n);
	int rc = 0;

	if (n == 1 && !name)
		ir_memory_fail(out);
	html_begin(out, name ? name : title, NULL);
	free(name);
	for (size_t e = 0; e < n && !rc; e++) {
		if (entries[e].verify) {
			char *text = ir_verdict_verify(&entries[e]);

			fputs(n > 1 ? "<p class=\"lead\"><b>" : "<p class=\"lead\">", out);
			if (n > 1) {
				html_name_from(out, entries[e].info->file, begin);
				fputs(".</b> ", out);
			}
			html_marked(out, text);
			fputs("</p>\n", out);
			free(text);
		}
	}
	for (size_t e = 0; e < n && !rc; e++) {
		fputs("<section>\n<h2>", out);
		if (n > 1)
			html_name_from(out, entries[e].info->file, begin);
		else
			fputs(title, out);
		fputs("</h2>\n", out);
		rc = draw(&drawing, &entries[e]);
		fputs("</section>\n", out);
	}
	fputs("<dl class=\"line\">\n", out);
	write_origin(out, n ? entries[0].origin : NULL);
	fputs("</dl>\n", out);
	html_end(out);
	return rc;
}

static int render_info(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return write_drawn(canvas, entries, n, n > 1 ? "What is in the recordings" : "What is in the recording", draw_info);
}

static int render_verify(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return write_drawn(canvas, entries, n, "Predicted and recorded", draw_verified);
}

static int render_faults(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return write_drawn(canvas, entries, n, "DMA faults", draw_faults);
}

static void html_lead(void *arg, const char *label, const char *text, enum view_mark mark)
{
	FILE *out = arg;

	(void)label;
	fprintf(out, "<p class=\"lead%s\">", mark == VIEW_BAD ? " bad" : "");
	html_marked(out, text);
	fputs("</p>\n", out);
}

static int render_compare(const struct canvas *canvas, const struct compared *of)
{
	const struct drawing lead = { canvas, html_lead, canvas->out, html_table };
	const struct drawing drawing = { canvas, html_line, canvas->out, html_table };
	int rc;

	html_begin(canvas->out, "What changed", NULL);
	compare_verdict(&lead, of);
	rc = compare_draw(&drawing, of);
	fprintf(canvas->out, "<footer>iommu-replay %s</footer>\n", ir_version());
	html_end(canvas->out);
	return rc;
}

const struct renderer renderer_html = {
	.name = "html", .report = render_report, .info = render_info, .verify = render_verify,
	.faults = render_faults,
	.sweep = sweep_html, .frontier = frontier_html, .compare = render_compare, .timelines = true,
};
