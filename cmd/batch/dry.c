// SPDX-License-Identifier: GPL-2.0-or-later
#include "batch/dry.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/message.h"
#include "batch/shares.h"
#include "io/input.h"
#include "io/output.h"
#include "report/json.h"

#define LINE_BYTES 4096		/* of a result that cannot be measured */
#define HEAD_BYTES 500		/* of a line, before the recording and the result */

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct measured {
	double open_s, replay_s;
	size_t line;			/* bytes */
};

static size_t text_size(json_t *object)
{
	size_t size = object ? json_dumpb(object, NULL, 0, JSON_COMPACT | IR_JSON_FLAGS) : 0;

	json_decref(object);
	return size;
}

/* How long it takes to open a recording and to replay it once, and its line; false: it cannot be. */
static bool measure_recording(const struct settings *settings, const char *path,
			      const struct ir_config *config, struct measured *m)
{
	const struct ir_recording_options options = shares_recording(settings);
	struct ir_replay_options once = { .jobs = 1 };
	struct ir_load *load = NULL;
	struct ir_error err = { "" };
	struct shares shares = { .n = 0 };
	struct ir_result result;
	struct ir_report_entry entry = {
		.configs = config, .results = &result, .nr_results = 1,
	};
	double start = now_s();
	struct ir_recording *rec = ir_recording_open(path, &options, &err);
	bool ok = false;

	if (!rec)
		return false;
	if (settings->closed)
		once.load = load = input_new_load(rec, settings, &err);
	m->open_s = now_s() - start;
	start = now_s();
	entry.info = ir_recording_info(rec);
	if ((load || !settings->closed) && !shares_open(&shares, settings, entry.info, 1)) {
		shares_request(&shares, 0, 1, &once);
		ok = !ir_replay(rec, config, 1, &once, &result, &err);
	}
	m->replay_s = now_s() - start;
	shares_put(&shares, 0, &entry);
	if (ok)
		m->line = HEAD_BYTES + text_size(ir_json_recording(&entry)) +
			text_size(ir_json_result(&entry, 0));
	shares_free(&shares);
	ir_load_free(load);
	ir_recording_close(rec);
	return ok;
}

/* Sizes of all recordings that have cells here; the smallest is the one to measure. */
struct sizes {
	uint64_t all, smallest;
	const char *smallest_path;
	size_t n, missing;
};

static void add_recording_size(struct sizes *s, const char *path)
{
	struct stat st;

	s->n++;
	if (stat(path, &st)) {
		message("%s: is missing, or cannot be read", path);
		s->missing++;
		return;
	}
	s->all += (uint64_t)st.st_size;
	if (!s->smallest_path || (uint64_t)st.st_size < s->smallest) {
		s->smallest = (uint64_t)st.st_size;
		s->smallest_path = path;
	}
}

int batch_dry_run(const struct settings *settings, const struct plan *plan, size_t first, size_t end)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	double jobs = settings->jobs ? settings->jobs : online > 0 ? (double)online : 1;
	struct measured measured = { .line = LINE_BYTES };
	double seconds, each, bytes;
	struct sizes sizes = { .n = 0 };
	struct output out;
	struct ir_error err = { "" };

	if (output_open(&out, NULL, NULL, 0, &err)) {
		message("%s", err.text);
		return STATUS_ERROR;
	}
	for (size_t i = first / plan->nr_configs; i * plan->nr_configs < end; i++)
		add_recording_size(&sizes, plan->recordings[i].path);
	fprintf(out.stream, "recordings  %zu, %.1f MB", sizes.n, (double)sizes.all / 1e6);
	if (sizes.missing)
		fprintf(out.stream, "; %zu missing", sizes.missing);
	fprintf(out.stream, "\ncells       %zu", end - first);
	if (end - first == plan_cells(plan))
		fprintf(out.stream, ": %zu configuration%s of each recording", plan->nr_configs,
			plan->nr_configs == 1 ? "" : "s");
	if (plan->left_out)
		fprintf(out.stream, "; %zu more left out, as they contradict themselves",
			plan->left_out);
	each = sizes.n ? (double)(end - first) / (double)sizes.n : 0;
	if (sizes.smallest && measure_recording(settings, sizes.smallest_path, &plan->configs[0].config,
						&measured)) {
		seconds = (double)sizes.all / (double)sizes.smallest *
			(measured.open_s + measured.replay_s * each) / jobs;
		fprintf(out.stream, "\ntime        %s %.*f s with %.0f thread%s",
			seconds < 0.1 ? "less than" : "about", seconds < 10 ? 1 : 0,
			seconds < 0.1 ? 0.1 : seconds, jobs, jobs > 1 ? "s" : "");
	} else {
		fputs("\ntime        not known: the smallest recording cannot be replayed", out.stream);
	}
	bytes = (double)(end - first) * (double)measured.line;
	fprintf(out.stream, "\nresults     about %.*f %s\n", bytes < 1e6 ? 0 : 1,
		bytes < 1e6 ? bytes / 1e3 : bytes / 1e6, bytes < 1e6 ? "kB" : "MB");
	if (output_commit(&out, &err)) {
		message("%s", err.text);
		return STATUS_ERROR;
	}
	return sizes.missing ? STATUS_ERROR : STATUS_DONE;
}
