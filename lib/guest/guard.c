// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/guard.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include "guest/guest.h"
#include "base/call.h"

#define CANARY_SIZE 64
#define CANARY 0xa5
#define MAX_ERRNO 4095		/* include/linux/err.h, Linux 6.12 */

struct ir_guard {
	const struct ir_guest *guest;
	/* As the plug-in has them, and as the guest calls them. */
	const struct ir_strategy *strategy;
	const struct ir_hypervisor *hypervisor;
	struct ir_strategy strategy_copy;
	struct ir_hypervisor hypervisor_copy;
	bool *stop;
	const volatile int *interrupted;
	char fault[512];
};

/* An instance of the hypervisor, as the guest has it. */
struct instance {
	struct ir_guard *guard;
	void *hv;		/* the plug-in's */
};

/*
 * Faults.
 */

__attribute__((format(printf, 3, 4)))
static void set_fault(struct ir_guard *guard, const struct ir_call *call, const char *fmt, ...)
{
	size_t len;
	va_list args;

	if (*guard->fault)
		return;
	ir_call_describe(call, guard->fault, sizeof(guard->fault) - 200);
	len = strlen(guard->fault);
	len += (size_t)snprintf(guard->fault + len, sizeof(guard->fault) - len, ": ");
	va_start(args, fmt);
	vsnprintf(guard->fault + len, sizeof(guard->fault) - len, fmt, args);
	va_end(args);
	if (guard->stop)
		*guard->stop = true;
}

const char *ir_guard_fault(const struct ir_guard *guard)
{
	return guard && *guard->fault ? guard->fault : NULL;
}

void ir_guard_set_stop(struct ir_guard *guard, bool *stop, const volatile int *interrupted)
{
	guard->stop = stop;
	guard->interrupted = interrupted;
}

/*
 * Calls.
 */

static struct ir_call strategy_call(const struct ir_guard *guard, const char *callback)
{
	return (struct ir_call){ .plugin = guard->strategy->plugin, .kind = "strategy",
				 .name = guard->strategy->name, .callback = callback };
}

static struct ir_call hypervisor_call(const struct ir_guard *guard, const char *callback)
{
	return (struct ir_call){ .plugin = guard->hypervisor->plugin, .kind = "hypervisor",
				 .name = guard->hypervisor->name, .callback = callback };
}

/* False: nothing is to be called. */
static bool begin_call(struct ir_guard *guard, const struct ir_call *call)
{
	if (*guard->fault)
		return false;
	if (ir_call_begin(call))
		return true;
	set_fault(guard, call, "calls itself by way of the library more than %d deep", IR_CALL_DEPTH);
	return false;
}

static void end_call(struct ir_guard *guard)
{
	ir_call_end();
	if (guard->interrupted && *guard->interrupted && guard->stop)
		*guard->stop = true;
}

static int check_result(struct ir_guard *guard, const struct ir_call *call, int rc)
{
	if (rc <= 0 && rc >= -MAX_ERRNO)
		return rc;
	set_fault(guard, call, "returned %d, which is neither 0 nor a negative errno", rc);
	return -EIO;
}

/*
 * The memory of a strategy in a domain.
 */

void *ir_guard_alloc(const struct ir_guard *guard)
{
	size_t size = guard->strategy->domain_size;
	unsigned char *memory = size < SIZE_MAX - 2 * CANARY_SIZE ?
		calloc(1, size + 2 * CANARY_SIZE) : NULL;

	if (!memory)
		return NULL;
	memset(memory, CANARY, CANARY_SIZE);
	memset(memory + CANARY_SIZE + size, CANARY, CANARY_SIZE);
	return memory + CANARY_SIZE;
}

void ir_guard_free_memory(void *memory)
{
	if (memory)
		free((unsigned char *)memory - CANARY_SIZE);
}

static bool canary_intact(const unsigned char *at)
{
	for (size_t i = 0; i < CANARY_SIZE; i++)
		if (at[i] != CANARY)
			return false;
	return true;
}

static void check_memory(const struct ir_domain *d, const struct ir_call *call)
{
	struct ir_guard *guard = d->guest->guard;
	const unsigned char *memory = d->strategy_priv;
	size_t size = guard->strategy->domain_size;

	if (!memory)
		return;
	if (!canary_intact(memory + size))
		set_fault(guard, call, "wrote behind the %zu bytes of its domain_size", size);
	else if (!canary_intact(memory - CANARY_SIZE))
		set_fault(guard, call, "wrote before the %zu bytes of its domain_size", size);
}

