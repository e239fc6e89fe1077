// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader of text recordings. */
#include "fuzz.h"
#include "input/text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		fuzz_read(&ir_text_ops, data, size);
	return 0;
}
