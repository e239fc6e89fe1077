/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare: what changed between two reports, and how that is shown.
 */
#ifndef CMD_COMPARE_REPORT_H
#define CMD_COMPARE_REPORT_H

#include <iommu-replay/compare.h>

#include "base/cmd.h"
#include "io/output.h"

/* A comparison that is done, and what it was asked. */
struct compared {
	const struct settings *settings;
	const char *baseline_name, *new_name;
	const struct ir_compare_report *baseline, *news;
	const struct ir_compare_options *options;
	const struct ir_comparison *result;
	bool passed;
};

/** compare_text - all of it in the format of the settings; for free(), NULL: no memory */
char *compare_text(const struct compared *compared, const struct output *out);

#endif
