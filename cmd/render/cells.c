// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/cells.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void cells_init(struct cells *cells, size_t columns, size_t rows)
{
	*cells = (struct cells){ .columns = columns, .rows = rows };
	cells->text = calloc(columns * rows + 1, sizeof(*cells->text));
	cells->failed = !cells->text;
}

void cell(struct cells *cells, const char *fmt, ...)
{
	char *text;
	va_list args;

	if (cells->failed)
		return;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	cells->text[cells->used++] = text_clean(text);
	cells->failed = !text;
	free(text);
}

bool cell_is_time(const char *key)
{
	size_t len = strlen(key);

	return (len > 3 && !strcmp(key + len - 3, "_ns")) ||
		!strncmp(key, "time.by_cause.", strlen("time.by_cause."));
}

int cells_draw(struct cells *cells, const struct drawing *d, const struct plain_column *columns)
{
	int rc = -ENOMEM;

	if (!cells->failed)
		rc = d->table(d->canvas, columns, cells->columns, (const char *const *)cells->text,
			      cells->used / cells->columns);
	for (size_t i = 0; i < cells->used && cells->text; i++)
		free(cells->text[i]);
	free(cells->text);
	return rc;
}
