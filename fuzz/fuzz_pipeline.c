// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From events to results, without a file format: a reader of this file makes events of the
 * input, five bytes each, which are surveyed, replayed and verified as a recording's are.
 * An execution costs a fraction of one of fuzz_replay, nearly every input is a recording, and a
 * few bytes repeat events thousands of times, so that what takes too long for many of them is found.
 *
 *	byte 0, 1	the configuration: strategy, hypervisor, queue, limits and all else
 *	byte 2		architecture, CPUs, devices; long, verified, or operations from a file
 *	then events:	kind, CPU and device and flags, time since the one before, address, size
 *
 * The linker sends the library's call for a reader here (--wrap, see the Makefile).
 */
#include "fuzz.h"
#include "replays.h"
#include <stdlib.h>
#include <string.h>
#include <iommu-replay/recording.h>

#define HEADER 3
#define BYTES 5			/* of an event */
/*
 * Events of an input, repeated ones included, and pages of all of them: time is promised by pages,
 * too.  Most inputs are short, so that many can be tried.
 */
#define MAX_EVENTS (is_long() ? 20000u : 400u)
#define MAX_PAGES (UINT64_C(1) << (is_long() ? 22 : 14))
#define MAX_DEVICES 5
#define MEMORY (UINT64_C(256) << 20)

struct ir_reader *__wrap_ir_reader_open_with(struct ir_file *file,
					     const struct ir_reader_options *options,
					     struct ir_damage *damage, struct ir_error *err);

/* The first two bits of byte 2. */
enum { SHORT, LONG, VERIFIED, SPOOLED };

enum { REPEAT = IR_EV_KINDS };	/* the events before, once more */

/* Twice or more in the list: what recordings mostly have. */
static const uint8_t kinds[] = {
	IR_EV_MAP, IR_EV_UNMAP, IR_EV_MAP, IR_EV_UNMAP, IR_EV_MAP, IR_EV_UNMAP, REPEAT, REPEAT,
	IR_EV_DMA_MAP, IR_EV_DMA_UNMAP, IR_EV_DMA_MAP_SG, IR_EV_DMA_MAP_SG_ERR, IR_EV_DMA_UNMAP_SG,
	IR_EV_RPCIT, IR_EV_RPCIT_RET, IR_EV_RPCIT, IR_EV_RPCIT_RET, IR_EV_FQ_TIMEOUT, IR_EV_FQ_FLUSH,
	IR_EV_FLUSH_ALL, IR_EV_TLB_SYNC, IR_EV_S390_MAP_PAGE, IR_EV_S390_UNMAP_PAGE,
	IR_EV_S390_UPDATE_TRANS, IR_EV_S390_UPDATE_TRANS, IR_EV_IOVA_ALLOC, IR_EV_IOVA_ALLOC_RET,
	IR_EV_IOVA_FREE, IR_EV_DEVICE_ATTACH, IR_EV_DEVICE_DETACH, IR_EV_MARKER, IR_EV_LOST,
	IR_EV_MAP_FAILED, IR_EV_SYNC_MAP, IR_EV_MAP_FLUSH, IR_EV_MAP_PIECE, IR_EV_TAG_RANGE,
	IR_EV_TAG_ALL, IR_EV_COMMAND, IR_EV_COMMAND_ALL, IR_EV_SWITCH, IR_EV_IDLE, IR_EV_INTERRUPT,
	IR_EV_FLUSH_RET, IR_EV_PAGE_FREE,
};

static const char *const markers[] = {
	"Mapped_pages=100 Unmapped_pages=90 Global_RPCITs=1 Sync_Map_RPCITs=1 Sync_RPCITs=1",
	"Mapped_pages=3000 Unmapped_pages=3 Global_RPCITs=7 Sync_Map_RPCITs=70 Sync_RPCITs=700",
	"record-dma event_cost_ns=5600 tracepoint_cost_ns=2700",
	"anything",
};

/* The input, which all readers of it share. */
static const uint8_t *input;
static size_t input_size;

