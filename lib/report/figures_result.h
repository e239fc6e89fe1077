/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of a result, one row each: included by columns_result.c, whose array they are.
 *
 * A row describes a figure completely: its key in JSON and CSV; if tables show it, its
 * heading, a longer heading for web pages, and the group of columns it belongs to; its unit;
 * and its meaning.  "list figures" and web pages show the meaning, and scripts/man-figures
 * writes it to iommu-replay-report(5).  Names and literals in it stand between backquotes.
 * Adjacent rows with the same meaning are described together.
 */
#define FROM(field) offsetof(struct ir_result, field)
#define ROW(key_, getter, arg_, help_) \
	{ .key = key_, .get = getter, .put = put_##getter, .arg = arg_, .help = help_ }
#define PARAM(key, getter, field, help) \
	ROW("parameters." key, getter, FROM(parameters.field), help)
#define SOURCE(key, field) \
	ROW("parameters.sources." key, result_source, FROM(parameters.from.field), FROM_WHERE)
#define PLUGIN(key_, getter, member, help_) \
	{ .key = "parameters.sources." key_, .get = getter, .put = put_nothing, .arg = member, .help = help_ }
#define COUNT(key, field, help) ROW(key, result_u64, FROM(field), help)
#define REAL(key, getter, field, help) ROW(key, getter, FROM(field), help)
#define FIGURE(where_, group_, key_, title_, word_, unit_, getter, field, help_) \
	{ .key = key_, .title = title_, .word = word_, .group = group_, .get = getter, .put = put_##getter, \
	  .arg = FROM(field), .unit = unit_, .where = where_, .help = help_ }
#define SHOWN(where, group, key, title, word, unit, field, help) \
	FIGURE(where, group, key, title, word, unit, result_u64, field, help)
#define CLOSED(key, title, unit, getter, field, help) \
	FIGURE(IR_SHOWN_CLOSED, G_TIME, "time." key, title, NULL, unit, getter, time.field, help)
#define ON_S390(...)  SHOWN(IR_SHOWN_ON_S390, __VA_ARGS__)
#define ELSEWHERE(...) SHOWN(IR_SHOWN_ELSEWHERE, __VA_ARGS__)
#define ALWAYS(...)   SHOWN(IR_SHOWN_ALWAYS, __VA_ARGS__)
#define TIME(getter, key, field, help) ROW("time." key, getter, FROM(time.field), help)
#define THROUGHPUT(getter, key, field) \
	TIME(getter, key ".low", field.low, BOUNDS), \
	TIME(getter, key ".high", field.high, BOUNDS), \
	TIME(getter, key ".operations_per_second", field.per_second, "predicted mappings a second"), \
	TIME(getter, key ".recorded_operations_per_second", field.recorded_per_second, \
	     "recorded mappings a second")
#define ASSUMPTION(key, field) TIME(closed_truth, "assumptions." key, assumptions.field, ASSUMED)
#define RPCITS(name, title, word, cause, help) \
	ON_S390(G_RPCIT, "rpcit.by_cause." name, title, word, IR_UNIT_NONE, rpcit.by_cause[cause], help)
#define COMMANDS(name, title, word, cause, help) \
	ELSEWHERE(G_INVALIDATIONS, "invalidations.by_cause." name, title, word, IR_UNIT_NONE, \
		  invalidations.by_cause[cause], help)
#define BOUNDS "bounds of this ratio, 1 % below and above it if one CPU was recorded with idle time and the " \
	"cost of an event"
#define FROM_WHERE "source of the value of that parameter: `default`, `recording` or `user`"

#define G_RPCIT "RPCITs by cause"
#define G_INVALIDATIONS "invalidations by cause"
#define G_ENTRIES "host entries"
#define G_MAPS "failed maps"
#define G_PAGES "peak pages"
#define G_EXPOSURE "exposure"
#define G_TIME "throughput"

#define KERNEL_COUNTER \
	"predicted counter of Linux 6.7 and later in `/sys/kernel/debug/pci/*/statistics`, which " \
	"does not count global RPCITs that `iotlb_sync_map` issues as a retry"
#define ASSUMED "assumptions of the prediction; see iommu-replay-throughput(7)"

	{ .key = "strategy", .title = "strategy", .get = strategy_name, .put = put_nothing, .help =
	      "names; see iommu-replay-strategies(7)" },
	{ .key = "hypervisor", .get = hypervisor_name, .put = put_nothing, .help =
	      "names; see iommu-replay-strategies(7)" },

	ROW("parameters.iommu", result_iommu, 0, "the IOMMU: `s390`, `vtd`, `amd`, `smmuv3`, `smmuv3-granule`, `virtio`"),
	ROW("parameters.iommu_known_from", result_iommu_why, 0, "source of this information, in "
	      "words"),
	PARAM("entry_limit", result_limit, hypervisor.entry_limit,
	      "limit of mappings of the hypervisor; null: no limit"),
	PARAM("limit_shortages", result_u32, limit_shortages,
	      "number of recorded shortages from which the entry limit was derived; 0 if it was "
	      "given or is the default"),
	PARAM("limit_agree", result_u32, limit_agree, "number of these shortages that agree with "
	      "the limit"),
	PARAM("limits_differ", result_truth, limits_differ,
	      "whether devices have different derived limits: then `parameters.entry_limit` is that "
	      "of the device with most shortages, and each member of `devices` has its own "
	      "`parameters.entry_limit`, `limit_shortages` and `limit_agree`"),
	PARAM("other_limit", result_limit, other_limit,
	      "if the limit was derived and there are several devices: the limit that would be "
	      "derived with the other value of `parameters.share`; null if it is not known or would "
	      "differ between devices"),
	PARAM("other_agree", result_u32, other_agree,
	      "number of shortages that agree with that other limit; 0 if it is not known"),
	PARAM("pinned_limit", result_limit, hypervisor.pinned_limit,
	      "limit of pages that the hypervisor can pin; null: no limit"),
	ROW("parameters.tlb_refresh", result_tlb_refresh, 0, "1 if an RPCIT is required after a "
	      "map, else 0"),
	ROW("parameters.share", result_share, 0, "scope of the limits: `device` or `guest`"),
	ROW("parameters.backend", result_backend, 0,
	      "`type1` or `iommufd`; null if the hypervisor is not QEMU with vfio"),
	{ .key = "parameters.own", .kind = IR_COLUMN_OWN, .help =
	      "object with the parameters that only this hypervisor of a plug-in has; in CSV one "
	      "text, `reserve=64`" },
	ROW("parameters.queue", result_queue_type, 0, "`single`, `per-cpu` or `none`"),
	PARAM("queue_size", result_queue, queue_size,
	      "slots of a ring, which holds one entry less; null without a queue"),
	PARAM("queue_timeout_ms", result_queue, queue_timeout_ms,
	      "timeout of a queue in milliseconds; null without a queue"),
	COUNT("parameters.aperture_start", parameters.aperture_start,
	      "first address of the DMA aperture, in bytes"),
	PARAM("aperture", result_limit, aperture, "size of the DMA aperture, in bytes"),
	COUNT("parameters.initial_pages", parameters.initial_pages,
	      "pages that were mapped before the recording began, including those that are unmapped "
	      "during the recording"),
	PARAM("initial_devices", result_u32, initial_devices,
	      "number of devices among which those of these pages are divided equally that the "
	      "recording does not unmap; 1: the device of `--device` has all of them; 0: no "
	      "assumption"),
	COUNT("parameters.initial_lazy_pages", parameters.initial_lazy_pages,
	      "pages that were unmapped and not yet flushed when the recording began (former DMA "
	      "API); derived from recorded shortages, otherwise all or none"),
	PARAM("cpus", result_u32, cpus, "possible CPUs"),
	PARAM("hz", result_u32, hz, "jiffies a second"),
	PARAM("devices", result_u32, devices,
	      "number of copies of the recording's devices: 1, unless `--devices` or a sweep has "
	      "more"),
	COUNT("parameters.timer_phase_ns", parameters.timer_phase_ns,
	      "time of the start of a jiffy on the recording's clock; if recorded timers do not "
	      "show it, one that agrees with them"),
	COUNT("parameters.timer_late_ns", parameters.timer_late_ns,
	      "mean time from the expiry of a recorded timer to its flush; simulated timers that expire "
	      "while the recorded machine ran none fire when it did again, others a moment after their tick"),
	ROW("parameters.api", result_api, 0, "`dma` or `iommu`"),
	ROW("parameters.timer", result_timer, 0, "`simulated` or `recorded`"),
	ROW("parameters.flush_latency", result_latency, 0,
	      "source of the durations of flushes: `auto`, `recorded` or `given`; with `recorded` "
	      "an RPCIT takes as long as the corresponding recorded one, if there is one"),
	ROW("parameters.flush_all_base_ns", result_all, FROM(parameters.all_base_ns),
	      "duration of a flush of everything, without its pages; null: as other flushes"),
	ROW("parameters.flush_all_page_ns", result_all, FROM(parameters.all_page_ns),
	      "additional duration of a flush of everything for each page that is mapped at that "
	      "time; null: as other flushes"),
	COUNT("parameters.rpcit_base_ns", parameters.rpcit_base_ns,
	      "duration of an RPCIT, without its pages"),
	COUNT("parameters.rpcit_page_ns", parameters.rpcit_page_ns,
	      "additional duration of an RPCIT for each changed page in its range"),
	SOURCE("iommu", iommu),
	SOURCE("iommu_known_from", iommu),
	SOURCE("entry_limit", entry_limit),
	SOURCE("limit_shortages", entry_limit),
	SOURCE("limit_agree", entry_limit),
	SOURCE("limits_differ", entry_limit),
	SOURCE("other_limit", entry_limit),
	SOURCE("other_agree", entry_limit),
	SOURCE("pinned_limit", pinned_limit),
	SOURCE("tlb_refresh", tlb_refresh),
	SOURCE("share", share),
	SOURCE("backend", backend),
	{ .key = "parameters.sources.own", .kind = IR_COLUMN_OWN_SOURCES, .help = FROM_WHERE },
	SOURCE("queue", queue),
	SOURCE("queue_size", queue_size),
	SOURCE("queue_timeout_ms", queue_timeout),
	{ .key = "parameters.sources.aperture_start", .get = source_aperture_start, .put = put_nothing,
	  .help = FROM_WHERE },
	SOURCE("aperture", aperture),
	SOURCE("initial_pages", initial_pages),
	SOURCE("initial_devices", initial_pages),
	{ .key = "parameters.sources.initial_lazy_pages", .get = source_initial_lazy, .put = put_nothing,
	  .help = FROM_WHERE },
	SOURCE("cpus", cpus),
	SOURCE("hz", hz),
	SOURCE("devices", devices),
	SOURCE("timer_phase_ns", timer_phase),
	SOURCE("timer_late_ns", timer_late),
	ROW("parameters.sources.api", source_api, 0, FROM_WHERE),
	ROW("parameters.sources.timer", source_timer, 0, FROM_WHERE),
	SOURCE("flush_all_base_ns", all_latency),
	SOURCE("flush_all_page_ns", all_latency),
	SOURCE("flush_latency", rpcit_latency),
	SOURCE("rpcit_base_ns", rpcit_latency),
	SOURCE("rpcit_page_ns", rpcit_latency),
	PLUGIN("strategy_plugin.file", strategy_plugin, PLUGIN_FILE,
	      "file of the plug-in, as given; null if built in"),
	PLUGIN("strategy_plugin.version", strategy_plugin, PLUGIN_VERSION,
	      "version of the plug-in; null if it has none"),
	PLUGIN("strategy_plugin.abi", strategy_plugin, PLUGIN_ABI,
	      "ABI number of the plug-in"),
	PLUGIN("hypervisor_plugin.file", hypervisor_plugin, PLUGIN_FILE,
	      "file of the plug-in, as given; null if built in"),
	PLUGIN("hypervisor_plugin.version", hypervisor_plugin, PLUGIN_VERSION,
	      "version of the plug-in; null if it has none"),
	PLUGIN("hypervisor_plugin.abi", hypervisor_plugin, PLUGIN_ABI,
	      "ABI number of the plug-in"),

	ROW("lower_bound", result_truth, FROM(lower_bound),
	      "whether the recording has losses or damage, so that counts may be too low"),
	{ .key = "lower_bound_since_ns", .get = result_bound, .put = put_result_known,
	  .arg = FROM(lower_bound_ns), .help =
	      "time of the first loss, or `start_ns` if that is not known; null if there was none" },

	ON_S390(G_RPCIT, "rpcit.total", "total", "Flushes", IR_UNIT_NONE, rpcit.total,
	      "flushes (RPCIT instructions) of all causes, each of which the hypervisor has to serve"),
	ON_S390(G_RPCIT, "rpcit.insufficient", "no-res", "no resources", IR_UNIT_NONE, rpcit.insufficient,
	      "flushes that reported insufficient resources: the hypervisor could not establish a mapping"),
	RPCITS("sync_map", "sync-map", "after a map", IR_CAUSE_SYNC_MAP,
	      "flushes after a map, which make the new mapping known to the hypervisor"),
	RPCITS("sync", "sync", "after an unmap", IR_CAUSE_SYNC,
	      "flushes after an unmap: the device can no longer reach the page"),
	RPCITS("queue_full", "full", "queue full", IR_CAUSE_QUEUE_FULL,
	      "flushes of everything because a flush queue was full"),
	RPCITS("queue_timeout", "timer", "timer", IR_CAUSE_QUEUE_TIMEOUT,
	      "flushes of everything because the timer of a flush queue expired"),
	RPCITS("retry", "retry", "retry", IR_CAUSE_RETRY,
	      "flushes because another one reported insufficient resources"),
	RPCITS("wrap", "wrap", "address wrap", IR_CAUSE_WRAP,
	      "flushes of everything because the address bitmap of the former DMA API wrapped around"),
	COUNT("rpcit.global", rpcit.global, "flushes of the whole aperture"),
	COUNT("rpcit.ranged", rpcit.ranged, "flushes of a range"),

	ELSEWHERE(G_INVALIDATIONS, "invalidations.total", "total", "Flushes", IR_UNIT_NONE, invalidations.total,
	      "invalidation commands to the IOMMU: RPCITs; descriptors of VT-d and commands of "
	      "AMD-Vi, without waits; TLBI commands of SMMUv3, without SYNC; MAP and UNMAP requests "
	      "of virtio-iommu, without kicks. `rpcit` counts flushes of the driver, each of which "
	      "takes any number of commands"),
	COMMANDS("sync_map", "sync-map", "after a map", IR_CAUSE_SYNC_MAP,
	      "commands after a map; MAP requests"),
	COMMANDS("sync", "sync", "after an unmap", IR_CAUSE_SYNC,
	      "commands after an unmap: the device can no longer reach the page; UNMAP requests"),
	COMMANDS("queue_full", "full", "queue full", IR_CAUSE_QUEUE_FULL,
	      "commands for everything because a flush queue was full"),
	COMMANDS("queue_timeout", "timer", "timer", IR_CAUSE_QUEUE_TIMEOUT,
	      "commands for everything because the timer of a flush queue expired"),
	COMMANDS("retry", "retry", "retry", IR_CAUSE_RETRY,
	      "commands because another one reported insufficient resources"),
	COMMANDS("wrap", "wrap", "address wrap", IR_CAUSE_WRAP,
	      "commands for everything because the address bitmap of the former DMA API wrapped around"),
	COUNT("invalidations.by_kind.page", invalidations.by_kind[IR_INVALIDATION_PAGE],
	      "commands for an aligned block of pages"),
	COUNT("invalidations.by_kind.range", invalidations.by_kind[IR_INVALIDATION_RANGE],
	      "commands for a range"),
	COUNT("invalidations.by_kind.domain", invalidations.by_kind[IR_INVALIDATION_DOMAIN],
	      "commands for a domain or an address space"),
	COUNT("invalidations.by_kind.all", invalidations.by_kind[IR_INVALIDATION_ALL],
	      "commands for everything"),
	COUNT("invalidations.by_kind.request", invalidations.by_kind[IR_INVALIDATION_REQUEST],
	      "requests of virtio-iommu"),

	{ .key = "entries.unit", .get = result_entry_unit, .put = put_nothing, .help =
	      "unit of an entry of the host's limit: `page`, `leaf` or `request`" },
	{ .key = "entries.limit", .get = result_limit, .put = put_nothing,
	  .arg = FROM(parameters.hypervisor.entry_limit), .help =
	      "same as `parameters.entry_limit`" },
	ELSEWHERE(G_ENTRIES, "entries.peak", "entries/limit", "entries", IR_UNIT_HOST_PAGES, entries.peak,
	      "peak of entries that count for the limit; if an entry is a page, they include those "
	      "that QEMU does not give back when an IOVA is reused without a flush, and can be more "
	      "than `peaks.host_pages`"),
	ELSEWHERE(G_ENTRIES, "entries.refused", "refused", "refused", IR_UNIT_FAILURES, entries.refused,
	      "entries that were refused because of the limit, counted once for each flush that "
	      "needed them"),

	COUNT("kernel_counters.mapped_pages", kernel.mapped_pages, KERNEL_COUNTER),
	COUNT("kernel_counters.unmapped_pages", kernel.unmapped_pages, KERNEL_COUNTER),
	COUNT("kernel_counters.global_rpcits", kernel.global_rpcits, KERNEL_COUNTER),
	COUNT("kernel_counters.sync_map_rpcits", kernel.sync_map_rpcits, KERNEL_COUNTER),
	COUNT("kernel_counters.sync_rpcits", kernel.sync_rpcits, KERNEL_COUNTER),

	COUNT("maps.attempted", maps.attempted, "attempted maps"),
	COUNT("maps.succeeded", maps.succeeded, "successful maps"),
	ALWAYS(G_MAPS, "maps.iova_exhausted", "no-iova", "no address", IR_UNIT_FAILURES, maps.iova_exhausted,
	      "maps that failed because there was no free IOVA"),
	ALWAYS(G_MAPS, "maps.map_failed", "failed", "failed", IR_UNIT_FAILURES, maps.map_failed,
	      "maps that failed because their flush failed, and were undone"),
	ALWAYS(G_MAPS, "maps.unbacked", "unbacked", "unbacked", IR_UNIT_FAILURES, maps.unbacked,
	      "maps that succeeded although the device would fault on some of their pages"),
	COUNT("maps.unbacked_pages", maps.unbacked_pages, "pages on which the device would fault"),
	COUNT("maps.replayed_failures", replayed_failures,
	      "attempts that failed on the recorded machine and were replayed as attempts"),
	COUNT("maps.skipped_unmaps", skipped_unmaps, "unmaps of mappings that failed in this replay"),
	COUNT("overrun_ns", overrun_ns,
	      "time that operations and RPCITs continued after the end of the recording; large if given "
	      "durations of RPCITs, or copies of the devices, take longer than the recording allows"),

	COUNT("peaks.live_pages", peaks.live_pages, "peak of pages that the guest had mapped"),
	ALWAYS(G_PAGES, "peaks.lazy_pages", "lazy", "unmapped", IR_UNIT_NONE, peaks.lazy_pages,
	      "peak of pages that were unmapped and not yet flushed"),
	ON_S390(G_PAGES, "peaks.host_pages", "host/limit", "in host", IR_UNIT_HOST_PAGES, peaks.host_pages,
	      "peak of pages that were mapped in the hypervisor's shadow; tables also show the limit"),
	COUNT("peaks.iova_pages", peaks.iova_pages,
	      "peak of IOVA space in mappings and queues, in pages"),
	COUNT("peaks.queue_depth", peaks.queue_depth, "peak of entries in a ring"),

	COUNT("exposure.pages", exposure.pages,
	      "pages that a device could still reach after their unmap; if there were none, the "
	      "following figures are 0"),
	REAL("exposure.page_seconds", result_real, exposure.page_seconds,
	      "total time that these pages were reachable: pages times seconds, a real number"),
	ALWAYS(G_EXPOSURE, "exposure.p50_ns", "p50", "median", IR_UNIT_NS, exposure.p50_ns,
	      "median of the time that a device could reach a page after its unmap; for a page that "
	      "is reachable at the end of the recording, the time until then"),
	ALWAYS(G_EXPOSURE, "exposure.p99_ns", "p99", "99%", IR_UNIT_NS, exposure.p99_ns,
	      "99th percentile of that time"),
	ALWAYS(G_EXPOSURE, "exposure.max_ns", "max", "longest", IR_UNIT_NS, exposure.max_ns,
	      "longest time that a device could reach a page after its unmap"),
	COUNT("exposure.reused_pages", exposure.reused_pages,
	      "pages whose memory was reused while a device could still reach it with an unmapped "
	      "translation: it was mapped again for any device or, if the recording has "
	      "`kmem:mm_page_free`, freed. Without that event this is a lower bound, because memory "
	      "is also reused without DMA. Segments of more than 4096 pages are not followed"),
	REAL("exposure.reused_page_seconds", result_real, exposure.reused_page_seconds,
	      "time that these pages were reachable after the reuse: pages times seconds"),
	REAL("exposure.writable_page_seconds", result_writable, exposure.writable_page_seconds,
	      "`exposure.page_seconds` of pages that the device could write: all but those that "
	      "were mapped with DMA_TO_DEVICE; null if no event of the recording has a direction"),
	COUNT("exposure.reachable_p50", exposure.reachable_p50,
	      "number of reachable unmapped pages that was not exceeded during half of the recording"),
	COUNT("exposure.reachable_p99", exposure.reachable_p99,
	      "number of reachable unmapped pages that was not exceeded during 99 % of the recording"),
	ROW("exposure.subpage_bytes", result_subpage, FROM(exposure.subpage_bytes),
	      "reachable bytes on mapped pages that drivers did not request; a property of the "
	      "recording, equal for all strategies; null if the recording has no `dma:*` events "
	      "with sizes"),
	COUNT("exposure.reachable_at_end", exposure.reachable_at_end,
	      "unmapped pages that are still reachable at the end of the recording, so that their "
	      "exposure continues"),

	TIME(time_u64, "flush_ns", flush_ns, "duration of all flushes, without waiting for flushes "
	      "of other CPUs"),
	TIME(time_real, "flush_share", flush_share,
	      "`time.flush_ns` as a share of the duration of the recording on all CPUs; with "
	      "`--load closed`, of the duration of the work on the CPUs that had operations"),
	CLOSED("cpu_ns_per_operation", "CPU/op", IR_UNIT_NS, time_cpu, cpu_ns,
	      "CPU time of a mapping, including waits for the hypervisor; null without `--load "
	      "closed`"),
	TIME(time_u64, "by_cause.sync_map", by_cause[IR_CAUSE_SYNC_MAP],
	      "`time.flush_ns` by cause of the flush"),
	TIME(time_u64, "by_cause.sync", by_cause[IR_CAUSE_SYNC], "`time.flush_ns` by cause of the "
	      "flush"),
	TIME(time_u64, "by_cause.queue_full", by_cause[IR_CAUSE_QUEUE_FULL],
	      "`time.flush_ns` by cause of the flush"),
	TIME(time_u64, "by_cause.queue_timeout", by_cause[IR_CAUSE_QUEUE_TIMEOUT],
	      "`time.flush_ns` by cause of the flush"),
	TIME(time_u64, "by_cause.retry", by_cause[IR_CAUSE_RETRY],
	      "`time.flush_ns` by cause of the flush"),
	TIME(time_u64, "by_cause.wrap", by_cause[IR_CAUSE_WRAP], "`time.flush_ns` by cause of the "
	      "flush"),
	CLOSED("throughput.ratio", "of recorded", IR_UNIT_RATIO, closed_real, throughput.ratio,
	      "ratio of predicted to recorded throughput of the same work, both with the same "
	      "tracing"),
	THROUGHPUT(closed_real, "throughput", throughput),
	TIME(closed_real, "throughput.replayed", replayed,
	      "ratio of the throughput with the recorded flushes in the model to the recorded "
	      "throughput: 1 if the method is valid for the recording"),
	TIME(closed_bottleneck, "throughput.bottleneck", bottleneck,
	      "bottleneck: `cpu`, `hypervisor` (it serves one flush at a time), `device` (CPUs wait "
	      "for completions) or `workload` (tasks wait for a clock, or work comes by it)"),
	TIME(closed_truth, "throughput.idle_known", idle_known,
	      "whether the recording has idle times of CPUs"),
	TIME(untraced_real, "throughput.untraced.ratio", untraced.ratio,
	      "`time.throughput.ratio` without tracing; null if the cost of an event is not known"),
	THROUGHPUT(untraced_real, "throughput.untraced", untraced),
	TIME(untraced_u64, "throughput.untraced.event_cost_ns", event_cost_ns,
	     "duration of an event of a probe, which these leave out: from `--event-cost` or the "
	     "recording; null if it is not known"),
	TIME(closed_u64, "latency.p50_ns", p50_ns,
	      "median of the time from the beginning of a map to the end of its unmap"),
	TIME(closed_u64, "latency.p99_ns", p99_ns, "99th percentile of that time"),
	TIME(closed_u64, "latency.recorded_p50_ns", recorded_p50_ns, "recorded median of that time"),
	TIME(closed_u64, "latency.recorded_p99_ns", recorded_p99_ns, "recorded 99th percentile of "
	      "that time"),
	ASSUMPTION("device_times_as_recorded", device_times),
	ASSUMPTION("no_iotlb_misses", no_iotlb_misses),
	ASSUMPTION("idle_time_unknown", idle_unknown),
	ASSUMPTION("event_cost_unknown", event_cost_unknown),
	ASSUMPTION("event_cost_as_given", event_cost_as_given),
	ASSUMPTION("tracepoint_cost_half_of_event_cost", tracepoint_cost_guessed),
	ASSUMPTION("arrivals_as_recorded", peers_do_not_adapt),
	ASSUMPTION("hypervisor_serialises", serialised),
	ASSUMPTION("global_flush_costs_as_ranged", price_from_ranged),
