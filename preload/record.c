/* SPDX-License-Identifier: MIT */
/* record.c - count events; see record.h.  Floor: record. */
#include "record.h"

#include "guard.h"
#include "ignored.h"
#include "ranges.h"
#include "record_hot.h"
#include "sizes.h"

uint32_t record_inherited_nodes;
bool record_inheritance_known;

/* A block that lived before the fork: told apart, outside the totals. */
COLD void record_inherited_free(struct thread *t, uint32_t node, size_t size)
{
	if (!record_inheritance_known) {
		t->record->foreign++;
		return;
	}
	counters_cell(t, MP_INHERITED, node)->free += (v2){ 1, (int64_t)size };
	__atomic_fetch_sub(&t->state->inherited_live, size, __ATOMIC_RELAXED);
}

COLD void record_no_memory(struct thread *t)
{
	__atomic_fetch_add(&t->state->lost_memory, 1, __ATOMIC_RELAXED);
}

void record_alloc(struct thread *t, void *p, size_t size, const struct origin *from,
		  enum family family)
{
	if (unlikely(recorder_state() == RECORDER_PAUSED)) {
		shadow_forget((uintptr_t)p);
		return;
	}
	record_alloc_hot(t, p, size, from, family);
	if (unlikely(sizes_on))
		sizes_count(t->state, t->last_node, size, blocks_usable(p));
	if (unlikely(t->leaks_disabled))
		ignored_add((uintptr_t)p, blocks_usable(p));
}

struct resize record_resize_begin(struct thread *t, void *p)
{
	struct resize old = { .p = p };

	if (p)
		old.known = record_take(p, &old.node, &old.size);
	if (p && !old.known)
		t->record->foreign++;
	return old;
}

void record_resize_freed(struct thread *t, const struct resize *old)
{
	if (old->known)
		record_drop(t, (uintptr_t)old->p, old->node, old->size);
}

void record_resize_done(struct thread *t, const struct resize *old, void *q, size_t size,
			const struct origin *from)
{
	record_resize_freed(t, old);
	record_alloc(t, q, size, from, FAMILY_C);
}

void record_resize_undo(struct thread *t, const struct resize *old)
{
	if (old->known)
		record_put(t, old->p, old->node, old->size);
}

/* Part of a range is gone; `last` when nothing of it is left. */
static void range_gone(void *ctx, uint32_t node, size_t bytes, bool last)
{
	struct thread *t = ctx;
	v2 change = { last, (int64_t)bytes };

	counters_cell(t, MP_MMAP, node)->free += change;
	t->record->map_free += change;
}

static v2 map_change(size_t len)
{
	return (v2){ 1, (int64_t)((len + 4095) & ~(size_t)4095) };
}

static void count_map(struct thread *t, uint32_t node, size_t len, bool entered)
{
	if (!entered) {
		record_no_memory(t);
		return;
	}
	counters_cell(t, MP_MMAP, node)->alloc += map_change(len);
	t->record->map_alloc += map_change(len);
}

void record_map(struct thread *t, void *p, size_t len, const struct origin *from)
{
	uint32_t node;

	/* A fixed mapping replaces what was there. */
	record_unmap(t, p, len);
	if (unlikely(recorder_state() == RECORDER_PAUSED))
		return;
	node = capture_stack(t, from);
	count_map(t, node, len, ranges_add((uintptr_t)p, len, node));
}

void record_unmap(struct thread *t, void *p, size_t len)
{
	if (!ranges_remove((uintptr_t)p, len, range_gone, t))
		record_no_memory(t);
}

void record_move_begin(void)
{
	ranges_hold();
}

void record_move_done(struct thread *t, void *p, size_t len, void *q, size_t new_len,
		      const struct origin *from)
{
	uint32_t node = capture_stack(t, from);
	bool ok = ranges_remove_held((uintptr_t)p, len, range_gone, t);

	ok &= ranges_remove_held((uintptr_t)q, new_len, range_gone, t);
	if (!ok)
		record_no_memory(t);
	ok = ranges_add_held((uintptr_t)q, new_len, node);
	ranges_let_go();
	count_map(t, node, new_len, ok);
}

void record_move_undo(void)
{
	ranges_let_go();
}
