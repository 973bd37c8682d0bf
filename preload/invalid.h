/* SPDX-License-Identifier: MIT */
/*
 * invalid.h - releases of what is no live block.  Floor: record.
 *
 * Seen where a release finds nothing in the block table, which a right one does only
 * for the few blocks that were allocated unseen.  So nothing is said unless it is
 * certain: the block was released before, the address lies inside a live block, or
 * where no block can be.  The call itself is made all the same.
 */
#ifndef PRELOAD_INVALID_H
#define PRELOAD_INVALID_H

#include <stdbool.h>

#include "origin.h"
#include "thread.h"

/* `function` is about to be called with block p, which is live and which `node` had
 * allocated by a function of another family. */
void invalid_mismatch(struct thread *t, const void *p, uint32_t node, const char *function,
		      const void *frame);

/* `function` is about to be called with p, which is no live block; from a hook with
 * frame `frame`, with the guard held.  `resize`: to resize it. */
void invalid_release(struct thread *t, const void *p, const char *function, const void *frame,
		     bool resize);

#endif
