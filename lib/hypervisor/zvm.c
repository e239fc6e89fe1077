// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * z/VM: shadow tables and pinned pages.  A page pinned through several IOVAs
 * counts each time; a replaced entry gives its pin back.  Going over the limit is
 * status 4 (arch/s390/pci/pci_insn.c, Linux 6.12); reaching it is not.
 */
#include <stdlib.h>

#include <iommu-replay/hypervisor.h>

struct zvm {
	uint64_t limit;		/* 0: none */
	uint64_t pinned;
};

static void *zvm_open(const struct ir_hypervisor_params *params)
{
	struct zvm *z = malloc(sizeof(*z));

	if (z)
		*z = (struct zvm){ .limit = params->pinned_limit };
	return z;
}

/* Returns true if a page had to be left out. */
static bool zvm_walk(struct zvm *z, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	struct ir_iopt_limit limit = {
		.room = z->limit - z->pinned, .charged = IR_STALE_FRESH,
	};
	bool left_out;

	/* The next walk may use entries that this one frees behind a page that it skipped. */
	do {
		ir_iopt_refresh_limited(iopt, first, last, &limit);
		left_out = ir_iopt_next_stale(iopt, first, last) != UINT64_MAX;
	} while (left_out && limit.room);
	z->pinned = z->limit - limit.room;
	return left_out;
}

static enum ir_rpcit_status zvm_rpcit(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	struct zvm *z = hv;
	struct ir_iopt_stale done;

	if (z->limit && last - first >= z->limit - z->pinned)
		return zvm_walk(z, iopt, first, last) ? IR_RPCIT_INSUFFICIENT_PINNED : IR_RPCIT_OK;
	done = ir_iopt_refresh_range(iopt, first, last);
	z->pinned += done.fresh - done.invalid;
	return IR_RPCIT_OK;
}

static uint64_t zvm_available(const void *hv)
{
	const struct zvm *z = hv;

	return z->limit ? z->limit - z->pinned : UINT64_MAX;
}

const struct ir_hypervisor ir_zvm = {
	.name = "zvm",
	.summary = "shadow table; a limit of pinned pages, none by default",
	.origin = "arch/s390/pci/pci_insn.c, Linux 6.12: status 4",
	.defaults = { .tlb_refresh = 1 },
	.has_pinned_limit = true,
	.shadows = true,
	.share = IR_SHARE_GUEST,
	.open = zvm_open,
	.close = free,
	.rpcit = zvm_rpcit,
	.available = zvm_available,
};
