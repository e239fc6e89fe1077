// SPDX-License-Identifier: GPL-2.0-or-later
#include "events/event_counts.h"

#include <stdlib.h>
#include <string.h>

static int compare_counts(const void *a, const void *b)
{
	const struct ir_event_count *left = a, *right = b;

	return strcmp(left->name, right->name);
}

size_t ir_event_counts_merge(struct ir_event_count *list, size_t nr)
{
	size_t used = 0;

	qsort(list, nr, sizeof(*list), compare_counts);
	for (size_t i = 0; i < nr; i++) {
		if (used && !strcmp(list[used - 1].name, list[i].name)) {
			list[used - 1].count += list[i].count;
			free(list[i].name);
		} else {
			list[used++] = list[i];
		}
	}
	return used;
}
