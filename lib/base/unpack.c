// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#ifdef IR_HAVE_LZMA
#include <lzma.h>
#endif

#include "base/decompress.h"
#include "base/temp.h"

#define IN_SIZE		((size_t)1 << 16)
#define OUT_SIZE	((size_t)1 << 17)
/* A recording that shrinks by more than this was made to fill a disk. */
#define MAX_RATIO	1000
#define MAX_ALWAYS	(UINT64_C(1) << 30)	/* so much is unpacked from any file */
#define LZMA_MEMORY	(UINT64_C(1) << 30)	/* xz -9 needs 65 MiB */

enum step {
	STEP_MORE,	/* needs more input, or has more output */
	STEP_END,	/* of a member or frame; another may follow */
	STEP_BAD,
	STEP_NO_MEMORY,
};

struct unpacker {
	const unsigned char *in;
	size_t in_left;
	unsigned char *out;
	size_t made;		/* in @out, which has room for OUT_SIZE */
	union {
		z_stream zlib;
		ZSTD_DCtx *zstd;
#ifdef IR_HAVE_LZMA
		lzma_stream lzma;
#endif
	} state;
};

struct method {
	const char *tool;	/* as ir_packed_by() has it */
	bool (*begin)(struct unpacker *u);	/* false: no memory */
	enum step (*step)(struct unpacker *u);
	void (*end)(struct unpacker *u);
};

static bool gzip_begin(struct unpacker *u)
{
	return inflateInit2(&u->state.zlib, 15 + 16) == Z_OK;
}

static enum step gzip_step(struct unpacker *u)
{
	z_stream *z = &u->state.zlib;
	int rc;

	z->next_in = (z_const Bytef *)(uintptr_t)u->in;
	z->avail_in = (uInt)u->in_left;
	z->next_out = u->out;
	z->avail_out = OUT_SIZE;
	rc = inflate(z, Z_NO_FLUSH);
	u->in = z->next_in;
	u->in_left = z->avail_in;
	u->made = OUT_SIZE - z->avail_out;
	if (rc == Z_STREAM_END)
		return inflateReset(z) == Z_OK ? STEP_END : STEP_BAD;
	if (rc == Z_MEM_ERROR)
		return STEP_NO_MEMORY;
	return rc == Z_OK || rc == Z_BUF_ERROR ? STEP_MORE : STEP_BAD;
}

static void gzip_end(struct unpacker *u)
{
	inflateEnd(&u->state.zlib);
}

static bool zstd_begin(struct unpacker *u)
{
	u->state.zstd = ZSTD_createDCtx();
	return u->state.zstd != NULL;
}

static enum step zstd_step(struct unpacker *u)
{
	ZSTD_inBuffer in = { u->in, u->in_left, 0 };
	ZSTD_outBuffer out = { u->out, OUT_SIZE, 0 };
	size_t rc = ZSTD_decompressStream(u->state.zstd, &out, &in);

	u->in += in.pos;
	u->in_left -= in.pos;
	u->made = out.pos;
	if (ZSTD_isError(rc))
		return STEP_BAD;
	return rc ? STEP_MORE : STEP_END;
}

static void zstd_end(struct unpacker *u)
{
	ZSTD_freeDCtx(u->state.zstd);
}

#ifdef IR_HAVE_LZMA
static bool xz_begin(struct unpacker *u)
{
	u->state.lzma = (lzma_stream)LZMA_STREAM_INIT;
	return lzma_stream_decoder(&u->state.lzma, LZMA_MEMORY, 0) == LZMA_OK;
}

static enum step xz_step(struct unpacker *u)
{
	lzma_stream *z = &u->state.lzma;
	lzma_ret rc;

	z->next_in = u->in;
	z->avail_in = u->in_left;
	z->next_out = u->out;
	z->avail_out = OUT_SIZE;
	rc = lzma_code(z, LZMA_RUN);
	u->in = z->next_in;
	u->in_left = z->avail_in;
	u->made = OUT_SIZE - z->avail_out;
	if (rc == LZMA_STREAM_END)
		return lzma_stream_decoder(z, LZMA_MEMORY, 0) == LZMA_OK ? STEP_END : STEP_NO_MEMORY;
	if (rc == LZMA_MEM_ERROR || rc == LZMA_MEMLIMIT_ERROR)
		return STEP_NO_MEMORY;
	return rc == LZMA_OK || rc == LZMA_BUF_ERROR ? STEP_MORE : STEP_BAD;
}

static void xz_end(struct unpacker *u)
{
	lzma_end(&u->state.lzma);
}
#endif

static const struct method methods[] = {
	{ "gzip", gzip_begin, gzip_step, gzip_end },
	{ "zstd", zstd_begin, zstd_step, zstd_end },
#ifdef IR_HAVE_LZMA
	{ "xz", xz_begin, xz_step, xz_end },
#endif
};

