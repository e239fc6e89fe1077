// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the AMD IOMMU driver (amd_iommu_report_page_fault() of
 * drivers/iommu/amd/iommu.c, Linux 6.12):
 *
 *   pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0003 address=0x12345678 flags=0x0020]
 *   AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:00:10.1 domain=0x0003 address=0x... flags=0x...]
 *
 * The address is complete.  Bits of the flags: AMD I/O Virtualization Technology
 * specification, IO_PAGE_FAULT event.
 */
#include "faults/log.h"

#define FLAG_INTERRUPT	0x08	/* not memory: a request for an interrupt */
#define FLAG_PRESENT	0x10
#define FLAG_WRITE	0x20
#define FLAG_PERMISSION	0x40

/* The device in front of "AMD-Vi:". */
static void device_in_front(const struct ir_log_text *text, const char *amd, char device[64])
{
	const char *p = amd;

	while (p > text->p && (p[-1] == ' ' || p[-1] == ':'))
		p--;
	while (p > text->p && p[-1] != ' ')
		p--;
	if (!ir_log_pci(p, amd, device))
		device[0] = '\0';
}

static enum ir_log_result amd_line(struct ir_log_state *state, const struct ir_log_line *line,
				   struct ir_log_fault *fault)
{
	const struct ir_log_text *text = &line->message;
	const char *event = ir_log_find(text, "AMD-Vi: Event logged [IO_PAGE_FAULT ");
	struct ir_log_text rest = { event, text->end };
	const char *device, *stop;
	uint64_t flags;

	(void)state;
	if (!event)
		return IR_LOG_NOTHING;
	*fault = ir_log_fault_at(line);
	if (!ir_log_value_then(&rest, "address=", &fault->address, " flags=") ||
	    !ir_log_value_then(&rest, "flags=", &flags, "]"))
		return IR_LOG_BAD;
	if (flags & FLAG_INTERRUPT)
		return IR_LOG_TAKEN;
	stop = ir_log_find(&rest, "]");
	rest.end = stop ? stop : rest.end;
	device = ir_log_find(&rest, "device=");
	if (device)
		ir_log_pci(device, rest.end, fault->device);
	else
		device_in_front(text, event - sizeof("AMD-Vi: Event logged [IO_PAGE_FAULT ") + 1,
				fault->device);
	fault->access = flags & FLAG_WRITE ? IR_ACCESS_WRITE : IR_ACCESS_READ;
	if (!(flags & FLAG_PRESENT))
		fault->entry = IR_ENTRY_NOT_PRESENT;
	else if (flags & FLAG_PERMISSION)
		fault->entry = IR_ENTRY_NOT_PERMITTED;
	return IR_LOG_FAULT;
}

const struct ir_log_format ir_log_amd = {
	.name = "amd",
	.line = amd_line,
};
