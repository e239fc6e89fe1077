// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text: damage of transport is undone.  The beginning of the file says what was
 * done to it; then every byte goes through the same steps: units of 16 bits become
 * bytes, escapes of quoted-printable what they stand for, and what is left over of
 * terminals is dropped.
 *
 * Quoted-printable: RFC 2045, 6.7.  Escape sequences: ECMA-35, 13.2; ECMA-48, 5.4 and
 * 5.6.  Character references: the HTML standard, 13.5.
 */
#include "input/text/transport.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/temp.h"
#include "input/text/html.h"

#define BLOCK		65536u
#define MIN_WIDE	32u	/* bytes by which UTF-16 without its mark is known */
#define MAX_LINE_START	64u	/* of a line, for a mail's headers */

enum width { WIDTH_8, WIDTH_16_LITTLE, WIDTH_16_BIG };

enum quoting {
	QUOTING_NONE,
	QUOTING_ALL,		/* every "=" is an escape */
	QUOTING_DECLARED,	/* where headers say so */
};

enum escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_MIDDLE, ESCAPE_CONTROL, ESCAPE_COMMAND };

/* Characters that word processors, web pages and chats put in the place of others. */
static const struct {
	char utf8[4];
	uint16_t code;
	char is;		/* 0: nothing */
} characters[] = {
	{ "\xc2\xa0", 0x00a0, ' ' },	/* blanks that do not break */
	{ "\xe2\x80\x87", 0x2007, ' ' },
	{ "\xe2\x80\xaf", 0x202f, ' ' },
	{ "\xe2\x80\x93", 0x2013, '-' },	/* " - " after automatic correction */
	{ "\xe2\x80\x8b", 0x200b, 0 },	/* without width */
	{ "\xc2\xad", 0x00ad, 0 },
	{ "\xe2\x81\xa0", 0x2060, 0 },
	{ "\xef\xbb\xbf", 0xfeff, 0 },
};

#define NR_CHARACTERS (sizeof(characters) / sizeof(characters[0]))

