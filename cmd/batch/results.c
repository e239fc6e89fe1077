// SPDX-License-Identifier: GPL-2.0-or-later
#include "batch/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "io/texts.h"
#include "report/json.h"

/* The beginning of every line, so that a torn line differs from another program's file. */
#define BEGINNING "{\"schema\":\"" RESULTS_SCHEMA "\""

static int file_error(const struct results *results, struct ir_error *err)
{
	int code = errno ? -errno : -EIO;

	return ir_error_set(err, code, "%s: %s", results->path, strerror(-code));
}

static char *line_text(const json_t *object, size_t *len)
{
	char *text = ir_json_dump(object, JSON_COMPACT | IR_JSON_FLAGS), *grown;

	if (!text)
		return NULL;
	*len = strlen(text) + 1;
	grown = realloc(text, *len + 1);
	if (!grown) {
		free(text);
		return NULL;
	}
	memcpy(grown + *len - 1, "\n", 2);
	return grown;
}

char *results_line(json_t *object, size_t *len)
{
	return ir_json_seal(object) ? NULL : line_text(object, len);
}

static int add_line(struct results *results, const struct result_line *line, struct ir_error *err)
{
	struct result_line *grown;

	if (results->nr_lines == results->room) {
		size_t room = results->room ? 2 * results->room : 256;

		grown = reallocarray(results->lines, room, sizeof(*grown));
		if (!grown)
			return ir_error_set(err, -ENOMEM, "out of memory");
		results->lines = grown;
		results->room = room;
	}
	results->lines[results->nr_lines++] = *line;
	return 0;
}

static bool copy_digest(char digest[FINGERPRINT_SIZE], const json_t *value)
{
	const char *text = json_string_value(value);

	if (!text || strlen(text) >= FINGERPRINT_SIZE)
		return false;
	memcpy(digest, text, strlen(text) + 1);
	return true;
}

/* Whether it has the members of a result; the file is not trusted. */
static bool parse_object(const json_t *object, struct result_line *line)
{
	const char *schema = json_string_value(json_object_get(object, "schema"));
	const char *status = json_string_value(json_object_get(object, "status"));
	const json_t *cell = json_object_get(object, "cell");
	const json_t *cells = json_object_get(object, "cells");
	bool good = schema && !strcmp(schema, RESULTS_SCHEMA) && status &&
		(!strcmp(status, "done") || !strcmp(status, "left-out") ||
		 (!strcmp(status, "failed") && json_is_string(json_object_get(object, "error")))) &&
		json_is_integer(cell) && json_is_integer(cells) && json_integer_value(cell) >= 0 &&
		json_integer_value(cell) < json_integer_value(cells) &&
		copy_digest(line->batch, json_object_get(object, "batch")) &&
		copy_digest(line->fingerprint, json_object_get(object, "fingerprint")) &&
		json_is_object(json_object_get(object, "recording")) &&
		json_is_object(json_object_get(object, "result"));

	if (good) {
		line->cell = (uint64_t)json_integer_value(cell);
		line->cells = (uint64_t)json_integer_value(cells);
		line->left_out = !strcmp(status, "left-out");
		line->done = line->left_out || !strcmp(status, "done");
	}
	return good;
}

static bool same_text(const json_t *object, const char *text, size_t len)
{
	size_t written;
	char *again = line_text(object, &written);
	bool same = again && written == len && !memcmp(again, text, len);

	free(again);
	return same;
}

/* Whether a line is a result that can be used. */
static bool parse_line(const char *text, size_t len, struct result_line *line)
{
	json_t *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	enum ir_seal seal = ir_json_seal_check(object);
	bool good = seal != IR_SEAL_BROKEN && parse_object(object, line);

	line->verified = seal == IR_SEAL_GOOD;
	line->as_written = good && same_text(object, text, len);
	json_decref(object);
	return good;
}

/* All complete lines; results->end is behind the last of them. */
static int index_lines(struct results *results, FILE *in, struct ir_error *err)
{
	char *text = NULL;
	size_t room = 0, number = 0;
	ssize_t len;
	int rc = 0;

	errno = 0;
	while (!rc && (len = getline(&text, &room, in)) > 0) {
		struct result_line line = { .offset = results->end, .length = (size_t)len };

		if (text[len - 1] != '\n') {
			size_t common = strlen(BEGINNING);

			results->torn = true;
			/* Whether this begins a first line, not one of something else. */
			if (strncmp(text, BEGINNING, (size_t)len < common ? (size_t)len : common))
				results->damaged += !results->end;
			else
				results->recognised++;
			break;
		}
		results->end += len;
		number++;
		results->recognised += !strncmp(text, BEGINNING, strlen(BEGINNING));
		if (parse_line(text, (size_t)len, &line)) {
			results->unverified += !line.verified;
			rc = add_line(results, &line, err);
		} else if (!results->damaged++) {
			results->first_damaged = number;
		}
	}
	if (!rc && ferror(in))
		rc = file_error(results, err);
	free(text);
	return rc;
}

static int index_file(struct results *results, struct ir_error *err)
{
	int copy = dup(results->fd);
	FILE *in = copy < 0 ? NULL : fdopen(copy, "r");
	int rc;

	if (!in) {
		rc = file_error(results, err);
		if (copy >= 0)
			close(copy);
		return rc;
	}
	rc = index_lines(results, in, err);
	fclose(in);
	if (!rc && results->damaged && !results->recognised)
		rc = ir_error_set(err, -EINVAL, "%s: has no results of a batch; it was left alone",
				  results->path);
	return rc;
}

