/* SPDX-License-Identifier: MIT */
/* trie.c - the tree of stacks; see trie.h.  Floor: trie. */
#include "trie.h"

#include "fat.h"
#include "rt.h"

#define IDS_BATCH 32

/* Children past this many are found through a hash table. */
#define FAT 24

static COLD bool more_ids(struct state *s, struct trie_ids *ids)
{
	uint32_t first = __atomic_load_n(&s->nodes, __ATOMIC_RELAXED);

	do {
		if (first > ((uint32_t)1 << NODE_BITS) - IDS_BATCH)
			return false;
		if (state_reserve(s, REGION_NODES,
				  (uint64_t)(first + IDS_BATCH) * sizeof(struct node)) != 0)
			return false;
	} while (!__atomic_compare_exchange_n(&s->nodes, &first, first + IDS_BATCH, false,
					      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	ids->next = first;
	ids->end = first + IDS_BATCH;
	return true;
}

/* Put every child of a node that has just become fat into the table. */
static COLD void fatten(struct node *nodes, uint32_t parent)
{
	uint32_t id = __atomic_load_n(&nodes[parent].child, __ATOMIC_ACQUIRE);

	for (; id; id = nodes[id].sibling)
		fat_add(nodes, id);
}

static COLD uint32_t add_child(struct state *s, struct trie_ids *ids, uint32_t parent,
			       uint64_t frame, bool fat)
{
	struct node *nodes = state_nodes(s), *node;
	uint32_t id, head;

	if (ids->next == ids->end && !more_ids(s, ids)) {
		__atomic_fetch_add(&s->lost_memory, 1, __ATOMIC_RELAXED);
		return NODE_OTHER;
	}
	id = ids->next++;
	node = &nodes[id];
	node->frame = frame;
	node->parent = parent;
	head = __atomic_load_n(&nodes[parent].child, __ATOMIC_RELAXED);
	do
		node->sibling = head;
	while (!__atomic_compare_exchange_n(&nodes[parent].child, &head, id, false,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	if (fat)
		fat_add(nodes, id);
	return id;
}

uint32_t trie_child(struct state *s, struct trie_ids *ids, uint32_t parent, uint64_t frame)
{
	const struct node *nodes = state_nodes(s);
	uint32_t id = __atomic_load_n(&nodes[parent].child, __ATOMIC_ACQUIRE);
	unsigned int walked = 0;

	if (unlikely(parent == NODE_OTHER))
		return NODE_OTHER;
	for (; id; id = nodes[id].sibling) {
		if (nodes[id].frame == frame)
			return id;
		if (++walked > FAT) {
			id = fat_find(nodes, parent, frame);
			return id ? id : add_child(s, ids, parent, frame, true);
		}
	}
	id = add_child(s, ids, parent, frame, false);
	if (unlikely(walked == FAT))
		fatten(state_nodes(s), parent);
	return id;
}

int trie_inherit(struct state *s, const struct state *from)
{
	struct node *to = state_nodes(s);
	const struct node *old = state_nodes(from);
	uint32_t n = __atomic_load_n(&from->nodes, __ATOMIC_ACQUIRE);
	int err = state_reserve(s, REGION_NODES, (uint64_t)n * sizeof(struct node));

	if (err)
		return err;
	for (uint32_t i = NODE_FIRST; i < n; i++)
		to[i] = (struct node){ .frame = old[i].frame, .parent = old[i].parent };
	s->nodes = n;
	fat_forget();
	return 0;
}
