// SPDX-License-Identifier: GPL-2.0-or-later
/* The input as a file, and reading one with a given reader. */
#include "fuzz.h"
#include "symbols/chains.h"
#include "symbols/sites.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The library reads files: one in memory, that keeps its descriptor, is the cheapest. */
const char *fuzz_file(const uint8_t *data, size_t size)
{
	static char path[64];
	static int fd = -1;
	static size_t old_size;

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (fd < 0 || (size < old_size && ftruncate(fd, (off_t)size)) ||
	    pwrite(fd, data, size, 0) != (ssize_t)size) {
		perror("memfd");
		exit(1);
	}
	old_size = size;
	return path;
}

void fuzz_check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

void fuzz_check_error(const struct ir_error *err)
{
	size_t len = strnlen(err->text, sizeof(err->text));

	fuzz_check(len > 0, "failed without a message");
	fuzz_check(len < sizeof(err->text), "a message is not terminated");
	fuzz_check(!strchr(err->text, '\n'), "a message has more than one line");
}

/* As ir_reader_open_with(), but with a reader of our choice. */
static struct ir_reader *open_reader(const struct ir_reader_ops *ops, struct ir_file *file,
				     struct ir_damage *damage, struct ir_chains *chains,
				     struct ir_error *err)
{
	static struct ir_events *builtin;	/* the same for all inputs */
	struct ir_reader *rd = calloc(1, sizeof(*rd));

	if (!builtin)
		builtin = ir_rules_builtin();
	if (rd)
		rd->info.devices = calloc(1, sizeof(*rd->info.devices));
	if (!rd || !rd->info.devices || !builtin)
		exit(1);
	rd->ops = ops;
	rd->file = file;
	rd->damage = damage;
	rd->events = builtin;
	rd->chains = chains;
	rd->info.nr_devices = 1;
	if (!ops->open(rd, err))
		return rd;
	ir_reader_close(rd);
	return NULL;
}

/* Strings that nobody read would not be missed if they were freed too early. */
static size_t read_info(const struct ir_reader_info *info)
{
	const char *const strings[] = {
		info->format, info->why, info->byte_order, info->kernel, info->arch, info->clock,
	};
	size_t sum = 0;

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		sum += strings[i] ? strlen(strings[i]) : 0;
	for (size_t i = 1; i < info->nr_devices; i++)
		sum += strlen(info->devices[i]);
	for (size_t i = 0; i < info->nr_events; i++)
		sum += strlen(info->events[i].name);
	return sum;
}

static void check_event(const struct ir_reader *rd, const struct ir_event *ev, uint64_t last)
{
	fuzz_check(ev->time_ns >= last, "events out of time order");
	fuzz_check(ev->kind < IR_EV_KINDS, "an event of no kind");
	fuzz_check(ev->device < rd->info.nr_devices, "an event of an unknown device");
	fuzz_check(!ev->site || ev->site < rd->chains->nr, "an event with an unknown call chain");
	fuzz_check(ev->kind != IR_EV_MARKER || strlen(ev->text) < 1u << 20, "a very long marker");
}

static void read_events(struct ir_reader *rd, struct ir_error *err)
{
	uint64_t last = 0;
	struct ir_event ev;
	int rc;

	while ((rc = ir_reader_next(rd, &ev, err)) == 1) {
		check_event(rd, &ev, last);
		last = ev.time_ns;
	}
	fuzz_check(rc <= 0, "more than one event at once");
	if (rc < 0)
		fuzz_check_error(err);
	else
		fuzz_check(ir_reader_next(rd, &ev, err) == 0, "events behind the end");
}

/* Sites of whatever chains there are, named by what symbols the file has. */
static void find_sites(const struct ir_chains *chains)
{
	const struct ir_symbol_sources sources = { .vmlinux = NULL };
	struct ir_chain_totals totals = { .list = NULL };
	const struct ir_site_table *table = NULL;
	struct ir_error err = { "" };
	struct ir_symbols syms;
	uint64_t mappings = 0;

	for (uint32_t i = 0; i < chains->nr; i++) {
		const struct ir_op op = { .kind = IR_OP_MAP, .pages = 1, .site = i };

		if (ir_chain_count(&totals, &op))
			exit(1);
	}
	if (ir_symbols_open(&syms, &sources, chains, &err))
		fuzz_check_error(&err);
	else
		table = ir_sites_build(chains, &syms, &totals);
	for (size_t i = 0; table && i < table->nr; i++) {
		fuzz_check(strlen(table->sites[i].name) > 0, "a call site without a name");
		mappings += table->sites[i].mappings;
	}
	fuzz_check(!table || mappings == chains->nr, "call sites do not add up");
	for (uint32_t i = 0; table && i < chains->nr; i++)
		fuzz_check(totals.list[i].site < table->nr, "a chain without a call site");
	ir_site_table_unref(table);
	ir_symbols_close(&syms);
	free(totals.list);
}

void fuzz_read(const struct ir_reader_ops *ops, const uint8_t *data, size_t size)
{
	const char *path = fuzz_file(data, size);
	unsigned char *start = malloc(size < IR_READER_PEEK ? size : IR_READER_PEEK);
	struct ir_chains *chains = ir_chains_new();
	struct ir_damage damage = { .count = { 0 } };
	struct ir_error err = { "" };
	struct ir_file *file;
	struct ir_reader *rd;

	if (!start || !chains)
		exit(1);
	/* In memory of just that size: a bid that reads on is found. */
	memcpy(start, data, size < IR_READER_PEEK ? size : IR_READER_PEEK);
	fuzz_check(ops->bid(start, size < IR_READER_PEEK ? size : IR_READER_PEEK) >= 0,
		   "a negative bid");
	free(start);
	file = ir_file_open(path, &err);
	if (!file)
		exit(1);
	rd = open_reader(ops, file, &damage, chains, &err);
	if (rd) {
		read_events(rd, &err);
		read_info(&rd->info);
		find_sites(chains);
	} else {
		fuzz_check_error(&err);
	}
	ir_reader_close(rd);
	ir_file_close(file);
	ir_chains_free(chains);
}
