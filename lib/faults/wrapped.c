// SPDX-License-Identifier: GPL-2.0-or-later
#include "faults/wrapped.h"

#define MIN_WIDTH	60u	/* mail programs have 72 or more, quotes have less */

static size_t length(const struct ir_log_text *text)
{
	return (size_t)(text->end - text->p);
}

static bool ends_blank(const struct ir_log_text *raw)
{
	const char *end = raw->end;

	while (end > raw->p && end[-1] == '\r')
		end--;
	return end > raw->p && end[-1] == ' ';
}

void ir_log_hold(struct ir_log_wrapped *held, const struct ir_log_line *line, const struct ir_log_text *raw)
{
	size_t n = length(&line->message);

	if (n > sizeof(held->text))
		n = sizeof(held->text);
	held->line = *line;
	if (n)
		memcpy(held->text, line->message.p, n);
	held->line.message = (struct ir_log_text){ held->text, held->text + n };
	held->parts = 1;
	held->part[0].end = n;
	held->last = length(raw);
	held->ends_blank = ends_blank(raw);
}

bool ir_log_continue(struct ir_log_wrapped *held, const struct ir_log_line *line, const struct ir_log_text *raw)
{
	size_t used = held->parts ? held->part[held->parts - 1].end : 0, word = 0;
	struct ir_log_text rest = line->message;

	while (rest.p < rest.end && strchr(" >|", *rest.p))	/* marks of a quote */
		rest.p++;
	while (word < length(&rest) && rest.p[word] != ' ')
		word++;
	if (!held->parts || held->parts == IR_LOG_MAX_PARTS || held->line.stamp == IR_STAMP_NONE ||
	    line->stamp != IR_STAMP_NONE || !word || held->last + 1 + word <= MIN_WIDTH ||
	    used + 1 + length(&rest) > sizeof(held->text))
		return false;
	held->part[held->parts].blank = held->ends_blank || *line->message.p == ' ';
	held->text[used++] = ' ';
	memcpy(held->text + used, rest.p, length(&rest));
	held->part[held->parts].start = used;
	held->part[held->parts++].end = used + length(&rest);
	held->last = length(raw);
	held->ends_blank = ends_blank(raw);
	return true;
}

static struct ir_log_text tight_text(struct ir_log_wrapped *held)
{
	size_t used = 0;

	for (unsigned int i = 0; i < held->parts; i++) {
		size_t n = held->part[i].end - held->part[i].start;

		if (i && held->part[i].blank)
			held->tight[used++] = ' ';
		memcpy(held->tight + used, held->text + held->part[i].start, n);
		used += n;
	}
	return (struct ir_log_text){ held->tight, held->tight + used };
}

unsigned int ir_log_held_lines(struct ir_log_wrapped *held, enum ir_log_form form,
			       struct ir_log_line lines[IR_LOG_MAX_PARTS])
{
	unsigned int n = held->parts && form != IR_LOG_SEPARATE ? 1 : held->parts;

	for (unsigned int i = 0; i < n; i++) {
		lines[i] = held->line;
		lines[i].message.p = held->text + held->part[i].start;
		lines[i].message.end = held->text + held->part[n == 1 ? held->parts - 1 : i].end;
		if (i)
			lines[i].stamp = IR_STAMP_NONE;
	}
	if (n && form == IR_LOG_TIGHT)
		lines[0].message = tight_text(held);
	return n;
}

/* Of a fault: what the log may name or leave out. */
static unsigned int count_details(const struct ir_log_fault *fault)
{
	return (fault->device[0] ? 1u : 0u) + (fault->access != IR_ACCESS_UNKNOWN ? 1u : 0u) +
		(fault->entry != IR_ENTRY_UNKNOWN ? 1u : 0u);
}

static long score(struct ir_log_wrapped *held, enum ir_log_form form, const struct ir_log_parser *parser)
{
	struct ir_log_line lines[IR_LOG_MAX_PARTS];
	struct ir_log_fault faults[IR_LOG_FORMATS];
	struct ir_log_parser copy = *parser;
	unsigned int n = ir_log_held_lines(held, form, lines), nr = 0, details = 0;

	for (unsigned int i = 0; i < n; i++) {
		unsigned int found = ir_log_parse(&copy, &lines[i], faults);

		nr += found;
		for (unsigned int k = 0; k < found; k++)
			details += count_details(&faults[k]);
	}
	return (long)nr * 1000000 - (long)(copy.bad - parser->bad) * 10000 + (long)details * 100 +
		(long)(copy.taken - parser->taken);
}

enum ir_log_form ir_log_best_form(struct ir_log_wrapped *held, const struct ir_log_parser *parser)
{
	enum ir_log_form best = IR_LOG_JOINED;
	long most = held->parts > 1 ? score(held, best, parser) : 0;

	for (unsigned int form = IR_LOG_JOINED + 1; held->parts > 1 && form < IR_LOG_FORMS; form++) {
		long has = score(held, (enum ir_log_form)form, parser);

		if (has <= most)
			continue;
		most = has;
		best = (enum ir_log_form)form;
	}
	return best;
}