static unsigned int how(void)
{
	return input[2] >> 6;
}

/* One in 64. */
static bool is_long(void)
{
	return how() == LONG && input[0] % 16 == 0;
}

struct state {
	size_t at;		/* the next event's first byte */
	uint64_t now;
	unsigned int produced;
	uint64_t pages;
	/* A repetition: from where to where, how often still, how far its addresses are moved. */
	size_t from, to;
	unsigned int left;
	uint64_t step, moved;
	bool again;
};

/* 0 to 7, then in steps that grow: three bits of mantissa. */
static uint64_t widened(unsigned int byte, unsigned int max_shift)
{
	unsigned int shift = byte >> 3;

	if (!shift)
		return byte;
	return (uint64_t)(8 | (byte & 7)) << ((shift - 1) % max_shift);
}

static uint64_t size_of(uint8_t byte)
{
	static const uint64_t odd[] = { 0, 1, 4095, 4097, UINT64_MAX, UINT64_C(1) << 34, 12345, 65536 };

	return byte < 248 ? widened(byte, 24) * 4096 : odd[byte & 7];
}

/* The first address of the device's memory: IOVAs of domains that start at 0, at 4 GiB, and at the top. */
static uint64_t address_of(uint8_t byte, const struct state *st)
{
	static const uint64_t bases[] = { 0x100000000, 0xfffff000, 0x1000, 0xffffffffffff0000 };

	if (byte == 255)
		return UINT64_MAX;
	return bases[byte >> 6 & 3] + (byte & 63) * UINT64_C(4096) + st->moved;
}

/*
 * Bytes 1 to 4: how many events back, how often, how far addresses move in pages.  One within
 * another ends the outer one.
 */
static void repeat(struct state *st, const uint8_t *b)
{
	size_t begin = st->at - BYTES, back = (1 + b[1] % 8) * (size_t)BYTES;

	if (!st->again) {
		st->again = true;
		st->from = begin >= HEADER + back ? begin - back : HEADER;
		st->to = begin;
		st->left = (unsigned int)widened(b[2], 12);
		st->step = widened(b[3], 20) * 4096 * (b[4] & 1 ? UINT64_MAX : 1);
	}
	if (st->left && st->from < st->to) {
		st->left--;
		st->moved += st->step;
		st->at = st->from;
	} else {
		st->again = false;
		st->moved = 0;
	}
}

/* NULL: the end. */
static const uint8_t *next_bytes(struct state *st)
{
	while (st->at + BYTES <= input_size && st->produced++ < MAX_EVENTS) {
		const uint8_t *b = input + st->at;

		st->at += BYTES;
		if (kinds[b[0] % sizeof(kinds)] != REPEAT)
			return b;
		repeat(st, b);
	}
	return NULL;
}

/* RPCITs and flushes of a domain, timers, processes: few, so that they come again. */
static uint64_t aux_of(uint8_t kind, uint8_t b)
{
	if (kind == IR_EV_IDLE)
		return b & 1 ? UINT32_MAX : 1;
	if (kind == IR_EV_DMA_MAP_SG || kind == IR_EV_PAGE_FREE)
		return b & 15;
	return b >> 4 & 7;
}

