// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader of perf.data, files and pipe output. */
#include "fuzz.h"
#include "input/perfdata/perfdata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		fuzz_read(&ir_perfdata_ops, data, size);
	return 0;
}