static int compare_lines(const void *a, const void *b, void *arg)
{
	const struct result_line *lines = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int order = strcmp(lines[x].fingerprint, lines[y].fingerprint);

	return order ? order : (x > y) - (x < y);
}

static int sort_lines(struct results *results, struct ir_error *err)
{
	results->by_fingerprint = calloc(results->nr_lines + 1, sizeof(size_t));
	if (!results->by_fingerprint)
		return ir_error_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < results->nr_lines; i++)
		if (results->lines[i].done && results->lines[i].verified)
			results->by_fingerprint[results->nr_sorted++] = i;
	qsort_r(results->by_fingerprint, results->nr_sorted, sizeof(size_t), compare_lines,
		results->lines);
	return 0;
}

static int not_regular(const struct results *results, struct ir_error *err)
{
	return ir_error_set(err, -EINVAL, "%s: not a regular file: results are read again, and put in order",
			    results->path);
}

/* The file at the path, locked: another process may have replaced it meanwhile. */
static int open_locked(struct results *results, struct stat *here, struct ir_error *err)
{
	struct stat there;

	for (;;) {
		results->fd = open(results->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (results->fd < 0 || fstat(results->fd, here))
			return file_error(results, err);
		if (!S_ISREG(here->st_mode))
			return not_regular(results, err);
		if (flock(results->fd, LOCK_EX | LOCK_NB)) {
			if (errno == EWOULDBLOCK)
				return ir_error_set(err, -EBUSY, "%s: another batch is writing to it",
						    results->path);
			/* A file system without locks is the user's choice. */
			return 0;
		}
		if (!stat(results->path, &there) && here->st_ino == there.st_ino &&
		    here->st_dev == there.st_dev)
			return 0;
		close(results->fd);
	}
}

int results_open(struct results *results, const char *path, bool resume, struct ir_error *err)
{
	struct stat st;
	int rc;

	*results = (struct results){ .path = path, .fd = -1 };
	rc = open_locked(results, &st, err);
	if (!rc)
		rc = index_file(results, err);
	if (!rc && st.st_size && !resume)
		rc = ir_error_set(err, -EEXIST, "%s: has results already; give --resume to go on with "
				  "them, or another file", path);
	if (!rc && results->torn && ftruncate(results->fd, results->end))
		rc = file_error(results, err);
	return rc ? rc : sort_lines(results, err);
}

int results_read(struct results *results, const char *path, struct ir_error *err)
{
	struct stat st;

	*results = (struct results){ .path = path, .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (results->fd < 0 || fstat(results->fd, &st))
		return file_error(results, err);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return not_regular(results, err);
	return index_file(results, err);
}

void results_close(struct results *results)
{
	if (results->fd >= 0)
		close(results->fd);
	free(results->lines);
	free(results->by_fingerprint);
}

bool results_find(const struct results *results, const char *fingerprint, size_t *line)
{
	size_t low = 0, high = results->nr_sorted;

	/* Behind the last that is not larger. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct result_line *l = &results->lines[results->by_fingerprint[middle]];

		if (strcmp(l->fingerprint, fingerprint) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	*line = results->by_fingerprint[low - 1];
	return !strcmp(results->lines[*line].fingerprint, fingerprint);
}

int results_append(struct results *results, const char *text, size_t len, struct ir_error *err)
{
	struct result_line line = { .offset = results->end, .length = len };
	size_t done = 0;
	int rc;

	while (done < len) {
		ssize_t n;

		errno = 0;
		n = pwrite(results->fd, text + done, len - done, results->end + (off_t)done);
		if (n <= 0) {
			rc = file_error(results, err);
			/* If this fails, too, the torn line is found when the file is read again. */
			(void)!ftruncate(results->fd, results->end);
			return rc;
		}
		done += (size_t)n;
	}
	if (!parse_line(text, len, &line))
		return ir_error_set(err, -EINVAL, "%s: a result that cannot be read again",
				    results->path);
	rc = add_line(results, &line, err);
	if (!rc)
		results->end += (off_t)len;
	return rc;
}

int results_sync(struct results *results, struct ir_error *err)
{
	int rc;

	do {
		rc = fdatasync(results->fd);
	} while (rc && errno == EINTR);
	return rc ? file_error(results, err) : 0;
}

static char *read_line(const struct results *results, size_t line, struct ir_error *err)
{
	const struct result_line *l = &results->lines[line];
	char *text = memory_checked(malloc(l->length + 1));
	size_t done = 0;

	while (done < l->length) {
		ssize_t n;

		errno = 0;
		n = pread(results->fd, text + done, l->length - done, l->offset + (off_t)done);
		if (n <= 0) {
			file_error(results, err);
			free(text);
			return NULL;
		}
		done += (size_t)n;
	}
	text[l->length] = '\0';
	return text;
}

char *results_text(const struct results *results, size_t line, struct ir_error *err)
{
	char *text = read_line(results, line, err), *again;
	json_t *object;
	size_t len;

	if (!text || results->lines[line].as_written)
		return text;
	object = json_loads(text, 0, NULL);
	again = text_checked(line_text(object, &len));
	json_decref(object);
	free(text);
	return again;
}
