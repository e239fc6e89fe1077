// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/sweep_words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/texts.h"
#include "base/text.h"

/* vfio_iommu_type1's dma_entry_limit (drivers/vfio/vfio_iommu_type1.c, Linux 6.12): of each container. */
#define DEFAULT_ENTRY_LIMIT 65535

/* Parameters in words. */
static const struct {
	const char *name, *question, *unit, *one;	/* NULL: one has the same unit */
} known[] = {
	{ "entry-limit", "How many host mappings are enough?", "host mappings", "host mapping" },
	{ "pinned-limit", "How many pinned pages are enough?", "pinned pages", "pinned page" },
	{ "aperture", "How much address space is enough?", "of address space", NULL },
	{ "queue-size", "How many queue slots are enough?", "queue slots", "queue slot" },
	{ "queue-timeout", "What does the queue's timeout change?", "ms of timeout", NULL },
	{ "devices", "How many devices fit?", "times the devices", NULL },
	{ "flush-latency", "What does the duration of a flush change?", "ns for each flush", NULL },
	{ "initial-pages", "What do pages mapped before change?", "initial pages", "initial page" },
	{ "cpus", "What does the number of CPUs change?", "CPUs", "CPU" },
	{ "hz", "What do the jiffies a second change?", "jiffies a second", NULL },
};

static const struct parameter *question_parameter(const struct sweep *sweep)
{
	return sweep->sought ? sweep->sought : sweep->varied;
}

static const char *unit_of_one(const struct parameter *parameter)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i].name, parameter->name) && known[i].one)
			return known[i].one;
	return sweep_unit_words(parameter);
}

const char *sweep_unit_words(const struct parameter *parameter)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i].name, parameter->name))
			return known[i].unit;
	return parameter->name;
}

const char *sweep_question(const struct sweep *sweep, char *text, size_t size)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i].name, question_parameter(sweep)->name))
			return known[i].question;
	snprintf(text, size, "What does %s change?", question_parameter(sweep)->name);
	return text;
}

struct ir_short sweep_value_words(const struct parameter *parameter, uint64_t value)
{
	struct ir_short text;

	if (parameter->unit == IR_PAGE_SIZE)
		snprintf(text.s, sizeof(text.s), "%.24s %.20s", ir_bytes_text(value, IR_PLAIN).s,
			 sweep_unit_words(parameter));
	else if (sweep_unit_words(parameter) == parameter->name)
		snprintf(text.s, sizeof(text.s), "%.20s %.24s", parameter->name, ir_count_text(value).s);
	else
		snprintf(text.s, sizeof(text.s), "%.24s %.20s", ir_count_text(value).s,
			 value == 1 ? unit_of_one(parameter) : sweep_unit_words(parameter));
	return text;
}

static const struct ir_result *cell_of(const struct sweep *sweep, size_t h, size_t v, size_t s)
{
	return &sweep->results[(h * sweep->range.n + v) * sweep->settings->nr_strategies + s];
}

struct sweep_need sweep_need(const struct sweep *sweep, size_t h, size_t s)
{
	struct sweep_need need = { .kind = SWEEP_NEED_MORE };

	if (sweep->sought) {
		const struct search *search = &sweep->searches[h * sweep->settings->nr_strategies + s];

		if (search->answer == ANSWER_NO_EFFECT)
			need.kind = SWEEP_NEED_ANY;
		if (search->answer == ANSWER_FOUND)
			need = (struct sweep_need){
				SWEEP_NEED_VALUE, search->smallest->value, &search->smallest->result,
			};
		return need;
	}
	for (size_t v = sweep->range.n; v-- > 0;) {
		const struct ir_result *r = cell_of(sweep, h, v, s);

		if (sweep_failures(r))
			break;
		need = (struct sweep_need){ SWEEP_NEED_VALUE, sweep->range.values[v], r };
	}
	return need;
}

static void write_strategy(FILE *out, const struct sweep *sweep, size_t s)
{
	char *name = text_clean(sweep->settings->strategies[s]->name);

	fprintf(out, "%c%s%c", IR_MARK_NAME, name, IR_MARK_END);
	free(name);
}

