// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the VT-d driver (dmar_fault_do_one() of drivers/iommu/intel/dmar.c):
 *
 *   DMAR: DRHD: handling fault status reg 2
 *   DMAR: [DMA Write NO_PASID] Request device [00:10.1] fault addr 0x12345000 [fault reason 0x05] ...
 *
 * Since Linux 7.x the device has its PCI domain; 5.14 has 0x in front of its
 * parts; up to 5.13 the address and the reason have no 0x, up to 4.x there is
 * no space behind "DMAR:".  The address is that of the page; another one was cut.  Reasons 5 and 6 (the
 * write or read bit is not set) have two possible causes: no entry, or an entry for the
 * other direction.
 */
#include "faults/log.h"

#define NS_PER_SEC UINT64_C(1000000000)

static enum ir_log_result vtd_line(struct ir_log_state *state, const struct ir_log_line *line,
				   struct ir_log_fault *fault)
{
	struct ir_log_text text = line->message;
	const char *p = ir_log_find(&text, "DMAR:");

	if (!p)
		return IR_LOG_NOTHING;
	text.p = p;
	if (ir_log_find(&text, "handling fault status reg")) {
		/* The driver began to look, and prints what it finds after that. */
		state->begun_ns = line->time_ns;
		return IR_LOG_TAKEN;
	}
	p = ir_log_find(&text, "[DMA ");
	if (!p)
		return IR_LOG_NOTHING;
	*fault = ir_log_fault_at(line);
	fault->page_only = true;
	text.p = p;
	fault->access = ir_log_begins(&text, "Write") ? IR_ACCESS_WRITE :
			ir_log_begins(&text, "Read") ? IR_ACCESS_READ : IR_ACCESS_UNKNOWN;
	p = ir_log_find(&text, "Request device [");
	if (!p || !ir_log_pci(p, text.end, fault->device) ||
	    !(p = ir_log_value(&text, "fault addr ", &fault->address)) || ir_log_is_broken(p, text.end) ||
	    fault->address % IR_PAGE_SIZE)
		return IR_LOG_BAD;
	if (state->begun_ns && state->begun_ns <= line->time_ns &&
	    line->time_ns - state->begun_ns < NS_PER_SEC)
		fault->time_ns = state->begun_ns;
	return IR_LOG_FAULT;
}

const struct ir_log_format ir_log_vtd = {
	.name = "vtd",
	.line = vtd_line,
};
