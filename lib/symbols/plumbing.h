/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of the kernel that lie between a driver and an event. */
#ifndef IR_SYMBOLS_PLUMBING_H
#define IR_SYMBOLS_PLUMBING_H

#include <stdbool.h>

/** ir_is_plumbing - whether this function is a part of the DMA API, an IOMMU driver, or tracing */
bool ir_is_plumbing(const char *function);
/** ir_is_mapping - whether it is one of these that a driver calls: not of tracing */
bool ir_is_mapping(const char *function);

#endif
