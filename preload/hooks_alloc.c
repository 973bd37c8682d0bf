/* SPDX-License-Identifier: MIT */
/* hooks_alloc.c - the allocating and releasing functions of regular shape, made
 * from hooks.def; see hook.h.  Floor: hooks. */
#define _GNU_SOURCE
#include "hook.h"

#include "arena.h"
#include "hot.h"
#include "invalid.h"
#include "leap.h"
#include "real.h"
#include "recorder.h"
#include "released.h"
#include "rt.h"

/* What the C++ ABI calls when an exception or a cancellation unwinds through a
 * frame: action bit 2 is the clean-up phase; 8 means go on unwinding. */
__attribute__((visibility("hidden"), used)) int
hook_personality(int version, int actions, uint64_t class, void *exception, void *context);

int hook_personality(int version, int actions, uint64_t class, void *exception, void *context)
{
	(void)version;
	(void)class;
	(void)exception;
	(void)context;
	if (actions & 2 && tls.busy) {
		/* Cut off in the recorder itself, not in what it called. */
		if (tls.level == GUARD_RECORDING)
			leap_recover(&tls);
		else
			guard_leave(&tls);
	}
	return 8;
}

COLD void *hook_alloc_missing(const char *symbol, void *slot, size_t size)
{
	void *(*real_malloc)(size_t) = __atomic_load_n(&real.malloc, __ATOMIC_ACQUIRE);

	if (real_malloc && symbol[0] == '_') {
		void *found = real_find_late(symbol);

		if (found)
			real_found(slot, found);
		else
			return real_malloc(size ? size : 1);
		return NULL;
	}
	if (real_malloc && symbol[0] == 'm')
		return real_malloc(size);
	return arena_boot_alloc(size);
}

COLD void hook_free_missing(const char *symbol, void *slot, void *ptr)
{
	void *found = symbol[0] == '_' ? real_find_late(symbol) : NULL;

	if (found)
		real_found(slot, found);
	else if (real.free)
		real.free(ptr);
}

COLD void hook_look_up(const char *symbol, void *slot)
{
	/* The start fills the whole table. */
	if (recorder_enter_cold(&tls, HOOK_FRAME))
		guard_leave(&tls);
	if (!*(void **)slot)
		real_look_up(symbol, slot);
}

int hook_is_boot_block(const void *ptr)
{
	return arena_boot_owns(ptr);
}

