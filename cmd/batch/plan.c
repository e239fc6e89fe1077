// SPDX-License-Identifier: GPL-2.0-or-later
#include "batch/plan.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <iommu-replay/report.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "base/names.h"
#include "base/json.h"
#include "options/options.h"
#include "base/place.h"
#include "io/kind.h"
#include "io/texts.h"

#define MAX_SIZE (16 << 20)	/* bytes; more is a wrong file */
#define MAX_CONFIGS 1000000
#define MAX_CELLS 10000000

struct manifest {
	const char *path;
	bool plain;		/* there is none: recordings were given instead */
	char *directory;	/* "" or with a slash at its end */
	char *text;
	json_t *root;
	struct settings settings;	/* what strategies and hypervisors are parsed into */
};

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory");
}

/* "m.json:7: recordings[3].file: not a text"; "batch: not a text" without a manifest */
static int __attribute__((format(printf, 4, 5)))
manifest_error(const struct manifest *m, const struct place *place, struct ir_error *err,
	       const char *fmt, ...)
{
	char name[160], text[360];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (m->plain)
		return ir_error_set(err, -EINVAL, "%s: %s", m->path, text);
	place_name(place, name, sizeof(name));
	return ir_error_set(err, -EINVAL, "%.120s:%d: %.100s%s%s", m->path,
			    place_line(m->text, place), name, *name ? ": " : "", text);
}

/* An object has these keys and no others; the list ends with a NULL name. */
static int check_keys(const struct manifest *m, json_t *object, struct place place,
		      const struct choice *keys, struct ir_error *err)
{
	struct ir_error why = { "" };
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		size_t i = 0;

		while (keys[i].name && strcmp(keys[i].name, key))
			i++;
		if (keys[i].name)
			continue;
		name_unknown(&why, "key", key, strlen(key), choice_name, keys);
		place = place_key(place, key);
		return manifest_error(m, &place, err, "%s", why.text);
	}
	return 0;
}

/* A number or a text, as a text for free(); NULL with @err set. */
static char *scalar_text(const struct manifest *m, const json_t *value, struct place place,
			 struct ir_error *err)
{
	if (json_is_string(value))
		return text_checked(strdup(json_string_value(value)));
	if (json_is_integer(value))
		return text_format("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	manifest_error(m, &place, err, "not a text or a whole number");
	return NULL;
}

/* Parameters. */

/* A value is right if it is with any hypervisor: with which it is used is another matter. */
static int check_value(const struct manifest *m, const struct parameter *parameter,
		       const char *text, struct place place, struct ir_error *err)
{
	struct ir_error why = { "" };
	int rc = -EINVAL;

	for (size_t i = 0; ir_hypervisors[i] && rc; i++) {
		struct ir_config config = {
			.strategy = ir_strategies[0], .hypervisor = ir_hypervisors[i],
		};
		struct ir_error here = { "" };

		rc = parameter_set(parameter, &config, text, &here);
		if (!rc)
			rc = ir_config_check(&config, &here);
		/* The message of one that has no such parameter is of no use. */
		if (rc && (!*why.text || strncmp(here.text, "unknown", strlen("unknown"))))
			why = here;
	}
	return rc ? manifest_error(m, &place, err, "%s", why.text) : 0;
}

static const struct parameter *known_parameter(const struct manifest *m, const char *key,
					       struct place place, struct ir_error *err)
{
	struct ir_error why = { "" };
	const struct parameter *parameter = parameter_find(key, strlen(key), &why);

	if (!parameter)
		manifest_error(m, &place, err, "%s", why.text);
	return parameter;
}

static void add_text(struct axis *axis, char *text)
{
	axis->texts = memory_checked(reallocarray(axis->texts, axis->n + 1, sizeof(*axis->texts)));
	axis->texts[axis->n++] = text;
}

/* One value, or with a colon a range of them. */
static int add_value(const struct manifest *m, struct axis *axis, const json_t *value,
		     struct place place, struct ir_error *err)
{
	char *text = scalar_text(m, value, place, err);
	struct ir_error why = { "" };
	struct range range;
	int rc = 0;

