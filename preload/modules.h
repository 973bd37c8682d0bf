/* SPDX-License-Identifier: MIT */
/*
 * modules.h - loaded objects that stacks go through, numbered.  Floor: modules.
 *
 * A module is registered when the first frame in it is met, and marked unloaded
 * after a dlclose that removed it.  Its number is part of a frame's identity,
 * so an address used again by another module is another frame.
 */
#ifndef PRELOAD_MODULES_H
#define PRELOAD_MODULES_H

#include <stdint.h>

#include "arch/x86_64/cfi.h"
#include "state.h"

/* Changes whenever a module goes away: whoever cached rules by address drops
 * them then. */
extern uint32_t modules_generation __attribute__((visibility("hidden")));

/* Remember the executable's path, which the loader does not know. */
void modules_init(const char *exe);

/* The number of the object in `m`, registering it if it is new; 0 when there is
 * no room.  Takes a lock for a new one. */
uint32_t modules_id(struct state *s, const struct cfi_module *m);

/* After a dlclose: mark what is gone, and start a new generation if any is. */
void modules_after_dlclose(struct state *s);

/* In a fork child: copy the parent process's list, and make the lock new. */
void modules_inherit(struct state *s, const struct state *from);

#endif
