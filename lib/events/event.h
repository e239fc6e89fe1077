/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: the readers of all file formats return them.
 *
 * A reader yields the events that the replay cares about, in time order, and
 * markers where events were lost.  Everything else is only counted by name.
 * Addresses and sizes are in bytes, times in nanoseconds of the recording's
 * clock.
 */
#ifndef IR_TRACE_EVENT_H
#define IR_TRACE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ir_event_kind {
	IR_EV_LOST,		/* events were lost on .cpu before .time_ns; size = how many, 0 if unknown */
	IR_EV_MAP,		/* iommu:map          addr = iova, paddr, size */
	IR_EV_UNMAP,		/* iommu:unmap        addr = iova, size = unmapped_size */
	/* Of all dma:* events that map or unmap: ret = direction, -1 if it is not recorded. */
	IR_EV_DMA_MAP,		/* dma:dma_map_page, dma_map_phys, dma_map_resource, dma_alloc*: device, addr = dma_addr (~0: failed), size, paddr */
	IR_EV_DMA_MAP_SG,	/* dma:dma_map_sg     device, addr = dma_addrs[0], size = sum of lengths[], each rounded out to pages; aux = how many dma_addrs; size = 0: truncated */
	IR_EV_DMA_MAP_SG_ERR,	/* dma:dma_map_sg_err device, ret = error, aux = how many physical addresses */
	IR_EV_DMA_UNMAP,	/* dma:dma_unmap_page, dma_unmap_phys, dma_unmap_resource, dma_free*: device, addr = dma_addr, size */
	IR_EV_DMA_UNMAP_SG,	/* dma:dma_unmap_sg   device (no dma address in it) */
	IR_EV_RPCIT,		/* rpcit              aux = fn, addr, size = range */
	IR_EV_RPCIT_RET,	/* rpcit_ret          ret */
	IR_EV_FQ_TIMEOUT,	/* fq_timeout         the flush-queue timer fired; aux = timer, 0: not recorded */
	IR_EV_FQ_FLUSH,		/* fq_flush           aux = cookie */
	IR_EV_FLUSH_ALL,	/* intel_flush_all    aux = domain */
	IR_EV_TLB_SYNC,		/* intel_tlb_sync     aux = domain, addr = start, size = end - start + 1 */
	IR_EV_S390_MAP_PAGE,	/* s390_map_page, s390_map_sg_one  aux = dev, size (bytes, with the offset in the first page) */
	IR_EV_S390_UNMAP_PAGE,	/* s390_unmap_page    aux = dev, addr = dma_addr, size */
	IR_EV_S390_UPDATE_TRANS,/* s390_update_trans  aux = zdev, addr = dma_addr, paddr = pa, size, ret = 0x400: invalidate, else 0 */
	IR_EV_IOVA_ALLOC,	/* iova_alloc         aux = iovad, size = pages, addr = limit_pfn */
	IR_EV_IOVA_ALLOC_RET,	/* iova_alloc_ret     addr = pfn */
	IR_EV_IOVA_FREE,	/* iova_free          aux = iovad, addr = pfn, size = pages */
	IR_EV_DEVICE_ATTACH,	/* iommu:attach_device_to_domain, add_device_to_group      device */
	IR_EV_DEVICE_DETACH,	/* iommu:detach_device_from_domain, remove_device_from_group  device */
	IR_EV_MARKER,		/* ftrace:print       text */
	IR_EV_STACK,		/* ftrace:kernel_stack  site; of the event before it on this CPU in this context; only on request */
	IR_EV_MAP_FAILED,	/* of an events file  addr = iova (~0: it got none), paddr, size (0: not recorded) */
	IR_EV_IO_FAULT,		/* iommu:io_page_fault  text = device, addr = iova, aux = flags; only on request */
	IR_EV_CONSOLE,		/* printk:console     text = a line of the kernel's log; only on request */
	IR_EV_SYNC_MAP,		/* intel_sync_map     iotlb_sync_map was called, which flushes or not: aux = domain, addr, size */
	IR_EV_MAP_FLUSH,	/* intel_iommu:cache_tag_flush_range_np  what was mapped was flushed: aux = domain, addr, size */
	IR_EV_MAP_PIECE,	/* amd_flush_pages_inner  one of the pieces that a flush was cut into: addr, size */
	IR_EV_TAG_RANGE,	/* intel_iommu:cache_tag_flush_range     aux = domain, addr, size */
	IR_EV_TAG_ALL,		/* intel_iommu:cache_tag_flush_all       aux = domain */
	IR_EV_COMMAND,		/* intel_iommu:qi_submit, amd_flush_pages  aux = domain, addr, size: the range or an aligned block around it; 0: no invalidation, ret: of the IOMMU's entry of a device */
	IR_EV_COMMAND_ALL,	/* the same, of everything               aux = domain */
	IR_EV_SWITCH,		/* sched:sched_switch  addr = PID that goes, aux = PID that comes; 0: idle; only on request */
	IR_EV_IDLE,		/* power:cpu_idle     aux = state, its last 32 bits all 1: idle no more; only on request */
	IR_EV_INTERRUPT,	/* irq:irq_handler_entry, timer:hrtimer_expire_entry  an interrupt is served; only on request */
	IR_EV_FLUSH_RET,	/* of an events file  a flush of IR_EV_TLB_SYNC, IR_EV_MAP_FLUSH or IR_EV_FLUSH_ALL is done */
	IR_EV_PAGE_FREE,	/* kmem:mm_page_free  addr = number of the page, aux = order */
	IR_EV_KINDS		/* and above: rules are to be applied (rules.h) */
};

