/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plug-ins: shared objects with strategies and hypervisors of their own.
 *
 * A plug-in defines one object, which must be called ir_plugin:
 *
 *	static const struct ir_strategy *const strategies[] = { &mine, NULL };
 *
 *	const struct ir_plugin ir_plugin = {
 *		IR_PLUGIN_HEAD,
 *		.version = "1.0",
 *		.strategies = strategies,
 *	};
 *
 * Built-in code is registered through the same struct, and uses no more of
 * the library than its public headers.  iommu-replay-plugin(7) goes through an
 * example step by step.
 *
 * A plug-in calls the functions of strategy.h and hypervisor.h in whoever
 * loaded it, so it need not be linked with the library.
 */
#ifndef IOMMU_REPLAY_PLUGIN_H
#define IOMMU_REPLAY_PLUGIN_H

#include <iommu-replay/hypervisor.h>
#include <iommu-replay/op.h>
#include <iommu-replay/strategy.h>
#include <stdint.h>

/*
 * Raised when a plug-in that was compiled before cannot work any more.  That
 * members were added at the end of a struct is not such a change: the sizes
 * tell, what an older plug-in does not have is zero, and a newer plug-in is
 * accepted if what this library does not know is zero in it.
 */
#define IR_PLUGIN_ABI 2
/*
 * The oldest ABI that is served: what its plug-ins lack is zero.  Since 2 hypervisors can
 * refuse entries without an error, and count entries that are not pages.
 */
#define IR_PLUGIN_ABI_OLDEST 1

/* The first member must stay the first one. */
struct ir_plugin {
	uint32_t abi;			/* IR_PLUGIN_ABI */
	uint32_t size;			/* of the structs, in bytes, as the plug-in knows them */
	uint32_t strategy_size;
	uint32_t hypervisor_size;
	uint32_t param_size;
	const char *version;		/* the plug-in's own, for reports; may be NULL */
	/* Lists that end with NULL; one of them may be NULL itself. */
	const struct ir_strategy *const *strategies;
	const struct ir_hypervisor *const *hypervisors;
};

/* The members that every plug-in sets alike. */
#define IR_PLUGIN_HEAD \
	.abi = IR_PLUGIN_ABI, \
	.size = sizeof(struct ir_plugin), \
	.strategy_size = sizeof(struct ir_strategy), \
	.hypervisor_size = sizeof(struct ir_hypervisor), \
	.param_size = sizeof(struct ir_hypervisor_param)

/* The plug-in defines it; it is exported even with -fvisibility=hidden. */
extern const struct ir_plugin ir_plugin __attribute__((visibility("default")));

#endif
