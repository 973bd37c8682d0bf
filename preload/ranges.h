/* SPDX-License-Identifier: MIT */
/*
 * ranges.h - the address ranges the program mapped itself.  Floor: shadow.
 *
 * A sorted list under a lock: mapping costs microseconds anyway.  A range may
 * be unmapped piece by piece, and a hole may split it.
 */
#ifndef PRELOAD_RANGES_H
#define PRELOAD_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called for each piece that goes; `last` when no other piece of its mapping is
 * left. */
typedef void ranges_gone(void *ctx, uint32_t node, size_t bytes, bool last);

/* Enter [start, start + len), which must be free.  False without memory. */
bool ranges_add(uintptr_t start, size_t len, uint32_t node);
/* Remove what lies in [start, start + len). */
void ranges_remove(uintptr_t start, size_t len, ranges_gone *gone, void *ctx);
/* In a fork child: forget all, make the lock new. */
void ranges_forget(void);

#endif
