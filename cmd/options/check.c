// SPDX-License-Identifier: GPL-2.0-or-later
#include "options/check.h"

#include <errno.h>

int parameters_check(const struct ir_params *p, struct ir_error *err)
{
	if (p->queue == IR_QUEUE_NONE && (p->queue_size || p->queue_timeout_ms))
		return ir_error_set(err, -EINVAL, "no flush queue (--queue none) has no %s",
				    p->queue_size ? "size; leave out --queue-size" :
				    "timeout; leave out --queue-timeout");
	if (p->api == IR_API_IOMMU && ((p->queue != IR_QUEUE_DEFAULT && p->queue != IR_QUEUE_NONE) ||
				       p->queue_size || p->queue_timeout_ms))
		return ir_error_set(err, -EINVAL, "the IOMMU API (--api iommu) has no flush queue; "
				    "leave out --queue, --queue-size and --queue-timeout");
	return 0;
}
