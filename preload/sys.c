/* SPDX-License-Identifier: MIT */
/* sys.c - raw system calls; the rules are in sys.h.  Floor: sys. */
#define _GNU_SOURCE
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "arch/x86_64/syscall.h"
#include "fault.h"

/* The only way from the recorder to the kernel. */
static inline long door(long nr, long a, long b, long c, long d, long e, long f)
{
	long failure;

	if (fault_due(nr, &c, &failure))
		return failure;
	return arch_syscall(nr, a, b, c, d, e, f);
}

#define CALL6(nr, a, b, c, d, e, f) \
	door((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define CALL4(nr, a, b, c, d) CALL6(nr, a, b, c, d, 0, 0)
#define CALL3(nr, a, b, c) CALL6(nr, a, b, c, 0, 0, 0)
#define CALL2(nr, a, b) CALL6(nr, a, b, 0, 0, 0, 0)
#define CALL1(nr, a) CALL6(nr, a, 0, 0, 0, 0, 0)
#define CALL0(nr) CALL6(nr, 0, 0, 0, 0, 0, 0)

intptr_t sys_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t off)
{
	return CALL6(SYS_mmap, addr, len, prot, flags, fd, off);
}

int sys_munmap(void *addr, size_t len)
{
	return (int)CALL2(SYS_munmap, addr, len);
}

intptr_t sys_mremap(void *addr, size_t old_len, size_t new_len, int flags, void *to)
{
	return CALL6(SYS_mremap, addr, old_len, new_len, flags, to, 0);
}

int sys_madvise(void *addr, size_t len, int advice)
{
	return (int)CALL3(SYS_madvise, addr, len, advice);
}

int sys_open(const char *path, int flags, unsigned int mode)
{
	long ret;

	do
		ret = CALL4(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, mode);
	while (ret == -EINTR);
	return (int)ret;
}

int sys_close(int fd)
{
	return (int)CALL1(SYS_close, fd);
}

int sys_unlink(const char *path)
{
	return (int)CALL1(SYS_unlink, path);
}

int sys_fstat(int fd, struct stat *st)
{
	return (int)CALL2(SYS_fstat, fd, st);
}

int sys_stat(const char *path, struct stat *st)
{
	return (int)CALL2(SYS_stat, path, st);
}

int sys_ftruncate(int fd, int64_t len)
{
	return (int)CALL2(SYS_ftruncate, fd, len);
}

int sys_fallocate(int fd, int64_t off, int64_t len)
{
	long ret;

	do
		ret = CALL4(SYS_fallocate, fd, 0, off, len);
	while (ret == -EINTR);
	return (int)ret;
}

int sys_dup_high(int fd, int least)
{
	return (int)CALL3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, least);
}

int sys_dup_to(int fd, int to)
{
	return fd == to ? (int)CALL3(SYS_fcntl, fd, F_SETFD, 0) : (int)CALL2(SYS_dup2, fd, to);
}

intptr_t sys_read(int fd, void *buf, size_t len)
{
	long ret;

	do
		ret = CALL3(SYS_read, fd, buf, len);
	while (ret == -EINTR);
	return ret;
}

intptr_t sys_pread(int fd, void *buf, size_t len, int64_t off)
{
	long ret;

	do
		ret = CALL4(SYS_pread64, fd, buf, len, off);
	while (ret == -EINTR);
	return ret;
}

int64_t sys_lseek(int fd, int64_t off, int whence)
{
	return CALL3(SYS_lseek, fd, off, whence);
}

int sys_write_all(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len) {
		long n = CALL3(SYS_write, fd, p, len);

		if (n == -EINTR)
			continue;
		if (n <= 0)
			return n ? (int)n : -EIO;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

intptr_t sys_read_file(const char *path, char *buf, size_t cap)
{
	int fd = sys_open(path, O_RDONLY, 0);
	size_t len = 0;

	if (fd < 0)
		return fd;
	while (len + 1 < cap) {
		intptr_t n = sys_read(fd, buf + len, cap - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	sys_close(fd);
	buf[len] = '\0';
	return (intptr_t)len;
}

int sys_may_execute(const char *path)
{
	return (int)CALL3(SYS_faccessat, AT_FDCWD, path, X_OK);
}

intptr_t sys_readlink(const char *path, char *buf, size_t cap)
{
	long n = CALL4(SYS_readlinkat, AT_FDCWD, path, buf, cap - 1);

	if (n >= 0)
		buf[n] = '\0';
	return n;
}

int sys_chdir(const char *path)
{
	return (int)CALL1(SYS_chdir, path);
}

intptr_t sys_getcwd(char *buf, size_t cap)
{
	return CALL2(SYS_getcwd, buf, cap);
}

int sys_getpid(void)
{
	return (int)CALL0(SYS_getpid);
}

int sys_getppid(void)
{
	return (int)CALL0(SYS_getppid);
}

int sys_setsid(void)
{
	return (int)CALL0(SYS_setsid);
}

int sys_gettid(void)
{
	return (int)CALL0(SYS_gettid);
}

unsigned int sys_geteuid(void)
{
	return (unsigned int)CALL0(SYS_geteuid);
}

int sys_thread_exists(int pid, int tid)
{
	return (int)CALL3(SYS_tgkill, pid, tid, 0);
}

void sys_yield(void)
{
	CALL0(SYS_sched_yield);
}

void sys_sleep_ns(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ns / 1000000000),
		.tv_nsec = (long)(ns % 1000000000),
	};

	CALL2(SYS_nanosleep, &ts, 0);
}

int sys_futex_wait(uint32_t *word, uint32_t value, uint64_t timeout_ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(timeout_ns / 1000000000),
		.tv_nsec = (long)(timeout_ns % 1000000000),
	};

	return (int)CALL6(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &ts, 0, 0);
}

