/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's log: lines in, faults out.
 *
 * Each IOMMU driver has its own way to print a fault; each way is one file that
 * ends in its struct ir_log_format, and all of them are in formats[] of log.c.
 * Messages are found by the driver's words, at any place in the line, because the text in
 * front of them differs between dmesg, journalctl, syslog and consoles.
 *
 * To read the messages of one more driver: one file, one line in formats[].
 *
 * Circle: log.c lists the formats, and each format calls the helpers of log.c, which
 * are declared here, so that a format is one file and needs one header.
 */
#ifndef IR_FAULTS_LOG_H
#define IR_FAULTS_LOG_H

#include <iommu-replay/faults.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A part of a line; @end is behind it. */
struct ir_log_text {
	const char *p;
	const char *end;
};

enum ir_stamp {
	IR_STAMP_NONE,		/* the line has no time */
	IR_STAMP_SINCE,		/* the time since an earlier line of the log, not known when that was */
	IR_STAMP_WALL,		/* a date and a time */
	IR_STAMP_KERNEL,	/* seconds since the boot, as printk has them */
	IR_STAMP_TRACE,		/* a line in the recording: the recording's clock */
};

/* One line, taken apart. */
struct ir_log_line {
	struct ir_log_text message;	/* without what the log put in front */
	uint64_t time_ns;
	uint64_t coarse_ns;		/* the time is up to so much later: 1 s if it has no fraction */
	enum ir_stamp stamp;
	uint32_t boot;			/* how many boots began in the log until then */
};

/* A fault as a driver printed it. */
struct ir_log_fault {
	uint64_t time_ns;
	uint64_t line_ns;		/* time of its line: drivers log several faults that they found together */
	uint64_t coarse_ns;		/* as of its line */
	enum ir_stamp stamp;
	uint32_t boot;
	uint64_t address;
	const char *iommu;
	char device[64];		/* "0000:00:10.1", "sid 0x81"; "": not recorded */
	bool page_only;
	enum ir_fault_access access;
	enum ir_fault_entry entry;
};

/* A fault that further lines complete. */
struct ir_log_event {
	bool open;
	char unit[48];			/* the IOMMU: threads of several log at the same time */
	struct ir_log_fault fault;
	unsigned int words;		/* that have been read */
};

#define IR_LOG_EVENTS 4

/* State that a format keeps from one line to the next. */
struct ir_log_state {
	struct ir_log_event events[IR_LOG_EVENTS];	/* smmuv3 */
	unsigned int next;		/* of these: to be replaced if all are open */
	uint64_t begun_ns;		/* vtd: the driver began to look; 0: not logged */
};

enum ir_log_result {
	IR_LOG_NOTHING,			/* not of this driver */
	IR_LOG_TAKEN,			/* is about a fault, but none is complete */
	IR_LOG_FAULT,			/* @fault is complete */
	IR_LOG_BAD,			/* should be a fault and cannot be read */
};

struct ir_log_format {
	const char *name;		/* "amd", "vtd" */
	/* One line.  A fault that was complete only now is put into @fault. */
	enum ir_log_result (*line)(struct ir_log_state *state, const struct ir_log_line *line,
				   struct ir_log_fault *fault);
	/* No more lines: an open fault, if there is one; called until there is none. */
	bool (*finish)(struct ir_log_state *state, struct ir_log_fault *fault);
};

extern const struct ir_log_format ir_log_amd, ir_log_vtd, ir_log_smmuv3, ir_log_smmu,
	ir_log_virtio;

#define IR_LOG_FORMATS 5

/* An entry of a log in JSON, whose members may be on lines of their own. */
struct ir_log_entry {
	char message[4096];
	size_t len;			/* of it, cut */
	bool has_message;
	uint64_t time_ns, coarse_ns;
	enum ir_stamp stamp;
};

struct ir_log_parser {
	struct ir_log_state state[IR_LOG_FORMATS];
	struct ir_log_entry entry;
	uint64_t last_ns;		/* time of the last line that had one */
	uint32_t boot;
	bool no_memory;
	uint64_t suppressed;		/* lines that the kernel left out, by the log's own count */
	uint64_t bad;
	uint64_t taken;			/* lines about faults that are not complete */
};

/**
 * ir_log_parse - one line
 * @faults: room for IR_LOG_FORMATS of them; they are complete
 *
 * Returns how many.
 */
unsigned int ir_log_parse(struct ir_log_parser *parser, const struct ir_log_line *line,
			  struct ir_log_fault *faults);
/** ir_log_finish - no more lines: what is left; as ir_log_parse() */
unsigned int ir_log_finish(struct ir_log_parser *parser, struct ir_log_fault *faults);

/*
 * For formats.
 */

/** ir_log_fault_at - a fault that @line is about */
static inline struct ir_log_fault ir_log_fault_at(const struct ir_log_line *line)
{
	return (struct ir_log_fault){ .time_ns = line->time_ns, .line_ns = line->time_ns, .coarse_ns = line->coarse_ns,
				      .stamp = line->stamp, .boot = line->boot };
}

/** ir_log_find - behind @words in @text, NULL */
static inline const char *ir_log_find(const struct ir_log_text *text, const char *words)
{
	size_t len = strlen(words);
	const char *at = text->p ? memmem(text->p, (size_t)(text->end - text->p), words, len) : NULL;

	return at ? at + len : NULL;
}

/** ir_log_hex - a hexadecimal number with or without 0x; behind it, NULL: none or too long */
const char *ir_log_hex(const char *p, const char *end, uint64_t *value);
/** ir_log_value - the hexadecimal number behind @key; behind it, NULL: there is none */
const char *ir_log_value(const struct ir_log_text *text, const char *key, uint64_t *value);
/** ir_log_is_broken - behind a number, at @p, is a blank and what may be its rest: digits, or "x1000" behind "0" */
bool ir_log_is_broken(const char *p, const char *end);
/** ir_log_value_then - the same, and @then is behind it: a number that was broken is followed by its rest */
bool ir_log_value_then(const struct ir_log_text *text, const char *key, uint64_t *value, const char *then);
/**
 * ir_log_pci - "00:10.1", "0x00:0x10.1", "0000:00:10.1"
 * @device: becomes "0000:00:10.1"
 *
 * Behind it, NULL: no such thing is at @p.
 */
const char *ir_log_pci(const char *p, const char *end, char device[64]);
/** ir_log_begins - whether @text begins with @words */
bool ir_log_begins(const struct ir_log_text *text, const char *words);

#endif
