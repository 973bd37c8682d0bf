/* SPDX-License-Identifier: MIT */
/*
 * allocator.h - what the program's allocator says of itself.  Floor: memstat.
 *
 * Asks only what the allocator offers to anybody: jemalloc's mallctl, tcmalloc's
 * MallocExtension, mimalloc's mi_process_info, glibc's mallinfo2.  All of them
 * take the allocator's locks, so never from a thread that may hold one: a signal
 * handler that interrupted the allocator comes with the guard closed (other
 * allocators than glibc's), and glibc is asked by the helper thread alone.
 */
#ifndef PRELOAD_ALLOCATOR_H
#define PRELOAD_ALLOCATOR_H

#include <stdbool.h>

#include <memprof/trace.h>

/* Find the functions.  Once, after the real functions were resolved; may
 * allocate in the program's heap as dlsym does, so with the guard held. */
void allocator_init(void);

/* Does allocator_read() ask anybody, from the helper? */
bool allocator_is_asked(void);

/* Fill all but the time.  `helper`: the caller is the recorder's own thread.
 * False when there is nothing to ask or it is not wanted.  May wait for the
 * allocator's locks; hold none of the recorder's. */
bool allocator_read(struct mp_allocator *what, bool helper);

#endif
