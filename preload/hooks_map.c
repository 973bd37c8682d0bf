/* SPDX-License-Identifier: MIT */
/* hooks_map.c - pages the program maps itself; see hook.h.  Floor: hooks.
 *
 * An allocator of the program's own maps memory under its locks: here nothing may
 * allocate, even in the C library.  So these hooks never look a function up, do not
 * start the recorder and do not keep its time (that can start a thread).  Until the
 * next definition is known the system call does the work itself. */
#define _GNU_SOURCE
#include "hook.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>

#include "real.h"
#include "record.h"
#include "recorder.h"
#include "spikes.h"
#include "sys.h"

/* Since Linux 5.7: the old range stays, empty. */
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

HOOK void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off);
HOOK void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t off);
HOOK int munmap(void *addr, size_t len);
HOOK int madvise(void *addr, size_t len, int advice);
HOOK void *mremap(void *addr, size_t old_len, size_t new_len, int flags, ...);

static struct thread *enter(const void *frame)
{
	struct tls *t = &tls;

	if (unlikely(!recorder_memory || (!guard_enter(t) && !recorder_enter_cold(t, frame))))
		return NULL;
	t->busy = (uintptr_t)frame;
	if (unlikely(!t->thread) && !recorder_attach(t)) {
		guard_leave(t);
		return NULL;
	}
	return t->thread;
}

static void *address_or_errno(intptr_t result)
{
	if (!sys_failed(result))
		return (void *)result;
	errno = (int)-result;
	return MAP_FAILED;
}

static void *map(void *addr, size_t len, int prot, int flags, int fd, off_t off, const void *frame)
{
	struct thread *t = enter(frame);
	void *p;

	if (t)
		guard_lend(&tls, GUARD_NESTING);
	p = real.mmap ? real.mmap(addr, len, prot, flags, fd, off)
		      : address_or_errno(sys_mmap(addr, len, prot, flags, fd, off));
	if (!t)
		return p;
	guard_back(&tls);
	if (p != MAP_FAILED) {
		struct origin from = origin_of(frame);

		record_map(t, p, len, &from);
	}
	recorder_leave();
	return p;
}

HOOK void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	return map(addr, len, prot, flags, fd, off, HOOK_FRAME);
}

HOOK void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	return map(addr, len, prot, flags, fd, off, HOOK_FRAME);
}

HOOK int munmap(void *addr, size_t len)
{
	struct thread *t = enter(HOOK_FRAME);
	int err;

	/* Recorded before the kernel can give the range to another thread; a
	 * call that must fail is left alone. */
	if (t && len && !((uintptr_t)addr & 4095))
		record_unmap(t, addr, len);
	if (t && len >= SPIKE_BYTES)
		spikes_look(t->state, len, SPIKE_MUNMAP);
	if (t)
		guard_lend(&tls, GUARD_NESTING);
	if (real.munmap) {
		err = real.munmap(addr, len);
	} else {
		err = sys_munmap(addr, len);
		if (err) {
			errno = -err;
			err = -1;
		}
	}
	if (t)
		recorder_leave();
	return err;
}

/* What is given back so does not count as released: only the spike before it is of interest. */
HOOK int madvise(void *addr, size_t len, int advice)
{
	struct thread *t = len >= SPIKE_BYTES && (advice == MADV_DONTNEED || advice == MADV_FREE ||
						  advice == MADV_REMOVE || advice == MADV_PAGEOUT)
				   ? enter(HOOK_FRAME)
				   : NULL;

	if (t) {
		spikes_look(t->state, len, SPIKE_MADVISE);
		recorder_leave();
	}
	if (real.madvise)
		return real.madvise(addr, len, advice);
	return (int)hook_result(sys_madvise(addr, len, advice));
}

HOOK void *mremap(void *addr, size_t old_len, size_t new_len, int flags, ...)
{
	struct thread *t = enter(HOOK_FRAME);
	void *to = NULL, *p;
	va_list args;

	if (flags & MREMAP_FIXED) {
		va_start(args, flags);
		to = va_arg(args, void *);
		va_end(args);
	}
	if (t) {
		record_move_begin();
		guard_lend(&tls, GUARD_NESTING);
	}
	p = real.mremap ? real.mremap(addr, old_len, new_len, flags, to)
			: address_or_errno(sys_mremap(addr, old_len, new_len, flags, to));
	if (!t)
		return p;
	guard_back(&tls);
	if (p != MAP_FAILED) {
		struct origin from = origin_of(HOOK_FRAME);

		record_move_done(t, addr, flags & MREMAP_DONTUNMAP ? 0 : old_len, p, new_len,
				 &from);
	} else {
		record_move_undo();
	}
	recorder_leave();
	return p;
}
