// SPDX-License-Identifier: GPL-2.0-or-later
/* The library's calls without memory: see no_memory.h. */
#include "no_memory.h"

#include <inttypes.h>

#include <iommu-replay/compare.h>
#include <iommu-replay/events.h>
#include <iommu-replay/load.h>
#include <iommu-replay/registry.h>
#include <iommu-replay/report.h>

#include "replay/engine.h"
#include "verdict/verdict.h"

#define CORPUS	"fuzz/corpus/"

/* NULL without an errno is taken for lack of memory where the interface says so. */
static int put_text(FILE *out, char *text)
{
	if (!text)
		return -ENOMEM;
	fputs(text, out);
	free(text);
	return 0;
}

static char *read_file(const char *path, size_t *len)
{
	FILE *in = fopen(path, "rb");
	static char text[1 << 20];

	if (!in)
		fail_msg("%s: cannot open", path);
	*len = fread(text, 1, sizeof(text), in);
	fclose(in);
	return text;
}

static int open_recording(const char *path, const struct ir_recording_options *options,
			  struct ir_recording **rec, struct ir_error *err)
{
	*rec = ir_recording_open(path, options, err);
	return *rec ? 0 : -ENOMEM;
}

static int read_operations(const char *path, const struct ir_recording_options *options,
			   FILE *out, struct ir_error *err)
{
	const struct ir_recording_info *info;
	struct ir_recording *rec;
	struct ir_op ops[64];
	uint64_t nr = 0, sum = 0;
	ssize_t got;
	int rc = open_recording(path, options, &rec, err);

	if (rc)
		return rc;
	while ((got = ir_recording_read(rec, ops, 64, err)) > 0)
		for (ssize_t i = 0; i < got; i++, nr++)
			sum = sum * 31 + ops[i].time_ns + ops[i].iova + ops[i].kind + ops[i].site;
	info = ir_recording_info(rec);
	fprintf(out, "%" PRIu64 " %" PRIu64 " %s %zu %zu %s", nr, sum, info->format, info->nr_events,
		info->nr_devices, info->hint ? info->hint : "");
	if (info->sites)
		fprintf(out, " %zu", info->sites->nr);
	ir_recording_close(rec);
	return (int)got;
}

static int operations(const char *path, FILE *out, struct ir_error *err)
{
	return read_operations(path, NULL, out, err);
}

static int with_sites(const char *path, FILE *out, struct ir_error *err)
{
	const struct ir_recording_options options = { .sites = true, .rpcits = true };

	return read_operations(path, &options, out, err);
}

static int with_names(const char *path, FILE *out, struct ir_error *err)
{
	const struct ir_recording_options options = {
		.sites = true, .kallsyms = "traces/6.12-fq-mixed-perf-g.kallsyms",
	};

	return read_operations(path, &options, out, err);
}

static int with_tasks(const char *path, FILE *out, struct ir_error *err)
{
	const struct ir_recording_options options = {
		.sites = true, .tasks = true, .spool_memory = 1,
	};

	return read_operations(path, &options, out, err);
}

static int with_rules(const char *path, FILE *out, struct ir_error *err)
{
	struct ir_events *events = ir_events_load("scripts/events/iommu-map.json", err);
	const struct ir_recording_options options = { .events = events };
	int rc = events ? read_operations(path, &options, out, err) : -ENOMEM;

	ir_events_free(events);
	return rc;
}

static int rules(const char *path, FILE *out, struct ir_error *err)
{
	size_t len;
	char *text = read_file(path, &len);
	struct ir_events *events = ir_events_parse(text, len, path, err);

	(void)out;
	ir_events_free(events);
	return events ? 0 : -ENOMEM;
}

