/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a log that a mail program or a terminal broke: a line without a time, behind one that
 * has a time and is so long that the next word did not fit in it.  But logs of a console have such lines
 * of programs, too.  So a line is held with those behind it until they are all known, and the
 * reader takes the form in which they say most.
 */
#ifndef IR_FAULTS_WRAPPED_H
#define IR_FAULTS_WRAPPED_H

#include "faults/log.h"

#define IR_LOG_MAX_LINE	65536u	/* bytes: longer ones are cut */
#define IR_LOG_MAX_PARTS 4u

enum ir_log_form {
	IR_LOG_JOINED,			/* by a blank, at which mail programs break lines */
	IR_LOG_TIGHT,			/* without one, as terminals break lines anywhere */
	IR_LOG_SEPARATE,		/* all are lines of their own */
	IR_LOG_FORMS
};

struct ir_log_wrapped {
	struct ir_log_line line;	/* the first one */
	unsigned int parts;		/* lines of the file that are held; 0: none */
	size_t last;			/* bytes of the last one */
	struct {
		size_t start, end;	/* in @text */
		bool blank;		/* in front of it, in the file */
	} part[IR_LOG_MAX_PARTS];
	bool ends_blank;		/* the last one, in the file */
	char text[IR_LOG_MAX_LINE];	/* the parts, each with a blank in front but the first */
	char tight[IR_LOG_MAX_LINE];
};

/** ir_log_hold - hold @line, which is @raw in the file */
void ir_log_hold(struct ir_log_wrapped *held, const struct ir_log_line *line, const struct ir_log_text *raw);
/** ir_log_continue - put @line behind the held one, if it may be the rest of it: whether it may */
bool ir_log_continue(struct ir_log_wrapped *held, const struct ir_log_line *line, const struct ir_log_text *raw);
/**
 * ir_log_held_lines - what is held, in that form
 *
 * Returns how many lines that is.  Those behind the first have its time, and no stamp.
 */
unsigned int ir_log_held_lines(struct ir_log_wrapped *held, enum ir_log_form form,
			       struct ir_log_line lines[IR_LOG_MAX_PARTS]);
/**
 * ir_log_best_form - that in which the held lines have most faults, then fewest that cannot be read, then
 * most of what belongs to a fault
 */
enum ir_log_form ir_log_best_form(struct ir_log_wrapped *held, const struct ir_log_parser *parser);

#endif
