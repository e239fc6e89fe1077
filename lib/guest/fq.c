// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/fq.h"

int ir_fq_grow(struct ir_fq_ring *ring)
{
	uint32_t room = ring->room ? ring->room * 2 : 8;
	struct ir_fq_entry *grown;

	if (room < ring->room)
		return -ENOMEM;
	grown = malloc((size_t)room * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	for (uint32_t i = 0; i < ring->count; i++)
		grown[i] = ring->entries[(ring->head + i) & (ring->room - 1)];
	free(ring->entries);
	ring->entries = grown;
	ring->room = room;
	ring->head = 0;
	return 0;
}
