// SPDX-License-Identifier: GPL-2.0-or-later
/* The options, the commands that take them, and their help. */
#include "options/option_values.h"

static const struct choice queue_choices[] = {
	{ "single", IR_QUEUE_SINGLE },
	{ "per-cpu", IR_QUEUE_PER_CPU },
	{ "none", IR_QUEUE_NONE },
	{ NULL, 0 },
};

static const struct choice api_choices[] = {
	{ "dma", IR_API_DMA },
	{ "iommu", IR_API_IOMMU },
	{ NULL, 0 },
};

static const struct choice timer_choices[] = {
	{ "simulated", IR_TIMER_SIMULATED },
	{ "recorded", IR_TIMER_RECORDED },
	{ NULL, 0 },
};

static const struct choice find_choices[] = {
	{ "min-entry-limit", FIND_ENTRY_LIMIT },
	{ "min-pinned-limit", FIND_PINNED_LIMIT },
	{ "min-aperture", FIND_APERTURE },
	{ "min-queue-size", FIND_QUEUE_SIZE },
	{ NULL, 0 },
};

static const struct choice fit_choices[] = {
	{ "entry-limit", FIT_ENTRY_LIMIT },
	{ NULL, 0 },
};

static const struct choice by_choices[] = {
	{ "site", BY_SITE },
	{ "driver", BY_DRIVER },
	{ "comm", BY_COMM },
	{ "device", BY_DEVICE },
	{ NULL, 0 },
};

static const struct choice when_choices[] = {
	{ "auto", WHEN_AUTO },
	{ "always", WHEN_ALWAYS },
	{ "never", WHEN_NEVER },
	{ NULL, 0 },
};

#define AT(field) .offset = offsetof(struct settings, field)

