// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Holds the IOVA allocator against recorded calls of a real kernel, address by
 * address.  Reads lines, in order of time:
 *
 *	TIME_NS CPU alloc IOVAD PAGES LIMIT FLUSH
 *	TIME_NS CPU slow			the caches had nothing: alloc_iova()
 *	TIME_NS CPU ret PFN
 *	TIME_NS CPU free IOVAD PFN PAGES
 *
 * (0x for hexadecimal numbers; other lines are ignored) and writes one JSON object per
 * IOVA domain.  Usage: tool_iova CPUS < LINES.  Exit status 1 if less than 95 % of what
 * could be predicted was predicted right.
 *
 * A recording lacks the content of magazines and depot at its beginning.
 * How full they were is: it decides when a CPU changes magazines, and so the
 * order in which addresses freed later come back.  For each CPU and order all
 * 128 x 128 fills are tried, with the depot answering as the recording says
 * ("slow" means it was empty); then the number of magazines in the depot.  A full
 * `prev` cannot be told from one more magazine in the depot, and counts as that.  The
 * entries themselves stay unknown until they are handed out, and such
 * allocations are counted on their own.
 */
#include "guest/iova_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CPU = 1024, MAX_PAGES = 1 << 20, MAX_DEPOT = 64, SHOW = 40 };

enum kind { ALLOC, RETURN, FREE };

struct event {
	uint64_t time, iovad, pages, limit, pfn;
	uint32_t cpu;
	uint32_t alloc;		/* of a RETURN: index of its ALLOC */
	enum kind kind;
	bool slow, flush, nested, complete;
};

struct counts {
	uint64_t magazine, magazine_equal;	/* entries freed within the recording */
	uint64_t unknown, unknown_wrong;	/* the model had no address */
	uint64_t tree, tree_equal, tree_revealed;
	uint64_t missed;	/* the model had an entry, the kernel none */
	uint64_t extra;		/* the other way round */
	uint64_t none, none_equal;
};

struct fill {
	uint8_t loaded, prev;
};

struct start {
	struct fill fill[MAX_CPU][IR_IOVA_ORDERS];
	unsigned int depot[IR_IOVA_ORDERS];
};

struct replay {
	const struct event *events;
	size_t count;
	struct ir_iova_config config;
	struct ir_iova_domain *d;
	struct ir_bitmap *seen;		/* pages the recording has named so far */
	struct ir_bitmap *single;	/* pages taken one by one, to fill holes */
	uint8_t *deferred;	/* per event: the allocation takes effect when it returns */
	struct counts n;
	bool alone;		/* one CPU and order, the depot follows the recording */
	bool show;
	uint64_t shown;
	uint64_t incomplete;	/* calls whose return is not in the recording: left out */
};

static void fail(const char *what)
{
	fprintf(stderr, "tool_iova: %s\n", what);
	exit(2);
}

static uint64_t wrong(const struct counts *n)
{
	return n->magazine - n->magazine_equal + n->unknown_wrong + n->tree - n->tree_equal +
	       n->missed + n->extra + n->none - n->none_equal;
}

/* --- reading --- */

struct input {
	struct event *events;
	size_t count, capacity;
	size_t open[MAX_CPU];	/* 1 + index of the allocation under way */
};

static struct event *add(struct input *in)
{
	if (in->count == in->capacity) {
		in->capacity = in->capacity ? in->capacity * 2 : 4096;
		in->events = realloc(in->events, in->capacity * sizeof(*in->events));
		if (!in->events)
			fail("no memory");
	}
	memset(&in->events[in->count], 0, sizeof(*in->events));
	return &in->events[in->count++];
}

