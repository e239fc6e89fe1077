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
 * The functions of strategy.h and hypervisor.h that a plug-in calls are those of the
 * process that loaded it, so it need not be linked with the library.
 */
#ifndef IOMMU_REPLAY_PLUGIN_H
#define IOMMU_REPLAY_PLUGIN_H

#include <iommu-replay/hypervisor.h>
#include <iommu-replay/op.h>
#include <iommu-replay/strategy.h>
#include <stdint.h>

/*
 * Raised by changes with which a plug-in compiled earlier cannot work any more.
 * Adding members at the end of a struct is not such a change: the library compares the
 * sizes, reads members that an older plug-in lacks as zero, and accepts a newer plug-in
 * if the members that this library does not know are zero in it.
 */
#define IR_PLUGIN_ABI 2
/*
 * The oldest ABI that can be loaded; members that its plug-ins lack are zero.  Since 2
 * hypervisors can refuse entries without an error, and count entries that are not pages.
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
