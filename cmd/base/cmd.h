/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program: what its commands share.
 *
 * A command is one file that ends in its function; main.c lists all of them in
 * commands[].  Options are parsed before a command's function runs: it finds
 * them in struct settings and need not look at argv.  Reports go to standard
 * output or the file of --output, everything else to standard error.
 *
 * To add a command: one file, one line in commands[], its bit in the option
 * table of option_table.c, a manual page.
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <iommu-replay/recording.h>
#include <iommu-replay/registry.h>
#include <iommu-replay/replay.h>
#include <stdbool.h>
#include <stddef.h>

#define PROGRAM "iommu-replay"

/* Fixed: scripts depend on them. */
enum exit_status {
	STATUS_DONE		= 0,
	STATUS_ERROR		= 1,	/* input or output */
	STATUS_USAGE		= 2,
	STATUS_GATE		= 3,
	STATUS_INCOMPLETE	= 4,	/* input incomplete, and --strict-input */
	STATUS_INTERRUPTED	= 130,
};

/* Of commands that are not rendered; all others have a number in renderers[] (formats/renderers.h). */
enum format {
	FORMAT_TABLE,
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_LINES,
};

enum when {
	WHEN_AUTO,
	WHEN_ALWAYS,
	WHEN_NEVER,
};

/* A name that an option takes, and what it stands for; lists end with NULL. */
struct choice {
	const char *name;
	int value;
};

enum command_bit {
	IN_RUN	= 1 << 0,
	IN_INFO	= 1 << 1,
	IN_OPS	= 1 << 2,
	IN_LIST	= 1 << 3,
	IN_VERIFY = 1 << 4,
	IN_COMPARE = 1 << 5,
	IN_REPORT = 1 << 6,
	IN_SWEEP = 1 << 7,
	IN_BATCH = 1 << 8,
	IN_MERGE = 1 << 9,
	IN_FAULTS = 1 << 10,
	IN_REPLAY = IN_RUN | IN_VERIFY | IN_SWEEP,
	IN_INPUT = IN_REPLAY | IN_INFO | IN_OPS | IN_FAULTS,
	IN_ALL	= IN_INPUT | IN_LIST | IN_COMPARE | IN_REPORT | IN_BATCH | IN_MERGE,
};

/* The parameters that verify --fit can fit. */
enum fit {
	FIT_NOTHING,
	FIT_ENTRY_LIMIT,
};

/* By what else results are divided. */
enum by {
	BY_NOTHING,
	BY_SITE,
	BY_DRIVER,
	BY_COMM,
	BY_DEVICE,
};

/* The goals of sweep --find. */
enum find {
	FIND_NOTHING,
	FIND_ENTRY_LIMIT,
	FIND_PINNED_LIMIT,
	FIND_APERTURE,
	FIND_QUEUE_SIZE,
};

struct settings;

struct command {
	const char *name;
	int (*run)(const struct settings *settings);	/* returns the exit status */
	const char *summary;		/* one line, for the list of commands */
	const char *operands;		/* as in the synopsis */
	enum command_bit bit;
	int max_operands;		/* 0: any number; at least one always */
	const struct choice *formats;	/* the first is the default */
};

/* The arguments of an option that may be repeated, in their order. */
struct texts {
	const char **text;	/* options own the list, not the texts */
	size_t nr;
};

/* One --hypervisor option: the members of a configuration that it decides. */
struct hypervisor_choice {
	const struct ir_hypervisor *hypervisor;
	struct ir_hypervisor_params params;
	bool has_entry_limit;	/* was given, even if 0 */
	bool has_pinned_limit;
	bool has_tlb_refresh;
	bool has_share;
	enum ir_share share;
	enum ir_backend backend;
	uint32_t given;		/* a bit for each key, so that none is given twice */
};

