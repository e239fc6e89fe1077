// SPDX-License-Identifier: GPL-2.0-or-later
/* Rewrites the file of a finished batch: its lines in the order of cells, without repeated ones. */
#include "batch/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/output.h"

/* A line of another run of the batch, or of an earlier manifest: its numbers are brought up to date. */
static int write_renumbered(const struct cell_order *o, FILE *out, size_t cell, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	char *renumbered;
	size_t len;

	json_object_set_new(line, "batch", json_string(o->plan->digest));
	json_object_set_new(line, "cell", json_integer((json_int_t)cell));
	json_object_set_new(line, "cells", json_integer((json_int_t)plan_cells(o->plan)));
	renumbered = results_line(line, &len);
	json_decref(line);
	if (!renumbered)
		return -ENOMEM;
	fputs(renumbered, out);
	free(renumbered);
	return 0;
}

static bool is_current(const struct cell_order *o, const struct result_line *line, size_t cell)
{
	return line->as_written && line->cell == cell && line->cells == plan_cells(o->plan) &&
		!strcmp(line->batch, o->plan->digest);
}

/* Whether the file equals that of a batch without interruption. */
static bool in_order(const struct cell_order *o)
{
	off_t offset = 0;

	for (size_t cell = o->first; cell < o->end; cell++) {
		const struct result_line *line = &o->results->lines[o->line[cell - o->first]];

		if (line->offset != offset || !is_current(o, line, cell))
			return false;
		offset += (off_t)line->length;
	}
	return offset == o->results->end;
}

static int write_in_order(const struct cell_order *o, struct output *out, struct ir_error *err)
{
	int rc = 0;

	for (size_t cell = o->first; cell < o->end && !rc && output_check(out); cell++) {
		size_t line = o->line[cell - o->first];
		char *text = results_text(o->results, line, err);

		if (!text)
			return -EIO;
		errno = 0;
		if (is_current(o, &o->results->lines[line], cell))
			fputs(text, out->stream);
		else if (write_renumbered(o, out->stream, cell, text))
			rc = ir_error_set(err, -ENOMEM, "out of memory");
		free(text);
	}
	return rc;
}

int order_put(const struct cell_order *o, struct ir_error *err)
{
	struct output out;
	int rc;

	if (in_order(o))
		return results_sync(o->results, err);
	rc = output_open(&out, o->results->path, NULL, 0, err);
	if (rc)
		return rc;
	rc = write_in_order(o, &out, err);
	if (!rc)
		return output_commit(&out, err);
	output_abort(&out);
	return rc;
}
