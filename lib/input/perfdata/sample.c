// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf.data: samples and lost events.  A sample has its fixed fields first,
 * then counters and call chain if the event has them, then the raw data: 32
 * bits of size, and a trace record (perf_output_sample() of
 * kernel/events/core.c, Linux 6.12).  What comes behind that is of no interest.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "input/perfdata/priv.h"

#define MIN_RAW	8	/* the common fields */

/* PERF_FORMAT_* */
enum {
	FORMAT_ENABLED	= 1 << 0,
	FORMAT_RUNNING	= 1 << 1,
	FORMAT_ID	= 1 << 2,
	FORMAT_GROUP	= 1 << 3,
	FORMAT_LOST	= 1 << 4,
};

/* misc of LOST_SAMPLES: sorted out by a filter; tools/lib/perf/include/perf/event.h */
#define MISC_LOST_SAMPLES_BPF	(1 << 15)

/* No CPU's buffer goes back in time by so much; see pd_cpu. */
#define MAX_PAUSE (UINT64_C(1) << 42)	/* 73 minutes */

/* A call chain within a sample. */
struct chain_place {
	const unsigned char *entries;
	uint32_t nr;
};

static void count_bad_event(struct perfdata *pd)
{
	pd_damage(pd, IR_DAMAGE_BAD_EVENTS, 1);
}

static inline const struct pd_attr *attr_of(const struct perfdata *pd, const unsigned char *rec,
					    uint32_t size)
{
	const struct pd_attrs *attrs = &pd->attrs;
	uint32_t pos = attrs->id_pos, attr;

	if (!pos)
		return attrs->nr ? &attrs->list[0] : NULL;
	if (size < pos + 8)
		return NULL;
	attr = attrs->ids[pd_attr_slot(attrs, ir_load64(rec + pos, pd->big))].attr;
	return attr ? &attrs->list[attr - 1] : NULL;
}

/* Bytes of the counters, at most @left; more than that if they do not fit. */
static uint64_t read_size(const struct perfdata *pd, const struct pd_attr *at,
			  const unsigned char *p, uint32_t left)
{
	uint64_t format = at->read_format, nr = 1;
	uint32_t each = 1, size = 0;

	each += (format & FORMAT_ID) != 0;
	each += (format & FORMAT_LOST) != 0;
	size += (format & FORMAT_ENABLED) ? 8 : 0;
	size += (format & FORMAT_RUNNING) ? 8 : 0;
	if (format & FORMAT_GROUP) {
		if (left < 8)
			return 8;
		nr = ir_load64(p, pd->big);
		size += 8;
	}
	return nr <= left ? size + nr * each * 8 : (uint64_t)left + 1;
}

/*
 * The end of fields of variable size that begin at @pos; 0: it does not fit
 * @chain: what was found of a call chain on the way
 */
static uint32_t skip_variable(const struct perfdata *pd, const struct pd_attr *at,
			      const unsigned char *rec, uint32_t size, struct chain_place *chain)
{
	uint32_t pos = at->fixed_len;
	uint64_t skip;

	if (at->sample_type & PD_SAMPLE_READ) {
		skip = read_size(pd, at, rec + pos, size - pos);
		if (skip > size - pos)
			return 0;
		pos += (uint32_t)skip;
	}
	if (at->sample_type & PD_SAMPLE_CALLCHAIN) {
		if (size - pos < 8)
			return 0;
		skip = ir_load64(rec + pos, pd->big);
		pos += 8;
		if (skip > (size - pos) / 8)
			return 0;
		*chain = (struct chain_place){ rec + pos, (uint32_t)skip };
		pos += (uint32_t)skip * 8;
	}
	return pos;
}

/* The raw data of a sample, or NULL. */
static inline const unsigned char *find_raw(const struct perfdata *pd, const struct pd_attr *at,
					    const unsigned char *rec, uint32_t size,
					    uint32_t *len, struct chain_place *chain)
{
	uint32_t pos = at->fixed_len;

	if (pos > size)
		return NULL;
	if (at->variable) {
		pos = skip_variable(pd, at, rec, size, chain);
		if (!pos)
			return NULL;
	}
	if (size - pos < 4)
		return NULL;
	*len = ir_load32(rec + pos, pd->big);
	pos += 4;
	return *len >= MIN_RAW && *len <= size - pos ? rec + pos : NULL;
}

static int add_marker(struct perfdata *pd, uint64_t time, uint32_t cpu, uint64_t count)
{
	struct pd_entry *entry = pd_queue_add(&pd->queue, time, 0);

	if (!entry)
		return -ENOMEM;
	entry->len = (uint32_t)count;
	entry->site = (uint32_t)(count >> 32);
	entry->cpu = (uint16_t)cpu;
	entry->wanted = 0;
	return 0;
}

