/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the text reader.
 *
 *   text.c       recognising, opening, handing out events in time order
 *   events.c     from lines to events
 *   lines.c      lines out of a fixed buffer
 *   join.c       lines that a mail program or a terminal broke
 *   head.c       the part of a line that all events have: task, CPU, time
 *   other.c      lines that are no events: headers, lost events, a kernel's log
 *   forms.c      lines of other tools that hold the same facts
 *   payload.c    the part that is the event's own, by a table of its keys
 *   list.c       lists of addresses and lengths in it
 *   stack.c      the lines of call chains
 *   names.c      event names, how often each came, which are wanted
 *   window.c     events are put into time order
 *   transport.c  what mail, editors and terminals do to a text is undone
 *
 * Everything is found by its form and by its key ("iova="), not by its column:
 * tools and kernels differ in those.  A number must end where its word ends, a key
 * must not come twice, and where a line says a thing twice (both ends and the size
 * of a range) the two must agree.
 *
 * How a line is counted:
 *	an event	read, or only counted by its name
 *	damage		it is, or was, an event that is wanted, and cannot be read: its
 *			name or its payload is unmistakable, or its head is there in part
 *	a note		anything else that is text: the kernel's log, other tracers'
 *			lines, mail around them
 * A text that has no newline at its end, or ends within a call chain, is whole,
 * unless its last line lacks a part, or may lack digits of its last number.
 *
 * To read one more event of the kernel: a line in specs[] of payload.c; of
 * a probe: a rule (rules.h).
 */
#ifndef IR_TRACE_TEXT_PRIV_H
#define IR_TRACE_TEXT_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "events/reader.h"
#include "symbols/chains.h"

#define TEXT_MAX_LINE	65536u
#define TEXT_BUFFER	(4 * TEXT_MAX_LINE)
#define TEXT_MAX_CPUS	8192u	/* CONFIG_NR_CPUS goes to 8192 on x86, 512 on s390 */
/* The fuzzers set these two lower, so that small inputs reach them. */
#ifndef TEXT_WINDOW
#define TEXT_WINDOW	32768u	/* events that may be out of order; a power of two */
#endif
#ifndef TEXT_MAX_NAMES
#define TEXT_MAX_NAMES	4096u	/* a kernel has some 2000 events; damaged texts make up more */
#endif
#define TEXT_MAX_LIST	256u	/* DMA_TRACE_MAX_ENTRIES of include/trace/events/dma.h is 128 */
#define TEXT_MAX_FLAGS	12	/* columns of flags; kernels print 4 to 7 */
#define TEXT_MAX_JOINED	8u	/* lines that are joined to one event at most */
#define TEXT_PENDING	8u	/* gaps whose time is not known yet */

/* A part of a line, in a buffer of the reader; @end is behind it. */
struct text_span {
	const char *start;
	const char *end;
};

/* Its text waits as a place in the file, until the event is handed out. */
static inline bool text_has_text(const struct ir_event *ev)
{
	return ev->kind == IR_EV_MARKER || ev->kind == IR_EV_CONSOLE || ev->kind == IR_EV_IO_FAULT;
}

static inline size_t text_len(const struct text_span *s)
{
	return (size_t)(s->end - s->start);
}

static inline bool text_begins(const struct text_span *s, const char *with)
{
	size_t len = strlen(with);

	return text_len(s) >= len && !memcmp(s->start, with, len);
}

static inline bool text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline const char *text_skip_spaces(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	return p;
}

/* The end without the blanks in front of it. */
static inline const char *text_trim(const char *start, const char *end)
{
	while (end > start && end[-1] == ' ')
		end--;
	return end;
}

/* head.c */

enum text_style {
	TEXT_STYLE_NONE,
	TEXT_STYLE_FTRACE,	/* task-PID [CPU] */
	TEXT_STYLE_LATENCY,	/* task-PID CPUflags */
	TEXT_STYLE_PERF,	/* task PID [CPU] */
	TEXT_STYLE_GRAPH,	/* time | CPU) task-PID | ... /\* event *\/ */
};

