// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Searches: the smallest value of a parameter that suffices, by bisection.
 *
 * A larger value is likely to be better, but not certainly: the places of IOVAs, and the
 * times at which a queue is flushed, depend on everything before.  So a search begins
 * with values spread over the range.  When it has found a value that suffices while the
 * next smaller one does not, it also tries the neighbours and some smaller values between
 * those it began with.  If one of these suffices, the search continues there; larger
 * values that do not suffice are reported.
 *
 * Of a value that does not suffice this is all that is needed: its replay ends with the failure
 * that is one too many.  Only those that are shown are replayed to the end afterwards.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/priv.h"

/* The range of a region-third table: ZPCI_TABLE_SIZE_RT, arch/s390/include/asm/pci_dma.h, Linux 6.12. */
#define LARGEST_APERTURE (UINT64_C(1) << 42)
#define NEIGHBOURS 8	/* on either side of what was found */
#define MAX_ROUNDS 40	/* of trying neighbours; each finds a smaller value */

/* Values that searches need replayed. */
struct probe_requests {
	struct {
		struct search *search;
		uint64_t value;
	} *item;
	size_t n, room;
	bool failed;
};

static void add_request(struct probe_requests *requests, struct search *search, uint64_t value)
{
	void *grown;

	for (size_t i = requests->n; i > 0 && requests->item[i - 1].search == search; i--)
		if (requests->item[i - 1].value == value)
			return;
	if (requests->n == requests->room) {
		requests->room = requests->room ? 2 * requests->room : 64;
		grown = reallocarray(requests->item, requests->room, sizeof(*requests->item));
		if (!grown) {
			requests->room = requests->n;
			requests->failed = true;
			return;
		}
		requests->item = grown;
	}
	requests->item[requests->n].search = search;
	requests->item[requests->n++].value = value;
}

