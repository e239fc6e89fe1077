/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time of a line of a log. */
#ifndef IR_FAULTS_STAMP_H
#define IR_FAULTS_STAMP_H

#include "faults/log.h"

/** ir_stamp_wall - a date and a time at @p: behind it, and into @line; NULL: there is none */
const char *ir_stamp_wall(const char *p, const char *end, struct ir_log_line *line);
/**
 * ir_stamp_text - take off what is in front of a message
 * @parser: has the time of the line before
 * @line: has the whole text as its message, and nothing else
 */
void ir_stamp_text(struct ir_log_parser *parser, struct ir_log_line *line);

#endif
