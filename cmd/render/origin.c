// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/origin.h"

#include <stdlib.h>
#include <time.h>

void origin_make(struct origin *origin, const struct settings *settings)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = epoch && *epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
	struct tm utc;

	*origin = (struct origin){ .report.command_line = settings->command_line };
	if (gmtime_r(&now, &utc) && strftime(origin->date, sizeof(origin->date), "%Y-%m-%dT%H:%MZ", &utc))
		origin->report.date = origin->date;
}