	if (!text)
		return -EINVAL;
	if (!axis->parameter->numeric || !strchr(text, ':')) {
		rc = check_value(m, axis->parameter, text, place, err);
		for (size_t i = 0; i < axis->n && !rc; i++)
			if (!strcmp(axis->texts[i], text))
				rc = manifest_error(m, &place, err, "%.60s is there twice", text);
		if (rc)
			free(text);
		else
			add_text(axis, text);
		return rc;
	}
	if (range_parse(axis->parameter, text, &range, &why))
		rc = manifest_error(m, &place, err, "%s", why.text);
	free(text);
	for (size_t i = 0; i < range.n; i++)
		add_text(axis, text_format("%" PRIu64, range.values[i]));
	free(range.values);
	return rc;
}

static int read_axis(const struct manifest *m, struct axis *axis, const json_t *value,
		     struct place place, struct ir_error *err)
{
	const json_t *one;
	size_t i;
	int rc = 0;

	if (!json_is_array(value))
		return add_value(m, axis, value, place, err);
	if (!json_array_size(value))
		return manifest_error(m, &place, err, "the list is empty");
	json_array_foreach(value, i, one) {
		rc = add_value(m, axis, one, place_index(place, i), err);
		if (rc)
			break;
	}
	return rc;
}

static int read_axes(struct manifest *m, struct plan *plan, struct ir_error *err)
{
	struct place place = place_key((struct place){ .n = 0 }, "parameters");
	json_t *object = json_object_get(m->root, "parameters");
	const char *key;
	json_t *value;
	int rc = 0;

	if (!object)
		return 0;
	if (!json_is_object(object))
		return manifest_error(m, &place, err, "not an object");
	plan->axes = memory_checked(calloc(json_object_size(object) + 1, sizeof(*plan->axes)));
	json_object_foreach(object, key, value) {
		struct axis *axis = &plan->axes[plan->nr_axes];
		struct place here = place_key(place, key);

		axis->parameter = known_parameter(m, key, here, err);
		if (!axis->parameter)
			return -EINVAL;
		plan->nr_axes++;
		rc = read_axis(m, axis, value, here, err);
		if (rc)
			break;
	}
	return rc;
}

/* Recordings. */

static int read_own_settings(const struct manifest *m, const struct plan *plan,
			     struct settings_list *list, json_t *object, struct place place,
			     struct ir_error *err)
{
	const char *key;
	json_t *value;

	if (!object)
		return 0;
	if (!json_is_object(object))
		return manifest_error(m, &place, err, "not an object");
	list->item = memory_checked(calloc(json_object_size(object) + 1, sizeof(*list->item)));
	json_object_foreach(object, key, value) {
		struct setting *setting = &list->item[list->n];
		struct place here = place_key(place, key);

		setting->parameter = known_parameter(m, key, here, err);
		if (!setting->parameter)
			return -EINVAL;
		for (size_t i = 0; i < plan->nr_axes; i++)
			if (plan->axes[i].parameter == setting->parameter)
				return manifest_error(m, &here, err,
						      "is given for all recordings, too; which one counts?");
		setting->text = scalar_text(m, value, here, err);
		if (!setting->text)
			return -EINVAL;
		list->n++;
		if (check_value(m, setting->parameter, setting->text, here, err))
			return -EINVAL;
	}
	return 0;
}

static void free_list(struct settings_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->item[i].text);
	free(list->item);
}

static void copy_list(struct settings_list *to, const struct settings_list *from)
{
	to->item = memory_checked(calloc(from->n + 1, sizeof(*to->item)));
	for (size_t i = 0; i < from->n; i++) {
		to->item[i] = from->item[i];
		to->item[i].text = text_checked(strdup(from->item[i].text));
	}
	to->n = from->n;
}

