// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists in the payload of dma:dma_map_sg and its like.
 *
 * The kernel prints them as numbers: {0x17feb0000,0x17fec0000}
 * (trace_print_array_seq() of kernel/trace/trace_output.c, Linux 6.12).
 * libtraceevent 1.7 does not understand these formats and prints the bytes of
 * the record: ARRAY[00, 00, 00, 01, 7f, eb, 00, 00].  Which order they have is
 * not said, but no machine has addresses of more than 52 bits: in one of the
 * two orders most addresses are impossible.  With options/fields the kernel prints
 * them, too: 00,00,00,01,7f,eb,00,00.
 */
#include "input/text/priv.h"

#include "base/bytes.h"

#define MAX_ADDRESS	(UINT64_C(1) << 52)

static const char *parse_numbers(struct text_list *list, const char *p, const char *end)
{
	for (list->nr = 0; p < end && *p != '}'; list->nr++) {
		const char *stop = p;

		while (stop < end && *stop != ',' && *stop != '}')
			stop++;
		if (list->nr == TEXT_MAX_LIST ||
		    ir_text_number(p, stop, &list->numbers[list->nr]) != stop)
			return NULL;
		p = stop < end && *stop == ',' ? stop + 1 : stop;
	}
	return p < end ? p + 1 : NULL;
}

/* Up to a bracket, or @bare to a space or the end. */
static const char *parse_bytes(struct text_list *list, const char *p, const char *end, bool bare)
{
	uint64_t byte;

	for (list->nr = 0; p < end && *p != (bare ? ' ' : ']'); list->nr++) {
		if (end - p < 2 || list->nr == sizeof(list->bytes) ||
		    ir_text_hex(p, p + 2, &byte) != p + 2)
			return NULL;
		list->bytes[list->nr] = (unsigned char)byte;
		p += 2;
		if (p < end && *p == ',')
			p = bare ? p + 1 : text_skip_spaces(p + 1, end);
	}
	return bare ? p : p < end ? p + 1 : NULL;
}

const char *ir_text_list(struct text_list *list, const char *p, const char *end)
{
	static const char bytes[] = "ARRAY[";

	if (list->present)
		return NULL;
	list->present = true;
	if (p < end && *p == '{')
		return parse_numbers(list, p + 1, end);
	list->is_bytes = true;
	if (end - p > 6 && !memcmp(p, bytes, 6))
		return parse_bytes(list, p + 6, end, false);
	return parse_bytes(list, p, end, true);
}

bool ir_text_list_order(const struct text_list *list, enum text_order *order)
{
	bool big = true, little = true;

	if (!list->present || !list->is_bytes)
		return true;
	for (uint32_t i = 0; i + 8 <= list->nr; i += 8) {
		big &= ir_be64(list->bytes + i) < MAX_ADDRESS;
		little &= ir_le64(list->bytes + i) < MAX_ADDRESS;
	}
	if (*order == TEXT_ORDER_UNKNOWN && big != little)
		*order = big ? TEXT_ORDER_BIG : TEXT_ORDER_LITTLE;
	return *order == TEXT_ORDER_BIG ? big : *order == TEXT_ORDER_LITTLE ? little : big;
}

size_t ir_text_list_count(const struct text_list *list, unsigned int size)
{
	if (!list->is_bytes)
		return list->nr;
	return list->nr % size ? SIZE_MAX : list->nr / size;
}

uint64_t ir_text_list_get(const struct text_list *list, size_t i, unsigned int size,
			  enum text_order order)
{
	if (!list->is_bytes)
		return list->numbers[i];
	return ir_load_uint(list->bytes + i * size, size, order == TEXT_ORDER_BIG);
}