/* @nr replays, with all that can be asked for; and every form of the report of one. */
static int replay_with(const char *path, size_t nr, FILE *out, struct ir_error *err)
{
	static const char *const strategies[] = { "fq-flush", "strict" };
	const struct ir_recording_options options = { .sites = true };
	struct ir_config configs[2] = { 0 };
	struct ir_result results[2] = { 0 }, devices[2 * 16] = { 0 };
	struct ir_site_result *sites;
	struct ir_timeline *timelines[2] = { NULL, NULL };
	static struct ir_explanation explanations[2];
	struct ir_replay_options how = { .jobs = 1, .devices = devices, .timelines = timelines,
					 .explanations = explanations };
	struct ir_recording *rec;
	struct ir_load *load = NULL;
	int rc = open_recording(path, &options, &rec, err);

	if (rc)
		return rc;
	memset(explanations, 0, sizeof(explanations));
	sites = __real_calloc(2 * ir_recording_info(rec)->sites->nr, sizeof(*sites));
	assert_non_null(sites);
	assert_in_range(ir_recording_info(rec)->nr_devices, 1, 16);
	how.sites = sites;
	for (size_t i = 0; i < nr; i++) {
		configs[i].strategy = ir_strategy_find(strategies[i]);
		configs[i].hypervisor = ir_hypervisor_find("kvm");
		configs[i].params.hypervisor.entry_limit = 8;
		configs[i].params.has_entry_limit = true;
	}
	load = ir_load_new(rec, NULL, err);
	rc = load ? 0 : -ENOMEM;
	/* Without how long a flush took no load can be replayed. */
	if (load && ir_load_info(load)->flushes)
		how.load = load;
	if (!rc)
		rc = ir_replay(rec, configs, nr, &how, results, err);
	for (size_t i = 0; i < nr && !rc; i++)
		fprintf(out, "%" PRIu64 " ", results[i].rpcit.total);
	if (!rc && nr == 1) {
		const struct ir_report_entry entry = {
			.info = ir_recording_info(rec), .configs = configs, .results = results,
			.nr_results = 1, .devices = devices, .sites = sites, .timelines = timelines,
			.explanations = explanations,
		};

		rc = put_text(out, ir_report_json(&entry, 1));
		if (!rc)
			rc = put_text(out, ir_report_csv(&entry, 1));
		if (!rc)
			rc = put_text(out, ir_verdict_document(&entry, 1));
	}
	ir_timeline_free(timelines[0]);
	ir_timeline_free(timelines[1]);
	ir_load_free(load);
	free(sites);
	ir_recording_close(rec);
	return rc;
}

static int replay(const char *path, FILE *out, struct ir_error *err)
{
	return replay_with(path, 2, out, err);
}

static int report(const char *path, FILE *out, struct ir_error *err)
{
	return replay_with(path, 1, out, err);
}

static int verify(const char *path, FILE *out, struct ir_error *err)
{
	const struct ir_recording_options options = { .rpcits = true };
	struct ir_config config = {
		.strategy = ir_strategy_find("fq-flush"), .hypervisor = ir_hypervisor_find("kvm"),
	};
	struct ir_report_verify report = { .strategy_from = "user", .hypervisor_from = "user" };
	struct ir_result result = { 0 };
	struct ir_recording *rec;
	int rc = open_recording(path, &options, &rec, err);

	if (rc)
		return rc;
	rc = ir_verify(rec, &config, NULL, &result, &report.verify, err);
	if (!rc) {
		const struct ir_report_entry entry = {
			.info = ir_recording_info(rec), .configs = &config, .results = &result,
			.nr_results = 1, .verify = &report,
		};

		rc = put_text(out, ir_report_json(&entry, 1));
		if (!rc)
			rc = put_text(out, ir_report_csv(&entry, 1));
		if (!rc)
			rc = put_text(out, ir_verdict_document(&entry, 1));
	}
	ir_recording_close(rec);
	return rc;
}