/* If there is one with this value, it gets the result, and all stay where they are. */
static int add_probe(struct search *search, uint64_t value, const struct ir_result *result)
{
	struct probe *grown;
	size_t at = 0;

	while (at < search->nr_probes && search->probes[at].value < value)
		at++;
	if (at < search->nr_probes && search->probes[at].value == value) {
		search->probes[at].result = *result;
		return 0;
	}
	grown = reallocarray(search->probes, search->nr_probes + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	search->probes = grown;
	memmove(grown + at + 1, grown + at, (search->nr_probes - at) * sizeof(*grown));
	search->nr_probes++;
	grown[at] = (struct probe){ .value = value, .result = *result };
	return 0;
}

/* The replay with the largest value; NULL: there is none yet. */
static const struct probe *largest_probe(const struct search *search)
{
	const struct probe *last = search->nr_probes ? &search->probes[search->nr_probes - 1] : NULL;

	return last && last->value == search->max ? last : NULL;
}

/*
 * A limit so far above what the host held at most, in the replay with the largest one, that even a walk that
 * adds all live pages before it takes one away does not reach it: with it, everything is the same.  Of what
 * plug-ins do nothing is known.
 */
static bool is_out_of_reach(const struct search *search, uint64_t limit)
{
	const struct ir_config *config = &search->config;
	const struct probe *largest = largest_probe(search);

	return search->sweep->settings->find == FIND_ENTRY_LIMIT && largest &&
		!config->hypervisor->limits_aperture && !config->hypervisor->plugin && !config->strategy->plugin &&
		limit > largest->result.entries.peak + largest->result.peaks.live_pages;
}

static int add_largest_as(struct search *search, uint64_t limit)
{
	struct ir_result result = largest_probe(search)->result;

	result.parameters.hypervisor.entry_limit = limit;
	return add_probe(search, limit, &result);
}

static void request_probe(struct probe_requests *requests, struct search *search, uint64_t value)
{
	for (size_t i = 0; i < search->nr_probes; i++)
		if (search->probes[i].value == value)
			return;
	if (is_out_of_reach(search, value))
		requests->failed |= add_largest_as(search, value) != 0;
	else
		add_request(requests, search, value);
}

/*
 * Replays all listed values at once; the list is empty after that.
 * @most_failures: as in struct ir_replay_options
 */
static int run_requests(struct sweep *sweep, struct probe_requests *requests, const uint64_t *most_failures,
			struct ir_error *err)
{
	struct ir_config *configs = calloc(requests->n + 1, sizeof(*configs));
	struct ir_result *results = calloc(requests->n + 1, sizeof(*results));
	int rc = configs && results && !requests->failed ? 0 : -ENOMEM;

	for (size_t i = 0; i < requests->n && !rc; i++) {
		configs[i] = requests->item[i].search->config;
		rc = parameter_set_number(sweep->sought, &configs[i], requests->item[i].value, err);
	}
	if (!rc)
		rc = sweep_replay(sweep, configs, requests->n, most_failures, results, err);
	else if (rc == -ENOMEM)
		ir_error_set(err, rc, "out of memory");
	for (size_t i = 0; i < requests->n && !rc; i++)
		if (add_probe(requests->item[i].search, requests->item[i].value, &results[i]))
			rc = ir_error_set(err, -ENOMEM, "out of memory");
	free(configs);
	free(results);
	requests->n = 0;
	return rc;
}

static int run_requested_probes(struct sweep *sweep, struct probe_requests *requests, struct ir_error *err)
{
	return run_requests(sweep, requests, &sweep->settings->max_failures, err);
}

/*
 * The largest value to try.  A limit is never reached if it is not below the number of
 * pages that are ever mapped, each with an entry of its own, plus one for each attempt
 * that fails.
 */
static uint64_t largest_to_try(const struct search *search, const struct ir_result *most)
{
	const struct sweep *sweep = search->sweep;
	const struct ir_op_totals *ops = &sweep->info->ops;

	switch ((enum find)sweep->settings->find) {
	case FIND_ENTRY_LIMIT:
		/* Here the limit is one of addresses, too. */
		if (search->config.hypervisor->limits_aperture)
			return most->parameters.aperture >> IR_PAGE_SHIFT;
		break;
	case FIND_QUEUE_SIZE:
		return most->peaks.queue_depth + 2;
	case FIND_APERTURE:
		return LARGEST_APERTURE;
	case FIND_PINNED_LIMIT:
	case FIND_NOTHING:
		break;
	}
	return ops->map_pages + ops->failed_map + most->parameters.initial_pages +
		most->parameters.initial_lazy_pages + sweep->info->max_live_pages + 1;
}

/* As much as there can be: no limit, a queue that never fills. */
static int most_config(const struct sweep *sweep, struct ir_config *config, struct ir_error *err)
{
	uint64_t slots = sweep->info->ops.unmap + 2, most = 0;

	if (sweep->settings->find == FIND_APERTURE)
		most = LARGEST_APERTURE;
	else if (sweep->settings->find == FIND_QUEUE_SIZE)
		most = slots < sweep->sought->max ? slots : sweep->sought->max;
	return parameter_set_number(sweep->sought, config, most, err);
}

static int find_max(struct sweep *sweep, struct ir_error *err)
{
	size_t n = sweep->nr_searches;
	struct ir_config *configs = calloc(n, sizeof(*configs));
	struct ir_result *results = calloc(n, sizeof(*results));
	int rc = configs && results ? 0 : ir_error_set(err, -ENOMEM, "out of memory");

	for (size_t i = 0; i < n && !rc; i++) {
		configs[i] = sweep->searches[i].config;
		rc = most_config(sweep, &configs[i], err);
	}
	if (!rc)
		rc = sweep_replay(sweep, configs, n, NULL, results, err);
	for (size_t i = 0; i < n && !rc; i++) {
		struct search *search = &sweep->searches[i];

		search->max = largest_to_try(search, &results[i]);
		if (search->max < sweep->sought->min)
			search->max = sweep->sought->min;
		if (sweep->settings->find == FIND_QUEUE_SIZE &&
		    results[i].parameters.queue == IR_QUEUE_NONE)
			search->answer = ANSWER_NO_EFFECT;
	}
	free(configs);
	free(results);
	return rc;
}

static bool probe_suffices(const struct search *search, size_t i)
{
	return sweep_suffices(search->sweep->settings, &search->probes[i].result);
}

/* The smallest value known to suffice; false: none is. */
static bool smallest_known(const struct search *search, size_t *at)
{
	for (*at = 0; *at < search->nr_probes; (*at)++)
		if (probe_suffices(search, *at))
			return true;
	return false;
}

/* One more step of bisection; false: the value and the one before it are known. */
static bool request_halfway(struct search *search, struct probe_requests *requests)
{
	uint64_t unit = search->sweep->sought->unit, low, high;
	size_t at;

	if (search->answer == ANSWER_NO_EFFECT || !smallest_known(search, &at) || !at)
		return false;
	high = search->probes[at].value;
	low = search->probes[at - 1].value;
	if (high - low <= unit)
		return false;
	request_probe(requests, search, low + (high - low) / 2 / unit * unit);
	return true;
}

static int bisect_searches(struct sweep *sweep, struct probe_requests *requests, struct ir_error *err)
{
	for (;;) {
		bool more = false;
		int rc;

		for (size_t i = 0; i < sweep->nr_searches; i++)
			more |= request_halfway(&sweep->searches[i], requests);
		if (!more)
			return 0;
		rc = run_requested_probes(sweep, requests, err);
		if (rc)
			return rc;
	}
}

static void request_largest(struct search *search, struct probe_requests *requests)
{
	request_probe(requests, search, search->answer == ANSWER_NO_EFFECT ? search->sweep->sought->min : search->max);
}

static void request_grid(struct search *search, struct probe_requests *requests)
{
	if (search->answer == ANSWER_NO_EFFECT)
		return;
	for (uint64_t value = search->sweep->sought->min; value < search->max; value *= 2)
		request_probe(requests, search, value);
}

/* Values beside what was found, and below it halfway between those tried at first. */
static void request_around(struct search *search, struct probe_requests *requests)
{
	const struct parameter *sought = search->sweep->sought;
	uint64_t value, other;
	size_t at;

	if (search->answer == ANSWER_NO_EFFECT || !smallest_known(search, &at))
		return;
	value = search->probes[at].value;
	for (uint64_t i = 1; i <= NEIGHBOURS; i++) {
		if (value >= sought->min + i * sought->unit)
			request_probe(requests, search, value - i * sought->unit);
		if (value + i * sought->unit <= search->max)
			request_probe(requests, search, value + i * sought->unit);
	}
	for (uint64_t low = sought->min; low < value / 2; low *= 2) {
		other = low + low / 2;
		other -= other % sought->unit;
		if (other > low && other < value)
			request_probe(requests, search, other);
	}
}

static void set_answer(struct search *search)
{
	size_t at;

	search->replays = search->nr_probes;
	search->largest = &search->probes[search->nr_probes - 1];
	if (!smallest_known(search, &at)) {
		search->answer = ANSWER_NONE;
		return;
	}
	if (search->answer == ANSWER_NO_EFFECT)
		return;
	search->answer = ANSWER_FOUND;
	search->smallest = &search->probes[at];
	search->one_less = at ? &search->probes[at - 1] : NULL;
	search->holds_from = search->smallest->value;
	for (size_t i = at + 1; i < search->nr_probes; i++) {
		if (probe_suffices(search, i))
			continue;
		search->exceptions++;
		search->last_exception = search->probes[i].value;
		search->holds_from = i + 1 < search->nr_probes ? search->probes[i + 1].value : 0;
	}
}

/* Replays to the end what is shown of an answer and does not suffice: see sweep_data.c, sweep_rows.c. */
static int complete_shown(struct sweep *sweep, struct probe_requests *requests, struct ir_error *err)
{
	for (size_t i = 0; i < sweep->nr_searches; i++) {
		struct search *search = &sweep->searches[i];

		if (!probe_suffices(search, search->nr_probes - 1))
			add_request(requests, search, search->largest->value);
		if (search->one_less)
			add_request(requests, search, search->one_less->value);
	}
	return run_requests(sweep, requests, NULL, err);
}

int find_all(struct sweep *sweep, struct ir_error *err)
{
	struct probe_requests requests = { .item = NULL };
	int rc = find_max(sweep, err);

	for (size_t i = 0; i < sweep->nr_searches && !rc; i++)
		request_largest(&sweep->searches[i], &requests);
	if (!rc)
		rc = run_requested_probes(sweep, &requests, err);
	for (size_t i = 0; i < sweep->nr_searches && !rc; i++)
		request_grid(&sweep->searches[i], &requests);
	if (!rc)
		rc = run_requested_probes(sweep, &requests, err);
	for (int round = 0; round < MAX_ROUNDS && !rc; round++) {
		rc = bisect_searches(sweep, &requests, err);
		for (size_t i = 0; i < sweep->nr_searches && !rc; i++)
			request_around(&sweep->searches[i], &requests);
		if (!requests.n)
			break;
		if (!rc)
			rc = run_requested_probes(sweep, &requests, err);
	}
	if (!rc)
		rc = bisect_searches(sweep, &requests, err);
	for (size_t i = 0; i < sweep->nr_searches && !rc; i++)
		set_answer(&sweep->searches[i]);
	if (!rc)
		rc = complete_shown(sweep, &requests, err);
	free(requests.item);
	return rc;
}
