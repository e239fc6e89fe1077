// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the shares of devices that devices.c describes. */
#include "report/read_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * The device of a share.  Shares are in the order of device numbers, so that two devices
 * of one name are found in turn: @after is the previous one.  0: operations without a
 * device; SIZE_MAX: there is no such device.
 */
static size_t find_device(const struct ir_recording_info *info, const json_t *name, size_t after)
{
	const char *text = json_string_value(name);

	if (json_is_null(name))
		return 0;
	for (size_t i = after + 1; text && i < info->nr_devices; i++)
		if (!strcmp(info->devices[i], text))
			return i;
	return SIZE_MAX;
}

static int read_share(struct ir_read_entry *e, const json_t *share, size_t result, size_t *device,
		      struct ir_error *err)
{
	struct ir_entry_fields to = e->fields;

	*device = find_device(&e->info, json_object_get(share, "device"), *device);
	if (*device == SIZE_MAX)
		return ir_error_set(err, -EINVAL, "\"device\" is none of recording.devices that is "
				    "not there already");
	to.results = &e->shares[result * e->info.nr_devices + *device];
	/* Limits and the queue are those of the whole. */
	to.results->parameters = e->fields.results[result].parameters;
	return ir_read_columns(ir_result_columns, ir_column_put, ir_column_of_device, share, &to, 0,
			       err);
}

static int read_result(struct ir_read_entry *e, const json_t *shares, size_t result,
		       struct ir_error *err)
{
	struct ir_error why = { "" };
	size_t i, device = 0;
	const json_t *share;

	/* One that is not listed did nothing, with the same parameters. */
	for (i = 0; i < e->info.nr_devices; i++)
		e->shares[result * e->info.nr_devices + i].parameters =
			e->fields.results[result].parameters;
	json_array_foreach(shares, i, share) {
		int rc = read_share(e, share, result, &device, &why);

		if (rc)
			return ir_error_set(err, rc, "results[%zu]: devices[%zu]: %.350s", result, i,
					    why.text);
	}
	return 0;
}

int ir_read_shares(struct ir_read_entry *e, const json_t *results, struct ir_error *err)
{
	size_t n = json_array_size(results), nr = e->info.nr_devices, i;
	const json_t *result;
	bool any = false;

	json_array_foreach(results, i, result)
		any |= json_is_array(json_object_get(result, "devices"));
	/* Reports do not have them where there are so many. */
	if (!any || nr < 2 || nr > IR_REPORT_DEVICES)
		return 0;
	if (n > IR_READ_MAX_SHARES / nr)
		return ir_error_set(err, -EINVAL, "results: too many of them for %zu devices", nr);
	e->shares = calloc(n * nr, sizeof(*e->shares));
	if (!e->shares)
		return ir_error_set(err, -ENOMEM, "out of memory");
	e->entry.devices = e->shares;
	json_array_foreach(results, i, result) {
		int rc = read_result(e, json_object_get(result, "devices"), i, err);

		if (rc)
			return rc;
	}
	return 0;
}
