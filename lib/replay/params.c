// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "iommu/s390.h"
#include "replay/limit.h"
#include "replay/params.h"

/* The DMA API's fallback; drivers/iommu/dma-iommu.c, Linux 6.12. */
#define FQ_SIZE			256	/* IOVA_DEFAULT_FQ_SIZE */
#define FQ_TIMEOUT_MS		10	/* IOVA_DEFAULT_FQ_TIMEOUT */
#define SINGLE_FQ_SIZE		32768	/* IOVA_SINGLE_FQ_SIZE */
#define SINGLE_FQ_TIMEOUT_MS	1000	/* IOVA_SINGLE_FQ_TIMEOUT */

/*
 * The default start of an s390 aperture: from QEMU's ZPCI_SDMA_ADDR
 * (hw/s390x/s390-pci-bus.h, 10.0) to the end of what a region-third table
 * reaches (ZPCI_TABLE_SIZE_RT, arch/s390/include/asm/pci_dma.h, Linux 6.12).
 */
#define S390_START		(UINT64_C(1) << 32)
#define S390_END		(UINT64_C(1) << 42)
/* Elsewhere: a 48-bit IOMMU, and page 0 is never handed out. */
#define OTHER_START		IR_PAGE_SIZE
#define OTHER_END		(UINT64_C(1) << 48)

#define DEFAULT_CPUS		1

const char *ir_source_name(enum ir_source source)
{
	static const char *const names[] = { "default", "recording", "user" };

	return names[source];
}

const char *ir_queue_type_name(enum ir_queue_type type)
{
	static const char *const names[] = { "default", "none", "single", "per-cpu" };

	return names[type];
}

const char *ir_share_name(enum ir_share share)
{
	return share == IR_SHARE_GUEST ? "guest" : "device";
}

const char *ir_backend_name(enum ir_backend backend)
{
	static const char *const names[] = { NULL, "type1", "iommufd" };

	return names[backend];
}

const char *ir_latency_mode_name(enum ir_latency_mode mode)
{
	static const char *const names[] = {
		[IR_LATENCY_AUTO] = "auto", [IR_LATENCY_RECORDED] = "recorded",
		[IR_LATENCY_GIVEN] = "given",
	};

	return names[mode];
}

static void resolve_iommu(const struct ir_config *c, const struct ir_recording_info *info,
			  struct ir_effective *par)
{
	par->iommu = ir_iommu_recorded(info, &par->iommu_why);
	par->from.iommu = IR_FROM_RECORDING;
	if (c->params.iommu) {
		par->iommu = c->params.iommu;
		par->iommu_why = "--iommu";
		par->from.iommu = IR_FROM_USER;
	}
}

static void resolve_hypervisor(const struct ir_config *c, struct ir_effective *par)
{
	const struct ir_hypervisor_params *given = &c->params.hypervisor;

	par->hypervisor = c->hypervisor->defaults;
	if (c->hypervisor->has_entry_limit && c->params.has_entry_limit) {
		par->hypervisor.entry_limit = given->entry_limit;
		par->from.entry_limit = IR_FROM_USER;
	}
	if (c->hypervisor->has_pinned_limit && c->params.has_pinned_limit) {
		par->hypervisor.pinned_limit = given->pinned_limit;
		par->from.pinned_limit = IR_FROM_USER;
	}
	par->share = c->params.has_share ? c->params.share : c->hypervisor->share;
	par->from.share = c->params.has_share ? IR_FROM_USER : IR_FROM_DEFAULT;
	par->backend = c->params.backend;
	par->from.backend = par->backend ? IR_FROM_USER : IR_FROM_DEFAULT;
	if (!par->backend && c->hypervisor->has_backend)
		par->backend = IR_BACKEND_TYPE1;
	if (par->backend == IR_BACKEND_IOMMUFD) {
		par->hypervisor.entry_limit = 0;
		par->from.entry_limit = IR_FROM_USER;
	}
	if (c->params.has_tlb_refresh) {
		par->hypervisor.tlb_refresh = given->tlb_refresh;
		par->from.tlb_refresh = IR_FROM_USER;
	}
	for (size_t i = 0; ir_hypervisor_own(c->hypervisor, i); i++) {
		bool user = given->own_given & 1u << i;

		par->hypervisor.own[i] = user ? given->own[i] : c->hypervisor->own[i].value;
		par->from.own[i] = user ? IR_FROM_USER : IR_FROM_DEFAULT;
	}
}