/* The least that any strategy needs; UINT64_MAX: none has enough. */
static uint64_t least_need(const struct sweep *sweep, size_t h)
{
	uint64_t least = UINT64_MAX;

	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		struct sweep_need need = sweep_need(sweep, h, s);

		if (need.kind == SWEEP_NEED_VALUE && need.value < least)
			least = need.value;
	}
	return least;
}

static bool is_near(const struct sweep_need *need, uint64_t least)
{
	return need->kind == SWEEP_NEED_VALUE && (need->value - least) * 10 <= least;
}

/* The largest that is within 10% of the least. */
static uint64_t most_of_near(const struct sweep *sweep, size_t h, uint64_t least, uint64_t *live)
{
	uint64_t most = least;

	*live = 0;
	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		struct sweep_need need = sweep_need(sweep, h, s);

		if (is_near(&need, least) && need.value >= most) {
			most = need.value;
			*live = need.result->peaks.live_pages;
		}
	}
	return most;
}

/* Whether a value suffices if no map fails: neither failures nor flushes are allowed otherwise. */
static bool is_without_failures(const struct sweep *sweep)
{
	return !sweep->sought || (!sweep->settings->max_failures && !sweep->settings->has_max_rpcits);
}

/* Whether a larger value than a strategy needs, of those that were tried, is not enough for it. */
static bool has_exceptions(const struct sweep *sweep, size_t h, size_t s)
{
	return sweep->sought && sweep->searches[h * sweep->settings->nr_strategies + s].exceptions;
}

static void write_near(FILE *out, const struct sweep *sweep, size_t h, uint64_t least)
{
	bool plain = is_without_failures(sweep);
	size_t all = sweep->settings->nr_strategies, near = 0;
	uint64_t live, most = most_of_near(sweep, h, least, &live);
	const char *from = "from", *on = " on";
	char word[48];

	for (size_t s = 0; s < all; s++) {
		struct sweep_need need = sweep_need(sweep, h, s);

		if (!is_near(&need, least))
			continue;
		near++;
		if (has_exceptions(sweep, h, s)) {
			from = "with";
			on = "";
		}
	}
	snprintf(word, sizeof(word), "%s", ir_count_word(near).s);
	word[0] = word[0] >= 'a' && word[0] <= 'z' ? (char)(word[0] - 'a' + 'A') : word[0];
	if (all == 1)
		fprintf(out, "%c%s %s ", IR_MARK_STRONG, plain ? "No map fails" : "There is enough", from);
	else if (near == all)
		fprintf(out, "%c%s %s ", IR_MARK_STRONG,
			plain ? "No strategy fails a map" : "Every strategy has enough", from);
	else
		fprintf(out, "%c%s of %s strategies %s %s ", IR_MARK_STRONG, word, ir_count_word(all).s,
			plain ? (near == 1 ? "fails no map" : "fail no map") :
			near == 1 ? "has enough" : "have enough", from);
	if (most > least && question_parameter(sweep)->unit == IR_PAGE_SIZE)
		fprintf(out, "%s or ", ir_bytes_text(least, IR_PLAIN).s);
	else if (most > least)
		fprintf(out, "%s%s", ir_count_text(least).s, most == least + 1 ? " or " : " to ");
	fprintf(out, "%s%s%c", sweep_value_words(question_parameter(sweep), most).s, on, IR_MARK_END);
	if (!sweep->sought)
		fputs(", of the values tried", out);
	else if (!strcmp(question_parameter(sweep)->name, "entry-limit") && live &&
		 (live > least ? live - least : least - live) <= (live / 50 > 1 ? live / 50 : 1))
		fprintf(out, ", which is what the guest itself has mapped at most (%s page%s)",
			ir_count_text(live).s, live == 1 ? "" : "s");
}

/* The strategies that have no queue and need none, after @separator; false: there is none. */
static bool write_without_queue(FILE *out, const struct sweep *sweep, size_t h, const char *separator)
{
	size_t said = 0;

	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		if (sweep_need(sweep, h, s).kind != SWEEP_NEED_ANY)
			continue;
		fputs(said++ ? ", " : separator, out);
		write_strategy(out, sweep, s);
	}
	if (said && is_without_failures(sweep))
		fprintf(out, " fail%s no map and ha%s no queue", said == 1 ? "s" : "", said == 1 ? "s" : "ve");
	else if (said)
		fprintf(out, " ha%s enough and no queue", said == 1 ? "s" : "ve");
	return said;
}