static void read_line(struct input *in, char *line)
{
	char *word[8] = { NULL };
	struct event e = { 0 };
	struct event *alloc;
	size_t n = 0;
	char *save = NULL;

	for (char *w = strtok_r(line, " \n", &save); w && n < 8; w = strtok_r(NULL, " \n", &save))
		word[n++] = w;
	if (n < 3)
		return;
	e.time = strtoull(word[0], NULL, 10);
	e.cpu = (uint32_t)strtoul(word[1], NULL, 10);
	if (e.cpu >= MAX_CPU)
		fail("CPU number too large");
	alloc = in->open[e.cpu] ? &in->events[in->open[e.cpu] - 1] : NULL;
	if (!strcmp(word[2], "alloc") && n >= 7) {
		e.kind = ALLOC;
		e.iovad = strtoull(word[3], NULL, 0);
		e.pages = strtoull(word[4], NULL, 0);
		e.limit = strtoull(word[5], NULL, 0);
		e.flush = strtoul(word[6], NULL, 0) != 0;
		*add(in) = e;
		in->open[e.cpu] = in->count;
		if (!e.pages || e.pages > MAX_PAGES)
			fail("number of pages too large");
	} else if (!strcmp(word[2], "slow") && alloc) {
		alloc->slow = true;
	} else if (!strcmp(word[2], "ret") && n >= 4 && alloc) {
		alloc->pfn = strtoull(word[3], NULL, 0);
		alloc->complete = true;
		e.kind = RETURN;
		e.iovad = alloc->iovad;
		e.alloc = (uint32_t)(in->open[e.cpu] - 1);
		*add(in) = e;
		in->open[e.cpu] = 0;
	} else if (!strcmp(word[2], "free") && n >= 6) {
		e.kind = FREE;
		e.iovad = strtoull(word[3], NULL, 0);
		e.pfn = strtoull(word[4], NULL, 0);
		e.pages = strtoull(word[5], NULL, 0);
		if (!e.pages || e.pages > MAX_PAGES)
			fail("number of pages too large");
		if (alloc && alloc->iovad == e.iovad)
			alloc->nested = true;
		*add(in) = e;
	}
}

/* --- looking into the model --- */

static bool mag_holds(const struct ir_iova_mag *mag, uint64_t pfn)
{
	for (unsigned int i = 0; mag && i < mag->size; i++) {
		if (mag->pfns[i] == pfn)
			return true;
	}
	return false;
}

static bool is_cached(const struct ir_iova_domain *d, unsigned int order, uint64_t pfn)
{
	for (unsigned int cpu = 0; cpu < d->config.cpus; cpu++) {
		const struct ir_iova_cpu_cache *cc = ir_iova_cpu_cache(d, cpu, order);

		if (cc && (mag_holds(cc->loaded, pfn) || mag_holds(cc->prev, pfn)))
			return true;
	}
	for (const struct ir_iova_mag *mag = d->rcache[order].depot; mag; mag = mag->next) {
		if (mag_holds(mag, pfn))
			return true;
	}
	return false;
}

/* Would an allocation right now be answered from the magazines with this address? */
static bool answers_now(const struct ir_iova_domain *d, const struct event *e)
{
	unsigned int order = ir_iova_order(e->pages);
	const struct ir_iova_cpu_cache *cc;
	const struct ir_iova_mag *mag;

	if (order >= IR_IOVA_ORDERS)
		return true;
	cc = ir_iova_cpu_cache(d, e->cpu % d->config.cpus, order);
	if (!cc)
		return e->slow;
	mag = cc->loaded && cc->loaded->size ? cc->loaded : cc->prev;
	if (!mag || !mag->size)
		return e->slow;
	return mag->pfns[mag->size - 1] == e->pfn;
}

static void show(struct replay *r, const struct event *e, struct ir_iova_got got, const char *what)
{
	static const char *const source[] = { "none", "magazine", "tree" };

	if (!r->show || r->shown++ >= SHOW)
		return;
	fprintf(stderr, "%" PRIu64 " cpu %u %" PRIu64 " pages: %s: %s %#" PRIx64 ", recorded %s%#"
		PRIx64 "\n", e->time, e->cpu, e->pages, what, source[got.source], got.pfn,
		e->slow ? "tree " : "", e->pfn);
}

/* --- the tree --- */

#define PFNS (UINT64_C(1) << 52)

static struct ir_bitmap *new_set(void)
{
	struct ir_bitmap *set = ir_bitmap_new(PFNS);

	if (!set)
		fail("no memory");
	return set;
}

static void add_pages(struct ir_bitmap *set, uint64_t lo, uint64_t hi)
{
	if (ir_bitmap_set(set, lo, hi))
		fail("no memory");
}

/* The IOVAs that the recording has named so far */
static void see(struct replay *r, uint64_t pfn, uint64_t pages)
{
	if (r->seen)
		add_pages(r->seen, pfn, pfn + pages - 1);
}

/* Take what the recording has never named within a range; false if it named all */
static bool fill_hole(struct replay *r, uint64_t pfn, uint64_t pages)
{
	bool filled = false;

	for (uint64_t i = pfn; i < pfn + pages; i++) {
		if (!ir_bitmap_any(r->seen, i, i) && ir_iova_reserve(r->d, i, i)) {
			add_pages(r->single, i, i);
			filled = true;
		}
	}
	return filled;
}

