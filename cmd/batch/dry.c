// SPDX-License-Identifier: GPL-2.0-or-later
#include "batch/dry.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/message.h"
#include "io/output.h"

#define LINE_BYTES 4096		/* of a result: some three to five KB */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* How long it takes to open a recording and to replay it once; false: it cannot be. */
static bool measure(const struct settings *settings, const char *path,
		    const struct ir_config *config, double *open_s, double *replay_s)
{
	const struct ir_recording_options options = {
		.device = settings->device, .max_memory = settings->max_memory,
	};
	const struct ir_replay_options once = { .jobs = 1 };
	struct ir_error err = { "" };
	struct ir_result result;
	double start = now();
	struct ir_recording *rec = ir_recording_open(path, &options, &err);
	bool ok = false;

	if (!rec)
		return false;
	*open_s = now() - start;
	start = now();
	ok = !ir_replay(rec, config, 1, &once, &result, &err);
	*replay_s = now() - start;
	ir_recording_close(rec);
	return ok;
}

/* Sizes of all recordings that have cells here; the smallest is the one to measure. */
struct sizes {
	uint64_t all, smallest;
	const char *smallest_path;
	size_t n, missing;
};

static void add(struct sizes *s, const char *path)
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
	double open_s = 0, replay_s = 0, seconds, each;
	struct sizes sizes = { .n = 0 };
	struct output out;
	struct ir_error err = { "" };

	if (output_open(&out, NULL, NULL, 0, &err)) {
		message("%s", err.text);
		return STATUS_ERROR;
	}
	for (size_t i = first / plan->nr_configs; i * plan->nr_configs < end; i++)
		add(&sizes, plan->recordings[i].path);
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
	if (sizes.smallest && measure(settings, sizes.smallest_path, &plan->configs[0].config, &open_s,
				      &replay_s)) {
		seconds = (double)sizes.all / (double)sizes.smallest * (open_s + replay_s * each) / jobs;
		fprintf(out.stream, "\ntime        about %.*f s with %.0f thread%s",
			seconds < 10 ? 1 : 0, seconds, jobs, jobs > 1 ? "s" : "");
	} else {
		fputs("\ntime        not known: the smallest recording cannot be replayed", out.stream);
	}
	fprintf(out.stream, "\nresults     about %.1f MB\n",
		(double)(end - first) * LINE_BYTES / 1e6);
	if (output_commit(&out, &err)) {
		message("%s", err.text);
		return STATUS_ERROR;
	}
	return sizes.missing ? STATUS_ERROR : STATUS_DONE;
}
