// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log's clock and the recording's.
 *
 * printk stamps its lines with local_clock(), which begins at the boot; a
 * recording may have that clock (local, global, perf), or CLOCK_MONOTONIC, which
 * begins some 10 to 300 ms later, and runs at another rate.  Four ways to convert
 * a line's time to the recording's clock, best first:
 *
 *   1. lines that are in both, once each: printk:console events, or markers whose text
 *      was also written to /dev/kmsg;
 *   2. lines that say "monotonic=NS", if that is the recording's clock;
 *   3. faults that are in both: the difference at which most lines find an event of
 *      their address and access;
 *   4. that the clocks are the same one, or begin within a second of each other.
 *
 * Between two such points the difference of their offsets is the error; before the
 * first and after the last, the spread of all.
 */
#include "faults/find.h"

#include <errno.h>
#include <stdlib.h>

#define POINT_NS	(NS_PER_MS / 5)		/* from a stamp to the event or the number beside it */
#define DRIFT_NS	(1 * NS_PER_MS)		/* beyond the outermost points */
#define NEAR_NS		(5 * NS_PER_MS)		/* a line and an event of one fault */
#define BOOT_NS		(1000 * NS_PER_MS)	/* printk's clock is ahead by less */
#define SINCE_NS	(60 * 1000 * NS_PER_MS)	/* dmesg -e has a time in each minute with lines */
#define MAX_TOGETHER	256u			/* faults that one interrupt reports */
#define VOTERS		64u
#define CANDIDATES	4096u

/* A report, by what it has in common with others of its fault. */
struct keyed {
	uint64_t key;
	uint64_t time_ns;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *l = a, *r = b;

	if (l->key != r->key)
		return l->key < r->key ? -1 : 1;
	return (l->time_ns > r->time_ns) - (l->time_ns < r->time_ns);
}

static int by_hash(const void *a, const void *b)
{
	const struct mark *l = a, *r = b;

	if (l->hash != r->hash)
		return l->hash < r->hash ? -1 : 1;
	if (l->boot != r->boot)
		return l->boot < r->boot ? -1 : 1;
	return (l->time_ns > r->time_ns) - (l->time_ns < r->time_ns);
}

static int by_log_time(const void *a, const void *b)
{
	const struct anchor *l = a, *r = b;

	if (l->log_ns != r->log_ns)
		return l->log_ns < r->log_ns ? -1 : 1;
	return (l->trace_ns > r->trace_ns) - (l->trace_ns < r->trace_ns);
}

static int by_boot(const void *a, const void *b)
{
	const struct anchor *l = a, *r = b;

	if (l->boot != r->boot)
		return l->boot < r->boot ? -1 : 1;
	return by_log_time(a, b);
}