struct text_head {
	uint64_t time_ns;
	uint32_t pid;
	uint32_t cpu;
	uint16_t flags;		/* IR_EVF_* */
	uint8_t style;		/* enum text_style */
	bool counter;		/* the time has no unit */
	bool odd_flags;		/* a letter that is not known says what the CPU was doing */
	uint32_t at;		/* column where the CPU or the PID was found */
	const char *rest;	/* event name and payload */
	const char *task;	/* behind the last byte of its name; NULL: the line has none */
};

/* The place of the CPU in the last line, mostly also in the next one; and what a header said. */
struct text_columns {
	uint32_t at;
	uint8_t style;
	uint8_t nr_flags;	/* columns of flags that the header names */
	uint8_t context;	/* the one of hardirq/softirq; 0: there was no header */
};

/**
 * ir_text_head - parse the head of a line if it is an event
 * @cols: what lines before had; zero at first
 */
bool ir_text_head(const char *line, const char *end, struct text_columns *cols,
		  struct text_head *head);
/** ir_text_flags_header - a line of a text's header, which may name a column of flags */
void ir_text_flags_header(const struct text_span *line, struct text_columns *cols);
/** ir_text_name - where the event name at @rest ends, at its colon; NULL: there is none */
const char *ir_text_name(const char **rest, const char *end);
/**
 * ir_text_number - a decimal number, or one behind 0x, up to @end or a space
 *
 * Returns where it ends, NULL if it is none.  Negative numbers wrap.
 */
const char *ir_text_number(const char *p, const char *end, uint64_t *value);
/** ir_text_hex - the same, but hexadecimal also without 0x */
const char *ir_text_hex(const char *p, const char *end, uint64_t *value);

/* list.c */

enum text_order { TEXT_ORDER_UNKNOWN, TEXT_ORDER_BIG, TEXT_ORDER_LITTLE };

/* {0x1000,0x2000} of the kernel, or ARRAY[00, 00, ...] of libtraceevent: the bytes. */
struct text_list {
	bool present;
	bool is_bytes;
	uint32_t nr;		/* numbers, or bytes */
	union {
		uint64_t numbers[TEXT_MAX_LIST];
		unsigned char bytes[TEXT_MAX_LIST * 8];
	};
};

/** ir_text_list - parse a list; where it ends, NULL if it makes no sense or is too long */
const char *ir_text_list(struct text_list *list, const char *p, const char *end);
/**
 * ir_text_list_order - find the byte order from a list of addresses
 *
 * Returns false if the bytes are addresses in neither order, or not in the one
 * that was found before.
 */
bool ir_text_list_order(const struct text_list *list, enum text_order *order);
/** ir_text_list_count - elements, of @size bytes if it is bytes; SIZE_MAX: no whole number */
size_t ir_text_list_count(const struct text_list *list, unsigned int size);
/** ir_text_list_get - an element; the order must be known if it is bytes */
uint64_t ir_text_list_get(const struct text_list *list, size_t i, unsigned int size,
			  enum text_order order);

/* payload.c */

struct text_spec;

struct text_payload {
	struct ir_reader *rd;
	struct text_list list, lengths, others;
	enum text_order order;
	bool columns;		/* perf script may print more behind the payload */
	const char *tail;	/* where that begins in the last one; NULL: nowhere */
};

/* The result of reading a payload. */
enum text_result {
	TEXT_GOOD,
	TEXT_OPEN_END,	/* good, but more digits may have been cut off at the end of the line */
	TEXT_FRAGMENT,	/* good, but its last word, which is not needed, looks cut off */
	TEXT_BAD,
};

/* Whether an event is wanted. */
struct text_want {
	struct text_spec *spec;		/* how to read it, for the caller to free(); NULL: not wanted, or no memory */
	const struct ir_rule_group *group;	/* the rules that it is read for, or NULL */
	bool wanted;
	bool ignored;			/* by a rule, or its kind is not requested */
};

