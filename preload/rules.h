/* SPDX-License-Identifier: MIT */
/*
 * rules.h - a thread's cache of unwind rules by program counter.  Floor: unwind.
 *
 * Reading call frame information costs hundreds of nanoseconds, a probe of this
 * table costs four.  It belongs to one thread: no lock, no atomics, and it stays
 * warm when a new thread takes over the memory of an ended one.
 */
#ifndef PRELOAD_RULES_H
#define PRELOAD_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/x86_64/cfi.h"
#include "rt.h"
#include "state.h"

/* Key of an address that is an interrupted instruction, not a return address:
 * its rule is looked up at the address itself. */
#define RULES_EXACT ((uint64_t)1 << 63)

struct rule_entry {
	uint64_t key;	/* pc, with RULES_EXACT or not; 0: empty */
	uint64_t frame; /* identity for the trie */
	int32_t cfa_off, rbp_off;
	uint8_t kind, cfa_rbp, rbp_saved;
	uint32_t caller; /* index of the rule its caller had last time */
};

struct rules {
	struct rule_entry *entries;
	uint32_t mask; /* entries - 1, a power of two less one */
	uint32_t used;
	uint32_t generation; /* modules_generation the entries are true for */
};

/* False when there is no memory. */
bool rules_init(struct rules *rules);

/* The entry of an address not in the cache yet: read and entered.  Valid until
 * the next call of this function. */
const struct rule_entry *rules_learn(struct rules *rules, struct state *s, uint64_t key);

/* Drop everything: a module went away. */
void rules_flush(struct rules *rules);

static inline uint32_t rules_hash(uint64_t key)
{
	return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

static inline const struct rule_entry *rules_find(struct rules *rules, struct state *s,
						  uint64_t key)
{
	for (uint32_t i = rules_hash(key);; i++) {
		const struct rule_entry *e = &rules->entries[i & rules->mask];

		if (likely(e->key == key))
			return e;
		if (!e->key)
			return rules_learn(rules, s, key);
	}
}

/* The rule of the caller of `from`, whose key is `key`: predicted from the last
 * time, which takes the probe off the chain of dependent loads. */
static inline const struct rule_entry *rules_caller(struct rules *rules, struct state *s,
						    const struct rule_entry *from, uint64_t key)
{
	const struct rule_entry *e = &rules->entries[from->caller & rules->mask];
	uint32_t index;

	if (likely(e->key == key))
		return e;
	index = (uint32_t)(from - rules->entries);
	e = rules_find(rules, s, key);
	/* Learning may have moved the table: then this is another rule's
	 * prediction, which is only a prediction. */
	if (index <= rules->mask)
		rules->entries[index].caller = (uint32_t)(e - rules->entries);
	return e;
}

#endif
