// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/output.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cmd.h"
#include "base/message.h"

/* For the signal handler alone: the temporary files of this process, if there are any. */
static const char *volatile unfinished[2];

#define MAX_UNFINISHED (sizeof(unfinished) / sizeof(unfinished[0]))

void output_unlink_temp(void)
{
	for (size_t i = 0; i < MAX_UNFINISHED; i++) {
		const char *path = unfinished[i];

		if (path)
			unlink(path);
	}
}

/* Put @to where @from is. */
static void replace_unfinished(const char *from, const char *to)
{
	for (size_t i = 0; i < MAX_UNFINISHED; i++) {
		if (unfinished[i] == from) {
			unfinished[i] = to;
			return;
		}
	}
}

/* The file of reports; NULL: stdout.  Set once, before any output is opened. */
static FILE *kept;

static FILE *standard_output(void)
{
	return kept ? kept : stdout;
}

void output_keep_standard(void)
{
	int fd = kept ? -1 : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (fd < 0)
		return;
	/* One that was closed cannot be written to: that error is found later. */
	kept = fdopen(fd, "w");
	if (!kept) {
		close(fd);
		return;
	}
	fflush(stdout);
	dup2(STDERR_FILENO, STDOUT_FILENO);
}

/* Standard output by one of its names, which now lead to standard error. */
static bool names_standard(const char *path)
{
	return !strcmp(path, "/dev/stdout") || !strcmp(path, "/dev/fd/1") ||
		!strcmp(path, "/proc/self/fd/1");
}

void exit_no_memory(void)
{
	output_unlink_temp();
	message("out of memory");
	_exit(STATUS_ERROR);
}

