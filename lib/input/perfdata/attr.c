// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf.data: attributes.  struct perf_event_attr is in
 * include/uapi/linux/perf_event.h; it grows at its end (64 bytes in Linux
 * 2.6.32, 136 in 6.12), so whatever is longer or shorter can be read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "input/perfdata/priv.h"

#define ATTR_SIZE_VER0	64u
#define ATTR_CLOCKID	92u	/* PERF_ATTR_SIZE_VER4 and later */

/* PERF_SAMPLE_*, in the order in which they stand in a sample, but for IDENTIFIER */
enum {
	SAMPLE_IP		= 1 << 0,
	SAMPLE_TID		= 1 << 1,
	SAMPLE_TIME		= 1 << 2,
	SAMPLE_ADDR		= 1 << 3,
	SAMPLE_ID		= 1 << 6,
	SAMPLE_CPU		= 1 << 7,
	SAMPLE_PERIOD		= 1 << 8,
	SAMPLE_STREAM_ID	= 1 << 9,
	SAMPLE_IDENTIFIER	= 1 << 16,
};

/* Bit numbers of the flags behind read_format. */
enum { FLAG_FREQ = 10, FLAG_ENABLE_ON_EXEC = 12, FLAG_SAMPLE_ID_ALL = 18, FLAG_USE_CLOCKID = 25 };

/* Bit fields begin at the top in big-endian recordings. */
static bool has_flag(uint64_t flags, unsigned int nr, bool big)
{
	return flags >> (big ? 63 - nr : nr) & 1;
}

/* perf_output_sample() of kernel/events/core.c, Linux 6.12 */
static void lay_out_sample(struct pd_attr *at)
{
	uint64_t has = at->sample_type;
	unsigned int pos = PD_RECORD_HEADER;

	if (has & SAMPLE_IDENTIFIER) {
		at->id_pos = (uint16_t)pos;
		pos += 8;
	}
	pos += has & SAMPLE_IP ? 8 : 0;
	pos += has & SAMPLE_TID ? 8 : 0;
	if (has & SAMPLE_TIME) {
		at->time_pos = (uint16_t)pos;
		pos += 8;
	}
	pos += has & SAMPLE_ADDR ? 8 : 0;
	if (has & SAMPLE_ID) {
		if (!at->id_pos)
			at->id_pos = (uint16_t)pos;
		pos += 8;
	}
	pos += has & SAMPLE_STREAM_ID ? 8 : 0;
	if (has & SAMPLE_CPU) {
		at->cpu_pos = (uint16_t)pos;
		pos += 8;
	}
	if (has & SAMPLE_PERIOD) {
		at->period_pos = (uint16_t)pos;
		pos += 8;
	}
	at->fixed_len = (uint16_t)pos;
	at->traced = at->type == PD_TYPE_TRACEPOINT && has & PD_SAMPLE_RAW;
	at->variable = has & (PD_SAMPLE_READ | PD_SAMPLE_CALLCHAIN);
}

/* perf_event__output_id_sample(), the same file; counted from the end */
static void lay_out_others(struct pd_attr *at)
{
	uint64_t has = at->sample_type;
	unsigned int pos = 0;

	if (!at->sample_id_all)
		return;
	pos += has & SAMPLE_IDENTIFIER ? 8 : 0;
	if (has & SAMPLE_CPU) {
		pos += 8;
		at->end_cpu_pos = (uint16_t)pos;
	}
	pos += has & SAMPLE_STREAM_ID ? 8 : 0;
	pos += has & SAMPLE_ID ? 8 : 0;
	if (has & SAMPLE_TIME) {
		pos += 8;
		at->end_time_pos = (uint16_t)pos;
	}
}

/*
 * Samples of all attributes have their id at the same place (perf needs that, too, to
 * find the attribute of a sample), which is that of the first attribute.
 */
static void place_ids(struct pd_attrs *attrs)
{
	attrs->id_pos = attrs->nr > 1 && attrs->slots ? attrs->list[0].id_pos : 0;
}

int pd_attr_add(struct perfdata *pd, const unsigned char *p, size_t len)
{
	struct pd_attrs *attrs = &pd->attrs;
	const bool big = pd->big;
	struct pd_attr *list, *at;
	uint64_t flags, period;

	if (len < ATTR_SIZE_VER0 || attrs->nr == PD_MAX_ATTRS)
		return -EBADMSG;
	list = realloc(attrs->list, (attrs->nr + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	attrs->list = list;
	at = &list[attrs->nr];
	memset(at, 0, sizeof(*at));
	at->type = ir_load32(p, big);
	at->config = ir_load64(p + 8, big);
	at->sample_type = ir_load64(p + 24, big);
	at->read_format = ir_load64(p + 32, big);
	flags = ir_load64(p + 40, big);
	at->sample_id_all = has_flag(flags, FLAG_SAMPLE_ID_ALL, big);
	at->use_clockid = has_flag(flags, FLAG_USE_CLOCKID, big) && len >= ATTR_CLOCKID + 4;
	if (at->use_clockid)
		at->clockid = (int32_t)ir_load32(p + ATTR_CLOCKID, big);
	period = ir_load64(p + 16, big);
	at->sampled = has_flag(flags, FLAG_FREQ, big) || period > 1;
	at->counted = !has_flag(flags, FLAG_FREQ, big) && !period;
	lay_out_sample(at);
	lay_out_others(at);
	/* tools/perf/util/evsel.c, evsel__config(), Linux 6.12: only without -a, -C, -p and the like */
	if (at->traced && has_flag(flags, FLAG_ENABLE_ON_EXEC, big))
		pd_damage(pd, IR_DAMAGE_TASK_EVENTS, 1);
	attrs->nr++;
	place_ids(attrs);
	return (int)attrs->nr - 1;
}

/* Keep the table at most half full. */
static int grow_ids(struct pd_attrs *attrs)
{
	struct pd_attrs grown = {
		.bits = attrs->slots ? attrs->bits + 1 : 6,
		.seed = attrs->slots ? attrs->seed : ir_seed(),
	};
	uint32_t i;

	grown.slots = 1u << grown.bits;
	grown.ids = calloc(grown.slots, sizeof(*grown.ids));
	if (!grown.ids)
		return -ENOMEM;
	for (i = 0; i < attrs->slots; i++)
		if (attrs->ids[i].attr)
			grown.ids[pd_attr_slot(&grown, attrs->ids[i].id)] = attrs->ids[i];
	free(attrs->ids);
	attrs->ids = grown.ids;
	attrs->slots = grown.slots;
	attrs->bits = grown.bits;
	attrs->seed = grown.seed;
	return 0;
}

int pd_attr_id(struct perfdata *pd, uint32_t attr, uint64_t id)
{
	struct pd_attrs *attrs = &pd->attrs;
	uint32_t slot;

	if (attrs->nr_ids == PD_MAX_IDS)
		return -E2BIG;
	if (attrs->nr_ids * 2 >= attrs->slots && grow_ids(attrs))
		return -ENOMEM;
	slot = pd_attr_slot(attrs, id);
	if (attrs->ids[slot].attr)
		return 0;
	attrs->ids[slot] = (struct pd_id){ .id = id, .attr = attr + 1 };
	attrs->nr_ids++;
	place_ids(attrs);
	return 0;
}

void pd_attrs_release(struct pd_attrs *attrs)
{
	free(attrs->list);
	free(attrs->ids);
	memset(attrs, 0, sizeof(*attrs));
}