static void write_others(FILE *out, const struct sweep *sweep, size_t h, uint64_t least)
{
	size_t said = 0;

	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		struct sweep_need need = sweep_need(sweep, h, s);

		if (need.kind != SWEEP_NEED_VALUE || is_near(&need, least))
			continue;
		fputs(said++ ? ", " : "; ", out);
		write_strategy(out, sweep, s);
		if (question_parameter(sweep)->unit == IR_PAGE_SIZE)
			fprintf(out, " needs %s", ir_bytes_text(need.value, IR_PLAIN).s);
		else
			fprintf(out, " needs %s", ir_count_text(need.value).s);
	}
	if (least != UINT64_MAX)
		write_without_queue(out, sweep, h, "; ");
	said = 0;
	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		if (!has_exceptions(sweep, h, s))
			continue;
		fputs(said++ ? ", " : "; not every larger value that was tried is enough for ", out);
		write_strategy(out, sweep, s);
	}
	said = 0;
	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		if (sweep_need(sweep, h, s).kind != SWEEP_NEED_MORE)
			continue;
		fputs(said++ ? ", " : "; ", out);
		write_strategy(out, sweep, s);
	}
	if (said && is_without_failures(sweep))
		fprintf(out, " fail%s maps with any value tried", said == 1 ? "s" : "");
	else if (said)
		fprintf(out, " ha%s too little with any value tried", said == 1 ? "s" : "ve");
	fputc('.', out);
}

/* The strategies from @s on with the same answer: "a, b and c"; false: said before. */
static bool write_alike(FILE *out, const struct sweep *sweep, size_t h, size_t s, size_t *alike)
{
	uint64_t fit = sweep_fits(sweep, h, s).fit;
	size_t said = 0;

	*alike = 0;
	for (size_t i = 0; i < sweep->settings->nr_strategies; i++) {
		if (sweep_fits(sweep, h, i).fit != fit)
			continue;
		if (i < s)
			return false;
		++*alike;
	}
	if (*alike == sweep->settings->nr_strategies && *alike > 2) {
		fprintf(out, "All %s strategies", ir_count_word(*alike).s);
		return true;
	}
	for (size_t i = s; i < sweep->settings->nr_strategies; i++) {
		if (sweep_fits(sweep, h, i).fit != fit)
			continue;
		fputs(!said ? "" : said + 1 == *alike ? " and " : ", ", out);
		write_strategy(out, sweep, i);
		said++;
	}
	return true;
}

/* From which number on the hypervisor has no time left, with the first strategies for which that is so. */
static void write_busy(FILE *out, const struct sweep *sweep, size_t h)
{
	uint64_t first = 0;
	size_t said = 0;

	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		struct sweep_fits fits = sweep_fits(sweep, h, s);

		if (fits.fit && fits.hypervisor_busy && (!first || fits.hypervisor_busy < first))
			first = fits.hypervisor_busy;
	}
	if (!first)
		return;
	fprintf(out, " From %s on, flushes take %.0f%% of the time or more with ", ir_count_text(first).s,
		100 * SWEEP_BUSY);
	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		struct sweep_fits fits = sweep_fits(sweep, h, s);

		if (!fits.fit || fits.hypervisor_busy != first)
			continue;
		fputs(said++ ? ", " : "", out);
		write_strategy(out, sweep, s);
	}
	fputc('.', out);
}

