// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * batch: every cell of a manifest, on as many threads as there are processors.
 *
 * A thread takes a recording, opens it once, replays all its cells that are not
 * done yet, and appends their lines.  The main thread waits, shows the progress, and
 * ends the program after a signal or when the disk is full: it holds the lock then, so
 * that no line is being written.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cmd.h"
#include "io/input.h"
#include "base/budget.h"
#include "base/message.h"
#include "io/output.h"
#include "batch/dry.h"
#include "batch/order.h"
#include "batch/plan.h"
#include "report/columns.h"
#include "report/json.h"
#include "base/memory.h"
#include "batch/results.h"
#include "batch/shares.h"

#define CELLS_AT_ONCE 64	/* of a recording; after each such step lines are written */
#define SYNC_NS 100000000	/* lines are on the disk so soon, if the disk is quick enough */
#define SHOWN_FAILURES 10	/* messages about failed recordings */
#define NO_LINE SIZE_MAX

const struct choice batch_formats[] = {
	{ "jsonl", FORMAT_LINES },
	{ "json", FORMAT_JSON },
	{ NULL, 0 },
};

struct batch {
	const struct settings *settings;
	struct plan plan;
	struct ir_events *events;	/* NULL: no file of them */
	size_t first, end;		/* the cells of this shard */
	uint32_t jobs_each;		/* threads of one replay */
	uint64_t memory_each;		/* bytes that each of them may take */

	pthread_mutex_t lock;		/* of everything below */
	pthread_cond_t changed;
	struct results results;
	size_t *line;			/* of each cell of the shard; NO_LINE: not yet */
	size_t next_recording;
	size_t running;			/* threads */
	size_t done, reused, failed, left_out;	/* cells; those that failed or are left out are done */
	size_t shown;
	bool stop;
	struct ir_error error;		/* the first one that ends the batch */
};

/* One recording in the hands of a thread. */
struct task {
	struct batch *batch;
	size_t recording;
	const char *name, *path;
	char input[FINGERPRINT_SIZE];	/* "": its content is not known */
	struct ir_recording *rec;
	struct ir_load *load;		/* --load closed; else NULL */
	struct ir_recording_info info;
	struct shares shares;		/* of CELLS_AT_ONCE results */
	size_t *cells;			/* to be done */
	size_t nr_cells;
};

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory");
}

/* The error that ends the batch; the first one counts. */
static void stop_batch(struct batch *b, const struct ir_error *err)
{
	pthread_mutex_lock(&b->lock);
	if (!*b->error.text)
		b->error = *err;
	b->stop = true;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static bool is_stopped(struct batch *b)
{
	bool stop;

	pthread_mutex_lock(&b->lock);
	stop = b->stop;
	pthread_mutex_unlock(&b->lock);
	return stop;
}

/* Lines. */

/* A cell's recording and parameters, for cells without a result. */
static json_t *json_question(const struct batch *b, size_t cell)
{
	const struct plan_recording *recording = &b->plan.recordings[cell / b->plan.nr_configs];
	const struct plan_config *c = &b->plan.configs[cell % b->plan.nr_configs];
	json_t *values = json_object();

	for (size_t i = 0; i < b->plan.nr_axes; i++)
		json_object_set_new(values, c->settings[i].parameter->name,
				    json_string(c->settings[i].text));
	for (size_t i = 0; i < recording->settings.n; i++)
		json_object_set_new(values, recording->settings.item[i].parameter->name,
				    json_string(recording->settings.item[i].text));
	return json_pack("{s:s, s:s, s:o}", "strategy", c->config.strategy->name,
			 "hypervisor", c->hypervisor, "parameters", values);
}

/* Takes @recording and @result over; @error NULL: it did not fail. */
static char *make_line(const struct task *t, size_t cell, const char *status, const char *error,
		       json_t *recording, json_t *result, size_t *len)
{
	const struct plan *plan = &t->batch->plan;
	char fingerprint[FINGERPRINT_SIZE], *clean, *text;
	json_t *line;
	int rc = 0;

	if (plan_fingerprint(plan, cell, t->input, fingerprint)) {
		json_decref(recording);
		json_decref(result);
		return NULL;
	}
	/* The digest's place is here; results_line() fills it in. */
	line = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:o, s:s}", "schema", RESULTS_SCHEMA,
			 "version", ir_version(), "digest", "", "batch", plan->digest, "cell", (json_int_t)cell,
			 "cells", (json_int_t)plan_cells(plan), "fingerprint", fingerprint,
			 "input", *t->input ? json_string(t->input) : json_null(),
			 "status", status);
	/* All are taken over, whatever comes of it; one that is NULL is an error. */
	if (error) {
		clean = ir_text_utf8(error);
		rc |= json_object_set_new(line, "error", clean ? json_string(clean) : NULL);
		free(clean);
	}
	rc |= json_object_set_new(line, "recording", recording);
	rc |= json_object_set_new(line, "result", result);
	text = rc ? NULL : results_line(line, len);
	json_decref(line);
	return text;
}

