// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text: damage of transport is undone.  The beginning of the file says what was
 * done to it; then every byte goes through the same steps: units of 16 bits become
 * bytes, escapes of quoted-printable what they stand for, and what is left over of
 * terminals is dropped.
 *
 * Quoted-printable: RFC 2045, 6.7.  Escape sequences: ECMA-48, 5.4 and 5.6.
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

#define BLOCK		65536u
#define MIN_WIDE	32u	/* bytes by which UTF-16 without its mark is known */
#define MAX_LINE_START	64u	/* of a line, for a mail's headers */

enum width { WIDTH_8, WIDTH_16_LITTLE, WIDTH_16_BIG };

enum quoting {
	QUOTING_NONE,
	QUOTING_ALL,		/* every "=" is an escape */
	QUOTING_DECLARED,	/* where headers say so */
};

enum escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_CONTROL, ESCAPE_COMMAND };

struct transport {
	/* How the text was changed. */
	enum width width;
	size_t mark;		/* bytes at its beginning that say so */
	enum quoting quoting;
	bool escapes, returns, blanks;
	/* The place of the copy in it. */
	bool quoted;		/* this part is quoted-printable */
	unsigned int nr_held;	/* of an escape: '=', a digit */
	unsigned char held[2];
	enum escape escape;
	bool c2;		/* the first byte of a blank */
	char line[MAX_LINE_START];
	size_t line_len;
	int fd;
	int error;
	unsigned char out[BLOCK];
	size_t nr_out;
	uint64_t size;
};

static unsigned int unit(const struct transport *tr, const unsigned char *p)
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

/* Finds how the text was changed; false: not at all, or it is no text. */
static bool examine(struct transport *tr, const unsigned char *start, size_t len)
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
		unsigned int c = tr->width ? unit(tr, start + i) : start[i];

		text[n++] = (char)(c < 256 ? c : '?');
	}
	text[n] = '\0';
	if (!memchr(text, '\0', n)) {
		tr->quoting = find_quoting(text, n);
		tr->escapes = memmem(text, n, "\033[", 2) != NULL;
		tr->returns = memchr(text, '\r', n) && !memchr(text, '\n', n);
		tr->blanks = tr->width ? memchr(text, 0xa0, n) != NULL : strstr(text, "\xc2\xa0") != NULL;
	} else {
		tr->width = WIDTH_8;
		tr->mark = 0;
	}
	free(text);
	return tr->width || tr->mark || tr->quoting || tr->escapes || tr->returns || tr->blanks;
}

/*
 * The copy.
 */

static void flush(struct transport *tr)
{
	if (!tr->error && tr->nr_out)
		tr->error = ir_temp_write(tr->fd, tr->out, tr->nr_out);
	tr->size += tr->nr_out;
	tr->nr_out = 0;
}

static void put(struct transport *tr, unsigned char c)
{
	if (tr->nr_out == BLOCK)
		flush(tr);
	tr->out[tr->nr_out++] = c;
}

/* Blanks, which in UTF-8 have two bytes. */
static void put_blanks(struct transport *tr, unsigned char c)
{
	if (tr->c2 && c == 0xa0) {
		tr->c2 = false;
		put(tr, ' ');
		return;
	}
	if (tr->c2)
		put(tr, 0xc2);
	tr->c2 = tr->blanks && !tr->width && c == 0xc2;
	if (!tr->c2)
		put(tr, tr->blanks && tr->width && c == 0xa0 ? ' ' : c);
}

/* Terminals: ESC [ parameters letter; ESC ] text BEL; ESC and one more. */
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
		tr->escape = c == '[' ? ESCAPE_CONTROL : c == ']' ? ESCAPE_COMMAND : ESCAPE_NONE;
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
		break;
	}
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

/* Passes on bytes that looked like an escape sequence. */
static void release_held(struct transport *tr)
{
	for (unsigned int i = 0; i < tr->nr_held; i++)
		put_escapes(tr, tr->held[i]);
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
			put_escapes(tr, c);
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
		put_escapes(tr, (unsigned char)(hex_value(tr->held[1]) << 4 | hex_value(c)));
	} else {
		release_held(tr);
		put_escapes(tr, c);
	}
}

static int copy(struct transport *tr, struct ir_file *file)
{
	size_t step = tr->width ? 2 : 1;
	unsigned char *in = malloc(BLOCK);
	uint64_t pos = tr->mark;
	ssize_t got = 0;

	if (!in)
		return -ENOMEM;
	while (!tr->error && (got = ir_file_read(file, pos, in, BLOCK)) > 0) {
		for (size_t i = 0; i + step <= (size_t)got; i += step) {
			unsigned int c = step == 2 ? unit(tr, in + i) : in[i];

			put_quoting(tr, (unsigned char)(c < 256 ? c : '?'));
		}
		pos += (uint64_t)got;
	}
	release_held(tr);
	if (tr->c2)
		put(tr, 0xc2);
	flush(tr);
	free(in);
	return got < 0 ? (int)got : tr->error;
}

static const char *note_of(const struct transport *tr)
{
	return tr->width ? "read as UTF-16" : tr->quoting ? "read as quoted-printable" :
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
	if (!examine(tr, start, len)) {
		rc = tr->error;
		free(tr);
		return rc ? ir_error_set(err, rc, "%s: out of memory", ir_file_path(file)) : 0;
	}
	tr->quoted = tr->quoting == QUOTING_ALL;
	tr->fd = ir_temp_open();
	rc = tr->fd < 0 ? tr->fd : copy(tr, file);
	if (!rc)
		ir_file_replace(file, tr->fd, tr->size, note_of(tr));
	else
		ir_error_set(err, rc, "%s: cannot make a temporary copy in %s: %s; set TMPDIR",
			     ir_file_path(file), ir_temp_dir(), strerror(-rc));
	if (rc && tr->fd >= 0)
		close(tr->fd);
	free(tr);
	return rc ? rc : 1;
}
