/* SPDX-License-Identifier: MIT */
/*
 * record.h - what happens to the counters when the program allocates and frees.
 * Floor: record.
 *
 * Called by hooks with the guard held, so nothing here runs twice in one thread
 * at a time.  Order: a release is recorded before the real function gets the
 * block, an allocation after it returned, a realloc before, undone on failure:
 * no other thread can meanwhile own an address that is still entered.
 */
#ifndef PRELOAD_RECORD_H
#define PRELOAD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture.h"
#include "thread.h"

/* Stacks of blocks that lived before a fork have smaller nodes than this; 0 in
 * a process that was not forked. */
extern uint32_t record_inherited_nodes __attribute__((visibility("hidden")));

/* Are the blocks that lived before it entered as inherited? */
extern bool record_inheritance_known __attribute__((visibility("hidden")));

/* A new block of `size` requested bytes at p, allocated from `from` by a function of that family.  Its other
 * half, and the one for releases, are in record_hot.h. */
void record_alloc(struct thread *t, void *p, size_t size, const struct origin *from,
		  enum family family);

/* A block taken out of the books before realloc. */
struct resize {
	void *p;
	uint32_t node;
	size_t size;
	bool known;
};

struct resize record_resize_begin(struct thread *t, void *p);
/* realloc gave q (maybe p itself) of `size` bytes. */
void record_resize_done(struct thread *t, const struct resize *old, void *q, size_t size,
			const struct origin *from);
/* realloc released p and returned nothing (size 0). */
void record_resize_freed(struct thread *t, const struct resize *old);
/* realloc failed: p is as it was. */
void record_resize_undo(struct thread *t, const struct resize *old);

/* Pages mapped and unmapped by the program itself. */
void record_map(struct thread *t, void *p, size_t len, const struct origin *from);
void record_unmap(struct thread *t, void *p, size_t len);
/* Around mremap(): until one of the others is called nobody else's mappings are
 * recorded.  `len` bytes at p are now `new_len` bytes at q; len 0: p stays. */
void record_move_begin(void);
void record_move_done(struct thread *t, void *p, size_t len, void *q, size_t new_len,
		      const struct origin *from);
void record_move_undo(void);

#endif
