// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lines of tool_events, by way of libtracecmd: a reader that shares no code
 * with ours.  Events of equal time may come in another order across CPUs, so
 * sort both by time and CPU, keeping the order otherwise, before comparing:
 *
 *	tool_tracecmd FILE | sort -s -n -k1,1 -k2,2
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include <trace-cmd/trace-cmd.h>

struct line {
	uint64_t addr, size, paddr, aux;
	int64_t ret;
	const char *kind;
	char device[128];
	char text[8192];
};

/* Field names of addr, size, paddr, aux and ret; NULL: not in this event. */
struct known {
	const char *system, *name, *kind;
	const char *addr, *size, *paddr, *aux, *ret;
	bool device;
};

static const struct known known[] = {
	{ "iommu", "map", "map", "iova", "size", "paddr", NULL, NULL, false },
	{ "iommu", "unmap", "unmap", "iova", "unmapped_size", NULL, NULL, NULL, false },
	{ "iommu", "attach_device_to_domain", "attach", NULL, NULL, NULL, NULL, NULL, true },
	{ "iommu", "add_device_to_group", "attach", NULL, NULL, NULL, NULL, NULL, true },
	{ "iommu", "detach_device_from_domain", "detach", NULL, NULL, NULL, NULL, NULL, true },
	{ "iommu", "remove_device_from_group", "detach", NULL, NULL, NULL, NULL, NULL, true },
	{ "dma", "dma_map_page", "dma_map", "dma_addr", "size", "phys_addr", NULL, "dir", true },
	{ "dma", "dma_map_phys", "dma_map", "dma_addr", "size", "phys_addr", NULL, "dir", true },
	{ "dma", "dma_map_resource", "dma_map", "dma_addr", "size", "phys_addr", NULL, "dir", true },
	{ "dma", "dma_alloc", "dma_map", "dma_addr", "size", NULL, NULL, NULL, true },
	{ "dma", "dma_alloc_pages", "dma_map", "dma_addr", "size", NULL, NULL, NULL, true },
	{ "dma", "dma_map_sg", "dma_map_sg", NULL, NULL, NULL, NULL, "dir", true },
	{ "dma", "dma_map_sg_err", "dma_map_sg_err", NULL, NULL, NULL, NULL, "err", true },
	{ "dma", "dma_unmap_page", "dma_unmap", "addr", "size", NULL, NULL, "dir", true },
	{ "dma", "dma_unmap_phys", "dma_unmap", "addr", "size", NULL, NULL, "dir", true },
	{ "dma", "dma_unmap_resource", "dma_unmap", "addr", "size", NULL, NULL, "dir", true },
	{ "dma", "dma_free", "dma_unmap", "dma_addr", "size", NULL, NULL, NULL, true },
	{ "dma", "dma_free_pages", "dma_unmap", "dma_addr", "size", NULL, NULL, NULL, true },
	{ "dma", "dma_free_sgt", "dma_unmap", "dma_addr", "size", NULL, NULL, NULL, true },
	{ "dma", "dma_unmap_sg", "dma_unmap_sg", NULL, NULL, NULL, NULL, NULL, true },
	{ "ftrace", "print", "marker", NULL, NULL, NULL, NULL, NULL, false },
	{ NULL, "rpcit", "rpcit", "addr", "range", NULL, "fn", NULL, false },
	{ NULL, "rpcit_ret", "rpcit_ret", NULL, NULL, NULL, NULL, "ret", false },
	{ NULL, "fq_timeout", "fq_timeout", NULL, NULL, NULL, "timer", NULL, false },
	{ NULL, "fq_flush", "fq_flush", NULL, NULL, NULL, "cookie", NULL, false },
	{ NULL, "intel_flush_all", "flush_all", NULL, NULL, NULL, "domain", NULL, false },
	{ NULL, "viommu_flush_all", "flush_all", NULL, NULL, NULL, "domain", NULL, false },
	{ NULL, "intel_tlb_sync", "tlb_sync", "start", "end", NULL, "domain", NULL, false },
	{ NULL, "s390_map_page", "s390_map_page", NULL, "size", NULL, "dev", NULL, false },
	{ NULL, "s390_map_sg_one", "s390_map_page", NULL, "size", NULL, "dev", NULL, false },
	{ NULL, "s390_unmap_page", "s390_unmap_page", "dma_addr", "size", NULL, "dev", NULL,
	  false },
	{ NULL, "s390_update_trans", "s390_update_trans", "dma_addr", "size", "pa", "zdev", "flags",
	  false },
	{ NULL, "iova_alloc", "iova_alloc", "limit_pfn", "pages", NULL, "iovad", NULL, false },
	{ NULL, "iova_alloc_ret", "iova_alloc_ret", "pfn", NULL, NULL, NULL, NULL, false },
	{ NULL, "iova_free", "iova_free", "pfn", "pages", NULL, "iovad", NULL, false },
};

static const struct known *find_known(const struct tep_event *event)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i].name, event->name) &&
		    (!known[i].system || !strcmp(known[i].system, event->system)))
			return &known[i];
	return NULL;
}

static uint64_t number(struct tep_event *event, struct tep_record *rec, const char *name)
{
	unsigned long long val = 0;

	if (name && tep_get_any_field_val(NULL, event, name, rec, &val, 0))
		fprintf(stderr, "tool_tracecmd: %s lacks %s\n", event->name, name);
	return val;
}

