/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handles what may end the program at once: a fault, abort(), exit() in code of a plug-in, or
 * a call of such code that does not return.  Unfinished files are removed, and a
 * plug-in whose code was running is named; the exit status is 1 then.
 */
#ifndef CMD_IO_CRASH_H
#define CMD_IO_CRASH_H

/* How long a call of a plug-in's code may take. */
#define PLUGIN_SECONDS 10

/** crash_catch - from now on; a signal that no plug-in caused then does what it did before */
void crash_catch(void);
/**
 * crash_watch - plug-ins are about to be loaded
 *
 * A thread begins that ends the program if a call takes longer than PLUGIN_SECONDS, or
 * does not return within 1 s of an interruption.  0 or a negative errno.
 */
int crash_watch(void);

#endif
