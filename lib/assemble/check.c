// SPDX-License-Identifier: GPL-2.0-or-later
/* The invariants of the assembler's states (priv.h), for tests and debug builds. */
#include "assemble/priv.h"

static const char *check_mapping(struct ir_assembler *a, const struct slot *s)
{
	const struct rec *head = rec(a, s->head);

	if ((s->map_state == MAP_NONE) != (s->head == NONE))
		return "a slot has a mapping exactly in the states but MAP_NONE";
	if (s->map_state == MAP_NONE)
		return NULL;
	if (!in_window(a, s->head))	/* its unmap was seen, and nothing else came here */
		return NULL;
	if (head->kind != REC_SEGMENT || !head->pieces)
		return "a slot's head is the first piece of its mapping";
	if (live_of(a, head->live)->head != s->head || live_of(a, head->live)->emitted)
		return "a mapping in the window was not emitted";
	if (!head->held && !live_of(a, head->live)->ended)
		return "a mapping under way is held until its unmap was seen";
	if (s->tail != s->head + (head->pieces > 1 ? head->reach : 0))
		return "a slot's tail is the last piece of its mapping";
	if (s->map_state != MAP_PIECES && !head->certain && head->pieces < 2)
		return "a mapping that nothing joins ends where it ends for certain";
	return NULL;
}

static const char *check_unmap(struct ir_assembler *a, const struct slot *s)
{
	if ((s->unmap_state == UNMAP_SUSPECT) != (s->suspect != NONE))
		return "a slot has a suspect exactly in UNMAP_SUSPECT";
	if (s->unmap_state == UNMAP_SUSPECT && in_window(a, s->unmap) && !rec(a, s->unmap)->held)
		return "the unmap of a suspect is held";
	if (s->unmap_state == UNMAP_SUSPECT && in_window(a, s->unmap) && in_window(a, s->suspect) &&
	    rec(a, s->unmap)->live != rec(a, s->suspect)->live)
		return "the unmap of a suspect is what ended its mapping";
	if (s->unmap_state != UNMAP_UNDID && s->undone != NONE)
		return "a slot holds a failed attempt only in UNMAP_UNDID";
	if (s->unmap_state == UNMAP_UNDID && s->unmap != NONE)
		return "a failed attempt leaves no record of its unmap";
	return NULL;
}

const char *ir_assembler_check(struct ir_assembler *a, uint32_t cpu)
{
	const char *broken = NULL;

	if (a->end - a->first > WINDOW)
		return "the window has at most WINDOW records";
	if (a->emit != NONE && !in_window(a, a->emit))
		return "pieces that are emitted next are in the window";
	for (unsigned int k = 0; k < 2 && cpu < a->nr_cpus && !broken; k++) {
		broken = check_mapping(a, &a->cpus[cpu].slot[k]);
		if (!broken)
			broken = check_unmap(a, &a->cpus[cpu].slot[k]);
	}
	return broken;
}
