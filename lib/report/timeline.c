// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Timelines in reports: lists of equal length, one for each figure.
 */
#include "report/timeline.h"
#include "report/json_count.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/timeline.h"
#include "report/columns.h"

/*
 * A figure of each bucket, by its place in the bucket: what is written and what
 * is read is the same list.
 */
static size_t at_min(int i)
{
	return offsetof(struct ir_timeline_bucket, min) + (size_t)i * sizeof(uint64_t);
}

static size_t at_max(int i)
{
	return offsetof(struct ir_timeline_bucket, max) + (size_t)i * sizeof(uint64_t);
}

static size_t at_rpcit(int i)
{
	return offsetof(struct ir_timeline_bucket, rpcit) + (size_t)i * sizeof(uint64_t);
}

static size_t at_failures(int i)
{
	return offsetof(struct ir_timeline_bucket, failures) + (size_t)i * sizeof(uint64_t);
}

static const uint64_t *figure_at(const struct ir_timeline *t, size_t bucket, size_t at)
{
	return (const uint64_t *)(const void *)((const char *)&t->buckets[bucket] + at);
}

/* Lists are visited in the order in which they are written. */
typedef int (*visit)(void *arg, const char *group, const char *name, size_t at);

static int visit_lists(visit list, void *arg)
{
	int rc = 0;

	for (int i = 0; i < IR_TRACKS && !rc; i++) {
		rc = list(arg, ir_track_name((enum ir_track)i), "min", at_min(i));
		if (!rc)
			rc = list(arg, ir_track_name((enum ir_track)i), "max", at_max(i));
	}
	for (int i = 0; i < IR_CAUSES && !rc; i++)
		rc = list(arg, "rpcit", ir_cause_name((enum ir_cause)i), at_rpcit(i));
	if (!rc)
		rc = list(arg, "rpcit", "insufficient",
			  offsetof(struct ir_timeline_bucket, insufficient));
	for (int i = 0; i < IR_FAILURES && !rc; i++)
		rc = list(arg, "failures", ir_failure_name((enum ir_failure)i), at_failures(i));
	if (!rc)
		rc = list(arg, "maps", "attempted", offsetof(struct ir_timeline_bucket, maps));
	return rc;
}

/* Writing */

struct writing {
	const struct ir_timeline *timeline;
	json_t *object;
};

static int write_list(void *arg, const char *group, const char *name, size_t at)
{
	const struct writing *w = arg;
	json_t *list = json_array(), *in = json_object_get(w->object, group);

	if (!in && json_object_set_new(w->object, group, json_object()))
		goto fail;
	in = json_object_get(w->object, group);
	for (size_t i = 0; i < w->timeline->nr_buckets; i++)
		if (json_array_append_new(list, ir_json_count(*figure_at(w->timeline, i, at))))
			goto fail;
	return json_object_set_new(in, name, list);
fail:
	json_decref(list);
	return -1;
}

static json_t *write_failure(const struct ir_timeline_failure *f,
			     const struct ir_recording_info *info)
{
	const char *device = f->device < info->nr_devices ? info->devices[f->device] : NULL;
	json_t *name = json_null();

	if (device) {
		char *clean = ir_text_utf8(device);

		name = clean ? json_string(clean) : NULL;
		free(clean);
	}
	return json_pack("{s:o, s:s, s:o, s:o, s:o}", "time_ns", ir_json_count(f->time_ns),
			 "kind", ir_failure_name(f->kind), "pages", ir_json_count(f->pages),
			 "cpu", ir_json_count(f->cpu), "device", name);
}

