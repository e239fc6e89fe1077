/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The changes between two reports, and how they are drawn. */
#ifndef CMD_RENDER_COMPARE_H
#define CMD_RENDER_COMPARE_H

#include <iommu-replay/compare.h>

#include "base/cmd.h"
#include "render/render.h"

/* A finished comparison, and its options. */
struct compared {
	const struct settings *settings;
	const char *baseline_name, *new_name;
	const struct ir_compare_report *baseline, *news;
	const struct ir_compare_options *options;
	const struct ir_comparison *result;
	bool passed;
};

/** compare_draw - all of it in lines and tables; 0 or -ENOMEM */
int compare_draw(const struct drawing *d, const struct compared *compared);
/** compare_verdict - its last line alone */
void compare_verdict(const struct drawing *d, const struct compared *compared);
/* Members of struct renderer. */
int compare_json(const struct canvas *canvas, const struct compared *compared);
int compare_csv(const struct canvas *canvas, const struct compared *compared);

#endif
