/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of any bytes, such as names of files and texts of plug-ins, as JSON strings. */
#ifndef CMD_JSON_TEXT_H
#define CMD_JSON_TEXT_H

#include <jansson.h>

/** json_text - a text of any bytes, as JSON; null for NULL, and never NULL itself */
json_t *json_text(const char *text);

#endif
