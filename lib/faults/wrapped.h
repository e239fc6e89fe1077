/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a log that a mail program broke: a line without a time, behind one that has a
 * time and is so long that the next word did not fit in it.  Each line is held until
 * it is known whether it goes on.
 */
#ifndef IR_FAULTS_WRAPPED_H
#define IR_FAULTS_WRAPPED_H

#include "faults/log.h"

#define IR_LOG_MAX_LINE	65536u	/* bytes: longer ones are cut */

struct ir_log_wrapped {
	struct ir_log_line line;	/* its message is in @text */
	unsigned int parts;		/* lines of the file that it was made of; 0: none is held */
	size_t last;			/* bytes of the last one */
	char text[IR_LOG_MAX_LINE];
};

/** ir_log_hold - hold @line, which has @len bytes in the file */
void ir_log_hold(struct ir_log_wrapped *held, const struct ir_log_line *line, size_t len);
/** ir_log_continue - put @line behind the held one, if it is the rest of it: whether it is */
bool ir_log_continue(struct ir_log_wrapped *held, const struct ir_log_line *line, size_t len);

#endif
