// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The yardstick: all events of a trace.dat by libtracecmd's iterator, in order,
 * without looking into them.
 *
 *	tracecmd_iter FILE
 */
#include <inttypes.h>
#include <stdio.h>
#include <trace-cmd/trace-cmd.h>

static int count(struct tracecmd_input *handle, struct tep_record *rec, int cpu, void *arg)
{
	uint64_t *events = arg;

	(void)handle;
	(void)rec;
	(void)cpu;
	++*events;
	return 0;
}

int main(int argc, char **argv)
{
	struct tracecmd_input *handle;
	uint64_t events = 0;

	if (argc != 2) {
		fputs("usage: tracecmd_iter FILE\n", stderr);
		return 2;
	}
	tracecmd_set_loglevel(TEP_LOG_ERROR);
	handle = tracecmd_open(argv[1], 0);
	if (!handle || tracecmd_iterate_events(handle, NULL, 0, count, &events)) {
		fprintf(stderr, "tracecmd_iter: %s: cannot read\n", argv[1]);
		return 1;
	}
	tracecmd_close(handle);
	printf("%" PRIu64 " events\n", events);
	return 0;
}
