// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the virtio-iommu driver (viommu_fault_handler() of
 * drivers/iommu/virtio-iommu.c, Linux 6.12):
 *
 *   virtio_iommu virtio0: page fault from EP 129 at 0x12345678 [W]
 *
 * The endpoint of a PCI device is its bus, device and function.  "page" is a
 * missing entry or one for the other direction alike; without an address there is
 * nothing to look for.
 */
#include "faults/log.h"

#include <stdio.h>
#include <stdlib.h>

static enum ir_log_result virtio_line(struct ir_log_state *state, const struct ir_log_line *line,
				      struct ir_log_fault *fault)
{
	const char *p = ir_log_find(&line->message, " fault from EP ");
	struct ir_log_text text = { p, line->message.end };
	unsigned long endpoint = 0;
	const char *flags, *stop;

	(void)state;
	if (!p || !ir_log_find(&line->message, "virtio_iommu"))
		return IR_LOG_NOTHING;
	for (; p < text.end && *p >= '0' && *p <= '9' && endpoint < 1ul << 32; p++)
		endpoint = endpoint * 10 + (unsigned long)(*p - '0');
	if (p == text.p)
		return IR_LOG_BAD;
	*fault = ir_log_fault_at(line);
	text.p = p;
	p = ir_log_value(&text, " at ", &fault->address);
	if (!p || !ir_log_begins(&text, " at "))
		return ir_log_find(&text, " at ") ? IR_LOG_BAD : IR_LOG_TAKEN;
	text.p = p;
	if (p < text.end && !ir_log_begins(&text, " ["))
		return IR_LOG_BAD;
	snprintf(fault->device, sizeof(fault->device), "sid 0x%lx", endpoint);
	flags = ir_log_find(&text, "[");
	stop = ir_log_find(&text, "]");
	if (flags && flags < text.end)
		fault->access = memchr(flags, 'W', (size_t)((stop ? stop : text.end) - flags)) ? IR_ACCESS_WRITE :
				*flags == 'R' ? IR_ACCESS_READ : IR_ACCESS_UNKNOWN;
	return IR_LOG_FAULT;
}

const struct ir_log_format ir_log_virtio = {
	.name = "virtio",
	.line = virtio_line,
};
