// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Magazines and depots in front of the IOVA tree, as in drivers/iommu/iova.c
 * of 6.1 (depot of at most 32) and 6.12 (list, trimmed by a work item).
 */
#include "guest/iova_state.h"
#include "base/timer.h"

#include <stdlib.h>

static struct ir_iova_mag *mag_new(struct ir_iova_domain *d)
{
	struct ir_iova_mag *mag = d->spare;

	if (mag)
		d->spare = mag->next;
	else
		mag = malloc(sizeof(*mag));
	if (!mag) {
		d->failed = true;
		return NULL;
	}
	mag->next = NULL;
	mag->size = 0;
	return mag;
}

static void mag_to_spare(struct ir_iova_domain *d, struct ir_iova_mag *mag)
{
	if (!mag)
		return;
	mag->next = d->spare;
	d->spare = mag;
}

static bool mag_empty(const struct ir_iova_mag *mag)
{
	return !mag || !mag->size;
}

static bool mag_full(const struct ir_iova_mag *mag)
{
	return mag && mag->size == IR_IOVA_MAG_SIZE;
}

/* The top-most entry that is not above @limit; the top entry takes its place. */
static bool mag_pop(struct ir_iova_mag *mag, uint64_t limit, uint64_t *pfn)
{
	unsigned int i = mag->size;

	while (i && mag->pfns[i - 1] > limit)
		i--;
	if (!i)
		return false;
	*pfn = mag->pfns[i - 1];
	mag->pfns[i - 1] = mag->pfns[--mag->size];
	return true;
}

static void mag_to_tree(struct ir_iova_domain *d, const struct ir_iova_rcache *rc,
			struct ir_iova_mag *mag)
{
	unsigned int order = (unsigned int)(rc - d->rcache);
	unsigned int i;

	if (!mag)
		return;
	for (i = 0; i < mag->size; i++)
		ir_iova_tree_put(d, mag->pfns[i], UINT64_C(1) << order);
	d->cached -= mag->size;
	mag->size = 0;
}

/* schedule_delayed_work(): a timer as any other. */
static uint64_t next_work(const struct ir_iova_domain *d, uint64_t now_ns)
{
	if (!d->config.hz)
		return now_ns + IR_IOVA_DEPOT_DELAY_NS;
	return ir_timer_expiry(now_ns, IR_IOVA_DEPOT_DELAY_NS / 1000000, d->config.hz,
			       d->config.phase_ns);
}

static void depot_push(struct ir_iova_rcache *rc, struct ir_iova_mag *mag)
{
	mag->next = rc->depot;
	rc->depot = mag;
	rc->depot_size++;
}

static struct ir_iova_mag *depot_pop(struct ir_iova_rcache *rc)
{
	struct ir_iova_mag *mag = rc->depot;

	if (mag) {
		rc->depot = mag->next;
		rc->depot_size--;
	}
	return mag;
}

static void swap_magazines(struct ir_iova_cpu_cache *cc)
{
	struct ir_iova_mag *mag = cc->loaded;

	cc->loaded = cc->prev;
	cc->prev = mag;
}

bool ir_iova_rcache_get(struct ir_iova_domain *d, unsigned int cpu, unsigned int order,
			uint64_t limit, uint64_t *pfn)
{
	struct ir_iova_rcache *rc = &d->rcache[order];
	struct ir_iova_cpu_caches *caches = ir_percpu_find(&d->cpu_caches, cpu);
	struct ir_iova_cpu_cache *cc;

	if (!caches && rc->depot) {
		caches = ir_percpu_make(&d->cpu_caches, cpu);
		d->failed |= !caches;
	}
	if (!caches)
		return false;
	cc = &caches->order[order];
	if (mag_empty(cc->loaded)) {
		if (!mag_empty(cc->prev)) {
			swap_magazines(cc);
		} else if (rc->depot) {
			mag_to_spare(d, cc->loaded);
			cc->loaded = depot_pop(rc);
			ir_percpu_add(&d->cpu_caches, cpu);
		} else {
			return false;
		}
	}
	/* prev is not asked when loaded has entries but none below the limit */
	if (!mag_pop(cc->loaded, limit, pfn))
		return false;
	d->cached--;
	return true;
}

