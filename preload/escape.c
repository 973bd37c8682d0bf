/* SPDX-License-Identifier: MIT */
/* escape.c - hash table of unusual blocks; see escape.h.  Floor: shadow.
 *
 * Open addressing with linear probing; removal moves later entries of the run
 * back, so there are no tombstones (Knuth, TAOCP 6.4, algorithm R). */
#include "escape.h"

#include "arena.h"
#include "lock.h"
#include "rt.h"
#include "sys.h"

#define SHARDS 64
#define FIRST_ENTRIES 256

struct entry {
	uintptr_t p; /* 0: empty */
	size_t size;
	uint32_t node;
};

static struct shard {
	struct lock lock;
	uint32_t used, cap; /* cap is a power of two */
	struct entry *entries;
} shards[SHARDS];

/* Looked at without the lock. */
static void set_used(struct shard *s, uint32_t used)
{
	__atomic_store_n(&s->used, used, __ATOMIC_RELAXED);
}

static uint64_t hash(uintptr_t p)
{
	return (p >> 3) * UINT64_C(0x9e3779b97f4a7c15);
}

static struct shard *shard_of(uintptr_t p)
{
	return &shards[hash(p) >> 58];
}

static uint32_t home(const struct shard *s, uintptr_t p)
{
	return (uint32_t)(hash(p) >> 20) & (s->cap - 1);
}

/* The entry of p, or the empty one where it would go. */
static struct entry *find(const struct shard *s, uintptr_t p)
{
	uint32_t i = home(s, p);

	while (s->entries[i].p && s->entries[i].p != p)
		i = (i + 1) & (s->cap - 1);
	return &s->entries[i];
}

static bool grow(struct shard *s)
{
	struct shard bigger = { .cap = s->cap ? s->cap * 2 : FIRST_ENTRIES };

	bigger.entries = arena_map(bigger.cap * sizeof(struct entry), ARENA_BLOCKS);
	if (!bigger.entries)
		return false;
	for (uint32_t i = 0; i < s->cap; i++)
		if (s->entries[i].p)
			*find(&bigger, s->entries[i].p) = s->entries[i];
	arena_unmap(s->entries, s->cap * sizeof(struct entry));
	s->entries = bigger.entries;
	s->cap = bigger.cap;
	return true;
}

bool escape_put(uintptr_t p, uint32_t node, size_t size)
{
	struct shard *s = shard_of(p);
	bool ok = true;

	lock_take(&s->lock, (uint32_t)sys_gettid());
	if (s->used * 2 >= s->cap)
		ok = grow(s);
	if (ok) {
		struct entry *e = find(s, p);

		set_used(s, s->used + !e->p);
		*e = (struct entry){ .p = p, .size = size, .node = node };
	}
	lock_release(&s->lock);
	return ok;
}

static void remove_at(struct shard *s, uint32_t hole)
{
	uint32_t mask = s->cap - 1;

	s->entries[hole].p = 0;
	set_used(s, s->used - 1);
	for (uint32_t i = (hole + 1) & mask; s->entries[i].p; i = (i + 1) & mask) {
		uint32_t from = home(s, s->entries[i].p);

		/* Move it when its home is not between the hole and its place. */
		if (((i - from) & mask) >= ((i - hole) & mask)) {
			s->entries[hole] = s->entries[i];
			s->entries[i].p = 0;
			hole = i;
		}
	}
}

bool escape_take(uintptr_t p, uint32_t *node, size_t *size)
{
	struct shard *s = shard_of(p);
	bool found = false;

	if (!__atomic_load_n(&s->used, __ATOMIC_RELAXED))
		return false;
	lock_take(&s->lock, (uint32_t)sys_gettid());
	if (s->cap) {
		struct entry *e = find(s, p);

		found = e->p != 0;
		if (found) {
			*node = e->node;
			*size = e->size;
			remove_at(s, (uint32_t)(e - s->entries));
		}
	}
	lock_release(&s->lock);
	return found;
}

bool escape_look(uintptr_t p, uint32_t *node, size_t *size)
{
	const struct shard *s = shard_of(p);
	const struct entry *e;

	/* A table that was being filled up is never full. */
	if (!s->used || !s->cap)
		return false;
	e = find(s, p);
	*node = e->node;
	*size = e->size;
	return e->p != 0;
}

void escape_walk(uintptr_t bits, bool (*each)(void *ctx, uintptr_t p, uint32_t node), void *ctx)
{
	for (int i = 0; i < SHARDS; i++)
		for (uint32_t k = 0; k < shards[i].cap; k++)
			if (shards[i].entries[k].p & bits)
				each(ctx, shards[i].entries[k].p, shards[i].entries[k].node);
}

void escape_after_fork(void)
{
	for (int i = 0; i < SHARDS; i++) {
		struct shard *s = &shards[i];

		/* A thread that is not here may have been in the middle of a change:
		 * these blocks are not known any more, their memory is left alone. */
		if (__atomic_load_n(&s->lock.owner, __ATOMIC_RELAXED))
			*s = (struct shard){ .cap = 0 };
		lock_init(&s->lock);
	}
}
