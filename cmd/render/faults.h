/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faults of a recording, as tables, Markdown, a web page or CSV. */
#ifndef CMD_RENDER_FAULTS_H
#define CMD_RENDER_FAULTS_H

#include "render/render.h"

int render_faults_csv(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n);
/** draw_faults - the faults as text or Markdown */
int draw_faults(const struct drawing *d, const struct ir_report_entry *entry);

#endif
