// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strategies and hypervisors each of which breaks one promise of strategy.h, hypervisor.h
 * or iommu-replay-plugin(7), and is named after how.  tests/plugin_faults.sh says what has
 * to become of each; what is refused when it is loaded is in tests/plugin.sh.
 */
#include <iommu-replay/plugin.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile int zero;

/* For tests that send a signal when an endless callback runs. */
static void begun(void)
{
	const char *file = getenv("FAULT_BEGUN");
	int fd = file ? open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600) : -1;

	if (fd >= 0)
		close(fd);
}

/*
 * Strategies: all of them do what sync-map-retry does, and something else.
 */

static int good_sync_map(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	int rc = ir_tlb_refresh(domain) ? ir_rpcit(domain, iova, size, IR_CAUSE_SYNC_MAP) : 0;

	return rc == -ENOMEM ? ir_rpcit_global(domain, IR_CAUSE_RETRY) : rc;
}

static void good_sync(struct ir_domain *domain, const struct ir_gather *gather)
{
	ir_rpcit(domain, gather->start, gather->end - gather->start + 1, IR_CAUSE_SYNC);
}

static void good_flush(struct ir_domain *domain, enum ir_cause cause)
{
	ir_rpcit_global(domain, cause);
}

/* A sync_map that does @what first. */
#define SYNC_MAP(name, what)								\
	static int name(struct ir_domain *domain, uint64_t iova, uint64_t size)		\
	{										\
		what;									\
		return good_sync_map(domain, iova, size);				\
	}

/* "The callbacks ... 0 or a negative errno" */
SYNC_MAP(positive, return 1)
SYNC_MAP(no_errno, return -5000)

static int positive_pages(struct ir_domain *domain, uint64_t iova, uint64_t pgcount)
{
	(void)domain;
	(void)iova;
	return (int)pgcount;
}

/* "Every RPCIT has exactly one cause" */
SYNC_MAP(cause, ir_rpcit(domain, iova, size, (enum ir_cause)77))
SYNC_MAP(cause_negative, ir_rpcit(domain, iova, size, (enum ir_cause)-1))
SYNC_MAP(cause_global, ir_rpcit_global(domain, IR_CAUSES))
SYNC_MAP(cause_queue, ir_queue_flush(domain, (enum ir_cause)1000))

/* "@iova, @size: bytes"; outside of the aperture there is nothing. */
SYNC_MAP(wraps, ir_rpcit(domain, iova, UINT64_MAX, IR_CAUSE_SYNC_MAP))
SYNC_MAP(outside, ir_rpcit(domain, 0, 4096, IR_CAUSE_SYNC_MAP))
SYNC_MAP(everywhere, ir_rpcit(domain, 0, UINT64_MAX, IR_CAUSE_SYNC_MAP))

/* "domain_size: bytes of the strategy's own in each domain, zero at first" */
SYNC_MAP(behind, ((char *)ir_domain_priv(domain))[24] = 1)
SYNC_MAP(before, ((char *)ir_domain_priv(domain))[-1] = 1)

static int is_zero(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	char *priv = ir_domain_priv(domain);

	for (int i = 0; i < 23; i++)
		if (priv[i])
			return 1;
	priv[23] = 1;
	return good_sync_map(domain, iova, size);
}

/* "NULL if that is 0" */
SYNC_MAP(no_memory, *(volatile int *)ir_domain_priv(domain) = 1)

static void behind_sync(struct ir_domain *domain, const struct ir_gather *gather)
{
	memset(ir_domain_priv(domain), 0xff, 40);
	good_sync(domain, gather);
}

/* "flush_iotlb_all: everything in the domain": the queue calls it, not the other way round. */
static void flush_flushes(struct ir_domain *domain, enum ir_cause cause)
{
	ir_queue_flush(domain, cause);
}

SYNC_MAP(flush_queue, ir_queue_flush(domain, IR_CAUSE_RETRY))

/* "A callback returns": it does not end the program, and takes less than 10 s. */
SYNC_MAP(exits, exit(0))
SYNC_MAP(exits_at_once, _exit(0))
SYNC_MAP(exits_quickly, quick_exit(0))
SYNC_MAP(aborts, abort())
SYNC_MAP(asserts, assert(!size))
SYNC_MAP(crashes, *(volatile int *)(uintptr_t)(zero * size) = 1)
SYNC_MAP(divides, zero = (int)size / zero)
SYNC_MAP(loops, for (begun(); ; ) continue)
SYNC_MAP(rpcits, for (begun(); ; ) ir_rpcit(domain, iova, size, IR_CAUSE_SYNC_MAP))
SYNC_MAP(sleeps, for (;;) sleep(100))