/* Both magazines are full: the loaded one gives way to an empty one. */
static bool replace_loaded(struct ir_iova_domain *d, struct ir_iova_rcache *rc,
			   struct ir_iova_cpu_cache *cc, uint64_t now_ns)
{
	struct ir_iova_mag *mag = mag_new(d);

	if (!mag)
		return false;
	if (d->config.depot == IR_IOVA_DEPOT_FIXED && rc->depot_size >= IR_IOVA_FIXED_DEPOT) {
		mag_to_tree(d, rc, cc->loaded);
		mag_to_spare(d, cc->loaded);
	} else {
		depot_push(rc, cc->loaded);
		/* schedule_delayed_work() leaves a work item alone that is already pending */
		if (d->config.depot == IR_IOVA_DEPOT_TRIMMED && rc->work_at == UINT64_MAX) {
			rc->work_at = next_work(d, now_ns);
			if (rc->work_at < d->work_at)
				d->work_at = rc->work_at;
		}
	}
	cc->loaded = mag;
	return true;
}

/* There is no loaded magazine, or it is full. */
__attribute__((noinline))
static bool make_room(struct ir_iova_domain *d, struct ir_iova_rcache *rc,
		      struct ir_iova_cpu_cache *cc, uint64_t now_ns)
{
	if (mag_full(cc->loaded)) {
		if (mag_full(cc->prev))
			return replace_loaded(d, rc, cc, now_ns);
		swap_magazines(cc);
	}
	if (!cc->loaded)
		cc->loaded = mag_new(d);
	return cc->loaded;
}

bool ir_iova_rcache_insert(struct ir_iova_domain *d, unsigned int cpu, unsigned int order,
			   uint64_t pfn, uint64_t now_ns)
{
	struct ir_iova_rcache *rc = &d->rcache[order];
	struct ir_iova_cpu_caches *caches = ir_percpu_get(&d->cpu_caches, cpu);
	struct ir_iova_cpu_cache *cc;

	if (!caches) {
		d->failed = true;
		return false;
	}
	cc = &caches->order[order];
	if ((!cc->loaded || mag_full(cc->loaded)) && !make_room(d, rc, cc, now_ns))
		return false;
	if (!cc->loaded->size)
		ir_percpu_add(&d->cpu_caches, cpu);
	cc->loaded->pfns[cc->loaded->size++] = pfn;
	d->cached++;
	return true;
}

static void flush_depot(struct ir_iova_domain *d, struct ir_iova_rcache *rc)
{
	struct ir_iova_mag *mag;

	while ((mag = depot_pop(rc))) {
		mag_to_tree(d, rc, mag);
		mag_to_spare(d, mag);
	}
}

void ir_iova_rcache_flush(struct ir_iova_domain *d)
{
	unsigned int cpu, order;

	if (!d->cached)
		return;
	for (cpu = ir_percpu_next(&d->cpu_caches, 0); cpu != UINT32_MAX;
	     cpu = ir_percpu_next(&d->cpu_caches, cpu + 1)) {
		for (order = 0; order < IR_IOVA_ORDERS; order++) {
			const struct ir_iova_cpu_cache *cc = ir_iova_cpu_cache(d, cpu, order);

			mag_to_tree(d, &d->rcache[order], cc->loaded);
			mag_to_tree(d, &d->rcache[order], cc->prev);
		}
		ir_percpu_remove(&d->cpu_caches, cpu);
	}
	for (order = 0; order < IR_IOVA_ORDERS; order++)
		flush_depot(d, &d->rcache[order]);
}

/*
 * The work item of one order: one magazine at most, and again after the same
 * delay as long as there was one.  It counts from when it was due, so that being
 * called late changes nothing.
 */
