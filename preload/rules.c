/* SPDX-License-Identifier: MIT */
/* rules.c - fill and grow a rule cache; see rules.h.  Floor: unwind. */
#include "rules.h"

#include "arena.h"
#include "modules.h"

#define FIRST_ENTRIES 512
/* Tables of more are not cleared but made anew. */
#define FEW_ENTRIES 4096

bool rules_init(struct rules *rules)
{
	rules->entries = arena_map(FIRST_ENTRIES * sizeof(struct rule_entry), ARENA_CAPTURE);
	rules->mask = FIRST_ENTRIES - 1;
	rules->used = 0;
	rules->generation = modules_generation_now();
	return rules->entries != NULL;
}

void rules_flush(struct rules *rules)
{
	/* What came first in a large table is not wanted again soon. */
	if (rules->mask >= FEW_ENTRIES) {
		struct rules fresh;

		if (rules_init(&fresh)) {
			arena_unmap(rules->entries,
				    ((size_t)rules->mask + 1) * sizeof(struct rule_entry));
			*rules = fresh;
			return;
		}
	}
	for (uint32_t i = 0; i <= rules->mask; i++)
		rules->entries[i].key = 0;
	rules->used = 0;
	rules->generation = modules_generation_now();
}

static struct rule_entry *slot_for(const struct rules *rules, uint64_t key)
{
	uint32_t i = rules_hash(key);

	while (rules->entries[i & rules->mask].key)
		i++;
	return &rules->entries[i & rules->mask];
}

static void grow(struct rules *rules)
{
	struct rules bigger = *rules;

	bigger.mask = rules->mask * 2 + 1;
	bigger.entries = arena_map(((size_t)bigger.mask + 1) * sizeof(struct rule_entry),
				   ARENA_CAPTURE);
	if (!bigger.entries) {
		/* A cache may forget: start again in the old table. */
		rules_flush(rules);
		return;
	}
	for (uint32_t i = 0; i <= rules->mask; i++)
		if (rules->entries[i].key)
			*slot_for(&bigger, rules->entries[i].key) = rules->entries[i];
	arena_unmap(rules->entries, ((size_t)rules->mask + 1) * sizeof(struct rule_entry));
	*rules = bigger;
}

COLD const struct rule_entry *rules_learn(struct rules *rules, struct state *s, uint64_t key)
{
	bool exact = (key & RULES_EXACT) != 0;
	uint64_t pc = key & ~RULES_EXACT, lookup = exact ? pc : pc - 1, offset = pc;
	struct rule rule = { .kind = RULE_NONE };
	struct cfi_module m;
	struct rule_entry *e;
	uint32_t module = 0;

	if (rules->used * 2 > rules->mask)
		grow(rules);
	if (cfi_find_module(lookup, &m)) {
		cfi_rule(&m, lookup, &rule);
		module = modules_id(s, &m);
		if (module)
			offset = pc - m.bias;
	}
	e = slot_for(rules, key);
	*e = (struct rule_entry){
		.key = key,
		.frame = (uint64_t)module << FRAME_MODULE_SHIFT | FRAME_OFFSET(offset) |
			 (exact ? FRAME_EXACT : 0),
		.cfa_off = rule.cfa_off,
		.rbp_off = rule.rbp_off,
		.kind = rule.kind,
		.cfa_rbp = rule.cfa_rbp,
		.rbp_saved = rule.rbp_saved,
	};
	rules->used++;
	return e;
}
