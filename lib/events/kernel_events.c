// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of the kernel's own events.
 *
 * Names, types and printed forms of the fields: TRACE_EVENT() and TP_printk() in
 * include/trace/events/{iommu,dma,printk,sched,power,irq,timer}.h, drivers/iommu/intel/trace.h and
 * kernel/trace/trace_entries.h of Linux 6.1, 6.12 and 7.2.  trace-cmd -R prints fields by their own name, which may be another key than
 * the kernel's: both are listed.
 */
#include "events/kernel_events.h"

#include <stddef.h>
#include <string.h>

#define FIELD(name, slot, base, format, text) \
	{ name, IR_SLOT_ ## slot, IR_BASE_ ## base, IR_ ## format, IR_ ## text }
#define NUMBER(name, slot) FIELD(name, slot, AUTO, NEEDED, NEEDED)
#define ADDRESS(name, slot) FIELD(name, slot, HEX, NEEDED, NEEDED)
/* In front of the others: see .device_first. */
#define DEVICE_FIRST FIELD("device", DEVICE, AUTO, NEEDED, ABSENT)
#define DEVICE FIELD("device", DEVICE, AUTO, NEEDED, NEEDED)
#define DIRECTION FIELD("dir", RET, DIRECTION, OPTIONAL, OPTIONAL)

#define MAP_FIELDS { DEVICE_FIRST, ADDRESS("dma_addr", ADDR), NUMBER("size", SIZE), \
	ADDRESS("phys_addr", PADDR), DIRECTION }
#define ALLOC_FIELDS { DEVICE_FIRST, ADDRESS("dma_addr", ADDR), NUMBER("size", SIZE), \
	FIELD("virt_addr", EXTRA, POINTER, NEEDED, NEEDED), DIRECTION }
/* The field is addr, its key in the kernel's text dma_addr. */
#define UNMAP_FIELDS { DEVICE_FIRST, FIELD("dma_addr", ADDR, HEX, ABSENT, OPTIONAL), \
	FIELD("addr", ADDR, HEX, NEEDED, OPTIONAL), NUMBER("size", SIZE), DIRECTION }
#define FREE_FIELDS { DEVICE_FIRST, ADDRESS("dma_addr", ADDR), NUMBER("size", SIZE), DIRECTION }

#define TAG_FIELDS { FIELD("domain_id", AUX, AUTO, NEEDED, ABSENT), \
	FIELD("type", RET, AUTO, NEEDED, ABSENT), FIELD("start", ADDR, AUTO, NEEDED, ABSENT), \
	FIELD("end", SIZE, AUTO, NEEDED, ABSENT) }

