/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading reports, inside.
 *
 *   read.c		the document, recordings and results
 *   read_columns.c	figures
 *   read_shares.c	shares of devices
 *   read_sites.c	call sites
 *   read_faults.c	faults
 *   read_explain.c	shortages
 *   read_names.c	strategies, hypervisors and plug-ins that are not there
 */
#ifndef IR_REPORT_READ_H
#define IR_REPORT_READ_H

#include <jansson.h>

#include "report/columns.h"

/* More figures of devices or sites than any report has that fits into IR_REPORT_MAX_SIZE. */
#define IR_READ_MAX_SHARES (1 << 20)

/* One recording's entry, and what it points to. */
struct ir_read_entry {
	struct ir_report_entry entry;
	struct ir_recording_info info;
	struct ir_entry_fields fields;
	struct ir_event_total *events;
	const char **devices;
	struct ir_result *shares;
	struct ir_site_table table;
	struct ir_site *sites;
	struct ir_frame *frames;
	struct ir_site_result *site_results;
	struct ir_timeline **timelines;
	struct ir_explanation *explanations;
	struct ir_read_faults *faults;
	struct ir_fault_exposure *fault_exposures;
};

/* Strategies, hypervisors and plug-ins that are but names: their code is not here. */
struct ir_read_names;

/** ir_read_value - false: not a value, or one that is none of a report's */
bool ir_read_value(const json_t *json, struct ir_value *value);
/** ir_read_member - the member at the end of "a.b.c"; NULL: not there */
json_t *ir_read_member(const json_t *object, const char *key);

/** ir_read_outline - whether these members, if they are there and not null, are of this type; or -EINVAL */
int ir_read_outline(const json_t *object, const char *const *keys, json_type type, struct ir_error *err);

typedef bool (*ir_read_put)(const struct ir_column *column, const struct ir_entry_fields *to,
			    size_t result, struct ir_value value);

/** ir_read_columns - read the columns for which @wanted is true; NULL: all */
int ir_read_columns(const struct ir_column *columns, ir_read_put put,
		    bool (*wanted)(const struct ir_column *column), const json_t *object,
		    const struct ir_entry_fields *to, size_t result, struct ir_error *err);

/** ir_read_shares - the devices' shares of the results, if they have them; after the results */
int ir_read_shares(struct ir_read_entry *e, const json_t *results, struct ir_error *err);

/** ir_read_sites - the recording's call sites, if it has them */
int ir_read_sites(struct ir_read_entry *e, const json_t *recording, struct ir_error *err);
/** ir_read_site_results - the call sites' figures in the results; after ir_read_sites() */
int ir_read_site_results(struct ir_read_entry *e, const json_t *results, struct ir_error *err);

/** ir_read_faults - the recording's faults and those of results, if the report has them; after ir_read_sites() */
int ir_read_faults(struct ir_read_entry *e, const json_t *entry, struct ir_error *err);
void ir_read_faults_free(struct ir_read_faults *faults);

/** ir_read_explanations - shortages of the results, if all have them; after ir_read_sites() */
int ir_read_explanations(struct ir_read_entry *e, const json_t *results, struct ir_error *err);

/** ir_read_names - the strategy and the hypervisor of a result, with the latter's own parameters */
int ir_read_names(struct ir_read_names **names, const json_t *result, struct ir_config *config,
		  struct ir_effective *parameters, struct ir_error *err);
void ir_read_names_free(struct ir_read_names *names);

#endif
