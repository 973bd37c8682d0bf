/* SPDX-License-Identifier: MIT */
/* fault.c - the plan of fault.h.  Floor: sys. */
#include "fault.h"

#ifdef MP_FAULTS

#include <fcntl.h>
#include <sys/syscall.h>

#include "arch/x86_64/syscall.h"

extern char **environ;

static struct {
	long call, nth, error;
	bool and_later, half;
	const char *log;
} plan;

static int ready, fired;
static long calls;
static int pid;

static const char *variable(const char *name)
{
	for (char **e = environ; e && *e; e++) {
		int i = 0;

		while (name[i] && (*e)[i] == name[i])
			i++;
		if (!name[i] && (*e)[i] == '=')
			return *e + i + 1;
	}
	return 0;
}

static long number(const char **s)
{
	long n = 0;

	while (**s >= '0' && **s <= '9')
		n = n * 10 + *(*s)++ - '0';
	return n;
}

static void read_plan(void)
{
	const char *s = variable("MEMPROF_FAULT");

	plan.log = variable("MEMPROF_FAULT_LOG");
	if (!s)
		return;
	plan.call = number(&s);
	s += *s == ':';
	plan.nth = number(&s);
	plan.and_later = *s == '+';
	s += plan.and_later;
	s += *s == ':';
	plan.half = *s == 's';
	plan.error = number(&s);
}

static void say_so(void)
{
	long fd;

	if (!plan.log || __atomic_exchange_n(&fired, 1, __ATOMIC_RELAXED))
		return;
	fd = arch_syscall(SYS_openat, AT_FDCWD, (long)plan.log,
			  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600, 0, 0);
	if (fd < 0)
		return;
	arch_syscall(SYS_write, fd, (long)"failed\n", 7, 0, 0, 0);
	arch_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
}

bool fault_due(long nr, long *len, long *result)
{
	int now = (int)arch_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
	long n;

	if (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {
		read_plan();
		__atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
	}
	if (!plan.nth || nr != plan.call)
		return false;
	if (pid != now) {
		pid = now;
		calls = 0;
	}
	n = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
	if (n != plan.nth && !(plan.and_later && n > plan.nth))
		return false;
	say_so();
	if (plan.half) {
		*len -= *len / 2;
		return false;
	}
	*result = -plan.error;
	return true;
}

#endif