/* A cell's line goes into the file, and into @count if any; false: the batch is over. */
static bool put_line(struct task *t, size_t cell, size_t *count, char *text, size_t len)
{
	struct batch *b = t->batch;
	struct ir_error err = { "" };
	bool good = false;

	if (!text) {
		no_memory(&err);
		stop_batch(b, &err);
		return false;
	}
	pthread_mutex_lock(&b->lock);
	if (!b->stop && !results_append(&b->results, text, len, &err)) {
		good = true;
		b->line[cell - b->first] = b->results.nr_lines - 1;
		b->done++;
		if (count)
			++*count;
	}
	pthread_mutex_unlock(&b->lock);
	free(text);
	if (*err.text)
		stop_batch(b, &err);
	return good;
}

/* @why NULL: it is left out. */
static bool put_failure(struct task *t, size_t cell, const char *why)
{
	char *name = ir_text_utf8(t->name), *text;
	size_t len = 0;

	text = make_line(t, cell, why ? "failed" : "left-out", why,
			 json_pack("{s:o}", "file", name ? json_string(name) : NULL),
			 json_question(t->batch, cell), &len);
	free(name);
	return put_line(t, cell, why ? &t->batch->failed : &t->batch->left_out, text, len);
}

/* The @i-th result of a step. */
static bool put_result(struct task *t, size_t cell, const struct ir_config *config,
		       const struct ir_result *result, size_t i)
{
	struct ir_report_entry entry = {
		.info = &t->info, .configs = config, .results = result, .nr_results = 1,
	};
	size_t len = 0;
	char *text;

	shares_put(&t->shares, i, &entry);
	text = make_line(t, cell, "done", NULL, ir_json_recording(&entry), ir_json_result(&entry, 0),
			 &len);
	return put_line(t, cell, NULL, text, len);
}

/* Prints the reason of a failure, unless too many were printed. */
static void report_failure(struct batch *b, const char *name, const char *config, const char *why)
{
	if (b->settings->quiet)
		return;
	pthread_mutex_lock(&b->lock);
	if (b->shown < SHOWN_FAILURES)
		message("%s: %s%s%s", name, config, *config ? ": " : "", why);
	else if (b->shown == SHOWN_FAILURES)
		message("further failures are in %s only", b->results.path);
	b->shown++;
	pthread_mutex_unlock(&b->lock);
}

static void fail_all(struct task *t, const char *why)
{
	const char *text = why;

	/* The name is in the line already. */
	if (!strncmp(text, t->path, strlen(t->path)) && !strncmp(text + strlen(t->path), ": ", 2))
		text += strlen(t->path) + 2;
	report_failure(t->batch, t->path, "", text);
	for (size_t i = 0; i < t->nr_cells; i++)
		if (!put_failure(t, t->cells[i], text))
			return;
}

/* Replays. */

/* @first: the place of the first result in the step. */
static int replay_configs(struct task *t, const struct ir_config *configs, size_t n,
			  struct ir_result *results, size_t first, struct ir_error *err)
{
	struct ir_replay_options options = {
		.jobs = t->batch->jobs_each, .interrupted = interrupts_flag(), .load = t->load,
	};

	shares_request(&t->shares, first, n, &options);
	return ir_replay(t->rec, configs, n, &options, results, err);
}

/* Replay some cells whose configurations are in order; what fails together is tried one by one. */
static bool replay_cells(struct task *t, const size_t *cells, const struct ir_config *configs,
			 size_t n)
{
	struct ir_result results[CELLS_AT_ONCE];
	struct ir_error err = { "" };
	int rc = replay_configs(t, configs, n, results, 0, &err);

	if (rc == -EINTR || is_stopped(t->batch))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (rc) {
			int alone = replay_configs(t, &configs[i], 1, &results[i], i, &err);

			if (alone == -EINTR)
				return false;
			if (alone) {
				report_failure(t->batch, t->path, t->batch->plan.configs[cells[i] %
					    t->batch->plan.nr_configs].name, err.text);
				if (!put_failure(t, cells[i], err.text))
					return false;
				continue;
			}
		}
		if (!put_result(t, cells[i], &configs[i], &results[i], i))
			return false;
	}
	return true;
}

