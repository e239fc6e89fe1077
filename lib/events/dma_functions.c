// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions of the DMA API, by the names of their events (include/trace/events/dma.h, Linux 6.12). */
#include "events/event.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *map, *unmap;
} functions[] = {
	[IR_DMA_UNKNOWN]	= { NULL, NULL },
	[IR_DMA_PAGE]		= { "dma_map_page", "dma_unmap_page" },
	[IR_DMA_PHYS]		= { "dma_map_phys", "dma_unmap_phys" },
	[IR_DMA_RESOURCE]	= { "dma_map_resource", "dma_unmap_resource" },
	[IR_DMA_SG]		= { "dma_map_sg", "dma_unmap_sg" },
	[IR_DMA_ALLOC]		= { "dma_alloc", "dma_free" },
	[IR_DMA_ALLOC_PAGES]	= { "dma_alloc_pages", "dma_free_pages" },
	[IR_DMA_ALLOC_SGT]	= { "dma_alloc_sgt", "dma_free_sgt" },
};

#define NR_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

enum ir_dma_function ir_dma_function(const char *event)
{
	for (size_t i = IR_DMA_UNKNOWN + 1; i < NR_FUNCTIONS; i++)
		if (!strcmp(event, functions[i].map) || !strcmp(event, functions[i].unmap))
			return (enum ir_dma_function)i;
	return IR_DMA_UNKNOWN;
}

const char *ir_dma_map_name(enum ir_dma_function function)
{
	return functions[function < NR_FUNCTIONS ? function : IR_DMA_UNKNOWN].map;
}

const char *ir_dma_unmap_name(enum ir_dma_function function)
{
	return functions[function < NR_FUNCTIONS ? function : IR_DMA_UNKNOWN].unmap;
}