/* How many times the recorded devices fit. */
static void write_fits(FILE *out, const struct sweep *sweep, size_t h)
{
	uint64_t first = sweep->range.values[0], last = sweep->range.values[sweep->range.n - 1];
	struct ir_memory memory;
	size_t said = 0, alike;

	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		struct sweep_fits fits = sweep_fits(sweep, h, s);
		FILE *names = text_begin(&memory);
		bool new = write_alike(names, sweep, h, s, &alike);
		char *text = text_end(&memory);

		if (new) {
			fprintf(out, "%s%s", said++ ? "; " : "", text);
			if (!fits.fit && first == 1)
				fprintf(out, " fail%s maps even with the devices as they are", alike == 1 ? "s" : "");
			else if (!fits.fit)
				fprintf(out, " fail%s maps already with %s times the devices", alike == 1 ? "s" : "",
					ir_count_text(first).s);
			else
				fprintf(out, "%s the recorded devices %s%s%s", alike == 1 ? " fits" : " fit",
					fits.fit == 1 ? "once" : ir_count_text(fits.fit).s, fits.fit == 1 ? "" : " times",
					fits.fit == last ? ", the most that was tried" : "");
		}
		free(text);
	}
	fputc('.', out);
	write_busy(out, sweep, h);
}

static bool is_asked(const struct sweep *sweep, const char *name)
{
	return (sweep->sought && !strcmp(sweep->sought->name, name)) ||
		(sweep->varied && !strcmp(sweep->varied->name, name));
}

void sweep_host(FILE *out, const struct sweep *sweep, size_t h)
{
	const struct hypervisor_choice *choice = &sweep->settings->hypervisors[h];
	char *name = text_clean(choice->hypervisor->name);

	fputs(name, out);
	free(name);
	if (choice->has_entry_limit && !is_asked(sweep, "entry-limit"))
		fprintf(out, ", entry-limit %s", ir_count_text(choice->params.entry_limit).s);
	if (choice->has_pinned_limit && !is_asked(sweep, "pinned-limit"))
		fprintf(out, ", pinned-limit %s", ir_count_text(choice->params.pinned_limit).s);
	if (choice->has_share)
		fprintf(out, ", share %s", ir_share_name(choice->share));
	if (ir_backend_name(choice->backend))
		fprintf(out, ", %s", ir_backend_name(choice->backend));
	if (choice->has_tlb_refresh && !is_asked(sweep, "tlb-refresh"))
		fprintf(out, ", tlb-refresh %d", choice->params.tlb_refresh > 0);
	for (size_t i = 0; ir_hypervisor_own(choice->hypervisor, i); i++)
		if (choice->params.own[i])
			fprintf(out, ", %s %" PRIu64, ir_hypervisor_own(choice->hypervisor, i)->name,
				choice->params.own[i]);
}

static void write_hosts(FILE *out, const struct sweep *sweep, size_t h)
{
	if (sweep->settings->nr_hypervisors < 2)
		return;
	fputs("On ", out);
	sweep_host(out, sweep, h);
	fputs(": ", out);
}

static void write_answer(FILE *out, const struct sweep *sweep, size_t h)
{
	uint64_t least = least_need(sweep, h);

	if (!sweep->info->complete)
		fprintf(out, "%cIncomplete: figures may be too low.%c ", IR_MARK_BAD, IR_MARK_END);
	if (!sweep->info->ops.map && !sweep->info->ops.failed_map) {
		fprintf(out, "%c%s%c", IR_MARK_BAD, ir_no_maps_words(sweep->info), IR_MARK_END);
		return;
	}
	write_hosts(out, sweep, h);
	if (!sweep->sought && !strcmp(sweep->varied->name, "devices")) {
		write_fits(out, sweep, h);
		return;
	}
	if (least == UINT64_MAX && write_without_queue(out, sweep, h, "")) {
		write_others(out, sweep, h, least);
		return;
	}
	if (least == UINT64_MAX) {
		fprintf(out, "%c%s.%c", IR_MARK_BAD, is_without_failures(sweep) ?
			"Maps fail with every value that was tried" : "No value that was tried is enough", IR_MARK_END);
		return;
	}
	if (!sweep->sought && least == sweep->range.values[0] && sweep->range.n > 1) {
		size_t always = 0;

		for (size_t s = 0; s < sweep->settings->nr_strategies; s++)
			always += sweep_need(sweep, h, s).value == least;
		if (always == sweep->settings->nr_strategies) {
			fprintf(out, "%cNo map fails with any value tried, from %s to %s.%c", IR_MARK_STRONG,
				sweep_unit_words(sweep->varied) == sweep->varied->name ?
				sweep_value_words(sweep->varied, least).s : ir_count_text(least).s,
				sweep_value_words(sweep->varied, sweep->range.values[sweep->range.n - 1]).s,
				IR_MARK_END);
			return;
		}
	}
	write_near(out, sweep, h, least);
	write_others(out, sweep, h, least);
}

