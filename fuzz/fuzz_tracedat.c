// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader of trace.dat, both versions. */
#include "fuzz.h"
#include "input/tracedat/tracedat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		fuzz_read(&ir_tracedat_ops, data, size);
	return 0;
}
