// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf.data: the file form's header.
 *
 *	header		"PERFILE2", size, size of an attribute's entry, then
 *			offset and size of attributes, data and event types,
 *			and a bit for each feature
 *	ids		of each attribute
 *	attributes
 *	data		the records
 *	features	offset and size of each, then their contents
 *
 * perf writes offset and size of the data and all features when it ends.  If
 * they are not there, or damaged, the data goes on to the end of the file and
 * the tracing data, without which no event can be understood, is looked for.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "input/perfdata/priv.h"

/* tools/perf/util/header.h, Linux 6.12 */
enum {
	FEATURE_TRACING_DATA	= 1,
	FEATURE_BUILD_ID	= 2,
	FEATURE_OSRELEASE	= 4,
	FEATURE_ARCH		= 6,
	FEATURE_NRCPUS		= 7,
	FEATURE_EVENT_DESC	= 12,
	FEATURE_SAMPLE_TIME	= 21,
	FEATURE_DIR_FORMAT	= 24,
	FEATURE_COMPRESSED	= 27,
	FEATURE_CLOCK_DATA	= 29,
	FEATURE_BITS		= 256,
};

#define HEADER_SIZE	104u
#define HEADER_ENTRY	16u	/* where the fields begin */
#define HEADER_FEATURES	72u
#define SECTION		16u	/* offset and size */
#define MIN_ATTR	64u
#define MAX_ATTR	4096u
#define MAX_TEXT	1024u

struct section {
	uint64_t pos;
	uint64_t size;
};

struct header {
	uint64_t entry_size;
	struct section attrs;
	struct section data;
	uint64_t features[FEATURE_BITS / 64];
};

static struct section load_section(const unsigned char *p, bool big)
{
	return (struct section){ ir_load64(p, big), ir_load64(p + 8, big) };
}

/* A section's end within the file; what is missing was promised. */
static uint64_t end_of(struct perfdata *pd, struct section s)
{
	if (s.pos > UINT64_MAX - s.size) {
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
		return s.pos;
	}
	pd_promise(pd, s.pos + s.size);
	return s.pos + s.size < pd->size ? s.pos + s.size : pd->size;
}

/* A string with its size in front; it gets printed. */
static int parse_text(struct ir_cursor *cur, char **text)
{
	uint32_t len = ir_cursor_u32(cur);
	const unsigned char *p = len <= MAX_TEXT ? ir_cursor_take(cur, len) : NULL;
	char *copy;
	size_t i;

	if (!p || !len || !*p || *text)
		return p ? 0 : -EBADMSG;
	copy = strndup((const char *)p, len);
	if (!copy)
		return -ENOMEM;
	for (i = 0; copy[i]; i++)
		if (copy[i] <= ' ' || copy[i] > '~')
			copy[i] = '?';
	*text = copy;
	return 0;
}

/* header.c of perf writes available, then online; its documentation has the opposite order. */
static int parse_cpus(struct perfdata *pd, struct ir_cursor *cur)
{
	uint32_t available = ir_cursor_u32(cur);
	uint32_t online = ir_cursor_u32(cur);

	if (cur->failed || !online || online > available || available > PD_MAX_CPUS)
		return -EBADMSG;
	pd->cpus_available = available;
	pd->rd->info.cpus = online;
	return 0;
}

static int parse_event_name(struct perfdata *pd, struct ir_cursor *cur, uint32_t attr)
{
	uint32_t len = ir_cursor_u32(cur);
	const unsigned char *p = len <= MAX_TEXT ? ir_cursor_take(cur, len) : NULL;

	if (!p)
		return -EBADMSG;
	pd_attr_name(pd, attr, p, len);
	return 0;
}

/*
 * Attributes again, with ids and names: the names are of use, and all of it if the
 * section of attributes is not.
 */
static int parse_event_desc(struct perfdata *pd, struct ir_cursor *cur)
{
	uint32_t nr = ir_cursor_u32(cur), size = ir_cursor_u32(cur), ids, i;
	bool known = pd->attrs.nr;
	const unsigned char *p;
	int attr = 0, ret = 0;

	if (size < MIN_ATTR || size > MAX_ATTR || nr > PD_MAX_ATTRS ||
	    (known && nr != pd->attrs.nr))
		return -EBADMSG;
	for (i = 0; i < nr && !ret; i++) {
		p = ir_cursor_take(cur, size);
		attr = !p ? -EBADMSG : known ? (int)i : pd_attr_add(pd, p, size);
		if (attr < 0)
			return attr;
		ids = ir_cursor_u32(cur);
		ret = parse_event_name(pd, cur, (uint32_t)attr);
		if (known) {
			ir_cursor_skip(cur, (uint64_t)ids * 8);
			continue;
		}
		while (ids-- && !ret) {
			uint64_t id = ir_cursor_u64(cur);

			ret = cur->failed ? -EBADMSG : pd_attr_id(pd, (uint32_t)attr, id);
		}
	}
	return ret;
}

