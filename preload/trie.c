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
		uint64_t n = (uint64_t)first + IDS_BATCH;

		if (n > (uint64_t)1 << NODE_BITS)
			return false;
		if (state_reserve(s, REGION_NODES, n * sizeof(struct node)) != 0 ||
		    state_reserve(s, REGION_MARKS, n * sizeof(uint16_t)) != 0)
			return false;
	} while (!__atomic_compare_exchange_n(&s->nodes, &first, first + IDS_BATCH, false,
					      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	ids->next = first;
	ids->end = first + IDS_BATCH;
	return true;
}

#define NEWEST(kids) ((uint32_t)(kids))
#define OTHER(kids) ((uint32_t)((kids) >> 32))
#define OTHER_KID (KIDS_FAT - 1)
#define KIDS(newest, other) ((uint64_t)(other) << 32 | (newest))

/* Put every child of a node that has just become fat into the table. */
static COLD void fatten(struct node *nodes, uint32_t parent)
{
	uint64_t *kids = &nodes[parent].kids;

	for (uint32_t id = NEWEST(__atomic_load_n(kids, __ATOMIC_ACQUIRE)) & KID_ID; id;
	     id = nodes[id].sibling)
		fat_add(nodes, id);
	__atomic_fetch_or(kids, KIDS(0, KIDS_FAT), __ATOMIC_RELEASE);
}

static COLD uint32_t add_child(struct state *s, struct trie_ids *ids, uint32_t parent,
			       uint64_t frame, bool fat)
{
	struct node *nodes = state_nodes(s), *node;
	uint64_t *kids = &nodes[parent].kids, old, new;
	uint32_t id;

	if (ids->next == ids->end && !more_ids(s, ids)) {
		__atomic_fetch_add(&s->lost_memory, 1, __ATOMIC_RELAXED);
		return NODE_OTHER;
	}
	id = ids->next++;
	node = &nodes[id];
	node->frame = frame;
	node->parent = parent;
	old = __atomic_load_n(kids, __ATOMIC_RELAXED);
	do {
		uint32_t other = OTHER(old);

		node->sibling = NEWEST(old) & KID_ID;
		if (other)
			other |= KIDS_MORE;
		else
			other = NEWEST(old) & OTHER_KID;
		new = KIDS(id | trie_tag(frame), other);
	} while (!__atomic_compare_exchange_n(kids, &old, new, false, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	if (fat)
		fat_add(nodes, id);
	return id;
}

/* The child was far down the list: have it at hand the next time.  Threads that go
 * different ways would take the line from each other, so that with several it stays
 * as it is, and this is no race. */
static void keep_at_hand(const struct state *s, struct node *node, uint32_t id, uint32_t tag)
{
	if (!__atomic_load_n(&s->peak_shared, __ATOMIC_RELAXED))
		node->other = (node->other & ~OTHER_KID) | ((id | tag) & OTHER_KID);
}

uint32_t trie_child(struct state *s, struct trie_ids *ids, uint32_t parent, uint64_t frame)
{
	struct node *nodes = state_nodes(s);
	/* One by one: a load of both would wait for a store of the one. */
	uint32_t newest = __atomic_load_n(&nodes[parent].newest, __ATOMIC_ACQUIRE);
	uint32_t other = __atomic_load_n(&nodes[parent].other, __ATOMIC_ACQUIRE);
	uint32_t tag = trie_tag(frame), id;
	unsigned int walked = 0;

	if (likely(newest && !((newest ^ tag) & ~KID_ID))) {
		id = newest & KID_ID;
		if (likely(nodes[id].frame == frame))
			return id;
	}
	if (other && !((other ^ tag) & OTHER_KID & ~KID_ID)) {
		id = other & KID_ID;
		if (likely(nodes[id].frame == frame))
			return id;
	}
	if (unlikely(parent == NODE_OTHER))
		return NODE_OTHER;
	if (!(other & KIDS_MORE))
		return add_child(s, ids, parent, frame, false);
	if (unlikely(other & KIDS_FAT)) {
		id = fat_find(nodes, parent, frame);
		return id ? id : add_child(s, ids, parent, frame, true);
	}
	for (id = newest & KID_ID; id; id = nodes[id].sibling) {
		if (nodes[id].frame == frame) {
			keep_at_hand(s, &nodes[parent], id, tag);
			return id;
		}
		walked++;
	}
	id = add_child(s, ids, parent, frame, false);
	if (unlikely(walked >= FAT))
		fatten(nodes, parent);
	return id;
}

int trie_inherit(struct state *s, const struct state *from)
{
	struct node *to = state_nodes(s);
	const struct node *old = state_nodes(from);
	uint32_t n = __atomic_load_n(&from->nodes, __ATOMIC_ACQUIRE);
	int err = state_reserve(s, REGION_NODES, (uint64_t)n * sizeof(struct node));

	if (!err)
		err = state_reserve(s, REGION_MARKS, (uint64_t)n * sizeof(uint16_t));
	if (err)
		return err;
	for (uint32_t i = NODE_FIRST; i < n; i++)
		to[i] = (struct node){ .frame = old[i].frame, .parent = old[i].parent };
	s->nodes = n;
	fat_forget();
	return 0;
}
