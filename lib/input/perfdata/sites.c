// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf.data: call chains, and where the kernel's code was.
 *
 * A chain has markers between its parts, numbers just below 2^64 that say what
 * the following addresses are (enum perf_callchain_context of
 * include/uapi/linux/perf_event.h, Linux 6.12).  perf writes one MMAP record for
 * the kernel, named after its first symbol, and one for each module.
 */
#include <string.h>
#include "base/bytes.h"
#include "symbols/chains.h"
#include "input/perfdata/priv.h"

#define CONTEXT_KERNEL	((uint64_t)-128)
#define CONTEXT_MAX	((uint64_t)-4095)

#define MISC_CPUMODE		7	/* PERF_RECORD_MISC_CPUMODE_MASK */
#define MISC_KERNEL		1
#define MISC_MMAP_BUILD_ID	(1 << 14)
#define MISC_BUILD_ID_SIZE	(1 << 15)

#define MMAP_NAME	40u	/* header, pid and tid, address, size, offset */
#define MMAP2_ID	40u	/* size of the build id, 3 bytes of nothing, the id */
#define MMAP2_NAME	72u
#define BUILD_ID	12u	/* header, pid */
#define BUILD_ID_NAME	36u

uint32_t pd_chain(struct perfdata *pd, const unsigned char *p, uint32_t nr)
{
	uint64_t frames[IR_CHAIN_DEPTH + 1];
	bool kernel = true;	/* without markers: before Linux 2.6.32, or damaged */
	uint32_t n = 0;

	for (; nr && n <= IR_CHAIN_DEPTH; nr--, p += 8) {
		uint64_t address = ir_load64(p, pd->big);

		if (address >= CONTEXT_MAX) {
			if (n)		/* what the kernel was called by */
				break;
			kernel = address == CONTEXT_KERNEL;
		} else if (kernel) {
			frames[n++] = address;
		}
	}
	return ir_chains_add(pd->rd->chains, frames, n, pd->damage);
}

static struct ir_build_id copy_build_id(const unsigned char *id, uint8_t len)
{
	struct ir_build_id build_id = { .len = len && len <= IR_BUILD_ID_MAX ? len : 0 };

	memcpy(build_id.id, id, build_id.len);
	return build_id;
}

void pd_mmap(struct perfdata *pd, const unsigned char *rec, uint32_t size)
{
	bool second = ir_load32(rec, pd->big) == PD_RECORD_MMAP2;
	uint16_t misc = ir_load16(rec + 4, pd->big);
	uint32_t name = second ? MMAP2_NAME : MMAP_NAME;
	struct ir_build_id id = { .len = 0 };

	if ((misc & MISC_CPUMODE) != MISC_KERNEL || size <= name)
		return;
	if (second && misc & MISC_MMAP_BUILD_ID)
		id = copy_build_id(rec + MMAP2_ID + 4, rec[MMAP2_ID]);
	ir_chains_range(pd->rd->chains, (const char *)rec + name, size - name,
			ir_load64(rec + 16, pd->big), ir_load64(rec + 24, pd->big),
			id.len ? &id : NULL);
	ir_chains_start(pd->rd->chains, (const char *)rec + name, size - name,
			ir_load64(rec + 32, pd->big));
}

void pd_build_id(struct perfdata *pd, const unsigned char *rec, uint32_t size)
{
	uint16_t misc = ir_load16(rec + 4, pd->big);
	struct ir_build_id id;

	if (size <= BUILD_ID_NAME || (misc & MISC_CPUMODE) != MISC_KERNEL)
		return;
	/* Before Linux 5.11 there was no size: all had 20 bytes. */
	id = copy_build_id(rec + BUILD_ID, misc & MISC_BUILD_ID_SIZE ? rec[BUILD_ID + 20] : 20);
	if (id.len)
		ir_chains_build_id(pd->rd->chains, (const char *)rec + BUILD_ID_NAME,
				   size - BUILD_ID_NAME, &id);
}

void pd_build_ids(struct perfdata *pd, struct ir_cursor *cur)
{
	while (ir_cursor_left(cur) > BUILD_ID_NAME) {
		const unsigned char *rec = ir_cursor_take(cur, PD_RECORD_HEADER);
		uint32_t size = rec ? ir_load16(rec + 6, pd->big) : 0;

		if (size <= BUILD_ID_NAME)
			return;
		cur->pos -= PD_RECORD_HEADER;
		rec = ir_cursor_take(cur, size);
		if (rec)
			pd_build_id(pd, rec, size);
	}
}
