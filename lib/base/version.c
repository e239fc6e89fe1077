// SPDX-License-Identifier: GPL-2.0-or-later
/* The version, given by the Makefile. */
#include <iommu-replay/report.h>

#ifndef IR_VERSION
#define IR_VERSION "unknown"
#endif

const char *ir_version(void)
{
	return IR_VERSION;
}