/** ir_text_spec - @system may be NULL: the text lacks it */
struct text_want ir_text_spec(struct ir_reader *rd, const char *system, const char *name);
/** ir_text_spec_is_marker - NULL: it is none */
bool ir_text_spec_is_marker(const struct text_spec *spec);
/** ir_text_spec_system - its system; NULL: a probe, or a form that only texts have */
const char *ir_text_spec_system(const struct text_spec *spec);
/**
 * ir_text_payload - parse what follows the event name
 *
 * A marker's text is left in the line: ev->text points into it, ev->size is
 * its length.  Byte behind @text must be writable.
 */
enum text_result ir_text_payload(struct text_payload *pl, const struct text_spec *spec,
				 struct text_span text, struct ir_event *ev);

/* names.c */

struct text_name {
	char *key;		/* as in the text */
	size_t len;
	uint64_t count;
	struct text_spec *spec;	/* NULL: not wanted */
	uint64_t good;		/* lines that could be read as it says */
	const struct ir_rule_group *group;
	bool ignored;
	bool marker;		/* what people write into the trace */
};

struct text_names {
	struct ir_reader *rd;
	struct text_name *list;
	uint16_t *slots;
	uint32_t nr;
};

int ir_text_names_init(struct text_names *names, struct ir_reader *rd);
void ir_text_names_release(struct text_names *names);
/** ir_text_names_get - the entry of a name, made if new; NULL: too many, or no memory (noted) */
struct text_name *ir_text_names_get(struct text_names *names, const char *name, size_t len);
/** ir_text_names_finish - fill in info->events; 0 or -ENOMEM */
int ir_text_names_finish(const struct text_names *names, struct ir_reader_info *info);

/* stack.c: used only if call chains were requested. */

enum text_frame {
	TEXT_FRAME_NONE,	/* the line is no frame, or one without a symbol of its own */
	TEXT_FRAME_KERNEL,	/* @frame is its number in the chains */
	TEXT_FRAME_USER,	/* the kernel's part of the chain is over */
};

struct ir_chains;

/** ir_text_frame_perf - a line of perf script, which begins with a tab */
enum text_frame ir_text_frame_perf(struct ir_chains *chains, const struct text_span *line,
				   uint64_t *frame);
/** ir_text_frame_ftrace - a line that begins with "=>" */
enum text_frame ir_text_frame_ftrace(struct ir_chains *chains, const struct text_span *line,
				     uint64_t *frame);

/* window.c */

struct text_entry {
	struct ir_event ev;
	uint64_t nr;		/* in the order of the file */
};

/*
 * Events that rise in time go into a ring, others into a heap; the earlier of
 * the two fronts is the next event.
 */
struct text_window {
	struct text_entry *ring;
	struct text_entry *heap;
	uint32_t first, nr_ring, nr_heap;
	uint64_t nr;
	uint64_t last_time;	/* of the last event that left */
};

int ir_text_window_init(struct text_window *w);
void ir_text_window_release(struct text_window *w);
static inline uint32_t ir_text_window_room(const struct text_window *w)
{
	return TEXT_WINDOW - w->nr_ring - w->nr_heap;
}
/** ir_text_window_push - there must be room; false: it came too late, and has the last time now */
bool ir_text_window_push(struct text_window *w, const struct ir_event *ev);
/** ir_text_window_pop - the earliest event; false: there is none */
bool ir_text_window_pop(struct text_window *w, struct ir_event *ev);

/* lines.c */

struct text_file {
	struct ir_file *file;
	char *buf;
	size_t pos, len;	/* bytes not used yet: buf[pos] up to buf[len] */
	uint64_t offset;	/* of buf[0] in the file */
	uint64_t overlong;	/* bytes skipped in lines that are too long */
	bool at_end;
	bool cut;		/* the last line had no newline */
};