static void exits_in_flush(struct ir_domain *domain, enum ir_cause cause)
{
	(void)domain;
	(void)cause;
	exit(0);
}

static int ignores(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	sigset_t set;

	(void)domain;
	(void)iova;
	(void)size;
	sigfillset(&set);
	signal(SIGTERM, SIG_IGN);
	sigprocmask(SIG_SETMASK, &set, NULL);
	begun();
	for (;;)
		continue;
}

/* "Standard output is the reports'" */
static int prints(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	printf("from the plug-in\n");
	fflush(stdout);
	(void)!write(STDOUT_FILENO, "directly\n", 9);
	return good_sync_map(domain, iova, size);
}

/* "A callback has a stack of 128 KiB" */
static int deeper(volatile char *above, int n)
{
	volatile char here[1000];

	here[0] = here[999] = *above;
	return n ? deeper(here, n - 1) + here[0] : here[999];
}

SYNC_MAP(overflows, zero = deeper((volatile char *)"", 100000) * 0)
SYNC_MAP(fits, zero = deeper((volatile char *)"", 80) * 0)

#define TEXTS(text) .name = text, .summary = "a fault", .origin = "the tests"
#define QUEUED .unmap = IR_UNMAP_QUEUED, .iotlb_sync = good_sync
#define STRATEGY(text, callback) { TEXTS(text), QUEUED, .flush_iotlb_all = good_flush,	\
				   .iotlb_sync_map = callback, .domain_size = 24 }

static const struct ir_strategy all_strategies[] = {
	STRATEGY("good", good_sync_map),
	STRATEGY("positive", positive),
	STRATEGY("no-errno", no_errno),
	{ TEXTS("positive-pages"), QUEUED, .flush_iotlb_all = good_flush,
	  .map_pages = positive_pages },
	STRATEGY("cause", cause),
	STRATEGY("cause-negative", cause_negative),
	STRATEGY("cause-global", cause_global),
	STRATEGY("cause-queue", cause_queue),
	STRATEGY("wraps", wraps),
	STRATEGY("outside", outside),
	STRATEGY("everywhere", everywhere),
	STRATEGY("behind", behind),
	STRATEGY("before", before),
	STRATEGY("is-zero", is_zero),
	{ TEXTS("no-memory"), QUEUED, .flush_iotlb_all = good_flush, .iotlb_sync_map = no_memory },
	{ TEXTS("behind-sync"), .unmap = IR_UNMAP_STRICT, .iotlb_sync = behind_sync,
	  .iotlb_sync_map = good_sync_map, .flush_iotlb_all = good_flush, .domain_size = 24 },
	{ TEXTS("flush-flushes"), QUEUED, .iotlb_sync_map = flush_queue,
	  .flush_iotlb_all = flush_flushes },
	STRATEGY("exits", exits),
	STRATEGY("exits-at-once", exits_at_once),
	STRATEGY("exits-quickly", exits_quickly),
	{ TEXTS("exits-in-flush"), QUEUED, .iotlb_sync_map = flush_queue,
	  .flush_iotlb_all = exits_in_flush },
	STRATEGY("aborts", aborts),
	STRATEGY("asserts", asserts),
	STRATEGY("crashes", crashes),
	STRATEGY("divides", divides),
	STRATEGY("loops", loops),
	STRATEGY("rpcits", rpcits),
	STRATEGY("sleeps", sleeps),
	STRATEGY("ignores", ignores),
	STRATEGY("prints", prints),
	STRATEGY("overflows", overflows),
	STRATEGY("fits", fits),
};

#define NR_STRATEGIES (sizeof(all_strategies) / sizeof(all_strategies[0]))

/*
 * Hypervisors: each is a shadow without a limit.
 */

static void *good_open(const struct ir_hypervisor_params *params)
{
	(void)params;
	return malloc(1);
}

static void good_close(void *hv)
{
	free(hv);
}

static enum ir_rpcit_status good_rpcit(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	(void)hv;
	ir_iopt_refresh_range(iopt, first, last);
	return IR_RPCIT_OK;
}

static uint64_t good_available(const void *hv)
{
	(void)hv;
	return UINT64_MAX;
}

/* "NULL: no memory" */
static void *no_open(const struct ir_hypervisor_params *params)
{
	(void)params;
	return NULL;
}

static void exit_close(void *hv)
{
	(void)hv;
	exit(0);
}

/* "Status of an RPCIT" */
static enum ir_rpcit_status bad_status(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	good_rpcit(hv, iopt, first, last);
	return (enum ir_rpcit_status)9;
}

