// SPDX-License-Identifier: GPL-2.0-or-later
/* Fingerprints the settings and files, besides recordings and the manifest, that results depend on. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cmd.h"
#include "io/texts.h"
#include "batch/plan.h"

/* One plug-in may bring several strategies and hypervisors: it is there once for each. */
static int write_plugin(FILE *out, const struct ir_plugin_info *plugin, struct ir_error *err)
{
	char digest[FINGERPRINT_SIZE];
	int rc;

	if (!plugin)
		return 0;
	rc = fingerprint_file(plugin->file, digest, err);
	if (!rc)
		fprintf(out, "%s\n", digest);
	return rc;
}

/* The shares in lines, and the files that name call sites. */
static int write_shares(FILE *out, const struct settings *s, struct ir_error *err)
{
	const char *const files[] = { s->vmlinux, s->kallsyms };
	char digest[FINGERPRINT_SIZE];
	int rc = 0;

	/* A batch without them has the fingerprint that it always had. */
	if (s->sites || s->timeline)
		fprintf(out, "%s %d %s\n", s->sites ? "sites" : "", s->by, s->timeline ? "timeline" : "");
	/* A directory of modules is known by its name alone. */
	if (s->modules)
		fprintf(out, "%s\n", s->modules);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !rc; i++) {
		if (!files[i])
			continue;
		rc = fingerprint_file(files[i], digest, err);
		if (!rc)
			fprintf(out, "%s\n", digest);
	}
	return rc;
}

/* Fingerprints the inputs besides recordings and the manifest: files by their content. */
char *plan_settings_digest(const struct settings *s, struct ir_error *err)
{
	char digest[FINGERPRINT_SIZE], *text;
	struct ir_memory memory;
	FILE *out = text_begin(&memory);
	int rc = 0;

	/* Another build of the program may compute other results. */
	if (!fingerprint_file("/proc/self/exe", digest, NULL))
		fprintf(out, "%s\n", digest);
	fprintf(out, "%s\n%s\n", s->strict_input ? "strict" : "", s->device ? s->device : "");
	if (s->closed)
		fprintf(out, "closed %d %" PRIu64 "\n", s->has_event_cost, s->event_cost_ns);
	if (s->events) {
		rc = fingerprint_file(s->events, digest, err);
		if (!rc)
			fprintf(out, "%s\n", digest);
	}
	if (!rc)
		rc = write_shares(out, s, err);
	for (size_t i = 0; ir_registry_strategies(s->registry)[i] && !rc; i++)
		rc = write_plugin(out, ir_registry_strategies(s->registry)[i]->plugin, err);
	for (size_t i = 0; ir_registry_hypervisors(s->registry)[i] && !rc; i++)
		rc = write_plugin(out, ir_registry_hypervisors(s->registry)[i]->plugin, err);
	text = text_end(&memory);
	if (!rc)
		return text;
	free(text);
	return NULL;
}
