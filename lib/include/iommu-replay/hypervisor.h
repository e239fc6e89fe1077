/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hypervisors: what an RPCIT does on the other side.
 *
 * A hypervisor sees RPCITs and, through the functions below, the guest's I/O
 * page table and its own shadow of it.  Pages are numbered by page frame
 * (IOVA >> 12); an entry is the page's host-visible address and permission in
 * one number, 0 for invalid.
 *
 * To add a hypervisor: one file that ends in its const struct ir_hypervisor,
 * and its name in ir_hypervisors[] of registry.c; or a plug-in (plugin.h), which
 * can do whatever a built-in one can.
 */
#ifndef IOMMU_REPLAY_HYPERVISOR_H
#define IOMMU_REPLAY_HYPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One device's I/O page table and the hypervisor's shadow of it; opaque. */
struct ir_iopt;
struct ir_plugin_info;

/* Status of an RPCIT (condition code and status byte in one). */
enum ir_rpcit_status {
	IR_RPCIT_OK,			/* cc 0 */
	IR_RPCIT_INSUFFICIENT_PINNED,	/* cc 1, status 4 */
	IR_RPCIT_INSUFFICIENT,		/* cc 1, status 16 */
	IR_RPCIT_ERROR,			/* anything else */
};

/* The scope of a limit. */
enum ir_share {
	IR_SHARE_DEVICE,	/* each device has its own */
	IR_SHARE_GUEST,		/* all devices of the guest draw on one */
};

/* How many parameters of its own a hypervisor may have. */
#define IR_HYPERVISOR_OWN 8

/* A parameter of one hypervisor alone: a number. */
struct ir_hypervisor_param {
	const char *name;	/* "reserve": small letters, digits and dashes */
	const char *summary;	/* one line, with the unit */
	uint64_t min, max;	/* inclusive */
	uint64_t value;		/* the default */
};

/* Parameters; a hypervisor ignores those it does not list.  Adding a member changes the plug-in ABI. */
struct ir_hypervisor_params {
	uint64_t entry_limit;	/* mappings that may exist at once; 0: no limit */
	uint64_t pinned_limit;	/* pages that may be pinned; 0: no limit */
	int tlb_refresh;	/* 1 or 0: whether the guest is to issue an RPCIT after mapping */
	uint32_t own_given;	/* bit i: own[i] was given, else it is the default */
	uint64_t own[IR_HYPERVISOR_OWN];	/* in the order of the hypervisor's table */
};

struct ir_hypervisor {
	const char *name;
	const char *summary;
	const char *origin;		/* which source the facts are from */
	struct ir_hypervisor_params defaults;	/* effective ones; tlb_refresh is 0 or 1 */
	bool has_entry_limit;		/* which parameters it takes */
	bool has_pinned_limit;
	bool limits_aperture;		/* the guest's aperture is entry_limit pages */
	bool serialises;		/* one RPCIT at a time, of all devices */
	bool shadows;			/* keeps a shadow; else the device walks the guest's table */
	/*
	 * One instance serves one device, or all of the guest: see share.  @params is
	 * valid during the call.  NULL: no memory.
	 */
	void *(*open)(const struct ir_hypervisor_params *params);
	void (*close)(void *hv);
	/* RPCIT over [first, last], already clamped to the aperture; also when a device is removed. */
	enum ir_rpcit_status (*rpcit)(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last);
	/* Mappings still allowed, UINT64_MAX: no limit. */
	uint64_t (*available)(const void *hv);
	/*
	 * The guest has switched a device's translation off (its domain is gone) or
	 * lost the device: every guest entry is invalid, and the shadow must become
	 * empty.  NULL: rpcit() is called over the whole aperture, and must do it.
	 */
	void (*disable)(void *hv, struct ir_iopt *iopt);
	/* Its own parameters, up to IR_HYPERVISOR_OWN; the list ends with a NULL name.  NULL: none. */
	const struct ir_hypervisor_param *own;
	const struct ir_plugin_info *plugin;	/* set when it is loaded; NULL: built in */
	/* The default scope of its limits. */
	enum ir_share share;
	bool has_backend;		/* QEMU with vfio: entries may be counted (type1) or not (iommufd) */
	/*
	 * The guest is not informed of a shortage: rpcit() returns IR_RPCIT_OK, and the pages
	 * that it leaves out stay refused until they are unmapped.
	 */
	bool refuses;
	/*
	 * If the limit counts leaves or requests (struct ir_iommu): take @n entries, as far as
	 * there is room, and return how many; give @n back.  With such an IOMMU rpcit() is not
	 * called, and no single page is refused.  NULL: the limit always counts pages.
	 */
	uint64_t (*take)(void *hv, uint64_t n);
	void (*give)(void *hv, uint64_t n);
	/*
	 * The number of entries that are left, if an RPCIT over one page without a shadow entry just
	 * takes one of them, as long as there are more: rpcit() need not be called for it.  NULL: it
	 * must be.  A plug-in's is ignored.
	 */
	uint64_t *(*room)(void *hv);
};

