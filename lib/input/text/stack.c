// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text: the lines of call chains.
 *
 *	perf script	a tab, address, symbol+offset, (where it is from) or (inlined)
 *	ftrace		" => symbol", "+0xoffset/0xsize" and " [module]" if asked for
 *	trace-cmd	"=> symbol (address)"
 *
 * A chain ends where the kernel was entered: perf goes on with user space, ftrace
 * does not.
 */
#include <stdlib.h>

#include "symbols/chains.h"
#include "input/text/priv.h"

#define MAX_SYMBOL 512u		/* KSYM_NAME_LEN; include/linux/kallsyms.h, Linux 6.12 */

static struct text_span next_word(const char **p, const char *end)
{
	struct text_span word;

	*p = text_skip_spaces(*p, end);
	word.start = *p;
	while (*p < end && **p != ' ')
		(*p)++;
	word.end = *p;
	return word;
}

/* The text between two characters at the ends of a word; empty: they are others. */
static struct text_span text_between(struct text_span word, char open, char close)
{
	if (text_len(&word) < 3 || *word.start != open || word.end[-1] != close)
		return (struct text_span){ word.end, word.end };
	return (struct text_span){ word.start + 1, word.end - 1 };
}

/* "symbol+0x1f" or "symbol+0x1f/0x100"; false: it is no symbol. */
static bool parse_symbol(struct ir_chain_name *name, char *text, struct text_span word)
{
	const char *plus = memrchr(word.start, '+', text_len(&word)), *end = word.end, *slash;
	size_t len;

	if (plus) {
		slash = memchr(plus, '/', (size_t)(word.end - plus));
		end = slash ? slash : word.end;
		name->has_offset = ir_text_hex(plus + 1, end, &name->offset) == end;
	}
	len = (size_t)((name->has_offset ? plus : word.end) - word.start);
	if (!len || len >= MAX_SYMBOL || *word.start == '[')
		return false;
	for (size_t i = 0; i < len; i++)
		if (word.start[i] <= ' ' || word.start[i] > '~')
			return false;
	memcpy(text, word.start, len);
	text[len] = '\0';
	name->symbol = text;
	return true;
}

/* The kernel, a module, or something in user space. */
static bool parse_origin(struct ir_chain_name *name, char *module, struct text_span origin)
{
	size_t len = text_len(&origin);

	if (!len)
		return true;	/* not printed */
	name->has_origin = true;
	if (ir_kernel_name(origin.start, len) || text_begins(&origin, "[guest.kernel") ||
	    text_begins(&origin, "[kernel") || memmem(origin.start, len, "vmlinux", 7) ||
	    (len > 5 && !memcmp(origin.end - 5, "kcore", 5)))
		return true;
	if (text_begins(&origin, "[v") || text_begins(&origin, "[unknown") ||
	    text_begins(&origin, "[heap") || text_begins(&origin, "[stack") ||
	    text_begins(&origin, "[anon") || !ir_module_name(module, origin.start, len))
		return false;
	name->module = module;
	return true;
}

/*
 * Of a module whose symbols perf did not have.  Where kernel and user space share
 * addresses (s390), it cannot be told from user space.
 */
static bool is_unknown_kernel(const struct ir_chain_name *name, const struct text_span *origin)
{
	return text_begins(origin, "[unknown") && name->address >> 63;
}

enum text_frame ir_text_frame_perf(struct ir_chains *chains, const struct text_span *line,
				   uint64_t *frame)
{
	struct ir_chain_name name = { .symbol = NULL };
	char symbol[MAX_SYMBOL], module[64];
	const char *p = line->start, *at;
	struct text_span word;

	p += p < line->end && *p == '\t';
	p = text_skip_spaces(p, line->end);
	at = p;
	word = next_word(&p, line->end);
	/* Without the address a line begins with the symbol. */
	if (ir_text_hex(word.start, word.end, &name.address) == word.end &&
	    word.start < word.end) {
		word = next_word(&p, line->end);
	} else {
		name.address = 0;
		p = at;
		word = next_word(&p, line->end);
	}
	parse_symbol(&name, symbol, word);
	/* A symbol of C++ has blanks in it, the origin has not. */
	while (p < line->end) {
		word = next_word(&p, line->end);
		if (text_len(&word) && *word.start == '(')
			break;
	}
	word = text_between(word, '(', ')');
	/* An inlined function stands in front of the one that contains it, at the same address. */
	if (text_len(&word) == 7 && !memcmp(word.start, "inlined", 7))
		return TEXT_FRAME_NONE;
	if (!parse_origin(&name, module, word)) {
		if (!is_unknown_kernel(&name, &word))
			return TEXT_FRAME_USER;
		name.has_origin = false;
	}
	if (!name.symbol && !name.address)
		return TEXT_FRAME_NONE;
	*frame = ir_chains_name(chains, &name);
	return *frame ? TEXT_FRAME_KERNEL : TEXT_FRAME_NONE;
}

enum text_frame ir_text_frame_ftrace(struct ir_chains *chains, const struct text_span *line,
				     uint64_t *frame)
{
	struct ir_chain_name name = { .symbol = NULL };
	char symbol[MAX_SYMBOL], module[64];
	const char *p = text_skip_spaces(line->start, line->end);
	struct text_span word, part;

	if (line->end - p < 4 || memcmp(p, "=> ", 3) != 0)
		return TEXT_FRAME_NONE;
	p += 3;
	word = next_word(&p, line->end);
	if (ir_text_hex(word.start, word.end, &name.address) != word.end ||
	    text_len(&word) < 8) {
		name.address = 0;
		if (!parse_symbol(&name, symbol, word))
			return TEXT_FRAME_NONE;
	}
	/* With offsets there are names of modules, too. */
	name.has_origin = name.has_offset;
	while (p < line->end) {
		word = next_word(&p, line->end);
		part = text_between(word, '[', ']');
		if (text_len(&part) && ir_module_name(module, word.start, text_len(&word)))
			name.module = module;
		part = text_between(word, '(', ')');
		if (!text_len(&part))
			part = text_between(word, '<', '>');
		if (text_len(&part) &&
		    ir_text_hex(part.start, part.end, &name.address) != part.end)
			name.address = 0;
	}
	*frame = ir_chains_name(chains, &name);
	return *frame ? TEXT_FRAME_KERNEL : TEXT_FRAME_NONE;
}