int pd_mark_gap(struct perfdata *pd)
{
	pd->gap = false;
	return add_marker(pd, pd->file_time, pd->last_cpu, 0);
}

/* Whether perf itself reports that there are no such times. */
static bool is_outside(const struct perfdata *pd, uint64_t time)
{
	return pd->last_time && (time < pd->first_time || time > pd->last_time);
}

/*
 * A damaged time can be years away, and must not drag others along.  The times
 * of a CPU rise, but for the few nanoseconds by which an interrupt overtakes
 * what it interrupts.  If they go far back, one of the two events is wrong: the
 * earlier one, if it in turn was far from the one before it, or else this one.
 */
static inline uint64_t check_time(struct perfdata *pd, struct pd_cpu *c, uint64_t time)
{
	struct pd_entry *last;

	if (!c->time || (time <= c->time + MAX_PAUSE && time + MAX_PAUSE >= c->time)) {
		c->suspect = !c->time;
	} else if (is_outside(pd, time)) {
		pd_damage(pd, IR_DAMAGE_TIME_BACKWARDS, 1);
		return c->time;
	} else if (time > c->time) {
		c->suspect = true;
	} else if (c->suspect) {
		pd_damage(pd, IR_DAMAGE_TIME_BACKWARDS, 1);
		last = pd_queue_at(&pd->queue, &c->place);
		if (last)
			pd_queue_change(&pd->queue, last,
					c->before && c->before <= time ? c->before : time);
		c->suspect = false;
	} else {
		pd_damage(pd, IR_DAMAGE_TIME_BACKWARDS, 1);
		return c->time;
	}
	c->before = c->time;
	c->time = time;
	return time;
}

/* A sample may stand for several events; it has their number. */
static int mark_unsampled(struct perfdata *pd, const struct pd_attr *at, const unsigned char *rec,
			  uint64_t time, uint32_t cpu)
{
	uint64_t period = at->period_pos ? ir_load64(rec + at->period_pos, pd->big) : 1;

	if (period <= 1)
		return 0;
	if (period > PD_MAX_LOST) {
		pd_damage(pd, IR_DAMAGE_LOST_GAPS, 1);
		return add_marker(pd, time, cpu, 0);
	}
	pd_damage(pd, IR_DAMAGE_LOST_EVENTS, period - 1);
	return add_marker(pd, time, cpu, period - 1);
}

/* A CPU with a higher number than all before it; false: there is no such CPU. */
__attribute__((noinline))
static bool new_cpu(struct perfdata *pd, uint32_t cpu)
{
	if (cpu >= (pd->cpus_available ? pd->cpus_available : PD_MAX_CPUS))
		return false;
	pd->nr_cpus = cpu + 1;
	return true;
}

/* Time and CPU of a sample with raw data; false: damaged. */
static inline bool place_sample(struct perfdata *pd, const struct pd_attr *at,
				const unsigned char *rec, uint64_t *time, uint32_t *cpu)
{
	*cpu = at->cpu_pos ? ir_load32(rec + at->cpu_pos, pd->big) : 0;
	*time = at->time_pos ? ir_load64(rec + at->time_pos, pd->big) : 0;
	if (!*time || *time == UINT64_MAX)
		return false;
	return *cpu < pd->nr_cpus || new_cpu(pd, *cpu);
}

static inline int queue_sample(struct perfdata *pd, const unsigned char *rec, uint32_t size)
{
	const struct pd_attr *at = attr_of(pd, rec, size);
	struct chain_place chain = { NULL, 0 };
	const unsigned char *raw;
	struct pd_entry *entry;
	uint32_t len, cpu, site = 0;
	struct pd_cpu *c;
	uint16_t wanted;
	uint64_t time;

	if (at && !at->traced) {
		pd_untraced(pd, at, rec, size);
		return 0;
	}
	raw = at ? find_raw(pd, at, rec, size, &len, &chain) : NULL;
	if (!raw || !place_sample(pd, at, rec, &time, &cpu) ||
	    (ir_load16(raw, pd->big) != at->config && pd->attrs.slots)) {
		count_bad_event(pd);
		return 0;
	}
	wanted = (uint16_t)ir_formats_wanted(&pd->formats, raw, pd->formats.big);
	if (!wanted) {
		pd_note_time(pd, time);
		return 0;
	}
	if (chain.nr && pd->rd->chains)
		site = pd_chain(pd, chain.entries, chain.nr);
	c = &pd->cpus[cpu];
	time = check_time(pd, c, time);
	pd->file_time = time;
	pd->last_cpu = cpu;
	if (time > pd->max_time)
		pd->max_time = time;
	if (at->sampled && mark_unsampled(pd, at, rec, time, cpu))
		return -ENOMEM;
	entry = pd_queue_add(&pd->queue, time, len);
	if (!entry)
		return -ENOMEM;
	entry->len = len;
	entry->site = site;
	entry->cpu = (uint16_t)cpu;
	entry->wanted = wanted;
	if (c->suspect)
		c->place = pd_queue_last(&pd->queue);
	memcpy(pd->queue.bytes + entry->pos, raw, len);
	return 0;
}

