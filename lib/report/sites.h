/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call sites in reports: ranked rows, and the one description of a row's figures, which
 * all renderers use, as that of columns.h for the rest.
 *
 * To add a figure: one line in sites.c, one in iommu-replay-report(5).
 */
#ifndef IR_REPORT_SITES_H
#define IR_REPORT_SITES_H

#include "report/columns.h"

/* Rows of the recording itself, not of a result. */
#define IR_RECORDING_ROWS SIZE_MAX

/* By task: sites are tasks, which have no driver. */
enum ir_site_grouping { IR_BY_SITE, IR_BY_DRIVER, IR_BY_TASK };

struct ir_site_row {
	const char *name;		/* of the site or driver */
	const char *driver;		/* NULL: not known */
	const struct ir_site *site;	/* NULL: a driver's row */
	uint32_t sites;			/* how many it sums up */
	uint64_t mappings;		/* recorded */
	uint64_t pages;
	uint64_t failed;
	struct ir_site_result replayed;
};

struct ir_site_figure {
	const char *key;	/* "rpcit.total" */
	const char *title;	/* heading in tables; NULL: not in tables */
	struct ir_value (*get)(const struct ir_site_row *row, size_t arg);
	size_t arg;
	enum ir_unit unit;
};

/* Figures of a recording's rows, and of a result's; both end with a NULL key. */
extern const struct ir_site_figure ir_site_recorded[];
extern const struct ir_site_figure ir_site_replayed[];

/**
 * ir_site_rows - the rows of a result, or of the recording, the foremost first
 * @nr: how many; those in which nothing is are left out
 *
 * A recording's are ranked by mappings, a result's by RPCITs, then by mappings.
 * Returns a list for free(); NULL: no memory.
 */
struct ir_site_row *ir_site_rows(const struct ir_report_entry *entry, size_t result,
				 enum ir_site_grouping grouping, size_t *nr);
/** ir_site_add - sum up: the figures of @row are added to those of @to */
void ir_site_add(struct ir_site_row *to, const struct ir_site_row *row);

/** ir_site_put - the inverse of a replayed figure's value; false: it has no such value */
bool ir_site_put(const struct ir_site_figure *figure, struct ir_site_row *row,
		 struct ir_value value);

static inline struct ir_value ir_site_value(const struct ir_site_figure *figure,
					    const struct ir_site_row *row)
{
	return figure->get(row, figure->arg);
}

#endif