/* Character references of HTML by names; others stay as they are. */
static const struct {
	const char *name;
	char is;
} references[] = {
	{ "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
	{ "nbsp", ' ' }, { "equals", '=' },
};

#define MAX_REFERENCE	10u	/* "&#x2F;" and longer ones that are not known */

struct transport {
	/* How the text was changed. */
	enum width width;
	size_t mark;		/* bytes at its beginning that say so */
	enum quoting quoting;
	bool escapes, returns, blanks;
	bool tags, references, controls, tabs, dollars, carets;
	/* The place of the copy in it. */
	bool quoted;		/* this part is quoted-printable */
	unsigned int nr_held;	/* of an escape: '=', a digit */
	unsigned char held[2];
	enum escape escape;
	struct ir_html html;
	unsigned int nr_utf8;	/* bytes of what may be one of characters[] */
	unsigned char utf8[3];
	unsigned int nr_reference;	/* bytes from "&" on */
	unsigned char reference[MAX_REFERENCE];
	bool dollar;		/* the last byte was "$" */
	bool caret;		/* the last byte was "^" */
	unsigned char before;	/* the last byte, if it was not ASCII */
	bool inside;		/* of a line: something of it was passed on */
	char line[MAX_LINE_START];
	size_t line_len;
	int fd;
	int error;
	unsigned char out[BLOCK];
	size_t nr_out;
	uint64_t size;
};

static unsigned int load_unit(const struct transport *tr, const unsigned char *p)
{
	return tr->width == WIDTH_16_BIG ? (unsigned int)p[0] << 8 | p[1]
					 : (unsigned int)p[1] << 8 | p[0];
}

/* UTF-16 has a zero in every other byte of what is ASCII. */
static enum width width_of(const unsigned char *p, size_t len)
{
	bool little = true, big = true;

	if (len < MIN_WIDE)
		return WIDTH_8;
	for (size_t i = 0; i < MIN_WIDE; i += 2) {
		little = little && p[i] && !p[i + 1];
		big = big && !p[i] && p[i + 1];
	}
	return little ? WIDTH_16_LITTLE : big ? WIDTH_16_BIG : WIDTH_8;
}

static void find_width(struct transport *tr, const unsigned char *p, size_t len)
{
	if (len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) {
		tr->mark = 3;
		return;
	}
	tr->width = width_of(p, len);
	if (len >= 4 && !memcmp(p, "\xff\xfe", 2) && (p[2] || p[3]))
		tr->width = WIDTH_16_LITTLE;
	else if (len >= 4 && !memcmp(p, "\xfe\xff", 2))
		tr->width = WIDTH_16_BIG;
	else
		return;
	tr->mark = 2;
}

static bool is_hex(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static unsigned char hex_value(unsigned char c)
{
	return (unsigned char)(c <= '9' ? c - '0' : c - 'A' + 10);
}

static bool declares_quoting(const char *line)
{
	static const char header[] = "Content-Transfer-Encoding:";

	return !strncasecmp(line, header, sizeof(header) - 1);
}

/* Whether every "=" of the text begins an escape, and one stands for "=". */
static enum quoting find_quoting(const char *text, size_t len)
{
	bool stands_for_itself = false;

	if (strcasestr(text, "Content-Transfer-Encoding: quoted-printable"))
		return QUOTING_DECLARED;
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '=')
			continue;
		if (len - i < 3)
			break;
		if (text[i + 1] == '\n' || (text[i + 1] == '\r' && text[i + 2] == '\n'))
			continue;
		if (!is_hex((unsigned char)text[i + 1]) || !is_hex((unsigned char)text[i + 2]))
			return QUOTING_NONE;
		stands_for_itself |= text[i + 1] == '3' && text[i + 2] == 'D';
	}
	return stands_for_itself ? QUOTING_ALL : QUOTING_NONE;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Whether every "&" of the text begins a reference. */
static bool find_references(const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	bool found = false;

	while ((p = memchr(p, '&', (size_t)(end - p)))) {
		const char *q = p + 1;

		while (q < end && q - p < MAX_REFERENCE - 1 && (is_alnum(*q) || *q == '#'))
			q++;
		if (q == end)
			break;
		if (*q != ';' || q - p < 3)
			return false;
		found = true;
		p = q;
	}
	return found;
}

/* A carriage return or a form feed that begins a line; lines may end in one, too. */
static bool find_controls(const char *text, size_t len)
{
	const char *p = text, *end = text + len, *newline;

	for (; end - p > 1; p = newline + 1) {
		if (*p == '\f' || *p == '\v' || (*p == '\r' && p[1] != '\n' && p[1] != '\r'))
			return true;
		newline = memchr(p, '\n', (size_t)(end - p));
		if (!newline)
			break;
	}
	return false;
}

/* Blanks became tabs within lines: in front of a CPU in brackets, or of a time. */
static bool find_tabs(const char *text, size_t len)
{
	const char *p = text + 1, *end = text + len;

	for (; end - p > 2 && (p = memchr(p, '\t', (size_t)(end - p - 2))); p++) {
		const char *q = p + 1;

		if (p[-1] < ' ')
			continue;
		while (q < end && (*q == ' ' || *q == '\t'))
			q++;
		if (end - q > 1 && *q == '[' && is_digit(q[1]))
			return true;
		while (q < end && is_digit(*q))
			q++;
		if (q == end || *q++ != '.' || !is_digit(q[-2]))
			continue;
		while (q < end && is_digit(*q))
			q++;
		if (q < end && *q == ':')
			return true;
	}
	return false;
}

/* "cat -v": control characters are "^" and a letter. */
static bool find_carets(const char *text, size_t len)
{
	return memmem(text, len, "^[[", 3) || memmem(text, len, "^M\n", 3) || memmem(text, len, "^M$\n", 4);
}

/* "cat -A": all lines end in "$". */
static bool find_dollars(const char *text, size_t len)
{
	const char *p = text, *end = text + len, *stop;
	unsigned int lines = 0;

	for (; (stop = memchr(p, '\n', (size_t)(end - p))); p = stop + 1, lines++)
		if (stop == p || stop[-1] != '$')
			return false;
	return lines > 1;
}

static bool find_characters(const struct transport *tr, const unsigned char *start, size_t len,
			    const char *text)
{
	/* In Latin-1 and its like, blanks that do not break have no other byte in front. */
	for (const char *p = text; !tr->width && (p = strchr(p, '\xa0')); p++)
		if (p > text && p[-1] >= 0)
			return true;
	for (size_t k = 0; k < NR_CHARACTERS; k++) {
		if (!tr->width && strstr(text, characters[k].utf8))
			return true;
		for (size_t i = tr->mark; tr->width && i + 2 <= len; i += 2)
			if (load_unit(tr, start + i) == characters[k].code)
				return true;
	}
	return false;
}

/* Finds how the text was changed; false: not at all, or it is no text. */
static bool find_changes(struct transport *tr, const unsigned char *start, size_t len)
{
	size_t step = 1, n = 0;
	char *text;

	find_width(tr, start, len);
	step = tr->width ? 2 : 1;
	text = malloc(len + 1);
	if (!text) {
		tr->error = -ENOMEM;
		return false;
	}
	for (size_t i = tr->mark; i + step <= len; i += step) {
		unsigned int c = tr->width ? load_unit(tr, start + i) : start[i];

		text[n++] = (char)(c < 256 ? c : '?');
	}
	text[n] = '\0';
	if (!memchr(text, '\0', n)) {
		tr->quoting = find_quoting(text, n);
		tr->carets = find_carets(text, n);
		tr->escapes = tr->carets || memchr(text, '\033', n);
		tr->returns = memchr(text, '\r', n) && !memchr(text, '\n', n);
		tr->blanks = find_characters(tr, start, len, text);
		tr->tags = ir_html_is_page(text);
		tr->references = tr->tags || find_references(text, n);
		tr->controls = tr->escapes || (!tr->returns && find_controls(text, n));
		tr->tabs = find_tabs(text, n);
		tr->dollars = find_dollars(text, n);
	} else {
		tr->width = WIDTH_8;
		tr->mark = 0;
	}
	free(text);
	return tr->width || tr->mark || tr->quoting || tr->escapes || tr->returns || tr->blanks ||
		tr->tags || tr->references || tr->controls || tr->tabs || tr->dollars;
}

/*
 * The copy.
 */

static void flush_output(struct transport *tr)
{
	if (!tr->error && tr->nr_out)
		tr->error = ir_temp_write(tr->fd, tr->out, tr->nr_out);
	tr->size += tr->nr_out;
	tr->nr_out = 0;
}

static void put_byte(struct transport *tr, unsigned char c)
{
	if (tr->nr_out == BLOCK)
		flush_output(tr);
	tr->out[tr->nr_out++] = c;
}

/* The beginnings and the ends of lines. */
static void put_line(struct transport *tr, unsigned char c)
{
	if (tr->controls && !tr->inside && (c == '\r' || c == '\f' || c == '\v'))
		return;
	if (tr->dollar && c != '\n')
		put_byte(tr, '$');
	tr->dollar = tr->dollars && c == '$';
	if (!tr->dollar)
		put_byte(tr, tr->tabs && tr->inside && c == '\t' ? ' ' : c);
	tr->inside = c != '\n' && (tr->inside || c != '\t');
}

/* How many bytes of the characters that are exchanged are there: all if @is is set. */
static bool may_be_character(const struct transport *tr, const char **is)
{
	*is = NULL;
	for (size_t k = 0; k < NR_CHARACTERS; k++) {
		if (memcmp(characters[k].utf8, tr->utf8, tr->nr_utf8) != 0)
			continue;
		if (!characters[k].utf8[tr->nr_utf8])
			*is = &characters[k].is;
		return true;
	}
	return false;
}

/* Characters of several bytes in UTF-8. */
static void put_blanks(struct transport *tr, unsigned char c)
{
	const char *is;

	unsigned char before = tr->before;

	tr->before = c & 0x80;
	if (!tr->nr_utf8 && c == 0xa0 && !before && !tr->width)
		c = ' ';
	if (!tr->blanks || tr->width || (!tr->nr_utf8 && c < 0x80)) {
		put_line(tr, c);
		return;
	}
	tr->utf8[tr->nr_utf8++] = c;
	if (may_be_character(tr, &is)) {
		if (!is)
			return;
		tr->nr_utf8 = 0;
		if (*is)
			put_line(tr, (unsigned char)*is);
		return;
	}
	/* The last byte may begin another one. */
	for (unsigned int i = 0; i + 1 < tr->nr_utf8; i++)
		put_line(tr, tr->utf8[i]);
	tr->utf8[0] = c;
	if (tr->nr_utf8 > 1 && c >= 0x80) {
		tr->nr_utf8 = 1;
		if (may_be_character(tr, &is))
			return;
	}
	tr->nr_utf8 = 0;
	put_line(tr, c);
}

/*
 * Terminals: ESC [ parameters letter; ESC ] text, closed by BEL or ESC \, and P, X, ^, _
 * as ]; ESC, bytes from blank to "/", and one more, as ESC ( B.
 */
static void put_escapes(struct transport *tr, unsigned char c)
{
	switch (tr->escape) {
	case ESCAPE_NONE:
		if (tr->escapes && c == '\033')
			tr->escape = ESCAPE_BEGUN;
		else
			put_blanks(tr, tr->returns && c == '\r' ? '\n' : c);
		break;
	case ESCAPE_BEGUN:
	case ESCAPE_MIDDLE:
		if (c >= ' ' && c <= '/')
			tr->escape = ESCAPE_MIDDLE;
		else if (tr->escape == ESCAPE_BEGUN && c && strchr("]PX^_", c))
			tr->escape = ESCAPE_COMMAND;
		else
			tr->escape = tr->escape == ESCAPE_BEGUN && c == '[' ? ESCAPE_CONTROL : ESCAPE_NONE;
		if (c == '\n')
			put_blanks(tr, c);
		break;
	case ESCAPE_CONTROL:
		if ((c >= '@' && c <= '~') || c == '\n')
			tr->escape = ESCAPE_NONE;
		if (c == '\n')
			put_blanks(tr, c);
		break;
	case ESCAPE_COMMAND:
		if (c == '\a' || c == '\033' || c == '\n')
			tr->escape = c == '\033' ? ESCAPE_BEGUN : ESCAPE_NONE;
		if (c == '\n')
			put_blanks(tr, c);
		break;
	}
}

/* Control characters as cat -v prints them. */
static void put_carets(struct transport *tr, unsigned char c)
{
	if (tr->caret) {
		tr->caret = false;
		if (c == '[' || c == 'M' || c == 'I') {
			put_escapes(tr, c == '[' ? '\033' : c == 'M' ? '\r' : '\t');
			return;
		}
		put_escapes(tr, '^');
	}
	tr->caret = tr->carets && c == '^';
	if (!tr->caret)
		put_escapes(tr, c);
}

static void release_reference(struct transport *tr)
{
	unsigned int nr = tr->nr_reference;

	tr->nr_reference = 0;
	for (unsigned int i = 0; i < nr; i++)
		put_carets(tr, tr->reference[i]);
}

/* The character that "&" and @name stand for; 0: none; negative: it is not known. */
static int reference_is(const char *name)
{
	bool hex = (name[1] | 0x20) == 'x';
	unsigned long code;
	char *end;

	for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++)
		if (!strcasecmp(references[i].name, name))
			return references[i].is;
	if (name[0] != '#' || !is_alnum(name[1 + hex]))
		return -1;
	code = strtoul(name + 1 + hex, &end, hex ? 16 : 10);
	if (*end)
		return -1;
	for (size_t k = 0; k < NR_CHARACTERS; k++)
		if (characters[k].code == code)
			return characters[k].is;
	return (code >= ' ' && code <= '~') || code == '\t' || code == '\n' || code == '\r' ? (int)code : -1;
}

