// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "guest/exposure.h"

uint64_t ir_exposure_bucket_last(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < IR_EXPOSURE_SUB)
		return bucket;
	shift = bucket / IR_EXPOSURE_SUB - 1;
	return (((uint64_t)IR_EXPOSURE_SUB + bucket % IR_EXPOSURE_SUB + 1) << shift) - 1;
}

__attribute__((noinline))
void ir_exposure_add_group(struct ir_exposure *e, unsigned int bucket, uint64_t pages)
{
	uint64_t **group = &e->group[bucket / IR_EXPOSURE_SUB];

	if (!*group)
		*group = calloc(IR_EXPOSURE_SUB, sizeof(**group));
	if (*group)
		(*group)[bucket % IR_EXPOSURE_SUB] += pages;
	else
		e->failed = true;
}

void ir_exposure_merge(struct ir_exposure *e, const struct ir_exposure *from)
{
	e->pages += from->pages;
	e->page_ns += from->page_ns;
	e->write_page_ns += from->write_page_ns;
	if (from->max_ns > e->max_ns)
		e->max_ns = from->max_ns;
	e->failed |= from->failed;
	for (unsigned int i = 0; i < IR_EXPOSURE_BUCKETS; i++)
		if (ir_exposure_count(from, i))
			ir_exposure_add_group(e, i, ir_exposure_count(from, i));
}

void ir_exposure_free(struct ir_exposure *e)
{
	for (unsigned int i = 0; i < IR_EXPOSURE_GROUPS; i++) {
		free(e->group[i]);
		e->group[i] = NULL;
	}
}

uint64_t ir_exposure_percentile(const struct ir_exposure *e, unsigned int percent)
{
	return ir_exposure_level(e, e->pages, percent);
}

uint64_t ir_exposure_level(const struct ir_exposure *e, uint64_t total, unsigned int percent)
{
	uint64_t want = total / 100 * percent + (total % 100 * percent + 99) / 100;
	uint64_t seen = total > e->pages ? total - e->pages : 0;

	if (!e->pages || (seen && seen >= want))
		return 0;
	for (unsigned int i = 0; i < IR_EXPOSURE_BUCKETS; i++) {
		seen += ir_exposure_count(e, i);
		if (seen >= want)
			return ir_exposure_bucket_last(i) < e->max_ns ?
				ir_exposure_bucket_last(i) : e->max_ns;
	}
	return e->max_ns;
}
