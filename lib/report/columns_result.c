// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The figures of a result: their keys, titles, where they are found, and how they
 * are read again.
 */
#include "report/columns_time.h"
#include "report/columns_value.h"

#include <iommu-replay/registry.h>
#include <string.h>

/* Results: fields of struct ir_result at offset @arg. */

static struct ir_value result_u64(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return count_value(FIELD(uint64_t, &entry->results[result], arg));
}

static struct ir_value result_truth(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return (struct ir_value){
		.type = IR_VALUE_TRUTH,
		.truth = FIELD(bool, &entry->results[result], arg),
	};
}

static struct ir_value result_bound(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	if (!entry->results[result].lower_bound)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return result_u64(entry, result, arg);
}

static struct ir_value result_real(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return (struct ir_value){
		.type = IR_VALUE_REAL,
		.real = FIELD(double, &entry->results[result], arg),
	};
}

/* Known only if the recording has directions of mappings, */
static struct ir_value result_writable(const struct ir_report_entry *entry, size_t result,
				       size_t arg)
{
	if (!entry->results[result].exposure.has_directions)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return result_real(entry, result, arg);
}

/* and sizes in bytes. */
static struct ir_value result_subpage(const struct ir_report_entry *entry, size_t result,
				      size_t arg)
{
	if (!entry->results[result].exposure.has_sizes)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return result_u64(entry, result, arg);
}

static struct ir_value result_u32(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return count_value(FIELD(uint32_t, &entry->results[result], arg));
}

static struct ir_value result_limit(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return count_or_null(FIELD(uint64_t, &entry->results[result], arg));
}

/* Sizes and times of a queue that does not exist are no values. */
static struct ir_value result_queue(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	if (entry->results[result].parameters.queue == IR_QUEUE_NONE)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return result_u32(entry, result, arg);
}

static struct ir_value result_tlb_refresh(const struct ir_report_entry *entry, size_t result,
					  size_t arg)
{
	(void)arg;
	return count_value(entry->results[result].parameters.hypervisor.tlb_refresh > 0);
}

static struct ir_value result_queue_type(const struct ir_report_entry *entry, size_t result,
					 size_t arg)
{
	(void)arg;
	return text_value(ir_queue_type_name(entry->results[result].parameters.queue));
}

static struct ir_value result_api(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return text_value(entry->results[result].parameters.api == IR_API_IOMMU ? "iommu" : "dma");
}

static struct ir_value result_timer(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return text_value(entry->results[result].parameters.timer == IR_TIMER_RECORDED ?
			  "recorded" : "simulated");
}

static struct ir_value result_source(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return text_value(ir_source_name(FIELD(enum ir_source, &entry->results[result], arg)));
}

/* The engine names no source for these four: it follows from what was asked. */

static struct ir_value source_api(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return text_value(ir_source_name(entry->configs[result].params.api == IR_API_DMA ?
					 IR_FROM_DEFAULT : IR_FROM_USER));
}

static struct ir_value source_timer(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return text_value(ir_source_name(entry->configs[result].params.timer == IR_TIMER_SIMULATED ?
					 IR_FROM_DEFAULT : IR_FROM_USER));
}

static struct ir_value source_initial_lazy(const struct ir_report_entry *entry, size_t result,
					   size_t arg)
{
	uint64_t pages = entry->results[result].parameters.initial_lazy_pages;

	(void)arg;
	return text_value(ir_source_name(pages ? IR_FROM_RECORDING : IR_FROM_DEFAULT));
}

static struct ir_value source_aperture_start(const struct ir_report_entry *entry, size_t result,
					     size_t arg)
{
	const struct ir_recorded_machine *machine = &entry->info->machine;
	bool recorded = machine->aperture_size &&
		entry->results[result].parameters.aperture_start == machine->aperture_start;

	(void)arg;
	return text_value(ir_source_name(recorded ? IR_FROM_RECORDING : IR_FROM_DEFAULT));
}

static struct ir_value result_share(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return text_value(ir_share_name(entry->results[result].parameters.share));
}

static struct ir_value result_backend(const struct ir_report_entry *entry, size_t result,
				      size_t arg)
{
	(void)arg;
	return text_value(ir_backend_name(entry->results[result].parameters.backend));
}

static struct ir_value result_all(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	if (!entry->results[result].parameters.has_all)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return result_u64(entry, result, arg);
}

static struct ir_value result_iommu(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_iommu *iommu = entry->results[result].parameters.iommu;

	(void)arg;
	return iommu ? text_value(iommu->name) : (struct ir_value){ .type = IR_VALUE_NULL };
}

static struct ir_value result_iommu_why(const struct ir_report_entry *entry, size_t result,
					size_t arg)
{
	(void)arg;
	return text_value(entry->results[result].parameters.iommu_why);
}

static struct ir_value result_entry_unit(const struct ir_report_entry *entry, size_t result,
					 size_t arg)
{
	const struct ir_iommu *iommu = entry->results[result].parameters.iommu;

	(void)arg;
	return text_value(ir_entry_unit_name(iommu ? iommu->entry : IR_ENTRY_PAGE));
}

