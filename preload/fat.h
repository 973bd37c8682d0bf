/* SPDX-License-Identifier: MIT */
/*
 * fat.h - children of nodes that have too many to walk.  Floor: trie.
 *
 * A hash table from (parent, frame) to node id in private memory.  It is only
 * a shortcut: an id it does not hold is added to the tree once more.
 */
#ifndef PRELOAD_FAT_H
#define PRELOAD_FAT_H

#include <stdint.h>

#include "state.h"

/* The child's id or 0.  Lock-free. */
uint32_t fat_find(const struct node *nodes, uint32_t parent, uint64_t frame);
/* Enter a published node.  Without memory it does nothing. */
void fat_add(const struct node *nodes, uint32_t id);
/* Empty the table, in a fork child. */
void fat_forget(void);

#endif
