/* SPDX-License-Identifier: MIT */
/*
 * sizes.c - entries by stack and class; see sizes.h.  Floor: counters.
 *
 * The entries of a stack hang on a list whose head is in private memory.  An
 * entry is never removed, so lists are read without a lock; two threads that
 * meet a new class at once may make two entries, which readers add up.
 */
#include "sizes.h"

#include "arena.h"
#include "config.h"
#include "rt.h"

bool sizes_on;

static uint32_t *heads;	 /* by node: 1 + its newest entry */
static size_t heads_len; /* bytes */

void sizes_start(struct state *s)
{
	if (heads)
		arena_unmap(heads, heads_len);
	heads = NULL;
	sizes_on = false;
	if (!config.sizes)
		return;
	heads_len = s->regions[REGION_NODES].capacity / sizeof(struct node) * sizeof(*heads);
	heads = arena_map(heads_len, ARENA_COUNTERS);
	sizes_on = heads != NULL;
}

static COLD struct size_entry *add(struct state *s, uint32_t node, uint32_t class)
{
	uint32_t i = __atomic_load_n(&s->sizes, __ATOMIC_RELAXED), head;
	struct size_entry *e;

	do {
		if (state_reserve(s, REGION_SIZES, (uint64_t)(i + 1) * sizeof(*e)) != 0) {
			__atomic_fetch_add(&s->lost_memory, 1, __ATOMIC_RELAXED);
			return NULL;
		}
	} while (!__atomic_compare_exchange_n(&s->sizes, &i, i + 1, false, __ATOMIC_ACQ_REL,
					      __ATOMIC_RELAXED));
	e = &state_sizes(s)[i];
	e->class = class;
	/* Readers of the state take the entry for real from here on. */
	__atomic_store_n(&e->node, node, __ATOMIC_RELEASE);
	head = __atomic_load_n(&heads[node], __ATOMIC_RELAXED);
	do
		e->next = head;
	while (!__atomic_compare_exchange_n(&heads[node], &head, i + 1, false, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED));
	return e;
}

static struct size_entry *find(struct state *s, uint32_t node, uint32_t class)
{
	struct size_entry *entries = state_sizes(s);
	uint32_t i = __atomic_load_n(&heads[node], __ATOMIC_ACQUIRE);

	for (; i; i = entries[i - 1].next)
		if (entries[i - 1].class == class)
			return &entries[i - 1];
	return NULL;
}

void sizes_count(struct state *s, uint32_t node, size_t size, size_t usable)
{
	uint32_t class = size ? 64 - (uint32_t)__builtin_clzl(size) : 0;
	struct size_entry *e = find(s, node, class);

	if (unlikely(!e))
		e = add(s, node, class);
	if (unlikely(!e))
		return;
	/* One that cannot be asked this early wastes nothing. */
	__atomic_fetch_add(&e->usable, usable > size ? usable : size, __ATOMIC_RELAXED);
	__atomic_fetch_add(&e->bytes, size, __ATOMIC_RELAXED);
	/* Last: a drain that sees the count sees its bytes. */
	__atomic_fetch_add(&e->allocs, 1, __ATOMIC_RELEASE);
}