static int add_recording(const struct manifest *m, struct plan *plan, const char *name,
			 const struct settings_list *own, struct place place, struct ir_error *err)
{
	struct plan_recording *recording;

	for (size_t i = 0; i < plan->nr_recordings; i++)
		if (!strcmp(plan->recordings[i].name, name))
			return manifest_error(m, &place, err, "\"%.200s\" is there twice", name);
	if (!(plan->nr_recordings & (plan->nr_recordings - 1)))
		plan->recordings = memory_checked(reallocarray(plan->recordings,
			plan->nr_recordings ? 2 * plan->nr_recordings : 1, sizeof(*plan->recordings)));
	recording = &plan->recordings[plan->nr_recordings++];
	*recording = (struct plan_recording){
		.name = text_checked(strdup(name)),
		.path = text_format("%s%s", *name == '/' ? "" : m->directory, name),
	};
	copy_list(&recording->settings, own);
	return 0;
}

/* "*.dat": what there is, in the order of the names. */
static int add_pattern(const struct manifest *m, struct plan *plan, const char *name,
		       const struct settings_list *own, struct place place, struct ir_error *err)
{
	const char *directory = *name == '/' ? "" : m->directory;
	size_t skip = strlen(directory);
	char *pattern = memory_checked(malloc(2 * skip + strlen(name) + 1)), *to = pattern;
	glob_t found;
	int rc = 0, outcome;

	/* Nothing in the manifest's own place is a pattern. */
	for (const char *c = directory; *c; c++) {
		if (strchr("*?[\\", *c))
			*to++ = '\\';
		*to++ = *c;
	}
	memcpy(to, name, strlen(name) + 1);
	outcome = glob(pattern, 0, NULL, &found);
	free(pattern);
	if (outcome == GLOB_NOSPACE)
		return no_memory(err);
	if (outcome)
		return manifest_error(m, &place, err, "\"%.200s\" matches no file", name);
	for (size_t i = 0; i < found.gl_pathc && !rc; i++)
		rc = add_recording(m, plan, found.gl_pathv[i] + skip, own, place, err);
	globfree(&found);
	return rc;
}

static int add_name(const struct manifest *m, struct plan *plan, const json_t *value,
		    const struct settings_list *own, struct place place, struct ir_error *err)
{
	const char *name = json_string_value(value);

	if (!name || !*name)
		return manifest_error(m, &place, err, "not the name of a file");
	/* On the command line the shell has expanded patterns already. */
	return !m->plain && strpbrk(name, "*?[") ? add_pattern(m, plan, name, own, place, err) :
		add_recording(m, plan, name, own, place, err);
}

static int read_recording(const struct manifest *m, struct plan *plan, json_t *entry,
			  struct place place, struct ir_error *err)
{
	/* verify reads machines. */
	static const struct choice keys[] = {
		{ "file", 0 }, { "files", 0 }, { "parameters", 0 }, { "machine", 0 }, { NULL, 0 },
	};
	const json_t *file = json_object_get(entry, "file"), *one;
	const json_t *files = json_object_get(entry, "files");
	struct settings_list own = { .n = 0 };
	size_t i;
	int rc;

	if (json_is_string(entry))
		return add_name(m, plan, entry, &own, place, err);
	if (!json_is_object(entry))
		return manifest_error(m, &place, err, "neither the name of a file nor an object");
	/* Without a schema, other keys mean something to others (manifest.h). */
	rc = json_object_get(m->root, "schema") ? check_keys(m, entry, place, keys, err) : 0;
	if (!rc && !file == !files)
		rc = manifest_error(m, &place, err, file ? "has both \"file\" and \"files\"; leave out one" :
				    "needs \"file\" or \"files\"");
	if (!rc && files && !json_is_array(files)) {
		place = place_key(place, "files");
		rc = manifest_error(m, &place, err, "not a list");
	}
	if (!rc)
		rc = read_own_settings(m, plan, &own, json_object_get(entry, "parameters"),
				       place_key(place, "parameters"), err);
	if (!rc && file)
		rc = add_name(m, plan, file, &own, place_key(place, "file"), err);
	json_array_foreach(files, i, one)
		if (!rc)
			rc = add_name(m, plan, one, &own,
				      place_index(place_key(place, "files"), i), err);
	free_list(&own);
	return rc;
}

