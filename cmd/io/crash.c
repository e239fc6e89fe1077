// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signals that end the program at once: SIGQUIT, a fault, abort().  The handler
 * calls only what is safe in a signal handler.
 */
#include "io/crash.h"

#include <signal.h>
#include <stddef.h>

#include "io/output.h"

/* What ends a process by default, but for SIGKILL and what asks it to end. */
static const int fatal[] = {
	SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGXCPU, SIGALRM,
	SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGPOLL, SIGPWR,
};

#define NR_FATAL (sizeof(fatal) / sizeof(fatal[0]))

/* Written before the handlers are installed, and by nobody afterwards. */
static struct sigaction before[NR_FATAL];

static void on_fatal(int signal, siginfo_t *info, void *context)
{
	(void)context;
	output_unlink_temp();
	for (size_t i = 0; i < NR_FATAL; i++)
		if (fatal[i] == signal)
			sigaction(signal, &before[i], NULL);
	/* A fault happens again when this returns; what was sent has to be sent again. */
	if (info->si_code <= 0)
		raise(signal);
}

void crash_catch(void)
{
	struct sigaction action = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	for (size_t i = 0; i < NR_FATAL; i++)
		/* What is ignored stays ignored. */
		if (!sigaction(fatal[i], NULL, &before[i]) && before[i].sa_handler != SIG_IGN)
			sigaction(fatal[i], &action, NULL);
}
