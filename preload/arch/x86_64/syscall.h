/* SPDX-License-Identifier: MIT */
/*
 * syscall.h - the raw system call of this machine.
 *
 * Returns what the kernel returned: a result, or -errno.  Never touches errno.
 */
#ifndef PRELOAD_ARCH_SYSCALL_H
#define PRELOAD_ARCH_SYSCALL_H

static inline long arch_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

/* The thread pointer: the address of the thread's own control block, which
 * lies above its stack on threads made by the C library. */
static inline unsigned long arch_thread_pointer(void)
{
	unsigned long tp;

	__asm__("mov %%fs:0, %0" : "=r"(tp));
	return tp;
}

/* Where the caller's stack ends now, in one instruction. */
static inline __attribute__((always_inline)) void arch_store_stack_pointer(unsigned long *to)
{
	__asm__ volatile("mov %%rsp, %0" : "=m"(*to));
}

/* A hint that this core waits for another one. */
static inline void arch_pause(void)
{
	__asm__ volatile("pause" ::: "memory");
}

#endif
