/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Explanations of shortages in a report. */
#ifndef IR_REPORT_EXPLAIN_H
#define IR_REPORT_EXPLAIN_H

#include <iommu-replay/report.h>
#include <jansson.h>

/** ir_explanation_mean - of a sum over the examined shortages */
static inline uint64_t ir_explanation_mean(const struct ir_explanation *x, uint64_t sum)
{
	uint64_t n = x->examined ? x->examined : 1;

	return sum / n + (sum % n >= n - n / 2);
}

/** ir_holder_mean_ns - for how long its pages were held, on average */
static inline uint64_t ir_holder_mean_ns(const struct ir_entry_holder *h)
{
	return h->pages ? (uint64_t)(h->page_ns / (double)h->pages) : 0;
}

/** ir_explanation_json - member "shortages" of result @i; NULL: no memory */
json_t *ir_explanation_json(const struct ir_report_entry *entry, size_t i);

#endif
