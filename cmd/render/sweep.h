/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sweep: one parameter over a range, and the smallest value that suffices.
 *
 * A cell is one replay: a strategy under a hypervisor with a value.
 */
#ifndef CMD_RENDER_SWEEP_H
#define CMD_RENDER_SWEEP_H

#include <iommu-replay/report.h>

#include "base/cmd.h"
#include "options/parameter.h"
#include "render/origin.h"
#include "render/render.h"

/* A value that a search tried. */
struct probe {
	uint64_t value;
	struct ir_result result;
};

enum answer {
	ANSWER_FOUND,
	ANSWER_NONE,		/* no value that was tried suffices */
	ANSWER_NO_EFFECT,	/* the parameter does not apply to the strategy, which suffices */
};

/* One strategy under one hypervisor, and what was found. */
struct search {
	struct ir_config config;	/* without the value */
	const struct sweep *sweep;
	struct probe *probes;		/* by value, ascending; of a stored sweep, those that are shown */
	size_t nr_probes;
	uint64_t max;			/* from here on larger values change nothing */
	enum answer answer;
	const struct probe *smallest;	/* that suffices; NULL: none was found */
	const struct probe *one_less;	/* does not; NULL: there is no smaller value than that */
	const struct probe *largest;	/* that was tried */
	size_t replays;			/* values that were tried */
	size_t exceptions;		/* larger values that do not suffice, */
	uint64_t last_exception;	/* the largest of these, */
	uint64_t holds_from;		/* and from where on all that were tried do; 0: the largest does not */
};

struct ir_column;

struct sweep {
	const struct settings *settings;
	struct origin origin;
	struct ir_recording *rec;
	const char *path;
	const struct ir_recording_info *info;
	const struct ir_load *load;		/* NULL: operations happen when they were recorded */
	/* The curve: hypervisor by hypervisor, value by value, strategy by strategy. */
	const struct parameter *varied;		/* NULL: nothing */
	struct range range;
	struct ir_config *configs;
	struct ir_result *results;
	size_t nr_cells;
	/* The answers: hypervisor by hypervisor, strategy by strategy. */
	const struct parameter *sought;		/* NULL: nothing */
	struct search *searches;
	size_t nr_searches;
};

/* Entries of a report: the curve, and what proves the answers. */
struct sweep_rows {
	struct ir_config *configs;
	struct ir_result *results;
	size_t n;
	struct ir_report_entry entry;
};

/** sweep_rows_make - 0 or -ENOMEM; sweep_rows_free() in any case */
int sweep_rows_make(const struct sweep *sweep, struct sweep_rows *rows);
void sweep_rows_free(struct sweep_rows *rows);

/** sweep_failures - what counts as a failed map */
uint64_t sweep_failures(const struct ir_result *result);

/* How many copies of the devices fit, for one strategy: the numbers at which something fails. */
struct sweep_fits {
	uint64_t fit;		/* up to here no map fails; 0: one does with the smallest number */
	uint64_t failing;	/* the first with failures; 0: none, likewise below */
	uint64_t short_of_entries;	/* the first with insufficient resources or refused entries */
	uint64_t queue_full;	/* the first at which a flush queue was full */
	uint64_t hypervisor_busy;	/* the first at which flushes take SWEEP_BUSY of the time */
	double busy;		/* what they take with the largest number; negative: not known */
};

#define SWEEP_BUSY 0.8

/** sweep_fits - of strategy @s under hypervisor @h; devices are varied */
struct sweep_fits sweep_fits(const struct sweep *sweep, size_t h, size_t s);

/** sweep_draw - all of it in lines and tables; 0 or -ENOMEM */
int sweep_draw(const struct sweep *sweep, const struct drawing *d);
/* Members of struct renderer. */
int sweep_json(const struct canvas *canvas, const struct sweep *sweep);
int sweep_csv(const struct canvas *canvas, const struct sweep *sweep);

/** sweep_figures_check - 0, or -EINVAL with @err set if a figure of the options is none */
int sweep_figures_check(const struct settings *settings, struct ir_error *err);

/** sweep_nr_figures - how many are shown */
size_t sweep_nr_figures(const struct sweep *sweep);
/** sweep_figure - the key of the @i-th */
const char *sweep_figure(const struct sweep *sweep, size_t i);
/** sweep_find_figure - a figure of the report by its key; NULL: none, or "failures" */
const struct ir_column *sweep_find_figure(const char *key);
/** sweep_flushes - "RPCITs" or "flushes", as the machine's users say */
const char *sweep_flushes(const struct sweep *sweep);
/** sweep_figure_words - what it is, for a heading */
const char *sweep_figure_words(const struct sweep *sweep, const char *key);

#endif
