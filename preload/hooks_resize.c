/* SPDX-License-Identifier: MIT */
/* hooks_resize.c - realloc and its relatives, posix_memalign, usable size; see
 * hook.h.  Floor: hooks. */
#define _GNU_SOURCE
#include "hook.h"

#include <errno.h>

#include "arena.h"
#include "hot.h"
#include "invalid.h"
#include "real.h"
#include "record.h"
#include "recorder.h"
#include "released.h"
#include "rt.h"

HOOK void *realloc(void *ptr, size_t size);
HOOK void *reallocarray(void *ptr, size_t n, size_t size);
HOOK int posix_memalign(void **out, size_t align, size_t size);
HOOK size_t malloc_usable_size(void *ptr);

/* A block of the boot pool moves to the real heap when it grows, if there is
 * one already. */
static COLD void *resize_boot_block(void *ptr, size_t size)
{
	size_t old = arena_boot_size(ptr);
	char *q;

	if (size <= old)
		return ptr;
	q = real.malloc ? real.malloc(size) : arena_boot_alloc(size);
	for (size_t i = 0; q && i < old; i++)
		q[i] = ((const char *)ptr)[i];
	return q;
}

static void *resize(void *ptr, size_t size, const void *frame)
{
	struct thread *t;
	struct resize old;
	void *q;

	HOOK_UNWINDS;
	if (unlikely(arena_boot_owns(ptr)))
		return resize_boot_block(ptr, size);
	t = recorder_enter(frame);
	if (unlikely(!t))
		return hook_unseen(real.realloc ? real.realloc(ptr, size)
				   : ptr	? NULL
						: arena_boot_alloc(size));
	old = record_resize_begin(t, ptr);
	if (unlikely(ptr && !old.known))
		invalid_release(t, ptr, "realloc", frame, true);
	if (old.known)
		released(t, ptr, old.node, "realloc", frame, FAMILY_C);
	guard_lend(&tls, HOOK_LEVEL_C);
	q = real.realloc(ptr, size);
	guard_back(&tls);
	if (likely(q != NULL)) {
		struct origin from = origin_of(frame);

		record_resize_done(t, &old, q, size, &from);
	} else if (ptr && !size) {
		/* glibc released it; an allocator that does not returns a block. */
		record_resize_freed(t, &old);
	} else {
		record_resize_undo(t, &old);
	}
	recorder_leave();
	return q;
}

/* A block that is known becomes another, or stays itself. */
HOT void *resize_hot(struct tls *g, void *ptr, size_t size, const void *frame,
		     enum recorder_state state)
{
	struct hot_block old;
	struct trail *known;
	void *q;

	if (unlikely(!hot_take(g, ptr, &old, FAMILY_C, state)))
		return resize(ptr, size, frame);
	hot_open(g);
	q = real.realloc(ptr, size);
	hot_close(g);
	if (unlikely(!q)) {
		hot_put_back(&old);
		hot_open(g);
		return NULL;
	}
	hot_drop(g->thread, (uintptr_t)ptr, &old, hot_alone(state));
	if (likely(hot_alloc(g, q, size, frame, &known, FAMILY_C, state)))
		return q;
	return hot_rest(q, size, frame, known, FAMILY_C);
}

/* The same with an allocator that may call hooks of ours itself. */
HOT void *resize_sized(struct tls *g, void *ptr, size_t size, const void *frame)
{
	struct hot_block old;
	void *q;

	if (unlikely(!hot_take(g, ptr, &old, FAMILY_C, RECORDER_SIZED)))
		return resize(ptr, size, frame);
	guard_lend(g, GUARD_NESTING);
	q = real.realloc(ptr, size);
	guard_back(g);
	if (unlikely(!q)) {
		hot_put_back(&old);
		recorder_leave();
		return NULL;
	}
	hot_drop(g->thread, (uintptr_t)ptr, &old, hot_alone(RECORDER_SIZED));
	return hot_sized(q, size, frame, FAMILY_C);
}

/* Nothing becomes a block: how buffers that grow begin. */
HOT void *resize_nothing(struct tls *g, size_t size, const void *frame)
{
	struct trail *known;
	void *q = real.realloc(NULL, size);

	if (unlikely(!q) || likely(hot_alloc(g, q, size, frame, &known, FAMILY_C, RECORDER_FAST)))
		return q;
	return hot_rest(q, size, frame, known, FAMILY_C);
}

__attribute__((noinline)) static void *warm_realloc(void *ptr, size_t size)
{
	struct tls *g = hot_tls();

	HOOK_UNWINDS;
	if (!ptr && hot_ready(g, RECORDER_FAST))
		return resize_nothing(g, size, HOOK_FRAME);
	if (likely(ptr && size && hot_ready(g, RECORDER_MANY)))
		return resize_hot(g, ptr, size, HOOK_FRAME, RECORDER_MANY);
	if (likely(ptr && size && hot_ready(g, RECORDER_SIZED)))
		return resize_sized(g, ptr, size, HOOK_FRAME);
	return resize(ptr, size, HOOK_FRAME);
}

HOOK void *realloc(void *ptr, size_t size)
{
	struct tls *g = hot_tls();

	HOOK_UNWINDS;
	if (unlikely(!ptr || !size || !hot_ready(g, RECORDER_FAST)))
		return warm_realloc(ptr, size);
	return resize_hot(g, ptr, size, HOOK_FRAME, RECORDER_FAST);
}

HOOK void *reallocarray(void *ptr, size_t n, size_t size)
{
	size_t product;

	if (__builtin_mul_overflow(n, size, &product)) {
		errno = ENOMEM;
		return NULL;
	}
	return resize(ptr, product, HOOK_FRAME);
}

HOOK int posix_memalign(void **out, size_t align, size_t size)
{
	struct thread *t;
	int err;

	HOOK_UNWINDS;
	t = recorder_enter(HOOK_FRAME);
	if (unlikely(!real.posix_memalign)) {
		if (t)
			recorder_leave();
		return ENOMEM;
	}
	if (t)
		guard_lend(&tls, HOOK_LEVEL_C);
	err = real.posix_memalign(out, align, size);
	if (t) {
		guard_back(&tls);
		if (!err && *out) {
			struct origin from = origin_of(HOOK_FRAME);

			record_alloc(t, *out, size, &from, FAMILY_C);
		}
		recorder_leave();
	}
	return err;
}

HOOK size_t malloc_usable_size(void *ptr)
{
	if (unlikely(arena_boot_owns(ptr)))
		return arena_boot_size(ptr);
	return real.malloc_usable_size ? real.malloc_usable_size(ptr) : 0;
}