static void put_references(struct transport *tr, unsigned char c)
{
	if (tr->nr_reference && c == ';') {
		char name[MAX_REFERENCE] = "";
		int is;

		memcpy(name, tr->reference + 1, tr->nr_reference - 1);
		is = reference_is(name);
		if (is >= 0) {
			tr->nr_reference = 0;
			if (is)
				put_carets(tr, (unsigned char)is);
			return;
		}
	}
	if (tr->nr_reference && (tr->nr_reference == MAX_REFERENCE || !(is_alnum((char)c) || c == '#')))
		release_reference(tr);
	if (tr->nr_reference || (tr->references && c == '&'))
		tr->reference[tr->nr_reference++] = c;
	else
		put_carets(tr, c);
}

/* Reads from a mail's headers whether its text is quoted-printable. */
static void note_line(struct transport *tr, unsigned char c)
{
	if (c != '\n') {
		if (tr->line_len < MAX_LINE_START - 1)
			tr->line[tr->line_len++] = (char)c;
		return;
	}
	tr->line[tr->line_len] = '\0';
	if (declares_quoting(tr->line))
		tr->quoted = strcasestr(tr->line, "quoted-printable") != NULL;
	else if (!strncmp(tr->line, "From ", 5) || !strncmp(tr->line, "--", 2))
		tr->quoted = false;
	tr->line_len = 0;
}

