// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of kinds of operations. */
#include <iommu-replay/op.h>

const char *ir_op_kind_name(enum ir_op_kind kind)
{
	static const char *const names[] = {
		[IR_OP_MAP] = "map",
		[IR_OP_SEGMENT] = "segment",
		[IR_OP_UNMAP] = "unmap",
		[IR_OP_FAILED_MAP] = "failed-map",
		[IR_OP_INITIAL] = "initial",
		[IR_OP_FLUSH_TIMER] = "flush-timer",
		[IR_OP_LOST] = "lost",
		[IR_OP_DETACH] = "detach",
		[IR_OP_DOMAIN_TYPE] = "domain-type",
		[IR_OP_PAGE_FREE] = "page-free",
		[IR_OP_RPCIT] = "rpcit",
	};

	return names[kind];
}