const struct option_spec option_table[] = {
	{ 0, "--strategy", NULL, "NAME[,NAME...]|all",
	  "Flush strategies to replay; \"iommu-replay list strategies\" shows them. "
	  "Default: all, the strategies of the recording's IOMMU except null and identity.",
	  IN_RUN | IN_SWEEP, .parse = option_parse_strategy },
	{ 0, "--hypervisor", NULL, "NAME[:KEY=VALUE,...]",
	  "Hypervisor to replay against; may be repeated. Default: kvm on s390x, vfio if maps were "
	  "flushed, else hardware. Keys, depending on the hypervisor: entry-limit, pinned-limit (0: no "
	  "limit), tlb-refresh=0|1, share=device|guest, backend=type1|iommufd.",
	  IN_RUN | IN_SWEEP, .parse = option_parse_hypervisor },
	{ 0, "--strategy", NULL, "NAME",
	  "Strategy of the recorded machine. Default: from a manifest, else derived from the "
	  "recording.",
	  IN_VERIFY, .parse = option_parse_strategy },
	{ 0, "--hypervisor", NULL, "NAME[:KEY=VALUE,...]",
	  "Hypervisor of the recorded machine. Default: from a manifest, else kvm on s390x, vfio "
	  "if maps were flushed, else hardware. Keys, depending on the hypervisor: entry-limit, pinned-limit "
	  "(0: no limit), tlb-refresh=0|1, share=device|guest, backend=type1|iommufd.",
	  IN_VERIFY, .parse = option_parse_hypervisor },
	{ 0, "--iommu", NULL, "s390|vtd|amd|smmuv3|smmuv3-granule|virtio",
	  "IOMMU of the machine. Default: that of the recording.",
	  IN_REPLAY, .parse = option_parse_iommu },
	{ 0, "--plugin", NULL, "FILE.so",
	  "Load strategies and hypervisors from a plug-in, whose code runs in this program; may be "
	  "repeated.",
	  IN_REPLAY | IN_BATCH | IN_LIST, .parse = option_parse_plugin, .first = true },
	{ 0, "--manifest", NULL, "FILE|none",
	  "File that describes the recorded machines. Default: a manifest.json that lists the recording, "
	  "in its directory or one directory up.",
	  IN_VERIFY, option_parse_text, AT(manifest) },
	{ 0, "--tolerance", NULL, "N|P%",
	  "Allowed difference of each total, as a number or a percentage of the recorded one. Default: 0.",
	  IN_VERIFY, .parse = option_parse_tolerance },
	{ 0, "--fit", NULL, "",
	  "Find the entry limits with which as many RPCITs report insufficient resources as in the "
	  "recording.",
	  IN_VERIFY, option_parse_choice, AT(fit), .choices = fit_choices },
	{ 0, "--queue", NULL, "",
	  "Flush queue. Default: single on s390 if an RPCIT is required after a map, else per-cpu.",
	  IN_REPLAY, option_parse_choice, AT(params.queue), .choices = queue_choices },
	{ 0, "--queue-size", NULL, "N",
	  "Slots of a flush queue, which holds one entry less. Default: 32768 if single, 256 if per-cpu.",
	  IN_REPLAY, option_parse_u32, AT(params.queue_size), .min = 2, .max = 1 << 24 },
	{ 0, "--queue-timeout", NULL, "MS",
	  "Timeout of the flush queue in milliseconds, or with a unit (10ms, 1s). Default: 1000 if "
	  "single, 10 if per-cpu.",
	  IN_REPLAY, option_parse_ms, AT(params.queue_timeout_ms), .min = 1, .max = 86400000 },
	{ 0, "--aperture", NULL, "SIZE",
	  "DMA aperture in bytes. Default: as recorded, else the largest that the IOMMU allows.",
	  IN_REPLAY, option_parse_u64, AT(params.aperture), .min = IR_PAGE_SIZE, .max = UINT64_C(1) << 52 },
	{ 0, "--initial-pages", NULL, "N",
	  "Pages that were mapped before the recording began: the kernel's counter of mapped pages minus "
	  "that of unmapped pages. Default: as recorded.",
	  IN_REPLAY, option_parse_initial_pages, AT(params.initial_pages), .min = 0, .max = UINT64_MAX },
	{ 0, "--cpus", NULL, "N",
	  "Possible CPUs of the recorded machine. Default: as recorded.",
	  IN_REPLAY, option_parse_u32, AT(params.cpus), .min = 1, .max = 65536 },
	{ 0, "--hz", NULL, "N",
	  "Jiffies a second of the recorded machine. Default: as recorded, else 100 "
	  "on s390x and 250 elsewhere.",
	  IN_REPLAY, option_parse_u32, AT(params.hz), .min = 1, .max = 10000 },
	{ 0, "--devices", NULL, "N",
	  "Simulate N copies of the recording's devices in one guest, each 7.3 ms after the previous "
	  "one. At most 64. Default: 1.",
	  IN_RUN | IN_SWEEP, option_parse_u32, AT(params.devices), .min = 1, .max = IR_MAX_COPIES },
	{ 0, "--api", NULL, "",
	  "API of the operations: the DMA API (default), or the IOMMU API with the recorded IOVAs.",
	  IN_REPLAY, option_parse_choice, AT(params.api), .choices = api_choices },
	{ 0, "--device", NULL, "NAME",
	  "Use only the operations of this device.",
	  IN_INPUT | IN_BATCH, option_parse_text, AT(device) },
	{ 0, "--time-window", NULL, "FROM:TO",
	  "Use only events between these times after the first event, such as 2s:5.5s. A number without a "
	  "unit is in seconds; FROM or TO can be omitted.",
	  IN_REPLAY | IN_INFO | IN_OPS, .parse = option_parse_window },
	{ 0, "--events", NULL, "FILE.json",
	  "File that defines the meaning of trace events; see iommu-replay-events(5).",
	  IN_INPUT | IN_BATCH | IN_LIST, option_parse_text, AT(events) },
	{ 0, "--by-site", NULL, NULL,
	  "Also show the results by call site and by driver. The recording needs call chains.",
	  IN_RUN | IN_BATCH, option_parse_flag, AT(sites) },
	{ 0, "--by", NULL, "",
	  "Also show the results by call site (as --by-site), by driver, by name of the task (comm), or "
	  "by device, which a report with several devices always has.",
	  IN_RUN | IN_BATCH, option_parse_choice, AT(by), .choices = by_choices },
	{ 0, "--by", NULL, "",
	  "Show the mappings by call site (as --sites), by driver, by name of the task (comm), or by "
	  "device, which a report with several devices always has.",
	  IN_INFO, option_parse_choice, AT(by), .choices = by_choices },
	{ 0, "--explain", NULL, NULL,
	  "For each strategy that runs out of entries or IOVAs: show which devices and tasks (with --by "
	  "site, call sites) held them, and for how long.",
	  IN_RUN, option_parse_flag, AT(explain) },
	{ 0, "--sites", NULL, NULL,
	  "Show the mappings by call site and by driver. The recording needs call chains.",
	  IN_INFO, option_parse_flag, AT(sites) },
	{ 0, "--log", NULL, "FILE",
	  "The kernel's log of that time, as dmesg, journalctl or syslog write it; - is standard "
	  "input.",
	  IN_FAULTS, option_parse_text, AT(log) },
	{ 0, "--log", NULL, "FILE",
	  "Kernel log of that time: also count the IOMMU faults in it that each strategy would have "
	  "hidden. Faults in the recording are always counted.",
	  IN_RUN, option_parse_text, AT(log) },
	{ 0, "--group", NULL, "DEVICE,DEVICE...",
	  "Devices of one IOMMU group, which share all addresses. May be repeated. Default: from the "
	  "log and the recording.",
	  IN_FAULTS | IN_RUN, option_parse_texts, AT(groups) },
	{ 0, "--delay", NULL, "TIME",
	  "Longest time from an access to its report, up to 10ms. Default: 1ms, or more if the recording "
	  "proves it.",
	  IN_FAULTS, option_parse_time, AT(delay_ns), .min = 1, .max = 10000000 },
	{ 0, "--sites", NULL, NULL,
	  "Show which call sites made the mappings. The recording needs call chains.",
	  IN_FAULTS, option_parse_flag, AT(sites) },
	{ 0, "--fail-if", NULL, "EXPR",
	  "Exit with status 3 if this is true: KEY OP N, such as \"unmapped>0\". Keys: total, the kinds "
	  "of faults, suppressed; OP is > >= < <= == or !=. May be repeated.",
	  IN_FAULTS, option_parse_texts, AT(fail_if) },
	{ 0, "--vmlinux", NULL, "FILE",
	  "For call sites: the recorded kernel, an ELF file with symbols.",
	  IN_RUN | IN_BATCH | IN_INFO | IN_FAULTS, option_parse_text, AT(vmlinux) },
	{ 0, "--modules", NULL, "DIR",
	  "For call sites: a directory with the recorded kernel's modules (.ko, .ko.debug).",
	  IN_RUN | IN_BATCH | IN_INFO | IN_FAULTS, option_parse_text, AT(modules) },
	{ 0, "--kallsyms", NULL, "FILE",
	  "For call sites: a copy of /proc/kallsyms of the recorded boot. Default: the copy in the "
	  "recording, else that of the running kernel if it is the recorded one.",
	  IN_RUN | IN_BATCH | IN_INFO | IN_FAULTS, option_parse_text, AT(kallsyms) },
	{ 0, "--timer", NULL, "",
	  "Timer of flush queues: simulated (default), or expiring at the recorded times.",
	  IN_REPLAY, option_parse_choice, AT(params.timer), .choices = timer_choices },
	{ 0, "--flush-latency", "--rpcit-latency", "TIME[+TIME_PER_PAGE]|auto|recorded|0",
	  "Duration of a flush (an RPCIT): a TIME in ns, us, ms or s; auto (default): a fit of the recorded "
	  "durations; recorded: that of each recorded flush; 0: operations are strictly serial.",
	  IN_REPLAY, option_parse_latency, .max = UINT64_C(3600000000000) },
	{ 0, "--flush-all-latency", NULL, "TIME[+TIME_PER_PAGE]",
	  "Duration of a flush of everything, plus a time for each mapped page, because emulated IOMMUs "
	  "walk the whole page table. Default: as other flushes.",
	  IN_REPLAY, option_parse_all_latency, .max = UINT64_C(3600000000000) },
	{ 0, "--load", NULL, "open|closed",
	  "Times of operations: as recorded (open, the default), or when the events that they waited for "
	  "have happened (closed), which adds throughput to the results. See iommu-replay-throughput(7).",
	  IN_REPLAY | IN_BATCH, option_parse_load, .min = 0 },
	{ 0, "--event-cost", NULL, "TIME|auto",
	  "For --load closed: the cost of tracing one event of a probe on the recorded machine. "
	  "Default: auto, which is the measurement of record-dma --time, if there is one.",
	  IN_REPLAY | IN_BATCH, option_parse_event_cost, .max = 1000000000 },
	{ 0, "--timeline", NULL, NULL,
	  "Add timelines to the JSON report: pages, queues, RPCITs and failures over time, and "
	  "histograms. The HTML page of run always has them.",
	  IN_RUN | IN_BATCH, option_parse_flag, AT(timeline) },
	{ 0, "--perfetto", NULL, "FILE",
	  "Write the timeline of each replay to FILE as trace events for Perfetto (ui.perfetto.dev).",
	  IN_RUN, option_parse_text, AT(perfetto) },
	{ 0, "--vary", NULL, "KEY=FROM:TO[:STEP|:xFACTOR]",
	  "Replay with values of this parameter from FROM to TO; each is the previous one plus STEP or "
	  "times FACTOR. Keys: entry-limit, pinned-limit, tlb-refresh, queue-size, "
	  "queue-timeout, aperture, initial-pages, cpus, hz, devices, flush-latency.",
	  IN_SWEEP, option_parse_text, AT(vary) },
	{ 0, "--find", NULL, "",
	  "Find the smallest value with which a strategy has no failure, or no more failures and RPCITs "
	  "than --max-failures and --max-rpcits allow.",
	  IN_SWEEP, option_parse_choice, AT(find), .choices = find_choices },
	{ 0, "--frontier", NULL, NULL,
	  "Replay every strategy with 30 queues (size 16 to 32768, timeout 1 ms to 1 s), and show "
	  "each combination unless another one has both fewer flushes and less exposure.",
	  IN_SWEEP, option_parse_flag, AT(frontier) },
	{ 0, "--max-failures", NULL, "N",
	  "With --find: allowed number of failed and unbacked maps. Default: 0.",
	  IN_SWEEP, option_parse_u64, AT(max_failures), .max = UINT64_MAX },
	{ 0, "--max-rpcits", NULL, "N",
	  "With --find: allowed number of RPCITs. Default: any.",
	  IN_SWEEP, option_parse_max_rpcits, AT(max_rpcits), .max = UINT64_MAX },
	{ 0, "--figure", NULL, "KEY",
	  "With --vary: figure to show, by its key in the JSON report, or failures. May be repeated. "
	  "Default: rpcit.total and failures.",
	  IN_SWEEP, option_parse_texts, AT(figures) },
	{ 0, "--fail-if", NULL, "EXPR",
	  "Exit with status 3 if this is true of any row: KEY OP [[+|-]N[%]], such as "
	  "\"rpcit.total>+5%\" or \"maps.map_failed>0\"; OP is > >= < <= == or !=. May be repeated. "
	  "Default: any change fails.",
	  IN_COMPARE, option_parse_texts, AT(fail_if) },
	{ 0, "--ignore", NULL, "KEY[,KEY...]",
	  "Figures or groups of figures that may change, or parameters that may differ between rows that "
	  "are compared. May be repeated.",
	  IN_COMPARE, option_parse_texts, AT(ignore) },
	{ 0, "--allow-missing", NULL, NULL,
	  "Report rows and figures that only BASELINE has, but do not fail.",
	  IN_COMPARE, option_parse_flag, AT(allow_missing) },
	{ 0, "--allow-missing", NULL, NULL,
	  "Write the existing results even if others of the batch are missing.",
	  IN_MERGE, option_parse_flag, AT(allow_missing) },
	{ 'o', "--output", NULL, "FILE",
	  "File of results, to which a line is written when a cell is finished. Required.",
	  IN_BATCH, option_parse_text, AT(output) },
	{ 0, "--dry-run", NULL, NULL,
	  "Replay nothing: print the number of cells and of configurations that are left out, and "
	  "estimates of the time and the size of the results.",
	  IN_BATCH, option_parse_flag, AT(dry_run) },
	{ 0, "--resume", NULL, NULL,
	  "Continue with FILE: do not replay finished cells again unless they have changed.",
	  IN_BATCH, option_parse_flag, AT(resume) },
	{ 0, "--shard", NULL, "I/N",
	  "Replay only part I of N nearly equal parts; merge joins them.",
	  IN_BATCH, .parse = option_parse_shard, .max = 1 << 20 },
	{ 'f', "--format", NULL, "",
	  "Output format; the first is the default.",
	  IN_ALL & ~IN_BATCH, option_parse_choice, AT(format) },
	{ 'o', "--output", NULL, "FILE",
	  "Write the report to FILE, which appears complete or not at all.",
	  IN_ALL & ~IN_BATCH, option_parse_text, AT(output) },
	{ 'j', "--jobs", NULL, "N",
	  "Threads. Default: one for each processor.",
	  IN_REPLAY | IN_BATCH, option_parse_u32, AT(jobs), .min = 1, .max = 4096 },
	{ 0, "--max-memory", NULL, "SIZE",
	  "Refuse a recording that needs more bytes of memory for its devices, mappings and pages. "
	  "Default: three quarters of the machine's memory, or of what the limits of the process leave.",
	  IN_INPUT | IN_BATCH, option_parse_u64, AT(max_memory), .min = 1 << 24, .max = UINT64_MAX },
	{ 0, "--strict-input", NULL, NULL,
	  "Exit with status 4 if a recording is incomplete or damaged.",
	  IN_INPUT, option_parse_flag, AT(strict_input) },
	{ 0, "--strict-input", NULL, NULL,
	  "Fail the cells of a recording that is incomplete or damaged.",
	  IN_BATCH, option_parse_flag, AT(strict_input) },
	{ 'q', "--quiet", NULL, NULL,
	  "Print only errors on standard error, no progress and no warnings.",
	  IN_INPUT | IN_BATCH, option_parse_flag, AT(quiet) },
	{ 'v', "--verbose", NULL, NULL,
	  "Print each step on standard error.",
	  IN_INPUT & ~IN_VERIFY, option_parse_flag, AT(verbose) },
	{ 'v', "--verbose", NULL, NULL,
	  "Show the operations around the first difference, and print each step on standard error.",
	  IN_VERIFY, option_parse_flag, AT(verbose) },
	{ 'v', "--verbose", NULL, NULL,
	  "Show all differences; by default ten, first those that fail, then the largest.",
	  IN_COMPARE, option_parse_flag, AT(verbose) },
	{ 'v', "--verbose", NULL, NULL,
	  "In a table or Markdown: add the report of each recording after the summary.",
	  IN_MERGE, option_parse_flag, AT(verbose) },
	{ 'v', "--verbose", NULL, NULL,
	  "Show all call sites, each with its most frequent call chain.",
	  IN_REPORT, option_parse_flag, AT(verbose) },
	{ 0, "--color", NULL, "",
	  "Colours in tables; auto: on a terminal, unless NO_COLOR is set.",
	  IN_REPLAY | IN_INFO | IN_LIST | IN_COMPARE | IN_REPORT | IN_FAULTS | IN_MERGE, option_parse_choice, AT(color), .choices = when_choices },
	{ 0, "--progress", NULL, "",
	  "Progress on standard error; auto: if it is a terminal.",
	  IN_INPUT | IN_BATCH, option_parse_choice, AT(progress), .choices = when_choices },
	{ 'h', "--help", NULL, NULL, "Show this help.", IN_ALL, .parse = NULL },
	{ 'V', "--version", NULL, NULL, "Show the version.", IN_ALL, .parse = NULL },
};

_Static_assert(sizeof(option_table) / sizeof(option_table[0]) <= MAX_OPTIONS, "MAX_OPTIONS");

const size_t nr_options = sizeof(option_table) / sizeof(option_table[0]);
