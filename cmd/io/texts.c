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
	return text_checked(ir_memory_close(memory));
}

char *text_format(const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	return text_checked(len < 0 ? NULL : text);
}

void *memory_checked(void *memory)
{
	if (!memory)
		exit_no_memory();
	return memory;
}

char *text_checked(char *text)
{
	return memory_checked(text);
}

char *text_clean(const char *text)
{
	return text ? text_checked(ir_text_clean(text)) : NULL;
}
