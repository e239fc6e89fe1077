// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Print the events of a recording, one a line: time cpu pid kind and fields.
 * tool_tracecmd prints the same by way of libtracecmd, to be compared with.
 *
 *	tool_events FILE		the events
 *	tool_events -s FILE		what the reader knows: counts, damage
 *	tool_events -r N FILE		read it N times, print nanoseconds an event (the best)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "input/open.h"

static const char *const kinds[IR_EV_KINDS] = {
	"lost", "map", "unmap", "dma_map", "dma_map_sg", "dma_map_sg_err", "dma_unmap",
	"dma_unmap_sg", "rpcit", "rpcit_ret", "fq_timeout", "fq_flush", "flush_all", "tlb_sync",
	"s390_map_page", "s390_unmap_page", "s390_update_trans", "iova_alloc",
	"iova_alloc_ret", "iova_free", "attach", "detach", "marker", "stack", "map_failed",
	"io_fault", "console", "flush:sync_map", "flush:map", "flush:map_piece", "flush:tag_range",
	"flush:tag_all", "flush:command", "flush:command_all", "switch", "idle", "interrupt",
	"flush:ret", "page_free",
};

static void print_event(const struct ir_reader *rd, const struct ir_event *ev)
{
	const char *device = rd->info.devices[ev->device];

	printf("%" PRIu64 " %u %u %s addr=%" PRIx64 " size=%" PRIx64 " paddr=%" PRIx64
	       " aux=%" PRIx64 " ret=%" PRId64 " irq=%d dev=%s text=%s\n",
	       ev->time_ns, ev->cpu, ev->pid, kinds[ev->kind], ev->addr, ev->size, ev->paddr,
	       ev->aux, ev->ret, ev->flags & IR_EVF_IRQ, device ? device : "-",
	       ev->kind == IR_EV_MARKER ? ev->text : "-");
}

static void print_info(const struct ir_reader *rd, const struct ir_damage *damage, uint64_t events)
{
	const struct ir_reader_info *info = &rd->info;
	size_t i;

	printf("format %s\nwhy %s\nbyte_order %s\nkernel %s\narch %s\nclock %s\ncpus %u\nevents %" PRIu64 "\n",
	       info->format, info->why, info->byte_order, info->kernel ? info->kernel : "-",
	       info->arch ? info->arch : "-", info->clock ? info->clock : "-", info->cpus, events);
	for (i = 0; i < info->nr_events; i++)
		printf("count %s %" PRIu64 "\n", info->events[i].name, info->events[i].count);
	for (i = 0; i < IR_DAMAGE_KINDS; i++)
		if (damage->count[i])
			printf("damage %s %" PRIu64 "\n", ir_damage_name((enum ir_damage_kind)i),
			       damage->count[i]);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* mode: 'e' events, 's' summary, 'r' only the time, without that of opening */
static int read_one(const char *path, char mode, double *ns)
{
	struct ir_error err = { "" };
	struct ir_damage damage;
	struct ir_file *file = ir_file_open(path, &err);
	struct ir_reader *rd = NULL;
	struct ir_event ev;
	uint64_t events = 0;
	int ret = -1;

	memset(&damage, 0, sizeof(damage));
	if (file)
		rd = ir_reader_open(file, &damage, &err);
	if (rd) {
		double start = now();

		while ((ret = ir_reader_next(rd, &ev, &err)) > 0) {
			events++;
			if (mode == 'e')
				print_event(rd, &ev);
		}
		*ns = events ? (now() - start) / (double)events : 0;
		if (mode == 's')
			print_info(rd, &damage, events);
	}
	if (ret < 0)
		fprintf(stderr, "tool_events: %s\n", err.text);
	ir_reader_close(rd);
	ir_file_close(file);
	return ret < 0;
}

int main(int argc, char **argv)
{
	long repeat = 1;
	double ns = 0, best = 1e9;
	char mode = 'e';
	int ret = 0;

	if (argc == 4 && !strcmp(argv[1], "-r")) {
		repeat = atol(argv[2]);
		mode = 'r';
	} else if (argc == 3 && !strcmp(argv[1], "-s")) {
		mode = 's';
	} else if (argc != 2) {
		fprintf(stderr, "usage: tool_events [-s | -r N] FILE\n");
		return 2;
	}
	while (repeat-- > 0 && !ret) {
		ret = read_one(argv[argc - 1], mode, &ns);
		if (ns < best)
			best = ns;
	}
	if (mode == 'r' && !ret)
		printf("%.1f ns an event\n", best);
	return ret;
}
