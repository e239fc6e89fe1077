// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of functions out of ELF files and kallsyms without memory: see no_memory.h. */
#include "no_memory.h"
#include "symbols/sites_util.h"

static int names(const struct ir_recording_options *options, FILE *out, struct ir_error *err)
{
	struct ir_recording *rec = ir_recording_open(path, options, err);
	const struct ir_site_table *table;

	if (!rec)
		return -ENOMEM;
	table = ir_recording_info(rec)->sites;
	for (size_t i = 0; i < table->nr; i++)
		fprintf(out, "%s %s\n", table->sites[i].name, table->sites[i].driver ? table->sites[i].driver : "");
	ir_recording_close(rec);
	return 0;
}

static int elf_files(const char *argument, FILE *out, struct ir_error *err)
{
	const struct ir_recording_options options = {
		.sites = true, .vmlinux = file_vmlinux, .modules = dir,
	};

	(void)argument;
	return names(&options, out, err);
}

static int kallsyms(const char *argument, FILE *out, struct ir_error *err)
{
	const struct ir_recording_options options = { .sites = true, .kallsyms = file_kallsyms };

	(void)argument;
	return names(&options, out, err);
}

static int running(const char *argument, FILE *out, struct ir_error *err)
{
	const struct ir_symbol_sources sources = {
		.running_kallsyms = file_kallsyms, .running_notes = file_notes,
	};
	struct ir_build_id id = { .len = 20 };
	struct ir_chains *chains = ir_chains_new();
	struct ir_symbols syms;
	int rc;

	(void)argument;
	if (!chains)
		return -ENOMEM;
	memcpy(id.id, build_id, 20);
	ir_chains_build_id(chains, "[kernel.kallsyms]", 17, &id);
	if (chains->no_memory) {
		ir_chains_free(chains);
		return -ENOMEM;
	}
	rc = ir_symbols_open(&syms, &sources, chains, err);
	if (!rc)
		fprintf(out, "%zu", syms.nr);
	ir_symbols_close(&syms);
	ir_chains_free(chains);
	return rc;
}

int main(void)
{
	struct call list[] = {
		{ "kallsyms", kallsyms, NULL }, { "the running kernel's", running, NULL }, { "ELF files", elf_files, NULL },
	};
	int rc;

	if (set_up(NULL))
		return 1;
	make_recording(&chains_little);
	rc = all_calls(list, have_elf ? 3 : 2);
	tear_down(NULL);
	return rc;
}
