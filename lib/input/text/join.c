// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines that were broken on the way, and are put together again.
 *
 * A mail program breaks lines at blanks: ir_text_join_next() puts the next line behind
 * one that is not complete, with a blank between them, if it can only be its rest.
 *
 * A terminal breaks them at its last column, within a word if that is there.  What is
 * copied from it has lines of that width, and none is longer: ir_text_wrap_note() finds
 * the width from the beginning of a text.  It is certain only if numbers or keys were
 * broken, too, as no mail program does.  ir_text_next_line() then returns such lines whole.
 */
#include <errno.h>
#include <stdlib.h>

#include "input/text/priv.h"

#define MIN_WIDTH	40u
#define MIN_FULL	2u	/* lines that go on in the next one */
#define FRAME_INDENT	4	/* of a call chain whose tab became blanks */
#define FRAME_ADDRESS	8

static bool is_hex(char c)
{
	return text_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool is_frame(const struct text_span *line)
{
	const char *p = text_skip_spaces(line->start, line->end), *start = p;

	while (p < line->end && is_hex(*p))
		p++;
	return start - line->start >= FRAME_INDENT && p - start >= FRAME_ADDRESS &&
		p < line->end && *p == ' ';
}

/* Whether it can only be the rest of a line. */
static bool is_continuation(const struct text_span *line, const struct text_columns *columns)
{
	struct text_columns cols = *columns;
	struct text_span rest = *line;
	struct text_numbers n;
	struct text_head head;
	enum text_other what;

	rest.start = text_skip_spaces(rest.start, rest.end);
	if (rest.start == rest.end || ir_text_head(rest.start, rest.end, &cols, &head))
		return false;
	what = ir_text_other(&rest, &n);
	return what == TEXT_OTHER_FOREIGN || what == TEXT_OTHER_BROKEN;
}

/*
 * Finding the width.
 */

/* Words that are certain to be one, of which each half came in a line of its own. */
static bool is_word(const char *word, size_t len)
{
	static const char *const words[] = {
		"iova=", "paddr=", "size=", "unmapped_size=", "dma_addr=", "phys_addr=", "attrs=",
		"dma_addrs=", "sizes=", "phys_addrs=",
		"IOMMU:", "dir=FROM_DEVICE", "dir=TO_DEVICE", "dir=BIDIRECTIONAL",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && !memcmp(words[i], word, len))
			return true;
	return false;
}

static size_t word_len(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && *p != ' ' && *p != '=')
		p++;
	return (size_t)(p - start) + (p < end && *p == '=');
}

/* Whether @line goes on within the word that ended the one before. */
static bool is_within_word(const struct text_wrap *w, const struct text_span *line)
{
	size_t len = word_len(line->start, line->end), digits = 0;
	char word[2 * TEXT_WRAP_TAIL], last = w->tail_len ? w->tail[w->tail_len - 1] : ' ';

	if (!w->tail_len || !len)
		return false;
	/* No number in a payload has neither a key nor 0x in front of it. */
	digits += last == '0' && *line->start == 'x';
	while (digits < len && is_hex(line->start[digits]))
		digits++;
	if (digits == len || (digits && strchr(",}", line->start[digits])))
		return is_hex(last) || last == '=' || last == 'x';
	if (last == '=' && (w->tail_len < 6 || memcmp(w->tail + w->tail_len - 6, "attrs=", 6) != 0))
		return true;
	if (len > TEXT_WRAP_TAIL)
		return false;
	memcpy(word, w->tail, w->tail_len);
	memcpy(word + w->tail_len, line->start, len);
	return is_word(word, w->tail_len + len);
}

static void keep_tail(struct text_wrap *w, const struct text_span *line)
{
	const char *p = line->end;

	while (p > line->start && p[-1] != ' ' && line->end - p < (ptrdiff_t)TEXT_WRAP_TAIL)
		p--;
	w->tail_len = (size_t)(line->end - p);
	memcpy(w->tail, p, w->tail_len);
	w->last = text_len(line);
}

static void note_pair(struct text_wrap *w, const struct text_span *line)
{
	if (w->last > w->width) {
		w->shorter += w->last - w->width > 1 ? w->full : 0;
		w->full = 0;
		w->width = w->last;
	}
	/* A blank in the last column may be gone. */
	if (w->last + 1 < w->width)
		w->shorter++;
	else
		w->full++;
	w->within_words |= w->last == w->width && is_within_word(w, line);
}

