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

#include <stdbool.h>
#include <stdint.h>

#include "capture_check.h"
#include "modules.h"
#include "origin.h"
#include "thread.h"

/* What a capture found: the stack's node, whether it was cut, and the trail that
 * proves it, if it is one that is kept. */
struct capture {
	uint32_t node;
	bool truncated;
	struct trail *trail;
};

/* The stack that begins at `from`, when no trail knows it. */
struct capture capture_walk_look(struct thread *t, const struct origin *from);

/* The same of an allocation: counted when cut. */
struct capture capture_walk(struct thread *t, const struct origin *from);

/* The rules, the memo and the trails are those of the modules that are loaded. */
static inline bool capture_current(const struct thread *t)
{
	return likely(t->rules.generation ==
		      __atomic_load_n(&modules_generation, __ATOMIC_ACQUIRE));
}

/* What a trail knows of the stack that begins at `from`: the caller of the hook whose
 * frame is live; node 0 when none does. */
static inline struct capture capture_by_trail(struct thread *t, const struct origin *from)
{
	if (capture_current(t)) {
		const uint64_t *frame = (const uint64_t *)(uintptr_t)from->sp - 2;
		struct trail *trail = trails_find(&t->trails, &t->memo, frame);

		if (likely(trail->node)) {
			capture_check(t, from, trail->node);
			return (struct capture){ .node = trail->node, .trail = trail };
		}
	}
	return (struct capture){ 0 };
}

/* The stack of an allocation. */
static inline struct capture capture(struct thread *t, const struct origin *from)
{
	struct capture found = capture_by_trail(t, from);

	return likely(found.node) ? found : capture_walk(t, from);
}

/* A stack that is looked at only. */
static inline struct capture capture_look(struct thread *t, const struct origin *from)
{
	struct capture found = capture_by_trail(t, from);

	return likely(found.node) ? found : capture_walk_look(t, from);
}

/* Its node. */
static inline uint32_t capture_stack(struct thread *t, const struct origin *from)
{
	return capture(t, from).node;
}

#endif
