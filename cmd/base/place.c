// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/place.h"

#include <stdio.h>
#include <string.h>

struct place place_key(struct place place, const char *key)
{
	if (place.n < PLACE_DEPTH)
		place.step[place.n++].key = key;
	return place;
}

struct place place_index(struct place place, size_t index)
{
	if (place.n < PLACE_DEPTH) {
		place.step[place.n].key = NULL;
		place.step[place.n++].index = index;
	}
	return place;
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

/* Behind the string that begins at @at; as everywhere here, the text is valid. */
static const char *skip_string(const char *at)
{
	for (at++; *at != '"'; at++)
		at += *at == '\\';
	return at + 1;
}

static const char *skip_value(const char *at)
{
	int depth = 0;

	do {
		if (*at == '"') {
			at = skip_string(at);
			continue;
		}
		if (*at == '{' || *at == '[')
			depth++;
		else if (*at == '}' || *at == ']')
			depth--;
		else if (!depth)
			return at + strcspn(at, ",]} \t\r\n");
		at++;
	} while (depth);
	return at;
}

/* The next key or member behind the value at @at, or the end of what it is in. */
static const char *next_member(const char *at)
{
	at = skip_blanks(skip_value(at));
	return skip_blanks(at + (*at == ','));
}

/* The member of the object at @at; NULL: it has none.  @value: behind the colon. */
static const char *find_key(const char *at, const char *key, const char **value)
{
	size_t len = strlen(key);

	for (at = skip_blanks(at + 1); *at == '"'; at = next_member(at)) {
		const char *name = at;

		at = skip_blanks(skip_blanks(skip_string(at)) + 1);
		if (!strncmp(name + 1, key, len) && name[len + 1] == '"') {
			*value = at;
			return name;
		}
	}
	return NULL;
}

static const char *find_index(const char *at, size_t index)
{
	for (at = skip_blanks(at + 1); *at != ']'; at = next_member(at))
		if (!index--)
			return at;
	return NULL;
}

int place_line(const char *text, const struct place *place)
{
	const char *value = skip_blanks(text), *where = value;
	int line = 1;

	for (size_t i = 0; i < place->n; i++) {
		const char *next;

		if (place->step[i].key)
			next = find_key(value, place->step[i].key, &value);
		else
			next = value = find_index(value, place->step[i].index);
		if (!next)
			break;
		where = next;
	}
	for (const char *c = text; c < where; c++)
		line += *c == '\n';
	return line;
}

void place_name(const struct place *place, char *name, size_t size)
{
	size_t used = 0;

	*name = '\0';
	for (size_t i = 0; i < place->n && used < size; i++) {
		int n = place->step[i].key ?
			snprintf(name + used, size - used, "%s%s", used ? "." : "",
				 place->step[i].key) :
			snprintf(name + used, size - used, "[%zu]", place->step[i].index);

		used += n > 0 ? (size_t)n : 0;
	}
}