static int read_recordings(struct manifest *m, struct plan *plan, struct ir_error *err)
{
	struct place place = place_key((struct place){ .n = 0 }, "recordings");
	json_t *list = json_object_get(m->root, "recordings"), *entry;
	size_t i;
	int rc = 0;

	if (!json_is_array(list))
		return manifest_error(m, &place, err, list ? "not a list" : "there is no list of \"recordings\"");
	if (!json_array_size(list))
		return manifest_error(m, &place, err, "the list is empty");
	json_array_foreach(list, i, entry) {
		rc = read_recording(m, plan, entry, place_index(place, i), err);
		if (rc)
			break;
	}
	return rc;
}

/* Strategies and hypervisors: as the options of run have them. */

static int read_names(struct manifest *m, const char *key, const char *option,
		      const char *usual, struct axis *written, struct ir_error *err)
{
	struct place place = place_key((struct place){ .n = 0 }, key);
	const json_t *list = json_object_get(m->root, key), *entry;
	struct ir_error why = { "" };
	size_t i;

	if (!list) {
		add_text(written, text_checked(strdup(usual)));
		return options_replay(&m->settings, option, usual, err);
	}
	if (!json_is_array(list))
		return manifest_error(m, &place, err, "not a list of names");
	if (!json_array_size(list))
		return manifest_error(m, &place, err, "the list is empty");
	json_array_foreach(list, i, entry) {
		const char *name = json_string_value(entry);
		struct place here = place_index(place, i);

		if (!name)
			return manifest_error(m, &here, err, "not a name");
		for (size_t k = 0; k < written->n; k++)
			if (!strcmp(written->texts[k], name))
				return manifest_error(m, &here, err, "\"%.60s\" is there twice", name);
		if (options_replay(&m->settings, option, name, &why))
			return manifest_error(m, &here, err, "%s", why.text);
		add_text(written, text_checked(strdup(name)));
	}
	return 0;
}

static void free_axis(struct axis *axis)
{
	for (size_t i = 0; i < axis->n; i++)
		free(axis->texts[i]);
	free(axis->texts);
}

/* Configurations. */

/*
 * Strategies for s390 and for other IOMMUs: both lists have those that were given, or
 * all.  NULL: there is no @i-th.
 */
static const struct ir_strategy *nth_strategy(const struct settings *s, size_t i, bool s390)
{
	for (size_t k = 0; k < s->nr_strategies; k++) {
		const struct ir_strategy *st = s->strategies[k];

		if (s->all_strategies && (s390 ? st->not_s390 : st->s390_only))
			continue;
		if (!i--)
			return st;
	}
	return NULL;
}

/* A contradictory configuration has no cells. */
static int is_left_out(const struct manifest *m, struct plan *plan, struct ir_error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nr_configs; i++) {
		struct plan_config *c = &plan->configs[i];

		if (!c->error) {
			plan->configs[n++] = *c;
			continue;
		}
		if (!plan->left_out++)
			ir_error_set(err, -EINVAL, "%.100s: no configuration makes sense: %.80s: %.200s",
				     m->path, c->name, c->error);
		plan_config_free(c);
	}
	plan->nr_configs = n;
	return n ? 0 : -EINVAL;
}

static int make_configs(struct manifest *m, struct plan *plan, const struct axis *hypervisors,
			struct ir_error *err)
{
	const struct settings *s = &m->settings;
	size_t combinations = 1, strategies = 0, n;

