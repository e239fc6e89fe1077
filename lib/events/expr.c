// SPDX-License-Identifier: GPL-2.0-or-later
#include "events/expr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CODE	64	/* steps */
#define MAX_NESTED	16	/* parentheses and unary operators */
/*
 * Each binary operator in progress holds one value; there are as many as there
 * are levels of precedence, for each parenthesis.
 */
#define LEVELS		5
#define MAX_STACK	(LEVELS * (MAX_NESTED + 1) + 1)

enum code {
	CODE_NUMBER, CODE_FIELD, CODE_ENTRY,
	CODE_NOT, CODE_COMPLEMENT, CODE_NEGATE,
	CODE_OR, CODE_AND, CODE_EQ, CODE_NE, CODE_LT, CODE_LE, CODE_GT, CODE_GE,
	CODE_ADD, CODE_SUB, CODE_BIT_OR, CODE_XOR, CODE_MUL, CODE_SHL, CODE_SHR, CODE_BIT_AND,
};

struct step {
	uint64_t number;	/* or an index */
	uint8_t code;
};

struct ir_expr {
	unsigned int nr;
	struct step steps[MAX_CODE];
};

struct parser {
	const char *text, *p;
	const struct ir_expr_names *names;
	struct ir_expr *e;
	struct ir_error *err;
	unsigned int nested;
};

static const struct binary {
	const char *word;
	uint8_t level;
	uint8_t code;
} binaries[] = {	/* of two that begin alike the longer first */
	{ "||", 1, CODE_OR }, { "&&", 2, CODE_AND },
	{ "==", 3, CODE_EQ }, { "!=", 3, CODE_NE }, { "<<", 5, CODE_SHL }, { ">>", 5, CODE_SHR },
	{ "<=", 3, CODE_LE }, { ">=", 3, CODE_GE }, { "<", 3, CODE_LT }, { ">", 3, CODE_GT },
	{ "+", 4, CODE_ADD }, { "-", 4, CODE_SUB }, { "|", 4, CODE_BIT_OR }, { "^", 4, CODE_XOR },
	{ "*", 5, CODE_MUL }, { "&", 5, CODE_BIT_AND },
};

#define NR_BINARIES (sizeof(binaries) / sizeof(binaries[0]))

static bool parse_binary(struct parser *ps, unsigned int level);

static bool syntax_error(struct parser *ps, const char *what)
{
	ir_error_set(ps->err, -EINVAL, "\"%.80s\": %s at column %zu", ps->text, what,
		     (size_t)(ps->p - ps->text) + 1);
	return false;
}

static void skip_blanks(struct parser *ps)
{
	while (*ps->p == ' ' || *ps->p == '\t')
		ps->p++;
}

