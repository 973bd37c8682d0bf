/* SPDX-License-Identifier: MIT */
/*
 * hot.h - the allocation and the release that bring nothing new.  Floor: record.
 *
 * glibc's allocator, a stack and a site met before: then an event is two dozen
 * loads, as many compares and a few stores, with no call in between.  Each function
 * checks everything before it changes anything, and returns false to have the event
 * recorded the general way.
 */
#ifndef PRELOAD_HOT_H
#define PRELOAD_HOT_H

#include "guard.h"
#include "record_hot.h"
#include "spikes.h"

/* The thread's words, in a register: an access by the segment would load their
 * offset each time. */
HOT struct tls *hot_tls(void)
{
	struct tls *g = &tls;

	__asm__("" : "+r"(g));
	return g;
}

/* What follows is not to be loaded before: registers are few. */
#define HOT_LATER() __asm__ volatile("" ::: "memory")

/* May the hot path of that state be tried at all?  Then the thread is known.  Counts
 * down to the next look at the clock. */
HOT bool hot_ready(struct tls *g, enum recorder_state state)
{
	return likely(!g->busy && recorder_state() == state && --g->countdown >= 0);
}

_Static_assert(sizeof(struct cell) == 64, "the bars of a cell's number are shifted out");

/* The cell a node's events go to, if it has one and its blocks may be released by
 * `family`. */
HOT struct cell *hot_cell(const struct thread *t, uint32_t node, enum family family)
{
	const struct cell_map *map = &t->maps[MP_HEAP];
	struct cell *c;
	uint32_t index;

	if (unlikely(node >= map->len))
		return NULL;
	index = map->cells[node];
	if (family == FAMILY_C) {
		if (unlikely((int32_t)index <= 0))
			return NULL;
	} else if (unlikely(!index || index & FAMILY_BAR(family))) {
		return NULL;
	}
	c = (struct cell *)((char *)t->cells + (index << 6));
	/* Spares another test. */
	if (!c)
		__builtin_unreachable();
	return c;
}

HOT void hot_close(struct tls *g)
{
	arch_store_stack_pointer(&g->busy);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

HOT void hot_open(struct tls *g)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	g->busy = 0;
}

/* The checking build's second opinion. */
HOT void hot_check(struct thread *t, const void *frame, uint32_t node)
{
	struct origin from = origin_of(frame);

	capture_check(t, &from, node);
}

/*
 * `state` in what follows is the one that the caller is ready for, a constant: what
 * serves one thread alone and glibc's allocator has no branch for others.
 */
HOT bool hot_alone(enum recorder_state state)
{
	return state == RECORDER_FAST || (state == RECORDER_SIZED && likely(!peak_many_threads));
}

/* Enter a block whose stack is `known`; false when there is more to it. */
HOT bool hot_put(uintptr_t p, uint32_t *leaf, uint32_t node, size_t size, bool known,
		 enum recorder_state state)
{
	size_t head, slack;

	if (state == RECORDER_SIZED)
		return known && shadow_put_sized(p, node, size);
	head = ((const size_t *)p)[-1];
	slack = (head & ~(size_t)7) - 8 - size;
	/* Bit 1: mapped on its own. */
	if (unlikely(!known || !leaf || (head & 2) || slack >= SHADOW_SLACK_FAR))
		return false;
	shadow_set(leaf, p, node, (uint32_t)slack, 5);
	return true;
}

/* Record block p of `size` bytes, allocated by the hook of that family with frame `frame`.
 * When that is not to be done here, the guard stays closed; *known is what is known of
 * the stack. */
HOT bool hot_alloc(struct tls *g, void *block, size_t size, const void *frame, struct trail **known,
		   enum family family, enum recorder_state state)
{
	const bool alone = hot_alone(state);
	uintptr_t p = (uintptr_t)block;
	struct thread *t = g->thread;
	struct thread_record *record;
	struct trail *trail;
	struct state *s;
	struct cell *c;
	uint32_t *leaf;
	uintptr_t site;
	v2 change;

	hot_close(g);
	*known = NULL;
	if (unlikely(!capture_current(t)))
		return false;
	*known = trail = trails_find(&t->trails, &t->memo, frame);
	HOT_LATER();
	leaf = shadow_leaf(p);
	site = trail->site - family;
	c = (struct cell *)site;
	s = t->state;
	if (!alone && !s->peak_slack)
		return false;
	if (!hot_put(p, leaf, trail->node, size, !(site & 63), state))
		return false;
	hot_check(t, frame, trail->node);
	peak_save(s, c);
	change = (v2){ 1, (int64_t)size };
	record = t->record;
	c->alloc += change;
	record->heap_alloc += change;
	t->before_last = t->last;
	t->last = p;
	t->last_node = trail->node;
	peak_added(s, record, (int64_t)size, alone);
	hot_open(g);
	return true;
}

/* A block taken out of the table. */
struct hot_block {
	uint32_t *slot, entry;
	bool sized; /* with its size beside it, which went too */
	struct cell *cell;
	size_t size;
};