/* Give back pages that fill_hole() took; false if other ranges are in the way */
static bool open_hole(struct replay *r, uint64_t pfn, uint64_t pages)
{
	for (uint64_t i = pfn; i < pfn + pages; i++) {
		if (!ir_bitmap_any(r->d->taken, i, i))
			continue;
		if (ir_bitmap_any(r->seen, i, i) || !ir_bitmap_any(r->single, i, i))
			return false;
		ir_iova_tree_put(r->d, i, 1);
		ir_bitmap_clear(r->single, i, i);
	}
	return true;
}

/*
 * The kernel's tree had another answer.  A place above the recorded one that
 * the model took for free, and that the recording has never named, was taken
 * before the recording began: mark it and ask again.  A place it took for taken
 * for that reason only was given back unseen.
 */
static bool reveal(struct replay *r, const struct event *e, struct ir_iova_got *got,
		   uint64_t cached32, uint64_t cached)
{
	uint64_t pages = ir_iova_round(e->pages);

	while (got->source == IR_IOVA_TREE && got->pfn > e->pfn) {
		ir_iova_tree_put(r->d, got->pfn, pages);
		r->d->cached32_pfn = cached32;
		r->d->cached_pfn = cached;
		if (!fill_hole(r, got->pfn, pages)) {
			got->source = IR_IOVA_NONE;
			return false;
		}
		*got = ir_iova_alloc_fast(r->d, e->cpu, e->pages, e->limit, e->flush);
	}
	if (got->source == IR_IOVA_TREE && got->pfn < e->pfn && open_hole(r, e->pfn, pages))
		return ir_iova_correct(r->d, *got, e->pfn, e->pages);
	return got->source == IR_IOVA_TREE && got->pfn == e->pfn;
}

/* Everything the recording uses without having taken it from the tree was there before */
static void seed_tree(struct replay *r)
{
	struct ir_bitmap *seen = new_set();

	for (size_t i = 0; i < r->count; i++) {
		const struct event *e = &r->events[i];
		uint64_t pages = ir_iova_round(e->pages);

		if (e->kind == RETURN || !e->pfn || !pages ||
		    ir_bitmap_any(seen, e->pfn, e->pfn + pages - 1))
			continue;
		add_pages(seen, e->pfn, e->pfn + pages - 1);
		if (!e->slow && ir_iova_reserve(r->d, e->pfn, e->pfn + pages - 1) && pages == 1)
			add_pages(r->single, e->pfn, e->pfn);
	}
	ir_bitmap_free(seen);
}

/* --- one event --- */

static void count_magazine(struct replay *r, const struct event *e, struct ir_iova_got got)
{
	unsigned int order = ir_iova_order(e->pages);

	if (e->slow || !e->pfn) {
		r->n.missed++;
		show(r, e, got, "the kernel had no entry");
		if (e->pfn)
			ir_iova_correct(r->d, (struct ir_iova_got){ .source = IR_IOVA_NONE },
					e->pfn, e->pages);
		return;
	}
	if (got.pfn) {
		r->n.magazine++;
		r->n.magazine_equal += got.pfn == e->pfn;
	} else {
		r->n.unknown++;
		if (!is_cached(r->d, order, e->pfn))
			return;
		r->n.unknown_wrong++;
	}
	if (got.pfn != e->pfn) {
		show(r, e, got, "other entry");
		ir_iova_correct(r->d, got, e->pfn, e->pages);
	}
}

static void count_tree(struct replay *r, const struct event *e, struct ir_iova_got got,
		       uint64_t cached32, uint64_t cached)
{
	if (r->alone) {
		r->n.extra += !e->slow;
		return;
	}
	if (!e->slow) {
		r->n.extra++;
		show(r, e, got, "the kernel had an entry");
		ir_iova_correct(r->d, (struct ir_iova_got){ .source = IR_IOVA_MAGAZINE },
				e->pfn, e->pages);
		ir_iova_correct(r->d, got, e->pfn, e->pages);
		return;
	}
	if (got.pfn == e->pfn) {
		r->n.tree++;
		r->n.tree_equal++;
	} else if (reveal(r, e, &got, cached32, cached)) {
		r->n.tree_revealed++;
	} else {
		r->n.tree++;
		show(r, e, got, "other place");
		ir_iova_correct(r->d, got, e->pfn, e->pages);
	}
}

