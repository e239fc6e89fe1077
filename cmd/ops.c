// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ops: the operations of a recording as a replay sees them, one a line.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/texts.h"
#include "base/cmd.h"
#include "io/input.h"
#include "base/json.h"
#include "base/message.h"
#include "io/output.h"
#include "report/columns.h"
#include "render/view.h"

#define BLOCK 1024

const struct choice ops_formats[] = {
	{ "text", FORMAT_TEXT },
	{ "json", FORMAT_JSON },
	{ NULL, 0 },
};

static const struct {
	unsigned int flag;
	const char *name;
} flag_names[] = {
	{ IR_OPF_IRQ, "irq" },
	{ IR_OPF_FAILED, "failed" },
	{ IR_OPF_IMPLIED, "implied" },
	{ IR_OPF_STRICT, "strict" },
};

#define NR_FLAGS (sizeof(flag_names) / sizeof(flag_names[0]))

/* The devices' names as they are printed: made once, not for every line. */
struct names {
	char **name;
	size_t nr;
	int width;	/* of the longest, within reason */
};

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->nr; i++)
		free(names->name[i]);
	free(names->name);
}

/* A word for awk: no spaces inside. */
static char *text_name(const char *name)
{
	char *clean = text_clean(name ? name : "-");

	for (char *c = clean; *c; c++)
		if (*c == ' ')
			*c = '?';
	return clean;
}

static char *json_name(const char *name)
{
	char *clean, *text;
	json_t *string;

	if (!name)
		return strdup("null");
	clean = ir_text_utf8(name);
	if (!clean)
		return NULL;
	string = json_string(clean);
	text = ir_json_dump(string, JSON_ENCODE_ANY);
	json_decref(string);
	free(clean);
	return text;
}

static int names_make(struct names *names, const struct ir_recording_info *info, bool json)
{
	size_t nr = info->nr_devices ? info->nr_devices : 1;

	names->name = calloc(nr, sizeof(*names->name));
	names->nr = names->name ? nr : 0;
	for (size_t i = 0; i < names->nr; i++) {
		const char *name = i < info->nr_devices ? info->devices[i] : NULL;

		names->name[i] = json ? json_name(name) : text_name(name);
		if (!names->name[i])
			return -ENOMEM;
		if (strlen(names->name[i]) > (size_t)names->width)
			names->width = strlen(names->name[i]) > 24 ? 24 :
				(int)strlen(names->name[i]);
	}
	return names->name ? 0 : -ENOMEM;
}

static const char *device_name(const struct names *names, const struct ir_op *op)
{
	return names->name[op->device < names->nr ? op->device : 0];
}

/* "-" for fields that the operation does not have. */
static void text_number(FILE *out, int width, bool has, uint64_t number)
{
	if (has)
		fprintf(out, " %*" PRIu64, width, number);
	else
		fprintf(out, " %*s", width, "-");
}

static void print_text(FILE *out, const struct names *names, const struct ir_op *op)
{
	bool segment = op->kind == IR_OP_SEGMENT;
	bool place = segment || op->kind == IR_OP_MAP || op->kind == IR_OP_UNMAP ||
		op->kind == IR_OP_INITIAL;

	fprintf(out, "%" PRIu64 ".%09" PRIu64 " %3u %-11s", op->time_ns / 1000000000,
		op->time_ns % 1000000000, op->cpu, ir_op_kind_name((enum ir_op_kind)op->kind));
	text_number(out, 6, op->mapping != IR_NO_MAPPING, op->mapping);
	fprintf(out, " %-*s", names->width, device_name(names, op));
	if (place)
		fprintf(out, " 0x%011" PRIx64, op->iova);
	else
		fprintf(out, " %13s", "-");
	text_number(out, 5, place || op->kind == IR_OP_FAILED_MAP,
		    segment ? op->seg_pages : op->pages);
	text_number(out, 3, op->kind == IR_OP_MAP, op->segments);
	for (size_t i = 0; i < NR_FLAGS; i++)
		if (op->flags & flag_names[i].flag)
			fprintf(out, " %s", flag_names[i].name);
	fputc('\n', out);
}

static void print_json(FILE *out, const struct names *names, const struct ir_op *op)
{
	const char *separator = "";

	fprintf(out, "{\"time_ns\":%" PRIu64 ",\"cpu\":%u,\"kind\":\"%s\",\"mapping\":",
		op->time_ns, op->cpu, ir_op_kind_name((enum ir_op_kind)op->kind));
	if (op->mapping == IR_NO_MAPPING)
		fputs("null", out);
	else
		fprintf(out, "%u", op->mapping);
	fprintf(out, ",\"device\":%s,\"iova\":%" PRIu64 ",\"paddr\":%" PRIu64
		",\"pages\":%u,\"segment_pages\":%u,\"segments\":%u,\"sync_ns\":%u,\"flags\":[",
		device_name(names, op), op->iova, op->paddr, op->pages, op->seg_pages,
		op->segments, op->sync_ns);
	for (size_t i = 0; i < NR_FLAGS; i++) {
		if (op->flags & flag_names[i].flag) {
			fprintf(out, "%s\"%s\"", separator, flag_names[i].name);
			separator = ",";
		}
	}
	fputs("]}\n", out);
}

/* All operations, a block at a time.  Returns the exit status. */
static int print_ops(struct input *input, struct output *out, const struct names *names, bool json)
{
	struct ir_error err = { "" };
	struct ir_op *ops = calloc(BLOCK, sizeof(*ops));
	ssize_t n = 0;

	if (!ops || ir_recording_rewind(input->rec, &err)) {
		message("%s", ops ? err.text : "out of memory");
		free(ops);
		return STATUS_ERROR;
	}
	/* A reader that has seen enough, and a full disk, show as errors of the stream. */
	while (!out->error && !*interrupts_flag()) {
		n = ir_recording_read(input->rec, ops, BLOCK, &err);
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n && output_check(out); i++) {
			if (json)
				print_json(out->stream, names, &ops[i]);
			else
				print_text(out->stream, names, &ops[i]);
		}
	}
	free(ops);
	if (*interrupts_flag())
		return STATUS_INTERRUPTED;
	if (n < 0) {
		message("%s", err.text);
		return STATUS_ERROR;
	}
	return STATUS_DONE;
}

static int finish_output(struct output *out, int status)
{
	struct ir_error err = { "" };
	int rc;

	if (status == STATUS_INTERRUPTED)
		message("interrupted");
	if (status != STATUS_DONE && out->target) {
		output_abort(out);
		return status;
	}
	rc = output_commit(out, &err);
	if (rc && rc != -EPIPE && status == STATUS_DONE)
		message("%s", err.text);
	return rc ? worst_status(status, STATUS_ERROR) : status;
}

int cmd_ops(const struct settings *settings)
{
	bool json = settings->format == FORMAT_JSON;
	struct names names = { .name = NULL };
	struct ir_error err = { "" };
	struct input input;
	struct output out;
	int status, rc;

	rc = output_open(&out, settings->output, settings->operands, settings->nr_operands, &err);
	if (rc) {
		message("%s", err.text);
		return rc == -EINVAL ? STATUS_USAGE : STATUS_ERROR;
	}
	status = input_open(&input, settings, settings->operands[0], NULL, NULL);
	if (status == STATUS_DONE && names_make(&names, input.info, json)) {
		message("out of memory");
		status = STATUS_ERROR;
	}
	if (status == STATUS_DONE)
		status = print_ops(&input, &out, &names, json);
	names_free(&names);
	input_close(&input);
	return finish_output(&out, status);
}