static int cannot_write(const struct ir_file *file, int code, struct ir_error *err)
{
	return ir_error_set(err, code, "%s: cannot unpack it into %s: %s; set TMPDIR", ir_file_path(file),
			    ir_temp_dir(), strerror(-code));
}

/* Tapes and disks fill a last block with zeros, with which no member or frame begins. */
static void skip_padding(struct unpacker *u)
{
	while (u->in_left && !*u->in) {
		u->in++;
		u->in_left--;
	}
}

/* One block of input.  Returns how the last step ended, or a negative errno. */
static int unpack_block(const struct ir_file *file, struct unpacker *u, const struct method *m,
			int fd, uint64_t *size, struct ir_error *err)
{
	enum step step = STEP_MORE;

	do {
		int rc;

		step = m->step(u);
		if (step == STEP_NO_MEMORY)
			return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(file));
		rc = ir_temp_write(fd, u->out, u->made);
		if (rc)
			return cannot_write(file, rc, err);
		*size += u->made;
		if (*size > MAX_ALWAYS && *size / MAX_RATIO > ir_file_size(file))
			return ir_error_set(err, -EFBIG, "%s: unpacks to more than %d times its size",
					    ir_file_path(file), MAX_RATIO);
		if (step == STEP_END)
			skip_padding(u);
	} while (step != STEP_BAD && (u->in_left || (step == STEP_MORE && u->made == OUT_SIZE)));
	return (int)step;
}

/* All of it, or as much as is sound; @cut: compressed bytes that are not, or 1 if it ends early. */
static int unpack_all(struct ir_file *file, struct unpacker *u, const struct method *m, int fd,
		      unsigned char *in, uint64_t *size, uint64_t *cut, struct ir_error *err)
{
	uint64_t at = 0;
	int step = STEP_END;

	for (;;) {
		ssize_t got = ir_file_read(file, at, in, IN_SIZE);
		int rc = ir_file_interrupted(file, err);

		if (rc)
			return rc;
		if (got < 0)
			return ir_error_set(err, (int)got, "%s: cannot read: %s", ir_file_path(file),
					    strerror((int)-got));
		if (!got)
			break;
		ir_file_progress(file, at, ir_file_size(file));
		u->in = in;
		u->in_left = (size_t)got;
		if (step == STEP_END)
			skip_padding(u);
		if (u->in_left)
			step = unpack_block(file, u, m, fd, size, err);
		if (step < 0)
			return step;
		if (step == STEP_BAD) {
			*cut = ir_file_size(file) - at - ((uint64_t)got - u->in_left);
			break;
		}
		at += (uint64_t)got;
	}
	if (step != STEP_END && !*cut)
		*cut = 1;
	return 0;
}

int ir_unpack(struct ir_file *file, const void *start, size_t len, struct ir_error *err)
{
	const char *tool = ir_packed_by(start, len);
	const struct method *m = methods, *end = methods + sizeof(methods) / sizeof(methods[0]);
	struct unpacker u = { .in = NULL };
	uint64_t size = 0, cut = 0;
	unsigned char *in;
	int rc, fd;

	while (tool && m < end && strcmp(m->tool, tool) != 0)
		m++;
	if (!tool || m == end)
		return 0;
	in = malloc(IN_SIZE + OUT_SIZE);
	if (!in || !m->begin(&u)) {
		free(in);
		return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(file));
	}
	u.out = in + IN_SIZE;
	fd = ir_temp_open();
	rc = fd < 0 ? cannot_write(file, fd, err) : unpack_all(file, &u, m, fd, in, &size, &cut, err);
	m->end(&u);
	free(in);
	if (rc) {
		if (fd >= 0)
			close(fd);
		return rc;
	}
	ir_file_replace(file, fd, size, NULL);
	ir_file_set_cut(file, cut);
	return 1;
}

int ir_unpacked_open(const char *path, struct ir_error *err)
{
	unsigned char start[8];
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	struct ir_file *file;
	ssize_t len;

	if (fd < 0)
		return ir_error_set(err, -errno, "%s: cannot open: %s", path, strerror(errno));
	len = pread(fd, start, sizeof(start), 0);
	if (len <= 0 || !ir_packed_by(start, (size_t)len))
		return fd;
	close(fd);
	file = ir_file_open(path, err);
	if (!file)
		return -EIO;
	rc = ir_unpack(file, start, (size_t)len, err);
	if (!rc)
		rc = ir_error_set(err, -EINVAL, "%s: is compressed by %s; unpack it: %s -dc FILE >UNPACKED, and give that",
				  path, ir_packed_by(start, (size_t)len), ir_packed_by(start, (size_t)len));
	else if (rc > 0 && ir_file_cut(file))
		rc = ir_error_set(err, -EBADMSG, "%s: is cut or damaged, and cannot be unpacked to its end", path);
	if (rc > 0)
		rc = ir_file_take(file);
	ir_file_close(file);
	return rc;
}
