// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/names.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cmd.h"

#define MAX_NAME 40

/*
 * Edit distance, capitals or not, swapped neighbours counting once; SIZE_MAX for
 * what is too long to be a typo.
 */
static size_t distance(const char *a, size_t alen, const char *b)
{
	size_t rows[3][MAX_NAME + 1], blen = strlen(b);
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	if (alen > MAX_NAME || blen > MAX_NAME)
		return SIZE_MAX;
	for (size_t j = 0; j <= blen; j++)
		above[j] = j;
	for (size_t i = 1; i <= alen; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			size_t best = above[j - 1] +
				(tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		before = above;
		above = row;
		row = spare;
	}
	return above[blen];
}

int name_unknown(struct ir_error *err, const char *what, const char *name, size_t len,
		 const char *(*known)(const void *arg, size_t i), const void *arg)
{
	char list[400] = "";
	size_t best = SIZE_MAX, used = 0, room = sizeof(list) - sizeof(", ...");
	const char *nearest = NULL, *one;

	for (size_t i = 0; (one = known(arg, i)); i++) {
		size_t d = distance(name, len, one);
		int n;

		/* A beginning is as good a hint as a typo. */
		if (len >= 2 && !strncmp(name, one, len))
			d = 1;
		if (d < best) {
			best = d;
			nearest = one;
		}
		n = snprintf(list + used, room - used, "%s%s", i ? ", " : "", one);
		if (n < 0 || used + (size_t)n >= room) {
			strcpy(list + used, ", ...");
			room = used;	/* nothing more */
		} else {
			used += (size_t)n;
		}
	}
	if (nearest && best <= (len < 5 ? 1 : 2) + len / 8)
		return ir_error_set(err, -EINVAL,
				    "unknown %s \"%.*s\", did you mean \"%s\"? known: %s",
				    what, (int)(len > 60 ? 60 : len), name, nearest, list);
	return ir_error_set(err, -EINVAL, "unknown %s \"%.*s\"; known: %s", what,
			    (int)(len > 60 ? 60 : len), name, list);
}

const char *choice_name(const void *choices, size_t i)
{
	return ((const struct choice *)choices)[i].name;
}