static struct ir_value result_latency(const struct ir_report_entry *entry, size_t result,
				      size_t arg)
{
	(void)arg;
	return text_value(ir_latency_mode_name(entry->results[result].parameters.latency));
}

static struct ir_value strategy_name(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return text_value(entry->configs[result].strategy->name);
}

static struct ir_value hypervisor_name(const struct ir_report_entry *entry, size_t result,
				       size_t arg)
{
	(void)arg;
	return text_value(entry->configs[result].hypervisor->name);
}

bool ir_column_own(const struct ir_column *column, const struct ir_report_entry *entry,
		   size_t result, size_t i, const char **name, struct ir_value *value)
{
	const struct ir_effective *par = &entry->results[result].parameters;
	const struct ir_hypervisor_param *own =
		ir_hypervisor_own(entry->configs[result].hypervisor, i);

	if (!own)
		return false;
	*name = own->name;
	*value = column->kind == IR_COLUMN_OWN ? count_value(par->hypervisor.own[i]) :
		text_value(ir_source_name(par->from.own[i]));
	return true;
}

/* A plug-in's facts about itself; without a plug-in the object is null. */
enum plugin_text { PLUGIN_FILE, PLUGIN_VERSION, PLUGIN_ABI };

static struct ir_value plugin_value(const struct ir_plugin_info *plugin, size_t what)
{
	if (!plugin)
		return (struct ir_value){ .type = IR_VALUE_ABSENT };
	if (what == PLUGIN_ABI)
		return count_value(plugin->abi);
	return text_value(what == PLUGIN_FILE ? plugin->file : plugin->version);
}

static struct ir_value strategy_plugin(const struct ir_report_entry *entry, size_t result,
				       size_t arg)
{
	return plugin_value(entry->configs[result].strategy->plugin, arg);
}

static struct ir_value hypervisor_plugin(const struct ir_report_entry *entry, size_t result,
					 size_t arg)
{
	return plugin_value(entry->configs[result].hypervisor->plugin, arg);
}

/* The other way round; false: a value that cannot be. */

static bool put_result_truth(const struct ir_entry_fields *to, size_t result, size_t arg,
			     struct ir_value value)
{
	PUT(bool, &to->results[result], arg) = is_true(value);
	return value.type == IR_VALUE_TRUTH;
}

static bool put_result_u64(const struct ir_entry_fields *to, size_t result, size_t arg,
			   struct ir_value value)
{
	PUT(uint64_t, &to->results[result], arg) = value.count;
	return is_count(value, UINT64_MAX);
}

static bool put_result_known(const struct ir_entry_fields *to, size_t result, size_t arg,
			     struct ir_value value)
{
	return is_null(value) || put_result_u64(to, result, arg, value);
}

static bool put_result_real(const struct ir_entry_fields *to, size_t result, size_t arg,
			    struct ir_value value)
{
	PUT(double, &to->results[result], arg) =
		value.type == IR_VALUE_COUNT ? (double)value.count : value.real;
	return value.type == IR_VALUE_REAL || value.type == IR_VALUE_COUNT;
}

static bool put_result_writable(const struct ir_entry_fields *to, size_t result, size_t arg,
				struct ir_value value)
{
	to->results[result].exposure.has_directions = !is_null(value);
	return is_null(value) || put_result_real(to, result, arg, value);
}

static bool put_result_subpage(const struct ir_entry_fields *to, size_t result, size_t arg,
			       struct ir_value value)
{
	to->results[result].exposure.has_sizes = !is_null(value);
	return is_null(value) || put_result_u64(to, result, arg, value);
}

static bool put_result_u32(const struct ir_entry_fields *to, size_t result, size_t arg,
			   struct ir_value value)
{
	PUT(uint32_t, &to->results[result], arg) = (uint32_t)value.count;
	return is_count(value, UINT32_MAX);
}

static bool put_result_limit(const struct ir_entry_fields *to, size_t result, size_t arg,
			     struct ir_value value)
{
	return is_null(value) || put_result_u64(to, result, arg, value);
}

static bool put_result_queue(const struct ir_entry_fields *to, size_t result, size_t arg,
			     struct ir_value value)
{
	return is_null(value) || put_result_u32(to, result, arg, value);
}

static bool put_result_tlb_refresh(const struct ir_entry_fields *to, size_t result, size_t arg,
			    struct ir_value value)
{
	(void)arg;
	to->results[result].parameters.hypervisor.tlb_refresh = value.count != 0;
	return is_count(value, 1);
}

/* The number of a text among @n names; -1: it is none of them. */
static int index_of_text(struct ir_value value, const char *(*name)(int i), int n)
{
	for (int i = 0; value.type == IR_VALUE_TEXT && i < n; i++)
		if (name(i) && !strcmp(name(i), value.text))
			return i;
	return -1;
}

static const char *queue_name(int i)
{
	return ir_queue_type_name((enum ir_queue_type)i);
}

static const char *api_name(int i)
{
	return i == IR_API_IOMMU ? "iommu" : "dma";
}

static const char *timer_name(int i)
{
	return i == IR_TIMER_RECORDED ? "recorded" : "simulated";
}

