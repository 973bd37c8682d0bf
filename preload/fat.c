/* SPDX-License-Identifier: MIT */
/* fat.c - hash table of fat nodes' children; see fat.h.  Floor: trie. */
#include "fat.h"

#include "arena.h"
#include "lock.h"
#include "rt.h"
#include "sys.h"

#define FIRST_SLOTS 4096

/* Replaced as a whole when it grows; the old one stays mapped, for a reader may
 * be in it.  Sizes double, so all old ones together are no larger than the new. */
struct table {
	uint32_t mask;
	uint32_t used;
	uint32_t slots[];
};

static struct table *table;
static struct lock lock;

static uint32_t hash(uint32_t parent, uint64_t frame)
{
	uint64_t h = (frame ^ (uint64_t)parent << 32) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)((h ^ parent) >> 32) * 0x85ebca6bu;
}

uint32_t fat_find(const struct node *nodes, uint32_t parent, uint64_t frame)
{
	const struct table *t = __atomic_load_n(&table, __ATOMIC_ACQUIRE);

	if (!t)
		return 0;
	for (uint32_t i = hash(parent, frame);; i++) {
		uint32_t id = __atomic_load_n(&t->slots[i & t->mask], __ATOMIC_ACQUIRE);

		if (!id || (nodes[id].frame == frame && nodes[id].parent == parent))
			return id;
	}
}

static void put(struct table *t, const struct node *nodes, uint32_t id)
{
	uint32_t i = hash(nodes[id].parent, nodes[id].frame);

	while (t->slots[i & t->mask]) {
		if (t->slots[i & t->mask] == id)
			return;
		i++;
	}
	__atomic_store_n(&t->slots[i & t->mask], id, __ATOMIC_RELEASE);
	t->used++;
}

static struct table *bigger(const struct table *old, const struct node *nodes)
{
	uint32_t slots = old ? (old->mask + 1) * 2 : FIRST_SLOTS;
	struct table *t = arena_map(sizeof(*t) + (size_t)slots * sizeof(uint32_t), ARENA_STACKS);

	if (!t)
		return NULL;
	t->mask = slots - 1;
	for (uint32_t i = 0; old && i <= old->mask; i++)
		if (old->slots[i])
			put(t, nodes, old->slots[i]);
	return t;
}

COLD void fat_add(const struct node *nodes, uint32_t id)
{
	struct table *t;

	lock_take(&lock, (uint32_t)sys_gettid());
	t = table;
	if (!t || t->used * 2 > t->mask) {
		t = bigger(t, nodes);
		if (t)
			__atomic_store_n(&table, t, __ATOMIC_RELEASE);
	}
	if (t)
		put(t, nodes, id);
	lock_release(&lock);
}

void fat_forget(void)
{
	lock_init(&lock);
	table = NULL;
}