	for (size_t i = 0; i < plan->nr_axes; i++)
		if (__builtin_mul_overflow(combinations, plan->axes[i].n, &combinations) ||
		    combinations > MAX_CONFIGS)
			combinations = MAX_CONFIGS + 1;
	while (nth_strategy(s, strategies, true))
		strategies++;
	n = s->nr_hypervisors * strategies;
	if (combinations > MAX_CONFIGS / n || combinations * n > MAX_CELLS / plan->nr_recordings)
		return ir_error_set(err, -E2BIG, "%s: more than %d configurations or %d cells",
				    m->path, MAX_CONFIGS, MAX_CELLS);
	plan->configs = memory_checked(calloc(combinations * n, sizeof(*plan->configs)));
	for (size_t h = 0; h < s->nr_hypervisors; h++)
		for (size_t c = 0; c < combinations; c++)
			for (size_t i = 0; i < strategies; i++) {
				struct plan_config *made = &plan->configs[plan->nr_configs++];

				made->elsewhere = nth_strategy(s, i, false);
				made->default_hypervisor = s->default_hypervisor;
				plan_config_make(plan->axes, plan->nr_axes, &s->hypervisors[h],
						 hypervisors->texts[h], nth_strategy(s, i, true), c, made);
			}
	return is_left_out(m, plan, err);
}

static void write_digest(struct plan *plan)
{
	struct ir_memory memory;
	FILE *out = text_begin(&memory);
	char *text;

	fprintf(out, "%s\n%s\n", ir_version(), plan->settings_digest);
	for (size_t i = 0; i < plan->nr_recordings; i++) {
		fprintf(out, "%s", plan->recordings[i].name);
		for (size_t k = 0; k < plan->recordings[i].settings.n; k++)
			fprintf(out, " %s=%s", plan->recordings[i].settings.item[k].parameter->name,
				plan->recordings[i].settings.item[k].text);
		fputc('\n', out);
	}
	for (size_t i = 0; i < plan->nr_configs; i++)
		fprintf(out, "%s\n", plan->configs[i].name);
	text = text_end(&memory);
	fingerprint_text(text, memory.len, plan->digest);
	free(text);
}

/* The file. */

static int read_text(struct manifest *m, size_t *size, struct ir_error *err)
{
	FILE *in = fopen(m->path, "r");
	int rc = 0;

	if (!in)
		return ir_error_set(err, -errno, "%s: %s", m->path, strerror(errno));
	m->text = memory_checked(malloc(MAX_SIZE + 2));
	errno = 0;
	*size = fread(m->text, 1, MAX_SIZE + 1, in);
	if (ferror(in))
		rc = ir_error_set(err, -EIO, "%s: %s", m->path, strerror(errno ? errno : EIO));
	else if (*size > MAX_SIZE)
		rc = ir_error_set(err, -EFBIG, "%s: too large for a manifest", m->path);
	m->text[*size] = '\0';
	fclose(in);
	return rc;
}

static bool is_of_machines(const struct manifest *m)
{
	const json_t *first = json_array_get(json_object_get(m->root, "recordings"), 0);

	return json_object_get(first, "machine") != NULL;
}

static int check_schema(const struct manifest *m, struct ir_error *err)
{
	static const struct choice keys[] = {
		{ "schema", 0 }, { "recordings", 0 }, { "strategies", 0 }, { "hypervisors", 0 },
		{ "parameters", 0 }, { NULL, 0 },
	};
	struct place place = place_key((struct place){ .n = 0 }, "schema");
	const char *schema = json_string_value(json_object_get(m->root, "schema"));

	if (!json_is_object(m->root))
		return ir_error_set(err, -EINVAL, "%s:1: not a manifest: it is not an object", m->path);
	/* One that describes recorded machines, as verify reads it, may be without. */
	if (!schema && is_of_machines(m))
		return 0;
	if (!schema)
		return manifest_error(m, &place, err, "is missing; it is to be \"%s\"", MANIFEST_SCHEMA);
	if (strcmp(schema, MANIFEST_SCHEMA))
		return manifest_error(m, &place, err, "\"%.60s\" is not known; expected \"%s\"", schema,
				      MANIFEST_SCHEMA);
	return check_keys(m, m->root, (struct place){ .n = 0 }, keys, err);
}

