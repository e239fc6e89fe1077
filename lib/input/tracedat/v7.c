// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace.dat version 7: trace-cmd.dat.v7(5).  A chain of options sections has the place
 * of everything else.  The last of them holds the places of the CPU data and is at the end of
 * the file: a cut file has lost it, and td_salvage() looks for the data itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "input/tracedat/priv.h"

/* Follow the chain of options.  1: to its end, 0: it breaks off, or -ENOMEM. */
static int follow_options(struct tracedat *td, uint64_t pos)
{
	struct td_section sec;
	int ret = 0;

	while (pos && !ret) {
		if (td_section_at(td, pos, &sec) && sec.id == TD_OPTION_DONE && !sec.missing) {
			ret = td_v7_options(td, &sec, &pos);
			continue;
		}
		/* Beyond the end: its header at least was promised. */
		if (pos < UINT64_MAX - TD_SECTION_HEADER)
			td_promise(td, pos + TD_SECTION_HEADER);
		ret = -EBADMSG;
	}
	if (ret != -EBADMSG)
		return ret ? ret : 1;
	td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
	return 0;
}

static int set_compression(struct tracedat *td, const char *name)
{
	static const char *const names[] = {
		[IR_COMPRESSION_NONE] = "none", [IR_COMPRESSION_ZLIB] = "zlib",
		[IR_COMPRESSION_ZSTD] = "zstd",
	};
	enum ir_compression kind = IR_COMPRESSION_UNKNOWN;
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			kind = (enum ir_compression)i;
	strncpy(td->compression, name, sizeof(td->compression) - 1);
	return ir_decompressor_init(&td->decomp, kind);
}

int td_open_v7(struct tracedat *td, uint64_t pos, struct ir_error *err)
{
	const char *path = ir_file_path(td->file);
	struct ir_cursor cur;
	uint64_t options;
	const char *name;
	int ret = 0;

	ir_cursor_file(&cur, td->file, pos, td->size, td->big);
	name = ir_cursor_string(&cur, sizeof(td->compression));
	if (name)
		ret = set_compression(td, name);
	ir_cursor_string(&cur, 64);		/* version of the compressor */
	options = ir_cursor_u64(&cur);
	pos = cur.pos;
	ir_cursor_release(&cur);
	if (ret)
		return ir_error_set(err, ret, "%s: out of memory", path);
	if (cur.failed)
		return ir_error_set(err, -EBADMSG,
				    "%s: offset %" PRIu64 ": the file header is cut or damaged, record or copy it again",
				    path, pos);
	if (td->decomp.kind == IR_COMPRESSION_UNKNOWN)
		return ir_error_set(err, -ENOTSUP,
				    "%s: compressed with \"%s\", known are none, zlib and zstd; convert it with trace-cmd convert",
				    path, td->compression);

	ret = follow_options(td, options);
	if (ret == 0 || (ret > 0 && !td->nr_instances && !td->latency))
		ret = td_salvage(td, pos);
	if (ret < 0)
		return ir_error_set(err, ret, "%s: out of memory", path);
	if (!td->nr_instances && !td->latency)
		return ir_error_set(err, -EBADMSG,
				    "%s: offset %" PRIu64 ": no options that say where the CPU data is, and none found in the %" PRIu64 " bytes of the file; it is cut or damaged, record or copy it again",
				    path, options, td->size);
	return 0;
}
