/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells: the texts of a table, put together row by row, then drawn. */
#ifndef CMD_CELLS_H
#define CMD_CELLS_H

#include "render/render.h"

struct cells {
	char **text;
	size_t columns, rows, used;
	bool failed;	/* no memory; cells_draw() reports it */
};

/** cells_init - room for @rows rows of @columns columns */
void cells_init(struct cells *cells, size_t columns, size_t rows);
/** cell - the next one; made harmless for a terminal, text_clean() */
void cell(struct cells *cells, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** cell_is_time - whether the figure of a report with this key is in nanoseconds */
bool cell_is_time(const char *key);
/** cells_draw - draw them and free them; 0 or -ENOMEM */
int cells_draw(struct cells *cells, const struct drawing *d, const struct plain_column *columns);

#endif
