/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages to standard error, one line each, "iommu-replay: text", and the
 * progress line, which a message wipes away first.
 */
#ifndef CMD_MESSAGE_H
#define CMD_MESSAGE_H

#include <stdint.h>

/** message - print to standard error; control characters in it become '?' */
void message(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * progress_set - whether to show progress
 * @when: enum when; automatic means on a terminal only
 */
void progress_set(int when);
/** progress_show - "label: 42%"; cheap to call often */
void progress_show(const char *label, uint64_t done, uint64_t total);
/** progress_clear - wipe the line away */
void progress_clear(void);

#endif
