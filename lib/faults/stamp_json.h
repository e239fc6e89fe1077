/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs in JSON. */
#ifndef IR_FAULTS_STAMP_JSON_H
#define IR_FAULTS_STAMP_JSON_H

#include "faults/log.h"

enum ir_json {
	IR_JSON_NONE,	/* the line is not JSON */
	IR_JSON_PART,	/* it is of an entry that is not complete, or of none; or no memory */
	IR_JSON_ENTRY,	/* an entry of the log is complete: the line has its message and time */
};

/** ir_stamp_json - @line, which has its whole text as its message, if it is JSON */
enum ir_json ir_stamp_json(struct ir_log_parser *parser, struct ir_log_line *line);

#endif
