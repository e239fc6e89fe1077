// SPDX-License-Identifier: GPL-2.0-or-later
/* Which figures are shown, of which IOMMU, and of devices. */
#include "iommu/s390.h"
#include "report/columns.h"

#include <string.h>

const struct ir_iommu *ir_report_iommu(const struct ir_report_entry *entry)
{
	if (!entry->nr_results)
		return ir_iommu_recorded(entry->info, NULL);
	/* Older versions had one IOMMU only and did not name it. */
	return entry->results[0].parameters.iommu ? entry->results[0].parameters.iommu :
		ir_iommu_find("s390");
}

static bool any_closed(const struct ir_report_entry *entry)
{
	for (size_t i = 0; i < entry->nr_results; i++)
		if (entry->results[i].time.closed)
			return true;
	return false;
}

bool ir_column_shown(const struct ir_column *column, const struct ir_report_entry *entry)
{
	bool s390 = ir_iommu_is_s390(ir_report_iommu(entry));

	if (column->title && column->where == IR_SHOWN_CLOSED)
		return any_closed(entry);
	return column->title && (column->where == IR_SHOWN_ALWAYS ||
				 column->where == (s390 ? IR_SHOWN_ON_S390 : IR_SHOWN_ELSEWHERE));
}

bool ir_column_of_device(const struct ir_column *column)
{
	static const char *const shares[] = {
		"lower_bound", "rpcit.", "invalidations.", "entries.", "kernel_counters.", "maps.",
		"peaks.", "exposure.", "parameters.entry_limit", "parameters.limit_shortages",
		"parameters.limit_agree",
	};
	/* Of memory, and of a moment, which devices share. */
	static const char *const wholes[] = {
		"exposure.reused_", "exposure.reachable_p", "exposure.subpage_",
	};

	for (size_t i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++)
		if (!strncmp(column->key, wholes[i], strlen(wholes[i])))
			return false;
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		if (!strncmp(column->key, shares[i], strlen(shares[i])))
			return true;
	return false;
}
