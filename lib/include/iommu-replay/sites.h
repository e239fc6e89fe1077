/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call sites: which driver function made each mapping.
 *
 * If a recording has call chains (perf record -g, the stacktrace option of
 * ftrace), each mapping has the chain of the event that made it.  Its call site is
 * the innermost frame outside of the DMA API, the IOMMU drivers and the tracing
 * code, usually a function of the device's driver.  The site's driver is the module of
 * that frame, or "vmlinux".
 *
 * Sites have numbers: those of struct ir_op and of the results are indices into
 * the table.  The first two are not call sites: IR_SITE_UNKNOWN has the mappings
 * without a chain, IR_SITE_TIMER the flushes of flush-queue timers in a replay.  With
 * them, the figures of all sites add up to those of the whole.
 */
#ifndef IOMMU_REPLAY_SITES_H
#define IOMMU_REPLAY_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IR_SITE_UNKNOWN,	/* mapped without a recorded call chain, or before the recording */
	IR_SITE_TIMER,		/* of no call site: the timer of a flush queue */
	IR_SITES_FIRST,		/* from here on they are ranked: most mappings first */
};

struct ir_frame {
	uint64_t address;	/* 0: the recording has only its name */
	const char *symbol;	/* function; NULL: not known */
	const char *module;	/* "nvme"; NULL: the kernel itself, or not known */
	uint64_t offset;	/* into the function, bytes */
};

struct ir_site {
	const char *name;	/* "nvme_prep_rq.part.0+0x4e2", or the address */
	const char *driver;	/* "nvme", "vmlinux"; NULL: not known */
	const char *function;	/* "nvme_prep_rq.part.0"; NULL: not known */
	uint64_t address;	/* 0: not recorded */
	uint32_t chains;	/* different call chains through it */
	/* The one most often taken, innermost frame first, DMA API and tracing included. */
	const struct ir_frame *frames;
	uint32_t nr_frames;
	uint32_t caller;	/* which of these is the call site */
	/* As struct ir_op_totals counts them. */
	uint64_t mappings;
	uint64_t pages;
	uint64_t failed;
};

struct ir_site_table {
	const struct ir_site *sites;
	size_t nr;			/* at least IR_SITES_FIRST */
	bool tasks;			/* they are names of tasks, and chains are PIDs */
	const char *symbols;		/* the source of function names, for people; NULL: no names */
	const char *hint;		/* how to get more names; NULL: nothing is missing */
};

/* The figures of one site in a replay. */
struct ir_site_result {
	uint64_t mappings;		/* attempted */
	uint64_t pages;			/* of these */
	uint64_t rpcits;		/* issued because of it; see iommu-replay-report(5) */
	uint64_t insufficient;		/* of these reported insufficient resources */
	uint64_t iova_exhausted;	/* failed: no IOVA */
	uint64_t map_failed;		/* failed: RPCIT failed, undone */
	uint64_t unbacked;		/* mappings on some pages of which the device would fault */
	uint64_t exposed_pages;		/* its pages, unmapped, that the device could still reach */
	double exposed_page_seconds;
	uint64_t exposed_max_ns;
};

/** ir_site_table_ref - keep a table beyond its recording; give it back with _unref */
const struct ir_site_table *ir_site_table_ref(const struct ir_site_table *table);
void ir_site_table_unref(const struct ir_site_table *table);

#endif
