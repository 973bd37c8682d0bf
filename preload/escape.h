/* SPDX-License-Identifier: MIT */
/*
 * escape.h - the few blocks that do not fit the block table.  Floor: shadow.
 *
 * A hash table from address to (node, size), in shards with a lock each.  The
 * caller owns the block, so an address is never entered and removed at once.
 */
#ifndef PRELOAD_ESCAPE_H
#define PRELOAD_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False when there is no memory for the entry. */
bool escape_put(uintptr_t p, uint32_t node, size_t size);
/* False when the address is not known. */
bool escape_take(uintptr_t p, uint32_t *node, size_t *size);
/* The same without removing it or taking a lock: for where other threads stand still. */
bool escape_look(uintptr_t p, uint32_t *node, size_t *size);
/* Every entry whose address has one of the bits of `bits`; no lock either. */
void escape_walk(uintptr_t bits, bool (*each)(void *ctx, uintptr_t p, uint32_t node), void *ctx);
/* In a fork child: locks held by threads that do not exist here are free, and what
 * these may have left half changed is forgotten. */
void escape_after_fork(void);

#endif
