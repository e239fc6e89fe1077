/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plug-in ABI 1, as iommu-replay 0.1.0 had it: what old.c is compiled against.  Do not follow
 * the present headers here.
 */
#ifndef IR_TESTS_ABI1_H
#define IR_TESTS_ABI1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ir_domain;
struct ir_iopt;
struct ir_plugin_info;

enum ir_cause {
	IR_CAUSE_SYNC_MAP,
	IR_CAUSE_SYNC,
	IR_CAUSE_QUEUE_FULL,
	IR_CAUSE_QUEUE_TIMEOUT,
	IR_CAUSE_RETRY,
	IR_CAUSE_WRAP,
};

struct ir_gather {
	uint64_t start;
	uint64_t end;
};

enum ir_unmap_mode { IR_UNMAP_QUEUED, IR_UNMAP_STRICT, IR_UNMAP_DIRECT };
enum ir_dma_api { IR_DMA_IOMMU, IR_DMA_S390 };

struct ir_strategy {
	const char *name;
	const char *summary;
	const char *origin;
	enum ir_dma_api dma_api;
	enum ir_unmap_mode unmap;
	int (*map_pages)(struct ir_domain *domain, uint64_t iova, uint64_t pgcount);
	int (*iotlb_sync_map)(struct ir_domain *domain, uint64_t iova, uint64_t size);
	void (*iotlb_sync)(struct ir_domain *domain, const struct ir_gather *gather);
	void (*flush_iotlb_all)(struct ir_domain *domain, enum ir_cause cause);
	size_t domain_size;
	bool not_in_all;
	const struct ir_plugin_info *plugin;
};

int ir_rpcit(struct ir_domain *domain, uint64_t iova, uint64_t size, enum ir_cause cause);
int ir_rpcit_global(struct ir_domain *domain, enum ir_cause cause);
bool ir_tlb_refresh(const struct ir_domain *domain);
void *ir_domain_priv(struct ir_domain *domain);

enum ir_rpcit_status {
	IR_RPCIT_OK,
	IR_RPCIT_INSUFFICIENT_PINNED,
	IR_RPCIT_INSUFFICIENT,
	IR_RPCIT_ERROR,
};

#define IR_HYPERVISOR_OWN 8

struct ir_hypervisor_param {
	const char *name;
	const char *summary;
	uint64_t min, max;
	uint64_t value;
};

struct ir_hypervisor_params {
	uint64_t entry_limit;
	uint64_t pinned_limit;
	int tlb_refresh;
	uint32_t own_given;
	uint64_t own[IR_HYPERVISOR_OWN];
};

struct ir_hypervisor {
	const char *name;
	const char *summary;
	const char *origin;
	struct ir_hypervisor_params defaults;
	bool has_entry_limit;
	bool has_pinned_limit;
	bool limits_aperture;
	bool serialises;
	bool shadows;
	void *(*open)(const struct ir_hypervisor_params *params);
	void (*close)(void *hv);
	enum ir_rpcit_status (*rpcit)(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last);
	uint64_t (*available)(const void *hv);
	void (*disable)(void *hv, struct ir_iopt *iopt);
	const struct ir_hypervisor_param *own;
	const struct ir_plugin_info *plugin;
};

uint64_t ir_iopt_next_stale(struct ir_iopt *iopt, uint64_t pfn, uint64_t last);
uint64_t ir_iopt_guest(struct ir_iopt *iopt, uint64_t pfn);
void ir_iopt_refresh(struct ir_iopt *iopt, uint64_t pfn);

struct ir_plugin {
	uint32_t abi;
	uint32_t size;
	uint32_t strategy_size;
	uint32_t hypervisor_size;
	uint32_t param_size;
	const char *version;
	const struct ir_strategy *const *strategies;
	const struct ir_hypervisor *const *hypervisors;
};

extern const struct ir_plugin ir_plugin __attribute__((visibility("default")));

#endif
