/* SPDX-License-Identifier: MIT */
/* record.c - count events; see record.h.  Floor: record. */
#include "record.h"

#include "blocks.h"
#include "peak.h"
#include "ranges.h"
#include "shadow.h"

uint32_t record_inherited_nodes;

/* Temporaries: freed before the thread's next allocation, or after one more. */
static inline void count_temporary(struct thread *t, struct cell *c, uintptr_t p)
{
	if (p == t->last)
		c->temp += (v2){ 1, 0 };
	else if (p == t->before_last)
		c->temp += (v2){ 0, 1 };
}

static inline __attribute__((always_inline)) void add_block(struct thread *t, uintptr_t p, uint32_t node, size_t size)
{
	struct cell *c = counters_cell(t, MP_HEAP, node);

	peak_save(t->state, c);
	c->alloc += (v2){ 1, (int64_t)size };
	t->record->heap_alloc += (v2){ 1, (int64_t)size };
	peak_added(t->state, t->record, (int64_t)size);
	t->before_last = t->last;
	t->last = p;
}

void record_alloc(struct thread *t, void *p, size_t size, const struct origin *from)
{
	uint32_t node = capture_stack(t, from);

	if (unlikely(!shadow_put((uintptr_t)p, node, size, blocks_usable(p))))
		__atomic_fetch_add(&t->state->lost_memory, 1, __ATOMIC_RELAXED);
	add_block(t, (uintptr_t)p, node, size);
}

/* A block that lived before the fork: told apart, outside the totals. */
static COLD void drop_inherited(struct thread *t, uint32_t node, size_t size)
{
	struct cell *c = counters_cell(t, MP_INHERITED, node);

	c->free += (v2){ 1, (int64_t)size };
	t->state->inherited_live -= size;
}

static inline __attribute__((always_inline)) void drop_block(struct thread *t, uintptr_t p, uint32_t node, size_t size)
{
	struct cell *c;

	if (unlikely(node < record_inherited_nodes)) {
		drop_inherited(t, node, size);
		return;
	}
	c = counters_cell(t, MP_HEAP, node);
	if (likely(!peak_many_threads))
		peak_leave(t->state);
	peak_save(t->state, c);
	c->free += (v2){ 1, (int64_t)size };
	t->record->heap_free += (v2){ 1, (int64_t)size };
	peak_removed(t->state, t->record, (int64_t)size);
	count_temporary(t, c, p);
}

bool record_free(struct thread *t, void *p)
{
	uint32_t node;
	size_t size;

	if (unlikely(!shadow_take((uintptr_t)p, blocks_usable(p), &node, &size))) {
		t->record->foreign++;
		return false;
	}
	drop_block(t, (uintptr_t)p, node, size);
	return true;
}

struct resize record_resize_begin(struct thread *t, void *p)
{
	struct resize old = { .p = p };

	if (p)
		old.known = shadow_take((uintptr_t)p, blocks_usable(p), &old.node, &old.size);
	if (p && !old.known)
		t->record->foreign++;
	return old;
}

void record_resize_freed(struct thread *t, const struct resize *old)
{
	if (old->known)
		drop_block(t, (uintptr_t)old->p, old->node, old->size);
}

void record_resize_done(struct thread *t, const struct resize *old, void *q, size_t size,
			const struct origin *from)
{
	record_resize_freed(t, old);
	record_alloc(t, q, size, from);
}

void record_resize_undo(struct thread *t, const struct resize *old)
{
	if (old->known && !shadow_put((uintptr_t)old->p, old->node, old->size, blocks_usable(old->p)))
		__atomic_fetch_add(&t->state->lost_memory, 1, __ATOMIC_RELAXED);
}

/* Part of a range is gone; `last` when nothing of it is left. */
static void range_gone(void *ctx, uint32_t node, size_t bytes, bool last)
{
	struct thread *t = ctx;
	v2 change = { last, (int64_t)bytes };

	counters_cell(t, MP_MMAP, node)->free += change;
	t->record->map_free += change;
}

void record_map(struct thread *t, void *p, size_t len, const struct origin *from)
{
	uint32_t node = capture_stack(t, from);
	v2 change = { 1, (int64_t)((len + 4095) & ~(size_t)4095) };

	/* A fixed mapping replaces what was there. */
	ranges_remove((uintptr_t)p, len, range_gone, t);
	if (!ranges_add((uintptr_t)p, len, node)) {
		__atomic_fetch_add(&t->state->lost_memory, 1, __ATOMIC_RELAXED);
		return;
	}
	counters_cell(t, MP_MMAP, node)->alloc += change;
	t->record->map_alloc += change;
}

void record_unmap(struct thread *t, void *p, size_t len)
{
	ranges_remove((uintptr_t)p, len, range_gone, t);
}
