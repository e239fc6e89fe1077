// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/renderers.h"

extern const struct renderer renderer_table, renderer_json, renderer_csv, renderer_markdown,
	renderer_svg, renderer_html;
const struct renderer *const renderers[] = {
	&renderer_table,
	&renderer_json,
	&renderer_csv,
	&renderer_markdown,
	&renderer_svg,
	&renderer_html,
	NULL
};

_Static_assert(sizeof(renderers) / sizeof(renderers[0]) <= MAX_RENDERERS + 1, "MAX_RENDERERS");

struct choice report_formats[MAX_RENDERERS + 1], info_formats[MAX_RENDERERS + 1],
	verify_formats[MAX_RENDERERS + 1], faults_formats[MAX_RENDERERS + 1],
	sweep_formats[MAX_RENDERERS + 1], compare_formats[MAX_RENDERERS + 1],
	merge_formats[MAX_RENDERERS + 2];

static void add_format(struct choice *formats, int number)
{
	while (formats->name)
		formats++;
	*formats = (struct choice){ renderers[number]->name, number };
}

void renderers_init(void)
{
	merge_formats[0] = (struct choice){ "jsonl", RENDERER_LINES };
	for (int i = 0; renderers[i]; i++) {
		const struct renderer *r = renderers[i];

		if (r->report)
			add_format(merge_formats, i);
		if (r->report)
			add_format(report_formats, i);
		if (r->info)
			add_format(info_formats, i);
		if (r->verify)
			add_format(verify_formats, i);
		if (r->faults)
			add_format(faults_formats, i);
		if (r->sweep)
			add_format(sweep_formats, i);
		if (r->compare)
			add_format(compare_formats, i);
	}
}

const struct renderer *renderer_of(const struct settings *settings)
{
	return renderers[settings->format];
}

bool rendering_begin(struct rendering *r, const struct settings *settings, const struct output *out)
{
	const struct renderer *renderer = renderer_of(settings);

	r->canvas = (struct canvas){
		.out = ir_memory_open(&r->memory),
		.width = renderer->terminal ? output_width(out) : SIZE_MAX,
		.color = renderer->terminal && output_color(out, settings->color),
		.verbose = settings->verbose,
		.drivers = settings->by == BY_DRIVER,
	};
	return r->canvas.out;
}

char *rendering_end(struct rendering *r, int rc)
{
	if (rc)
		ir_memory_fail(r->canvas.out);
	return ir_memory_close(&r->memory);
}