static int parse_feature(struct perfdata *pd, uint64_t nr, struct ir_cursor *cur)
{
	switch (nr) {
	case FEATURE_BUILD_ID:
		if (pd->rd->chains)
			pd_build_ids(pd, cur);
		return 0;
	case FEATURE_OSRELEASE:
		return parse_text(cur, &pd->rd->info.kernel);
	case FEATURE_ARCH:
		return parse_text(cur, &pd->rd->info.arch);
	case FEATURE_NRCPUS:
		return parse_cpus(pd, cur);
	case FEATURE_EVENT_DESC:
		return parse_event_desc(pd, cur);
	case FEATURE_SAMPLE_TIME:
		pd->first_time = ir_cursor_u64(cur);
		pd->last_time = ir_cursor_u64(cur);
		if (pd->last_time < pd->first_time)
			pd->first_time = pd->last_time = 0;
		return cur->failed ? -EBADMSG : 0;
	case FEATURE_COMPRESSED:	/* version, type 1: zstd */
		ir_cursor_u32(cur);
		pd->zstd = ir_cursor_u32(cur) == 1;
		return pd->zstd ? 0 : -EBADMSG;
	case FEATURE_CLOCK_DATA:
		ir_cursor_u32(cur);
		pd->clockid = ir_cursor_u32(cur);
		pd->has_clockid = !cur->failed;
		return cur->failed ? -EBADMSG : 0;
	default:
		return 0;
	}
}

int pd_feature(struct perfdata *pd, uint64_t nr, struct ir_cursor *cur)
{
	int ret = parse_feature(pd, nr, cur);

	if (ret == -ENOMEM)
		return ret;
	if (ret)
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
	return 0;
}

static int parse_ids(struct perfdata *pd, uint32_t attr, struct section s)
{
	struct ir_cursor cur;
	int ret = 0;

	if (s.size % 8 || s.pos > pd->size) {
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
		return 0;
	}
	ir_cursor_file(&cur, pd->file, s.pos, end_of(pd, s), pd->big);
	while (!ret && ir_cursor_left(&cur) >= 8) {
		uint64_t id = ir_cursor_u64(&cur);

		ret = cur.failed ? -EBADMSG : pd_attr_id(pd, attr, id);
	}
	ir_cursor_release(&cur);
	if (ret && ret != -ENOMEM) {
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
		ret = 0;
	}
	return ret;
}

/* The attribute in front of its section of ids. */
static int parse_attr_entry(struct perfdata *pd, const unsigned char *p, size_t size)
{
	struct section ids = load_section(p + size - SECTION, pd->big);
	int attr;

	if (ir_load32(p + 4, pd->big) > size - SECTION)	/* less: written by an older perf */
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
	attr = pd_attr_add(pd, p, size - SECTION);
	if (attr == -ENOMEM)
		return attr;
	if (attr < 0) {
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
		return 0;
	}
	return parse_ids(pd, (uint32_t)attr, ids);
}

static int read_attrs(struct perfdata *pd, const struct header *h)
{
	const unsigned char *p;
	struct ir_cursor cur;
	int ret = 0;

	if (h->entry_size < MIN_ATTR + SECTION || h->entry_size > MAX_ATTR ||
	    h->attrs.size % h->entry_size || h->attrs.pos > pd->size) {
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
		return 0;
	}
	ir_cursor_file(&cur, pd->file, h->attrs.pos, end_of(pd, h->attrs), pd->big);
	while (!ret && ir_cursor_left(&cur) >= h->entry_size) {
		p = ir_cursor_take(&cur, h->entry_size);
		ret = p ? parse_attr_entry(pd, p, (size_t)h->entry_size) : -EBADMSG;
	}
	ir_cursor_release(&cur);
	return ret == -ENOMEM ? ret : 0;
}

static uint32_t count_features(const struct header *h)
{
	uint32_t nr = 0, i;

	for (i = 0; i < FEATURE_BITS / 64; i++)
		nr += (uint32_t)__builtin_popcountll(h->features[i]);
	return nr;
}

