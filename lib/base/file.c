// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Input files.  Everything is read with pread(): no shared position, and a
 * file that shrinks while it is read gives a short read, not a SIGBUS.
 */
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/temp.h"

struct ir_file {
	char *path;
	uint64_t base;	/* where the recording begins in the descriptor */
	uint64_t size;
	uint64_t bytes_read;
	int error;	/* the first one, a negative errno */
	int fd;
	bool close_fd;
	const char *note;
	uint64_t cut;
	struct ir_file_watch watch;
};

int ir_file_interrupted(const struct ir_file *file, struct ir_error *err)
{
	return file->watch.interrupted && *file->watch.interrupted ? ir_error_set(err, -EINTR, "interrupted") : 0;
}

void ir_file_progress(const struct ir_file *file, uint64_t done, uint64_t total)
{
	if (file->watch.progress)
		file->watch.progress(file->watch.arg, done, total);
}

#define COPY_BLOCK 65536
#define WAIT_MS 500	/* for more of a pipe, until the callback is called again */

/* A temporary file without a name.  Returns its descriptor, or a negative errno with @err set. */
static int open_copy(const struct ir_file *file, struct ir_error *err)
{
	int copy = ir_temp_open();

	if (copy < 0)
		ir_error_set(err, copy, "%s: cannot make a temporary copy in %s: %s; set TMPDIR or pass a file",
			     file->path, ir_temp_dir(), strerror(-copy));
	return copy;
}

/*
 * Copies what has no size before it was read, such as a pipe, to a temporary file, which is
 * made when there are first bytes.
 */
static int copy_stream(struct ir_file *file, struct ir_error *err)
{
	char *buf = malloc(COPY_BLOCK);
	int copy = -1, ret = 0;
	ssize_t n;

	if (!buf)
		return ir_error_set(err, -ENOMEM, "%s: out of memory", file->path);
	for (;;) {
		struct pollfd more = { .fd = file->fd, .events = POLLIN };
		int ready;

		n = 0;
		ret = ir_file_interrupted(file, err);
		if (ret)
			break;
		ir_file_progress(file, file->size, 0);
		ready = poll(&more, 1, WAIT_MS);
		if (!ready || (ready < 0 && errno == EINTR))
			continue;
		n = read(file->fd, buf, COPY_BLOCK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (copy < 0) {
			copy = open_copy(file, err);
			if (copy < 0) {
				ret = copy;
				break;
			}
		}
		ret = ir_temp_write(copy, buf, (size_t)n);
		if (ret) {
			ir_error_set(err, ret, "%s: cannot write the temporary copy in %s: %s; set TMPDIR or pass a file",
				     file->path, ir_temp_dir(), strerror(-ret));
			break;
		}
		file->size += (uint64_t)n;
	}
	if (n < 0) {
		ret = -errno;
		ir_error_set(err, ret, "%s: cannot read: %s", file->path, strerror(-ret));
	}
	free(buf);
	if (copy < 0)
		return ret;
	if (file->close_fd)
		close(file->fd);
	file->close_fd = true;
	file->fd = copy;
	return ret;
}

static int check_size(struct ir_file *file, struct ir_error *err)
{
	struct stat st;
	off_t pos;

	if (fstat(file->fd, &st)) {
		int code = -errno;

		return ir_error_set(err, code, "%s: %s", file->path, strerror(-code));
	}
	if (S_ISDIR(st.st_mode))
		return ir_error_set(err, -EISDIR, "%s: is a directory; name a file in it",
				    file->path);
	/* Files of tracefs and procfs have the size 0, whatever they contain. */
	if (S_ISREG(st.st_mode) && st.st_size) {
		/* A redirected standard input may have been read from already. */
		pos = lseek(file->fd, 0, SEEK_CUR);
		file->base = pos > 0 ? (uint64_t)pos : 0;
		file->size = (uint64_t)st.st_size > file->base ?
			     (uint64_t)st.st_size - file->base : 0;
		return 0;
	}
	if (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
		return copy_stream(file, err);
	return ir_error_set(err, -EINVAL, "%s: is %s; give a file or a pipe",
			    file->path, isatty(file->fd) ? "a terminal" : "a device");
}

struct ir_file *ir_file_open(const char *path, struct ir_error *err)
{
	return ir_file_open_watched(path, &(struct ir_file_watch){ .progress = NULL }, err);
}

struct ir_file *ir_file_open_watched(const char *path, const struct ir_file_watch *watch,
				     struct ir_error *err)
{
	bool is_stdin = !strcmp(path, "-");
	struct ir_file *file;

	file = calloc(1, sizeof(*file));
	if (!file) {
		ir_error_set(err, -ENOMEM, "%s: out of memory", path);
		return NULL;
	}
	file->fd = -1;
	file->watch = *watch;
	file->path = strdup(is_stdin ? IR_FILE_STDIN : path);
	if (!file->path) {
		ir_error_set(err, -ENOMEM, "%s: out of memory", path);
		goto fail;
	}
	if (is_stdin) {
		file->fd = STDIN_FILENO;
	} else {
		file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		file->close_fd = file->fd >= 0;
	}
	if (file->fd < 0) {
		int code = errno;

		ir_error_set(err, -code, "%s: cannot open: %s%s", path, strerror(code),
			     code == ENOENT ? "; check the name" : "");
		goto fail;
	}
	if (check_size(file, err))
		goto fail;
	return file;
fail:
	ir_file_close(file);
	return NULL;
}

void ir_file_close(struct ir_file *file)
{
	if (!file)
		return;
	if (file->close_fd)
		close(file->fd);
	free(file->path);
	free(file);
}

const char *ir_file_path(const struct ir_file *file)
{
	return file->path;
}

uint64_t ir_file_size(const struct ir_file *file)
{
	return file->size;
}

void ir_file_replace(struct ir_file *file, int fd, uint64_t size, const char *note)
{
	if (file->close_fd)
		close(file->fd);
	file->fd = fd;
	file->close_fd = true;
	file->base = 0;
	file->size = size;
	file->note = note;
}

int ir_file_take(struct ir_file *file)
{
	file->close_fd = false;
	lseek(file->fd, (off_t)file->base, SEEK_SET);
	return file->fd;
}

const char *ir_file_note(const struct ir_file *file)
{
	return file->note;
}

void ir_file_set_cut(struct ir_file *file, uint64_t bytes)
{
	file->cut = bytes;
}

uint64_t ir_file_cut(const struct ir_file *file)
{
	return file->cut;
}

ssize_t ir_file_read(struct ir_file *file, uint64_t offset, void *buf, size_t len)
{
	size_t done = 0;

	if (offset >= file->size)
		return 0;
	if (len > file->size - offset)
		len = (size_t)(file->size - offset);
	while (done < len) {
		ssize_t n = pread(file->fd, (char *)buf + done, len - done,
				  (off_t)(file->base + offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int code = -errno;

			ir_file_fail(file, code);
			return code;
		}
		if (!n)
			break;
		done += (size_t)n;
	}
	file->bytes_read += done;
	return (ssize_t)done;
}

void ir_file_fail(struct ir_file *file, int code)
{
	if (!file->error)
		file->error = code;
}

int ir_file_error(const struct ir_file *file)
{
	return file->error;
}

uint64_t ir_file_bytes_read(const struct ir_file *file)
{
	return file->bytes_read;
}
