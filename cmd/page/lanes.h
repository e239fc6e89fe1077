/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The course of replays over time: a lane for each row, on one time axis. */
#ifndef CMD_LANES_H
#define CMD_LANES_H

#include "page/svg.h"

/** lanes_course - the lanes of rows, if there are timelines */
void lanes_course(FILE *out, const struct ir_rows *rows);
/** lanes_folded - distribution of exposure, queue depth, first failed maps, each folded */
void lanes_folded(FILE *out, const struct ir_rows *rows);

#endif
