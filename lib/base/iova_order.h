/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Orders of IOVA ranges: the IOVA allocator rounds small ranges up to a power of two
 * pages and keeps freed ones in a cache for each order (drivers/iommu/iova.c, Linux 6.12).
 */
#ifndef IR_BASE_IOVA_ORDER_H
#define IR_BASE_IOVA_ORDER_H

#include <stdint.h>

/* IOVA_RANGE_CACHE_MAX_SIZE */
enum { IR_IOVA_ORDERS = 6 };

/** ir_iova_order - order of the cache for @pages; IR_IOVA_ORDERS and above have none */
static inline unsigned int ir_iova_order(uint64_t pages)
{
	return pages <= 1 ? 0 : 64u - (unsigned int)__builtin_clzll(pages - 1);
}

/** ir_iova_round - pages that are really taken for @pages */
static inline uint64_t ir_iova_round(uint64_t pages)
{
	unsigned int order = ir_iova_order(pages);

	return order < IR_IOVA_ORDERS ? UINT64_C(1) << order : pages;
}

#endif
