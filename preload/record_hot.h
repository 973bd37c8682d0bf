/* SPDX-License-Identifier: MIT */
/*
 * record_hot.h - the part of record.h that every allocation pays.  Floor: record.
 *
 * Inlined into the hooks: no call but the real function's own stands between
 * the program and its block when nothing is new.
 */
#ifndef PRELOAD_RECORD_HOT_H
#define PRELOAD_RECORD_HOT_H

#include "blocks.h"
#include "capture.h"
#include "ignored.h"
#include "peak.h"
#include "record.h"
#include "shadow.h"
#include "spikes.h"

#define HOT static inline __attribute__((always_inline))

/* Cold halves. */
void record_inherited_free(struct thread *t, uint32_t node, size_t size);
void record_no_memory(struct thread *t);

/* Enter a block in the table. */
HOT void record_put(struct thread *t, void *p, uint32_t node, size_t size)
{
	bool ok;

	if (likely(blocks_glibc))
		ok = shadow_put((uintptr_t)p, node, size, blocks_usable_glibc(p), 5);
	else
		ok = shadow_put_sized((uintptr_t)p, node, size);
	if (unlikely(!ok))
		record_no_memory(t);
}

/* Take a block out of the table; false when it is not known. */
HOT bool record_take(void *p, uint32_t *node, size_t *size)
{
	if (likely(blocks_glibc))
		return shadow_take((uintptr_t)p, blocks_usable_glibc(p), node, size, 5);
	if (unlikely(ignored_blocks))
		ignored_drop((uintptr_t)p);
	return shadow_take_sized((uintptr_t)p, node, size);
}

/* Count a release. */
HOT void record_drop(struct thread *t, uintptr_t p, uint32_t node, size_t size)
{
	struct state *s = t->state;
	v2 change = { 1, (int64_t)size };
	struct cell *c;
	bool alone;

	if (unlikely(node < record_inherited_nodes)) {
		record_inherited_free(t, node, size);
		return;
	}
	c = counters_cell(t, MP_HEAP, node);
	alone = peak_begin(s, t->tid);
	if (likely(alone))
		peak_leave(s);
	/* Before the cell changes: the peak that this ends must keep the block. */
	peak_removed(s, t->record, (int64_t)size, alone);
	peak_save(s, c);
	c->free += change;
	t->record->heap_free += change;
	peak_end(alone);
	/* Temporaries: freed before the thread's next allocation, or after one
	 * more. */
	if (p == t->last)
		c->temp += (v2){ 1, 0 };
	else if (p == t->before_last)
		c->temp += (v2){ 0, 1 };
}

/* Record a block whose stack is known. */
HOT void record_found(struct thread *t, void *p, size_t size, struct capture found,
		      enum family family)
{
	v2 change = { 1, (int64_t)size };
	struct cell *c;
	bool alone;

	families_note(found.node, family);
	record_put(t, p, found.node, size);
	c = counters_cell(t, MP_HEAP, found.node);
	if (found.trail)
		found.trail->site = TRAIL_SITE(c, family);
	alone = peak_begin(t->state, t->tid);
	peak_save(t->state, c);
	c->alloc += change;
	t->record->heap_alloc += change;
	peak_added(t->state, t->record, (int64_t)size, alone);
	peak_end(alone);
	t->before_last = t->last;
	t->last = (uintptr_t)p;
	t->last_node = found.node;
}

HOT void record_alloc_hot(struct thread *t, void *p, size_t size, const struct origin *from,
			  enum family family)
{
	record_found(t, p, size, capture(t, from), family);
}

/* The stack that allocated the block; 0, which none is, when it is not known. */
HOT uint32_t record_free_hot(struct thread *t, void *p)
{
	uint32_t node;
	size_t size;

	if (unlikely(!record_take(p, &node, &size))) {
		t->record->foreign++;
		return 0;
	}
	if (unlikely(size >= SPIKE_BYTES))
		spikes_look(t->state, size, SPIKE_FREE);
	record_drop(t, (uintptr_t)p, node, size);
	return node;
}

#endif
