// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader of reports, and what is rendered from them. */
#include <iommu-replay/compare.h>
#include <iommu-replay/report.h>
#include <stdlib.h>
#include "fuzz.h"

static void render(const struct ir_report *report)
{
	size_t n;
	const struct ir_report_entry *entries = ir_report_entries(report, &n);
	char *json = ir_report_json(entries, n), *csv = ir_report_csv(entries, n);
	char *document = ir_report_document(report);
	FILE *out = fopen("/dev/null", "w");

	fuzz_check(json && csv && document, "what was read is not written again");
	if (out) {
		ir_report_perfetto(out, entries, n);
		fclose(out);
	}
	free(json);
	free(csv);
	free(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ir_error err = { "" };
	struct ir_report *report = ir_report_read("fuzz", (const char *)data, size, &err);
	struct ir_compare_report *compare;

	if (report)
		render(report);
	else
		fuzz_check_error(&err);
	ir_report_free(report);
	err = (struct ir_error){ "" };
	compare = ir_compare_read("fuzz", (const char *)data, size, &err);
	if (!compare)
		fuzz_check_error(&err);
	ir_compare_report_free(compare);
	return 0;
}
