// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/cmd.h"

/* A process has one terminal line; it is the program's only state of this kind. */
static struct {
	bool enabled;
	bool shown;
	uint64_t last_ms;
} line;

/* Names in messages may come from a recording: they must not steer a terminal. */
static void replace_controls(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

void message(const char *fmt, ...)
{
	char text[1024], *longer = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	/* Few messages do not fit; "out of memory" does. */
	if (len >= (int)sizeof(text))
		longer = malloc((size_t)len + 1);
	if (longer) {
		va_start(args, fmt);
		vsnprintf(longer, (size_t)len + 1, fmt, args);
		va_end(args);
	}
	replace_controls(longer ? longer : text);
	progress_clear();
	fprintf(stderr, PROGRAM ": %s\n", longer ? longer : text);
	free(longer);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void progress_set(int when)
{
	const char *term = getenv("TERM");
	bool terminal = isatty(STDERR_FILENO) && term && term[0];

	line.enabled = when == WHEN_ALWAYS || (when == WHEN_AUTO && terminal);
	/* Short runs show nothing at all. */
	line.last_ms = now_ms() + 200;
}

void progress_show(const char *label, uint64_t done, uint64_t total)
{
	char text[64];
	uint64_t now;

	if (!line.enabled)
		return;
	now = now_ms();
	if (now < line.last_ms + 100)
		return;
	line.last_ms = now;
	line.shown = true;
	snprintf(text, sizeof(text), "%s", label);
	replace_controls(text);
	if (total)
		fprintf(stderr, "\r\033[K%s: %.0f%%", text, 100.0 * (double)done / (double)total);
	else
		fprintf(stderr, "\r\033[K%s: %.1fM", text, (double)done / 1e6);
	fflush(stderr);
}

void progress_clear(void)
{
	if (!line.shown)
		return;
	line.shown = false;
	fputs("\r\033[K", stderr);
	fflush(stderr);
}
