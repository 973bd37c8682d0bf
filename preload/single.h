/* SPDX-License-Identifier: MIT */
/*
 * single.h - what the C library does cheaper in a process of one thread stays so in
 * spite of the helper.  Floor: sampler.
 *
 * glibc says in __libc_single_threaded that there is one thread.  As long as that
 * holds its allocator, its mutexes and its streams take no locks, and libstdc++'s
 * reference counts are not atomic; the first pthread_create ends it for good.  The
 * helper takes none of these locks: it asks nobody but the kernel and touches nothing
 * of the program's.  So after its start the word says again what is true of the
 * program's own threads.
 *
 * Calls that glibc must carry out in every thread (setuid and its relatives) are told
 * the other truth; see hooks_credentials.c.
 */
#ifndef PRELOAD_SINGLE_H
#define PRELOAD_SINGLE_H

#include <stdbool.h>

/* Before the helper is made: is this the process's only thread, as far as the C library
 * knows?  Looks up symbols. */
bool single_is(void);

/* The helper was made in a process that had one thread. */
void single_keep(void);

/* Around a call that must reach the helper, too: false when nothing had to be done. */
bool single_tell(void);
void single_tell_no_more(void);

#endif
