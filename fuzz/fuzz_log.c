// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader of kernel logs: lines in, faults out. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "faults/split.h"

static void check(const struct ir_log_fault *faults, unsigned int n)
{
	if (n > IR_LOG_FORMATS)
		abort();
	for (unsigned int i = 0; i < n; i++)
		if (!faults[i].iommu || !memchr(faults[i].device, '\0', sizeof(faults[i].device)))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ir_log_parser parser = { .last_ns = 0 };
	struct ir_log_fault faults[IR_LOG_FORMATS];
	const uint8_t *end = data + size;

	while (data < end) {
		const uint8_t *stop = memchr(data, '\n', (size_t)(end - data));
		size_t len = (size_t)((stop ? stop : end) - data);
		/* Of its own: what is read beyond the line is found. */
		char *copy = malloc(len ? len : 1);
		struct ir_log_line line;

		if (!copy)
			break;
		memcpy(copy, data, len);
		if (ir_log_split(&parser, copy, len, &line)) {
			const char *entry = parser.entry.message;
			bool json = line.message.p == entry;

			if (line.message.p < (json ? entry : copy) || line.message.p > line.message.end ||
			    line.message.end > (json ? entry + sizeof(parser.entry.message) : copy + len))
				abort();
			check(faults, ir_log_parse(&parser, &line, faults));
		}
		free(copy);
		data = stop ? stop + 1 : end;
	}
	check(faults, ir_log_finish(&parser, faults));
	return 0;
}
