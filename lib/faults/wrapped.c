// SPDX-License-Identifier: GPL-2.0-or-later
#include "faults/wrapped.h"

#define MIN_WIDTH	60u	/* mail programs have 72 or more, quotes have less */
#define MAX_PARTS	4u

static size_t length(const struct ir_log_text *text)
{
	return (size_t)(text->end - text->p);
}

void ir_log_hold(struct ir_log_wrapped *held, const struct ir_log_line *line, size_t len)
{
	size_t n = length(&line->message);

	if (n > sizeof(held->text))
		n = sizeof(held->text);
	held->line = *line;
	if (n)
		memcpy(held->text, line->message.p, n);
	held->line.message = (struct ir_log_text){ held->text, held->text + n };
	held->parts = 1;
	held->last = len;
}

bool ir_log_continue(struct ir_log_wrapped *held, const struct ir_log_line *line, size_t len)
{
	size_t used = held->parts ? length(&held->line.message) : 0, word = 0;
	struct ir_log_text rest = line->message;

	while (rest.p < rest.end && strchr(" >|", *rest.p))	/* marks of a quote */
		rest.p++;
	while (word < length(&rest) && rest.p[word] != ' ')
		word++;
	if (!held->parts || held->parts == MAX_PARTS || held->line.stamp == IR_STAMP_NONE ||
	    line->stamp != IR_STAMP_NONE || !word || held->last + 1 + word <= MIN_WIDTH ||
	    used + 1 + length(&rest) > sizeof(held->text))
		return false;
	held->text[used++] = ' ';
	memcpy(held->text + used, rest.p, length(&rest));
	held->line.message.end = held->text + used + length(&rest);
	held->parts++;
	held->last = len;
	return true;
}