int ir_text_file_init(struct text_file *tf, struct ir_file *file);
void ir_text_file_release(struct text_file *tf);
/** ir_text_file_line - the next line without its end: 1, 0 at the end, negative errno */
int ir_text_file_line(struct text_file *tf, struct text_span *line);
/** ir_text_file_offset - where in the file something of the current line is */
uint64_t ir_text_file_offset(const struct text_file *tf, const char *p);

/* other.c */

enum text_other {
	TEXT_OTHER_NOTHING,	/* a comment, a piece of a stack, an empty line */
	TEXT_OTHER_FOREIGN,	/* other text: a kernel's log, another tracer's lines */
	TEXT_OTHER_TRACER,	/* # tracer: nop */
	TEXT_OTHER_PERF,	/* # captured on: and the like, of perf script --header */
	TEXT_OTHER_ENTRIES,	/* # entries-in-buffer/entries-written: numbers a and b, #P: c */
	TEXT_OTHER_BAD_ENTRIES,
	TEXT_OTHER_CPUS,	/* cpus=c */
	TEXT_OTHER_LOST,	/* events were lost: a of them or 0, on CPU c */
	TEXT_OTHER_BROKEN,	/* was an event before it was damaged */
	TEXT_OTHER_GARBAGE,	/* not text at all */
};

struct text_numbers {
	uint64_t a, b;
	uint32_t c;		/* UINT32_MAX: not recorded */
};

/** ir_text_other - what a line is that does not begin as an event does */
enum text_other ir_text_other(const struct text_span *line, struct text_numbers *n);
/** ir_text_behind_log - what follows "[   72.010000] " of a kernel's log; @line if that is not there */
struct text_span ir_text_behind_log(const struct text_span *line);
/** ir_text_unquote - move the start of @line behind the marks that mail puts in front of quotes */
void ir_text_unquote(struct text_span *line);
/** ir_text_perf_header - @line is "# @key : value": the value; an empty span if not */
struct text_span ir_text_perf_header(const struct text_span *line, const char *key);
/** ir_text_perf_lost - PERF_RECORD_LOST in place of an event name: how many were lost, or 0 */
uint64_t ir_text_perf_lost(const char *p, const char *end);

/* forms.c */

enum text_form {
	TEXT_FORM_NONE,
	TEXT_FORM_ESCAPED,	/* all lines in one, with \n between them */
	TEXT_FORM_NO_CPU,	/* perf script without it */
	TEXT_FORM_NO_TIME,	/* perf script without it */
	TEXT_FORM_NO_NAME,	/* perf script without names of events */
	TEXT_FORM_NO_TRACE,	/* perf script without their fields */
	TEXT_FORM_TRACE,	/* perf trace */
	TEXT_FORM_GRAPH,	/* comments of function_graph without time or CPU */
	TEXT_FORM_DYNDBG,	/* dynamic debug of iommu.c */
	TEXT_FORM_PRINTK,	/* events in a kernel's log, by tp_printk */
	TEXT_FORM_UNKNOWN,	/* events in lines of no known form */
	TEXT_FORMS
};

/** ir_text_form - which tool wrote a line that is no event, but is about one */
enum text_form ir_text_form(const struct text_span *line);
/** ir_text_form_advice - "is output of ...; do ..." */
const char *ir_text_form_advice(enum text_form form);
/** ir_text_is_ours - whether a payload can only be that of an event which is wanted */
bool ir_text_is_ours(const struct text_span *text);
/** ir_text_guess - which event has this payload, "iommu:map"; NULL: not certain */
const char *ir_text_guess(const struct text_span *text);

/* events.c */