static enum ir_rpcit_status loop_rpcit(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	for (;;)
		good_rpcit(hv, iopt, first, last);
}

/* "already clamped to the aperture", here of 8 MiB from 4 GiB on: all else is an error */
static enum ir_rpcit_status clamped(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	if (first < 0x100000 || last > 0x1007ff || first > last)
		abort();
	return good_rpcit(hv, iopt, first, last);
}

/* "the shadow must become empty" */
static void no_disable(void *hv, struct ir_iopt *iopt)
{
	(void)hv;
	(void)iopt;
}

static enum ir_rpcit_status keeps(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	(void)hv;
	for (uint64_t pfn = ir_iopt_next_stale(iopt, first, last); pfn != UINT64_MAX;
	     pfn = pfn < last ? ir_iopt_next_stale(iopt, pfn + 1, last) : UINT64_MAX)
		if (ir_iopt_guest(iopt, pfn))
			ir_iopt_refresh(iopt, pfn);
	return IR_RPCIT_OK;
}

/* "take @n entries, as far as there is room, and return how many" */
static uint64_t takes_more(void *hv, uint64_t n)
{
	(void)hv;
	return n + 1;
}

static uint64_t exit_take(void *hv, uint64_t n)
{
	(void)hv;
	exit((int)n);
}

static void good_give(void *hv, uint64_t n)
{
	(void)hv;
	(void)n;
}

static void exit_give(void *hv, uint64_t n)
{
	(void)hv;
	exit((int)n);
}

static uint64_t good_take(void *hv, uint64_t n)
{
	(void)hv;
	return n;
}

#define COUNTS(text, takes, gives)								\
	{ TEXTS(text), .defaults = { .tlb_refresh = 1 }, .shadows = true, .open = good_open,	\
	  .close = good_close, .rpcit = good_rpcit, .available = good_available, .take = takes, .give = gives }

#define HYPERVISOR(text, opens, closes, refreshes, disables)				\
	{ TEXTS(text), .defaults = { .tlb_refresh = 1 }, .shadows = true, .open = opens,	\
	  .close = closes, .rpcit = refreshes, .available = good_available, .disable = disables }

static const struct ir_hypervisor all_hypervisors[] = {
	HYPERVISOR("hv-good", good_open, good_close, good_rpcit, NULL),
	HYPERVISOR("hv-open", no_open, good_close, good_rpcit, NULL),
	HYPERVISOR("hv-close", good_open, exit_close, good_rpcit, NULL),
	HYPERVISOR("hv-status", good_open, good_close, bad_status, NULL),
	HYPERVISOR("hv-loops", good_open, good_close, loop_rpcit, NULL),
	HYPERVISOR("hv-clamped", good_open, good_close, clamped, NULL),
	HYPERVISOR("hv-disable", good_open, good_close, good_rpcit, no_disable),
	HYPERVISOR("hv-keeps", good_open, good_close, keeps, NULL),
	COUNTS("hv-counts", good_take, good_give),
	COUNTS("hv-takes-more", takes_more, good_give),
	COUNTS("hv-take-exits", exit_take, good_give),
	COUNTS("hv-give-exits", good_take, exit_give),
};

#define NR_HYPERVISORS (sizeof(all_hypervisors) / sizeof(all_hypervisors[0]))

static const struct ir_strategy *strategies[NR_STRATEGIES + 1];
static const struct ir_hypervisor *hypervisors[NR_HYPERVISORS + 1];

/* Filled in when it is loaded; "what a plug-in is loaded from is set then" */
__attribute__((constructor))
static void load(void)
{
	const char *fault = getenv("FAULT_AT_LOAD");

	for (size_t i = 0; i < NR_STRATEGIES; i++)
		strategies[i] = &all_strategies[i];
	for (size_t i = 0; i < NR_HYPERVISORS; i++)
		hypervisors[i] = &all_hypervisors[i];
	if (!fault)
		return;
	if (!strcmp(fault, "exit"))
		exit(0);
	if (!strcmp(fault, "crash"))
		*(volatile int *)(uintptr_t)zero = 1;
	if (!strcmp(fault, "loop"))
		begun();
	while (!strcmp(fault, "loop"))
		continue;
}

__attribute__((destructor))
static void unload(void)
{
	const char *fault = getenv("FAULT_AT_LOAD");

	if (fault && !strcmp(fault, "unload"))
		begun();
	while (fault && !strcmp(fault, "unload"))
		continue;
	printf("from the destructor\n");
}

const struct ir_plugin ir_plugin = {
	IR_PLUGIN_HEAD, .version = "1.0", .strategies = strategies, .hypervisors = hypervisors,
};
