/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep: one parameter over a range, and the smallest value that suffices.
 *
 * A cell is one replay: a strategy under a hypervisor with a value.  All cells
 * of a step are replayed in one pass over the recording; so are all searches, each of
 * which takes its next value from the results of the last pass.
 */
#ifndef CMD_SWEEP_PRIV_H
#define CMD_SWEEP_PRIV_H

#include "render/sweep.h"

/** sweep_suffices - whether a replay meets the options' criterion */
bool sweep_suffices(const struct settings *settings, const struct ir_result *result);
/**
 * sweep_replay - replay configurations, as many at a time as memory is meant for
 * @most_failures: as in struct ir_replay_options
 *
 * Returns 0 or a negative errno with @err set.
 */
int sweep_replay(const struct sweep *sweep, const struct ir_config *configs, size_t n,
		 const uint64_t *most_failures, struct ir_result *results, struct ir_error *err);
/** sweep_config - of a strategy and a hypervisor of the settings */
struct ir_config sweep_config(const struct settings *settings, size_t hypervisor,
			      size_t strategy);
/** sweep_find_of - the option of --find that seeks a parameter, of enum find; FIND_NOTHING: none does */
int sweep_find_of(const struct parameter *sought);

/**
 * find_all - fill in the answers of all searches
 *
 * Returns 0 or a negative errno with @err set.
 */
int find_all(struct sweep *sweep, struct ir_error *err);

#endif