struct text {
	struct ir_reader *rd;
	struct text_file file;
	struct text_columns columns;
	struct text_names names;
	struct text_payload payload;
	struct text_window window;
	struct ir_event pending[TEXT_PENDING];	/* gaps, whose time is that of the next event */
	uint32_t nr_pending;
	uint32_t last_cpu;
	uint64_t last_time;	/* of the last line that had one */
	uint64_t reported_lost;	/* by lines of their own */
	uint64_t in_buffer, written;	/* as the headers have it */
	struct {
		uint64_t in_buffer, written, from_line;
	} header;			/* the last one that counts */
	uint64_t lines, line_bytes;	/* of events */
	uint64_t good;		/* events that are wanted and were read */
	uint64_t forms[TEXT_FORMS];	/* lines of other tools */
	uint64_t unread;	/* of these, events that lack something */
	bool counter;		/* times have no unit */
	struct {		/* of perf's lines, for telling what its times are */
		uint64_t first, last, least, most;
		uint32_t nr, back;	/* lines; those that are earlier than the one before */
		bool checked;
	} times;
	size_t head_len;	/* of the line before, if that was an event */
	size_t tabs;		/* before a line, that only indent the text */
	struct {		/* the chain that is being read, if chains are wanted */
		struct ir_event ev;	/* IR_EV_STACK */
		uint64_t frames[IR_CHAIN_DEPTH + 1];
		uint32_t nr;
		bool open;
		bool user;	/* the kernel's part is over */
	} stack;
	bool passed_over[TEXT_MAX_CPUS];	/* the CPU's last event: a chain behind it is not the last wanted one's */
	bool ended;		/* the last line was read */
	bool finished;		/* and what it all was is known */
	int failed;		/* negative errno: reading did, for the reason in .failure */
	struct ir_error failure;
	bool cut;		/* the line that is being read has no newline */
	size_t wrap;		/* the width at which a terminal broke lines; 0: none is known */
	bool unwrapped;		/* the line that is being read was broken there */
	struct text_span held;	/* a line that was read too early; start NULL: none */
	bool held_cut;
	char *joined;		/* TEXT_MAX_LINE bytes for a line that was broken; NULL: none was yet */

	char why[128];		/* info.why, if it has more than one part */
	char marker_text[TEXT_MAX_LINE + 1];
};

/* join.c */

#define TEXT_WRAP_TAIL	16u	/* bytes of a line's last word: keys are shorter */

/* The width at which a terminal broke the lines, by the first ones. */
struct text_wrap {
	size_t last;		/* bytes of the line before; 0: not of an event */
	size_t longest;
	size_t width;		/* of the longest line that goes on in the next one */
	uint32_t full, shorter;	/* lines that go on in the next one: of that width; others */
	bool within_words;	/* words were broken, too */
	size_t tail_len;
	char tail[TEXT_WRAP_TAIL];
};

/** ir_text_wrap_note - the next line, @event: it begins one */
void ir_text_wrap_note(struct text_wrap *w, const struct text_span *line, bool event);
/** ir_text_wrap_width - the width that the lines have in common, 0 if it is not certain */
size_t ir_text_wrap_width(const struct text_wrap *w);
/** ir_text_next_line - the next line, whole: 1, 0 at the end, negative errno */
int ir_text_next_line(struct text *t, struct text_span *line);
/**
 * ir_text_join_next - put the line behind @line, which moves to t->joined, at its end
 *
 * 1, 0 if the two do not belong together, negative errno.
 */
int ir_text_join_next(struct text *t, struct text_span *line);
/** ir_text_is_joined - whether @p points to a line that was put together */
bool ir_text_is_joined(const struct text *t, const char *p);

/** ir_text_known_unnamed - the name of an event that is printed without it; NULL: none */
const char *ir_text_known_unnamed(const struct text_span *text);
/** ir_text_skip_tabs - behind at most @max tabs at the start of a line (lines.c) */
const char *ir_text_skip_tabs(const struct text_span *line, size_t max);
/** ir_text_read_line - read a line into the window, which has room for TEXT_PENDING + 1 events */
int ir_text_read_line(struct text *t);

#endif