/* Text of a page. */
static void put_text(void *arg, unsigned char c)
{
	put_references(arg, c);
}

static void put_tags(struct transport *tr, unsigned char c)
{
	if (tr->tags)
		ir_html_put(&tr->html, c);
	else
		put_references(tr, c);
}

/* Passes on bytes that looked like an escape sequence. */
static void release_held(struct transport *tr)
{
	for (unsigned int i = 0; i < tr->nr_held; i++)
		put_tags(tr, tr->held[i]);
	tr->nr_held = 0;
}

static void put_quoting(struct transport *tr, unsigned char c)
{
	if (tr->quoting == QUOTING_DECLARED)
		note_line(tr, c);
	if (!tr->nr_held) {
		if (tr->quoted && c == '=')
			tr->held[tr->nr_held++] = c;
		else
			put_tags(tr, c);
		return;
	}
	if (tr->nr_held == 1 && c == '\n') {	/* the line goes on */
		tr->nr_held = 0;
	} else if (tr->nr_held == 1 && (is_hex(c) || c == '\r')) {
		tr->held[tr->nr_held++] = c;
	} else if (tr->nr_held == 2 && tr->held[1] == '\r' && c == '\n') {
		tr->nr_held = 0;
	} else if (tr->nr_held == 2 && is_hex(tr->held[1]) && is_hex(c)) {
		tr->nr_held = 0;
		put_tags(tr, (unsigned char)(hex_value(tr->held[1]) << 4 | hex_value(c)));
	} else {
		release_held(tr);
		put_tags(tr, c);
	}
}