static const struct ir_event_spec events[] = {
	{ "iommu", "map", IR_EV_MAP, IR_FINISH_RANGE, IR_EVERYWHERE, false,
	  { NUMBER("iova", ADDR), NUMBER("paddr", PADDR), NUMBER("size", SIZE) },
	  "a physically contiguous piece became valid in the I/O page table" },
	{ "iommu", "unmap", IR_EV_UNMAP, IR_FINISH_UNMAP, IR_EVERYWHERE, false,
	  { NUMBER("iova", ADDR), FIELD("size", EXTRA, AUTO, ABSENT, OPTIONAL),
	    NUMBER("unmapped_size", SIZE) },
	  "a range became invalid; ends a mapping, or undoes a failed one" },
	{ "iommu", "attach_device_to_domain", IR_EV_DEVICE_ATTACH, IR_FINISH_NONE, IR_EVERYWHERE,
	  false, { DEVICE }, "a device has a new domain: its mappings end" },
	{ "iommu", "detach_device_from_domain", IR_EV_DEVICE_DETACH, IR_FINISH_NONE, IR_EVERYWHERE,
	  false, { DEVICE }, "a device is gone: its mappings end" },
	{ "iommu", "add_device_to_group", IR_EV_DEVICE_ATTACH, IR_FINISH_NONE, IR_EVERYWHERE,
	  false, { DEVICE }, "a device is there, and has a new domain" },
	{ "iommu", "remove_device_from_group", IR_EV_DEVICE_DETACH, IR_FINISH_NONE, IR_EVERYWHERE,
	  false, { DEVICE }, "a device is gone: its mappings end" },

	{ "dma", "dma_map_page", IR_EV_DMA_MAP, IR_FINISH_NONE, IR_EVERYWHERE, true, MAP_FIELDS,
	  "one mapping of one piece; has the device, and failure (dma_addr ~0)" },
	{ "dma", "dma_map_phys", IR_EV_DMA_MAP, IR_FINISH_NONE, IR_EVERYWHERE, true, MAP_FIELDS,
	  "the same, in newer kernels (7.2)" },
	{ "dma", "dma_map_resource", IR_EV_DMA_MAP, IR_FINISH_NONE, IR_EVERYWHERE, true, MAP_FIELDS,
	  "the same, for device memory" },
	{ "dma", "dma_map_sg", IR_EV_DMA_MAP_SG, IR_FINISH_SG, IR_EVERYWHERE, true,
	  { DEVICE_FIRST, NUMBER("dma_addrs", LIST), FIELD("sizes", LENGTHS, AUTO, ABSENT, OPTIONAL),
	    FIELD("lengths", LENGTHS, AUTO, NEEDED, OPTIONAL),
	    FIELD("phys_addrs", OTHERS, AUTO, ABSENT, OPTIONAL),
	    FIELD("truncated", EXTRA, AUTO, OPTIONAL, OPTIONAL),
	    FIELD("full_ents", AUX, AUTO, OPTIONAL, OPTIONAL),
	    FIELD("ents", AUX, OF, ABSENT, OPTIONAL), DIRECTION },
	  "one mapping of several pieces: a scatter list" },
	{ "dma", "dma_map_sg_err", IR_EV_DMA_MAP_SG_ERR, IR_FINISH_SG_ERR, IR_EVERYWHERE, true,
	  { DEVICE_FIRST, FIELD("dma_addrs", LIST, AUTO, ABSENT, OPTIONAL),
	    FIELD("phys_addrs", LIST, AUTO, NEEDED, OPTIONAL), NUMBER("err", RET) },
	  "a scatter list that could not be mapped" },
	{ "dma", "dma_alloc", IR_EV_DMA_MAP, IR_FINISH_ALLOC, IR_EVERYWHERE, true, ALLOC_FIELDS,
	  "coherent memory: a mapping that lives long" },
	{ "dma", "dma_alloc_pages", IR_EV_DMA_MAP, IR_FINISH_ALLOC, IR_EVERYWHERE, true,
	  ALLOC_FIELDS, "the same" },
	{ "dma", "dma_alloc_sgt", IR_EV_DMA_MAP, IR_FINISH_ALLOC_SGT, IR_EVERYWHERE, true,
	  { DEVICE_FIRST, ADDRESS("dma_addr", ADDR), NUMBER("size", SIZE),
	    NUMBER("phys_addrs", LIST) }, "the same, of several pieces" },
	{ "dma", "dma_alloc_sgt_err", IR_EV_DMA_MAP, IR_FINISH_FAILED, IR_EVERYWHERE, true,
	  { DEVICE_FIRST, NUMBER("size", SIZE) }, "the same, which failed" },
	{ "dma", "dma_unmap_page", IR_EV_DMA_UNMAP, IR_FINISH_NONE, IR_EVERYWHERE, true,
	  UNMAP_FIELDS, "the driver gave a mapping back" },
	{ "dma", "dma_unmap_phys", IR_EV_DMA_UNMAP, IR_FINISH_NONE, IR_EVERYWHERE, true,
	  UNMAP_FIELDS, "the same, in newer kernels (7.2)" },
	{ "dma", "dma_unmap_resource", IR_EV_DMA_UNMAP, IR_FINISH_NONE, IR_EVERYWHERE, true,
	  UNMAP_FIELDS, "the same, for device memory" },
	{ "dma", "dma_unmap_sg", IR_EV_DMA_UNMAP_SG, IR_FINISH_NONE, IR_EVERYWHERE, true,
	  { DEVICE_FIRST, FIELD("addrs", OTHERS, AUTO, ABSENT, OPTIONAL) },
	  "the same, for a scatter list; has no DMA address" },
	{ "dma", "dma_free", IR_EV_DMA_UNMAP, IR_FINISH_NONE, IR_EVERYWHERE, true, FREE_FIELDS,
	  "coherent memory given back" },
	{ "dma", "dma_free_pages", IR_EV_DMA_UNMAP, IR_FINISH_NONE, IR_EVERYWHERE, true,
	  FREE_FIELDS, "the same" },
	{ "dma", "dma_free_sgt", IR_EV_DMA_UNMAP, IR_FINISH_NONE, IR_EVERYWHERE, true,
	  FREE_FIELDS, "the same" },

	{ "intel_iommu", "qi_submit", IR_EV_COMMAND, IR_FINISH_QI, IR_EVERYWHERE, false,
	  { FIELD("qw0", AUX, AUTO, NEEDED, ABSENT), FIELD("qw1", ADDR, AUTO, NEEDED, ABSENT) },
	  "VT-d: an invalidation of a block of pages, or of a domain (5.12 and later)" },
	{ "intel_iommu", "cache_tag_flush_range_np", IR_EV_MAP_FLUSH, IR_FINISH_TAG, IR_EVERYWHERE,
	  false, TAG_FIELDS, "VT-d: what was mapped was flushed: caching mode (6.11 and later)" },
	{ "intel_iommu", "cache_tag_flush_range", IR_EV_TAG_RANGE, IR_FINISH_TAG, IR_EVERYWHERE,
	  false, TAG_FIELDS, "VT-d: what was unmapped was flushed" },
	{ "intel_iommu", "cache_tag_flush_all", IR_EV_TAG_ALL, IR_FINISH_TAG, IR_EVERYWHERE,
	  false, { FIELD("domain_id", AUX, AUTO, NEEDED, ABSENT), FIELD("type", RET, AUTO, NEEDED, ABSENT) },
	  "VT-d: a whole domain was flushed" },
	{ "iommu", "io_page_fault", IR_EV_IO_FAULT, IR_FINISH_FAULT, IR_EVERYWHERE, false,
	  { FIELD("device", STRING, AUTO, NEEDED, ABSENT), FIELD("iova", ADDR, AUTO, NEEDED, ABSENT),
	    FIELD("flags", AUX, AUTO, NEEDED, ABSENT) },
	  "a device was denied an access; see iommu-replay-faults(1)" },
	{ "printk", "console", IR_EV_CONSOLE, IR_FINISH_CONSOLE, IR_EVERYWHERE, false,
	  { FIELD("msg", STRING, AUTO, NEEDED, ABSENT) },
	  "a line of the kernel's log, for the faults in it" },

	{ "kmem", "mm_page_free", IR_EV_PAGE_FREE, IR_FINISH_NONE, IR_EVERYWHERE, false,
	  { NUMBER("pfn", ADDR), NUMBER("order", AUX) },
	  "memory was freed, perhaps while a device still reached it" },
	{ "sched", "sched_switch", IR_EV_SWITCH, IR_FINISH_SWITCH, IR_EVERYWHERE, false,
	  { FIELD("prev_pid", ADDR, AUTO, NEEDED, ABSENT), FIELD("next_pid", AUX, AUTO, NEEDED, ABSENT) },
	  "a CPU gets idle (next_pid 0) or busy (prev_pid 0), for --load closed" },
	{ "power", "cpu_idle", IR_EV_IDLE, IR_FINISH_NONE, IR_EVERYWHERE, false,
	  { NUMBER("state", AUX) }, "the same, where that is recorded instead" },
	{ "irq", "irq_handler_entry", IR_EV_INTERRUPT, IR_FINISH_NONE, IR_EVERYWHERE, false,
	  { NUMBER("irq", AUX) }, "an interrupt of a device ends idle time, for --load closed" },
	{ "timer", "hrtimer_expire_entry", IR_EV_INTERRUPT, IR_FINISH_NONE, IR_EVERYWHERE, false,
	  { NUMBER("now", AUX) }, "and one of a timer" },

	{ "ftrace", "kernel_stack", IR_EV_STACK, IR_FINISH_STACK, IR_IN_FORMATS, false,
	  { FIELD("size", AUX, AUTO, OPTIONAL, ABSENT),
	    FIELD("caller", CALLERS, AUTO, NEEDED, ABSENT) },
	  "call chain of the event before it: who asked for a mapping" },
	{ "ftrace", "print", IR_EV_MARKER, IR_FINISH_MARKER, IR_EVERYWHERE, false,
	  { FIELD("buf", TEXT, AUTO, NEEDED, ABSENT) },
	  "markers: the kernel's counters at both ends of a measured window" },
	/* Texts may have the name of the function in place of that of the event. */
	{ NULL, "tracing_mark_write", IR_EV_MARKER, IR_FINISH_MARKER, IR_IN_TEXTS, false,
	  { { .name = NULL } }, NULL },
};

