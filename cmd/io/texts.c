// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/texts.h"

#include <stdarg.h>

#include "base/text.h"
#include "io/output.h"

FILE *text_begin(struct ir_memory *memory)
{
	FILE *out = ir_memory_open(memory);

	if (!out)
		exit_no_memory();
	return out;
}

char *text_end(struct ir_memory *memory)
{
	return text_made(ir_memory_close(memory));
}

char *text_format(const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	return text_made(len < 0 ? NULL : text);
}

void *memory_made(void *memory)
{
	if (!memory)
		exit_no_memory();
	return memory;
}

char *text_made(char *text)
{
	return memory_made(text);
}

char *text_clean(const char *text)
{
	return text ? text_made(ir_text_clean(text)) : NULL;
}