static int faults(const char *path, FILE *out, struct ir_error *err)
{
	static const char *const groups[] = { "0000:00:10.0,0000:00:10.1" };
	const struct ir_fault_options options = {
		.log = "traces/faults/vtd-console.dmesg.txt", .groups = groups, .nr_groups = 1,
	};
	struct ir_recording *rec;
	struct ir_faults *found;
	int rc = open_recording(path, NULL, &rec, err);

	if (rc)
		return rc;
	found = ir_faults_find(rec, &options, err);
	rc = found ? 0 : -ENOMEM;
	if (found) {
		const struct ir_report_entry entry = {
			.info = ir_recording_info(rec), .faults = found,
		};
		struct ir_fault_watch *watch = ir_fault_watch_new(found, entry.info);
		struct ir_config config = {
			.strategy = ir_strategy_find("strict"), .hypervisor = ir_hypervisor_find("kvm"),
		};
		struct ir_fault_exposure exposure;
		struct ir_result result = { 0 };

		rc = watch ? put_text(out, ir_report_json(&entry, 1)) : -ENOMEM;
		if (!rc)
			rc = put_text(out, ir_report_csv(&entry, 1));
		if (!rc) {
			config.observer = ir_fault_watch_observer(watch);
			rc = ir_replay(rec, &config, 1, NULL, &result, err);
		}
		if (!rc) {
			ir_fault_watch_result(watch, &exposure);
			fprintf(out, "%" PRIu64 " %" PRIu64, exposure.shown, exposure.hidden);
		}
		ir_fault_watch_free(watch);
	}
	ir_faults_free(found);
	ir_recording_close(rec);
	return rc;
}

/* A stored report: read, written again, in words, and compared with itself. */
static int stored(const char *path, FILE *out, struct ir_error *err)
{
	const struct ir_compare_options options = { .conditions = NULL };
	struct ir_compare_report *base, *news;
	struct ir_comparison comparison;
	const struct ir_report_entry *entries;
	struct ir_report *report;
	size_t len, n;
	char *text = read_file(path, &len);
	int rc;

	report = ir_report_read(path, text, len, err);
	if (!report)
		return -ENOMEM;
	entries = ir_report_entries(report, &n);
	rc = put_text(out, ir_report_document(report));
	if (!rc)
		rc = put_text(out, ir_report_json(entries, n));
	if (!rc)
		rc = put_text(out, ir_report_csv(entries, n));
	if (!rc)
		rc = put_text(out, ir_verdict_document(entries, n));
	ir_report_free(report);
	if (rc)
		return rc;
	base = ir_compare_read(path, text, len, err);
	news = base ? ir_compare_read(path, text, len, err) : NULL;
	rc = news ? ir_compare(base, news, &options, &comparison, err) : -ENOMEM;
	if (!rc) {
		fprintf(out, "%zu %zu", comparison.figures, comparison.nr_differences);
		ir_comparison_free(&comparison);
	}
	ir_compare_report_free(base);
	ir_compare_report_free(news);
	return rc;
}