int sys_futex_wake(uint32_t *word, int waiters)
{
	return (int)CALL6(SYS_futex, word, FUTEX_WAKE_PRIVATE, waiters, 0, 0, 0);
}

int sys_getrlimit(int resource, uint64_t *soft)
{
	struct rlimit limit;
	long ret = CALL4(SYS_prlimit64, 0, resource, 0, &limit);

	if (ret == 0)
		*soft = limit.rlim_cur;
	return (int)ret;
}

int sys_random(void *buf, size_t len)
{
	long ret = CALL3(SYS_getrandom, buf, len, 1 /* GRND_NONBLOCK */);

	return ret == (long)len ? 0 : ret < 0 ? (int)ret : -EAGAIN;
}

#define SIGNAL_BIT(sig) ((uint64_t)1 << ((sig)-1))
#define FAULTS                                                                                \
	(SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGFPE) | \
	 SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGSYS))

uint64_t sys_block_signals(void)
{
	uint64_t all = ~FAULTS, before = 0;

	if (CALL4(SYS_rt_sigprocmask, SIG_BLOCK, &all, &before, sizeof(before)) != 0)
		return SYS_SIGNALS_AS_THEY_ARE;
	return before;
}

void sys_set_signals(uint64_t blocked)
{
	if (blocked != SYS_SIGNALS_AS_THEY_ARE)
		CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, 0, sizeof(blocked));
}

bool sys_signal_stack(uintptr_t *low, uintptr_t *high)
{
	stack_t ss;

	if (CALL2(SYS_sigaltstack, 0, &ss) != 0 || (ss.ss_flags & SS_DISABLE))
		return false;
	*low = (uintptr_t)ss.ss_sp;
	*high = *low + ss.ss_size;
	return true;
}

static uint64_t nanoseconds(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_usec * 1000;
}

int sys_usage(uint64_t *minor, uint64_t *major, uint64_t *cpu)
{
	struct rusage usage;
	long ret = CALL2(SYS_getrusage, RUSAGE_SELF, &usage);

	if (ret == 0) {
		*minor = (uint64_t)usage.ru_minflt;
		*major = (uint64_t)usage.ru_majflt;
		*cpu = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
	}
	return (int)ret;
}

uint64_t sys_resident(const void *addr, size_t len)
{
	const char *p = addr, *end = p + len;
	unsigned char pages[256];
	uint64_t bytes = 0;

	while (p < end) {
		size_t part = (size_t)(end - p);

		if (part > sizeof(pages) * 4096)
			part = sizeof(pages) * 4096;
		if (CALL3(SYS_mincore, p, part, pages) == 0)
			for (size_t i = 0; i < (part + 4095) / 4096; i++)
				bytes += (pages[i] & 1) * 4096u;
		p += part;
	}
	return bytes;
}

bool sys_readable(const void *addr)
{
	/* An invalid `how` is refused with EINVAL, but only after the new mask
	 * was copied in: EFAULT means the 8 bytes cannot be read. */
	return CALL4(SYS_rt_sigprocmask, -1, addr, 0, 8) != -EFAULT;
}

int sys_uname(char *host, char *machine)
{
	struct utsname name;
	long ret = CALL1(SYS_uname, &name);

	if (ret < 0)
		return (int)ret;
	for (int i = 0; i < 65; i++) {
		host[i] = name.nodename[i];
		machine[i] = name.machine[i];
	}
	return 0;
}

static void set_limit(int resource, uint64_t value)
{
	struct rlimit limit = { .rlim_cur = value, .rlim_max = value };

	CALL4(SYS_prlimit64, 0, resource, &limit, 0);
}

int sys_copy_process(unsigned int seconds)
{
	uint64_t all = ~(uint64_t)0, old;
	long pid;

	CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, sizeof(all));
	/* No signal at its end: the program waits for its own children only. */
	pid = CALL6(SYS_clone, CLONE_UNTRACED, 0, 0, 0, 0, 0);
	if (pid != 0) {
		CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &old, 0, sizeof(all));
		return (int)pid;
	}
	CALL2(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_CPU, seconds);
	return 0;
}

int sys_copy_ended(int pid, bool *clean)
{
	int status = 1;
	long ret = CALL4(SYS_wait4, pid, &status, WNOHANG | (int)__WCLONE, 0);

	*clean = ret == pid && status == 0;
	/* Somebody else may have waited for it. */
	return ret != 0 && ret != -EINTR;
}

void sys_kill(int pid)
{
	CALL2(SYS_kill, pid, SIGKILL);
}

intptr_t sys_read_folder(int fd, void *buf, size_t len)
{
	return CALL3(SYS_getdents64, fd, buf, len);
}

bool sys_ticks_forbidden;

bool sys_may_read_ticks(void)
{
	int mode = 0;

	return !__atomic_load_n(&sys_ticks_forbidden, __ATOMIC_RELAXED) &&
	       CALL2(SYS_prctl, PR_GET_TSC, &mode) == 0 && mode == PR_TSC_ENABLE;
}

int sys_get_name(char name[16])
{
	return (int)CALL2(SYS_prctl, PR_GET_NAME, name);
}

void sys_set_name(const char *name)
{
	CALL2(SYS_prctl, PR_SET_NAME, name);
}

_Noreturn void sys_exit_group(int status)
{
	for (;;)
		CALL1(SYS_exit_group, status);
}

bool sys_is_secure(void)
{
	return getauxval(AT_SECURE) != 0;
}