const struct ir_event_spec *ir_event_spec_at(unsigned int i)
{
	return i < sizeof(events) / sizeof(events[0]) ? &events[i] : NULL;
}

const struct ir_event_spec *ir_event_spec(const char *system, const char *name,
					  enum ir_event_where where)
{
	const struct ir_event_spec *e;

	for (unsigned int i = 0; (e = ir_event_spec_at(i)); i++)
		if (e->where & where && !strcmp(e->name, name) &&
		    (!system || !e->system || !strcmp(e->system, system)))
			return e;
	return NULL;
}

/* QI_CC_TYPE, QI_IOTLB_TYPE, QI_EIOTLB_TYPE and QI_PC_TYPE, drivers/iommu/intel/iommu.h, Linux 6.12. */
enum { QI_CC = 1, QI_IOTLB = 2, QI_EIOTLB = 6, QI_PC = 7 };

void ir_finish_qi(struct ir_event *ev)
{
	unsigned int type = ev->aux & 15, selective = (ev->aux >> 4 & 3) == 3, order = ev->addr & 63;
	uint64_t page = ev->addr >> 12;

	ev->aux = ev->aux >> 16 & 0xffff;
	ev->size = 0;
	ev->ret = type == QI_CC || type == QI_PC;
	if (type != QI_IOTLB && type != QI_EIOTLB)
		return;
	if (!selective && !page) {
		ev->kind = IR_EV_COMMAND_ALL;
		return;
	}
	ev->addr = page << 12;
	ev->size = order < 52 ? UINT64_C(4096) << order : 0;
}

void ir_finish_tag(struct ir_event *ev)
{
	enum { CACHE_TAG_IOTLB = 0, CACHE_TAG_NESTING_IOTLB = 2 };	/* drivers/iommu/intel/iommu.h */
	bool iotlb = ev->ret == CACHE_TAG_IOTLB || ev->ret == CACHE_TAG_NESTING_IOTLB;

	if (!iotlb) {		/* a device's own TLB: not counted */
		ev->kind = IR_EV_COMMAND;
		ev->size = 0;
		ev->ret = 0;
	} else if (ev->kind == IR_EV_TAG_RANGE && !ev->addr && ev->size == UINT64_MAX) {
		ev->kind = IR_EV_TAG_ALL;	/* as Linux 7.2 has it */
	} else if (ev->kind != IR_EV_TAG_ALL) {
		ev->size = ev->size >= ev->addr ? ev->size - ev->addr + 1 : 0;
	}
}
