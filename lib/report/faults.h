/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults in a report: members "faults" and "fault_summary" of a recording's entry. */
#ifndef IR_REPORT_FAULTS_H
#define IR_REPORT_FAULTS_H

#include <iommu-replay/faults.h>
#include <iommu-replay/report.h>
#include <jansson.h>

/** ir_fault_exposure_json - member "faults" of a result; NULL: no memory */
json_t *ir_fault_exposure_json(const struct ir_fault_exposure *exposure);
/** ir_faults_write - set both members; 0, or -1: no memory */
int ir_faults_write(json_t *entry, const struct ir_faults *faults,
		    const struct ir_recording_info *info);

#endif