void ir_guard_check_memory(struct ir_domain *d)
{
	struct ir_call call = strategy_call(d->guest->guard, "unknown (found at the end)");

	if (d->guest->guard->strategy->plugin)
		check_memory(d, &call);
}

/*
 * A strategy's callbacks.
 */

static int guarded_map_pages(struct ir_domain *d, uint64_t iova, uint64_t pgcount)
{
	struct ir_guard *guard = d->guest->guard;
	struct ir_call call = strategy_call(guard, "map_pages");
	int rc;

	if (!begin_call(guard, &call))
		return -EIO;
	rc = guard->strategy->map_pages(d, iova, pgcount);
	end_call(guard);
	check_memory(d, &call);
	return check_result(guard, &call, rc);
}

static int guarded_iotlb_sync_map(struct ir_domain *d, uint64_t iova, uint64_t size)
{
	struct ir_guard *guard = d->guest->guard;
	struct ir_call call = strategy_call(guard, "iotlb_sync_map");
	int rc;

	if (!begin_call(guard, &call))
		return -EIO;
	rc = guard->strategy->iotlb_sync_map(d, iova, size);
	end_call(guard);
	check_memory(d, &call);
	return check_result(guard, &call, rc);
}

static void guarded_iotlb_sync(struct ir_domain *d, const struct ir_gather *gather)
{
	struct ir_guard *guard = d->guest->guard;
	struct ir_call call = strategy_call(guard, "iotlb_sync");

	if (!begin_call(guard, &call))
		return;
	guard->strategy->iotlb_sync(d, gather);
	end_call(guard);
	check_memory(d, &call);
}

static void guarded_flush_iotlb_all(struct ir_domain *d, enum ir_cause cause)
{
	struct ir_guard *guard = d->guest->guard;
	struct ir_call call = strategy_call(guard, "flush_iotlb_all");

	if (!begin_call(guard, &call))
		return;
	guard->strategy->flush_iotlb_all(d, cause);
	end_call(guard);
	check_memory(d, &call);
}

/*
 * A hypervisor's callbacks: the guest has a struct instance for the plug-in's.
 */

void *ir_guard_open(struct ir_guard *guard, const struct ir_hypervisor_params *params)
{
	struct ir_call call = hypervisor_call(guard, "open");
	struct instance *in;

	if (!guard->hypervisor->plugin)
		return guard->hypervisor->open(params);
	in = calloc(1, sizeof(*in));
	if (!in || !begin_call(guard, &call)) {
		free(in);
		return NULL;
	}
	in->guard = guard;
	in->hv = guard->hypervisor->open(params);
	end_call(guard);
	if (in->hv)
		return in;
	free(in);
	return NULL;
}

/* Also after a fault: the instance may have memory. */
static void close_instance(void *hv)
{
	const struct instance *in = hv;
	struct ir_guard *guard = in->guard;
	struct ir_call call = hypervisor_call(guard, "close");

	if (ir_call_begin(&call)) {
		guard->hypervisor->close(in->hv);
		ir_call_end();
	}
	free(hv);
}

static enum ir_rpcit_status guarded_rpcit(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	const struct instance *in = hv;
	struct ir_guard *guard = in->guard;
	struct ir_call call = hypervisor_call(guard, "rpcit");
	enum ir_rpcit_status status;

	if (!begin_call(guard, &call))
		return IR_RPCIT_ERROR;
	status = guard->hypervisor->rpcit(in->hv, iopt, first, last);
	end_call(guard);
	if ((unsigned int)status <= IR_RPCIT_ERROR)
		return status;
	set_fault(guard, &call, "returned %d, which is no status of an RPCIT", (int)status);
	return IR_RPCIT_ERROR;
}

static uint64_t guarded_available(const void *hv)
{
	const struct instance *in = hv;
	struct ir_guard *guard = in->guard;
	struct ir_call call = hypervisor_call(guard, "available");
	uint64_t n;

	if (!begin_call(guard, &call))
		return 0;
	n = guard->hypervisor->available(in->hv);
	end_call(guard);
	return n;
}

static uint64_t guarded_take(void *hv, uint64_t n)
{
	const struct instance *in = hv;
	struct ir_guard *guard = in->guard;
	struct ir_call call = hypervisor_call(guard, "take");
	uint64_t taken;

	if (!begin_call(guard, &call))
		return 0;
	taken = guard->hypervisor->take(in->hv, n);
	end_call(guard);
	if (taken <= n)
		return taken;
	set_fault(guard, &call, "took %" PRIu64 " entries, of %" PRIu64, taken, n);
	return n;
}

