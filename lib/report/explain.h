/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Explanations of shortages in a report. */
#ifndef IR_REPORT_EXPLAIN_H
#define IR_REPORT_EXPLAIN_H

#include <iommu-replay/report.h>
#include <jansson.h>

/** ir_explanation_json - member "shortages" of result @i; NULL: no memory */
json_t *ir_explanation_json(const struct ir_report_entry *entry, size_t i);

#endif