static void allocate(struct replay *r, const struct event *e)
{
	uint64_t cached32 = r->d->cached32_pfn, cached = r->d->cached_pfn;
	unsigned int order = ir_iova_order(e->pages);
	struct ir_iova_got got;

	if (r->alone)
		ir_iova_set_depot(r->d, order, e->slow ? 0 : 1);
	got = ir_iova_alloc_fast(r->d, e->cpu, e->pages, e->limit, e->flush);
	if (got.source == IR_IOVA_MAGAZINE) {
		count_magazine(r, e, got);
	} else if (got.source == IR_IOVA_TREE && e->pfn) {
		count_tree(r, e, got, cached32, cached);
	} else {
		r->n.none++;
		r->n.none_equal += got.source == IR_IOVA_NONE && !e->pfn;
		if (e->pfn)
			show(r, e, got, "nothing free");
		if (got.source == IR_IOVA_TREE || e->pfn)
			ir_iova_correct(r->d, got, e->pfn, e->pages);
	}
	see(r, e->pfn, ir_iova_round(e->pages));
}

static void step(struct replay *r, size_t i)
{
	const struct event *e = &r->events[i];

	if (!r->alone)
		ir_iova_work(r->d, e->time);
	switch (e->kind) {
	case ALLOC:
		if (!e->complete) {
			r->incomplete++;
			break;
		}
		/* interrupts may free between the call and its effect */
		r->deferred[i] = e->nested && !answers_now(r->d, e);
		if (!r->deferred[i])
			allocate(r, e);
		break;
	case RETURN:
		if (r->deferred[e->alloc])
			allocate(r, &r->events[e->alloc]);
		break;
	case FREE:
		see(r, e->pfn, ir_iova_round(e->pages));
		ir_iova_free(r->d, e->cpu, e->pfn, e->pages, e->time);
		break;
	}
}

static void begin(struct replay *r)
{
	r->d = ir_iova_new(&r->config);
	if (!r->d)
		fail("no memory");
	r->n = (struct counts){ 0 };
	r->shown = 0;
	r->incomplete = 0;
}

/* --- the state at the beginning --- */

static size_t pick(struct replay *one, const struct replay *all, uint64_t cpu, unsigned int order,
		   struct event *events)
{
	size_t n = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct event *e = &all->events[i];
		const struct event *call = e->kind == RETURN ? &all->events[e->alloc] : e;

		if (call->cpu != cpu || ir_iova_order(call->pages) != order)
			continue;
		events[n] = *e;
		events[n].cpu = 0;
		/* of one CPU and order: the last ALLOC picked is the one that returns */
		for (size_t k = n; e->kind == RETURN && k-- > 0;) {
			if (events[k].kind == ALLOC) {
				events[n].alloc = (uint32_t)k;
				break;
			}
		}
		n++;
	}
	one->events = events;
	one->count = n;
	return n;
}

static uint64_t try_fill(struct replay *one, struct fill fill, unsigned int order, uint64_t limit)
{
	begin(one);
	ir_iova_set_fill(one->d, 0, order, fill.loaded, fill.prev);
	for (size_t i = 0; i < one->count && wrong(&one->n) < limit; i++)
		step(one, i);
	ir_iova_destroy(one->d);
	return wrong(&one->n);
}

/* The fill of one CPU's magazines that leaves the fewest answers unexplained */
static uint64_t infer_fill(const struct replay *all, uint32_t cpu, unsigned int order,
			   struct event *events, struct fill *best)
{
	struct replay one = *all;
	uint64_t least = UINT64_MAX;

	one.alone = true;
	one.show = false;
	one.seen = NULL;
	one.config.cpus = 1;
	*best = (struct fill){ 0 };
	if (!pick(&one, all, cpu, order, events))
		return 0;
	for (unsigned int k = 0; k < 128 * 128 && least; k++) {
		struct fill fill = { (uint8_t)(k % 128), (uint8_t)(k / 128) };
		uint64_t n = try_fill(&one, fill, order, least);

		if (n < least) {
			least = n;
			*best = fill;
		}
	}
	return least;
}

static void run(struct replay *r, const struct start *start)
{
	begin(r);
	r->single = new_set();
	seed_tree(r);
	r->seen = new_set();
	for (unsigned int order = 0; order < IR_IOVA_ORDERS; order++) {
		for (unsigned int cpu = 0; cpu < r->config.cpus; cpu++)
			ir_iova_set_fill(r->d, cpu, order, start->fill[cpu][order].loaded,
					 start->fill[cpu][order].prev);
		ir_iova_set_depot(r->d, order, start->depot[order]);
	}
	for (size_t i = 0; i < r->count; i++)
		step(r, i);
	ir_bitmap_free(r->seen);
	ir_bitmap_free(r->single);
	r->seen = r->single = NULL;
	ir_iova_destroy(r->d);
}

