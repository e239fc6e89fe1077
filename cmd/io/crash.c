// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handlers for fatal signals and for exits from within a plug-in.  They call only
 * functions that are safe in a signal handler.
 */
#include "io/crash.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cmd.h"
#include "io/input.h"
#include "io/output.h"
#include "base/call.h"

#define TICKS_A_SECOND 10		/* of the thread that watches */
#define INTERRUPTED_TICKS 10
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* The signals that end a process by default, without SIGKILL and requests to end. */
static const int fatal[] = {
	SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGXCPU, SIGALRM,
	SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGPOLL, SIGPWR,
};

#define NR_FATAL (sizeof(fatal) / sizeof(fatal[0]))

/* Written only before the handlers are installed. */
static struct sigaction before[NR_FATAL];

static void write_text(const char *text)
{
	(void)!write(STDERR_FILENO, text, strlen(text));
}

/* "iommu-replay: plug-in FILE, strategy NAME, callback X: WHY" */
static void __attribute__((noreturn)) end_program(const struct ir_call *call, const char *why, int status)
{
	char text[1024];

	output_unlink_temp();
	ir_call_describe(call, text, sizeof(text));
	write_text(PROGRAM ": ");
	write_text(text);
	write_text(": ");
	write_text(why);
	write_text("\n");
	for (;;)
		syscall(SYS_exit_group, status);
}

static const char *why_ended(int signal, const siginfo_t *info)
{
	switch (signal) {
	case SIGSEGV:
		if (ir_call_stack_end(info->si_addr))
			return "its stack of 128 KiB overflowed";
		return "accessed memory that is not there (SIGSEGV)";
	case SIGBUS:
		return "accessed memory that is not there (SIGBUS)";
	case SIGFPE:
		return "divided by zero or the like (SIGFPE)";
	case SIGILL:
	case SIGTRAP:
		return "ended itself by an instruction (SIGILL or SIGTRAP)";
	case SIGABRT:
		return "called abort(), or an assertion failed";
	default:
		return "was ended by a signal that it sent itself";
	}
}

/* A fault of this thread, or a signal that the process has sent itself. */
static bool is_own(const siginfo_t *info)
{
	return info->si_code > 0 || info->si_pid == getpid();
}

static void on_fatal(int signal, siginfo_t *info, void *context)
{
	const struct ir_call *call = ir_call_now();

	(void)context;
	if (call && is_own(info))
		end_program(call, why_ended(signal, info), STATUS_ERROR);
	output_unlink_temp();
	for (size_t i = 0; i < NR_FATAL; i++)
		if (fatal[i] == signal)
			sigaction(signal, &before[i], NULL);
	/* A fault happens again when this returns; what was sent has to be sent again. */
	if (info->si_code <= 0)
		raise(signal);
}

static void on_exit_called(void)
{
	const struct ir_call *call = ir_call_now();

	if (call)
		end_program(call, "called exit()", STATUS_ERROR);
}

void crash_catch(void)
{
	struct sigaction action = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	for (size_t i = 0; i < NR_FATAL; i++)
		/* An ignored signal stays ignored. */
		if (!sigaction(fatal[i], NULL, &before[i]) && before[i].sa_handler != SIG_IGN)
			sigaction(fatal[i], &action, NULL);
	atexit(on_exit_called);
	at_quick_exit(on_exit_called);
}

/*
 * Plug-ins find these before those of the C library.  With a system call of their own
 * they can end the program all the same.
 */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
void _exit(int status)
{
	const struct ir_call *call = ir_call_now();

	if (call)
		end_program(call, "called _exit()", STATUS_ERROR);
	for (;;)
		syscall(SYS_exit_group, status);
}

void _Exit(int status)
{
	_exit(status);
}
#endif

/* Nothing of the program is waited for: a plug-in may hold any lock, or block any signal. */
static void *watch_calls(void *arg)
{
	struct timespec tick = { .tv_nsec = 1000000000 / TICKS_A_SECOND };
	unsigned int interrupted = 0;
	struct ir_call call;

	(void)arg;
	for (;;) {
		nanosleep(&tick, NULL);
		interrupts_keep();
		interrupted += *interrupts_flag() != 0;
		if (interrupted > INTERRUPTED_TICKS && ir_calls_any(&call))
			end_program(&call, "still runs after the program was interrupted",
				    STATUS_INTERRUPTED);
		if (ir_calls_watch(PLUGIN_SECONDS * TICKS_A_SECOND, &call))
			end_program(&call, "did not return within " TEXT(PLUGIN_SECONDS) " s", STATUS_ERROR);
	}
	return NULL;
}

int crash_watch(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int rc = pthread_attr_init(&attr);

	if (!rc)
		rc = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (!rc)
		rc = pthread_create(&thread, &attr, watch_calls, NULL);
	return -rc;
}
