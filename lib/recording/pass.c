// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads an opened recording once more, and passes its events and operations to callbacks. */
#include "recording/pass.h"

#include <errno.h>
#include <string.h>

#include "recording/priv.h"

#define PROGRESS_EVENTS	65536
#define OPS		16	/* that one event mostly makes certain, and more */

/* The state of one pass; the recording's own results are not changed. */
struct reading {
	struct ir_recording *rec;
	const struct ir_pass *pass;
	struct ir_damage damage;
	struct ir_reader *reader;
	struct ir_assembler *assembler;	/* NULL: no operations were requested */
};

static int reading_open(struct reading *r, struct ir_error *err)
{
	struct ir_recording *rec = r->rec;
	const struct ir_reader_options options = {
		.events = rec->options.events, .chains = rec->chains, .tasks = r->pass->tasks,
		.faults = r->pass->faults, .idle = r->pass->idle,
	};
	struct ir_assembler_config config;

	r->reader = ir_reader_open_with(rec->file, &options, &r->damage, err);
	if (!r->reader)
		return -EINVAL;
	/* Devices have the numbers that they have in the operations. */
	for (size_t i = 1; i < rec->info.nr_devices; i++)
		ir_reader_device(r->reader, rec->devices[i], strlen(rec->devices[i]));
	if (r->pass->faults == IR_FAULTS_ONLY)
		return 0;
	ir_survey_config(rec, r->reader, &config);
	config.damage = &r->damage;
	r->assembler = ir_assembler_new(&config);
	return r->assembler ? 0 : ir_recording_no_memory(rec, err);
}

/* Calls the pass's callback for the operations that the events up to @end make certain. */
static int pass_operations(struct reading *r, const struct ir_event *ev, const struct ir_event *end)
{
	struct ir_op ops[OPS];
	int n, rc = 0;

	while (!rc && (n = ir_assembler_events(r->assembler, &ev, end, ops, OPS))) {
		rc = n < 0 ? n : 0;
		for (int i = 0; !rc && i < n; i++) {
			ir_recording_finish_op(r->rec, &ops[i]);
			rc = r->pass->op(r->pass->arg, &ops[i]);
		}
	}
	return rc;
}

static int take_event(struct reading *r, const struct ir_event *ev)
{
	int rc = r->pass->event(r->pass->arg, ev);

	if (rc || !r->assembler || ev->kind == IR_EV_IO_FAULT || ev->kind == IR_EV_CONSOLE ||
	    ev->kind == IR_EV_SWITCH || ev->kind == IR_EV_IDLE || ev->kind == IR_EV_INTERRUPT)
		return rc;
	return pass_operations(r, ev, ev + 1);
}

static int read_all(struct reading *r, struct ir_error *err)
{
	const struct ir_recording_options *options = &r->rec->options;
	uint64_t before = ir_file_bytes_read(r->rec->file);
	struct ir_event ev;
	uint64_t n = 0;
	int rc = 0, more;

	while (!rc && (more = ir_reader_next(r->reader, &ev, err)) > 0) {
		rc = take_event(r, &ev);
		if (++n % PROGRESS_EVENTS == 0 && options->progress)
			options->progress(options->progress_arg, ir_file_bytes_read(r->rec->file) - before,
					  ir_file_size(r->rec->file));
	}
	if (!rc && more < 0)
		return more;
	if (!rc && r->assembler) {
		ir_assembler_end(r->assembler);
		rc = pass_operations(r, NULL, NULL);
	}
	if (!rc && r->pass->tasks && r->pass->tasks->no_memory)
		rc = -ENOMEM;
	return rc == -ENOMEM ? ir_recording_no_memory(r->rec, err) : rc;
}

int ir_recording_pass(struct ir_recording *rec, const struct ir_pass *pass, struct ir_error *err)
{
	struct reading r = { .rec = rec, .pass = pass };
	int rc = reading_open(&r, err);

	rec->unknown_unmaps = 0;
	rec->lost = false;
	if (!rc)
		rc = read_all(&r, err);
	ir_assembler_free(r.assembler);
	ir_reader_close(r.reader);
	return rc;
}