/* The size of a block with that slack; as much as can be when its size is not to be had
 * here, or too large not to be looked at before it goes. */
HOT size_t hot_size(const void *block, size_t slack)
{
	size_t head = ((const size_t *)block)[-1];

	/* Bit 1: mapped on its own. */
	if (unlikely(slack >= SHADOW_SLACK_FAR || (head & (2 | ~(SPIKE_BYTES - 1)))))
		return SIZE_MAX;
	return (head & ~(size_t)7) - 8 - slack;
}

/* The same for allocators other than glibc's. */
HOT size_t hot_size_sized(const uint32_t *slot, uintptr_t p, size_t slack)
{
	uint32_t whole;

	if (slack <= SHADOW_SIZED_SLACK)
		return SHADOW_SIZED_SLACK - slack;
	if (unlikely(slack != SHADOW_SLACK_FAR || shadow_is_last(p, SHADOW_SIZED_SHIFT)))
		return SIZE_MAX;
	whole = __atomic_load_n(slot + 1, __ATOMIC_RELAXED);
	return likely(whole - 1 < SPIKE_BYTES - 1) ? whole : SIZE_MAX;
}

/* Take out block p, which a function of that family releases.  When that is not to be
 * done here, nothing has changed; else the guard is closed. */
HOT bool hot_take(struct tls *g, void *block, struct hot_block *b, enum family family,
		  enum recorder_state state)
{
	const bool sized = state == RECORDER_SIZED;
	struct thread *t = g->thread;
	uintptr_t p = (uintptr_t)block;
	uint32_t *leaf = shadow_leaf(p);
	size_t slack;

	if (unlikely(!leaf || (p & 15)))
		return false;
	hot_close(g);
	b->slot = shadow_slot(leaf, p, sized ? SHADOW_SIZED_SHIFT : 5);
	b->entry = __atomic_load_n(b->slot, __ATOMIC_RELAXED);
	/* The half of the granule must be the block's, the slack in the entry. */
	slack = (b->entry ^ SHADOW_HALF_OF(p)) & (2 * SHADOW_HALF - 1);
	b->cell = hot_cell(t, b->entry >> SHADOW_NODE_SHIFT, family);
	if (unlikely(!b->cell))
		goto not_here;
	b->size = sized ? hot_size_sized(b->slot, p, slack) : hot_size(block, slack);
	if (unlikely(b->size == SIZE_MAX ||
		     b->entry >> SHADOW_NODE_SHIFT < record_inherited_nodes ||
		     (!hot_alone(state) && !t->state->peak_slack)))
		goto not_here;
	b->sized = sized && slack == SHADOW_SLACK_FAR;
	if (b->sized)
		__atomic_store_n(b->slot + 1, 0, __ATOMIC_RELAXED);
	__atomic_store_n(b->slot, b->entry | SHADOW_SLACK_FREED, __ATOMIC_RELAXED);
	return true;
not_here:
	hot_open(g);
	return false;
}

/* It was not released after all. */
HOT void hot_put_back(const struct hot_block *b)
{
	__atomic_store_n(b->slot, b->entry, __ATOMIC_RELAXED);
	if (b->sized)
		__atomic_store_n(b->slot + 1, (uint32_t)b->size, __ATOMIC_RELAXED);
}

/* Count the release of what was taken out, the block at p. */
HOT void hot_drop(struct thread *t, uintptr_t p, const struct hot_block *b, bool alone)
{
	v2 change = { 1, (int64_t)b->size };
	struct state *s = t->state;
	struct thread_record *record = t->record;

	if (alone)
		peak_leave(s);
	peak_removed(s, record, change[1], alone);
	peak_save(s, b->cell);
	b->cell->free += change;
	record->heap_free += change;
	if (p == t->last)
		b->cell->temp += (v2){ 1, 0 };
	else if (p == t->before_last)
		b->cell->temp += (v2){ 0, 1 };
}

/* Record that block p is about to be released, by a function of that family.  The guard
 * is open then, or lent to an allocator other than glibc's. */
HOT bool hot_free(struct tls *g, void *block, enum family family, enum recorder_state state)
{
	struct hot_block b;

	if (unlikely(!hot_take(g, block, &b, family, state)))
		return false;
	hot_drop(g->thread, (uintptr_t)block, &b, hot_alone(state));
	if (state == RECORDER_SIZED)
		guard_lend(g, GUARD_NESTING);
	else
		hot_open(g);
	return true;
}

/* Finish what hot_alloc() left: p was just allocated, the guard is closed, `known` is
 * what it found.  Returns p. */
void *hot_rest(void *p, size_t size, const void *frame, struct trail *known, enum family family);

/* hot_alloc() and the rest for several threads, with the guard open; and for allocators
 * other than glibc's, with the guard lent. */
void *hot_many(void *p, size_t size, const void *frame, enum family family);
void *hot_sized(void *p, size_t size, const void *frame, enum family family);

#endif