static void guarded_give(void *hv, uint64_t n)
{
	const struct instance *in = hv;
	struct ir_guard *guard = in->guard;
	struct ir_call call = hypervisor_call(guard, "give");

	if (!begin_call(guard, &call))
		return;
	guard->hypervisor->give(in->hv, n);
	end_call(guard);
}

static void guarded_disable(void *hv, struct ir_iopt *iopt)
{
	const struct instance *in = hv;
	struct ir_guard *guard = in->guard;
	struct ir_call call = hypervisor_call(guard, "disable");

	if (!begin_call(guard, &call))
		return;
	guard->hypervisor->disable(in->hv, iopt);
	end_call(guard);
}

void ir_guard_check_disabled(struct ir_domain *d)
{
	struct ir_guard *guard = d->guest->guard;
	const struct ir_hypervisor *hv = guard->hypervisor;
	struct ir_call call = hypervisor_call(guard, hv->disable ? "disable" : "rpcit");

	if (hv->plugin && d->totals.shadow_pages)
		set_fault(guard, &call, "left %" PRIu64 " page%s in the shadow of a device that was "
			  "switched off", d->totals.shadow_pages,
			  d->totals.shadow_pages == 1 ? "" : "s");
}

/*
 * Calls from a strategy.
 */

bool ir_guard_cause(struct ir_domain *d, const char *function, enum ir_cause cause)
{
	struct ir_guard *guard = d->guest->guard;
	const struct ir_call *now = ir_call_now();
	struct ir_call call = strategy_call(guard, "unknown");

	if (!guard->strategy->plugin || (unsigned int)cause < IR_CAUSES)
		return !*guard->fault;
	set_fault(guard, now ? now : &call, "called %s() with %d, which is no cause", function,
		  (int)cause);
	return false;
}

bool ir_guard_rpcit(struct ir_domain *d, uint64_t *iova, uint64_t *size, enum ir_cause cause)
{
	const struct ir_effective *par = &d->guest->par;
	uint64_t first = *iova, last = *iova + (*size - 1);
	struct ir_guard *guard = d->guest->guard;
	const struct ir_call *now = ir_call_now();
	struct ir_call call = strategy_call(guard, "unknown");

	if (!ir_guard_cause(d, "ir_rpcit", cause))
		return false;
	if (!guard->strategy->plugin || !*size)
		return true;
	if (last < first) {
		set_fault(guard, now ? now : &call, "called ir_rpcit() with %" PRIu64 " bytes from "
			  "0x%" PRIx64 " on, which are more than there are addresses", *size, *iova);
		return false;
	}
	if (first < par->aperture_start)
		first = par->aperture_start;
	if (last - par->aperture_start >= par->aperture && last >= par->aperture_start)
		last = par->aperture_start + par->aperture - 1;
	*size = first <= last ? last - first + 1 : 0;
	*iova = first;
	return true;
}

/*
 * The guard.
 */

struct ir_guard *ir_guard_new(struct ir_guest *g)
{
	struct ir_guard *guard = calloc(1, sizeof(*guard));
	struct ir_strategy *st;
	struct ir_hypervisor *hv;

	if (!guard)
		return NULL;
	st = &guard->strategy_copy;
	hv = &guard->hypervisor_copy;
	guard->guest = g;
	guard->strategy = g->cfg.strategy;
	guard->hypervisor = g->cfg.hypervisor;
	*st = *guard->strategy;
	*hv = *guard->hypervisor;
	if (st->plugin) {
		st->map_pages = st->map_pages ? guarded_map_pages : NULL;
		st->iotlb_sync_map = st->iotlb_sync_map ? guarded_iotlb_sync_map : NULL;
		st->iotlb_sync = st->iotlb_sync ? guarded_iotlb_sync : NULL;
		st->flush_iotlb_all = st->flush_iotlb_all ? guarded_flush_iotlb_all : NULL;
		g->cfg.strategy = st;
	}
	if (hv->plugin) {
		hv->close = close_instance;
		hv->rpcit = guarded_rpcit;
		hv->available = guarded_available;
		hv->disable = hv->disable ? guarded_disable : NULL;
		hv->take = hv->take ? guarded_take : NULL;
		hv->give = hv->give ? guarded_give : NULL;
		g->cfg.hypervisor = hv;
	}
	return guard;
}

void ir_guard_free(struct ir_guard *guard)
{
	free(guard);
}
