/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside a recording.
 *
 *   survey.c     reads the file, once or several times, and keeps the operations
 *   repeat.c     keeps the results of a pass for the next one, and decides whether there is one
 *   recording.c  opens it, sums up the results, returns the operations
 */
#ifndef IR_TRACE_RECORDING_PRIV_H
#define IR_TRACE_RECORDING_PRIV_H

#include <iommu-replay/recording.h>
#include "assemble/assemble.h"
#include "base/file.h"
#include "recording/entries.h"
#include "recording/iovas.h"
#include "input/open.h"
#include "events/tasks.h"
#include "symbols/sites.h"
#include "recording/spool.h"
#include "recording/timers.h"

struct device_state {
	uint64_t gone_ns;	/* since when it is detached; 0: it is not */
	uint64_t live_pages;
	uint64_t live_entries;
};

struct ir_recording {
	struct ir_recording_info info;
	struct ir_recording_options options;
	struct ir_file *file;
	char *device;
	struct ir_event_total *events;
	char **strings;			/* owned copies: kernel, arch, clock, devices, event names */
	size_t nr_strings;
	const char **devices;
	uint64_t seen_kinds;		/* of events: they decide what counts as evidence */
	uint64_t found_kinds;		/* as far as was read */
	struct ir_spool *spool;		/* the operations as the assembler made them */
	struct ir_op *initial;		/* mappings from before, known from their unmaps */
	size_t nr_initial, room_initial;
	uint64_t live_pages, live_entries;
	struct ir_timer_samples timers;	/* of the first pass, all devices as one */
	struct ir_timer_owners timer_owners;
	struct ir_iova_survey iovas;
	struct ir_entries entries;
	uint64_t counter_at_start;	/* of RPCITs, by the first marker; UINT64_MAX: none */
	/* A first marker behind operations: pages by the kernel's counters, and those of the operations before it. */
	struct {
		uint64_t mapped, unmapped, time_ns;
		uint64_t recorded_maps, recorded_unmaps;
		bool found, passed;	/* passed: operations behind it came */
	} late;
	bool *reused;			/* info.machine.reused */
	uint64_t reused_pfn;		/* where that begins */
	struct ir_chains *chains;	/* NULL: call sites were not requested */
	struct ir_tasks tasks;		/* names, with options.tasks */
	struct ir_chain_totals chain_totals;
	/* The position of ir_recording_read(). */
	size_t at_initial;
	uint32_t unknown_unmaps;	/* of initial mappings, so far */
	bool lost;
	struct ir_reader *reader;
	struct ir_assembler *assembler;
	/* Results of earlier passes, for the next one. */
	struct ir_owners owners_known;
	char **names;			/* of devices, by number, which stay the same */
	size_t nr_names;
	bool several;			/* devices are named */
	bool unknown;			/* there are unmaps of mappings from before the recording */
	bool tried;			/* the first pass ended early: the next ones have not seen all of it */
	bool name_functions;		/* of RPCITs, for lack of other names */
	bool all_devices;		/* this pass does not select: only so it is known which device a timer fits */
	bool fitted;			/* there was such a pass */
	uint64_t first_ns;		/* the first event's, with a window; 0: not seen yet */
	uint16_t filter;		/* number of the selected device */
	bool device_seen;		/* the selected one (if any) is named */
	struct ir_domain_type *types;	/* of the devices' domains, if they vary */
	size_t nr_types, at_type;
	uint64_t first_lost_ns;		/* 0: no event was lost */
	uint64_t first_queued_ns;	/* of the first unmap through the queue; 0: none yet */
	struct device_state *device_states;	/* by device, at the end of what was read */
	size_t nr_device_states;
	bool *devices_lost;		/* info.devices_lost */
	int64_t *held_pages;		/* info.machine.held_pages */
	struct ir_stall *stalls;	/* info.machine.stalls */
	uint32_t *shortages_of;		/* info.machine.shortages_of */
	uint64_t *found_of;		/* info.machine.found_of */
	struct ir_op ahead;		/* read, but something else comes before it */
	bool has_ahead;
	bool no_memory;			/* for a copy of a string */
	uint64_t last_ns, marked_ns;	/* last event of interest, last marker */
	uint64_t read_before;		/* bytes, by earlier passes */
};

/** ir_recording_no_memory - set @err; returns -ENOMEM */
int ir_recording_no_memory(const struct ir_recording *rec, struct ir_error *err);
/** ir_recording_spool_failed - set @err: an operation could not be stored or read again */
int ir_recording_spool_failed(const struct ir_recording *rec, int rc, struct ir_error *err);

/**
 * ir_survey - repeat passes until they find nothing new
 *
 * The last pass's reader and assembler stay, for what they have counted.
 */
int ir_survey(struct ir_recording *rec, struct ir_error *err);
/** ir_survey_config - the assembler's configuration, with the results of earlier passes */
void ir_survey_config(struct ir_recording *rec, struct ir_reader *reader,
		      struct ir_assembler_config *config);
/** ir_recording_finish_op - set the members of an operation that the assembler leaves out */
void ir_recording_finish_op(struct ir_recording *rec, struct ir_op *op);
/** ir_survey_end_pass - close that reader, free that assembler */
void ir_survey_end_pass(struct ir_recording *rec);
/** ir_survey_clear - forget what a pass has found; rec->info is empty then */
void ir_survey_clear(struct ir_recording *rec);
/** ir_survey_forget_names - free the names of devices that passes share */
void ir_survey_forget_names(struct ir_recording *rec);

#endif
