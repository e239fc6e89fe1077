// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An idea for QEMU, as a plug-in: report insufficient resources while there are
 * still some, so that the guest flushes before a page has to be left out.
 *
 * The last "reserve" mappings are kept back: they are used, but RPCIT reports
 * insufficient resources as soon as one of them was.  With a reserve of 0 this is
 * kvm.
 */
#include <iommu-replay/plugin.h>
#include <stdlib.h>

enum { RESERVE };	/* the parameters, in the order of their table */

struct warn {
	bool limited;
	uint64_t avail;		/* mappings still allowed */
	uint64_t reserve;
};

static void *warn_open(const struct ir_hypervisor_params *params)
{
	struct warn *w = malloc(sizeof(*w));

	if (w)
		*w = (struct warn){
			.limited = params->entry_limit != 0,
			.avail = params->entry_limit,
			.reserve = params->own[RESERVE],
		};
	return w;
}

/* Make the shadow of one page what the guest's table says; false: no mapping was left. */
static bool warn_page(struct warn *w, struct ir_iopt *iopt, uint64_t pfn)
{
	if (!ir_iopt_guest(iopt, pfn))
		w->avail++;
	else if (w->avail || !w->limited)
		w->avail--;
	else
		return false;
	ir_iopt_refresh(iopt, pfn);
	return true;
}

/* Walk the range again as long as a walk frees what an earlier page lacked, as QEMU does. */
static enum ir_rpcit_status warn_rpcit(void *hv, struct ir_iopt *iopt, uint64_t first,
				       uint64_t last)
{
	struct warn *w = hv;
	bool again;

	do {
		again = false;
		for (uint64_t pfn = ir_iopt_next_stale(iopt, first, last); pfn != UINT64_MAX;
		     pfn = pfn < last ? ir_iopt_next_stale(iopt, pfn + 1, last) : UINT64_MAX)
			again |= !warn_page(w, iopt, pfn);
	} while (again && w->avail);
	return w->limited && w->avail <= w->reserve ? IR_RPCIT_INSUFFICIENT : IR_RPCIT_OK;
}

static uint64_t warn_available(const void *hv)
{
	const struct warn *w = hv;

	return w->limited ? w->avail : UINT64_MAX;
}

static const struct ir_hypervisor_param params[] = {
	[RESERVE] = { "reserve", "mappings left when RPCIT first reports a shortage",
		      .min = 0, .max = UINT32_MAX, .value = 64 },
	{ .name = NULL },
};

static const struct ir_hypervisor kvm_warn = {
	.name = "kvm-warn",
	.summary = "as kvm, but reports insufficient resources while some are left",
	.origin = "example of iommu-replay-plugin(7)",
	.defaults = { .entry_limit = 65535, .tlb_refresh = 1 },
	.has_entry_limit = true,
	.serialises = true,
	.shadows = true,
	.own = params,
	.open = warn_open,
	.close = free,
	.rpcit = warn_rpcit,
	.available = warn_available,
};

static const struct ir_hypervisor *const hypervisors[] = { &kvm_warn, NULL };

const struct ir_plugin ir_plugin = {
	IR_PLUGIN_HEAD,
	.version = "1.0",
	.hypervisors = hypervisors,
};