static enum ir_queue_type usual_queue(const struct ir_effective *par)
{
	return par->hypervisor.tlb_refresh && par->iommu->single_queue ? IR_QUEUE_SINGLE : IR_QUEUE_PER_CPU;
}

static void resolve_queue(const struct ir_config *c, struct ir_effective *par)
{
	const struct ir_params *p = &c->params;
	bool single;

	par->queue = p->queue;
	if (p->queue != IR_QUEUE_DEFAULT)
		par->from.queue = IR_FROM_USER;
	else
		par->queue = usual_queue(par);
	if (c->strategy->unmap != IR_UNMAP_QUEUED || c->strategy->dma_api == IR_DMA_S390 ||
	    p->api == IR_API_IOMMU) {
		par->queue = IR_QUEUE_NONE;
		par->from.queue = IR_FROM_DEFAULT;
	}
	single = par->queue == IR_QUEUE_SINGLE;
	if (par->queue == IR_QUEUE_NONE)
		return;
	par->queue_size = p->queue_size ? p->queue_size : single ? SINGLE_FQ_SIZE : FQ_SIZE;
	par->queue_timeout_ms = p->queue_timeout_ms ? p->queue_timeout_ms :
		single ? SINGLE_FQ_TIMEOUT_MS : FQ_TIMEOUT_MS;
	par->from.queue_size = p->queue_size ? IR_FROM_USER : IR_FROM_DEFAULT;
	par->from.queue_timeout = p->queue_timeout_ms ? IR_FROM_USER : IR_FROM_DEFAULT;
}

bool ir_params_usual_timeout(const struct ir_effective *par)
{
	return par->queue == usual_queue(par) && par->queue_timeout_ms ==
		(par->queue == IR_QUEUE_SINGLE ? SINGLE_FQ_TIMEOUT_MS : FQ_TIMEOUT_MS);
}

static void resolve_aperture(const struct ir_config *c, const struct ir_recording_info *info,
			     struct ir_effective *par)
{
	const struct ir_recorded_machine *m = &info->machine;
	uint64_t limit = par->hypervisor.entry_limit;

	if (c->params.aperture) {
		par->aperture_start = m->aperture_size ? m->aperture_start :
			ir_iommu_is_s390(par->iommu) ? S390_START : OTHER_START;
		par->aperture = c->params.aperture;
		par->from.aperture = IR_FROM_USER;
	} else if (m->aperture_size) {
		par->aperture_start = m->aperture_start;
		par->aperture = m->aperture_size;
		par->from.aperture = IR_FROM_RECORDING;
	} else if (ir_iommu_is_s390(par->iommu)) {
		par->aperture_start = S390_START;
		par->aperture = S390_END - S390_START;
	} else {
		par->aperture_start = OTHER_START;
		par->aperture = OTHER_END - OTHER_START;
	}
	/* With fixed IOVAs the recording's own addresses are used; they may lie anywhere. */
	if (c->params.api == IR_API_IOMMU && par->from.aperture == IR_FROM_DEFAULT) {
		par->aperture_start = 0;
		par->aperture = UINT64_MAX - IR_PAGE_SIZE + 1;
	}
	if (c->hypervisor->limits_aperture && limit && limit < par->aperture >> IR_PAGE_SHIFT)
		par->aperture = limit << IR_PAGE_SHIFT;
	par->aperture &= ~(IR_PAGE_SIZE - 1);
}

static void resolve_initial(const struct ir_config *c, const struct ir_recording_info *info,
			    struct ir_effective *par)
{
	const struct ir_recorded_machine *m = &info->machine;

	if (c->params.has_initial_pages) {
		par->initial_pages = c->params.initial_pages;
		par->from.initial_pages = IR_FROM_USER;
	} else if (m->has_marker) {
		par->initial_pages = m->mapped_pages > m->unmapped_pages ?
			m->mapped_pages - m->unmapped_pages : 0;
		par->from.initial_pages = IR_FROM_RECORDING;
	}
	/* The recording unmaps so many of them: there cannot have been fewer. */
	if (par->initial_pages < m->found_pages) {
		par->initial_pages = m->found_pages;
		par->from.initial_pages = IR_FROM_RECORDING;
	}
	if (par->initial_pages > m->found_pages && info->nr_devices > 2)
		par->initial_devices = info->device ? 1 : (uint32_t)info->nr_devices - 1;
}