static int read_feature(struct perfdata *pd, uint32_t nr, struct section s)
{
	uint64_t used;
	struct ir_cursor cur;
	uint64_t end = end_of(pd, s);
	int ret;

	if (s.pos > pd->size)
		return 0;	/* counted as missing, or as a bad section */
	if (nr == FEATURE_TRACING_DATA) {
		if (pd->has_formats)
			return 0;
		ret = pd_read_tracing(pd, s.pos, end, &used);
		if (ret == -EBADMSG && end == s.pos + s.size)
			pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
		return ret == -EBADMSG ? 0 : ret;
	}
	ir_cursor_file(&cur, pd->file, s.pos, end, pd->big);
	ret = end < s.pos + s.size ? 0 : pd_feature(pd, nr, &cur);
	ir_cursor_release(&cur);
	return ret;
}

/* The table at @pos, and what it leads to. */
static int read_features(struct perfdata *pd, const struct header *h, uint64_t pos)
{
	struct section table = { pos, (uint64_t)count_features(h) * SECTION };
	struct ir_cursor cur;
	uint32_t i;
	int ret = 0;

	ir_cursor_file(&cur, pd->file, pos, end_of(pd, table), pd->big);
	for (i = 1; i < FEATURE_BITS && !ret; i++) {
		struct section s;

		if (!(h->features[i / 64] >> (i % 64) & 1))
			continue;
		s.pos = ir_cursor_u64(&cur);
		s.size = ir_cursor_u64(&cur);
		if (cur.failed)
			break;
		ret = read_feature(pd, i, s);
	}
	ir_cursor_release(&cur);
	return ret;
}

/*
 * The tracing data is not where it should be.  It is the first of the features, right
 * behind their table, so its place shows where the data section ends.
 */
static int salvage_pipe(struct perfdata *pd, struct header *h, uint64_t start, uint64_t *end)
{
	uint64_t pos = pd_find_tracing(pd, start), table, used;
	int ret;

	if (!pos)
		return 0;
	pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
	h->features[0] |= 1 << FEATURE_TRACING_DATA;
	table = (uint64_t)count_features(h) * SECTION;
	table = pos - start >= table ? pos - table : pos;
	*end = table;
	pd->cut = false;
	ret = pd_read_tracing(pd, pos, pd->size, &used);
	if (ret == -ENOMEM || table == pos)
		return ret == -ENOMEM ? ret : 0;
	return read_features(pd, h, table);
}

/* The place of the data; the features follow it. */
static uint64_t find_data(struct perfdata *pd, struct header *h)
{
	if (h->data.pos < HEADER_FEATURES || h->data.pos > pd->size) {
		/* It begins where the attributes end. */
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
		h->data.pos = h->attrs.pos + h->attrs.size;
		if (h->data.pos < HEADER_FEATURES || h->data.pos > pd->size)
			h->data.pos = HEADER_SIZE;
	}
	/* Killed before it could write the size: all there is. */
	if (!h->data.size) {
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
		h->data.size = pd->size - h->data.pos;
		pd->cut = true;
	} else if (h->data.size > pd->size - h->data.pos) {
		pd->cut = true;
	}
	return end_of(pd, h->data);
}

static int read_parts(struct perfdata *pd, struct header *h)
{
	uint64_t end = find_data(pd, h);
	int ret = read_attrs(pd, h);

	if (!ret && end == h->data.pos + h->data.size)
		ret = read_features(pd, h, end);
	if (!ret && !pd->has_formats)
		ret = salvage_pipe(pd, h, h->data.pos, &end);
	ir_cursor_file(&pd->cur, pd->file, h->data.pos, end, pd->big);
	return ret;
}

int pd_open_file(struct perfdata *pd, const unsigned char *head, size_t len, struct ir_error *err)
{
	const char *path = ir_file_path(pd->file);
	struct header h;
	uint32_t i;
	int ret;

	if (len < HEADER_SIZE)
		return ir_error_set(err, -EBADMSG,
				    "%s: offset 8: the file header is cut, record or copy it again",
				    path);
	h.entry_size = ir_load64(head + HEADER_ENTRY, pd->big);
	h.attrs = load_section(head + HEADER_ENTRY + 8, pd->big);
	h.data = load_section(head + HEADER_ENTRY + 24, pd->big);
	for (i = 0; i < FEATURE_BITS / 64; i++)
		h.features[i] = ir_load64(head + HEADER_FEATURES + i * 8, pd->big);
	ret = read_parts(pd, &h);
	if (pd->promised > pd->size)
		pd_damage(pd, IR_DAMAGE_TRUNCATED, pd->promised - pd->size);
	pd->rd->end = pd->promised;
	if (ret)
		return ir_error_set(err, ret, "%s: cannot read the headers: %s", path,
				    strerror(-ret));
	pd->directory = h.features[0] >> FEATURE_DIR_FORMAT & 1;
	return 0;
}
