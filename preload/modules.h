/* SPDX-License-Identifier: MIT */
/*
 * modules.h - loaded objects that stacks go through, numbered.  Floor: modules.
 *
 * A module is registered when the first frame in it is met, and marked unloaded
 * after a dlclose that removed it.  Its number is part of a frame's identity,
 * so an address used again by another module is another frame.  The same file
 * loaded again at the same place (by build id, else by inode, size and time) gets
 * its number back: programs load and unload a plugin ten thousand times.
 */
#ifndef PRELOAD_MODULES_H
#define PRELOAD_MODULES_H

#include <stdint.h>

#include "arch/x86_64/cfi.h"
#include "state.h"

/* Changes whenever a module goes away: whoever cached rules by address drops
 * them then. */
extern uint32_t modules_generation __attribute__((visibility("hidden")));

/* Threads inside dlclose: meanwhile no rule may be kept for the next stack, for the
 * code may go, and another thread load other code there, before dlclose is back. */
extern uint32_t modules_closing __attribute__((visibility("hidden")));

/* The generation of rules that are read now; no generation at all during a dlclose. */
static inline uint32_t modules_generation_now(void)
{
	uint32_t generation = __atomic_load_n(&modules_generation, __ATOMIC_ACQUIRE);

	return generation - (__atomic_load_n(&modules_closing, __ATOMIC_ACQUIRE) != 0);
}

/* Remember the executable's path, which the loader does not know. */
void modules_init(const char *exe);

/* The number of the object in `m`, which the caller's stack goes through; it is
 * registered if it is new, 0 when there is no room.  Takes a lock. */
uint32_t modules_id(struct state *s, const struct cfi_module *m);

/* Around a dlclose: before it; once it is back, mark what is gone (not without a
 * state); and last. */
void modules_before_dlclose(void);
void modules_after_dlclose(struct state *s);
void modules_dlclose_done(void);

/* In a fork child: copy the parent process's list, and make the lock new. */
void modules_inherit(struct state *s, const struct state *from);

#endif
