// SPDX-License-Identifier: GPL-2.0-or-later
/* Hypervisors and their limits in words. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "verdict/priv.h"

static void write_clean(FILE *out, const char *text)
{
	char *clean = ir_text_clean(text);

	if (!clean)
		ir_memory_fail(out);
	fputs(clean ? clean : "", out);
	free(clean);
}

/* "no limit", for hypervisors that can have one. */
static bool is_unlimited(const struct ir_effective *p)
{
	return !p->hypervisor.entry_limit && p->from.entry_limit != IR_FROM_DEFAULT;
}

/* The owner of the limits, and whether RPCITs refresh; NULL: as always. */
static const char *share_words(const struct ir_report_entry *entry, size_t result)
{
	static const char all[] = "all devices together", each[] = "each device";
	const struct ir_effective *p = &entry->results[result].parameters;

	if (p->from.share == IR_FROM_DEFAULT || !ir_limit_of(entry, result))
		return NULL;
	return p->share == IR_SHARE_GUEST ? all : each;
}

static const char *refresh_words(const struct ir_effective *p)
{
	static const char on[] = "tlb-refresh 1", off[] = "tlb-refresh 0";

	if (p->from.tlb_refresh == IR_FROM_DEFAULT)
		return NULL;
	return p->hypervisor.tlb_refresh > 0 ? on : off;
}

/* "160 to 400 host mappings a device": of devices whose limits differ the least and the largest. */
static void write_entry_limit(const struct ir_report_entry *entry, size_t result, FILE *out)
{
	const struct ir_effective *p = &entry->results[result].parameters;
	uint64_t least = UINT64_MAX, most = 0;
	size_t nr = entry->info->nr_devices;

	for (size_t d = ir_report_device(entry, 0); d && p->limits_differ; d = ir_report_device(entry, d + 1)) {
		uint64_t limit = entry->devices[result * nr + d % nr].parameters.hypervisor.entry_limit;

		least = limit < least ? limit : least;
		most = limit > most ? limit : most;
	}
	if (least < most)
		fprintf(out, "%s to %s host mappings a device", ir_count_text(least).s, ir_count_text(most).s);
	else
		fprintf(out, "%s host mapping%s", ir_count_text(p->hypervisor.entry_limit).s,
			ir_plural(p->hypervisor.entry_limit));
}

void ir_host_words(const struct ir_report_entry *entry, size_t result, FILE *out)
{
	const struct ir_hypervisor *hypervisor = entry->configs[result].hypervisor;
	const struct ir_effective *p = &entry->results[result].parameters;
	const char *separator = " with ";

	write_clean(out, hypervisor->name);
	if (p->hypervisor.entry_limit) {
		fputs(separator, out);
		write_entry_limit(entry, result, out);
		separator = ", ";
	} else if (is_unlimited(p)) {
		fputs(" without a limit", out);
		separator = ", ";
	}
	if (p->hypervisor.pinned_limit) {
		fprintf(out, "%s%s pinned page%s", separator, ir_count_text(p->hypervisor.pinned_limit).s,
			ir_plural(p->hypervisor.pinned_limit));
		separator = ", ";
	}
	if (p->backend == IR_BACKEND_IOMMUFD) {
		fprintf(out, "%siommufd", separator);
		separator = ", ";
	}
	if (share_words(entry, result))
		fprintf(out, "%s%s", separator, share_words(entry, result));
	if (refresh_words(p))
		fprintf(out, ", %s", refresh_words(p));
}

static bool same_strategy(const struct ir_report_entry *entry, size_t a, size_t b)
{
	return !strcmp(entry->configs[a].strategy->name, entry->configs[b].strategy->name);
}

