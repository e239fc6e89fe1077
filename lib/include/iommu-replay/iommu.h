/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IOMMUs: what an invalidation is on each of them.
 *
 * The guest side (IOVAs, queues, scatter lists) is the same on every machine.  An
 * IOMMU defines which commands cover a range and which pages these reach, what a
 * flush of everything is, whether maps are requests to the host, and what one entry
 * of the host's limit is.
 *
 * To add an IOMMU: one file in lib/iommu/ that ends in its const struct ir_iommu, and
 * one line in ir_iommus[] of registry.c.
 */
#ifndef IOMMU_REPLAY_IOMMU_H
#define IOMMU_REPLAY_IOMMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ir_recording_info;

/* Kinds of commands. */
enum ir_invalidation_kind {
	IR_INVALIDATION_PAGE,		/* an aligned block of pages */
	IR_INVALIDATION_RANGE,		/* a range */
	IR_INVALIDATION_DOMAIN,		/* a domain, or an address space */
	IR_INVALIDATION_ALL,		/* all pages */
	IR_INVALIDATION_REQUEST,	/* a request of virtio-iommu: MAP or UNMAP */
	IR_INVALIDATION_KINDS
};

/* The unit of an entry of the host's limit. */
enum ir_entry_unit {
	IR_ENTRY_PAGE,		/* a page of 4 KiB */
	IR_ENTRY_LEAF,		/* a leaf of the page table, of any power of two */
	IR_ENTRY_REQUEST,	/* an aligned power of two of a MAP request */
};

/* The commands that cover a range of pages. */
struct ir_cover {
	uint64_t commands;
	enum ir_invalidation_kind kind;
	uint64_t first, last;	/* the pages that they reach */
};

struct ir_iommu {
	const char *name;	/* "vtd" */
	const char *title;	/* "VT-d" */
	const char *summary;	/* one line */
	const char *origin;	/* which sources the facts are from */
	const char *word;	/* what its users call a flush: "invalidation", "RPCIT" */
	enum ir_entry_unit entry;
	enum ir_invalidation_kind everything;	/* the kind of a flush of everything */
	/* Commands of a flush of everything with a shadow, before Linux 6.7; 0: one, as in all other cases. */
	uint8_t cuts_everything;
	bool flushes_maps;	/* with a shadow, maps are flushed or requested; else no hypervisor can shadow it */
	bool strict;		/* the kernel's default domains are strict; else lazy */
	bool strict_shadowed;	/* the same with a shadow */
	bool requests;		/* maps and unmaps are requests; a flush only makes the host serve them */
	bool single_queue;	/* with a shadow, the kernel's flush queue is a single large one */
	/*
	 * The commands that cover [first, last].  @shadowed: the guest knows that a hypervisor shadows
	 * its page table (caching mode, NpCache).
	 */
	struct ir_cover (*cover)(uint64_t first, uint64_t last, bool shadowed);
};

/** ir_invalidation_kind_name - "page", "range", ...; "unknown" for what is no kind */
const char *ir_invalidation_kind_name(enum ir_invalidation_kind kind);
/** ir_entry_unit_name - "page", "leaf", "request" */
const char *ir_entry_unit_name(enum ir_entry_unit unit);

/* All IOMMUs; ends with NULL. */
extern const struct ir_iommu *const ir_iommus[];
/** ir_iommu_find - by name, or NULL */
const struct ir_iommu *ir_iommu_find(const char *name);
/**
 * ir_iommu_recorded - the recorded machine's, by its events, call sites and architecture
 * @why: set to the evidence, in words; may be NULL
 *
 * Never NULL: without other evidence it is guessed from the architecture, and @why says so.
 */
const struct ir_iommu *ir_iommu_recorded(const struct ir_recording_info *info, const char **why);

#endif
