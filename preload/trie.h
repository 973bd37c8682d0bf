/* SPDX-License-Identifier: MIT */
/*
 * trie.h - all stacks as one tree: a stack is the node of its innermost frame.
 * Floor: trie.
 *
 * Nodes lie densely in the state file; children are a list, newest first, put
 * in with one compare-and-swap.  Nothing is ever removed, readers take no
 * lock.  A node has two of its children at hand, with a part of their frames'
 * hashes: so a look-up costs one cache line a frame, and none that shows that a
 * frame is new below a node with few children.  Two threads that add the same
 * child at once may leave two equal nodes: harmless, since readers name stacks by
 * their frames.
 */
#ifndef PRELOAD_TRIE_H
#define PRELOAD_TRIE_H

#include <stdint.h>

#include "state.h"

/* A thread's store of unused node ids, so that ids are not contended for. */
struct trie_ids {
	uint32_t next, end;
};

/* The child of `parent` with this frame, made when there is none.  NODE_OTHER
 * when the trie is full or there is no memory. */
uint32_t trie_child(struct state *s, struct trie_ids *ids, uint32_t parent, uint64_t frame);

/* Bits of a frame's hash, as in both halves of `kids`: the upper one has fewer. */
static inline uint32_t trie_tag(uint64_t frame)
{
	return (uint32_t)((frame * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - KID_TAG_BITS))
	       << NODE_BITS;
}

/* The same, in line for the two children at hand. */
static inline uint32_t trie_child_at(struct state *s, struct trie_ids *ids, uint32_t parent,
				     uint64_t frame)
{
	const struct node *nodes = state_nodes(s), *node = &nodes[parent];
	uint32_t newest = __atomic_load_n(&node->newest, __ATOMIC_ACQUIRE);

	if (!((newest ^ trie_tag(frame)) & ~KID_ID) && newest &&
	    nodes[newest & KID_ID].frame == frame)
		return newest & KID_ID;
	return trie_child(s, ids, parent, frame);
}

/* In a fork child: copy the parent process's nodes as history (parent and frame
 * only), so that stacks of inherited blocks can be written, and start with an
 * empty tree of its own.  0 or -errno. */
int trie_inherit(struct state *s, const struct state *from);

#endif
