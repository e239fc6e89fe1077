// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IOMMU groups: the devices of one share a domain, and with it all addresses.
 * They are known from the user, from markers in the recording, or from a log of the boot:
 *
 *   pci 0000:00:10.1: Adding to iommu group 2
 *   iommu-replay: group 2: 0000:00:10.0 0000:00:10.1
 */
#include "faults/find.h"

#include <errno.h>
#include <stdlib.h>

#define MAX_GROUPED	65536u
#define OPTION_GROUP	(UINT32_C(1) << 31)	/* above all numbers of the kernel */

static int add_device(struct finding *f, const char *name, size_t len, uint32_t group)
{
	struct groups *g = &f->groups;
	uint32_t device = ir_names_number(&f->names, name, len);

	if (!device || g->nr == MAX_GROUPED)
		return 0;
	if (g->nr == g->room) {
		size_t room = g->room ? 2 * g->room : 64;
		void *list = reallocarray(g->list, room, sizeof(*g->list));

		if (!list) {
			f->names.no_memory = true;
			return -ENOMEM;
		}
		g->list = list;
		g->room = room;
	}
	g->list[g->nr].device = device;
	g->list[g->nr++].group = group;
	return 0;
}

int ir_groups_options(struct finding *f)
{
	int rc = 0;

	for (size_t i = 0; i < f->options->nr_groups && !rc; i++) {
		const char *p = f->options->groups[i];
		size_t members = 0;

		while (*p && !rc) {
			size_t len = strcspn(p, ",");

			if (len) {
				rc = add_device(f, p, len, OPTION_GROUP + (uint32_t)i);
				members++;
			}
			p += len + (p[len] == ',');
		}
		if (!members)
			return ir_error_set(f->err, -EINVAL, "--group needs names of devices, with commas between them");
	}
	return rc;
}

/* The number at @p, followed by nothing, or by a colon. */
static const char *group_number(const char *p, const char *end, uint32_t *group)
{
	const char *start = p;

	for (*group = 0; p < end && *p >= '0' && *p <= '9' && *group < 100000000; p++)
		*group = *group * 10 + (uint32_t)(*p - '0');
	return p == start || (p < end && *p >= '0' && *p <= '9') ? NULL : p;
}

void ir_groups_line(struct finding *f, const struct ir_log_text *text)
{
	static const char adding[] = ": Adding to iommu group ", marker[] = "iommu-replay: group ";
	const char *p = ir_log_find(text, adding), *start;
	uint32_t group;

	if (p) {
		const char *stop = p - (sizeof(adding) - 1);

		for (start = stop; start > text->p && start[-1] != ' ';)
			start--;
		if (group_number(p, text->end, &group))
			add_device(f, start, (size_t)(stop - start), group);
		return;
	}
	p = ir_log_find(text, marker);
	p = p ? group_number(p, text->end, &group) : NULL;
	if (!p || p == text->end || *p++ != ':')
		return;
	while (p < text->end) {
		while (p < text->end && *p == ' ')
			p++;
		for (start = p; p < text->end && *p != ' ';)
			p++;
		if (p > start)
			add_device(f, start, (size_t)(p - start), group);
	}
}

static int by_device(const void *a, const void *b)
{
	const uint32_t *l = a, *r = b;

	if (l[0] != r[0])
		return l[0] < r[0] ? -1 : 1;
	/* The user's groups come first. */
	return l[1] > r[1] ? -1 : l[1] < r[1];
}

void ir_groups_finish(struct finding *f)
{
	struct groups *g = &f->groups;
	size_t used = 0;

	if (g->nr)
		qsort(g->list, g->nr, sizeof(*g->list), by_device);
	for (size_t i = 0; i < g->nr; i++)
		if (!used || g->list[used - 1].device != g->list[i].device)
			g->list[used++] = g->list[i];
	g->nr = used;
}

static const uint32_t *group_of(const struct groups *g, uint32_t device)
{
	size_t low = 0, high = g->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (g->list[mid].device < device)
			low = mid + 1;
		else
			high = mid;
	}
	return low < g->nr && g->list[low].device == device ? &g->list[low].group : NULL;
}

enum relation ir_groups_relation(const struct finding *f, uint32_t a, uint32_t b)
{
	const uint32_t *left, *right;

	if (a == b)
		return RELATION_SAME;
	left = group_of(&f->groups, a);
	right = group_of(&f->groups, b);
	if (!left || !right)
		return RELATION_UNKNOWN;
	return *left == *right ? RELATION_SAME : RELATION_OTHER;
}
