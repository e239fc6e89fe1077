/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions over the fields of an event: "flags & 0x400", "end - start + 1".
 *
 * Numbers have 64 bits and wrap; comparisons and unary minus are signed, so that
 * "ret < 0" is what it looks like.  Precedence is not C's: & and | bind tighter
 * than comparisons, so that "flags & 4 == 0" is what it looks like, too.
 *
 *	||   &&   == != < <= > >=   + - | ^   * << >> &   ! ~ - (unary)   ( )
 *
 * An expression is compiled once, to a short program for a stack, and cannot
 * fail after that.
 */
#ifndef IR_TRACE_EXPR_H
#define IR_TRACE_EXPR_H

#include <iommu-replay/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ir_expr;

/* The meaning of a name, without "entry." in front of it. */
struct ir_expr_name {
	const char *text;
	size_t len;
	bool entry;		/* a field of the entry event */
	bool optional;		/* 0 where the event has no such field */
};

struct ir_expr_names {
	/* The index of a name's value (0 to 255), or a negative errno with @err set. */
	int (*find)(const void *arg, const struct ir_expr_name *name, struct ir_error *err);
	const void *arg;
};

/**
 * ir_expr_compile - NULL with @err set if it makes no sense, or without memory
 *
 * The message names the place in @text; the caller frees with free().
 */
struct ir_expr *ir_expr_compile(const char *text, const struct ir_expr_names *names,
				struct ir_error *err);
/** ir_expr_value - its value, given those of the event and of its entry event (or NULL) */
uint64_t ir_expr_value(const struct ir_expr *e, const uint64_t *values, const uint64_t *entry);
/** ir_expr_is_field - whether it is one field of the event and nothing else; which */
bool ir_expr_is_field(const struct ir_expr *e, unsigned int *index);
/** ir_expr_renumber - index i is index to[i] from now on */
void ir_expr_renumber(struct ir_expr *e, const uint8_t *to, const uint8_t *entry_to);

#endif