char *sweep_verdict(const struct sweep *sweep, size_t h)
{
	struct ir_memory memory;
	FILE *out = text_begin(&memory);

	write_answer(out, sweep, h);
	return text_end(&memory);
}

char *sweep_verdict_plain(const struct sweep *sweep)
{
	struct ir_memory memory;
	FILE *out = text_begin(&memory);

	for (size_t h = 0; h < sweep->settings->nr_hypervisors; h++) {
		fputs(h ? " " : "", out);
		write_answer(out, sweep, h);
	}
	return text_checked(ir_marked_plain(text_end(&memory)));
}

/* The need of a strategy with which every larger value that was tried is enough, too; UINT64_MAX: it is not known. */
static uint64_t sure_need(const struct sweep *sweep, size_t h, size_t s)
{
	struct sweep_need need = sweep_need(sweep, h, s);
	const struct search *search = &sweep->searches[h * sweep->settings->nr_strategies + s];

	if (need.kind != SWEEP_NEED_VALUE)
		return UINT64_MAX;
	if (!search->exceptions)
		return need.value;
	return search->holds_from ? search->holds_from : UINT64_MAX;
}

/* The least of these from @from on; UINT64_MAX: there is none. */
static uint64_t next_need(const struct sweep *sweep, size_t h, uint64_t from)
{
	uint64_t next = UINT64_MAX;

	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		uint64_t need = sure_need(sweep, h, s);

		if (need >= from && need < next)
			next = need;
	}
	return next;
}

static bool is_little_more(uint64_t need, uint64_t least)
{
	return need != UINT64_MAX && need >= least && (need - least) * 10 <= least;
}

/* The largest need that is at most a tenth more than @least. */
static uint64_t most_of_group(const struct sweep *sweep, size_t h, uint64_t least)
{
	uint64_t most = least;

	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		uint64_t need = sure_need(sweep, h, s);

		if (is_little_more(need, least) && need > most)
			most = need;
	}
	return most;
}

/* " with a, b and c": those that need @least or little more. */
static void write_with(FILE *out, const struct sweep *sweep, size_t h, uint64_t least)
{
	size_t group = 0, said = 0;

	for (size_t s = 0; s < sweep->settings->nr_strategies; s++)
		group += is_little_more(sure_need(sweep, h, s), least);
	fputs(" with ", out);
	for (size_t s = 0; s < sweep->settings->nr_strategies; s++) {
		if (!is_little_more(sure_need(sweep, h, s), least))
			continue;
		fputs(!said ? "" : said + 1 == group ? " and " : ", ", out);
		write_strategy(out, sweep, s);
		said++;
	}
}

/* A quarter more than what was needed. */
static uint64_t with_headroom(uint64_t need)
{
	return need + (need + 3) / 4;
}