void ir_text_wrap_note(struct text_wrap *w, const struct text_span *line, bool event)
{
	struct text_span behind = ir_text_behind_log(line);
	struct text_numbers n;
	enum text_other what = event ? TEXT_OTHER_NOTHING : ir_text_other(line, &n);
	bool rest = (what == TEXT_OTHER_FOREIGN || what == TEXT_OTHER_BROKEN) && w->last &&
		behind.start == line->start && !is_frame(line);

	if (!event && !rest) {
		w->last = 0;
		return;
	}
	if (!event)
		note_pair(w, line);
	if (text_len(line) > w->longest)
		w->longest = text_len(line);
	keep_tail(w, line);
}

size_t ir_text_wrap_width(const struct text_wrap *w)
{
	bool certain = w->within_words && w->width >= MIN_WIDTH && w->longest == w->width &&
		w->full >= MIN_FULL && w->shorter <= w->full / 4;

	return certain ? w->width : 0;
}

/*
 * Putting together.
 */

bool ir_text_is_joined(const struct text *t, const char *p)
{
	uintptr_t start = (uintptr_t)t->joined;

	return start && (uintptr_t)p >= start && (uintptr_t)p <= start + TEXT_MAX_LINE;
}

/* Move @line, a part of t->joined perhaps, to t->joined: 0, or -ENOMEM. */
static int move_line(struct text *t, struct text_span *line)
{
	size_t len = text_len(line);

	if (!t->joined)
		t->joined = malloc(TEXT_MAX_LINE + 1);
	if (!t->joined)
		return -ENOMEM;
	if (line->start != t->joined)
		memmove(t->joined, line->start, len);
	*line = (struct text_span){ t->joined, t->joined + len };
	return 0;
}

/* Put @more behind @line, which is t->joined, with blanks between them: false if it is too long. */
static bool append_line(struct text *t, struct text_span *line, size_t blanks,
			const struct text_span *more)
{
	char *end = t->joined + (line->end - t->joined);

	if (text_len(line) + blanks + text_len(more) > TEXT_MAX_LINE)
		return false;
	memset(end, ' ', blanks);
	memcpy(end + blanks, more->start, text_len(more));
	line->end += blanks + text_len(more);
	return true;
}

/* The line as it is in the file: 1, 0 at the end, negative errno. */
static int file_line(struct text *t, struct text_span *line)
{
	int rc = 1;

	if (t->held.start) {
		*line = t->held;
		t->held.start = NULL;
		t->cut = t->held_cut;
	} else {
		rc = ir_text_file_line(&t->file, line);
		t->cut = t->file.cut;
	}
	return rc;
}

/* The line behind that one, which stays to be read: 1, 0 at the end, negative errno. */
static int look_ahead(struct text *t, struct text_span *next)
{
	bool cut = t->cut;
	int rc = file_line(t, next);

	if (rc == 1) {
		t->held = *next;
		t->held_cut = t->cut;
	}
	t->cut = cut;
	return rc;
}

/* Without what stands around it. */
static void trim_line(struct text_span *line)
{
	while (line->end > line->start && (line->end[-1] == '\t' || line->end[-1] == '\r'))
		line->end--;
	ir_text_unquote(line);
}

static int join_wrapped(struct text *t, struct text_span *line)
{
	size_t last;
	int rc = 1;

	trim_line(line);
	last = text_len(line);
	if (ir_text_behind_log(line).start != line->start || (last && *line->start == '#'))
		return 1;
	while (rc == 1 && !t->cut && (last == t->wrap || last + 1 == t->wrap)) {
		struct text_span next;
		size_t len;

		rc = move_line(t, line);
		if (!rc)
			rc = look_ahead(t, &next);
		if (rc <= 0)
			return rc < 0 ? rc : 1;
		trim_line(&next);
		len = text_len(&next);
		if (ir_text_behind_log(&next).start != next.start || is_frame(&next) ||
		    !is_continuation(&next, &t->columns) || !append_line(t, line, t->wrap - last, &next))
			return 1;
		t->cut = t->held_cut;
		t->held.start = NULL;
		t->unwrapped = true;
		last = len;
	}
	return rc;
}

int ir_text_next_line(struct text *t, struct text_span *line)
{
	int rc = file_line(t, line);

	t->unwrapped = false;
	return rc == 1 && t->wrap ? join_wrapped(t, line) : rc;
}

int ir_text_join_next(struct text *t, struct text_span *line)
{
	struct text_span next;
	int rc;

	/* Mail of format=flowed has the blank at the end of a line. */
	line->end = text_trim(line->start, line->end);
	rc = move_line(t, line);
	if (!rc)
		rc = look_ahead(t, &next);
	if (rc <= 0)
		return rc;
	ir_text_unquote(&next);
	next.start = text_skip_spaces(next.start, next.end);
	if (!is_continuation(&next, &t->columns) || !append_line(t, line, line->end > line->start, &next))
		return 0;	/* it is read on its own */
	t->cut = t->held_cut;
	t->held.start = NULL;
	return 1;
}