/* One unit of the text; of UTF-16, only characters that have a byte, or stand for one, remain. */
static void put_unit(struct transport *tr, unsigned int c)
{
	for (size_t k = 0; tr->width && k < NR_CHARACTERS; k++) {
		if (c != characters[k].code)
			continue;
		if (!characters[k].is)
			return;
		c = (unsigned char)characters[k].is;
		break;
	}
	put_quoting(tr, (unsigned char)(c < 256 ? c : '?'));
}

static int copy_converted(struct transport *tr, struct ir_file *file, struct ir_error *err)
{
	size_t step = tr->width ? 2 : 1;
	unsigned char *in = malloc(BLOCK);
	uint64_t pos = tr->mark;
	ssize_t got = 0;

	if (!in)
		return -ENOMEM;
	while (!tr->error && !(tr->error = ir_file_interrupted(file, err)) && (got = ir_file_read(file, pos, in, BLOCK)) > 0) {
		for (size_t i = 0; i + step <= (size_t)got; i += step)
			put_unit(tr, step == 2 ? load_unit(tr, in + i) : in[i]);
		pos += (uint64_t)got;
		ir_file_progress(file, pos, ir_file_size(file));
	}
	release_held(tr);
	ir_html_finish(&tr->html);
	release_reference(tr);
	if (tr->caret)
		put_escapes(tr, '^');
	for (unsigned int i = 0; i < tr->nr_utf8; i++)
		put_line(tr, tr->utf8[i]);
	if (tr->dollar)
		put_byte(tr, '$');
	flush_output(tr);
	free(in);
	return got < 0 ? (int)got : tr->error;
}

static const char *note_of(const struct transport *tr)
{
	return tr->width ? "read as UTF-16" : tr->quoting ? "read as quoted-printable" :
		tr->tags ? "without HTML's tags" : tr->references ? "without HTML's character references" :
		tr->escapes ? "without a terminal's escape sequences" : NULL;
}

int ir_transport_undo(struct ir_file *file, const unsigned char *start, size_t len,
		      struct ir_error *err)
{
	struct transport *tr;
	int rc;

	if (ir_file_note(file))	/* it is the copy: its headers say still what was undone */
		return 0;
	tr = calloc(1, sizeof(*tr));
	if (!tr)
		return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(file));
	if (!find_changes(tr, start, len)) {
		rc = tr->error;
		free(tr);
		return rc ? ir_error_set(err, rc, "%s: out of memory", ir_file_path(file)) : 0;
	}
	tr->quoted = tr->quoting == QUOTING_ALL;
	tr->html.put = put_text;
	tr->html.arg = tr;
	tr->fd = ir_temp_open();
	rc = tr->fd < 0 ? tr->fd : copy_converted(tr, file, err);
	if (!rc) {
		ir_file_replace(file, tr->fd, tr->size, note_of(tr));
		ir_file_set_cut(file, ir_file_cut(file) + tr->html.nr_lost);
	}
	if (rc && rc != -EINTR)
		ir_error_set(err, rc, "%s: cannot make a temporary copy in %s: %s; set TMPDIR",
			     ir_file_path(file), ir_temp_dir(), strerror(-rc));
	if (rc && tr->fd >= 0)
		close(tr->fd);
	free(tr);
	return rc ? rc : 1;
}
