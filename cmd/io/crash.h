/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that end the program: unfinished files are removed first. */
#ifndef CMD_CRASH_H
#define CMD_CRASH_H

/** crash_catch - from now on; the signal then does what it did before */
void crash_catch(void);

#endif
