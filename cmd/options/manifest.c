// SPDX-License-Identifier: GPL-2.0-or-later
#include "options/manifest.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cmd.h"
#include "base/names.h"
#include "base/json.h"

#define MAX_SIZE (16 << 20)	/* thousands of recordings; more is a wrong file */

struct manifest {
	const char *path;
	char *text;
	json_t *root;
};

static void close_manifest(struct manifest *m)
{
	json_decref(m->root);
	free(m->text);
}

static int read_text(struct manifest *m, size_t *size, struct ir_error *err)
{
	FILE *in = fopen(m->path, "r");
	int rc = 0;

	m->text = in ? malloc(MAX_SIZE + 1) : NULL;
	if (!m->text) {
		rc = ir_error_set(err, errno ? -errno : -ENOMEM, "%s: %s", m->path,
				  strerror(errno));
		goto out;
	}
	errno = 0;
	*size = fread(m->text, 1, MAX_SIZE + 1, in);
	if (ferror(in))
		rc = ir_error_set(err, -EIO, "%s: %s", m->path, strerror(errno ? errno : EIO));
	else if (*size > MAX_SIZE)
		rc = ir_error_set(err, -EFBIG, "%s: too large for a manifest", m->path);
	else
		m->text[*size] = '\0';
out:
	if (in)
		fclose(in);
	return rc;
}

/*
 * Read a manifest.  One that was not given by name and is JSON of another
 * kind is ignored: root stays NULL.
 */
static int open_manifest(struct manifest *m, const char *path, bool asked, struct ir_error *err)
{
	json_error_t wrong;
	size_t size = 0;
	int rc;

	*m = (struct manifest){ .path = path };
	rc = read_text(m, &size, err);
	if (rc)
		return rc;
	m->root = ir_json_load(m->text, size, &wrong);
	if (!m->root)
		return ir_error_set(err, -EINVAL, "%s:%d: %s", path, wrong.line, wrong.text);
	if (json_is_array(json_object_get(m->root, "recordings")))
		return 0;
	if (asked)
		return ir_error_set(err, -EINVAL,
				    "%s:1: not a manifest: there is no list \"recordings\"", path);
	json_decref(m->root);
	m->root = NULL;
	return 0;
}

/*
 * The line of @key in the entry of @file; jansson does not keep the place of a value.
 * 0: not known, because the text spells one of them in another way.
 */
static int line_of(const struct manifest *m, const char *file, const char *key)
{
	const char *words[] = { file, key };
	const char *at = m->text;
	int line = 1;

	for (size_t i = 0; i < 2; i++) {
		char quoted[256];
		int n = snprintf(quoted, sizeof(quoted), "\"%s\"", words[i]);

		at = n > 0 && (size_t)n < sizeof(quoted) ? strstr(at, quoted) : NULL;
		if (!at)
			return 0;
	}
	for (const char *c = m->text; c < at; c++)
		line += *c == '\n';
	return line;
}

/* Sets @err to a wrong value and its place. */
static int wrong_value(const struct manifest *m, const char *file, const char *key,
		       const char *what, struct ir_error *err)
{
	int line = line_of(m, file, key);

	if (line)
		return ir_error_set(err, -EINVAL, "%s:%d: %s", m->path, line, what);
	return ir_error_set(err, -EINVAL, "%s: %s: %s", m->path, file, what);
}

/* One kind of value each; @to is the member. */

static int set_number(const json_t *value, const char *key, void *to, struct ir_error *err)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return ir_error_set(err, -EINVAL, "%s is not a whole number", key);
	*(uint64_t *)to = (uint64_t)json_integer_value(value);
	return 0;
}

static int set_truth(const json_t *value, const char *key, void *to, struct ir_error *err)
{
	if (!json_is_boolean(value))
		return ir_error_set(err, -EINVAL, "%s is neither true nor false", key);
	*(bool *)to = json_is_true(value);
	return 0;
}