/** hypervisor_apply - have a configuration use this hypervisor, with what was given for it */
static inline void hypervisor_apply(const struct hypervisor_choice *choice,
				    struct ir_config *config)
{
	config->hypervisor = choice->hypervisor;
	config->params.hypervisor = choice->params;
	config->params.has_entry_limit = choice->has_entry_limit;
	config->params.has_pinned_limit = choice->has_pinned_limit;
	config->params.has_tlb_refresh = choice->has_tlb_refresh;
	config->params.has_share = choice->has_share;
	config->params.share = choice->share;
	config->params.backend = choice->backend;
}

/* The settings of a command line. */
struct settings {
	const struct command *command;
	char **operands;
	size_t nr_operands;
	char *command_line;		/* as given, without what does not change a report */
	struct ir_registry *registry;	/* what --plugin loaded, and all that is built in */
	uint32_t plugins;		/* how many --plugin has named */
	const struct ir_strategy **strategies;	/* owned by the settings, as is hypervisors */
	size_t nr_strategies;
	bool all_strategies;		/* "all" was given, or nothing */
	struct hypervisor_choice *hypervisors;
	size_t nr_hypervisors;
	bool default_hypervisor;	/* none was given */
	struct ir_params params;	/* those that all hypervisors share */
	const char *device;
	const char *events;		/* events file, NULL: none */
	bool sites;			/* divide by call site, or by: */
	int by;				/* enum by */
	uint64_t window_from_ns, window_to_ns;	/* both 0: all of the recording */
	bool explain;			/* who held what at shortages */
	bool sites_requested;			/* tables by site or task were requested */
	const char *vmlinux;		/* where names of functions are from; NULL: not given */
	const char *modules;
	const char *kallsyms;
	const char *manifest;		/* NULL: looked for beside each recording */
	int fit;			/* enum fit */
	uint64_t tolerance;		/* how far verify's totals may be off: by so many, */
	double tolerance_percent;	/* or by this share, whichever is more */
	struct texts fail_if;		/* compare's gate; none: every change fails */
	struct texts ignore;		/* each a list with commas */
	const char *log;		/* faults: a kernel log beside the recording; NULL: none */
	struct texts groups;		/* devices of one IOMMU group, each a list with commas */
	uint64_t delay_ns;		/* how long before its report an access may be; 0: not given */
	bool allow_missing;
	bool dry_run;			/* batch: print the plan without a replay */
	bool resume;			/* batch: go on with what is in the output */
	uint32_t shard, shards;		/* batch: 1 to shards; 0: all of it */
	bool frontier;			/* sweep: cost against exposure, over queues */
	const char *vary;		/* sweep: KEY=FROM:TO... */
	int find;			/* enum find */
	uint64_t max_failures;
	uint64_t max_rpcits;
	bool has_max_rpcits;
	struct texts figures;		/* keys; none: the default ones */
	const char *output;		/* NULL: standard output */
	const char *perfetto;		/* NULL: not requested */
	uint32_t jobs;
	uint64_t max_memory;	/* bytes; 0: the default */
	int format;			/* enum format, or a number in renderers[] */
	int color;			/* enum when */
	int progress;			/* enum when */
	bool quiet;
	bool verbose;
	bool strict_input;
	bool timeline;			/* the course of each replay, too */
	bool closed;			/* operations wait for what they waited for: --load closed */
	bool has_event_cost;		/* else as the recording shows */
	uint64_t event_cost_ns;
};

int cmd_run(const struct settings *settings);
int cmd_info(const struct settings *settings);
int cmd_ops(const struct settings *settings);
int cmd_list(const struct settings *settings);
int cmd_verify(const struct settings *settings);
int cmd_compare(const struct settings *settings);
int cmd_report(const struct settings *settings);
int cmd_faults(const struct settings *settings);
int cmd_sweep(const struct settings *settings);
int cmd_batch(const struct settings *settings);
int cmd_merge(const struct settings *settings);

extern const struct choice ops_formats[], list_formats[], batch_formats[];
extern struct choice merge_formats[];
/* Filled by renderers_init(). */
extern struct choice report_formats[], info_formats[], verify_formats[], faults_formats[],
	sweep_formats[], compare_formats[];

/* The commands; ends with a NULL name. */
extern const struct command commands[];

#endif