/* Numbers in a dynamic array. */
static size_t array(struct tep_event *event, struct tep_record *rec, const char *name, int size,
		    uint64_t *out, size_t max)
{
	int len = 0;
	char *data = tep_get_field_raw(NULL, event, name, rec, &len, 0);
	size_t i, nr = data ? (size_t)len / (size_t)size : 0;

	for (i = 0; i < nr && i < max; i++)
		out[i] = tep_read_number(event->tep, data + i * (size_t)size, size);
	return nr;
}

static void scatter_list(struct tep_event *event, struct tep_record *rec, struct line *line)
{
	uint64_t addrs[1024], lengths[1024];
	size_t nr = array(event, rec, "dma_addrs", 8, addrs, 1024), i;

	array(event, rec, "lengths", 4, lengths, 1024);
	line->addr = nr ? addrs[0] : 0;
	line->aux = nr;
	if (tep_find_field(event, "truncated") && number(event, rec, "truncated")) {
		line->aux = number(event, rec, "full_ents");
		return;
	}
	for (i = 0; i < nr; i++) {
		uint64_t first = addrs[i] / 4096, last = (addrs[i] + lengths[i] + 4095) / 4096;

		line->size += (last - first) * 4096;
	}
}

static void special(struct tep_event *event, struct tep_record *rec, struct line *line)
{
	uint64_t addrs[1024];
	int len;
	char *text;

	if (!strcmp(event->name, "dma_map_sg"))
		scatter_list(event, rec, line);
	else if (!strcmp(event->name, "dma_map_sg_err"))
		line->aux = array(event, rec, "phys_addrs", 8, addrs, 1024);
	else if (!strcmp(event->name, "dma_alloc") || !strcmp(event->name, "dma_alloc_pages"))
		line->addr = number(event, rec, "virt_addr") ? line->addr : UINT64_MAX;
	else if (!strcmp(event->name, "intel_tlb_sync"))
		line->size = line->size - line->addr + 1;
	else if (!strcmp(event->name, "s390_map_page"))
		line->size += number(event, rec, "offset") % 4096;
	else if (!strcmp(line->kind, "marker")) {
		text = tep_get_field_raw(NULL, event, "buf", rec, &len, 0);
		snprintf(line->text, sizeof(line->text), "%.*s",
			 rec->size - (int)(text - (char *)rec->data), text);
		line->text[strcspn(line->text, "\n")] = '\0';
	}
}

static int print_record(struct tracecmd_input *handle, struct tep_record *rec, int cpu, void *data)
{
	struct tep_event *event = tep_find_event_by_record(tracecmd_get_tep(handle), rec);
	const struct known *kn = event ? find_known(event) : NULL;
	struct line line = { .kind = "", .device = "-", .text = "-" };
	int len = 0;
	char *device;

	(void)data;
	if (rec->missed_events)
		printf("%llu %d 0 lost addr=0 size=%llx paddr=0 aux=0 ret=0 irq=0 dev=- text=-\n",
		       rec->ts, cpu, rec->missed_events > 0 ? rec->missed_events : 0);
	if (!kn)
		return 0;
	line.kind = kn->kind;
	line.addr = number(event, rec, kn->addr);
	line.size = number(event, rec, kn->size);
	line.paddr = number(event, rec, kn->paddr);
	line.aux = number(event, rec, kn->aux);
	line.ret = (int64_t)number(event, rec, kn->ret);
	if (kn->ret && strcmp(kn->ret, "flags"))
		line.ret = (int32_t)line.ret;
	else
		line.ret &= 0x400;	/* ZPCI_PTE_INVALID */
	if (kn->device) {
		device = tep_get_field_raw(NULL, event, "device", rec, &len, 0);
		snprintf(line.device, sizeof(line.device), "%.*s", len, device ? device : "-");
	}
	special(event, rec, &line);
	printf("%llu %d %llu %s addr=%" PRIx64 " size=%" PRIx64 " paddr=%" PRIx64 " aux=%" PRIx64
	       " ret=%" PRId64 " irq=%d dev=%s text=%s\n",
	       rec->ts, cpu, (unsigned long long)number(event, rec, "common_pid"), line.kind,
	       line.addr, line.size, line.paddr, line.aux, line.ret,
	       (number(event, rec, "common_flags") & 0x58) != 0, line.device, line.text);
	return 0;
}

int main(int argc, char **argv)
{
	struct tracecmd_input *handle, *instance;
	int i, ret;

	if (argc != 2) {
		fprintf(stderr, "usage: tool_tracecmd FILE\n");
		return 2;
	}
	handle = tracecmd_open(argv[1], TRACECMD_FL_LOAD_NO_PLUGINS);
	if (!handle) {
		fprintf(stderr, "tool_tracecmd: %s: libtracecmd cannot open it\n", argv[1]);
		return 1;
	}
	ret = tracecmd_iterate_events(handle, NULL, 0, print_record, NULL);
	for (i = 0; i < tracecmd_buffer_instances(handle); i++) {
		instance = tracecmd_buffer_instance_handle(handle, i);
		if (!instance)
			return 1;
		ret |= tracecmd_iterate_events(instance, NULL, 0, print_record, NULL);
		tracecmd_close(instance);
	}
	tracecmd_close(handle);
	return ret != 0;
}