static const char *strategy_name(const void *arg, size_t i)
{
	(void)arg;
	return ir_strategies[i] ? ir_strategies[i]->name : NULL;
}

static const char *hypervisor_name(const void *arg, size_t i)
{
	(void)arg;
	return ir_hypervisors[i] ? ir_hypervisors[i]->name : NULL;
}

static int set_strategy(const json_t *value, const char *key, void *to, struct ir_error *err)
{
	const struct ir_strategy **strategy = to;
	const char *name = json_string_value(value);

	*strategy = name ? ir_strategy_find(name) : NULL;
	if (*strategy)
		return 0;
	return name_unknown(err, key, name ? name : "", name ? strlen(name) : 0,
			    strategy_name, NULL);
}

static int set_hypervisor(const json_t *value, const char *key, void *to, struct ir_error *err)
{
	const struct ir_hypervisor **hypervisor = to;
	const char *name = json_string_value(value);

	*hypervisor = name ? ir_hypervisor_find(name) : NULL;
	if (*hypervisor)
		return 0;
	return name_unknown(err, key, name ? name : "", name ? strlen(name) : 0,
			    hypervisor_name, NULL);
}

static int set_queue(const json_t *value, const char *key, void *to, struct ir_error *err)
{
	static const struct choice choices[] = {
		{ "single", IR_QUEUE_SINGLE },
		{ "per-cpu", IR_QUEUE_PER_CPU },
		{ "none", IR_QUEUE_NONE },
		{ NULL, 0 },
	};
	const char *name = json_string_value(value);

	for (size_t i = 0; name && choices[i].name; i++) {
		if (!strcmp(choices[i].name, name)) {
			*(enum ir_queue_type *)to = (enum ir_queue_type)choices[i].value;
			return 0;
		}
	}
	return name_unknown(err, key, name ? name : "", name ? strlen(name) : 0, choice_name,
			    choices);
}

#define NO_FLAG SIZE_MAX
#define KEY(name, set, member, max) \
	{ name, set, offsetof(struct machine, member), NO_FLAG, max }
#define FLAGGED(name, set, member, flag, max) \
	{ name, set, offsetof(struct machine, member), offsetof(struct machine, flag), max }

/* The bounds are those of the options of the same names. */
static const struct {
	const char *name;
	int (*set)(const json_t *value, const char *key, void *to, struct ir_error *err);
	size_t offset;
	size_t flag;		/* becomes true; that of a limit also with null: none */
	uint64_t max;		/* of a number */
} machine_keys[] = {
	KEY("strategy", set_strategy, strategy, 0),
	KEY("hypervisor", set_hypervisor, hypervisor, 0),
	FLAGGED("entry_limit", set_number, entry_limit, has_entry_limit, UINT64_MAX),
	KEY("entry_limit_shared", set_truth, entry_limit_shared, 0),
	KEY("aperture_bytes", set_number, aperture, UINT64_C(1) << 52),
	FLAGGED("initial_pages", set_number, initial_pages, has_initial_pages, UINT64_MAX),
	KEY("cpus", set_number, cpus, 65536),
	KEY("hz", set_number, hz, 10000),
	KEY("queue", set_queue, queue, 0),
	KEY("queue_size", set_number, queue_size, 1 << 24),
	KEY("queue_timeout_ms", set_number, queue_timeout_ms, 86400000),
};

