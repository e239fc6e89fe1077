// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/budget.h"

/* The first number of a file; UINT64_MAX: there is none ("max"). */
static uint64_t number_in_file(const char *path)
{
	FILE *in = fopen(path, "re");
	uint64_t value = UINT64_MAX;

	if (!in)
		return value;
	if (fscanf(in, "%" SCNu64, &value) != 1)
		value = UINT64_MAX;
	fclose(in);
	return value;
}

static void limit_to(uint64_t *bytes, uint64_t limit)
{
	if (limit < *bytes)
		*bytes = limit;
}

uint64_t ir_budget_default(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t bytes = UINT64_MAX;
	struct rlimit limit;

	if (pages > 0 && size > 0)
		bytes = (uint64_t)pages * (uint64_t)size;
	if (!getrlimit(RLIMIT_AS, &limit) && limit.rlim_cur != RLIM_INFINITY)
		limit_to(&bytes, limit.rlim_cur);
	if (!getrlimit(RLIMIT_DATA, &limit) && limit.rlim_cur != RLIM_INFINITY)
		limit_to(&bytes, limit.rlim_cur);
	/* Of a container: control groups version 2, and 1. */
	limit_to(&bytes, number_in_file("/sys/fs/cgroup/memory.max"));
	limit_to(&bytes, number_in_file("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
	return bytes / 4 * 3;
}

void ir_budget_text(char *text, size_t size, uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes;
	unsigned int i = 0;

	for (; value >= 1024 && i < sizeof(units) / sizeof(units[0]) - 1; i++)
		value /= 1024;
	snprintf(text, size, "%.*f %s", i && value < 100 ? 1 : 0, value, units[i]);
}
