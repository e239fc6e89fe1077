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
	  "Default: all of the recording's IOMMU, which leaves out null and identity.",
	  IN_RUN | IN_SWEEP, .parse = option_parse_strategy },
	{ 0, "--hypervisor", NULL, "NAME[:KEY=VALUE,...]",
	  "Hypervisor to replay against; may be repeated. Default: kvm on s390x, vfio if maps were "
	  "flushed, else hardware. Keys: entry-limit, pinned-limit (0: no limit), tlb-refresh=0|1, "
	  "as far as it takes them.",
	  IN_RUN | IN_SWEEP, .parse = option_parse_hypervisor },
	{ 0, "--strategy", NULL, "NAME",
	  "Strategy of the recorded machine. Default: as in a manifest, else as the recording "
	  "shows.",
	  IN_VERIFY, .parse = option_parse_strategy },
	{ 0, "--hypervisor", NULL, "NAME[:KEY=VALUE,...]",
	  "Hypervisor of the recorded machine. Default: as in a manifest, else kvm on s390x, vfio "
	  "if maps were flushed, else hardware. Keys: entry-limit, pinned-limit (0: no limit), tlb-refresh=0|1, "
	  "as far as it takes them.",
	  IN_VERIFY, .parse = option_parse_hypervisor },
	{ 0, "--iommu", NULL, "s390|vtd|amd|smmuv3|smmuv3-granule|virtio",
	  "IOMMU of the machine. Default: that of the recording.",
	  IN_REPLAY, .parse = option_parse_iommu },
	{ 0, "--plugin", NULL, "FILE.so",
	  "Load more strategies and hypervisors from a plug-in, whose code then runs in this "
	  "program; may be repeated.",
	  IN_REPLAY | IN_BATCH | IN_LIST, .parse = option_parse_plugin, .first = true },
	{ 0, "--manifest", NULL, "FILE|none",
	  "Describes the machines of the recordings. Default: a manifest.json beside a recording, "
	  "or one directory up, that lists it.",
	  IN_VERIFY, option_parse_text, AT(manifest) },
	{ 0, "--tolerance", NULL, "N|P%",
	  "How far each total may be off, as a number or a share of the recorded one. Default: 0.",
	  IN_VERIFY, .parse = option_parse_tolerance },
	{ 0, "--fit", NULL, "",
	  "Find the limits with which a replay has as many insufficient RPCITs as the recording.",
	  IN_VERIFY, option_parse_choice, AT(fit), .choices = fit_choices },
	{ 0, "--queue", NULL, "",
	  "Flush queue. Default: single on s390 where an RPCIT is needed after mapping, else per-cpu.",
	  IN_REPLAY, option_parse_choice, AT(params.queue), .choices = queue_choices },
	{ 0, "--queue-size", NULL, "N",
	  "Slots of a flush queue; it holds one less. Default: 32768 if single, 256 if per-cpu.",
	  IN_REPLAY, option_parse_u32, AT(params.queue_size), .min = 2, .max = 1 << 24 },
	{ 0, "--queue-timeout", NULL, "MS",
	  "Timeout of the flush queue in milliseconds, or with a unit (10ms, 1s). Default: 1000 if "
	  "single, 10 if per-cpu.",
	  IN_REPLAY, option_parse_ms, AT(params.queue_timeout_ms), .min = 1, .max = 86400000 },
	{ 0, "--aperture", NULL, "SIZE",
	  "DMA aperture in bytes. Default: as recorded, else the largest that the IOMMU "
	  "allows.",
	  IN_REPLAY, option_parse_u64, AT(params.aperture), .min = IR_PAGE_SIZE, .max = UINT64_C(1) << 52 },
	{ 0, "--initial-pages", NULL, "N",
	  "Pages that were mapped when the recording began (the kernel's mapped - unmapped pages). "
	  "Default: as recorded.",
	  IN_REPLAY, option_parse_initial_pages, AT(params.initial_pages), .min = 0, .max = UINT64_MAX },
	{ 0, "--cpus", NULL, "N",
	  "Possible CPUs of the recorded machine. Default: as recorded.",
	  IN_REPLAY, option_parse_u32, AT(params.cpus), .min = 1, .max = 65536 },
	{ 0, "--hz", NULL, "N",
	  "Jiffies a second of the recorded machine. Default: as recorded, else 100 "
	  "on s390x and 250 elsewhere.",
	  IN_REPLAY, option_parse_u32, AT(params.hz), .min = 1, .max = 10000 },
	{ 0, "--devices", NULL, "N",
	  "Put N copies of the recording's devices into one guest, each 7.3 ms after the one before "
	  "it. At most 64. Default: 1.",
	  IN_RUN | IN_SWEEP, option_parse_u32, AT(params.devices), .min = 1, .max = IR_MAX_COPIES },
	{ 0, "--api", NULL, "",
	  "Which calls the operations are: DMA API (default), or IOMMU API with the IOVAs "
	  "of the recording.",
	  IN_REPLAY, option_parse_choice, AT(params.api), .choices = api_choices },
	{ 0, "--device", NULL, "NAME",
	  "Only the operations of this device.",
	  IN_INPUT | IN_BATCH, option_parse_text, AT(device) },
	{ 0, "--time-window", NULL, "FROM:TO",
	  "Only events between these times, counted from the recording's first event, such as "
	  "2s:5s; a number without a unit is seconds, and TO may be left out.",
	  IN_REPLAY | IN_INFO | IN_OPS, .parse = option_parse_window },
	{ 0, "--events", NULL, "FILE.json",
	  "The meaning of trace events that are not known by their names; see iommu-replay-events(5).",
	  IN_INPUT | IN_BATCH | IN_LIST, option_parse_text, AT(events) },
	{ 0, "--by-site", NULL, NULL,
	  "Also show the results by call site and by driver. The recording needs call chains.",
	  IN_RUN | IN_BATCH, option_parse_flag, AT(sites) },
	{ 0, "--by", NULL, "",
	  "Also show who made the mappings, and their cost: call sites, drivers alone (as with "
	  "--by-site), tasks by their names (comm), or devices, which the report always has if "
	  "there are several.",
	  IN_RUN | IN_BATCH | IN_INFO, option_parse_choice, AT(by), .choices = by_choices },
	{ 0, "--explain", NULL, NULL,
	  "For each strategy that runs short of entries or IOVAs: who held them then, by device, "
	  "task (or call site, with --by site), and since when.",
	  IN_RUN, option_parse_flag, AT(explain) },
	{ 0, "--sites", NULL, NULL,
	  "Show who made the mappings: call sites and drivers. The recording needs call chains.",
	  IN_INFO, option_parse_flag, AT(sites) },
	{ 0, "--log", NULL, "FILE",
	  "The kernel's log of that time, as dmesg, journalctl or syslog have it; - is standard "
	  "input.",
	  IN_FAULTS, option_parse_text, AT(log) },
	{ 0, "--log", NULL, "FILE",
	  "The kernel's log of that time: count the recorded IOMMU faults that each strategy would "
	  "have hidden. Faults that are events are counted without it.",
	  IN_RUN, option_parse_text, AT(log) },
	{ 0, "--group", NULL, "DEVICE,DEVICE...",
	  "Devices of one IOMMU group, which share all addresses. May be repeated. Default: as "
	  "in the log and the recording.",
	  IN_FAULTS | IN_RUN, option_parse_texts, AT(groups) },
	{ 0, "--delay", NULL, "TIME",
	  "How long before its report an access may have been, up to 10ms. Default: 1ms, or more "
	  "if the recording proves it.",
	  IN_FAULTS, option_parse_time, AT(delay_ns), .min = 1, .max = 10000000 },
	{ 0, "--sites", NULL, NULL,
	  "Show which call sites made the mappings. The recording needs call chains.",
	  IN_FAULTS, option_parse_flag, AT(sites) },
	{ 0, "--fail-if", NULL, "EXPR",
	  "Fail if this is true: KEY OP N, such as \"unmapped>0\". Keys: total, the kinds, and "
	  "suppressed; OP is > >= < <= == or !=. May be repeated. Default: never.",
	  IN_FAULTS, option_parse_texts, AT(fail_if) },
	{ 0, "--vmlinux", NULL, "FILE",
	  "For call sites: the recorded kernel, an ELF file with symbols.",
	  IN_RUN | IN_BATCH | IN_INFO | IN_FAULTS, option_parse_text, AT(vmlinux) },
	{ 0, "--modules", NULL, "DIR",
	  "For call sites: a directory with the recorded kernel's modules (.ko, .ko.debug).",
	  IN_RUN | IN_BATCH | IN_INFO | IN_FAULTS, option_parse_text, AT(modules) },
	{ 0, "--kallsyms", NULL, "FILE",
	  "For call sites: a copy of /proc/kallsyms, made while recording. Default: the "
	  "recording's own, else that of the running kernel if it is the recorded one.",
	  IN_RUN | IN_BATCH | IN_INFO | IN_FAULTS, option_parse_text, AT(kallsyms) },
	{ 0, "--timer", NULL, "",
	  "Flush-queue timer: simulated (default), or fired when the recording's own flushes "
	  "by timer happened.",
	  IN_REPLAY, option_parse_choice, AT(params.timer), .choices = timer_choices },
	{ 0, "--flush-latency", "--rpcit-latency", "TIME[+TIME_PER_PAGE]|auto|recorded|0",
	  "How long a flush (an RPCIT) keeps its CPU busy: TIME in ns, us, ms or s; as fitted from "
	  "the recorded ones (auto, the default); each as long as the recorded one; or 0: strictly "
	  "serial.",
	  IN_REPLAY, option_parse_latency, .max = UINT64_C(3600000000000) },
	{ 0, "--flush-all-latency", NULL, "TIME[+TIME_PER_PAGE]",
	  "Duration of a flush of everything, plus a time for each page that is mapped then: emulated "
	  "IOMMUs walk the whole table. Default: as other flushes.",
	  IN_REPLAY, option_parse_all_latency, .max = UINT64_C(3600000000000) },
	{ 0, "--load", NULL, "open|closed",
	  "The times of operations: as recorded (open, the default), or as soon as the events that "
	  "they waited for have happened (closed): the results then have throughput, with bounds. See "
	  "iommu-replay-throughput(7).",
	  IN_REPLAY | IN_BATCH, option_parse_load, .min = 0 },
	{ 0, "--event-cost", NULL, "TIME|auto",
	  "For --load closed: what tracing cost the recorded machine for each event of a probe. "
	  "Default: auto, as record-dma --time measured it, else it is not known.",
	  IN_REPLAY | IN_BATCH, option_parse_event_cost, .max = 1000000000 },
	{ 0, "--timeline", NULL, NULL,
	  "Add the course of each replay to the JSON report: pages, queues, RPCITs and "
	  "failures over time, and histograms. The HTML page of run always has it.",
	  IN_RUN | IN_BATCH, option_parse_flag, AT(timeline) },
	{ 0, "--perfetto", NULL, "FILE",
	  "Write the course of each replay to FILE as trace events that Perfetto opens "
	  "(ui.perfetto.dev).",
	  IN_RUN, option_parse_text, AT(perfetto) },
	{ 0, "--vary", NULL, "KEY=FROM:TO[:STEP|:xFACTOR]",
	  "Replay with each value of this parameter from FROM to TO, STEP apart or each FACTOR "
	  "times the one before. Keys: entry-limit, pinned-limit, tlb-refresh, queue-size, "
	  "queue-timeout, aperture, initial-pages, cpus, hz, devices, flush-latency.",
	  IN_SWEEP, option_parse_text, AT(vary) },
	{ 0, "--find", NULL, "",
	  "Find the smallest value with which a strategy has no failure, or as few as "
	  "--max-failures and --max-rpcits allow.",
	  IN_SWEEP, option_parse_choice, AT(find), .choices = find_choices },
	{ 0, "--frontier", NULL, NULL,
	  "Replay every strategy with 30 queues (size 16 to 32768, timeout 1 ms to 1 s), and show "
	  "the combinations for which no other one has both fewer flushes and less exposure.",
	  IN_SWEEP, option_parse_flag, AT(frontier) },
	{ 0, "--max-failures", NULL, "N",
	  "With --find: failed and unbacked maps that are allowed. Default: 0.",
	  IN_SWEEP, option_parse_u64, AT(max_failures), .max = UINT64_MAX },
	{ 0, "--max-rpcits", NULL, "N",
	  "With --find: RPCITs that are allowed. Default: any number.",
	  IN_SWEEP, option_parse_max_rpcits, AT(max_rpcits), .max = UINT64_MAX },
	{ 0, "--figure", NULL, "KEY",
	  "Figure to show over the varied parameter, by its key in the JSON report, or "
	  "failures. May be repeated. Default: rpcit.total and failures.",
	  IN_SWEEP, option_parse_texts, AT(figures) },
	{ 0, "--fail-if", NULL, "EXPR",
	  "Fail if this is true of any row: KEY OP [[+|-]N[%]], such as \"rpcit.total>+5%\" or "
	  "\"maps.map_failed>0\"; OP is > >= < <= == or !=. May be repeated. Default: any change "
	  "fails.",
	  IN_COMPARE, option_parse_texts, AT(fail_if) },
	{ 0, "--ignore", NULL, "KEY[,KEY...]",
	  "Figures or groups of them that may change, or parameters that may differ between rows "
	  "which belong together. May be repeated.",
	  IN_COMPARE, option_parse_texts, AT(ignore) },
	{ 0, "--allow-missing", NULL, NULL,
	  "Rows and figures that only BASELINE has are reported, but do not fail.",
	  IN_COMPARE, option_parse_flag, AT(allow_missing) },
	{ 0, "--allow-missing", NULL, NULL,
	  "Write the existing results, even if others of the batch are missing.",
	  IN_MERGE, option_parse_flag, AT(allow_missing) },
	{ 'o', "--output", NULL, "FILE",
	  "File of results; gets a line for each cell as soon as it is finished. Required.",
	  IN_BATCH, option_parse_text, AT(output) },
	{ 0, "--dry-run", NULL, NULL,
	  "Replay nothing: print how many cells there are, how many configurations are left out, "
	  "and about how long it would take and how large the results would be.",
	  IN_BATCH, option_parse_flag, AT(dry_run) },
	{ 0, "--resume", NULL, NULL,
	  "Continue with FILE: finished cells that have not changed are not replayed again.",
	  IN_BATCH, option_parse_flag, AT(resume) },
	{ 0, "--shard", NULL, "I/N",
	  "Only the I-th of N nearly equal parts; merge joins them.",
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
	  "Refuse a recording that needs more memory, in bytes, for its devices, mappings and pages. "
	  "Default: three quarters of the machine's, or of what limits of the process leave.",
	  IN_INPUT | IN_BATCH, option_parse_u64, AT(max_memory), .min = 1 << 24, .max = UINT64_MAX },
	{ 0, "--strict-input", NULL, NULL,
	  "Any loss or damage in a recording is an error: exit status 4.",
	  IN_INPUT, option_parse_flag, AT(strict_input) },
	{ 0, "--strict-input", NULL, NULL,
	  "Loss or damage in a recording makes its cells fail.",
	  IN_BATCH, option_parse_flag, AT(strict_input) },
	{ 'q', "--quiet", NULL, NULL,
	  "No progress and no warnings on standard error; errors only.",
	  IN_INPUT | IN_BATCH, option_parse_flag, AT(quiet) },
	{ 'v', "--verbose", NULL, NULL,
	  "Print each step on standard error.",
	  IN_INPUT & ~IN_VERIFY, option_parse_flag, AT(verbose) },
	{ 'v', "--verbose", NULL, NULL,
	  "Show the operations around the first difference, and print each step on standard error.",
	  IN_VERIFY, option_parse_flag, AT(verbose) },
	{ 'v', "--verbose", NULL, NULL,
	  "Show all differences, result by result; without it those that fail and the largest, ten "
	  "in all.",
	  IN_COMPARE, option_parse_flag, AT(verbose) },
	{ 'v', "--verbose", NULL, NULL,
	  "As a table or Markdown: the report of each recording, too, behind the summary.",
	  IN_MERGE, option_parse_flag, AT(verbose) },
	{ 'v', "--verbose", NULL, NULL,
	  "Show all call sites, and the chains through them.",
	  IN_REPORT, option_parse_flag, AT(verbose) },
	{ 0, "--color", NULL, "",
	  "Colours in tables: auto is on a terminal, unless NO_COLOR is set.",
	  IN_REPLAY | IN_INFO | IN_LIST | IN_COMPARE | IN_REPORT | IN_FAULTS | IN_MERGE, option_parse_choice, AT(color), .choices = when_choices },
	{ 0, "--progress", NULL, "",
	  "Progress on standard error: auto is when that is a terminal.",
	  IN_INPUT | IN_BATCH, option_parse_choice, AT(progress), .choices = when_choices },
	{ 'h', "--help", NULL, NULL, "Show this help.", IN_ALL, .parse = NULL },
	{ 'V', "--version", NULL, NULL, "Show the version.", IN_ALL, .parse = NULL },
};

_Static_assert(sizeof(option_table) / sizeof(option_table[0]) <= MAX_OPTIONS, "MAX_OPTIONS");

const size_t nr_options = sizeof(option_table) / sizeof(option_table[0]);
