/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A merged batch in a few lines: how it went, strategy by strategy, recording by strategy. */
#ifndef CMD_BATCH_SUMMARY_H
#define CMD_BATCH_SUMMARY_H

#include "render/render.h"

struct merged {
	const struct ir_report_entry *entries;
	size_t n;
	size_t cells, failed, missing, left_out;
};

/** batch_summary - draw it; 0 or -ENOMEM */
int batch_summary(const struct drawing *drawing, const struct merged *merged);

#endif
