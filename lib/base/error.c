// SPDX-License-Identifier: GPL-2.0-or-later
/* One-line error messages in a struct of the caller. */
#include <iommu-replay/error.h>
#include <stdarg.h>
#include <stdio.h>

int ir_error_set(struct ir_error *err, int code, const char *fmt, ...)
{
	va_list args;
	char *c;

	if (!err)
		return code;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);

	/* Names of files and devices end up in here: keep it one clean line. */
	for (c = err->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return code;
}