static const char *origin_name(int i)
{
	return ir_source_name((enum ir_source)i);
}

static bool put_result_queue_type(const struct ir_entry_fields *to, size_t result, size_t arg,
			   struct ir_value value)
{
	int i = index_of_text(value, queue_name, IR_QUEUE_PER_CPU + 1);

	(void)arg;
	to->results[result].parameters.queue = (enum ir_queue_type)i;
	return i >= 0;
}

static bool put_result_api(const struct ir_entry_fields *to, size_t result, size_t arg,
		    struct ir_value value)
{
	int i = index_of_text(value, api_name, IR_API_IOMMU + 1);

	(void)arg;
	to->results[result].parameters.api = (enum ir_api)i;
	return i >= 0;
}

static bool put_result_timer(const struct ir_entry_fields *to, size_t result, size_t arg,
		      struct ir_value value)
{
	int i = index_of_text(value, timer_name, IR_TIMER_RECORDED + 1);

	(void)arg;
	to->results[result].parameters.timer = (enum ir_timer_mode)i;
	return i >= 0;
}

static const char *share_name(int i)
{
	return ir_share_name((enum ir_share)i);
}

static const char *backend_name(int i)
{
	return ir_backend_name((enum ir_backend)i);
}

static const char *latency_name(int i)
{
	return ir_latency_mode_name((enum ir_latency_mode)i);
}

static bool put_result_share(const struct ir_entry_fields *to, size_t result, size_t arg,
		      struct ir_value value)
{
	int i = index_of_text(value, share_name, IR_SHARE_GUEST + 1);

	(void)arg;
	to->results[result].parameters.share = (enum ir_share)i;
	return i >= 0;
}

static bool put_result_backend(const struct ir_entry_fields *to, size_t result, size_t arg,
			struct ir_value value)
{
	int i = index_of_text(value, backend_name, IR_BACKEND_IOMMUFD + 1);

	(void)arg;
	to->results[result].parameters.backend = i < 0 ? IR_BACKEND_DEFAULT : (enum ir_backend)i;
	return i >= 0 || is_null(value);
}

static bool put_result_all(const struct ir_entry_fields *to, size_t result, size_t arg,
			   struct ir_value value)
{
	to->results[result].parameters.has_all = !is_null(value);
	return is_null(value) || put_result_u64(to, result, arg, value);
}

static bool put_result_iommu(const struct ir_entry_fields *to, size_t result, size_t arg,
			     struct ir_value value)
{
	struct ir_effective *par = &to->results[result].parameters;

	(void)arg;
	if (value.type == IR_VALUE_TEXT)	/* another version may know more of them */
		par->iommu = ir_iommu_find(value.text);
	return value.type == IR_VALUE_TEXT || is_null(value);
}

static bool put_result_iommu_why(const struct ir_entry_fields *to, size_t result, size_t arg,
				 struct ir_value value)
{
	(void)arg;
	if (value.type == IR_VALUE_TEXT)
		to->results[result].parameters.iommu_why = value.text;
	return value.type == IR_VALUE_TEXT || is_null(value);
}

static bool put_result_latency(const struct ir_entry_fields *to, size_t result, size_t arg,
			struct ir_value value)
{
	int i = index_of_text(value, latency_name, IR_LATENCY_GIVEN + 1);

	(void)arg;
	to->results[result].parameters.latency = (enum ir_latency_mode)i;
	return i >= 0;
}

static bool put_result_source(const struct ir_entry_fields *to, size_t result, size_t arg,
		       struct ir_value value)
{
	int i = index_of_text(value, origin_name, IR_FROM_USER + 1);

	PUT(enum ir_source, &to->results[result], arg) = (enum ir_source)i;
	return i >= 0;
}

static bool put_source_api(const struct ir_entry_fields *to, size_t result, size_t arg,
			   struct ir_value value)
{
	int i = index_of_text(value, origin_name, IR_FROM_USER + 1);

	(void)arg;
	to->configs[result].params.api = i == IR_FROM_USER ? IR_API_IOMMU : IR_API_DMA;
	return i >= 0;
}

/* The recorded timer that was asked for, and is not there: see ir_params_resolve(). */
static bool put_source_timer(const struct ir_entry_fields *to, size_t result, size_t arg,
			     struct ir_value value)
{
	int i = index_of_text(value, origin_name, IR_FROM_USER + 1);
	struct ir_effective *par = &to->results[result].parameters;

	(void)arg;
	to->configs[result].params.timer = i == IR_FROM_USER ? IR_TIMER_RECORDED : IR_TIMER_SIMULATED;
	par->timer_missing = i == IR_FROM_USER && par->timer == IR_TIMER_SIMULATED;
	return i >= 0;
}

/* Columns that follow from others. */
static bool put_nothing(const struct ir_entry_fields *to, size_t result, size_t arg,
			struct ir_value value)
{
	(void)to;
	(void)result;
	(void)arg;
	(void)value;
	return true;
}

/* Parameters, their sources, and figures; the last two with a heading in tables. */
const struct ir_column ir_result_columns[] = {
#include "report/figures_result.h"
	{ .key = NULL },
};
