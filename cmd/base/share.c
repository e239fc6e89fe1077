// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/share.h"

#include <inttypes.h>

/* "74,113" */
static void put_grouped(uint64_t n, FILE *out)
{
	if (n < 1000) {
		fprintf(out, "%" PRIu64, n);
		return;
	}
	put_grouped(n / 1000, out);
	fprintf(out, ",%03" PRIu64, n % 1000);
}

/* Damaged events are among those that were counted by name; lost ones are not. */
void share_missing(const struct ir_recording_info *info, const char *before, FILE *out)
{
	uint64_t lost = info->damage.count[IR_DAMAGE_LOST_EVENTS];
	uint64_t bad = info->damage.count[IR_DAMAGE_BAD_EVENTS], all = lost;

	for (size_t i = 0; i < info->nr_events; i++)
		all += info->events[i].count;
	if ((!lost && !bad) || all < bad)
		return;
	fputs(before, out);
	put_grouped(lost ? lost : bad, out);
	fputs(" of ", out);
	put_grouped(all, out);
	fputs(lost ? " events lost" : " events damaged", out);
	if (!lost || !bad)
		return;
	fputs(", ", out);
	put_grouped(bad, out);
	fputs(" damaged", out);
}
