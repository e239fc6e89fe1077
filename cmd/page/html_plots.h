/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The charts of one result on a web page. */
#ifndef CMD_HTML_PLOTS_H
#define CMD_HTML_PLOTS_H

#include <iommu-replay/report.h>
#include <stdio.h>

/** html_plots - the course of one result, as figures; nothing if there is no timeline */
void html_plots(FILE *out, const struct ir_report_entry *entry, size_t result);
/** html_plot_data - what the script needs of the same result, as a JSON object */
void html_plot_data(FILE *out, const struct ir_report_entry *entry, size_t result);

#endif
