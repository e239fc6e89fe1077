/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The origin of a report: the command line, and the date. */
#ifndef CMD_ORIGIN_H
#define CMD_ORIGIN_H

#include <iommu-replay/report.h>

#include "base/cmd.h"

struct origin {
	struct ir_report_origin report;
	char date[24];
};

/** origin_make - now, or at $SOURCE_DATE_EPOCH; valid as long as the settings */
void origin_make(struct origin *origin, const struct settings *settings);

#endif
