/* SPDX-License-Identifier: MIT */
/*
 * rules.h - a thread's cache of unwind rules by program counter.  Floor: unwind.
 *
 * Reading call frame information costs hundreds of nanoseconds, a probe of this
 * table costs four.  It belongs to one thread: no lock, no atomics, and it stays
 * warm when a new thread takes over the memory of an ended one.
 *
 * A compiler's stacks go through tens of thousands of addresses, so an entry is a
 * quarter of a cache line: what a usual rule says fits in 32 bits, the others are
 * numbers of a list.
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
	uint64_t key;	 /* pc, with RULES_EXACT or not; 0: empty */
	uint32_t caller; /* index of the entry its caller had last time */
	uint32_t way;	 /* WAY_* below, or the index of a struct rule_way */
};

/*
 * A way that is plain (RULE_PLAIN), as one word: the CFA is so many words above rsp
 * or rbp, the caller's rbp lies so many below the CFA, if it was saved (else 0), and
 * the module has a small number.
 */
#define WAY_PLAIN ((uint32_t)1 << 31)
#define WAY_CFA_RBP ((uint32_t)1 << 30)
#define WAY_MODULE_BITS 10
#define WAY_RBP_SHIFT WAY_MODULE_BITS
#define WAY_RBP_BITS 7
#define WAY_CFA_SHIFT (WAY_RBP_SHIFT + WAY_RBP_BITS)
#define WAY_CFA_BITS 13
#define WAY_MODULE(way) ((way) & (((uint32_t)1 << WAY_MODULE_BITS) - 1))
#define WAY_RBP(way) ((way) >> WAY_RBP_SHIFT & (((uint32_t)1 << WAY_RBP_BITS) - 1))
#define WAY_CFA(way) ((way) >> WAY_CFA_SHIFT & (((uint32_t)1 << WAY_CFA_BITS) - 1))

_Static_assert(WAY_CFA_SHIFT + WAY_CFA_BITS == 30, "a way is one word");

/* Any other way to leave a frame, in one module. */
struct rule_way {
	uint64_t bias; /* 0 without a module */
	int32_t cfa_off, rbp_off;
	uint32_t next; /* 1 + the next of the same bucket */
	uint16_t module;
	uint8_t kind;	     /* enum rule_kind */
	uint8_t cfa_rbp : 1; /* as in struct rule */
	uint8_t rbp_saved : 1;
};

#define RULES_WAYS 16384
#define RULES_BUCKETS 64

struct rules {
	struct rule_entry *entries;
	struct rule_way *ways; /* RULES_WAYS */
	uint64_t *bases;       /* RULES_BASE of modules with small numbers, as ways name them */
	uint32_t mask;	       /* entries - 1, a power of two less one */
	uint32_t used, ways_used;
	uint32_t generation;		 /* modules_generation the entries are true for */
	uint32_t module;		 /* number of the object last met, 0 for none, */
	const void *link_map;		 /* and what it is; void as the entries are */
	uint32_t buckets[RULES_BUCKETS]; /* 1 + the newest way, by its hash; 0 for none */
};

/* False when there is no memory. */
bool rules_init(struct rules *rules);

/* The entry of an address not in the cache yet: read and entered.  Valid until
 * the next call of this function. */
const struct rule_entry *rules_learn(struct rules *rules, struct state *s, uint64_t key);

/* Drop everything: a module went away. */
void rules_flush(struct rules *rules);

/* What a module's addresses have in excess of the identities of frames, where their offsets
 * fit: else a way is not plain. */
#define RULES_BASE(bias, module) ((bias) - ((uint64_t)(module) << FRAME_MODULE_SHIFT))

/* The identity of the frame whose key is `key`, for the trie. */
static inline uint64_t rules_frame(const struct rules *rules, uint32_t way, uint64_t key)
{
	const struct rule_way *rare = &rules->ways[way];
	uint64_t frame = key & ~RULES_EXACT;

	if (likely(way & WAY_PLAIN))
		frame -= rules->bases[WAY_MODULE(way)];
	else
		frame = FRAME_OFFSET(frame - rare->bias) | (uint64_t)rare->module
								   << FRAME_MODULE_SHIFT;
	return unlikely(key & RULES_EXACT) ? frame | FRAME_EXACT : frame;
}

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

/* The identity of a frame by its key alone. */
static inline uint64_t rules_frame_of(struct rules *rules, struct state *s, uint64_t key)
{
	return rules_frame(rules, rules_find(rules, s, key)->way, key);
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