char *ir_result_label(const struct ir_report_entry *entry, size_t result)
{
	const struct ir_effective *p = &entry->results[result].parameters;
	bool needs_host = false, needs_queue = false;
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	if (!out)
		return NULL;
	for (size_t i = 0; i < entry->nr_results; i++) {
		bool other = i != result && same_strategy(entry, i, result);

		needs_host |= other;
		needs_queue |= other && ir_same_host(entry, i, result);
	}
	write_clean(out, entry->configs[result].strategy->name);
	if (needs_host) {
		fputs(" on ", out);
		ir_host_words(entry, result, out);
	}
	if (needs_queue && p->queue != IR_QUEUE_NONE)
		fprintf(out, ", queue %s, %s slots, %s ms", ir_queue_type_name(p->queue),
			ir_count_text(p->queue_size).s, ir_count_text(p->queue_timeout_ms).s);
	return ir_memory_close(&memory);
}

char *ir_host_text(const struct ir_report_entry *entry, size_t result)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	if (!out)
		return NULL;
	ir_host_words(entry, result, out);
	return ir_memory_close(&memory);
}

bool ir_same_host(const struct ir_report_entry *entry, size_t a, size_t b)
{
	const struct ir_effective *p = &entry->results[a].parameters, *q = &entry->results[b].parameters;

	return !strcmp(entry->configs[a].hypervisor->name, entry->configs[b].hypervisor->name) &&
		p->hypervisor.entry_limit == q->hypervisor.entry_limit &&
		p->hypervisor.pinned_limit == q->hypervisor.pinned_limit &&
		is_unlimited(p) == is_unlimited(q) &&
		(p->backend == IR_BACKEND_IOMMUFD) == (q->backend == IR_BACKEND_IOMMUFD) &&
		share_words(entry, a) == share_words(entry, b) &&
		refresh_words(p) == refresh_words(q);
}

/* $'...', which most shells take: control characters, and bytes that no text shows as they are, in octal. */
static void write_octal(FILE *out, const char *word)
{
	fputs("$'", out);
	for (const unsigned char *c = (const unsigned char *)word; *c; c++) {
		if (*c < 0x20 || *c >= 0x7f)
			fprintf(out, "\\%03o", *c);
		else
			fprintf(out, "%s%c", *c == '\'' || *c == '\\' ? "\\" : "", *c);
	}
	fputc('\'', out);
}

void ir_write_shell(FILE *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		"_-+=:,./%@";
	char *clean;

	/* zsh takes =NAME for the path of a program. */
	if (*word && *word != '=' && !word[strspn(word, plain)]) {
		fputs(word, out);
		return;
	}
	clean = ir_text_clean(word);
	if (!clean) {
		ir_memory_fail(out);
		return;
	}
	if (strcmp(clean, word) != 0) {
		write_octal(out, word);
	} else {
		fputc('\'', out);
		for (const char *c = word; *c; c++) {
			if (*c == '\'')
				fputs("'\\''", out);
			else
				fputc(*c, out);
		}
		fputc('\'', out);
	}
	free(clean);
}

void ir_write_operand(FILE *out, const char *name)
{
	char *path = NULL;

	if (*name != '-' || !name[1]) {
		ir_write_shell(out, name);
	} else if (asprintf(&path, "./%s", name) < 0) {
		ir_memory_fail(out);
	} else {
		ir_write_shell(out, path);
		free(path);
	}
}

/* Each group's verdict, with its hypervisor before it if there are several. */
static void write_entry(const struct ir_report_entry *entry, FILE *out)
{
	for (size_t first = 0, end; first < entry->nr_results; first = end) {
		struct ir_rows rows;
		char *text = NULL;

		end = ir_group_end(entry, first);
		if (first)
			fputc(' ', out);
		if (end - first < entry->nr_results) {
			fputs("On ", out);
			ir_host_words(entry, first, out);
			fputs(": ", out);
		}
		if (!ir_rows_make(&rows, entry, first, end))
			text = ir_marked_plain(ir_verdict(&rows, IR_PLAIN));
		ir_rows_free(&rows);
		if (!text)
			ir_memory_fail(out);
		else
			fputs(text, out);
		free(text);
	}
}

char *ir_verdict_entry(const struct ir_report_entry *entry)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	if (entry->verify && entry->nr_results == 1) {
		free(ir_memory_close(&memory));
		return ir_marked_plain(ir_verdict_verify(entry));
	}
	if (!out)
		return NULL;
	write_entry(entry, out);
	return ir_memory_close(&memory);
}