/* The module's parameter, and what the default is enough for, of each group of strategies that need about the same. */
static void write_host_line(FILE *out, const struct sweep *sweep, size_t h)
{
	const struct ir_effective *p = &sweep->searches[h * sweep->settings->nr_strategies].largest->result.parameters;
	size_t devices = sweep->info->nr_devices > 2 ? sweep->info->nr_devices - 1 : 1;
	bool together = devices * p->devices > 1 && p->share == IR_SHARE_GUEST;
	uint64_t first = next_need(sweep, h, 0), most = most_of_group(sweep, h, first), room, fits;
	bool several = next_need(sweep, h, most + 1) != UINT64_MAX;

	for (uint64_t least = first; least != UINT64_MAX; least = next_need(sweep, h, most + 1)) {
		most = most_of_group(sweep, h, least);
		room = with_headroom(most);
		if (least == first)
			fprintf(out, "%cvfio_iommu_type1.dma_entry_limit=%" PRIu64 "%c", IR_MARK_CODE, room, IR_MARK_END);
		else
			fprintf(out, ", %c%" PRIu64 "%c", IR_MARK_CODE, room, IR_MARK_END);
		if (several)
			write_with(out, sweep, h, least);
	}
	if (several)
		fputs(" (kernel command line of the host; a quarter more than they need, as headroom). ", out);
	else
		fprintf(out, " (kernel command line of the host; %s and a quarter more as headroom). ",
			ir_count_text(most).s);
	if (together && p->devices > 1)
		fprintf(out, "It is for %s times the recorded device%s together", ir_count_text(p->devices).s,
			ir_plural(devices));
	else if (devices > 1)
		fprintf(out, together ? "It is for the %zu recorded devices together" :
			"It is for each of the %zu recorded devices, which have limits of their own", devices);
	else
		fputs("It is for one device like the recorded one", out);
	most = most_of_group(sweep, h, first);
	if (with_headroom(most) > DEFAULT_ENTRY_LIMIT) {
		fputs("; the default, 65,535, is not enough.", out);
		return;
	}
	fits = DEFAULT_ENTRY_LIMIT / with_headroom(most);
	fprintf(out, "; the default, 65,535, is enough for %s such %s under one limit", ir_count_text(fits).s,
		together ? fits == 1 ? "group of devices" : "groups of devices" : fits == 1 ? "device" : "devices");
	fputs(several ? ", for fewer with strategies that need more." : ".", out);
}

/* Of a strategy with a queue, if there is one: it has all parameters. */
static const struct ir_result *searched_result(const struct sweep *sweep, size_t h)
{
	const struct search *searches = &sweep->searches[h * sweep->settings->nr_strategies];

	for (size_t s = 0; s < sweep->settings->nr_strategies; s++)
		if (searches[s].largest->result.parameters.queue != IR_QUEUE_NONE)
			return &searches[s].largest->result;
	return &searches[0].largest->result;
}

/* --plugin for what the searches used. */
static void write_plugins(FILE *out, const struct sweep *sweep, size_t h)
{
	size_t n = sweep->settings->nr_strategies;
	struct ir_config *configs = calloc(n, sizeof(*configs));

	if (!configs) {
		ir_memory_fail(out);
		return;
	}
	for (size_t s = 0; s < n; s++)
		configs[s] = (struct ir_config){
			.strategy = sweep->settings->strategies[s],
			.hypervisor = sweep->settings->hypervisors[h].hypervisor,
		};
	ir_write_plugins(out, configs, n);
	free(configs);
}

static void emit_closed(struct ir_memory *memory, const char *label, ir_words_line emit, void *arg)
{
	char *text = text_end(memory);

	emit(arg, label, text);
	free(text);
}

void sweep_words(const struct sweep *sweep, size_t h, ir_words_line emit, void *arg)
{
	uint64_t least = least_need(sweep, h), live, most;
	const struct ir_result *searched;
	struct ir_effective given;
	struct ir_memory memory;
	FILE *out;

	if (!sweep->sought || strcmp(sweep->sought->name, "entry-limit") != 0 || least == UINT64_MAX)
		return;
	most = most_of_near(sweep, h, least, &live);
	if (next_need(sweep, h, 0) != UINT64_MAX) {
		out = text_begin(&memory);
		write_host_line(out, sweep, h);
		emit_closed(&memory, "On the host", emit, arg);
	}
	out = text_begin(&memory);
	searched = searched_result(sweep, h);
	given = searched->parameters;
	given.hypervisor.entry_limit = most;
	given.from.entry_limit = IR_FROM_USER;
	fprintf(out, "The course with a limit of %s: %ciommu-replay run", ir_count_text(most).s, IR_MARK_CODE);
	write_plugins(out, sweep, h);
	ir_write_given(out, sweep->info, sweep->settings->hypervisors[h].hypervisor, &given,
		       &searched->time, 0);
	fputs(" --format html --output report.html ", out);
	ir_write_operand(out, sweep->path);
	fputc(IR_MARK_END, out);
	emit_closed(&memory, "Try next", emit, arg);
}
