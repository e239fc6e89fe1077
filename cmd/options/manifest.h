/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manifests: JSON files that describe the machines that recordings are from.
 *
 *	{ "recordings": [ { "file": "a.dat", "machine": { "strategy": "strict", ... } } ] }
 *
 * An entry names its recording with "file", or several with "files"; paths are
 * relative to the manifest.  Unknown keys may be for other programs, and are
 * ignored.
 *
 * To read one more key: a member of struct machine, a line in machine_keys[].
 */
#ifndef CMD_MANIFEST_H
#define CMD_MANIFEST_H

#include <iommu-replay/error.h>
#include <iommu-replay/replay.h>
#include <stdbool.h>
#include <stdint.h>

/* A manifest's facts about a recorded machine; zero: none. */
struct machine {
	char *manifest;			/* which one: for free(); NULL: none lists the recording */
	const struct ir_strategy *strategy;
	const struct ir_hypervisor *hypervisor;
	uint64_t entry_limit;
	bool has_entry_limit;		/* the manifest has it, even if there is none (0) */
	bool entry_limit_shared;	/* all devices drew on one */
	uint64_t aperture;
	uint64_t initial_pages;
	bool has_initial_pages;
	uint64_t cpus;
	uint64_t hz;
	enum ir_queue_type queue;
	uint64_t queue_size;
	uint64_t queue_timeout_ms;
};

/**
 * manifest_look_up - a manifest's entry for a recording: the recorded machine
 * @given: the manifest, "none", or NULL: a manifest.json in the recording's
 *         directory or its parent that lists it
 * @machine: filled; pass it to manifest_done(), also after an error
 *
 * Returns 0, or a negative errno with @err set.
 */
int manifest_look_up(const char *given, const char *recording, struct machine *machine,
		     struct ir_error *err);
void manifest_done(struct machine *machine);

#endif