static int read_machine(const struct manifest *m, const char *file, const json_t *object,
			struct machine *machine, struct ir_error *err)
{
	if (object && !json_is_object(object))
		return wrong_value(m, file, "machine", "machine is not an object", err);
	for (size_t i = 0; i < sizeof(machine_keys) / sizeof(machine_keys[0]); i++) {
		const json_t *value = json_object_get(object, machine_keys[i].name);
		void *to = (char *)machine + machine_keys[i].offset;
		bool limit = machine_keys[i].offset == offsetof(struct machine, entry_limit);
		struct ir_error wrong = { "" };
		const char *key = machine_keys[i].name;

		if (!value || (json_is_null(value) && !limit))
			continue;
		if (machine_keys[i].flag != NO_FLAG)
			*(bool *)((char *)machine + machine_keys[i].flag) = true;
		if (json_is_null(value))
			continue;
		if (machine_keys[i].set(value, key, to, &wrong))
			return wrong_value(m, file, key, wrong.text, err);
		if (machine_keys[i].max && *(uint64_t *)to > machine_keys[i].max) {
			ir_error_set(&wrong, -ERANGE, "%s is out of range", key);
			return wrong_value(m, file, key, wrong.text, err);
		}
	}
	return 0;
}

static bool same_file(const char *directory, const char *path, const struct stat *recording)
{
	struct stat st;
	char *joined;
	bool same;

	if (path[0] == '/')
		joined = strdup(path);
	else if (asprintf(&joined, "%s/%s", directory, path) < 0)
		joined = NULL;
	same = joined && !stat(joined, &st) && st.st_dev == recording->st_dev &&
		st.st_ino == recording->st_ino;
	free(joined);
	return same;
}

/* The one of the entry's files that is the recording; NULL: none. */
static const char *entry_file(const json_t *entry, const char *directory, const struct stat *st)
{
	const char *one = json_string_value(json_object_get(entry, "file"));
	const json_t *file, *files = json_object_get(entry, "files");
	size_t i;

	if (one && same_file(directory, one, st))
		return one;
	json_array_foreach(files, i, file) {
		one = json_string_value(file);
		if (one && same_file(directory, one, st))
			return one;
	}
	return NULL;
}

/* Reads a recording's entry of one manifest; machine->manifest is set if there is one. */
static int read_if_listed(const char *path, bool asked, const struct stat *st,
			  struct machine *machine, struct ir_error *err)
{
	const json_t *entry, *entries;
	const char *slash = strrchr(path, '/');
	char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	struct manifest m;
	size_t i;
	int rc = open_manifest(&m, path, asked, err);

	entries = rc ? NULL : json_object_get(m.root, "recordings");
	json_array_foreach(entries, i, entry) {
		const char *file = directory ? entry_file(entry, directory, st) : NULL;

		if (!file)
			continue;
		machine->manifest = strdup(path);
		rc = read_machine(&m, file, json_object_get(entry, "machine"), machine, err);
		break;
	}
	free(directory);
	close_manifest(&m);
	return rc;
}

int manifest_look_up(const char *given, const char *recording, struct machine *machine,
		     struct ir_error *err)
{
	static const char *const places[] = { "manifest.json", "../manifest.json" };
	const char *slash = strrchr(recording, '/');
	int before = slash ? (int)(slash - recording) + 1 : 0, rc = 0;
	struct stat st;

	*machine = (struct machine){ .manifest = NULL };
	if (given && !strcmp(given, "none"))
		return 0;
	/* Standard input has no place; a file that is not there is an error of its own, later. */
	if (!strcmp(recording, "-") || stat(recording, &st))
		return given ? ir_error_set(err, -ENOENT, "%s does not list %s", given, recording) :
			0;
	if (given) {
		rc = read_if_listed(given, true, &st, machine, err);
		if (!rc && !machine->manifest)
			rc = ir_error_set(err, -ENOENT, "%s does not list %s", given, recording);
		return rc;
	}
	for (size_t i = 0; i < 2 && !rc && !machine->manifest; i++) {
		struct stat unused;
		char *path;

		if (asprintf(&path, "%.*s%s", before, recording, places[i]) < 0)
			return ir_error_set(err, -ENOMEM, "out of memory");
		if (!stat(path, &unused))
			rc = read_if_listed(path, false, &st, machine, err);
		free(path);
	}
	return rc;
}

void manifest_done(struct machine *machine)
{
	free(machine->manifest);
	machine->manifest = NULL;
}
