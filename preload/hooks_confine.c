/* SPDX-License-Identifier: MIT */
/* hooks_confine.c - calls that put the process into namespaces or filters; see
 * hook.h.  Floor: hooks. */
#define _GNU_SOURCE
#include "hook.h"

#include <asm/resource.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "arch/x86_64/syscall.h"
#include "real.h"
#include "recorder.h"

HOOK int unshare(int flags);
HOOK int setns(int fd, int type);
HOOK long syscall(long nr, ...);
HOOK int setrlimit(int resource, const unsigned long *limits);
HOOK int setrlimit64(int resource, const unsigned long *limits);
HOOK int prlimit(pid_t pid, int resource, const unsigned long *limits, unsigned long *old);
HOOK int prlimit64(pid_t pid, int resource, const unsigned long *limits, unsigned long *old);

HOOK int unshare(int flags)
{
	int ret;

	recorder_alone();
	ret = HOOK_REAL(unshare)(flags);
	recorder_not_alone();
	return ret;
}

HOOK int setns(int fd, int type)
{
	int ret;

	recorder_alone();
	ret = HOOK_REAL(setns)(fd, type);
	recorder_not_alone();
	return ret;
}

/* A limit was set, or not: `ret`. */
static int limited(long pid, int resource, const unsigned long *limits, int ret)
{
	if (ret == 0 && resource == RLIMIT_AS && limits && *limits != RLIM_INFINITY &&
	    (!pid || pid == sys_getpid()))
		recorder_limit(*limits);
	return ret;
}

/* Libraries for filters have no other way to call seccomp. */
HOOK long syscall(long nr, ...)
{
	long arg[6], ret;
	va_list args;

	va_start(args, nr);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(args, long);
	va_end(args);
	/* Not when it only asks what there is, as libraries do first. */
	if (nr == SYS_seccomp &&
	    (arg[0] == SECCOMP_SET_MODE_STRICT || (arg[0] == SECCOMP_SET_MODE_FILTER && arg[2])))
		recorder_seal();
	/* An allocator may call this while it starts, under its own locks: nothing is
	 * looked up. */
	if (unlikely(!real.syscall))
		return hook_result(
			arch_syscall(nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]));
	ret = real.syscall(nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
	if (nr == SYS_prlimit64)
		limited(arg[0], (int)arg[1], (const unsigned long *)arg[2], (int)ret);
	return ret;
}

/* Both forms of each have the same meaning here, where every number has 64 bits. */
HOOK int setrlimit(int resource, const unsigned long *limits)
{
	return limited(0, resource, limits, HOOK_REAL(setrlimit)(resource, limits));
}

HOOK int setrlimit64(int resource, const unsigned long *limits)
{
	return limited(0, resource, limits, HOOK_REAL(setrlimit64)(resource, limits));
}

HOOK int prlimit(pid_t pid, int resource, const unsigned long *limits, unsigned long *old)
{
	return limited(pid, resource, limits, HOOK_REAL(prlimit)(pid, resource, limits, old));
}

HOOK int prlimit64(pid_t pid, int resource, const unsigned long *limits, unsigned long *old)
{
	return limited(pid, resource, limits, HOOK_REAL(prlimit64)(pid, resource, limits, old));
}