static void depot_work(struct ir_iova_domain *d, struct ir_iova_rcache *rc, uint64_t now_ns)
{
	struct ir_iova_mag *mag;

	while (rc->work_at <= now_ns && rc->work_at != UINT64_MAX) {
		if (rc->depot_size <= d->config.online_cpus) {
			rc->work_at = UINT64_MAX;
			break;
		}
		mag = depot_pop(rc);
		mag_to_tree(d, rc, mag);
		mag_to_spare(d, mag);
		rc->work_at = next_work(d, rc->work_at);
	}
}

void ir_iova_rcache_trim(struct ir_iova_domain *d, uint64_t now_ns)
{
	unsigned int order;

	d->work_at = UINT64_MAX;
	for (order = 0; order < IR_IOVA_ORDERS; order++) {
		depot_work(d, &d->rcache[order], now_ns);
		if (d->rcache[order].work_at < d->work_at)
			d->work_at = d->rcache[order].work_at;
	}
}

void ir_iova_rcache_init(struct ir_iova_domain *d)
{
	unsigned int order;

	d->cpu_caches.size = sizeof(struct ir_iova_cpu_caches);
	d->work_at = UINT64_MAX;
	for (order = 0; order < IR_IOVA_ORDERS; order++)
		d->rcache[order].work_at = UINT64_MAX;
}

static void free_list(struct ir_iova_mag *mag)
{
	while (mag) {
		struct ir_iova_mag *next = mag->next;

		free(mag);
		mag = next;
	}
}

void ir_iova_rcache_fini(struct ir_iova_domain *d)
{
	unsigned int cpu, order;

	for (order = 0; order < IR_IOVA_ORDERS; order++) {
		for (cpu = 0; cpu < d->cpu_caches.cpus; cpu++) {
			const struct ir_iova_cpu_cache *cc = ir_iova_cpu_cache(d, cpu, order);

			if (!cc)
				continue;
			free(cc->loaded);
			free(cc->prev);
		}
		free_list(d->rcache[order].depot);
	}
	ir_percpu_free(&d->cpu_caches);
	free_list(d->spare);
}

static bool fill_unknown(struct ir_iova_domain *d, struct ir_iova_mag **mag, unsigned int entries)
{
	if (entries > IR_IOVA_MAG_SIZE)
		return false;
	if (!*mag)
		*mag = mag_new(d);
	if (!*mag)
		return false;
	d->cached -= (*mag)->size;
	for ((*mag)->size = 0; (*mag)->size < entries; (*mag)->size++)
		(*mag)->pfns[(*mag)->size] = 0;
	d->cached += entries;
	return true;
}

bool ir_iova_set_fill(struct ir_iova_domain *d, unsigned int cpu, unsigned int order,
		      unsigned int loaded, unsigned int prev)
{
	struct ir_iova_cpu_caches *caches;
	struct ir_iova_cpu_cache *cc;

	if (cpu >= d->config.cpus || order >= IR_IOVA_ORDERS)
		return false;
	caches = ir_percpu_get(&d->cpu_caches, cpu);
	if (!caches)
		return false;
	cc = &caches->order[order];
	ir_percpu_add(&d->cpu_caches, cpu);
	return fill_unknown(d, &cc->loaded, loaded) && fill_unknown(d, &cc->prev, prev);
}

bool ir_iova_set_depot(struct ir_iova_domain *d, unsigned int order, unsigned int magazines)
{
	struct ir_iova_rcache *rc;
	struct ir_iova_mag *mag;

	if (order >= IR_IOVA_ORDERS)
		return false;
	rc = &d->rcache[order];
	while ((mag = depot_pop(rc))) {
		d->cached -= mag->size;
		mag_to_spare(d, mag);
	}
	while (rc->depot_size < magazines) {
		mag = NULL;
		if (!fill_unknown(d, &mag, IR_IOVA_MAG_SIZE))
			return false;
		depot_push(rc, mag);
	}
	return true;
}
