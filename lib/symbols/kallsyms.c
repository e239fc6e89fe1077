// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text of /proc/kallsyms: "address type name", and "\t[module]" behind what is
 * not the kernel's own (kernel/kallsyms.c, Linux 6.12).
 */
#include <errno.h>
#include <string.h>

#include "symbols/kallsyms.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

struct line {
	uint64_t address;
	char type;
	const char *name;
	size_t name_len;
	const char *module;
	size_t module_len;	/* 0: the kernel's own */
};

static bool is_name(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] <= ' ' || p[i] > '~')
			return false;
	return len > 0;
}

static bool parse_line(struct line *l, const char *p, const char *end)
{
	const char *start = p, *stop;

	end -= end > p && end[-1] == '\r';
	*l = (struct line){ .address = 0 };
	for (; p < end && hex_digit(*p) >= 0; p++)
		l->address = l->address << 4 | (uint64_t)hex_digit(*p);
	if (p == start || p - start > 16 || end - p < 4 || p[0] != ' ' || p[2] != ' ')
		return false;
	l->type = p[1];
	l->name = p + 3;
	stop = memchr(l->name, '\t', (size_t)(end - l->name));
	l->name_len = (size_t)((stop ? stop : end) - l->name);
	if (stop && end - stop > 3 && stop[1] == '[' && end[-1] == ']') {
		l->module = stop + 2;
		l->module_len = (size_t)(end - stop - 3);
	}
	return is_name(l->name, l->name_len) &&
	       (!l->module_len || is_name(l->module, l->module_len));
}

/* Functions; not the labels within them that some architectures have. */
static bool is_function(const struct line *l)
{
	return (l->type == 't' || l->type == 'T' || l->type == 'w' || l->type == 'W') &&
	       l->name[0] != '$' && !(l->name_len > 1 && l->name[0] == '.' && l->name[1] == 'L');
}

/* The functions of a module end where its data begin; what is behind is of another module, or of none. */
static bool is_module_data(const struct line *l)
{
	return l->module_len && strchr("bBdDrR", l->type);
}

static void note_start(struct ir_symbol_table *t, const struct line *l)
{
	if (l->name_len == 5 && !memcmp(l->name, "_text", 5))
		t->text_symbol = l->address;
	else if (l->name_len == 6 && !memcmp(l->name, "_stext", 6))
		t->stext_symbol = l->address;
}

/* Symbols of a module stand together: its name is kept once for each run. */
static bool module_of(struct ir_symbol_table *t, const struct line *l, uint32_t *module)
{
	if (!l->module_len) {
		*module = 0;
		return true;
	}
	if (*module && strlen(t->text + *module) == l->module_len &&
	    !memcmp(t->text + *module, l->module, l->module_len))
		return true;
	*module = ir_symbol_text(t, l->module, l->module_len);
	return *module != 0;
}

int ir_kallsyms_parse(struct ir_symbol_table *t, const char *text, size_t len)
{
	const char *end = text + len, *next;
	uint32_t module = 0, zeros = 0, functions = 0;
	struct line l;

	for (; text < end; text = next) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		struct ir_symbol_entry entry = { .address = 0 };

		next = newline ? newline + 1 : end;
		if (!parse_line(&l, text, newline ? newline : end))
			continue;
		zeros += !l.address;
		if (!l.address)
			continue;
		note_start(t, &l);
		entry.address = l.address;
		if (is_function(&l)) {
			functions++;
			entry.name = ir_symbol_text(t, l.name, l.name_len);
			entry.rank = ir_symbol_rank(l.name, l.name_len, l.type == 'T');
			if (!entry.name)
				return -ENOMEM;
		} else if (is_module_data(&l)) {
			entry.rank = UINT32_MAX;
		} else {
			continue;
		}
		if (!module_of(t, &l, &module))
			return -ENOMEM;
		entry.module = module;
		if (ir_symbol_add(t, &entry))
			return -ENOMEM;
	}
	ir_symbol_sort(t);
	if (!functions)
		return zeros ? -EACCES : -ENODATA;
	return 0;
}
