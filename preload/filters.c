/* SPDX-License-Identifier: MIT */
/* filters.c - try system calls where that kills nobody else; see filters.h.
 * Floor: sys. */
#define _GNU_SOURCE
#include "filters.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "arch/x86_64/syscall.h"
#include "sys.h"

/* Every call of sys.c and of a thread's start, so that it changes nothing: most fail. */
static const struct {
	long nr, a, b, c, d;
} calls[] = {
	{ SYS_wait4, -1, 0, WNOHANG, 0 },
	{ SYS_write, -1, 0, 0, 0 },
	{ SYS_rt_sigprocmask, SIG_BLOCK, 0, 0, 8 },
	{ SYS_gettid, 0, 0, 0, 0 },
	{ SYS_getpid, 0, 0, 0, 0 },
	{ SYS_getppid, 0, 0, 0, 0 },
	{ SYS_geteuid, 0, 0, 0, 0 },
	{ SYS_futex, 0, -1, 0, 0 },
	{ SYS_openat, -1, 0, 0, 0 },
	{ SYS_read, -1, 0, 0, 0 },
	{ SYS_close, -1, 0, 0, 0 },
	{ SYS_fstat, -1, 0, 0, 0 },
	{ SYS_stat, 0, 0, 0, 0 },
	{ SYS_lseek, -1, 0, 0, 0 },
	{ SYS_pread64, -1, 0, 0, 0 },
	{ SYS_fcntl, -1, F_GETFD, 0, 0 },
	{ SYS_unlink, 0, 0, 0, 0 },
	{ SYS_readlinkat, -1, 0, 0, 0 },
	{ SYS_faccessat, -1, 0, 0, 0 },
	{ SYS_getcwd, 0, 0, 0, 0 },
	{ SYS_getdents64, -1, 0, 0, 0 },
	{ SYS_ftruncate, -1, 0, 0, 0 },
	{ SYS_fallocate, -1, 0, 0, 0 },
	{ SYS_mmap, 0, 0, 0, 0 },
	{ SYS_munmap, 1, 0, 0, 0 },
	{ SYS_mremap, 1, 0, 0, 0 },
	{ SYS_madvise, 1, 0, 0, 0 },
	{ SYS_mincore, 1, 0, 0, 0 },
	{ SYS_mprotect, 1, 0, 0, 0 },
	{ SYS_prlimit64, 0, -1, 0, 0 },
	{ SYS_getrusage, 99, 0, 0, 0 },
	{ SYS_clock_gettime, -1, 0, 0, 0 },
	{ SYS_nanosleep, 0, 0, 0, 0 },
	{ SYS_sched_yield, 0, 0, 0, 0 },
	{ SYS_getrandom, 0, 0, -1, 0 },
	{ SYS_uname, 0, 0, 0, 0 },
	{ SYS_sigaltstack, 0, 0, 0, 0 },
	{ SYS_tgkill, 0, 0, 0, 0 },
	{ SYS_kill, 0, -1, 0, 0 },
	{ SYS_prctl, -1, 0, 0, 0 },
	{ SYS_clone3, 0, 0, 0, 0 },
	{ SYS_set_robust_list, 0, 0, 0, 0 },
	{ SYS_rseq, 0, 0, 0, 0 },
};
#define CALLS (sizeof(calls) / sizeof(*calls))

/* Is there a filter that was here before the program?  Asked of a file, as the loader
 * opens files itself: the call that would tell may be filtered. */
static bool filtered(void)
{
	char text[4096];
	const char *p = text;

	if (sys_read_file("/proc/self/status", text, sizeof(text)) <= 0)
		return false;
	for (const char *word = "\nSeccomp:\t"; *p; p++) {
		const char *a = p, *b = word;

		while (*b && *a == *b) {
			a++;
			b++;
		}
		if (!*b)
			return *a == '0' + SECCOMP_MODE_FILTER;
	}
	return false;
}

/* In the child; *done counts. */
static _Noreturn void try_all(uint32_t *done)
{
	const struct rlimit none = { 0, 0 };

	/* No core file of it. */
	arch_syscall(SYS_prlimit64, 0, RLIMIT_CORE, (long)&none, 0, 0, 0);
	for (uint32_t i = 0; i < CALLS; i++) {
		arch_syscall(calls[i].nr, calls[i].a, calls[i].b, calls[i].c, calls[i].d, 0, 0);
		__atomic_store_n(done, i + 1, __ATOMIC_RELEASE);
	}
	sys_exit_group(0);
}

bool filters_spare_us(void)
{
	uint32_t *done;
	intptr_t page;
	long child;
	bool spared;

	if (!filtered())
		return true;
	page = sys_mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sys_failed(page))
		return true;
	done = (uint32_t *)page;
	/* The program stands still until it is over, and hears nothing of its end. */
	child = arch_syscall(SYS_clone, CLONE_VFORK, 0, 0, 0, 0, 0);
	if (child == 0)
		try_all(done);
	spared = child < 0 || *done == CALLS;
	if (child > 0 && *done)
		arch_syscall(SYS_wait4, child, 0, __WALL, 0, 0, 0);
	if (spared)
		sys_munmap(done, 4096);
	return spared;
}
