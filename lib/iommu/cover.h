/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How commands cover ranges of pages, and how ranges are cut into powers of two. */
#ifndef IR_IOMMU_COVER_H
#define IR_IOMMU_COVER_H

#include <iommu-replay/iommu.h>

/** ir_cover_block - one command for the smallest aligned block around the range */
struct ir_cover ir_cover_block(uint64_t first, uint64_t last);
/** ir_cover_exact - commands of one kind that reach exactly the range */
struct ir_cover ir_cover_exact(uint64_t first, uint64_t last, uint64_t commands,
			       enum ir_invalidation_kind kind);
/** ir_pow2_first - pages of the first naturally aligned power of two of [first, last] */
uint64_t ir_pow2_first(uint64_t first, uint64_t last);
/** ir_pow2_pieces - into how many naturally aligned powers of two the range falls */
uint64_t ir_pow2_pieces(uint64_t first, uint64_t last);
/**
 * ir_leaf_first - pages of the first leaf of a piece: an aligned power of two of both the
 * IOVA and the physical address (both in pages)
 */
uint64_t ir_leaf_first(uint64_t pfn, uint64_t frame, uint64_t pages);
/**
 * ir_map_request - pages of the first call of map_pages for a piece: iommu_map() asks for
 * as many pages of one size as come before the next larger size fits
 */
uint64_t ir_map_request(uint64_t pfn, uint64_t frame, uint64_t pages);
/**
 * ir_map_requests - into how many calls of map_pages iommu_map() cuts a piece, where any
 * power of two is a page size; for an unmap @frame is @pfn
 */
uint64_t ir_map_requests(uint64_t pfn, uint64_t frame, uint64_t pages);

#endif