static bool emit_code(struct parser *ps, enum code code, uint64_t number)
{
	if (ps->e->nr == MAX_CODE)
		return syntax_error(ps, "too long");
	ps->e->steps[ps->e->nr++] = (struct step){ number, (uint8_t)code };
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

static size_t name_len(const char *p)
{
	size_t len = 0;

	while (is_name_start(p[len]) || (len && is_digit(p[len])))
		len++;
	return len;
}

static bool parse_number(struct parser *ps)
{
	uint64_t value;
	char *end;

	errno = 0;
	/* Octal numbers would be a surprise. */
	value = strtoull(ps->p, &end, ps->p[0] == '0' && (ps->p[1] | 0x20) == 'x' ? 16 : 10);
	if (errno || is_name_start(*end) || is_digit(*end))
		return syntax_error(ps, "not a number of 64 bits (decimal or 0x)");
	ps->p = end;
	return emit_code(ps, CODE_NUMBER, value);
}

static bool parse_name(struct parser *ps)
{
	struct ir_expr_name name = { .text = ps->p, .len = name_len(ps->p) };
	int index;

	if (name.len == 5 && !memcmp(name.text, "entry", 5) && ps->p[5] == '.') {
		ps->p += 6;
		name = (struct ir_expr_name){ .text = ps->p, .len = name_len(ps->p), .entry = true };
		if (!name.len)
			return syntax_error(ps, "a field of the entry event is missing");
	}
	ps->p += name.len;
	name.optional = *ps->p == '?';
	ps->p += name.optional;
	index = ps->names->find(ps->names->arg, &name, ps->err);
	return index >= 0 && emit_code(ps, name.entry ? CODE_ENTRY : CODE_FIELD, (uint64_t)index);
}

static bool parse_parenthesis(struct parser *ps)
{
	ps->p++;
	if (!parse_binary(ps, 1))
		return false;
	skip_blanks(ps);
	if (*ps->p != ')')
		return syntax_error(ps, "\")\" is missing");
	ps->p++;
	return true;
}

static bool parse_unary(struct parser *ps)
{
	enum code code;
	bool good;

	skip_blanks(ps);
	if (is_digit(*ps->p))
		return parse_number(ps);
	if (is_name_start(*ps->p))
		return parse_name(ps);
	if (ps->nested == MAX_NESTED)
		return syntax_error(ps, "nested too deeply");
	ps->nested++;
	switch (*ps->p) {
	case '(':
		good = parse_parenthesis(ps);
		break;
	case '!':
	case '~':
	case '-':
		code = *ps->p == '!' ? CODE_NOT : *ps->p == '~' ? CODE_COMPLEMENT : CODE_NEGATE;
		ps->p++;
		good = parse_unary(ps) && emit_code(ps, code, 0);
		break;
	default:
		good = syntax_error(ps, "a number, a field or \"(\" is missing");
	}
	ps->nested--;
	return good;
}

/* Operators of at least this level, left to right. */
static bool parse_binary(struct parser *ps, unsigned int level)
{
	if (!parse_unary(ps))
		return false;
	for (;;) {
		size_t i = 0;

		skip_blanks(ps);
		while (i < NR_BINARIES && strncmp(ps->p, binaries[i].word, strlen(binaries[i].word)))
			i++;
		if (i == NR_BINARIES || binaries[i].level < level)
			return true;
		ps->p += strlen(binaries[i].word);
		if (!parse_binary(ps, binaries[i].level + 1u) || !emit_code(ps, binaries[i].code, 0))
			return false;
	}
}

struct ir_expr *ir_expr_compile(const char *text, const struct ir_expr_names *names,
				struct ir_error *err)
{
	struct parser ps = { .text = text, .p = text, .names = names, .err = err };
	struct ir_expr *e = calloc(1, sizeof(*e));

	if (!e) {
		ir_error_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	ps.e = e;
	if (parse_binary(&ps, 1)) {
		if (!*ps.p)
			return e;
		syntax_error(&ps, "an operator is missing");
	}
	free(e);
	return NULL;
}

static uint64_t apply_binary(enum code code, uint64_t a, uint64_t b)
{
	switch (code) {
	case CODE_OR: return a || b;
	case CODE_AND: return a && b;
	case CODE_EQ: return a == b;
	case CODE_NE: return a != b;
	case CODE_LT: return (int64_t)a < (int64_t)b;
	case CODE_LE: return (int64_t)a <= (int64_t)b;
	case CODE_GT: return (int64_t)a > (int64_t)b;
	case CODE_GE: return (int64_t)a >= (int64_t)b;
	case CODE_ADD: return a + b;
	case CODE_SUB: return a - b;
	case CODE_BIT_OR: return a | b;
	case CODE_XOR: return a ^ b;
	case CODE_MUL: return a * b;
	case CODE_SHL: return b < 64 ? a << b : 0;
	case CODE_SHR: return b < 64 ? a >> b : 0;
	default: return a & b;
	}
}

uint64_t ir_expr_value(const struct ir_expr *e, const uint64_t *values, const uint64_t *entry)
{
	uint64_t stack[MAX_STACK];
	unsigned int top = 0;

	for (unsigned int i = 0; i < e->nr; i++) {
		const struct step *s = &e->steps[i];

		switch (s->code) {
		case CODE_NUMBER:
			stack[top++] = s->number;
			break;
		case CODE_FIELD:
			stack[top++] = values[s->number];
			break;
		case CODE_ENTRY:
			stack[top++] = entry[s->number];
			break;
		case CODE_NOT:
			stack[top - 1] = !stack[top - 1];
			break;
		case CODE_COMPLEMENT:
			stack[top - 1] = ~stack[top - 1];
			break;
		case CODE_NEGATE:
			stack[top - 1] = -stack[top - 1];
			break;
		default:
			top--;
			stack[top - 1] = apply_binary((enum code)s->code, stack[top - 1], stack[top]);
		}
	}
	return stack[0];
}

bool ir_expr_is_field(const struct ir_expr *e, unsigned int *index)
{
	if (e->nr != 1 || e->steps[0].code != CODE_FIELD)
		return false;
	*index = (unsigned int)e->steps[0].number;
	return true;
}

void ir_expr_renumber(struct ir_expr *e, const uint8_t *to, const uint8_t *entry_to)
{
	for (unsigned int i = 0; i < e->nr; i++) {
		struct step *s = &e->steps[i];

		if (s->code == CODE_FIELD)
			s->number = to[s->number];
		else if (s->code == CODE_ENTRY)
			s->number = entry_to[s->number];
	}
}
