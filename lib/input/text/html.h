/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a saved page of HTML: without tags, comments, scripts and styles; elements that
 * browsers show on lines of their own end lines.
 */
#ifndef IR_INPUT_TEXT_HTML_H
#define IR_INPUT_TEXT_HTML_H

#include <stdbool.h>
#include <stdint.h>

#define IR_HTML_TAG	65536u	/* bytes: a longer tag is none */

enum tag { TAG_NONE, TAG_NAME, TAG_INLINE, TAG_LINE, TAG_COMMENT, TAG_HIDDEN };

struct ir_html {
	void (*put)(void *arg, unsigned char c);	/* is called for each byte of text */
	void *arg;
	enum tag tag;
	uint64_t nr_tag;	/* bytes from "<" on */
	unsigned char tag_text[IR_HTML_TAG];	/* the first ones */
	unsigned char quote;	/* of an attribute's value; 0: outside of one */
	bool equals;		/* a value is next */
	unsigned char last;	/* byte, outside of values */
	const char *hidden;	/* a hidden element's name */
	unsigned int nr_end;	/* bytes that are the same as those of what ends it, or a comment */
	uint64_t nr_lost;	/* bytes of tags, comments and hidden elements that do not end */
};

/** ir_html_is_page - does @text begin as a page, or is it mail that has a page and no text beside it */
bool ir_html_is_page(const char *text);
/** ir_html_put - the next byte of the page */
void ir_html_put(struct ir_html *html, unsigned char c);
/** ir_html_finish - the page ends here */
void ir_html_finish(struct ir_html *html);

#endif
