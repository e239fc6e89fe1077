/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes that mail, editors and terminals make to a text are undone in a copy of
 * it, if that is certain from its beginning:
 *
 *	UTF-16, with or without its mark; the mark of UTF-8
 *	quoted-printable: declared by a mail's header, or every "=" is an escape
 *	escape sequences of terminals
 *	tags of HTML, comments, scripts and styles: the text begins with one of a page's first
 *	elements, or it is mail that has a page alone
 *	character references of HTML: every "&" begins one, or there are tags
 *	lines that end in a carriage return alone; carriage returns and form feeds that begin one
 *	blanks that do not break, characters without width, and what stands for a dash
 *	tabs in place of blanks; "$" at the end of every line, and "^[", "^M", "^I", as
 *	cat -A prints them
 *
 * Lines that a mail program broke, and marks of quotes, are left to the reader,
 * which knows when an event is complete.
 */
#ifndef IR_INPUT_TEXT_TRANSPORT_H
#define IR_INPUT_TEXT_TRANSPORT_H

#include <iommu-replay/error.h>
#include <stddef.h>
#include "base/file.h"

/**
 * ir_transport_undo - let @file be a copy in which all of that is undone
 * @start: its first @len bytes
 *
 * 1, 0 if there is nothing to do, or a negative errno with @err set.
 */
int ir_transport_undo(struct ir_file *file, const unsigned char *start, size_t len,
		      struct ir_error *err);

#endif
