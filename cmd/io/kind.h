/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognises a file that was given to the wrong command. */
#ifndef CMD_KIND_H
#define CMD_KIND_H

/** kind_command - the command that reads this file: "run", "report" or "batch"; NULL: none */
const char *kind_command(const char *path);

#endif