/** ir_hypervisor_own - the @i-th parameter of its own, NULL after the last */
const struct ir_hypervisor_param *ir_hypervisor_own(const struct ir_hypervisor *hypervisor,
						    size_t i);

/**
 * ir_iopt_next_stale - the next page whose guest entry and shadow entry differ
 * @pfn: where to start
 * @last: the last page looked at
 *
 * Returns the page, or UINT64_MAX if there is none.  Walking these is the same
 * as walking every page of the range: for equal entries a shadow does nothing.
 */
uint64_t ir_iopt_next_stale(struct ir_iopt *iopt, uint64_t pfn, uint64_t last);
/** ir_iopt_guest - the guest's entry of a page, 0: invalid */
uint64_t ir_iopt_guest(struct ir_iopt *iopt, uint64_t pfn);
/** ir_iopt_shadow - the shadow's entry of a page, 0: none */
uint64_t ir_iopt_shadow(struct ir_iopt *iopt, uint64_t pfn);
/** ir_iopt_refresh - make the shadow's entry equal to the guest's */
void ir_iopt_refresh(struct ir_iopt *iopt, uint64_t pfn);

/* How many stale pages of a range there are, by what their guest entry is. */
struct ir_iopt_stale {
	uint64_t valid;
	uint64_t fresh;		/* of these, those without a shadow entry */
	uint64_t invalid;
};

/** ir_iopt_count_stale - the stale pages of [first, last] */
struct ir_iopt_stale ir_iopt_count_stale(struct ir_iopt *iopt, uint64_t first, uint64_t last);
/**
 * ir_iopt_refresh_range - ir_iopt_refresh() for all stale pages of [first, last], in their order
 *
 * Much faster than page by page, where no page has to be left out.  Returns what
 * there was.
 */
struct ir_iopt_stale ir_iopt_refresh_range(struct ir_iopt *iopt, uint64_t first, uint64_t last);

/* Kinds of stale pages, as bits. */
enum ir_stale_kind {
	IR_STALE_FRESH = 1,	/* the guest's entry is valid, the shadow has none */
	IR_STALE_REPLACED = 2,	/* the guest's entry is valid, the shadow has another one */
	IR_STALE_INVALID = 4,	/* the guest's entry is invalid, the shadow has one */
	IR_STALE_ANY = 7,
};

/** ir_iopt_next_stale_of - as ir_iopt_next_stale(), of some kinds only: others cost nothing */
uint64_t ir_iopt_next_stale_of(struct ir_iopt *iopt, uint64_t pfn, uint64_t last,
			       unsigned int kinds);

/* A number of entries that are left, and which stale pages take one of them. */
struct ir_iopt_limit {
	uint64_t room;
	unsigned int charged;	/* IR_STALE_FRESH, IR_STALE_REPLACED, or both */
};

/**
 * ir_iopt_refresh_limited - ir_iopt_refresh() for the stale pages of [first, last], in their
 * order, as far as there is room
 *
 * A page of a charged kind takes one entry of limit->room; if none is left, the page is
 * left as it is.  An invalid page gives one back.  Costs O(log n) for each page that
 * is refreshed, nothing for those that are left as they are.  A hypervisor at its limit
 * that walks page by page instead would visit all of them again with each RPCIT.
 */
void ir_iopt_refresh_limited(struct ir_iopt *iopt, uint64_t first, uint64_t last,
			     struct ir_iopt_limit *limit);

/* The built-in hypervisors; ends with NULL. */
extern const struct ir_hypervisor *const ir_hypervisors[];
/** ir_hypervisor_find - by name, or NULL */
const struct ir_hypervisor *ir_hypervisor_find(const char *name);

#endif
