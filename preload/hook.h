/* SPDX-License-Identifier: MIT */
/*
 * hook.h - what every interposed function needs.  Floor: hooks.
 *
 * A hook never changes errno, a return value or the order of the program's own
 * calls.  It keeps a frame pointer, so that its caller's registers are at hand.
 *
 * HOOK_UNWINDS goes first in the body of every hook that holds the guard over a
 * call that may be unwound: operator new throws, a thread is cancelled.  It
 * gives the function a personality routine that opens the guard when an unwind
 * passes through, with no landing pad and no help of the C++ runtime.
 */
#ifndef PRELOAD_HOOK_H
#define PRELOAD_HOOK_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "blocks.h"
#include "guard.h"
#include "sys.h"

#define HOOK __attribute__((visibility("default")))

/* DW_EH_PE_pcrel | DW_EH_PE_sdata4: a hidden function of this library. */
#define HOOK_UNWINDS __asm__ volatile(".cfi_personality 0x1b, hook_personality")

#define HOOK_FRAME __builtin_frame_address(0)

/*
 * How far the guard opens while a real function runs.  glibc's C functions call
 * no hook, so one met meanwhile is a signal handler's and is recorded like any
 * other; other allocators map memory.  The C++ runtime's operator new calls
 * malloc: that event is taken for its own, with the size and the caller of
 * operator new; what follows inside (a new-handler, the exception) is recorded
 * as it comes.
 */
#define HOOK_LEVEL_C (likely(blocks_glibc) ? GUARD_OPEN : GUARD_NESTING)
#define HOOK_LEVEL_NEW (likely(blocks_glibc) ? GUARD_ADOPTING : GUARD_NESTING)
#define HOOK_LEVEL_DELETE GUARD_NESTING

/* p is what a real function gave a hook that found the guard closed: record it
 * for operator new, if that is where we are.  Returns p. */
void *hook_adopt(void *p);

/*
 * The function behind a hook that does not allocate.  Constructors of the
 * program's libraries run before ours, so any hook may be the first of all: then
 * the functions are looked up here.
 */
#define HOOK_REAL(symbol)                                    \
	(*({                                                 \
		if (unlikely(!real.symbol))                  \
			hook_look_up(#symbol, &real.symbol); \
		&real.symbol;                                \
	}))
void hook_look_up(const char *symbol, void *slot);

/* What a raw system call gave, as the C library's functions return it. */
static inline long hook_result(long result)
{
	if (likely(!sys_failed(result)))
		return result;
	errno = (int)-result;
	return -1;
}

/* Sizes of hooks.def: n * size, or as large as a size can be. */
static inline size_t mp_mul(size_t n, size_t size)
{
	size_t product;

	return __builtin_mul_overflow(n, size, &product) ? SIZE_MAX : product;
}

/* When the function behind an allocating hook is not known: late definitions,
 * the boot pool, or malloc.  `symbol` names it. */
void *hook_alloc_missing(const char *symbol, void *slot, size_t size);

/* The same for a releasing hook: how the block is released. */
void hook_free_missing(const char *symbol, void *slot, void *ptr);

/* p was allocated, and is not recorded: nothing is known of it any more.  Returns p. */
void *hook_unseen(void *p);

struct thread;

/* A hook `symbol` with frame `frame` is to release what is not in the books: tell what
 * is wrong with that, if `t` is not NULL.  True for a block of the boot pool. */
int hook_not_live(struct thread *t, void *ptr, const char *symbol, const void *frame);

/* Release a block that is not in the books: the boot pool's stay, others go to
 * the real function.  True when nothing is left to do. */
int hook_is_boot_block(const void *ptr);

#endif
