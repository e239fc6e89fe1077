// SPDX-License-Identifier: GPL-2.0-or-later
/* Who held the entries, or the IOVAs, when a replay ran short: the largest holders in words. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/render.h"

#define SHOWN 3		/* holders; more with --verbose */
#define SHOWN_VERBOSE 10

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static const char *site_name(const struct ir_report_entry *entry, uint32_t site)
{
	const struct ir_site_table *table = entry->info->sites;

	return table && site < table->nr ? table->sites[site].name : "(unknown)";
}

static const char *device_name(const struct ir_report_entry *entry, uint16_t device)
{
	return device && device < entry->info->nr_devices ? entry->info->devices[device] : NULL;
}

/* The same shortages, with the same holders. */
static bool is_same(const struct ir_report_entry *entry, size_t a, size_t b)
{
	return entry->configs[a].hypervisor == entry->configs[b].hypervisor &&
		entry->results[a].parameters.hypervisor.entry_limit ==
			entry->results[b].parameters.hypervisor.entry_limit &&
		!memcmp(&entry->explanations[a], &entry->explanations[b],
			sizeof(entry->explanations[a]));
}

static bool said_before(const struct ir_report_entry *entry, size_t result)
{
	for (size_t i = 0; i < result; i++)
		if (is_same(entry, i, result))
			return true;
	return false;
}

/* "fq-flush, sync-map-retry": the strategies to which the same happened. */
static void write_names(FILE *out, const struct ir_report_entry *entry, size_t result)
{
	bool several = entry->configs[0].hypervisor != entry->configs[entry->nr_results - 1].hypervisor;

	fputs(entry->configs[result].strategy->name, out);
	for (size_t i = result + 1; i < entry->nr_results; i++)
		if (is_same(entry, i, result))
			fprintf(out, ", %s", entry->configs[i].strategy->name);
	if (several)
		fprintf(out, " on %s", entry->configs[result].hypervisor->name);
}

static void write_counts(FILE *out, const struct ir_report_entry *entry,
			 const struct ir_explanation *x)
{
	const char *separator = ": ";
	char first[32], last[32];

	for (int kind = 0; kind < IR_SHORTAGE_KINDS; kind++) {
		uint64_t n = x->count[kind];

		if (!n)
			continue;
		fprintf(out, "%s%" PRIu64 " ", separator, n);
		switch ((enum ir_shortage_kind)kind) {
		case IR_SHORTAGE_RESOURCES:
			fprintf(out, "map%s met a host that was full", plural(n));
			break;
		case IR_SHORTAGE_IOVA:
			fprintf(out, "map%s failed without an IOVA", plural(n));
			break;
		case IR_SHORTAGE_FAILED:
			fprintf(out, "map%s failed", plural(n));
			break;
		default:
			fprintf(out, "map%s %s left unbacked", plural(n), n == 1 ? "was" : "were");
		}
		separator = ", ";
	}
	view_duration(first, sizeof(first), x->first_ns - entry->info->start_ns);
	view_duration(last, sizeof(last), x->last_ns - entry->info->start_ns);
	if (ir_explanation_total(x) == 1)
		fprintf(out, ", at %s", first);
	else
		fprintf(out, ", from %s to %s", first, last);
	if (x->examined < ir_explanation_total(x))
		fprintf(out, "; the first %" PRIu64 " were examined", x->examined);
}

static void say_holder(const struct drawing *d, const struct ir_report_entry *entry,
		       const struct ir_explanation *x, const struct ir_entry_holder *h, uint64_t all)
{
	const char *device = entry->info->nr_devices > 2 ? device_name(entry, h->device) : NULL;
	char mean[32], oldest[32];
	uint64_t pages = (h->pages + x->examined / 2) / x->examined;

	view_duration(mean, sizeof(mean), h->pages ? (uint64_t)(h->page_ns / (double)h->pages) : 0);
	view_duration(oldest, sizeof(oldest), h->oldest_ns);
	say(d, "", VIEW_PLAIN, "%s%s%s: %" PRIu64 " page%s (%.0f %%) %s, for %s on average, the oldest for %s",
	    device ? device : "", device ? ", " : "", site_name(entry, h->site), pages, plural(pages),
	    all ? 100.0 * (double)h->pages / (double)all : 0,
	    h->lazy ? "unmapped and not yet flushed" : "mapped", mean, oldest);
}

static void say_holders(const struct drawing *d, const struct ir_report_entry *entry,
			const struct ir_explanation *x)
{
	uint64_t all = x->live_pages + x->lazy_pages + x->other_pages, other;
	size_t shown = d->canvas->verbose ? SHOWN_VERBOSE : SHOWN;

	if (!x->examined)
		return;
	for (size_t i = 0; i < x->nr_holders && i < shown; i++)
		say_holder(d, entry, x, &x->holders[i], all);
	other = (x->other_pages + x->examined / 2) / x->examined;
	if (other)
		say(d, "", VIEW_PLAIN, "mapped before the recording, or being mapped: %" PRIu64
		    " page%s (%.0f %%)", other, plural(other),
		    100.0 * (double)x->other_pages / (double)all);
}

/*
 * QEMU does not give an entry back when an IOVA is used again without a flush
 * (iommu-replay-strategies(7)).
 */
static void say_lost(const struct drawing *d, const struct ir_result *result,
		     const struct ir_explanation *x)
{
	uint64_t limit = result->parameters.hypervisor.entry_limit, held;

	if (!x->examined || !x->count[IR_SHORTAGE_RESOURCES])
		return;
	held = (x->live_pages + x->lazy_pages + x->other_pages) / x->examined;
	if (limit > held + limit / 10)
		say(d, "", VIEW_BAD, "nobody: %" PRIu64 " entries (%.0f %% of the limit); the hypervisor "
		    "lost them as IOVAs were used again without a flush", limit - held,
		    100.0 * (double)(limit - held) / (double)limit);
}

int draw_shortages(const struct drawing *d, const struct ir_report_entry *entry)
{
	bool any = false;

	for (size_t i = 0; entry->explanations && i < entry->nr_results; i++) {
		const struct ir_explanation *x = &entry->explanations[i];
		struct ir_memory memory;
		FILE *out;
		char *text;

		if (!ir_explanation_total(x) || said_before(entry, i))
			continue;
		out = ir_memory_open(&memory);
		if (!out)
			return -ENOMEM;
		write_names(out, entry, i);
		write_counts(out, entry, x);
		text = ir_memory_close(&memory);
		if (!text)
			return -ENOMEM;
		say(d, "shortages", VIEW_NOTE, "%s; then the %s were held by", text,
		    x->count[IR_SHORTAGE_IOVA] * 2 > ir_explanation_total(x) ? "IOVAs" :
		    "host's entries");
		free(text);
		say_holders(d, entry, x);
		say_lost(d, &entry->results[i], x);
		any = true;
	}
	if (entry->explanations && !any)
		say(d, "shortages", VIEW_PLAIN, "none: no strategy ran short of entries or IOVAs");
	return 0;
}
