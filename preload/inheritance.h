/* SPDX-License-Identifier: MIT */
/*
 * inheritance.h - what a fork child starts with.  Floor: record.
 *
 * The child has the parent's live blocks, but the parent's counters move on the
 * moment the fork returns.  So the parent notes what is live just before the
 * fork, in private memory that the child gets a copy of.  With several threads
 * the note is as exact as the threads that run on meanwhile let it be.  A child
 * made without fork() (a raw clone, _Fork) gets no note: it counts its own
 * events all the same.
 */
#ifndef PRELOAD_INHERITANCE_H
#define PRELOAD_INHERITANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "thread.h"

/* In the parent, before the fork; for the calling thread's child. */
void inheritance_take(const struct state *s);
/* In the parent, after it, by the same thread. */
void inheritance_forget(void);

/* In the child: is there a note? */
bool inheritance_taken(void);
/* Enter it as allocations of kind "inherited" of thread t, and drop it.  Returns
 * the bytes it sums up to. */
uint64_t inheritance_enter(struct thread *t);

#endif
