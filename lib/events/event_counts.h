/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts of events by name, as readers collect them. */
#ifndef IR_EVENT_COUNTS_H
#define IR_EVENT_COUNTS_H

#include "events/reader.h"

/**
 * ir_event_counts_merge - sort by name, and make one entry of several with the same name
 *
 * A probe that was defined twice has two numbers; a text may have "map" and "iommu:map".
 * Returns how many are left; the names of the others are freed.
 */
size_t ir_event_counts_merge(struct ir_event_count *list, size_t nr);

#endif
