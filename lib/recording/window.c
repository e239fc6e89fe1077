// SPDX-License-Identifier: GPL-2.0-or-later
#include "recording/window.h"

bool ir_window_has(struct ir_recording *rec, const struct ir_event *ev)
{
	const struct ir_recording_options *o = &rec->options;
	uint64_t at;

	if (!rec->first_ns && (ev->kind == IR_EV_MARKER || ev->kind == IR_EV_LOST ||
			       ev->kind == IR_EV_STACK))
		return !o->window_from_ns;
	if (!rec->first_ns)
		rec->first_ns = ev->time_ns;
	at = ev->time_ns > rec->first_ns ? ev->time_ns - rec->first_ns : 0;
	if (ev->kind == IR_EV_MARKER && o->window_from_ns)
		return false;
	return at >= o->window_from_ns && at <= o->window_to_ns;
}

void ir_window_span(struct ir_recording *rec)
{
	struct ir_recording_info *info = &rec->info;
	uint64_t end = info->start_ns + info->duration_ns;
	uint64_t from = rec->first_ns + rec->options.window_from_ns;
	uint64_t to = rec->first_ns + rec->options.window_to_ns;

	info->window_from_ns = rec->options.window_from_ns;
	info->window_to_ns = rec->options.window_to_ns;
	if (!info->start_ns)	/* nothing lies in it */
		return;
	if (end > to)
		end = to;
	info->start_ns = from;
	info->duration_ns = end > from ? end - from : 0;
}