/* A host that ran short has a limit, even if none is given. */
static void resolve_limit(const struct ir_config *c, const struct ir_recording_info *info,
			  struct ir_effective *par)
{
	const struct ir_limit *limit, *other;
	struct ir_limits limits;

	if (!c->hypervisor->has_entry_limit || par->from.entry_limit == IR_FROM_USER)
		return;
	ir_limit_compare(info, par->initial_pages, &limits);
	if (limits.share == IR_SHARE_GUEST && par->from.share == IR_FROM_DEFAULT) {
		par->share = IR_SHARE_GUEST;
		par->from.share = IR_FROM_RECORDING;
	}
	limit = par->share == IR_SHARE_GUEST ? &limits.all : &limits.own;
	other = par->share == IR_SHARE_GUEST ? &limits.own : &limits.all;
	if (!limit->low)
		return;
	par->hypervisor.entry_limit = ir_limit_value(limit);
	par->from.entry_limit = IR_FROM_RECORDING;
	par->limit_agree = limit->agree;
	par->limit_shortages = limit->shortages;
	par->limits_differ = par->share == IR_SHARE_DEVICE && limits.differ;
	if (!limits.compared)
		return;
	par->other_agree = other->agree;
	par->other_limit = other == &limits.all || !limits.differ ? ir_limit_value(other) : 0;
}

/* Pages that the former DMA API unmaps lazily wait for a global RPCIT. */
static void resolve_lazy(const struct ir_config *c, const struct ir_recording_info *info,
			 struct ir_effective *par)
{
	const struct ir_recorded_machine *m = &info->machine;

	if (!m->has_marker || !m->s390_dma_api || c->strategy->dma_api != IR_DMA_S390 ||
	    m->unmapped_pages > m->mapped_pages)
		return;
	par->initial_lazy_pages = ir_limit_initial_lazy(info, par->initial_pages,
							par->hypervisor.entry_limit);
	par->initial_flushed_pages = m->unmapped_pages - par->initial_lazy_pages;
}

static void resolve_timer(const struct ir_params *p, const struct ir_recorded_machine *m,
			  uint32_t default_hz, struct ir_effective *par)
{
	par->hz = p->hz ? p->hz : m->hz ? m->hz : default_hz;
	par->from.hz = p->hz ? IR_FROM_USER : m->hz ? IR_FROM_RECORDING : IR_FROM_DEFAULT;
	/* What was measured with another HZ is not used. */
	if (!m->has_timer_late || par->hz != (m->hz ? m->hz : default_hz))
		return;
	par->timer_phase_ns = m->timer_phase_ns;
	par->timer_late_ns = m->timer_late_ns;
	par->timer_rest_ns = m->timer_rest_ns;
	par->from.timer_phase = par->from.timer_late = IR_FROM_RECORDING;
}

static void resolve_latency(const struct ir_params *p, const struct ir_recorded_machine *m,
			    struct ir_effective *par)
{
	par->latency = p->latency;
	par->has_all = p->has_all;
	par->all_base_ns = par->all_ns = p->all_base_ns;
	par->all_page_ns = p->all_page_ns;
	par->from.all_latency = p->has_all ? IR_FROM_USER : IR_FROM_DEFAULT;
	if (p->latency == IR_LATENCY_GIVEN) {
		par->rpcit_base_ns = p->rpcit_base_ns;
		par->rpcit_page_ns = p->rpcit_page_ns;
		par->from.rpcit_latency = IR_FROM_USER;
		return;
	}
	/* On one CPU nothing else happens meanwhile. */
	if (p->latency == IR_LATENCY_AUTO && par->cpus == 1)
		return;
	par->rpcit_base_ns = m->rpcit_base_ns;
	par->rpcit_page_ns = m->rpcit_page_ns;
	par->from.rpcit_latency = m->rpcit_base_ns ? IR_FROM_RECORDING : IR_FROM_DEFAULT;
}

void ir_params_resolve(const struct ir_config *c, const struct ir_recording_info *info,
		       struct ir_effective *par)
{
	const struct ir_params *p = &c->params;

