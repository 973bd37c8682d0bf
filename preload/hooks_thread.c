/* SPDX-License-Identifier: MIT */
/* hooks_thread.c - threads, their names, and code that goes away; see hook.h.
 * Floor: hooks. */
#define _GNU_SOURCE
#include "hook.h"

#include <dlfcn.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "arch/x86_64/syscall.h"
#include "memo.h"
#include "modules.h"
#include "peak.h"
#include "real.h"
#include "recorder.h"

HOOK int pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*fn)(void *), void *arg);
HOOK int pthread_setname_np(pthread_t thread, const char *name);
HOOK int prctl(int op, ...);
HOOK int dlclose(void *handle);

HOOK int pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*fn)(void *), void *arg)
{
	int err;

	/* From now on the totals are shared; what the C library allocates for
	 * the thread is the program's, so the guard stays open. */
	__atomic_store_n(&peak_many_threads, 1, __ATOMIC_RELEASE);
	recorder_set_many();
	if (recorder_is_on())
		recorder_memory->peak_shared = 1;
	err = HOOK_REAL(pthread_create)(out, attr, fn, arg);
	if (!err && recorder_is_on())
		__atomic_fetch_add(&recorder_memory->threads_made, 1, __ATOMIC_RELAXED);
	return err;
}

/* The record of a thread of this process by its id. */
static struct thread_record *find_record(struct state *s, uint32_t tid)
{
	uint32_t n = __atomic_load_n(&s->threads, __ATOMIC_ACQUIRE);

	for (uint32_t i = n; i-- > 0;) {
		struct thread_record *record = &state_threads(s)[i];
		uint32_t state = __atomic_load_n(&record->state, __ATOMIC_ACQUIRE);

		if (record->tid == tid && (state == THREAD_ALIVE || state == THREAD_ENDED))
			return record;
	}
	return NULL;
}

static void rename_thread(uint32_t tid, const char *name)
{
	struct thread_record *record;

	if (!recorder_is_on())
		return;
	record = find_record(recorder_memory, tid);
	if (record)
		thread_set_name(record, name);
}

HOOK int pthread_setname_np(pthread_t thread, const char *name)
{
	int err = HOOK_REAL(pthread_setname_np)(thread, name);

	/* Another thread's id is not to be had from its handle: its name is read
	 * when it is attached, or set by itself. */
	if (!err && pthread_equal(thread, pthread_self()))
		rename_thread((uint32_t)sys_gettid(), name);
	return err;
}

HOOK int prctl(int op, ...)
{
	unsigned long a, b, c, d;
	va_list args;
	int ret;

	va_start(args, op);
	a = va_arg(args, unsigned long);
	b = va_arg(args, unsigned long);
	c = va_arg(args, unsigned long);
	d = va_arg(args, unsigned long);
	va_end(args);
	if (op == PR_SET_SECCOMP && (a == SECCOMP_MODE_STRICT || (a == SECCOMP_MODE_FILTER && b)))
		recorder_seal();
	if (op == PR_SET_TSC && a == PR_TSC_SIGSEGV)
		memo_without_ticks();
	/* An allocator may call this while it starts, under its own locks: nothing is
	 * looked up. */
	ret = real.prctl ? real.prctl(op, a, b, c, d)
			 : (int)hook_result(arch_syscall(SYS_prctl, op, (long)a, (long)b, (long)c,
							 (long)d, 0));
	if (op == PR_SET_NAME && ret == 0)
		rename_thread((uint32_t)sys_gettid(), (const char *)a);
	return ret;
}

HOOK int dlclose(void *handle)
{
	int err;

	modules_before_dlclose();
	err = HOOK_REAL(dlclose)(handle);
	if (recorder_is_on())
		modules_after_dlclose(recorder_memory);
	modules_dlclose_done();
	return err;
}
