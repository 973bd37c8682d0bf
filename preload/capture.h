/* SPDX-License-Identifier: MIT */
/*
 * capture.h - the stack of the running thread as a trie node.  Floor: unwind.
 *
 * Walks by the call frame information of the code, never by guesses: where a
 * frame cannot be followed for certain the stack is marked truncated.  Reads
 * only memory between the hook's frame and the end of the stack it is on (or
 * pages the kernel confirmed readable, on stacks of unknown bounds).  Takes no
 * lock of the loader, allocates nothing, uses under 3 KiB of the program's
 * stack.
 */
#ifndef PRELOAD_CAPTURE_H
#define PRELOAD_CAPTURE_H

#include <stdint.h>

#include "capture_check.h"
#include "modules.h"
#include "origin.h"
#include "thread.h"

/* The node of the stack that begins at `from`, when no short cut knows it. */
uint32_t capture_walk(struct thread *t, const struct origin *from);

/* The same, when it is not the last one. */
static inline uint32_t capture_other(struct thread *t, const struct origin *from)
{
	uint32_t node = 0;

	if (likely(t->rules.generation == __atomic_load_n(&modules_generation, __ATOMIC_ACQUIRE)))
		node = memo_leaf_find(&t->memo, from->pc, from->sp, from->rbp);
	if (likely(node))
		capture_check(t, from, node);
	return likely(node) ? node : capture_walk(t, from);
}

/* The node of the stack that begins at `from`.  A stack like the last one costs
 * one compare a slot. */
static inline uint32_t capture_stack(struct thread *t, const struct origin *from)
{
	const struct memo *memo = &t->memo;
	const struct memo_frame *top = memo->top;
	uint32_t failed;

	if (likely(top->key == from->pc && top->sp == from->sp &&
		   (!top->needs_rbp || top->rbp == from->rbp) &&
		   t->rules.generation == __atomic_load_n(&modules_generation, __ATOMIC_ACQUIRE) &&
		   memo_verify(memo, top->slots_end, &failed))) {
		capture_check(t, from, top->node);
		return top->node;
	}
	return capture_other(t, from);
}

#endif
