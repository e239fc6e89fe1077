/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The colours of marks, and tables, for all output on a terminal. */
#ifndef CMD_RENDER_PLAIN_H
#define CMD_RENDER_PLAIN_H

#include <libsmartcols.h>

#include "render/render.h"

/** terminal_color - libsmartcols' name of a mark's colour; NULL: none */
const char *terminal_color(enum view_mark mark);
/** terminal_table - an empty table for @canvas; NULL: no memory */
struct libscols_table *terminal_table(const struct canvas *canvas);

#endif