#define CALL_ALLOC(symbol, args, size)                                            \
	({                                                                        \
		void *got_ = NULL;                                                \
		if (unlikely(!real.symbol))                                       \
			got_ = hook_alloc_missing(#symbol, &real.symbol, (size)); \
		if (likely(real.symbol != NULL))                                  \
			got_ = real.symbol args;                                  \
		got_;                                                             \
	})

COLD void *hook_unseen(void *p)
{
	shadow_forget((uintptr_t)p);
	return p;
}

COLD int hook_not_live(struct thread *t, void *ptr, const char *symbol, const void *frame)
{
	if (hook_is_boot_block(ptr))
		return 1;
	if (t && ptr)
		invalid_release(t, ptr, symbol, frame, false);
	return 0;
}

COLD void *hook_adopt(void *p)
{
	struct thread *t = tls.thread;

	if (!tls.busy || tls.level != GUARD_ADOPTING)
		return hook_unseen(p);
	guard_back(&tls);
	if (p)
		record_alloc(t, p, t->new_size, &t->new_origin, t->new_family);
	guard_leave(&tls);
	return p;
}

__attribute__((noinline)) void *hot_rest(void *p, size_t size, const void *frame,
					 struct trail *known, enum family family)
{
	struct origin from = origin_of(frame);
	struct thread *t = tls.thread;
	struct capture found;

	HOOK_UNWINDS;
	if (known && known->node) {
		found = (struct capture){ .node = known->node, .trail = known };
		capture_check(t, &from, found.node);
	} else {
		found = capture_walk(t, &from);
	}
	record_found(t, p, size, found, family);
	recorder_leave();
	return p;
}

__attribute__((noinline)) void *hot_many(void *p, size_t size, const void *frame,
					 enum family family)
{
	struct trail *known;

	HOOK_UNWINDS;
	if (likely(hot_alloc(hot_tls(), p, size, frame, &known, family, RECORDER_MANY)))
		return p;
	return hot_rest(p, size, frame, known, family);
}

__attribute__((noinline)) void *hot_sized(void *p, size_t size, const void *frame,
					  enum family family)
{
	struct trail *known;

	HOOK_UNWINDS;
	guard_back(hot_tls());
	if (likely(hot_alloc(hot_tls(), p, size, frame, &known, family, RECORDER_SIZED)))
		return p;
	return hot_rest(p, size, frame, known, family);
}

/*
 * Each hook is a hot half for one thread and glibc's allocator, a warm one for what is
 * nearly that, and a slow one for all else.  One jumps to the next (a sibling call, which
 * the build asks for at every level of optimization), so that all see the same caller and
 * the same frame.
 */

/* With several threads; `call` is the real function's. */
#define WARM_MANY(g, call, size, family)                                                  \
	if (likely(hot_ready(g, RECORDER_MANY))) {                                        \
		p = call;                                                                 \
		return likely(p != NULL) ? hot_many(p, (size), HOOK_FRAME, (family)) : p; \
	}

/* Other allocators may call hooks of ours themselves. */
#define WARM_SIZED(g, symbol, args, size, family)                          \
	if (likely(real.symbol && hot_ready(g, RECORDER_SIZED))) {         \
		guard_close(g);                                            \
		p = real.symbol args;                                      \
		if (likely(p != NULL))                                     \
			return hot_sized(p, (size), HOOK_FRAME, (family)); \
		guard_leave(g);                                            \
		return p;                                                  \
	}

#define ALLOC(symbol, params, args, size)                                                         \
	__attribute__((noinline)) static void *slow_##symbol params                               \
	{                                                                                         \
		struct thread *t;                                                                 \
		void *p;                                                                          \
                                                                                                  \
		HOOK_UNWINDS;                                                                     \
		t = recorder_enter(HOOK_FRAME);                                                   \
		if (unlikely(!t))                                                                 \
			return hook_adopt(CALL_ALLOC(symbol, args, size));                        \
		guard_lend(&tls, HOOK_LEVEL_C);                                                   \
		p = CALL_ALLOC(symbol, args, size);                                               \
		guard_back(&tls);                                                                 \
		if (likely(p != NULL)) {                                                          \
			struct origin from = origin_of(HOOK_FRAME);                               \
                                                                                                  \
			record_alloc(t, p, (size), &from, FAMILY_C);                              \
		}                                                                                 \
		recorder_leave();                                                                 \
		return p;                                                                         \
	}                                                                                         \
	__attribute__((noinline)) static void *warm_##symbol params                               \
	{                                                                                         \
		struct tls *g = hot_tls();                                                        \
		void *p;                                                                          \
                                                                                                  \
		HOOK_UNWINDS;                                                                     \
		WARM_MANY(g, real.symbol args, size, FAMILY_C)                                    \
		WARM_SIZED(g, symbol, args, size, FAMILY_C)                                       \
		return slow_##symbol args;                                                        \
	}                                                                                         \
	HOOK void *symbol params;                                                                 \
	HOOK void *symbol params                                                                  \
	{                                                                                         \
		struct tls *g = hot_tls();                                                        \
		struct trail *known;                                                              \
		void *p;                                                                          \
                                                                                                  \
		HOOK_UNWINDS;                                                                     \
		if (unlikely(!hot_ready(g, RECORDER_FAST)))                                       \
			return warm_##symbol args;                                                \
		p = real.symbol args;                                                             \
		if (unlikely(!p))                                                                 \
			return p;                                                                 \
		if (likely(hot_alloc(g, p, (size), HOOK_FRAME, &known, FAMILY_C, RECORDER_FAST))) \
			return p;                                                                 \
		return hot_rest(p, (size), HOOK_FRAME, known, FAMILY_C);                          \
	}

/* The C++ runtime's plain operator new is malloc until that fails: then its own
 * function handles it. */
#define IS_PLAIN_NEW(params)                           \
	(!__builtin_strcmp(params, "(size_t size)") || \
	 !__builtin_strcmp(params, "(size_t size, const void *nt)"))
#define NEW_IS_MALLOC(params) (IS_PLAIN_NEW(#params) && real_cxx_default)

#define NEW(symbol, params, args, size)                                                     \
	__attribute__((noinline)) static void *slow_##symbol params                         \
	{                                                                                   \
		struct thread *t;                                                           \
		void *p;                                                                    \
                                                                                            \
		HOOK_UNWINDS;                                                               \
		t = recorder_enter(HOOK_FRAME);                                             \
		if (unlikely(!t))                                                           \
			return hook_unseen(CALL_ALLOC(symbol, args, size));                 \
		t->new_origin = origin_of(HOOK_FRAME);                                      \
		t->new_size = (size);                                                       \
		t->new_family = FAMILY_OF_OPERATOR(#symbol);                                \
		guard_lend(&tls, HOOK_LEVEL_NEW);                                           \
		p = CALL_ALLOC(symbol, args, size);                                         \
		if (unlikely(tls.busy) && p) {                                              \
			guard_back(&tls);                                                   \
			record_alloc(t, p, (size), &t->new_origin, t->new_family);          \
		}                                                                           \
		recorder_leave();                                                           \
		return p;                                                                   \
	}                                                                                   \
	__attribute__((noinline)) static void *warm_##symbol params                         \
	{                                                                                   \
		struct tls *g = hot_tls();                                                  \
		void *p;                                                                    \
                                                                                            \
		HOOK_UNWINDS;                                                               \
		if (likely(NEW_IS_MALLOC(params) && hot_ready(g, RECORDER_MANY))) {         \
			p = real.malloc((size) ? (size) : 1);                               \
			if (likely(p != NULL))                                              \
				return hot_many(p, (size), HOOK_FRAME,                      \
						FAMILY_OF_OPERATOR(#symbol));               \
		} else {                                                                    \
			WARM_SIZED(g, symbol, args, size, FAMILY_OF_OPERATOR(#symbol))      \
		}                                                                           \
		return slow_##symbol args;                                                  \
	}                                                                                   \
	HOOK void *symbol params;                                                           \
	HOOK void *symbol params                                                            \
	{                                                                                   \
		struct tls *g = hot_tls();                                                  \
		struct trail *known;                                                        \
		void *p;                                                                    \
                                                                                            \
		HOOK_UNWINDS;                                                               \
		if (unlikely(!NEW_IS_MALLOC(params) || !hot_ready(g, RECORDER_FAST)))       \
			return warm_##symbol args;                                          \
		p = real.malloc((size) ? (size) : 1);                                       \
		if (unlikely(!p))                                                           \
			return slow_##symbol args;                                          \
		if (likely(hot_alloc(g, p, (size), HOOK_FRAME, &known,                      \
				     FAMILY_OF_OPERATOR(#symbol), RECORDER_FAST)))          \
			return p;                                                           \
		return hot_rest(p, (size), HOOK_FRAME, known, FAMILY_OF_OPERATOR(#symbol)); \
	}

#define RELEASE(symbol, params, args, ptr, fast, level, family)                      \
	__attribute__((noinline)) static void slow_##symbol params                   \
	{                                                                            \
		struct thread *t;                                                    \
		uint32_t node = 0;                                                   \
                                                                                     \
		HOOK_UNWINDS;                                                        \
		t = recorder_enter(HOOK_FRAME);                                      \
		if (likely(t != NULL))                                               \
			node = record_free_hot(t, ptr);                              \
		if (unlikely(!node && hook_not_live(t, ptr, #symbol, HOOK_FRAME))) { \
			if (t)                                                       \
				recorder_leave();                                    \
			return;                                                      \
		}                                                                    \
		if (node)                                                            \
			released(t, ptr, node, #symbol, HOOK_FRAME, family);         \
		if (t)                                                               \
			guard_lend(&tls, (level));                                   \
		if (likely(real.symbol != NULL))                                     \
			real.symbol args;                                            \
		else                                                                 \
			hook_free_missing(#symbol, &real.symbol, ptr);               \
		if (t)                                                               \
			recorder_leave();                                            \
	}                                                                            \
	__attribute__((noinline)) static void warm_##symbol params                   \
	{                                                                            \
		struct tls *g = hot_tls();                                           \
                                                                                     \
		HOOK_UNWINDS;                                                        \
		if ((fast) && hot_ready(g, RECORDER_MANY) &&                         \
		    hot_free(g, ptr, family, RECORDER_MANY)) {                       \
			real.free(ptr);                                              \
		} else if (real.symbol && hot_ready(g, RECORDER_SIZED) &&            \
			   hot_free(g, ptr, family, RECORDER_SIZED)) {               \
			real.symbol args;                                            \
			recorder_leave();                                            \
		} else {                                                             \
			slow_##symbol args;                                          \
		}                                                                    \
	}                                                                            \
	HOOK void symbol params;                                                     \
	HOOK void symbol params                                                      \
	{                                                                            \
		struct tls *g = hot_tls();                                           \
                                                                                     \
		HOOK_UNWINDS;                                                        \
		if (unlikely(!(ptr)))                                                \
			return;                                                      \
		if (unlikely(!(fast) || !hot_ready(g, RECORDER_FAST)))               \
			warm_##symbol args;                                          \
		else if (likely(hot_free(g, ptr, family, RECORDER_FAST)))            \
			real.free(ptr);                                              \
		else                                                                 \
			slow_##symbol args;                                          \
	}

#define FREE(symbol, params, args, ptr) \
	RELEASE(symbol, params, args, ptr, true, HOOK_LEVEL_C, FAMILY_C)
#define DELETE(symbol, params, args, ptr)                                       \
	RELEASE(symbol, params, args, ptr, real_cxx_default, HOOK_LEVEL_DELETE, \
		FAMILY_OF_OPERATOR(#symbol))

#include <memprof/hooks.def>
