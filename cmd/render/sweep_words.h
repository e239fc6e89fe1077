/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The meaning of a sweep in sentences; texts are marked ones (verdict/verdict.h). */
#ifndef CMD_SWEEP_WORDS_H
#define CMD_SWEEP_WORDS_H

#include "render/sweep.h"
#include "verdict/verdict.h"

/* The value that a strategy needs for no map to fail. */
struct sweep_need {
	enum {
		SWEEP_NEED_ANY,		/* any value will do: the parameter has no effect */
		SWEEP_NEED_VALUE,	/* this and all larger ones that were tried */
		SWEEP_NEED_MORE,	/* none that was tried */
	} kind;
	uint64_t value;
	const struct ir_result *result;	/* with that value; NULL: of none */
};

/** sweep_need - of strategy @s under hypervisor @h */
struct sweep_need sweep_need(const struct sweep *sweep, size_t h, size_t s);
/** sweep_question - "How many host mappings are enough?"; valid until the next call's @text */
const char *sweep_question(const struct sweep *sweep, char *text, size_t size);
/** sweep_value_words - "89 host mappings" */
struct ir_short sweep_value_words(const struct parameter *parameter, uint64_t value);
/** sweep_unit_words - "host mappings" */
const char *sweep_unit_words(const struct parameter *parameter);
/** sweep_host - the hypervisor with what was given for it: two of a sweep never look alike */
void sweep_host(FILE *out, const struct sweep *sweep, size_t h);
/** sweep_verdict - the answer under hypervisor @h; for free(), NULL: no memory */
char *sweep_verdict(const struct sweep *sweep, size_t h);
/** sweep_verdict_plain - of all hypervisors, without marks; for free(), NULL: no memory */
char *sweep_verdict_plain(const struct sweep *sweep);
/** sweep_words - what to type on the host, and what to try next */
void sweep_words(const struct sweep *sweep, size_t h, ir_words_line emit, void *arg);

#endif
