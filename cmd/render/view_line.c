// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/view_line.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/share.h"
#include "report/columns.h"

char *view_clean(const char *text)
{
	char *clean = ir_text_utf8(text ? text : "");

	if (!clean)
		return NULL;
	for (unsigned char *c = (unsigned char *)clean; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			*c = '?';
		/* U+0080 to U+009F are controls, too. */
		if (c[0] == 0xc2 && c[1] < 0xa0)
			c[1] = 0xbf;	/* an inverted question mark */
	}
	return clean;
}

/* Without memory the line is emitted without its text at once. */
bool line_begin(struct line *line, view_line emit, void *arg)
{
	line->out = ir_memory_open(&line->memory);
	if (!line->out)
		emit(arg, "", NULL, VIEW_PLAIN);
	return line->out;
}

void line_end(struct line *line, view_line emit, void *arg, const char *label, enum view_mark mark)
{
	char *text = ir_memory_close(&line->memory);
	char *clean = text ? view_clean(text) : NULL;

	emit(arg, label, clean, mark);
	free(clean);
	free(text);
}

void view_bytes(char *text, size_t size, uint64_t bytes)
{
	static const char units[] = " KMGTPE";
	unsigned int unit = 0;

	while (bytes && !(bytes & 1023) && unit < 6) {
		bytes >>= 10;
		unit++;
	}
	snprintf(text, size, "%" PRIu64 "%.*s", bytes, unit > 0, &units[unit]);
}

/* Three digits and a unit; counts nothing but time. */
void view_duration(char *text, size_t size, uint64_t ns)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = {
		{ 1, "ns" }, { 1e3, "us" }, { 1e6, "ms" }, { 1e9, "s" }, { 60e9, "min" },
		{ 3600e9, "h" },
	};
	size_t unit = 0;
	double value;

	while (unit + 1 < sizeof(units) / sizeof(units[0]) &&
	       (double)ns >= units[unit + 1].ns * (unit < 3 ? 0.9995 : unit == 3 ? 2 : 1))
		unit++;
	value = (double)ns / units[unit].ns;
	snprintf(text, size, "%.*f%s", unit == 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0,
		 value, units[unit].name);
}
