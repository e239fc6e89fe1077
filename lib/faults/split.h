/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of a log: its message, its time, and the boot that it is from. */
#ifndef IR_FAULTS_SPLIT_H
#define IR_FAULTS_SPLIT_H

#include "faults/log.h"

/**
 * ir_log_split - take the prefix of a line off
 * @line: valid as long as @text, and until the next call
 *
 * false: it has no message, or there is no memory (@parser->no_memory).
 */
bool ir_log_split(struct ir_log_parser *parser, const char *text, size_t len,
		  struct ir_log_line *line);

#endif
