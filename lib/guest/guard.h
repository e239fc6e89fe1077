/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard of a guest whose strategy or hypervisor is a plug-in's: checks what
 * goes in and out of its callbacks.
 *
 * The guest then calls copies of the two structs, the callbacks of which are the
 * guard's; those call the plug-in's.  What is built in is called directly and pays
 * for no check.
 *
 * The first fault that is found makes the guest's result void.  No code of the
 * plug-in is called after it, except to close its instance.
 */
#ifndef IR_GUEST_GUARD_H
#define IR_GUEST_GUARD_H

#include <iommu-replay/hypervisor.h>
#include <iommu-replay/strategy.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ir_guard;
struct ir_guest;

/** ir_guard_needed - whether one of these is a plug-in's */
static inline bool ir_guard_needed(const struct ir_strategy *strategy,
				   const struct ir_hypervisor *hypervisor)
{
	return strategy->plugin || hypervisor->plugin;
}

/** ir_guard_new - for a guest, before it opens its hypervisor; changes its strategy and
 * hypervisor; NULL: no memory */
struct ir_guard *ir_guard_new(struct ir_guest *g);
void ir_guard_free(struct ir_guard *guard);
/**
 * ir_guard_set_stop - how to end the replay
 * @stop: set at the first fault, and when *@interrupted is not 0 after a callback
 * @interrupted: may be NULL
 */
void ir_guard_set_stop(struct ir_guard *guard, bool *stop, const volatile int *interrupted);
/** ir_guard_fault - the first one: "plug-in FILE, strategy NAME, callback X: ..."; NULL: none */
const char *ir_guard_fault(const struct ir_guard *guard);

/** ir_guard_open - an instance of the hypervisor; NULL: no memory */
void *ir_guard_open(struct ir_guard *guard, const struct ir_hypervisor_params *params);
/** ir_guard_alloc - a strategy's memory in a domain, zeroed, with canaries; NULL: no memory */
void *ir_guard_alloc(const struct ir_guard *guard);
void ir_guard_free_memory(void *memory);
/** ir_guard_check_memory - a fault if something was written beside a domain's memory */
void ir_guard_check_memory(struct ir_domain *d);
/** ir_guard_check_disabled - a fault if a device that is switched off still has a shadow */
void ir_guard_check_disabled(struct ir_domain *d);

/**
 * ir_guard_rpcit - whether a strategy may issue this RPCIT; else it is a fault
 * @iova, @size: clamped to the aperture; the size becomes 0 if nothing of it is left
 */
bool ir_guard_rpcit(struct ir_domain *d, uint64_t *iova, uint64_t *size, enum ir_cause cause);
/** ir_guard_cause - as ir_guard_rpcit(), for a cause alone */
bool ir_guard_cause(struct ir_domain *d, const char *function, enum ir_cause cause);

#endif