int ir_clock_anchor(struct anchors *anchors, const struct anchor *anchor)
{
	if (anchors->nr == anchors->room) {
		size_t room = anchors->room ? 2 * anchors->room : 64;
		struct anchor *list = reallocarray(anchors->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		anchors->list = list;
		anchors->room = room;
	}
	anchors->list[anchors->nr++] = *anchor;
	return 0;
}

/*
 * Marks that come once in their boot; returns how many there are in front then.  A line
 * that the log has again, with the same time, is from another copy of it.
 */
static size_t keep_unique(struct marks *marks)
{
	size_t used = 0;

	if (marks->nr)
		qsort(marks->list, marks->nr, sizeof(*marks->list), by_hash);
	for (size_t i = 0, next; i < marks->nr; i = next) {
		const struct mark mark = marks->list[i];
		bool same = true;

		for (next = i + 1; next < marks->nr && marks->list[next].hash == mark.hash &&
		     marks->list[next].boot == mark.boot; next++)
			same &= marks->list[next].time_ns == mark.time_ns;
		if (same)
			marks->list[used++] = mark;
	}
	return used;
}

static int match_lines(struct finding *f)
{
	size_t nr_trace = keep_unique(&f->trace_marks), nr_log = keep_unique(&f->log_marks), l = 0;
	struct anchors both = { .list = NULL };
	int rc = 0;

	for (size_t t = 0; t < nr_trace && !rc; t++) {
		const struct mark *mark = &f->trace_marks.list[t];

		while (l < nr_log && f->log_marks.list[l].hash < mark->hash)
			l++;
		for (; l < nr_log && f->log_marks.list[l].hash == mark->hash && !rc; l++)
			rc = ir_clock_anchor(&both, &(struct anchor){ f->log_marks.list[l].time_ns, mark->time_ns,
								      f->log_marks.list[l].boot });
	}
	if (rc || !both.nr) {
		free(both.list);
		return rc;
	}
	free(f->anchors.list);
	f->anchors = both;
	f->clock = "by lines that are in both";
	return 0;
}

/* A page and an access: drivers print the page, or the address. */
static uint64_t key_of(const struct report *report)
{
	return (report->address >> IR_PAGE_SHIFT) << 2 | report->access;
}

static struct keyed *make_keys(const struct reports *reports)
{
	struct keyed *keys = calloc(reports->nr + 1, sizeof(*keys));

	for (size_t i = 0; keys && i < reports->nr; i++)
		keys[i] = (struct keyed){ key_of(&reports->list[i]), reports->list[i].time_ns };
	if (keys)
		qsort(keys, reports->nr, sizeof(*keys), by_key);
	return keys;
}

/* The first that is not before @key at @time. */
static size_t first_from(const struct keyed *keys, size_t nr, uint64_t key, uint64_t time_ns)
{
	const struct keyed wanted = { key, time_ns };
	size_t low = 0, high = nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_key(&keys[mid], &wanted) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The event of @report's key that is nearest to it; false: none is near. */
static bool nearest_event(const struct keyed *keys, size_t nr, const struct report *report,
			  int64_t offset, uint64_t *found)
{
	uint64_t key = key_of(report), time_ns = report->time_ns - (uint64_t)offset;
	uint64_t near = NEAR_NS + report->coarse_ns, best = near + 1;
	size_t i = first_from(keys, nr, key, time_ns);

	if (i < nr && keys[i].key == key && keys[i].time_ns - time_ns < best) {
		best = keys[i].time_ns - time_ns;
		*found = keys[i].time_ns;
	}
	if (i && keys[i - 1].key == key && time_ns - keys[i - 1].time_ns < best) {
		best = time_ns - keys[i - 1].time_ns;
		*found = keys[i - 1].time_ns;
	}
	return best <= near;
}

struct vote {
	int64_t offset;
	uint32_t boot;
	unsigned int votes;
	bool likely;	/* as clocks are that begin at the boot */
};

static bool is_better_vote(const struct vote *a, const struct vote *b)
{
	if (a->votes != b->votes)
		return a->votes > b->votes;
	if (a->likely != b->likely)
		return a->likely;
	return llabs(a->offset) < llabs(b->offset);
}

static bool can_vote(const struct finding *f, const struct report *report)
{
	return report->stamp == f->stamp && report->stamp >= IR_STAMP_WALL;
}

static struct vote count_votes(const struct finding *f, const struct keyed *keys, int64_t offset,
			       uint32_t boot)
{
	size_t step = f->log.nr / VOTERS + 1;
	struct vote vote = {
		.offset = offset, .boot = boot,
		.likely = f->stamp == IR_STAMP_KERNEL && offset > -(int64_t)NEAR_NS &&
			offset < (int64_t)BOOT_NS,
	};
	uint64_t found;

	for (size_t i = 0; i < f->log.nr; i += step) {
		if (can_vote(f, &f->log.list[i]) && f->log.list[i].boot == boot)
			vote.votes += nearest_event(keys, f->reports.nr, &f->log.list[i], offset, &found);
	}
	return vote;
}

/* All differences that one line of the log could have, for several lines. */
static struct vote best_vote(const struct finding *f, const struct keyed *keys)
{
	size_t step = f->log.nr / 8 + 1, tried = 0;
	struct vote best = { .votes = 0 };

	for (size_t i = 0; i < f->log.nr && tried < CANDIDATES; i += step) {
		uint64_t key = key_of(&f->log.list[i]);

		if (!can_vote(f, &f->log.list[i]))
			continue;
		for (size_t k = first_from(keys, f->reports.nr, key, 0);
		     k < f->reports.nr && keys[k].key == key && tried < CANDIDATES; k++, tried++) {
			int64_t offset = (int64_t)(f->log.list[i].time_ns - keys[k].time_ns);
			struct vote vote = count_votes(f, keys, offset, f->log.list[i].boot);

			if (is_better_vote(&vote, &best))
				best = vote;
		}
	}
	return best;
}

static int match_faults(struct finding *f)
{
	struct keyed *keys = make_keys(&f->reports);
	struct vote best;
	uint64_t found;
	int rc = 0;

	if (!keys)
		return -ENOMEM;
	best = best_vote(f, keys);
	for (size_t i = 0; best.votes && i < f->log.nr && !rc; i++) {
		const struct report *report = &f->log.list[i];

		if (can_vote(f, report) && report->boot == best.boot &&
		    nearest_event(keys, f->reports.nr, report, best.offset, &found))
			rc = ir_clock_anchor(&f->anchors, &(struct anchor){ report->time_ns, found, best.boot });
	}
	free(keys);
	if (f->anchors.nr)
		f->clock = "by faults that are in both";
	return rc;
}

static bool is_clock(const struct finding *f, const char *const *names)
{
	for (; *names; names++)
		if (f->info->clock && !strcmp(f->info->clock, *names))
			return true;
	return false;
}

/* No line is in both: the clocks' names decide. */
static void align_by_name(struct finding *f, struct report *report)
{
	static const char *const same[] = { "local", "global", "perf", NULL };
	uint64_t duration = f->end_ns - f->start_ns;

	if (report->stamp == IR_STAMP_KERNEL && is_clock(f, same)) {
		report->error_ns = DRIFT_NS;
		f->clock = "it is the recording's";
	} else if (report->stamp == IR_STAMP_KERNEL) {
		report->time_ns -= report->time_ns < BOOT_NS / 2 ? report->time_ns : BOOT_NS / 2;
		report->error_ns = BOOT_NS / 2;
		f->clock = "not aligned: nothing is in both";
	} else {
		report->time_ns = f->start_ns + duration / 2;
		report->error_ns = duration / 2 + 1;
		f->clock = "unknown: nothing is in both";
	}
}

static uint64_t absolute_difference(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

static int64_t offset_of(const struct anchor *anchor)
{
	return (int64_t)(anchor->log_ns - anchor->trace_ns);
}

static uint64_t offset_spread(const struct anchors *anchors)
{
	int64_t least = INT64_MAX, most = INT64_MIN;

	for (size_t i = 0; i < anchors->nr; i++) {
		int64_t offset = offset_of(&anchors->list[i]);

		least = offset < least ? offset : least;
		most = offset > most ? offset : most;
	}
	return anchors->nr ? absolute_difference(most, least) : 0;
}

/* Whether the times of a line and a point are on one clock. */
static bool is_comparable(const struct report *report, const struct anchor *anchor)
{
	return report->stamp != IR_STAMP_SINCE ||
	       absolute_difference((int64_t)report->time_ns, (int64_t)anchor->log_ns) <= SINCE_NS;
}

/* The time of a line between its neighbours among the points; false: there are none. */
static bool align_by_anchors(const struct finding *f, uint64_t all, struct report *report)
{
	const struct anchors *anchors = &f->anchors;
	size_t low = 0, high = anchors->nr;
	const struct anchor *before, *after;
	int64_t offset;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (anchors->list[mid].log_ns <= report->time_ns)
			low = mid + 1;
		else
			high = mid;
	}
	before = low ? &anchors->list[low - 1] : NULL;
	after = low < anchors->nr ? &anchors->list[low] : NULL;
	before = before && is_comparable(report, before) ? before : NULL;
	after = after && is_comparable(report, after) ? after : NULL;
	if (!before && !after)
		return false;
	offset = offset_of(before ? before : after);
	report->error_ns = POINT_NS + report->coarse_ns;
	if (before && before->log_ns == report->time_ns)
		;
	else if (before && after)
		report->error_ns += absolute_difference(offset, offset_of(after));
	else
		report->error_ns += all > DRIFT_NS && report->stamp != IR_STAMP_SINCE ? all : DRIFT_NS;
	/* A text does not name its clock: it may be the kernel log's. */
	if (anchors->monotonic && !f->info->clock)
		report->error_ns += report->stamp == IR_STAMP_KERNEL ? absolute_difference(offset, 0) : BOOT_NS;
	report->time_ns -= (uint64_t)offset;
	return true;
}

/*
 * The log's boot that the recording is from: the one with most points in the recording, of
 * several the last one.
 */
static uint32_t recorded_boot(const struct finding *f)
{
	uint32_t best = f->parser.boot;
	size_t most = 0, nr;

	for (size_t i = 0, next; i < f->anchors.nr; i = next) {
		const struct anchor *first = &f->anchors.list[i];

		for (nr = 0, next = i; next < f->anchors.nr && f->anchors.list[next].boot == first->boot; next++)
			nr += f->anchors.list[next].trace_ns >= f->start_ns &&
			      f->anchors.list[next].trace_ns <= f->end_ns;
		if (nr >= most) {
			most = nr;
			best = first->boot;
		}
	}
	return best;
}

/* Keeps what is of the recording's boot; faults of others are from before or after it. */
static void keep_boot(struct finding *f)
{
	uint32_t boot = recorded_boot(f);
	size_t used = 0;

	for (size_t i = 0; i < f->anchors.nr; i++)
		if (f->anchors.list[i].boot == boot)
			f->anchors.list[used++] = f->anchors.list[i];
	f->anchors.nr = used;
	for (size_t i = used = 0; i < f->log.nr; i++)
		if (f->log.list[i].boot == boot)
			f->log.list[used++] = f->log.list[i];
	f->outside += f->log.nr - used;
	f->log.nr = used;
}

static bool same_line(const struct report *a, const struct report *b)
{
	return a->line_ns == b->line_ns && a->time_ns == b->time_ns && a->address == b->address &&
	       a->device == b->device && a->access == b->access && a->iommu == b->iommu;
}

/* Several copies of the kernel's log in one file have lines in common. */
static void drop_copies(struct reports *log)
{
	size_t used = 0;

	for (size_t i = 0; i < log->nr; i++) {
		const struct report *report = &log->list[i];
		bool dated = report->stamp >= IR_STAMP_WALL && !report->coarse_ns;
		bool known = false;

		for (size_t k = used; dated && !known && k && log->list[k - 1].time_ns == report->time_ns &&
		     used - k < MAX_TOGETHER; k--)
			known = same_line(&log->list[k - 1], report);
		if (!known)
			log->list[used++] = *report;
	}
	log->nr = used;
}

int ir_clock_align(struct finding *f)
{
	int rc = 0;
	uint64_t all;

	if (!f->log.nr)
		return 0;
	ir_reports_sort(&f->log);
	f->anchors.monotonic = f->anchors.nr != 0;
	if (f->anchors.nr)
		f->clock = f->info->clock ? "by lines with the monotonic clock" :
			"by lines with the monotonic clock, if that is the recording's";
	rc = match_lines(f);
	if (!rc && !f->anchors.nr)
		rc = match_faults(f);
	if (rc)
		return rc;
	if (f->anchors.nr)
		qsort(f->anchors.list, f->anchors.nr, sizeof(*f->anchors.list), by_boot);
	keep_boot(f);
	drop_copies(&f->log);
	all = offset_spread(&f->anchors);
	for (size_t i = 0; i < f->log.nr; i++) {
		struct report *report = &f->log.list[i];

		if (report->stamp != f->stamp || !align_by_anchors(f, all, report))
			align_by_name(f, report);
		if (report->error_ns > f->clock_error_ns)
			f->clock_error_ns = report->error_ns;
	}
	return 0;
}