static int output_error(const struct output *out, struct ir_error *err)
{
	int code = errno ? -errno : -EIO;

	return ir_error_set(err, code, "%s: %s", out->name, strerror(-code));
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int check_inputs(const struct output *out, const struct stat *st, char *const *inputs,
			size_t nr_inputs, struct ir_error *err)
{
	struct stat input;

	for (size_t i = 0; i < nr_inputs; i++)
		if (S_ISREG(st->st_mode) && !stat(inputs[i], &input) && same_file(st, &input))
			return ir_error_set(err, -EINVAL, "%s: is also an input", out->name);
	return 0;
}

static mode_t new_file_mode(void)
{
	mode_t mask = umask(022);

	umask(mask);
	return 0666 & ~mask;
}

#define FD_PATH_SIZE 32

static const char *fd_path(int fd, char path[FD_PATH_SIZE])
{
	snprintf(path, FD_PATH_SIZE, "/proc/self/fd/%d", fd);
	return path;
}

/* An unnamed file in the target's directory; -1 if the file system has none. */
static int open_unnamed(const struct output *out)
{
	const char *slash = strrchr(out->target, '/');
	char *dir = slash ? strndup(out->target, (size_t)(slash - out->target) + 1) : strdup(".");
	int fd = dir ? open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
	char path[FD_PATH_SIZE];

	free(dir);
	/* It could not be given its name without /proc. */
	if (fd >= 0 && access(fd_path(fd, path), F_OK)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* One with a name beside the target. */
static int open_named(struct output *out, struct ir_error *err)
{
	int fd;

	if (asprintf(&out->temp, "%s.XXXXXX", out->target) < 0) {
		out->temp = NULL;
		return ir_error_set(err, -ENOMEM, "out of memory");
	}
	fd = mkostemp(out->temp, O_CLOEXEC);
	if (fd < 0) {
		output_error(out, err);
		free(out->temp);
		out->temp = NULL;
		return -EIO;
	}
	replace_unfinished(NULL, out->temp);
	return fd;
}

/* A temporary file, with the permissions that the target has or will have. */
static int open_temp(struct output *out, mode_t mode, struct ir_error *err)
{
	int fd = open_unnamed(out);

	if (fd < 0)
		fd = open_named(out, err);
	if (fd < 0)
		return fd;
	out->stream = fchmod(fd, mode) ? NULL : fdopen(fd, "w");
	if (!out->stream) {
		output_error(out, err);
		close(fd);
		return -EIO;
	}
	return 0;
}

int output_open(struct output *out, const char *path, char *const *inputs, size_t nr_inputs,
		struct ir_error *err)
{
	struct stat st, own;
	bool exists;
	int rc;

	*out = (struct output){ .stream = standard_output(), .name = "standard output" };
	if (!path || !strcmp(path, "-") || (kept && names_standard(path)))
		return 0;
	out->name = path;
	exists = !stat(path, &st);
	/* /dev/stdout, also if the shell redirected it. */
	if (exists && !fstat(fileno(out->stream), &own) && same_file(&st, &own))
		return 0;
	if (exists) {
		rc = check_inputs(out, &st, inputs, nr_inputs, err);
		if (rc)
			return rc;
	}
	if (exists && !S_ISREG(st.st_mode)) {
		out->stream = fopen(path, "w");
		return out->stream ? 0 : output_error(out, err);
	}
	if (exists && access(path, W_OK)) {
		out->stream = NULL;
		return output_error(out, err);
	}
	/* The target of a symbolic link is replaced, not the link. */
	out->target = exists ? realpath(path, NULL) : strdup(path);
	out->stream = NULL;
	if (!out->target)
		return output_error(out, err);
	rc = open_temp(out, exists ? st.st_mode & 0777 : new_file_mode(), err);
	if (rc)
		output_abort(out);
	return rc;
}

bool output_check(struct output *out)
{
	if (!out->error && ferror(out->stream))
		out->error = errno ? errno : EIO;
	return !out->error;
}

void output_write(struct output *out, const char *text)
{
	errno = 0;
	fputs(text, out->stream);
	output_check(out);
}

/* A name that nothing has, for the file behind @fd. */
static int link_temp(struct output *out, int fd)
{
	char path[FD_PATH_SIZE];

	for (unsigned int i = 0; i < 100; i++) {
		uint32_t number;

		if (getrandom(&number, sizeof(number), 0) != sizeof(number) ||
		    asprintf(&out->temp, "%s.%08x", out->target, number) < 0) {
			out->temp = NULL;
			return -1;
		}
		if (!linkat(AT_FDCWD, fd_path(fd, path), AT_FDCWD, out->temp, AT_SYMLINK_FOLLOW)) {
			replace_unfinished(NULL, out->temp);
			return 0;
		}
		free(out->temp);
		out->temp = NULL;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static int rename_temp(struct output *out)
{
	if (rename(out->temp, out->target))
		return -1;
	replace_unfinished(out->temp, NULL);
	free(out->temp);
	out->temp = NULL;
	return 0;
}

/* The file behind @fd, which has a name or none, becomes the target; or -1 with errno. */
static int put_in_place(struct output *out, int fd)
{
	char path[FD_PATH_SIZE];
	sigset_t all, old;
	int rc;

	if (out->temp)
		return rename_temp(out);
	if (!linkat(AT_FDCWD, fd_path(fd, path), AT_FDCWD, out->target, AT_SYMLINK_FOLLOW))
		return 0;
	if (errno != EEXIST)
		return -1;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = link_temp(out, fd);
	if (!rc)
		rc = rename_temp(out);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

int output_commit(struct output *out, struct ir_error *err)
{
	int fd = -1, rc = 0;

	errno = 0;
	if (fflush(out->stream))
		rc = output_error(out, err);
	if (!output_check(out)) {
		errno = out->error;
		rc = output_error(out, err);
	}
	if (!rc && out->target) {
		fd = fcntl(fileno(out->stream), F_DUPFD_CLOEXEC, 0);
		if (fd < 0 || fsync(fd))
			rc = output_error(out, err);
	}
	if (!rc && out->stream != standard_output()) {
		/* Some file systems report only here that there is no room. */
		rc = fclose(out->stream) ? output_error(out, err) : 0;
		out->stream = NULL;
	}
	if (!rc && out->target && put_in_place(out, fd))
		rc = output_error(out, err);
	if (fd >= 0)
		close(fd);
	output_abort(out);
	return rc;
}

int output_finish(struct output *out, char *text)
{
	struct ir_error err = { "" };
	int rc;

	if (!text) {
		output_abort(out);
		message("out of memory");
		return STATUS_ERROR;
	}
	output_write(out, text);
	free(text);
	rc = output_commit(out, &err);
	if (rc && rc != -EPIPE)
		message("%s", err.text);
	return rc ? STATUS_ERROR : STATUS_DONE;
}

void output_abort(struct output *out)
{
	if (out->stream && out->stream != standard_output())
		fclose(out->stream);
	out->stream = NULL;
	if (out->temp) {
		unlink(out->temp);
		replace_unfinished(out->temp, NULL);
	}
	free(out->temp);
	free(out->target);
	out->temp = NULL;
	out->target = NULL;
}

size_t output_width(const struct output *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long width = columns ? strtol(columns, NULL, 10) : 0;

	if (width <= 0 && !ioctl(fileno(out->stream), TIOCGWINSZ, &size))
		width = size.ws_col;
	if (width <= 0)
		width = 120;
	return width < 40 ? 40 : (size_t)width;
}

bool output_color(const struct output *out, int when)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when != WHEN_AUTO)
		return when == WHEN_ALWAYS;
	return isatty(fileno(out->stream)) && !(no_color && *no_color) &&
		term && strcmp(term, "dumb");
}
