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

#define SHOWN	3	/* nearest names that a message lists, */
#define FEW	6	/* unless there are only so many, and it lists all */

/* The nearest known names, the nearest first. */
struct nearest {
	const char *name[SHOWN];
	size_t distance[SHOWN];
	size_t n;	/* how many names there are, shown or not */
};

static void add_name(struct nearest *near, const char *name, size_t d)
{
	size_t at = near->n < SHOWN ? near->n : SHOWN;

	near->n++;
	for (; at && near->distance[at - 1] > d; at--) {
		if (at == SHOWN)
			continue;
		near->name[at] = near->name[at - 1];
		near->distance[at] = near->distance[at - 1];
	}
	if (at < SHOWN) {
		near->name[at] = name;
		near->distance[at] = d;
	}
}

int name_unknown(struct ir_error *err, const char *what, const char *name, size_t len,
		 const char *(*known)(const void *arg, size_t i), const void *arg)
{
	struct nearest near = { .n = 0 };
	char list[FEW * (MAX_NAME + 3)] = "";
	size_t used = 0, shown;
	const char *one;
	int width = (int)(len > 60 ? 60 : len);

	for (size_t i = 0; (one = known(arg, i)); i++) {
		size_t d = distance(name, len, one);

		/* A beginning is as good a hint as a typo. */
		if (len >= 2 && !strncmp(name, one, len))
			d = 1;
		add_name(&near, one, d);
	}
	if (near.n && near.distance[0] <= (len < 5 ? 1 : 2) + len / 8)
		return ir_error_set(err, -EINVAL, "unknown %s \"%.*s\", did you mean \"%s\"?", what,
				    width, name, near.name[0]);
	shown = near.n <= FEW ? near.n : SHOWN;
	for (size_t i = 0; i < shown && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%.*s", i ? ", " : "",
					 MAX_NAME, near.n <= FEW ? known(arg, i) : near.name[i]);
	return ir_error_set(err, -EINVAL, "unknown %s \"%.*s\"; %s: %s", what, width, name,
			    shown < near.n ? "the nearest" : "known", list);
}

const char *choice_name(const void *choices, size_t i)
{
	return ((const struct choice *)choices)[i].name;
}