static int next_event(const struct ir_reader *rd, struct ir_event *ev)
{
	struct state *st = rd->priv;
	const uint8_t *b = next_bytes(st);
	uint8_t kind;

	if (!b)
		return 0;
	kind = kinds[b[0] % sizeof(kinds)];
	st->now += widened(b[2], 26);
	st->pages += size_of(b[4]) >> 12;
	if (st->pages > MAX_PAGES)
		return 0;
	*ev = (struct ir_event){
		.time_ns = st->now, .kind = kind, .cpu = b[1] & 7, .pid = b[1] & 7,
		.addr = address_of(b[3], st), .size = size_of(b[4]), .aux = aux_of(kind, b[1]),
		.paddr = (b[3] + 1) * UINT64_C(0x100000) + st->moved,
		.device = (uint16_t)((b[1] >> 5) % rd->info.nr_devices),
		.flags = (uint16_t)((b[1] >> 3 & 1 ? IR_EVF_IRQ : 0) | (b[0] >> 7 ? IR_EVF_PROBE : 0) |
				    (b[1] >> 4 & 1 && kind == IR_EV_MAP ? IR_EVF_WHOLE : 0)),
		.ret = b[4] & 3,
	};
	if (kind == IR_EV_S390_UPDATE_TRANS)
		ev->ret = b[4] & 1 ? 0x400 : 0;
	if (kind == IR_EV_IOVA_ALLOC_RET || kind == IR_EV_IOVA_FREE || kind == IR_EV_PAGE_FREE)
		ev->addr >>= 12;
	if (kind == IR_EV_DMA_MAP_SG)
		ev->value[IR_EVENT_LENGTH] = ev->size - (b[4] & 1);
	if (kind == IR_EV_MARKER)
		ev->text = markers[b[3] % (sizeof(markers) / sizeof(markers[0]))];
	return 1;
}

static int next_block(struct ir_reader *rd, struct ir_event *evs, int max, struct ir_error *err)
{
	int n = 0;

	(void)err;
	while (n < max && next_event(rd, &evs[n])) {
		uint16_t kind = evs[n++].kind;

		if (kind == IR_EV_LOST || kind == IR_EV_MARKER || kind == IR_EV_CONSOLE || kind == IR_EV_IO_FAULT)
			break;
	}
	return n;
}

static void close_events(struct ir_reader *rd)
{
	free(rd->priv);
}

static int bid(const unsigned char *start, size_t len)
{
	(void)start, (void)len;
	return 1;
}

static const struct ir_reader_ops ops = {
	.name = "events", .bid = bid, .next_block = next_block, .close = close_events,
};

struct ir_reader *__wrap_ir_reader_open_with(struct ir_file *file,
					     const struct ir_reader_options *options,
					     struct ir_damage *damage, struct ir_error *err)
{
	static const char *const names[MAX_DEVICES] = { "0000:00:00.0", "0001:00:00.0", "0002:00:00.0",
		"0003:00:00.0", "a" };
	struct ir_reader *rd = calloc(1, sizeof(*rd));
	struct state *st = calloc(1, sizeof(*st));

	(void)err;
	if (!rd || !st)
		exit(1);
	st->at = HEADER;
	st->now = 1000;
	rd->info.devices = calloc(1, sizeof(*rd->info.devices));
	rd->info.arch = strdup(input[2] & 1 ? "s390x" : "x86_64");
	if (!rd->info.devices || !rd->info.arch)
		exit(1);
	rd->ops = &ops;
	rd->priv = st;
	rd->file = file;
	rd->damage = damage;
	rd->tasks = options->tasks;
	rd->idle = options->idle;
	rd->info.format = "events";
	rd->info.why = "all are";
	rd->info.byte_order = "little";
	rd->info.cpus = 1u << (input[2] >> 1 & 3);
	rd->info.nr_devices = 1;
	for (unsigned int i = 0; i < (input[2] >> 3) % (MAX_DEVICES + 1u); i++)
		ir_reader_device(rd, names[i], strlen(names[i]));
	return rd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ir_recording_options options = {
		.rpcits = true, .max_memory = MEMORY, .spool_memory = size > 2 && data[2] >> 6 == SPOOLED,
	};
	struct ir_error err = { "" };
	struct ir_recording *rec;

	if (size < HEADER)
		return -1;
	input = data;
	input_size = size;
	rec = ir_recording_open(fuzz_file((const uint8_t *)"e", 1), &options, &err);
	if (!rec) {
		fuzz_check_error(&err);
		return 0;
	}
	fuzz_replay(rec, (1u + data[0] + data[1] * 256u) * 2654435761u, 1);
	if (data[2] >> 6 == VERIFIED)
		fuzz_verify(rec);
	ir_recording_close(rec);
	return 0;
}
