// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linked into the program by "make coverage": the counts of gcc are written at an exit() only, so
 * they are written here before the program ends in another way.  A SIGKILL, and a fault of the
 * program itself, still loses them.
 */
#include <gcov.h>
#include <signal.h>
#include <sys/syscall.h>

long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
int __real_raise(int signal);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
int __wrap_raise(int signal);

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_exit_group)
		__gcov_dump();
	return __real_syscall(number, a, b, c, d, e, f);
}

int __wrap_raise(int signal)
{
	__gcov_dump();
	return __real_raise(signal);
}