static void infer(struct replay *all, struct start *start)
{
	struct event *events = calloc(all->count + 1, sizeof(*events));
	uint64_t least;

	if (!events)
		fail("no memory");
	for (unsigned int order = 0; order < IR_IOVA_ORDERS; order++) {
		for (uint32_t cpu = 0; cpu < all->config.cpus; cpu++) {
			struct fill *fill = &start->fill[cpu][order];
			uint64_t n = infer_fill(all, cpu, order, events, fill);

			if (n || fill->loaded || fill->prev)
				fprintf(stderr, "cpu %u order %u: loaded %u, prev %u, unexplained %"
					PRIu64 "\n", cpu, order, fill->loaded, fill->prev, n);
		}
	}
	free(events);
	for (unsigned int order = 0; order < IR_IOVA_ORDERS; order++) {
		unsigned int best = 0;

		least = UINT64_MAX;
		for (unsigned int depot = 0; depot < MAX_DEPOT && least; depot++) {
			start->depot[order] = depot;
			run(all, start);
			if (wrong(&all->n) < least) {
				least = wrong(&all->n);
				best = depot;
			}
		}
		start->depot[order] = best;
	}
}

/* --- report --- */

static bool report(const struct replay *r, uint64_t iovad, const struct start *start)
{
	const struct counts *n = &r->n;
	uint64_t known = n->magazine + n->tree + n->unknown_wrong + n->missed + n->extra + n->none;
	uint64_t equal = n->magazine_equal + n->tree_equal + n->none_equal;

	printf("{\"iovad\": \"%#" PRIx64 "\", \"predictable\": %" PRIu64 ", \"equal\": %" PRIu64
	       ", \"percent\": %.3f,\n", iovad, known, equal,
	       known ? 100.0 * (double)equal / (double)known : 100.0);
	printf(" \"magazine\": {\"known\": %" PRIu64 ", \"equal\": %" PRIu64 ", \"unknown\": %" PRIu64
	       ", \"unknown_wrong\": %" PRIu64 "},\n", n->magazine, n->magazine_equal, n->unknown,
	       n->unknown_wrong);
	printf(" \"tree\": {\"known\": %" PRIu64 ", \"equal\": %" PRIu64 ", \"revealed\": %" PRIu64
	       "},\n", n->tree, n->tree_equal, n->tree_revealed);
	printf(" \"only_model_cached\": %" PRIu64 ", \"only_kernel_cached\": %" PRIu64
	       ", \"failed\": %" PRIu64 ", \"incomplete\": %" PRIu64 ",\n \"depot_at_start\": [",
	       n->missed, n->extra, n->none, r->incomplete);
	for (unsigned int order = 0; order < IR_IOVA_ORDERS; order++)
		printf("%s%u", order ? ", " : "", start->depot[order]);
	printf("]}\n");
	return (double)equal >= 0.95 * (double)known;
}

static bool check_domain(const struct input *in, uint64_t iovad, unsigned int cpus)
{
	static struct start start;
	struct event *events = calloc(in->count + 1, sizeof(*events));
	struct replay r = { .events = events };
	uint32_t *place = calloc(in->count + 1, sizeof(*place));
	bool good;

	if (!events || !place)
		fail("no memory");
	for (size_t i = 0; i < in->count; i++) {
		if (in->events[i].iovad != iovad)
			continue;
		place[i] = (uint32_t)r.count;
		events[r.count] = in->events[i];
		if (in->events[i].kind == RETURN)
			events[r.count].alloc = place[in->events[i].alloc];
		r.count++;
	}
	r.deferred = calloc(r.count + 1, 1);
	if (!r.deferred)
		fail("no memory");
	r.config = (struct ir_iova_config){ .start_pfn = 1, .limit_pfn = UINT64_MAX, .cpus = cpus };
	start = (struct start){ 0 };
	infer(&r, &start);
	r.show = true;
	run(&r, &start);
	good = report(&r, iovad, &start);
	free(r.deferred);
	free(place);
	free(events);
	return good;
}

int main(int argc, char **argv)
{
	static struct input in;
	unsigned int cpus = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 0;
	char line[512];
	bool good = true;

	if (!cpus || cpus > MAX_CPU)
		fail("usage: tool_iova CPUS < LINES");
	while (fgets(line, sizeof(line), stdin))
		read_line(&in, line);
	if (!in.count)
		fail("no calls on standard input");
	for (size_t i = 0; i < in.count; i++) {
		bool first = true;

		for (size_t k = 0; k < i && first; k++)
			first = in.events[k].iovad != in.events[i].iovad;
		if (first)
			good &= check_domain(&in, in.events[i].iovad, cpus);
	}
	free(in.events);
	if (fflush(stdout) || ferror(stdout))
		fail("cannot write");
	return good ? 0 : 1;
}
