/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call chains: each that occurs is kept once and has a dense number, so that an
 * event carries its chain as one number.  Only readers that are given a struct
 * ir_chains look at chains at all.
 *
 * A chain is its kernel frames, innermost first, up to IR_CHAIN_DEPTH of them.
 * In binary recordings a frame is an address; in texts, which have symbols
 * already, it is the number of a name.
 *
 * Beside the chains this holds the recording's own facts about the kernel's
 * addresses: symbols, addresses of modules, and build ids.  All of it comes from the
 * file: sizes are bounded, and nothing is trusted.
 */
#ifndef IR_TRACE_CHAINS_H
#define IR_TRACE_CHAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <iommu-replay/damage.h>

#define IR_CHAIN_DEPTH	64u	/* innermost frames; perf and ftrace record up to 127 and 1024 */
#define IR_CHAINS_MAX	65536u	/* of a recording */
#define IR_NAMES_MAX	65536u	/* of frames, in a text */
#define IR_RANGES_MAX	16384u	/* modules */
#define IR_BUILD_ID_MAX	20u	/* bytes; include/linux/buildid.h, Linux 6.12 */

struct ir_chain {
	uint32_t first;		/* in ir_chains.frames */
	uint32_t nr;
};

/* A frame of a text. */
struct ir_chain_name {
	char *symbol;		/* NULL: the text has the address only */
	char *module;		/* "nvme"; NULL: the kernel itself, or not recorded */
	uint64_t offset;	/* into the function */
	uint64_t address;	/* 0: not recorded */
	bool has_offset;
	bool has_origin;	/* the text names the module of each frame: without one it is the kernel itself */
};

struct ir_build_id {
	unsigned char id[IR_BUILD_ID_MAX];
	uint8_t len;		/* 0: not known */
};

/* The addresses of the kernel's text or of a module's. */
struct ir_kernel_range {
	char *module;		/* NULL: the kernel itself, from _text on */
	uint64_t start;
	uint64_t end;		/* behind it */
};

/* A recording may have this before the address of the module. */
struct ir_module_id {
	char *module;
	struct ir_build_id id;
};

struct ir_hash {
	uint32_t *slots;	/* numbers; 0: free */
	uint32_t size;		/* a power of two */
};

struct ir_chains {
	struct ir_chain *list;	/* [0] is no chain */
	uint32_t nr, room;
	uint64_t *frames;
	uint32_t nr_frames, room_frames;
	uint64_t seed;		/* of both hashes */
	struct ir_hash chain_hash;
	bool named;		/* frames are numbers of names */
	bool tasks;		/* of tasks; a chain was a PID */
	struct ir_chain_name *names;	/* [0] is none */
	uint32_t nr_names, room_names;
	struct ir_hash name_hash;

	char *kallsyms;		/* text of the recording's own; NULL: it has none */
	size_t kallsyms_len;
	struct ir_kernel_range *ranges;
	uint32_t nr_ranges, room_ranges;
	struct ir_module_id *ids;
	uint32_t nr_ids, room_ids;
	struct ir_build_id build_id;	/* the kernel's */
	char start_symbol[16];		/* "_text" or "_stext"; empty: not recorded */
	uint64_t start_address;		/* where that was */
	bool complete;		/* the recording was read to its end */
	bool no_memory;
};

struct ir_chains *ir_chains_new(void);
void ir_chains_free(struct ir_chains *c);
/**
 * ir_chains_add - the number of a chain, new or known
 * @frames: innermost first
 *
 * 0 for an empty one, one too many (counted in @damage), and without memory
 * (->no_memory).
 */
uint32_t ir_chains_add(struct ir_chains *c, const uint64_t *frames, size_t nr,
		       struct ir_damage *damage);
/**
 * ir_chains_name - the number of a frame's name, new or known
 * @name: its texts are copied
 *
 * 0: there are too many, or no memory.
 */
uint64_t ir_chains_name(struct ir_chains *c, const struct ir_chain_name *name);

/*
 * Facts from the recording; calls after ->complete do nothing, so that a file may
 * be read again.
 */

/** ir_chains_kallsyms - a copy of @text is kept; the first one counts */
void ir_chains_kallsyms(struct ir_chains *c, const void *text, size_t len);
/**
 * ir_chains_range - text of the kernel or a module
 * @name: as perf has it: "[kernel.kallsyms]_text", "[nvme]", ".../nvme.ko.xz"; @len bytes at most
 * @id: may be NULL
 */
void ir_chains_range(struct ir_chains *c, const char *name, size_t len, uint64_t start,
		     uint64_t size, const struct ir_build_id *id);
/** ir_chains_start - where the kernel was: the address of the symbol in perf's name for it */
void ir_chains_start(struct ir_chains *c, const char *name, size_t len, uint64_t address);
/** ir_chains_build_id - of the kernel or a module, by a name as above */
void ir_chains_build_id(struct ir_chains *c, const char *name, size_t len,
			const struct ir_build_id *id);

/** ir_chains_module_id - a module's build id; NULL: not recorded */
const struct ir_build_id *ir_chains_module_id(const struct ir_chains *c, const char *module);

/**
 * ir_module_name - "nvme" from "[nvme]" or a file's name; dashes become underscores
 * @out: room for 64 bytes
 *
 * Returns false if it is none.
 */
bool ir_module_name(char *out, const char *name, size_t len);
/** ir_kernel_name - whether this is perf's name for the kernel itself */
bool ir_kernel_name(const char *name, size_t len);

#endif