/* Operations of several CPUs wait for each other: the aperture's end is reached, and a flush takes its time. */
static int waiting(const char *strategy, FILE *out, struct ir_error *err)
{
	const struct ir_recording_info info = { .cpus = 4, .duration_ns = 10000, .max_mappings = 4, .arch = "s390x" };
	const struct ir_config config = {
		.strategy = ir_strategy_find(strategy), .hypervisor = ir_hypervisor_find("kvm-aperture"),
		.params = {
			.has_entry_limit = true, .hypervisor.entry_limit = 3, .hz = 100, .queue_timeout_ms = 30, .queue_size = 256,
			.latency = IR_LATENCY_GIVEN, .rpcit_base_ns = 300, .devices = 1,
		},
	};
	struct ir_engine *e = ir_engine_new(&config, &info, NULL, NULL, NULL);
	struct ir_op ops[] = {
		{ .kind = IR_OP_MAP, .mapping = 0, .time_ns = 0 },
		{ .kind = IR_OP_MAP, .mapping = 1, .time_ns = 1000 },
		{ .kind = IR_OP_UNMAP, .mapping = 1, .time_ns = 2000 },
		{ .kind = IR_OP_MAP, .mapping = 2, .time_ns = 3000 },	/* behind the aperture's end */
		{ .kind = IR_OP_UNMAP, .mapping = 0, .time_ns = 3001 },
		{ .kind = IR_OP_MAP, .mapping = 3, .time_ns = 3002 },
	};
	const size_t nr = sizeof(ops) / sizeof(ops[0]);
	struct ir_result result;
	int rc;

	if (!e)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		ops[i].pages = 1;
		ops[i].segments = ops[i].seg_pages = ops[i].kind == IR_OP_MAP;
		ops[i].cpu = (uint16_t)(i % 4);
	}
	ir_engine_run(e, ops, nr);
	rc = ir_engine_finish(e, &result, NULL, err);
	if (!rc)
		fprintf(out, "%" PRIu64 " %" PRIu64, result.maps.succeeded, result.rpcit.total);
	ir_engine_free(e);
	return rc;
}

static int registry(const char *none, FILE *out, struct ir_error *err)
{
	struct ir_registry *r = ir_registry_new();

	(void)none;
	(void)err;
	if (r)
		fprintf(out, "%s", ir_registry_strategy(r, "strict")->name);
	ir_registry_free(r);
	return r ? 0 : -ENOMEM;
}

static struct call list[] = {
	{ "rules for events", rules, CORPUS "events/pair.json" },
	{ "rules of a kernel's events", rules, CORPUS "events/kernel.json" },
	{ "a registry", registry, NULL },
	{ "trace.dat v6", operations, CORPUS "tracedat/6.12-fq-twodev.v6" },
	{ "trace.dat v7, zstd", operations, CORPUS "tracedat/6.1-lazy-seqread.v7-zstd" },
	{ "trace.dat with losses", with_sites, CORPUS "tracedat/6.12-lazy-randread-lossy.v7-zstd" },
	{ "perf.data", operations, CORPUS "perfdata/6.12-lazy-mixed-perf" },
	{ "perf.data, zstd", operations, CORPUS "perfdata/6.12-lazy-randread-perfz" },
	{ "perf.data from a pipe", with_tasks, CORPUS "perfdata/6.12-lazy-randread-perfpipe" },
	{ "call chains of perf.data", with_sites, CORPUS "perfdata/6.12-fq-randread-perf-g" },
	{ "names of functions", with_names, "traces/6.12-fq-mixed-perf-g.perf.data" },
	{ "ftrace's text", operations, CORPUS "text/6.12-fq-mixed-text" },
	{ "tasks of a text", with_tasks, CORPUS "text/6.12-fq-mixed-text" },
	{ "text by rules", with_rules, CORPUS "text/6.12-fq-mixed-text" },
	{ "perf script's text", with_sites, CORPUS "text/6.12-lazy-mixed-perf.perfscript" },
	{ "replay of trace.dat", replay, CORPUS "tracedat/6.12-fq-twodev.v6" },
	{ "report of call sites", report, CORPUS "perfdata/6.12-fq-randread-perf-g" },
	{ "replay that waits", waiting, "legacy" },
	{ "verification", verify, CORPUS "tracedat/6.12-fq-twodev.v6" },
	{ "faults", faults, "traces/faults/vtd-console.txt" },
	{ "stored report, info", stored, CORPUS "report/info" },
	{ "stored report, verify", stored, CORPUS "report/verify" },
	{ "stored report, devices", stored, CORPUS "report/run-devices" },
	{ "stored report, sites", stored, CORPUS "report/run-sites" },
	{ "stored report, timelines", stored, CORPUS "report/run-timeline" },
};

int main(void)
{
	return all_calls(list, sizeof(list) / sizeof(list[0]));
}
