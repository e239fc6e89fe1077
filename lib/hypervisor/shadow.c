// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "hypervisor/shadow.h"

struct shadow {
	bool limited;
	uint64_t avail;		/* mappings still allowed; if not limited, that is not read */
};

void *ir_shadow_open(const struct ir_hypervisor_params *params)
{
	struct shadow *s = malloc(sizeof(*s));

	if (s)
		*s = (struct shadow){
			params->entry_limit != 0, params->entry_limit ? params->entry_limit : UINT64_MAX,
		};
	return s;
}

void ir_shadow_close(void *hv)
{
	free(hv);
}

uint64_t ir_shadow_available(const void *hv)
{
	const struct shadow *s = hv;

	return s->limited ? s->avail : UINT64_MAX;
}

uint64_t *ir_shadow_room(void *hv)
{
	struct shadow *s = hv;

	return &s->avail;
}

/*
 * Walk the range until no page is left out, or nothing is left.  A walk frees all
 * invalid pages of the range, so a second one finds only those that were left out.
 */
static void shadow_walk(struct shadow *s, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	struct ir_iopt_limit limit = {
		.room = s->avail, .charged = IR_STALE_FRESH | IR_STALE_REPLACED,
	};

	do {
		ir_iopt_refresh_limited(iopt, first, last, &limit);
	} while (limit.room && ir_iopt_next_stale(iopt, first, last) != UINT64_MAX);
	s->avail = limit.room;
}

/*
 * Taking exactly the last mapping reports insufficient resources too.  An entry
 * that replaces a different one takes a mapping and does not give back the old
 * one's (s390_pci_update_iotlb(), QEMU 10.0).
 */
enum ir_rpcit_status ir_shadow_rpcit(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	struct shadow *s = hv;
	struct ir_iopt_stale done;

	if (s->limited && last - first >= s->avail) {
		shadow_walk(s, iopt, first, last);
	} else {
		done = ir_iopt_refresh_range(iopt, first, last);
		if (s->limited)
			s->avail += done.invalid - done.valid;
	}
	return s->limited && !s->avail ? IR_RPCIT_INSUFFICIENT : IR_RPCIT_OK;
}

/*
 * s390_pci_iommu_disable() (hw/s390x/s390-pci-bus.c, QEMU 10.0) drops all entries
 * at once and does not count them as available again: what was still mapped, or
 * unmapped and not yet flushed, is lost to the limit.
 */
void ir_shadow_disable(void *hv, struct ir_iopt *iopt)
{
	(void)hv;
	ir_iopt_refresh_range(iopt, 0, UINT64_MAX - 1);
}