static json_t *write_failures(const struct ir_timeline *t, const struct ir_recording_info *info)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->nr_failures; i++) {
		if (json_array_append_new(list, write_failure(&t->failures[i], info))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* From the first value that there is to the last. */
static json_t *write_histogram(const uint64_t *buckets, const char *what)
{
	json_t *list = json_array();
	unsigned int first = 0, end = IR_HISTOGRAM_BUCKETS;

	while (first < end && !buckets[first])
		first++;
	while (end > first && !buckets[end - 1])
		end--;
	for (unsigned int i = first; i < end; i++) {
		json_t *bucket = json_pack("{s:o, s:o, s:o}",
					   "from", ir_json_count(UINT64_C(1) << i),
					   "to", ir_json_count((UINT64_C(2) << i) - 1),
					   what, ir_json_count(buckets[i]));

		if (json_array_append_new(list, bucket)) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

int ir_timeline_write(json_t *result, const struct ir_timeline *t,
		      const struct ir_recording_info *info)
{
	json_t *object = json_pack("{s:o, s:o, s:o}", "start_ns", ir_json_count(t->start_ns),
				   "bucket_ns", ir_json_count(t->bucket_ns),
				   "buckets", ir_json_count(t->nr_buckets));
	struct writing writing = { t, object };
	json_t *failures;

	if (!object || json_object_set_new(result, "timeline", object) ||
	    visit_lists(write_list, &writing))
		return -1;
	failures = json_object_get(object, "failures");
	if (json_object_set_new(failures, "total", ir_json_count(t->failed)) ||
	    json_object_set_new(failures, "first", write_failures(t, info)))
		return -1;
	return json_object_set_new(result, "histograms", json_pack("{s:o, s:o}",
				   "exposure_ns", write_histogram(t->exposure, "pages"),
				   "map_pages", write_histogram(t->map_pages, "maps")));
}

/* Reading */

struct reading {
	struct ir_timeline *timeline;
	const json_t *object;
	struct ir_error *err;
};

static int read_list(void *arg, const char *group, const char *name, size_t at)
{
	const struct reading *r = arg;
	const json_t *list = json_object_get(json_object_get(r->object, group), name);

	/* Older versions did not write these. */
	if (!list && !strcmp(group, "maps"))
		return 0;
	if (!json_is_array(list) || json_array_size(list) != r->timeline->nr_buckets)
		return ir_error_set(r->err, -EINVAL, "timeline.%s.%s is not a list of %zu numbers",
				    group, name, r->timeline->nr_buckets);
	for (size_t i = 0; i < r->timeline->nr_buckets; i++) {
		char *bucket = (char *)&r->timeline->buckets[i];

		if (!ir_json_read_count(json_array_get(list, i), (uint64_t *)(void *)(bucket + at)))
			return ir_error_set(r->err, -EINVAL, "timeline.%s.%s[%zu] is not a count",
					    group, name, i);
	}
	return 0;
}

static uint16_t find_device(const json_t *name, const struct ir_recording_info *info)
{
	for (size_t i = 1; json_is_string(name) && i < info->nr_devices && i <= UINT16_MAX; i++)
		if (!strcmp(info->devices[i], json_string_value(name)))
			return (uint16_t)i;
	return 0;
}

static bool read_failure(const json_t *object, const struct ir_recording_info *info,
			 struct ir_timeline_failure *f)
{
	const char *kind = json_string_value(json_object_get(object, "kind"));
	uint64_t cpu;

	if (!kind || !ir_json_read_count(json_object_get(object, "time_ns"), &f->time_ns) ||
	    !ir_json_read_count(json_object_get(object, "pages"), &f->pages) ||
	    !ir_json_read_count(json_object_get(object, "cpu"), &cpu) || cpu > UINT32_MAX)
		return false;
	f->cpu = (uint32_t)cpu;
	f->device = find_device(json_object_get(object, "device"), info);
	for (int i = 0; i < IR_FAILURES; i++) {
		f->kind = (enum ir_failure)i;
		if (!strcmp(kind, ir_failure_name(f->kind)))
			return true;
	}
	return false;
}

static int read_failures(struct reading *r, const struct ir_recording_info *info)
{
	const json_t *failures = json_object_get(r->object, "failures");
	const json_t *list = json_object_get(failures, "first"), *object;
	struct ir_timeline *t = r->timeline;
	size_t i;

	if (!ir_json_read_count(json_object_get(failures, "total"), &t->failed))
		return ir_error_set(r->err, -EINVAL, "timeline.failures.total is not a count");
	if (!json_is_array(list) || json_array_size(list) > IR_TIMELINE_FAILURES)
		return ir_error_set(r->err, -EINVAL, "timeline.failures.first is not a list of at "
				    "most %d failures", IR_TIMELINE_FAILURES);
	json_array_foreach(list, i, object)
		if (!read_failure(object, info, &t->failures[t->nr_failures++]))
			return ir_error_set(r->err, -EINVAL, "timeline.failures.first[%zu] is not a "
					    "failure", i);
	return 0;
}

static int read_histogram(const json_t *result, const char *name, const char *what,
			  uint64_t *buckets, struct ir_error *err)
{
	const json_t *list = json_object_get(json_object_get(result, "histograms"), name), *object;
	uint64_t from, count;
	size_t i;

	if (!json_is_array(list))
		return ir_error_set(err, -EINVAL, "histograms.%s is not a list", name);
	json_array_foreach(list, i, object) {
		if (!ir_json_read_count(json_object_get(object, "from"), &from) ||
		    !ir_json_read_count(json_object_get(object, what), &count))
			return ir_error_set(err, -EINVAL, "histograms.%s[%zu] has no counts \"from\" "
					    "and \"%s\"", name, i, what);
		buckets[ir_histogram_bucket(from)] += count;
	}
	return 0;
}

int ir_timeline_read(const json_t *result, const struct ir_recording_info *info,
		     struct ir_timeline **timeline, struct ir_error *err)
{
	struct reading r = { .object = json_object_get(result, "timeline"), .err = err };
	uint64_t nr;
	int rc;

	*timeline = NULL;
	if (!r.object || json_is_null(r.object))
		return 0;
	r.timeline = calloc(1, sizeof(*r.timeline));
	if (!r.timeline)
		return ir_error_set(err, -ENOMEM, "out of memory");
	*timeline = r.timeline;
	if (!ir_json_read_count(json_object_get(r.object, "start_ns"), &r.timeline->start_ns) ||
	    !ir_json_read_count(json_object_get(r.object, "bucket_ns"), &r.timeline->bucket_ns) ||
	    !ir_json_read_count(json_object_get(r.object, "buckets"), &nr) ||
	    !r.timeline->bucket_ns || !nr || nr > IR_TIMELINE_BUCKETS)
		return ir_error_set(err, -EINVAL, "timeline has no start_ns, no bucket_ns, or not 1 to "
				    "%d buckets", IR_TIMELINE_BUCKETS);
	r.timeline->nr_buckets = (size_t)nr;
	rc = visit_lists(read_list, &r);
	if (!rc)
		rc = read_failures(&r, info);
	if (!rc)
		rc = read_histogram(result, "exposure_ns", "pages", r.timeline->exposure, err);
	if (!rc)
		rc = read_histogram(result, "map_pages", "maps", r.timeline->map_pages, err);
	return rc;
}
