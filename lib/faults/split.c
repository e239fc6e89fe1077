// SPDX-License-Identifier: GPL-2.0-or-later
/* Takes a line of a log apart, be it text or JSON. */
#include "faults/split.h"
#include "faults/stamp.h"
#include "faults/stamp_json.h"

/* Each boot begins with this line, and with its stamps at zero. */
static void note_boot(struct ir_log_parser *parser, struct ir_log_line *line)
{
	if (ir_log_begins(&line->message, "Linux version "))
		parser->boot++;
	line->boot = parser->boot;
}

bool ir_log_split(struct ir_log_parser *parser, const char *text, size_t len,
		  struct ir_log_line *line)
{
	while (len && (text[len - 1] == '\r' || text[len - 1] == ' ' || text[len - 1] == '\n'))
		len--;
	*line = (struct ir_log_line){ .message = { text, text + len }, .stamp = IR_STAMP_NONE };
	switch (ir_stamp_json(parser, line)) {
	case IR_JSON_PART:
		return false;
	case IR_JSON_NONE:
		ir_stamp_text(parser, line);
		break;
	case IR_JSON_ENTRY:
		break;
	}
	if (line->stamp == IR_STAMP_NONE)
		line->time_ns = parser->last_ns;
	else
		parser->last_ns = line->time_ns;
	note_boot(parser, line);
	return true;
}
