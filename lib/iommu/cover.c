// SPDX-License-Identifier: GPL-2.0-or-later
#include "iommu/cover.h"

static unsigned int lowest_bit(uint64_t x)
{
	return (unsigned int)__builtin_ctzll(x);
}

static unsigned int highest_bit(uint64_t x)
{
	return 63u - (unsigned int)__builtin_clzll(x);
}

/* calculate_psi_aligned_address(), drivers/iommu/intel/cache.c, Linux 6.12: with other words. */
struct ir_cover ir_cover_block(uint64_t first, uint64_t last)
{
	uint64_t differ = first ^ last;
	uint64_t mask = differ ? ~UINT64_C(0) >> (63 - highest_bit(differ)) : 0;

	return (struct ir_cover){ 1, IR_INVALIDATION_PAGE, first & ~mask, last | mask };
}

struct ir_cover ir_cover_exact(uint64_t first, uint64_t last, uint64_t commands,
			       enum ir_invalidation_kind kind)
{
	return (struct ir_cover){ commands, kind, first, last };
}

uint64_t ir_pow2_first(uint64_t first, uint64_t last)
{
	unsigned int shift = highest_bit(last - first + 1);

	if (first && lowest_bit(first) < shift)
		shift = lowest_bit(first);
	return UINT64_C(1) << shift;
}

uint64_t ir_pow2_pieces(uint64_t first, uint64_t last)
{
	uint64_t n = 1, size;

	while ((size = ir_pow2_first(first, last)) <= last - first) {
		first += size;
		n++;
	}
	return n;
}

uint64_t ir_leaf_first(uint64_t pfn, uint64_t frame, uint64_t pages)
{
	uint64_t both = pfn | frame;
	unsigned int shift = highest_bit(pages);

	if (both && lowest_bit(both) < shift)
		shift = lowest_bit(both);
	return UINT64_C(1) << shift;
}

/*
 * iommu_pgsize(), drivers/iommu/iommu.c, Linux 6.12, for an IOMMU with pages of any power of
 * two, as QEMU's virtio-iommu has them.
 */
uint64_t ir_map_request(uint64_t pfn, uint64_t frame, uint64_t pages)
{
	uint64_t size = ir_leaf_first(pfn, frame, pages), next = size << 1, offset;

	/* Whether the next larger size is possible further on. */
	if (!((pfn ^ frame) & (next - 1))) {
		offset = next - ((pfn | frame) & (next - 1));
		if (offset + next <= pages)
			pages = offset;
	}
	return pages - pages % size;
}

uint64_t ir_map_requests(uint64_t pfn, uint64_t frame, uint64_t pages)
{
	uint64_t n = 0, size;

	for (; pages; pages -= size, pfn += size, frame += size, n++)
		size = ir_map_request(pfn, frame, pages);
	return n;
}
