// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/json_text.h"

#include <stdlib.h>

#include "base/text.h"
#include "io/output.h"

/* Texts of plug-ins and names of files may be any bytes. */
json_t *json_text(const char *text)
{
	json_t *string;
	char *clean;

	if (!text)
		return json_null();
	clean = ir_text_utf8(text);
	if (!clean)
		exit_no_memory();
	string = json_string(clean);
	free(clean);
	return string;
}
