// SPDX-License-Identifier: GPL-2.0-or-later
/* perf.data: finds the next record behind damage. */
#include "base/bytes.h"
#include "input/perfdata/priv.h"

#define CHAIN		2			/* so many must follow one to be believed */

static bool known_type(uint32_t type)
{
	return (type && type <= PD_RECORD_KERNEL_LAST) ||
	       (type >= PD_RECORD_USER_FIRST && type <= PD_RECORD_USER_LAST);
}

bool pd_known_record(const unsigned char *p, bool big)
{
	uint32_t type = ir_load32(p, big);
	uint32_t size = ir_load16(p + 6, big);

	if (!known_type(type))
		return false;
	if (type == PD_RECORD_COMPRESSED2)
		return true;	/* see compressed2_sizes() */
	/* The kernel's own are padded; what perf adds need not be. */
	return size >= PD_RECORD_HEADER && (type >= PD_RECORD_USER_FIRST || size % 8 == 0);
}

static bool chain_holds(const unsigned char *data, size_t len, size_t at, bool big)
{
	unsigned int i;

	for (i = 0; i <= CHAIN; i++) {
		const unsigned char *p = data + at;
		uint32_t size;

		if (at > len || len - at < PD_RECORD_HEADER)
			return i > 0;
		size = ir_load16(p + 6, big);
		if (!pd_known_record(p, big) || size < PD_RECORD_HEADER)
			return false;
		if (ir_load32(p, big) == PD_RECORD_HEADER_TRACING_DATA ||
		    ir_load32(p, big) == PD_RECORD_AUXTRACE)
			return i > 0;	/* data that its size does not include follows */
		at += size;
	}
	return true;
}

size_t pd_find_record(const unsigned char *data, size_t len, size_t from, bool big)
{
	while (from < len && !chain_holds(data, len, from, big))
		from++;
	return from;
}
