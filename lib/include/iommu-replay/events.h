/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events files: what trace events of any name mean for the DMA mappings, as
 * iommu-replay-events(5) describes.  A file loaded once serves any number of
 * recordings (see struct ir_recording_options), in any number of threads: the
 * handle does not change.
 *
 * The built-in meanings of events remain in force, except for events that the file
 * names.
 */
#ifndef IOMMU_REPLAY_EVENTS_H
#define IOMMU_REPLAY_EVENTS_H

#include <stddef.h>
#include <iommu-replay/error.h>

struct ir_events;

/**
 * ir_events_load - read an events file
 *
 * Returns NULL with @err set if the file cannot be read, is larger than 1 MiB, is not
 * JSON, or has an invalid rule; the message names the file and the line or the key.
 * Free it with ir_events_free(), after the recordings that use it.
 */
struct ir_events *ir_events_load(const char *path, struct ir_error *err);
/**
 * ir_events_parse - the same for @size bytes of JSON in memory
 * @name: for messages
 *
 * Returns NULL with @err set; free it with ir_events_free().
 */
struct ir_events *ir_events_parse(const char *text, size_t size, const char *name,
				  struct ir_error *err);
/** ir_events_free - NULL is fine */
void ir_events_free(struct ir_events *events);
/** ir_events_path - the file's path, or the name given to ir_events_parse() */
const char *ir_events_path(const struct ir_events *events);

#endif