static void replay_all(struct task *t)
{
	struct ir_config configs[CELLS_AT_ONCE];
	size_t cells[CELLS_AT_ONCE], n = 0;
	struct ir_error err = { "" };

	for (size_t i = 0; i < t->nr_cells; i++) {
		cells[n] = t->cells[i];
		int rc = plan_config(&t->batch->plan, cells[n], &t->info, &configs[n], &err);

		if (!rc) {
			n++;
		} else if (rc > 0) {
			if (!put_failure(t, cells[n], NULL))
				return;
		} else {
			report_failure(t->batch, t->path,
				       t->batch->plan.configs[cells[n] % t->batch->plan.nr_configs].name,
				       err.text);
			if (!put_failure(t, cells[n], err.text))
				return;
		}
		if (n == CELLS_AT_ONCE || (n && i + 1 == t->nr_cells)) {
			if (!replay_cells(t, cells, configs, n))
				return;
			n = 0;
		}
	}
}

static bool same_stat(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Finds the recording's cells that are not in the file already. */
static int select_cells(struct task *t, size_t first, size_t end)
{
	struct batch *b = t->batch;
	int rc = 0;

	t->cells = calloc(end - first + 1, sizeof(*t->cells));
	if (!t->cells)
		return -ENOMEM;
	pthread_mutex_lock(&b->lock);
	for (size_t cell = first; cell < end && !rc; cell++) {
		char fingerprint[FINGERPRINT_SIZE];
		size_t line;

		rc = plan_fingerprint(&b->plan, cell, t->input, fingerprint);
		if (rc)
			break;
		if (*t->input && results_find(&b->results, fingerprint, &line)) {
			b->line[cell - b->first] = line;
			b->done++;
			b->reused++;
			b->left_out += b->results.lines[line].left_out;
		} else {
			t->cells[t->nr_cells++] = cell;
		}
	}
	pthread_mutex_unlock(&b->lock);
	return rc;
}

static void open_and_replay(struct task *t, const struct stat *before)
{
	struct ir_recording_options options = shares_recording(t->batch->settings);
	struct ir_error err = { "" };
	struct stat now;

	options.events = t->batch->events;
	options.max_memory = t->batch->memory_each;
	t->rec = ir_recording_open(t->path, &options, &err);
	if (!t->rec) {
		fail_all(t, err.text);
		return;
	}
	t->info = *ir_recording_info(t->rec);
	if (shares_open(&t->shares, t->batch->settings, &t->info, CELLS_AT_ONCE)) {
		no_memory(&err);
		stop_batch(t->batch, &err);
		goto out;
	}
	/* Results do not depend on where the program was started. */
	t->info.file = t->name;
	if (t->batch->settings->closed)
		t->load = input_new_load(t->rec, t->batch->settings, &err);
	if (stat(t->path, &now) || !same_stat(before, &now))
		fail_all(t, "it was changed while it was read");
	else if (t->batch->settings->strict_input && !t->info.complete)
		fail_all(t, "incomplete (--strict-input)");
	else if (t->load || !t->batch->settings->closed)
		replay_all(t);
	else if (!*interrupts_flag())
		fail_all(t, err.text);
out:
	ir_load_free(t->load);
	shares_free(&t->shares);
	ir_recording_close(t->rec);
}

static void run_task(struct task *t)
{
	struct batch *b = t->batch;
	size_t first = t->recording * b->plan.nr_configs, end = first + b->plan.nr_configs;
	struct ir_error unreadable = { "" }, err = { "" };
	struct stat before;

	t->name = b->plan.recordings[t->recording].name;
	t->path = b->plan.recordings[t->recording].path;
	if (stat(t->path, &before))
		ir_error_set(&unreadable, -errno, "%s: %s", t->path, strerror(errno));
	else if (fingerprint_file(t->path, t->input, &unreadable))
		*t->input = '\0';
	if (select_cells(t, first < b->first ? b->first : first, end > b->end ? b->end : end)) {
		no_memory(&err);
		stop_batch(b, &err);
	} else if (t->nr_cells && *unreadable.text) {
		fail_all(t, unreadable.text);
	} else if (t->nr_cells && !is_stopped(b)) {
		open_and_replay(t, &before);
	}
	free(t->cells);
}

static void *worker_thread(void *arg)
{
	struct batch *b = arg;

	pthread_mutex_lock(&b->lock);
	while (!b->stop && b->next_recording * b->plan.nr_configs < b->end) {
		struct task task = { .batch = b, .recording = b->next_recording++ };

		pthread_mutex_unlock(&b->lock);
		run_task(&task);
		pthread_mutex_lock(&b->lock);
	}
	b->running--;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

/* The end. */

static void report_summary(const struct batch *b)
{
	size_t cells = b->end - b->first;

	if (b->settings->quiet)
		return;
	message("%zu cell%s: %zu done, %zu failed%s", cells, cells == 1 ? "" : "s",
		b->done - b->failed - b->left_out, b->failed,
		b->done < cells ? "; the rest is not done" : "");
	if (b->left_out)
		message("%zu of them left out, as machines like the recorded ones have no such configuration",
			b->left_out);
	if (b->plan.left_out)
		message("%zu configuration%s of each recording left out, as %s", b->plan.left_out,
			b->plan.left_out == 1 ? "" : "s",
			b->plan.left_out == 1 ? "it contradicts itself" : "they contradict themselves");
	if (b->reused)
		message("%zu of them had been done before", b->reused);
}

static int finish_results(struct batch *b)
{
	size_t dropped = b->results.nr_lines - (b->end - b->first);
	const struct cell_order order = {
		.plan = &b->plan, .results = &b->results, .first = b->first, .end = b->end,
		.line = b->line,
	};
	struct ir_error err = { "" };

	if (order_put(&order, &err)) {
		message("%s", err.text);
		message("the results are all there, but not in their order; --resume tries again");
		return STATUS_ERROR;
	}
	report_summary(b);
	if (dropped && !b->settings->quiet)
		message("%zu line%s that %s no part of this batch any more or failed before %s dropped",
			dropped, dropped == 1 ? "" : "s", dropped == 1 ? "is" : "are",
			dropped == 1 ? "was" : "were");
	return b->failed ? STATUS_GATE : STATUS_DONE;
}

/* The lock is held: nothing is being written, and nothing will be.  Threads end with the program. */
static void __attribute__((noreturn)) exit_now(struct batch *b, int status)
{
	struct ir_error err = { "" };

	progress_clear();
	b->stop = true;
	if (results_sync(&b->results, &err) && status == STATUS_INTERRUPTED) {
		message("%s", err.text);
		status = STATUS_ERROR;
	}
	if (status == STATUS_INTERRUPTED)
		message("interrupted; %zu of %zu cells are done; --resume goes on", b->done,
			b->end - b->first);
	else
		message("%zu of %zu cells are done; --resume goes on", b->done, b->end - b->first);
	fflush(NULL);
	_exit(status);
}

/* The lock is held, but not while the disk writes: threads go on. */
static void sync_lines(struct batch *b)
{
	struct ir_error err = { "" };
	int rc;

	pthread_mutex_unlock(&b->lock);
	rc = results_sync(&b->results, &err);
	if (rc)
		stop_batch(b, &err);
	pthread_mutex_lock(&b->lock);
}

/* Meanwhile the lines of many cells go to the disk at once: it is slower than small replays. */
static void wait_for_threads(struct batch *b)
{
	size_t synced = 0;

	pthread_mutex_lock(&b->lock);
	while (b->running) {
		struct timespec until;
		char label[64];

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += SYNC_NS;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		pthread_cond_timedwait(&b->changed, &b->lock, &until);
		if (b->results.nr_lines > synced) {
			synced = b->results.nr_lines;
			sync_lines(b);
		}
		snprintf(label, sizeof(label), "%zu of %zu cells, %zu failed", b->done,
			 b->end - b->first, b->failed);
		progress_show(label, b->done, b->end - b->first);
		if (*b->error.text) {
			message("%s", b->error.text);
			exit_now(b, STATUS_ERROR);
		}
		if (*interrupts_flag())
			exit_now(b, STATUS_INTERRUPTED);
	}
	pthread_mutex_unlock(&b->lock);
	progress_clear();
}

/* Returns how many there are now; 0: the error was printed. */
static size_t start_threads(struct batch *b, pthread_t *threads, size_t n)
{
	sigset_t all, old;
	size_t started = 0;
	int rc = 0;

	/* Signals are for the main thread, which handles them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_mutex_lock(&b->lock);
	for (; started < n && !rc; started++)
		rc = pthread_create(&threads[started], NULL, worker_thread, b);
	/* Some are enough. */
	started -= !!rc;
	b->running = started;
	pthread_mutex_unlock(&b->lock);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!started)
		message("cannot start a thread: %s", strerror(rc));
	return started;
}

static int run_batch(struct batch *b)
{
	size_t recordings = (b->end + b->plan.nr_configs - 1) / b->plan.nr_configs -
		b->first / b->plan.nr_configs;
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t jobs = b->settings->jobs ? b->settings->jobs : online > 0 ? (size_t)online : 1;
	size_t n = jobs < recordings ? jobs : recordings;
	pthread_t *threads;
	size_t started;

	if (b->first == b->end)
		return finish_results(b);
	b->next_recording = b->first / b->plan.nr_configs;
	b->jobs_each = (uint32_t)(jobs / n);
	b->memory_each = (b->settings->max_memory ? b->settings->max_memory
						  : ir_budget_default()) / n;
	threads = calloc(n, sizeof(*threads));
	started = threads ? start_threads(b, threads, n) : 0;
	if (!started) {
		free(threads);
		return STATUS_ERROR;
	}
	wait_for_threads(b);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	/* Between the last check and here. */
	pthread_mutex_lock(&b->lock);
	if (*b->error.text) {
		message("%s", b->error.text);
		exit_now(b, STATUS_ERROR);
	}
	if (*interrupts_flag() || b->done < b->end - b->first)
		exit_now(b, STATUS_INTERRUPTED);
	pthread_mutex_unlock(&b->lock);
	return finish_results(b);
}

/* A file with results of another shard would lose them at the end. */
static int check_shard(const struct batch *b, struct ir_error *err)
{
	for (size_t i = 0; i < b->results.nr_lines; i++) {
		const struct result_line *line = &b->results.lines[i];

		if (!strcmp(line->batch, b->plan.digest) &&
		    (line->cell < b->first || line->cell >= b->end))
			return ir_error_set(err, -EINVAL, "%s: has results of another shard; each needs "
					    "a file of its own", b->results.path);
	}
	return 0;
}

static int read_plan(struct batch *b, struct ir_error *err)
{
	const struct settings *s = b->settings;
	char *digest;
	int rc;

	if (s->events)
		b->events = ir_events_load(s->events, err);
	digest = s->events && !b->events ? NULL : plan_settings_digest(s, err);
	rc = digest ? plan_read(s->operands, s->nr_operands, s->registry, digest, &b->plan, err) : -EIO;
	free(digest);
	return rc;
}

static int prepare_batch(struct batch *b)
{
	const struct settings *s = b->settings;
	struct ir_error err = { "" };
	size_t cells;
	int rc;

	if (!s->output && !s->dry_run) {
		message("batch: --output FILE is missing: where are the results to go?");
		return STATUS_USAGE;
	}
	if (s->output && !strcmp(s->output, "-")) {
		message("batch: standard output cannot hold results, which are read again; give --output a file");
		return STATUS_USAGE;
	}
	rc = read_plan(b, &err);
	if (rc) {
		message("%s", err.text);
		return rc == -EINVAL || rc == -E2BIG ? STATUS_USAGE : STATUS_ERROR;
	}
	cells = plan_cells(&b->plan);
	b->end = cells;
	if (s->shards) {
		b->first = cells * (s->shard - 1) / s->shards;
		b->end = cells * s->shard / s->shards;
	}
	if (s->dry_run)
		return batch_dry_run(s, &b->plan, b->first, b->end);
	b->line = malloc((b->end - b->first + 1) * sizeof(*b->line));
	rc = b->line ? results_open(&b->results, s->output, s->resume, &err) : no_memory(&err);
	if (!rc)
		rc = check_shard(b, &err);
	if (rc) {
		message("%s", err.text);
		return rc == -EEXIST || rc == -EINVAL ? STATUS_USAGE : STATUS_ERROR;
	}
	for (size_t i = 0; i < b->end - b->first; i++)
		b->line[i] = NO_LINE;
	if (b->results.torn && !s->quiet)
		message("%s: its last line was incomplete, and is done again", s->output);
	if (b->results.damaged && !s->quiet)
		message("warning: %s: %zu line%s %s damaged, and %s done again; the first is line %zu",
			s->output, b->results.damaged, b->results.damaged == 1 ? "" : "s",
			b->results.damaged == 1 ? "is" : "are",
			b->results.damaged == 1 ? "is" : "are", b->results.first_damaged);
	if (b->results.unverified && !s->quiet)
		message("%s: %zu line%s of an older version without a digest; what %s is done again",
			s->output, b->results.unverified, b->results.unverified == 1 ? "" : "s",
			b->results.unverified == 1 ? "it has" : "they have");
	return STATUS_DONE;
}

int cmd_batch(const struct settings *settings)
{
	struct batch batch = {
		.settings = settings, .results.fd = -1,
		.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER,
	};
	int status = prepare_batch(&batch);

	if (status == STATUS_DONE && !settings->dry_run)
		status = run_batch(&batch);
	results_close(&batch.results);
	plan_free(&batch.plan);
	ir_events_free(batch.events);
	free(batch.line);
	return status;
}
