/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timelines of a report as JSON: written, and read again. */
#ifndef IR_REPORT_TIMELINE_H
#define IR_REPORT_TIMELINE_H

#include <iommu-replay/report.h>
#include <jansson.h>

/** ir_timeline_write - set members "timeline" and "histograms" of a result; 0, or -1: no memory */
int ir_timeline_write(json_t *result, const struct ir_timeline *timeline,
		      const struct ir_recording_info *info);
/**
 * ir_timeline_read - the same members, read again
 * @timeline: set; NULL if the result has none
 *
 * Returns 0, or a negative errno with @err set.
 */
int ir_timeline_read(const json_t *result, const struct ir_recording_info *info,
		     struct ir_timeline **timeline, struct ir_error *err);

#endif