static int parse_manifest(struct manifest *m, struct plan *plan, struct ir_error *err)
{
	struct axis strategies = { .n = 0 }, hypervisors = { .n = 0 };
	int rc = check_schema(m, err);

	if (!rc)
		rc = read_axes(m, plan, err);
	if (!rc)
		rc = read_recordings(m, plan, err);
	if (!rc)
		rc = read_names(m, "strategies", "strategy", "all", &strategies, err);
	if (!rc)
		rc = read_names(m, "hypervisors", "hypervisor", "kvm", &hypervisors, err);
	m->settings.default_hypervisor = !json_object_get(m->root, "hypervisors");
	if (!rc)
		rc = make_configs(m, plan, &hypervisors, err);
	if (!rc)
		write_digest(plan);
	free_axis(&strategies);
	free_axis(&hypervisors);
	return rc;
}

/* As a manifest would list them. */
static int list_recordings(struct manifest *m, char *const *names, size_t n, struct ir_error *err)
{
	json_t *list = json_array();

	m->root = json_pack("{s:s, s:o}", "schema", MANIFEST_SCHEMA, "recordings", list);
	for (size_t i = 0; i < n; i++)
		if (json_array_append_new(list, json_string(names[i])))
			return ir_error_set(err, -EINVAL, "%s: the name is not UTF-8, as results of a batch are", names[i]);
	m->text = text_checked(ir_json_dump(m->root, JSON_INDENT(1)));
	return 0;
}

static int read_manifest(struct manifest *m, struct ir_error *err)
{
	json_error_t where;
	size_t size = 0;
	int rc = read_text(m, &size, err);

	if (rc)
		return rc;
	if (!size)	/* a manifest, or the only recording */
		return ir_error_set(err, -EINVAL, "%s: the file is empty", m->path);
	m->root = ir_json_load(m->text, size, &where);
	return m->root ? 0 : ir_error_set(err, -EINVAL, "%s:%d: %s", m->path, where.line, where.text);
}

int plan_read(char *const *operands, size_t n, struct ir_registry *registry, const char *digest,
	      struct plan *plan, struct ir_error *err)
{
	const char *kind = kind_command(operands[0]);
	bool plain = n > 1 || (kind && !strcmp(kind, "run"));
	const char *path = operands[0], *slash = plain ? NULL : strrchr(path, '/');
	struct manifest m = {
		.path = plain ? "batch" : path, .plain = plain, .settings.registry = registry,
	};
	int rc;

	*plan = (struct plan){ .settings_digest = text_checked(strdup(digest)) };
	m.directory = text_checked(strndup(path, slash ? (size_t)(slash - path) + 1 : 0));
	rc = plain ? list_recordings(&m, operands, n, err) : read_manifest(&m, err);
	if (!rc)
		rc = parse_manifest(&m, plan, err);
	json_decref(m.root);
	free(m.text);
	free(m.directory);
	m.settings.registry = NULL;	/* is the caller's */
	options_free(&m.settings);
	return rc;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_recordings; i++) {
		free(plan->recordings[i].name);
		free(plan->recordings[i].path);
		free_list(&plan->recordings[i].settings);
	}
	for (size_t i = 0; i < plan->nr_configs; i++)
		plan_config_free(&plan->configs[i]);
	for (size_t i = 0; i < plan->nr_axes; i++)
		free_axis(&plan->axes[i]);
	free(plan->recordings);
	free(plan->configs);
	free(plan->axes);
	free(plan->settings_digest);
}
