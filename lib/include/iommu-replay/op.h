/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations: the calls of the guest's drivers into the DMA API, reconstructed from a
 * recording's events.  All have the same small size, and they are in time order.
 *
 * One DMA mapping is one IR_OP_MAP, however many physically contiguous pieces
 * its scatter list had; pieces after the first follow directly as IR_OP_SEGMENT.
 * Mappings have dense numbers, assigned when a mapping begins and reused after it
 * ended, so that an array indexed by them finds a mapping without a hash table.
 */
#ifndef IOMMU_REPLAY_OP_H
#define IOMMU_REPLAY_OP_H

#include <stdint.h>

#define IR_PAGE_SHIFT	12	/* s390 IOMMU pages; arch/s390/include/asm/pci_dma.h, Linux 6.12 */
#define IR_PAGE_SIZE	(UINT64_C(1) << IR_PAGE_SHIFT)

enum ir_op_kind {
	IR_OP_MAP,		/* a mapping begins: iova, pages, segments, paddr and seg_pages of the first piece */
	IR_OP_SEGMENT,		/* one more piece of the mapping before it: iova, paddr, seg_pages */
	IR_OP_UNMAP,		/* the mapping ends */
	IR_OP_FAILED_MAP,	/* an attempt that never reached the page table (no IOVA): pages */
	IR_OP_INITIAL,		/* a mapping made before the recording began, known from its unmap */
	IR_OP_FLUSH_TIMER,	/* the recorded machine's flush-queue timer fired; iova: which timer, if recorded */
	IR_OP_LOST,		/* events were lost before this point */
	IR_OP_DETACH,		/* the device's domain is gone, and all its mappings with it */
	IR_OP_DOMAIN_TYPE,	/* the device's domain is strict (IR_OPF_STRICT), or has a queue, from now on */
	IR_OP_PAGE_FREE,	/* memory was freed: paddr, pages */
	IR_OP_RPCIT,		/* the recorded machine issued an RPCIT (VT-d: flushed): iova, pages; only on request */
};

enum ir_op_flags {
	IR_OPF_IRQ	= 1 << 0,	/* in interrupt context */
	/*
	 * IR_OP_MAP: failed on the recorded machine and was undone at once; no unmap
	 * follows.  IR_OP_UNMAP: its mapping is not known, and was not made before the recording.
	 */
	IR_OPF_FAILED	= 1 << 1,
	IR_OPF_IMPLIED	= 1 << 2,	/* IR_OP_UNMAP: not recorded, concluded from a new mapping at the same place */
	IR_OPF_GLOBAL	= 1 << 3,	/* IR_OP_RPCIT: over the whole aperture or domain */
	IR_OPF_READ_ONLY = 1 << 3,	/* IR_OP_MAP: DMA_TO_DEVICE, the device is not to write there */
	IR_OPF_QUEUE	= 1 << 4,	/* IR_OP_RPCIT: a flush of the queue, not of a mapping's own */
	IR_OPF_LINKED	= 1 << 4,	/* IR_OP_MAP: by dma_iova_link(); if it fails, it is unmapped through the queue */
	IR_OPF_ENOMEM	= 1 << 5,	/* IR_OP_RPCIT, or that of IR_OP_MAP: reported insufficient resources */
	IR_OPF_EIO	= 1 << 6,	/* IR_OP_RPCIT: reported another error */
	IR_OPF_STRICT	= 1 << 7,	/* IR_OP_DOMAIN_TYPE: type DMA, every unmap is flushed on its own */
};

#define IR_NO_MAPPING	UINT32_MAX

struct ir_op {
	uint64_t time_ns;	/* recording's clock */
	uint64_t iova;		/* as recorded, page aligned; 0 if not known */
	uint64_t paddr;		/* of the first piece, or of this one */
	uint32_t pages;		/* of the whole mapping; UINT32_MAX: that or more */
	uint32_t seg_pages;	/* of the first piece, or of this one */
	uint32_t segments;	/* IR_OP_MAP: how many pieces */
	uint32_t mapping;	/* dense number, or IR_NO_MAPPING */
	/* IR_OP_MAP: from time_ns to the iotlb_sync_map call; IR_OP_FLUSH_TIMER: to the flush */
	uint32_t sync_ns;
	/* IR_OP_MAP, IR_OP_FLUSH_TIMER: how long its recorded RPCIT took, 0 if not known */
	uint32_t rpcit_ns;
	uint32_t retry_ns;	/* IR_OP_MAP: likewise its retry's global one; 0 if there was none */
	uint32_t site;		/* IR_OP_MAP, IR_OP_FAILED_MAP: who called, a number in the recording's sites */
	uint16_t cpu;
	uint16_t device;	/* index into the recording's devices, 0 if not named */
	uint8_t kind;		/* enum ir_op_kind */
	uint8_t flags;		/* enum ir_op_flags */
};

/** ir_op_kind_name - "map", "unmap", ... */
const char *ir_op_kind_name(enum ir_op_kind kind);

#endif
