// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * info: what is in a recording, and how much of it can be relied upon.
 */
#include "base/cmd.h"
#include "formats/document.h"
#include "io/input.h"

int cmd_info(const struct settings *settings)
{
	struct document doc;
	int status = document_open(&doc, settings);

	if (status)
		return status;
	doc.render = renderer_of(settings)->info;
	for (size_t i = 0; i < settings->nr_operands; i++) {
		struct input input;
		int opened = input_open(&input, settings, settings->operands[i],
					document_interrupted, &doc);

		/* info exists to show what is wrong with a recording. */
		if (input.rec)
			opened = worst_status(opened, document_add(&doc, &(struct ir_report_entry){
				.info = input.info,
			}));
		input_close(&input);
		status = worst_status(status, opened);
		if (*interrupts_flag()) {
			status = STATUS_INTERRUPTED;
			break;
		}
	}
	return document_finish(&doc, status);
}