int pd_samples(struct perfdata *pd, const unsigned char *data, size_t len, size_t *used)
{
	const unsigned char *rec = data, *end = data + len;
	const bool big = pd->big;
	int ret = 0;

	while (!ret && end - rec >= PD_RECORD_HEADER) {
		uint32_t size = ir_load16(rec + 6, big);

		if (ir_load32(rec, big) != PD_RECORD_SAMPLE || size < PD_RECORD_HEADER ||
		    size % 8 || size > end - rec)
			break;
		ret = queue_sample(pd, rec, size);
		pd->samples++;
		rec += size;
	}
	*used = (size_t)(rec - data);
	return ret;
}

/* Time and CPU of another record, from the fields at its end. */
static void place_other(const struct perfdata *pd, const unsigned char *rec, uint32_t size,
			uint32_t min, uint64_t *time, uint32_t *cpu)
{
	const struct pd_attr *at = pd->attrs.nr ? &pd->attrs.list[0] : NULL;
	uint64_t stated = 0;

	*cpu = pd->last_cpu;
	if (at && at->end_cpu_pos && size >= min + at->end_cpu_pos)
		*cpu = ir_load32(rec + size - at->end_cpu_pos, pd->big);
	if (*cpu >= PD_MAX_CPUS)
		*cpu = pd->last_cpu;
	if (at && at->end_time_pos && size >= min + at->end_time_pos)
		stated = ir_load64(rec + size - at->end_time_pos, pd->big);
	*time = stated && stated < pd->max_time + MAX_PAUSE ? stated : pd->max_time;
}

static int mark_lost(struct perfdata *pd, const unsigned char *rec, uint32_t size, uint32_t min,
		     uint64_t lost)
{
	uint64_t time;
	uint32_t cpu;

	place_other(pd, rec, size, min, &time, &cpu);
	if (lost)
		pd_damage(pd, IR_DAMAGE_LOST_EVENTS, lost);
	else
		pd_damage(pd, IR_DAMAGE_LOST_GAPS, 1);
	return add_marker(pd, time, cpu, lost);
}

int pd_lost(struct perfdata *pd, const unsigned char *rec, uint32_t size)
{
	uint64_t lost;

	if (size < 24) {	/* header, id, count */
		count_bad_event(pd);
		return 0;
	}
	lost = ir_load64(rec + 16, pd->big);
	if (lost > PD_MAX_LOST)
		lost = 0;
	pd->reported_lost += lost;
	return mark_lost(pd, rec, size, 24, lost);
}

/*
 * A process that ended while perf recorded: struct perf_task_event of
 * kernel/events/core.c, Linux 6.12.  There are no markers in perf.data, and
 * what did not happen between the last event and this time is known, too.
 */
void pd_exit(struct perfdata *pd, const unsigned char *rec, uint32_t size)
{
	uint64_t time = size >= 32 ? ir_load64(rec + 24, pd->big) : 0;

	if (pd->max_time && time < pd->max_time + MAX_PAUSE && time > pd->rd->info.end_ns)
		pd->rd->info.end_ns = time;
}

/*
 * perf reads from each event at the end how many of its samples found no room.  The
 * kernel counts those in LOST records as well (perf_output_begin() of
 * kernel/events/ring_buffer.c, Linux 6.12), but for the last ones of a buffer,
 * behind which nothing came.  Only what goes beyond these is new.
 */
int pd_lost_samples(struct perfdata *pd, const unsigned char *rec, uint32_t size)
{
	uint64_t lost, extra;

	if (size < 16) {	/* header, count */
		count_bad_event(pd);
		return 0;
	}
	lost = ir_load64(rec + 8, pd->big);
	if (ir_load16(rec + 4, pd->big) & MISC_LOST_SAMPLES_BPF)
		return 0;
	if (!lost || lost > PD_MAX_LOST)
		return mark_lost(pd, rec, size, 16, 0);
	pd->reported_lost_samples += lost;
	if (pd->reported_lost_samples <= pd->reported_lost)
		return 0;
	extra = pd->reported_lost_samples - pd->reported_lost;
	pd->reported_lost += extra;
	return mark_lost(pd, rec, size, 16, extra);
}
