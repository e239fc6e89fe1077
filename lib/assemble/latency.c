// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "assemble/latency.h"

/* The samples of this size; NULL: there are too many sizes. */
static struct ir_latency_size *size_of(struct ir_latency *l, uint64_t pages)
{
	uint32_t i = 0;

	if (pages == IR_LATENCY_GLOBAL)
		return &l->global;
	while (i < l->nr_sizes && l->size[i].pages != pages)
		i++;
	if (i == IR_LATENCY_SIZES)
		return NULL;
	if (i == l->nr_sizes) {
		l->nr_sizes++;
		l->size[i].pages = pages;
		l->size[i].count = l->size[i].n = 0;
	}
	return &l->size[i];
}

void ir_latency_add_sample(struct ir_latency *l, uint64_t pages, uint64_t ns)
{
	struct ir_latency_size *s = ns <= UINT32_MAX ? size_of(l, pages) : NULL;

	if (!s)
		return;
	s->count++;
	if (s->n < IR_LATENCY_SAMPLES)
		s->ns[s->n++] = (uint32_t)ns;
}

static int compare_ns(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

static uint32_t median(struct ir_latency_size *s)
{
	qsort(s->ns, s->n, sizeof(s->ns[0]), compare_ns);
	return s->ns[s->n / 2];
}

uint64_t ir_latency_global(struct ir_latency *l)
{
	return l->global.n ? median(&l->global) : 0;
}

/* Least squares through the medians, each with the weight of its size. */
void ir_latency_fit(struct ir_latency *l, uint64_t *base_ns, uint64_t *page_ns)
{
	double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, slope = 0, base;

	*base_ns = *page_ns = 0;
	for (uint32_t i = 0; i < l->nr_sizes; i++) {
		struct ir_latency_size *s = &l->size[i];
		double x = (double)s->pages, y, weight = (double)s->count;

		y = median(s);
		n += weight;
		sx += weight * x;
		sy += weight * y;
		sxx += weight * x * x;
		sxy += weight * x * y;
	}
	if (n == 0)
		return;
	if (n * sxx - sx * sx > 0)
		slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
	if (slope < 0)
		slope = 0;
	base = (sy - slope * sx) / n;
	if (base < 1 && sx > 0) {	/* all of it is per page */
		base = 1;
		slope = sy / sx;
	}
	*base_ns = (uint64_t)base;
	*page_ns = (uint64_t)slope;
}
