/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a file is that was given where it does not belong. */
#ifndef CMD_KIND_H
#define CMD_KIND_H

/** kind_command - the command that reads this file: "run", "report" or "batch"; NULL: none */
const char *kind_command(const char *path);

#endif
