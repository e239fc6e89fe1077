/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verify: what its command hands to its renderers.
 */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

#include "render/around.h"
#include "options/manifest.h"
#include "render/render.h"

/* One recording, verified.  The report comes first: an entry's verify points to it. */
struct verified {
	struct ir_report_verify report;
	struct ir_config config;
	struct machine machine;
	struct around around;		/* with --verbose */
};

/** draw_verified - one entry, whose verify is in a struct verified, without its verdict in words */
int draw_verified(const struct drawing *drawing, const struct ir_report_entry *entry);
/** draw_verify - the same, with them */
int draw_verify(const struct drawing *drawing, const struct ir_report_entry *entry);

#endif
