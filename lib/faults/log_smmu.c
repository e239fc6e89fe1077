// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the driver for SMMUv1 and v2 (drivers/iommu/arm/arm-smmu/arm-smmu.c):
 *
 *   arm-smmu 15000000.iommu: Unhandled context fault: fsr=0x402, iova=0xffeff000, fsynr=0x3d0003, cbfrsynra=0x1004, cb=33
 *
 * Since Linux 6.13 two more lines explain the registers.  Bits: Arm IHI 0062,
 * SMMU_CBn_FSR (TF 1, PF 3) and SMMU_CBn_FSYNR0 (WNR 4); the stream ID is in the
 * lower half of SMMU_CBFRSYNRAn.
 */
#include "faults/log.h"

#include <inttypes.h>
#include <stdio.h>

#define FSR_TRANSLATION	(1u << 1)
#define FSR_PERMISSION	(1u << 3)
#define FSYNR_WRITE	(1u << 4)

static enum ir_log_result smmu_line(struct ir_log_state *state, const struct ir_log_line *line,
				    struct ir_log_fault *fault)
{
	const char *p = ir_log_find(&line->message, "Unhandled context fault: ");
	struct ir_log_text text = { p, line->message.end };
	uint64_t fsr, fsynr, sid;

	(void)state;
	if (!p)
		return IR_LOG_NOTHING;
	*fault = ir_log_fault_at(line);
	if (!ir_log_value_then(&text, "fsr=", &fsr, ",") ||
	    !ir_log_value_then(&text, "iova=", &fault->address, ",") ||
	    !ir_log_value_then(&text, "fsynr=", &fsynr, ",") ||
	    (ir_log_find(&text, "cbfrsynra=") && !ir_log_value_then(&text, "cbfrsynra=", &sid, ",")))
		return IR_LOG_BAD;
	fault->access = fsynr & FSYNR_WRITE ? IR_ACCESS_WRITE : IR_ACCESS_READ;
	fault->entry = fsr & FSR_PERMISSION ? IR_ENTRY_NOT_PERMITTED :
		       fsr & FSR_TRANSLATION ? IR_ENTRY_NOT_PRESENT : IR_ENTRY_UNKNOWN;
	if (ir_log_value(&text, "cbfrsynra=", &sid))
		snprintf(fault->device, sizeof(fault->device), "sid 0x%" PRIx64, sid & 0xffff);
	return IR_LOG_FAULT;
}

const struct ir_log_format ir_log_smmu = {
	.name = "smmu",
	.line = smmu_line,
};