	*par = (struct ir_effective){ .api = p->api, .timer = p->timer };
	if (p->timer == IR_TIMER_RECORDED && !info->machine.timer_flushes) {
		par->timer = IR_TIMER_SIMULATED;
		par->timer_missing = true;
	}
	resolve_iommu(c, info, par);
	resolve_hypervisor(c, par);
	resolve_queue(c, par);
	resolve_initial(c, info, par);
	resolve_limit(c, info, par);
	resolve_lazy(c, info, par);
	resolve_aperture(c, info, par);
	par->devices = p->devices ? p->devices : 1;
	par->from.devices = p->devices ? IR_FROM_USER : IR_FROM_DEFAULT;
	par->cpus = p->cpus ? p->cpus : info->cpus ? info->cpus : DEFAULT_CPUS;
	par->from.cpus = p->cpus ? IR_FROM_USER : info->cpus ? IR_FROM_RECORDING : IR_FROM_DEFAULT;
	resolve_timer(p, &info->machine, ir_default_hz(info), par);
	resolve_latency(p, &info->machine, par);
}

static int check_own(const struct ir_config *config, struct ir_error *err)
{
	const struct ir_hypervisor_params *given = &config->params.hypervisor;
	const struct ir_hypervisor_param *own;
	uint32_t known = 0;

	for (size_t i = 0; (own = ir_hypervisor_own(config->hypervisor, i)); i++) {
		known |= 1u << i;
		if ((given->own_given & 1u << i) &&
		    (given->own[i] < own->min || given->own[i] > own->max))
			return ir_error_set(err, -EINVAL, "hypervisor %s: %s is %" PRIu64
					    ", not %" PRIu64 " to %" PRIu64,
					    config->hypervisor->name, own->name, given->own[i],
					    own->min, own->max);
	}
	if (given->own_given & ~known)
		return ir_error_set(err, -EINVAL, "hypervisor %s has fewer parameters of its own",
				    config->hypervisor->name);
	return 0;
}

int ir_config_check(const struct ir_config *config, struct ir_error *err)
{
	const struct ir_params *p = &config->params;

	if (!config->strategy || !config->hypervisor)
		return ir_error_set(err, -EINVAL, "a configuration has no %s",
				    config->strategy ? "hypervisor" : "strategy");
	if (p->has_tlb_refresh && p->hypervisor.tlb_refresh != 0 && p->hypervisor.tlb_refresh != 1)
		return ir_error_set(err, -EINVAL, "tlb_refresh is %d, neither 0 nor 1",
				    p->hypervisor.tlb_refresh);
	if (p->queue_size == 1)
		return ir_error_set(err, -EINVAL,
				    "a flush queue of 1 slot holds nothing; give --queue-size 2 or more, or --queue none");
	if (p->aperture && p->aperture < IR_PAGE_SIZE)
		return ir_error_set(err, -EINVAL, "the aperture is smaller than a page (4096 bytes)");
	if (p->aperture > UINT64_C(1) << 52)
		return ir_error_set(err, -EINVAL, "the aperture is larger than 2^52 bytes");
	if (p->initial_pages > IR_MAX_INITIAL_PAGES)
		return ir_error_set(err, -EINVAL, "%" PRIu64 " pages mapped before the recording: "
				    "at most %u", p->initial_pages, IR_MAX_INITIAL_PAGES);
	if (p->hz > 10000)
		return ir_error_set(err, -EINVAL, "%u jiffies a second: at most 10000", p->hz);
	if (p->devices > IR_MAX_COPIES)
		return ir_error_set(err, -EINVAL, "the devices %u times: at most %u", p->devices,
				    IR_MAX_COPIES);
	if (p->cpus > 65536)
		return ir_error_set(err, -EINVAL, "%u CPUs: at most 65536", p->cpus);
	if (p->has_entry_limit && !config->hypervisor->has_entry_limit)
		return ir_error_set(err, -EINVAL, "hypervisor %s has no entry limit",
				    config->hypervisor->name);
	if (p->has_pinned_limit && !config->hypervisor->has_pinned_limit)
		return ir_error_set(err, -EINVAL, "hypervisor %s has no limit of pinned pages",
				    config->hypervisor->name);
	if (p->backend && !config->hypervisor->has_backend)
		return ir_error_set(err, -EINVAL, "hypervisor %s has no backend",
				    config->hypervisor->name);
	if (p->backend == IR_BACKEND_IOMMUFD && p->has_entry_limit && p->hypervisor.entry_limit)
		return ir_error_set(err, -EINVAL,
				    "backend iommufd counts no entries; leave out entry-limit");
	return check_own(config, err);
}
