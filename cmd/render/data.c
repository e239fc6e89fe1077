// SPDX-License-Identifier: GPL-2.0-or-later
/* The renderers json and csv: print a report as the library writes it. */
#include <errno.h>
#include <stdlib.h>

#include "render/faults.h"
#include "render/renderer.h"

static int write_text(FILE *out, char *text)
{
	if (!text)
		return -ENOMEM;
	fputs(text, out);
	free(text);
	return 0;
}

static int render_json(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return write_text(canvas->out, canvas->report ? ir_report_document(canvas->report) :
			  ir_report_json(entries, n));
}

static int render_csv(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return write_text(canvas->out, ir_report_csv(entries, n));
}

const struct renderer renderer_json = {
	.name = "json", .report = render_json, .info = render_json, .verify = render_json,
	.faults = render_json,
	.sweep = sweep_json, .compare = compare_json,
};

const struct renderer renderer_csv = {
	.name = "csv", .report = render_csv, .info = render_csv, .verify = render_csv,
	.faults = render_faults_csv,
	.sweep = sweep_csv, .compare = compare_csv, .one_table = true,
};
