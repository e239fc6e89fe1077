/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places: where in a JSON text a value is, for messages; jansson does not keep it. */
#ifndef CMD_PLACE_H
#define CMD_PLACE_H

#include <stddef.h>

#define PLACE_DEPTH 6

/* The way to a value: keys, and numbers in lists. */
struct place {
	struct {
		const char *key;	/* NULL: a list's member */
		size_t index;
	} step[PLACE_DEPTH];
	size_t n;
};

/** place_key - the member @key of what @place is */
struct place place_key(struct place place, const char *key);
/** place_index - the @index-th member of the list that @place is */
struct place place_index(struct place place, size_t index);
/** place_line - its line in a text that is valid JSON, from 1 on; of what exists on the way */
int place_line(const char *text, const struct place *place);
/** place_name - "recordings[3].file" */
void place_name(const struct place *place, char *name, size_t size);

#endif
