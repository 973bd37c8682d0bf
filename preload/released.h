/* SPDX-License-Identifier: MIT */
/*
 * released.h - what a release of a live block tells: was it the right kind, and where
 * was it?  Floor: record.
 *
 * The stack of a release is kept on request only, for as many blocks as the table has
 * room for: an entry by address, the newest in its place stays.  Shared by all
 * threads; an entry is one store.
 */
#ifndef PRELOAD_RELEASED_H
#define PRELOAD_RELEASED_H

#include <stdbool.h>
#include <stdint.h>

#include "invalid.h"
#include "thread.h"

/* Are the stacks of releases kept?  Constant once recording has begun. */
extern bool released_kept __attribute__((visibility("hidden")));

/* By the settings; stays off without memory for the table. */
void released_start(void);

/* Where the block that was last at p was released: a stack, or 0. */
uint32_t released_at(uintptr_t p);

/* The cold halves. */
void released_keep(struct thread *t, uintptr_t p, const void *frame);

/* A hook `function` of `family` with frame `frame` has taken out block p, which `node`
 * had allocated. */
static inline void released(struct thread *t, const void *p, uint32_t node, const char *function,
			    const void *frame, enum family family)
{
	if (unlikely(!families_agree(node, family)))
		invalid_mismatch(t, p, node, function, frame);
	else
		counters_lift_bar(t, node, family);
	if (unlikely(released_kept))
		released_keep(t, (uintptr_t)p, frame);
}

#endif
