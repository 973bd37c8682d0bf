/* SPDX-License-Identifier: MIT */
/*
 * sys.h - the only door to the kernel.  Floor: sys.
 *
 * Rules: every function returns a result or -errno and leaves errno alone;
 * nothing allocates, locks or is a cancellation point; all are safe in signal
 * handlers and after fork.  EINTR is retried where a retry is right.
 */
#ifndef PRELOAD_SYS_H
#define PRELOAD_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct stat;

/* True when a value returned as pointer or size is -errno. */
static inline bool sys_failed(intptr_t value)
{
	return value < 0 && value > -4096;
}

/* Memory.  Results are addresses or -errno; check with sys_failed(). */
intptr_t sys_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t off);
int sys_munmap(void *addr, size_t len);
intptr_t sys_mremap(void *addr, size_t old_len, size_t new_len, int flags, void *to);
int sys_madvise(void *addr, size_t len, int advice);

/* Files.  sys_open always adds O_CLOEXEC. */
int sys_open(const char *path, int flags, unsigned int mode);
int sys_close(int fd);
int sys_unlink(const char *path);
int sys_fstat(int fd, struct stat *st);
int sys_stat(const char *path, struct stat *st);
int sys_ftruncate(int fd, int64_t len);
int sys_fallocate(int fd, int64_t off, int64_t len);
/* A copy of fd at or above `least`, close-on-exec. */
int sys_dup_high(int fd, int least);
/* `to` becomes a copy of fd that an exec leaves open. */
int sys_dup_to(int fd, int to);
intptr_t sys_read(int fd, void *buf, size_t len);
intptr_t sys_pread(int fd, void *buf, size_t len, int64_t off);
int64_t sys_lseek(int fd, int64_t off, int whence);
/* The whole buffer or -errno; short writes are continued. */
int sys_write_all(int fd, const void *buf, size_t len);
/* Up to cap-1 bytes of a small file as a string; its length or -errno. */
intptr_t sys_read_file(const char *path, char *buf, size_t cap);
/* 0 when the file is there and may be executed, else -errno. */
int sys_may_execute(const char *path);
intptr_t sys_readlink(const char *path, char *buf, size_t cap);
int sys_chdir(const char *path);
intptr_t sys_getcwd(char *buf, size_t cap);

/* Process and threads. */
int sys_getpid(void);
int sys_getppid(void);
int sys_setsid(void);
int sys_gettid(void);
unsigned int sys_geteuid(void);
/* 0 while thread tid of process pid exists, -ESRCH when it does not. */
int sys_thread_exists(int pid, int tid);
void sys_yield(void);
void sys_sleep_ns(uint64_t ns);
int sys_futex_wait(uint32_t *word, uint32_t value, uint64_t timeout_ns);
int sys_futex_wake(uint32_t *word, int waiters);
int sys_getrlimit(int resource, uint64_t *soft);
int sys_random(void *buf, size_t len);
uint64_t sys_clock_ns(int clock);
/* Block all signals of the calling thread but those of faults; which were blocked
 * before.  And have these blocked again.  No set of signals has all bits: that says
 * that nothing was or is to be changed. */
#define SYS_SIGNALS_AS_THEY_ARE UINT64_MAX
uint64_t sys_block_signals(void);
void sys_set_signals(uint64_t blocked);
/* The calling thread's alternate signal stack; false when it has none. */
bool sys_signal_stack(uintptr_t *low, uintptr_t *high);
/* Page faults of the process so far, and its processor time in nanoseconds. */
int sys_usage(uint64_t *minor, uint64_t *major, uint64_t *cpu);
/* Bytes of [addr, addr + len) that are in memory; addr on a page boundary. */
uint64_t sys_resident(const void *addr, size_t len);
/* True when 8 bytes at addr can be read (asks the kernel to copy them). */
bool sys_readable(const void *addr);
/* uname -m and the host name, into buffers of 65 bytes. */
int sys_uname(char *host, char *machine);
/*
 * A copy of the process with the calling thread alone, of which neither the program
 * nor a tracer hears: 0 in the copy, its id in the process, or -errno.  Every
 * signal is blocked in the copy, so that a fault ends it and no handler runs; it
 * leaves no core file, ends with the process, and after `seconds` of work.
 */
int sys_copy_process(unsigned int seconds);
/* 0 while that copy runs; else 1, and in *clean whether it ended by itself. */
int sys_copy_ended(int pid, bool *clean);
void sys_kill(int pid);
/* Entries of a folder as the kernel gives them, or -errno; 0 at the end. */
intptr_t sys_read_folder(int fd, void *buf, size_t len);
/* False when reading the processor's time stamp counter would raise a signal; the
 * program is about to make it so: the clocks then enter the kernel. */
bool sys_may_read_ticks(void);
extern bool sys_ticks_forbidden __attribute__((visibility("hidden")));
/* Name the calling thread; and its name. */
void sys_set_name(const char *name);
int sys_get_name(char name[16]);
_Noreturn void sys_exit_group(int status);
/* True when the program runs with more rights than the user who started it. */
bool sys_is_secure(void);

#endif
