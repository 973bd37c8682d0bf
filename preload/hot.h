/* SPDX-License-Identifier: MIT */
/*
 * hot.h - the allocation and the release that bring nothing new.  Floor: record.
 *
 * One thread, glibc's allocator, a stack and a site met before, no peak that ends: then an event is a dozen loads, as many compares and four
 * stores, with no call in between, so that the compiler keeps everything in
 * registers it need not save.  Each function checks everything before it changes
 * anything, and returns false to have the event recorded the general way.
 */
#ifndef PRELOAD_HOT_H
#define PRELOAD_HOT_H

#include "guard.h"
#include "record_hot.h"

/* May the hot path be tried at all?  Counts down to the next look at the clock. */
HOT bool hot_ready(struct tls *g)
{
	return likely(!g->busy && recorder_state() == RECORDER_FAST && g->thread &&
		      --g->countdown >= 0);
}

/* The cell a node's events go to, if it has one that needs no saving for the
 * peak. */
HOT struct cell *hot_cell(const struct thread *t, const struct state *s, uint32_t node)
{
	const struct cell_map *map = &t->maps[MP_HEAP];
	uint32_t index;
	struct cell *c;

	if (unlikely(node >= map->len))
		return NULL;
	index = map->cells[node];
	c = &t->cells[index];
	return likely(index && peak_cell_index(c) == s->peak_index) ? c : NULL;
}

/* The node of the stack at `frame`, when it is not the last one's. */
uint32_t hot_walk(struct tls *g, const void *frame);

/* The node of the stack at `frame`. */
HOT uint32_t hot_stack(struct tls *g, const uint64_t *frame)
{
	struct thread *t = g->thread;
	const struct memo *memo = &t->memo;
	const struct memo_frame *top = memo->top;
	uint32_t failed;

	if (likely(top->key == frame[1] && top->sp == (uint64_t)(uintptr_t)(frame + 2) &&
		   (!top->needs_rbp || top->rbp == frame[0]) &&
		   t->rules.generation == __atomic_load_n(&modules_generation, __ATOMIC_ACQUIRE) &&
		   memo_verify(memo, top->slots_end, &failed))) {
		struct origin from = origin_of(frame);

		capture_check(t, &from, top->node);
		return top->node;
	}
	return hot_walk(g, frame);
}

/* Record block p of `size` bytes, allocated by the hook with frame `frame`. */
HOT bool hot_alloc(struct tls *g, void *block, size_t size, const void *frame)
{
	struct thread *t = g->thread;
	struct state *s = t->state;
	struct thread_record *record = t->record;
	uintptr_t p = (uintptr_t)block;
	size_t slack = blocks_usable_glibc(block) - size;
	v2 change = { 1, (int64_t)size };
	uint32_t node, *leaf;
	struct cell *c;

	if (unlikely(peak_many_threads))
		return false;
	node = hot_stack(g, frame);
	leaf = shadow_leaf(p);
	c = hot_cell(t, s, node);
	if (unlikely(!leaf || !c || slack >= SHADOW_SLACK_FAR))
		return false;
	g->busy = GUARD_RECORDING;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	shadow_set(leaf, p, node, (uint32_t)slack, 5);
	c->alloc += change;
	record->heap_alloc += change;
	peak_added(s, record, (int64_t)size, true);
	t->before_last = t->last;
	t->last = p;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	g->busy = GUARD_OPEN;
	return true;
}

/* Record that block p is about to be released. */
HOT bool hot_free(struct tls *g, void *block)
{
	struct thread *t = g->thread;
	struct state *s = t->state;
	struct thread_record *record = t->record;
	uintptr_t p = (uintptr_t)block;
	uint32_t *leaf = shadow_leaf(p), *slot, entry;
	struct cell *c;
	v2 change;

	if (unlikely(!leaf || (p & 15) || peak_many_threads || s->at_peak))
		return false;
	slot = shadow_slot(leaf, p, 5);
	entry = __atomic_load_n(slot, __ATOMIC_RELAXED);
	c = hot_cell(t, s, entry >> SHADOW_NODE_SHIFT);
	if (unlikely(!c || entry >> SHADOW_NODE_SHIFT < record_inherited_nodes ||
		     (entry & (SHADOW_HALF - 1)) == SHADOW_SLACK_FAR ||
		     (entry & SHADOW_HALF) != SHADOW_HALF_OF(p)))
		return false;
	change = (v2){ 1, (int64_t)(blocks_usable_glibc(block) - (entry & (SHADOW_HALF - 1))) };
	g->busy = GUARD_RECORDING;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(slot, 0, __ATOMIC_RELAXED);
	c->free += change;
	record->heap_free += change;
	s->live -= change[1];
	if (p == t->last)
		c->temp += (v2){ 1, 0 };
	else if (p == t->before_last)
		c->temp += (v2){ 0, 1 };
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	g->busy = GUARD_OPEN;
	return true;
}

#endif
