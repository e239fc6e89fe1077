// SPDX-License-Identifier: GPL-2.0-or-later
/* Tags: the HTML standard, 13.1.2. */
#include "input/text/html.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Elements with which a page, or a part of one, may begin. */
static const char *const first_elements[] = {
	"!doctype html", "html", "head", "body", "meta", "title", "pre", "div", "table",
};

/* Elements of HTML that browsers show on lines of their own. */
static const char *const line_elements[] = {
	"article", "blockquote", "body", "br", "center", "dd", "details", "div", "dl", "dt", "footer", "form",
	"h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "option", "p", "pre",
	"section", "summary", "table", "td", "textarea", "th", "title", "tr", "ul",
};

/* Elements whose content is neither shown nor has tags. */
static const char *const hidden_elements[] = { "script", "style" };

#define MAX_TAG_NAME	12u	/* "!doctype" and longer ones, which are all the same */

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Comments and a declaration of XML may stand in front of a page. */
static const char *skip_comments(const char *text)
{
	const char *end;

	for (;; text = end + strcspn(end, ">") + 1) {
		text += strspn(text, " \t\r\n");
		end = !strncmp(text, "<!--", 4) ? strstr(text, "-->") : !strncmp(text, "<?xml", 5) ? strstr(text, "?>") : NULL;
		if (!end)
			return text;
	}
}

/* Mail or a page's archive, or an answer of HTTP, that has a page and no text beside it. */
static bool has_page(const char *text)
{
	return strcasestr(text, "Content-Type: text/html") && !strcasestr(text, "Content-Type: text/plain");
}

/* A page of HTML: every "<" in front of a letter begins a tag. */
bool ir_html_is_page(const char *text)
{
	const char *start = skip_comments(text);

	for (size_t i = 0; *start == '<' && i < sizeof(first_elements) / sizeof(first_elements[0]); i++) {
		size_t len = strlen(first_elements[i]);

		if (!strncasecmp(start + 1, first_elements[i], len) && !is_alnum((unsigned char)start[1 + len]))
			return true;
	}
	return has_page(text);
}

static const char *find_name(const char *const *names, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcasecmp(names[i], name))
			return names[i];
	return NULL;
}

/* Passes on what is no tag. */
static void release_tag(struct ir_html *h)
{
	h->tag = TAG_NONE;
	for (uint64_t i = 0; i < h->nr_tag; i++)
		h->put(h->arg, h->tag_text[i]);
}

/*
 * Something begins like a tag, and has its name now.  The page's first tags stay, as they say that it is a page;
 * so does the name of a CPU's idle task.
 */
static void name_tag(struct ir_html *h)
{
	char name[MAX_TAG_NAME + 1];
	const char *word = name + 1;

	memcpy(name, h->tag_text, h->nr_tag);
	name[h->nr_tag] = '\0';
	word += *word == '/';
	h->quote = 0;
	h->equals = false;
	h->last = 0;
	h->nr_end = 0;
	h->hidden = find_name(hidden_elements, sizeof(hidden_elements) / sizeof(hidden_elements[0]), name + 1);
	if (!strcmp(word, "!--")) {
		h->tag = TAG_COMMENT;
		h->nr_end = 2;
	} else if (!*word || !strcasecmp(word, "!doctype") || !strcasecmp(name + 1, "html") ||
		   !strcmp(name + 1, "idle")) {
		release_tag(h);
	} else {
		h->tag = find_name(line_elements, sizeof(line_elements) / sizeof(line_elements[0]), word) ?
			  TAG_LINE : TAG_INLINE;
	}
}

static bool continues_name(const struct ir_html *h, unsigned char c)
{
	if (h->nr_tag == MAX_TAG_NAME)
		return false;
	if (h->nr_tag > 1 && h->tag_text[1] == '!' && c == '-')
		return h->nr_tag < 4;
	return (is_alnum(c) && h->tag_text[h->nr_tag - 1] != '-') ||
		(h->nr_tag == 1 && (c == '/' || c == '!'));
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void add_to_tag(struct ir_html *h, unsigned char c)
{
	if (h->nr_tag < IR_HTML_TAG)
		h->tag_text[h->nr_tag] = c;
	h->nr_tag++;
}

/* It began like a tag, and is none. */
static void end_broken_tag(struct ir_html *h)
{
	if (h->nr_tag <= IR_HTML_TAG)
		release_tag(h);
	else
		h->nr_lost += h->nr_tag;
	h->tag = TAG_NONE;
}

/* In a tag, and not in a value in quotes: "<" is not in there, nor are names of events with their colons. */
static bool is_no_tag(const struct ir_html *h, unsigned char c)
{
	return c == '<' || h->nr_tag == IR_HTML_TAG || (h->last == ':' && is_blank(c));
}

static void put_tag(struct ir_html *h, unsigned char c)
{
	if (!h->quote && is_no_tag(h, c)) {
		end_broken_tag(h);
		ir_html_put(h, c);
		return;
	}
	if (!h->quote && c == '>') {
		if (h->tag == TAG_LINE)
			h->put(h->arg, '\n');
		h->tag = h->hidden && h->last != '/' ? TAG_HIDDEN : TAG_NONE;
		return;
	}
	if (h->quote) {
		h->quote = c == h->quote ? 0 : h->quote;
	} else {
		h->quote = h->equals && (c == '"' || c == '\'') ? c : 0;
		h->equals = c == '=' || (h->equals && is_blank(c));
	}
	h->last = h->quote ? 0 : c;
	add_to_tag(h, c);
}

/* In a comment, or a hidden element. */
static void put_hidden(struct ir_html *h, unsigned char c)
{
	unsigned int at = h->nr_end;

	h->nr_tag++;
	if (h->tag == TAG_COMMENT) {
		if (c == '>' && at >= 2)
			h->tag = TAG_NONE;
		h->nr_end = c == '-' ? at + 1 : 0;
	} else if (at == 2 + strlen(h->hidden) && (is_blank(c) || c == '/' || c == '>')) {
		h->tag = TAG_INLINE;
		h->hidden = NULL;
		h->nr_tag = 0;
		put_tag(h, c);
	} else {
		int next = at < 2 ? "</"[at] : h->hidden[at - 2];

		h->nr_end = next && tolower(c) == next ? at + 1 : c == '<';
	}
}

void ir_html_put(struct ir_html *h, unsigned char c)
{
	switch (h->tag) {
	case TAG_NONE:
		if (c == '<') {
			h->tag = TAG_NAME;
			h->nr_tag = 0;
			add_to_tag(h, c);
		} else {
			h->put(h->arg, c);
		}
		break;
	case TAG_NAME:
		if (continues_name(h, c)) {
			add_to_tag(h, c);
		} else {
			name_tag(h);
			ir_html_put(h, c);
		}
		break;
	case TAG_INLINE:
	case TAG_LINE:
		put_tag(h, c);
		break;
	case TAG_COMMENT:
	case TAG_HIDDEN:
		put_hidden(h, c);
		break;
	}
}

void ir_html_finish(struct ir_html *h)
{
	if (h->tag == TAG_NAME)
		name_tag(h);
	if (h->tag == TAG_COMMENT || h->tag == TAG_HIDDEN)
		h->nr_lost += h->nr_tag;
	else if (h->tag != TAG_NONE)
		end_broken_tag(h);
}