/* Context bits of .flags: what the CPU was doing (common_flags of ftrace). */
enum {
	IR_EVF_IRQ	= 1 << 0,	/* in a hardware or software interrupt */
	IR_EVF_NO_CONTEXT = 1 << 1,	/* the recording does not have it */
	IR_EVF_WHOLE	= 1 << 2,	/* IR_EV_MAP: a mapping, not a piece of one */
	IR_EVF_PROBE	= 1 << 3,	/* by a rule: of a probe, which may miss hits */
};

/* The function of the DMA API that a dma:* event is of, in the upper half of .flags. */
enum ir_dma_function {
	IR_DMA_UNKNOWN,
	IR_DMA_PAGE, IR_DMA_PHYS, IR_DMA_RESOURCE, IR_DMA_SG,
	IR_DMA_ALLOC, IR_DMA_ALLOC_PAGES, IR_DMA_ALLOC_SGT,
};

#define IR_EVF_FUNCTION_SHIFT	8

/** ir_dma_function - of a dma:* event, by its name */
enum ir_dma_function ir_dma_function(const char *event);
/** ir_dma_map_name, ir_dma_unmap_name - "dma_map_page" and "dma_unmap_page"; NULL: not known */
const char *ir_dma_map_name(enum ir_dma_function function);
const char *ir_dma_unmap_name(enum ir_dma_function function);

static inline enum ir_dma_function ir_event_function(uint16_t flags)
{
	return (enum ir_dma_function)(flags >> IR_EVF_FUNCTION_SHIFT);
}

/* enum dma_data_direction, include/linux/dma-direction.h */
enum ir_dma_direction {
	IR_DMA_BIDIRECTIONAL, IR_DMA_TO_DEVICE, IR_DMA_FROM_DEVICE, IR_DMA_NONE,
};

#define IR_EVENT_VALUES 6
#define IR_EVENT_LENGTH 5	/* IR_EV_DMA_MAP_SG: value of the sum of lengths[], in bytes; 0: truncated */

#define IR_TIME_MAX INT64_MAX	/* ns; the simulated guest keeps flags in the highest bit of a time */

struct ir_event {
	uint64_t time_ns;		/* at most IR_TIME_MAX when it leaves ir_reader_next_block() */
	union {
		struct {
			uint64_t addr;
			uint64_t size;
			uint64_t paddr;
			uint64_t aux;
			int64_t  ret;
			const char *text;	/* IR_EV_MARKER: valid until the next call */
		};
		uint64_t value[IR_EVENT_VALUES];	/* as recorded; rules are to be applied */
	};
	uint32_t cpu;
	uint32_t pid;
	uint32_t site;		/* number of its call chain in the reader's chains; 0: none */
	uint16_t kind;		/* enum ir_event_kind */
	uint16_t device;	/* index into the reader's device names; 0 = not named */
	uint16_t flags;		/* IR_EVF_* */
};

/** ir_is_device_name - names get printed: one with other bytes is out of a damaged event */
static inline bool ir_is_device_name(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] < ' ' || name[i] > '~')
			return false;
	return true;
}

#endif
