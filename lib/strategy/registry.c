// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of strategies, in the order of reports, and how one is found by its name. */
#include <string.h>

#include "strategy/common.h"

extern const struct ir_strategy ir_strict, ir_lazy_ignore, ir_fq_flush, ir_sync_map_retry,
	ir_map_inline, ir_driver_lazy, ir_legacy, ir_legacy_strict, ir_null, ir_lazy, ir_identity;

const struct ir_strategy *const ir_strategies[] = {
	&ir_strict,
	&ir_lazy_ignore,
	&ir_fq_flush,
	&ir_sync_map_retry,
	&ir_map_inline,
	&ir_driver_lazy,
	&ir_legacy,
	&ir_legacy_strict,
	&ir_lazy,
	&ir_identity,
	&ir_null,
	NULL
};

const struct ir_strategy *ir_strategy_find(const char *name)
{
	for (const struct ir_strategy *const *st = ir_strategies; *st; st++)
		if (!strcmp((*st)->name, name))
			return *st;
	return NULL;
}
