/* SPDX-License-Identifier: MIT */
/* rules.c - fill and grow a rule cache; see rules.h.  Floor: unwind. */
#include "rules.h"

#include "arena.h"
#include "lock.h"
#include "modules.h"

#define FIRST_ENTRIES 256
/* Tables of more are not cleared but made anew. */
#define FEW_ENTRIES 4096

/* The bases are touched as modules are met, ways hardly ever. */
#define BASES ((size_t)1 << WAY_MODULE_BITS)
#define WAYS_SIZE (BASES * sizeof(uint64_t) + RULES_WAYS * sizeof(struct rule_way))

static size_t entries_size(const struct rules *rules)
{
	return ((size_t)rules->mask + 1) * sizeof(struct rule_entry);
}

static bool make_entries(struct rules *rules, uint32_t entries)
{
	rules->mask = entries - 1;
	rules->entries = arena_map(entries_size(rules), ARENA_CAPTURE);
	return rules->entries != NULL;
}

bool rules_init(struct rules *rules)
{
	*rules = (struct rules){
		.bases = arena_map(WAYS_SIZE, ARENA_CAPTURE),
		.generation = modules_generation_now(),
	};
	if (rules->bases && make_entries(rules, FIRST_ENTRIES)) {
		rules->ways = (struct rule_way *)(rules->bases + BASES);
		return true;
	}
	arena_unmap(rules->bases, WAYS_SIZE);
	return false;
}

/* Take the entries of another.  The old ones' place is gone: nobody may jump out in
 * between. */
static void replace(struct rules *rules, const struct rules *other)
{
	quiet_begin();
	arena_unmap(rules->entries, entries_size(rules));
	rules->entries = other->entries;
	rules->mask = other->mask;
	quiet_end();
}

void rules_flush(struct rules *rules)
{
	struct rules fresh;

	/* What came first in a large table is not wanted again soon. */
	if (rules->mask >= FEW_ENTRIES && make_entries(&fresh, FIRST_ENTRIES)) {
		replace(rules, &fresh);
	} else {
		for (uint32_t i = 0; i <= rules->mask; i++)
			rules->entries[i].key = 0;
	}
	for (uint32_t i = 0; i < RULES_BUCKETS; i++)
		rules->buckets[i] = 0;
	rules->used = rules->ways_used = rules->module = 0;
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
	struct rules bigger;

	if (!make_entries(&bigger, (rules->mask + 1) * 2)) {
		/* A cache may forget: start again in the old table. */
		rules_flush(rules);
		return;
	}
	for (uint32_t i = 0; i <= rules->mask; i++)
		if (rules->entries[i].key)
			*slot_for(&bigger, rules->entries[i].key) = rules->entries[i];
	replace(rules, &bigger);
}

static bool same_way(const struct rule_way *a, const struct rule_way *b)
{
	return a->cfa_off == b->cfa_off && a->rbp_off == b->rbp_off && a->bias == b->bias &&
	       a->module == b->module && a->kind == b->kind && a->cfa_rbp == b->cfa_rbp &&
	       a->rbp_saved == b->rbp_saved;
}

/* The number of a way, which is entered when it is new. */
static uint32_t number_of(struct rules *rules, const struct rule_way *way)
{
	uint32_t hash = (uint32_t)way->cfa_off / 8 + (uint32_t)way->rbp_off + way->module * 7;
	uint32_t *bucket = &rules->buckets[hash % RULES_BUCKETS];

	for (uint32_t i = *bucket; i; i = rules->ways[i - 1].next)
		if (same_way(&rules->ways[i - 1], way))
			return i - 1;
	if (rules->ways_used == RULES_WAYS)
		rules_flush(rules);
	rules->ways[rules->ways_used] = *way;
	rules->ways[rules->ways_used].next = *bucket;
	*bucket = ++rules->ways_used;
	return *bucket - 1;
}

/* A way as one word; 0 when it does not fit. */
static uint32_t plain_way(struct rules *rules, const struct rule_way *way)
{
	uint32_t cfa = (uint32_t)way->cfa_off / 8, rbp = 0;

	if (way->kind != RULE_PLAIN || way->cfa_off < 0 || way->cfa_off % 8 ||
	    cfa >= (uint32_t)1 << WAY_CFA_BITS || way->module >= BASES)
		return 0;
	if (way->rbp_saved) {
		rbp = (uint32_t)-way->rbp_off / 8;
		if (way->rbp_off >= 0 || way->rbp_off % 8 || rbp >= (uint32_t)1 << WAY_RBP_BITS)
			return 0;
	}
	rules->bases[way->module] = RULES_BASE(way->bias, way->module);
	return WAY_PLAIN | (way->cfa_rbp ? WAY_CFA_RBP : 0) | cfa << WAY_CFA_SHIFT |
	       rbp << WAY_RBP_SHIFT | way->module;
}

/* Most of what is learned in a row lies in one object: it is not asked for again. */
static uint16_t module_of(struct rules *rules, struct state *s, const struct cfi_module *m)
{
	if (!rules->module || !m->link_map || rules->link_map != m->link_map) {
		rules->module = modules_id(s, m);
		rules->link_map = m->link_map;
	}
	return (uint16_t)rules->module;
}

COLD const struct rule_entry *rules_learn(struct rules *rules, struct state *s, uint64_t key)
{
	bool exact = (key & RULES_EXACT) != 0;
	uint64_t pc = key & ~RULES_EXACT, lookup = exact ? pc : pc - 1;
	struct rule rule = { .kind = RULE_NONE };
	struct rule_way way = { 0 };
	struct cfi_module m;
	struct rule_entry *e;
	uint32_t number;

	if (rules->used > rules->mask / 4 * 3)
		grow(rules);
	if (cfi_find_module(lookup, &m)) {
		cfi_rule(&m, lookup, &rule);
		way.module = module_of(rules, s, &m);
		if (way.module)
			way.bias = m.bias;
	}
	way.cfa_off = rule.cfa_off;
	way.rbp_off = rule.rbp_off;
	way.kind = rule.kind;
	way.cfa_rbp = rule.cfa_rbp;
	way.rbp_saved = rule.rbp_saved;
	number = pc - way.bias < FRAME_EXACT ? plain_way(rules, &way) : 0;
	/* This may empty the table. */
	if (!number)
		number = number_of(rules, &way);
	e = slot_for(rules, key);
	*e = (struct rule_entry){ .key = key, .way = number };
	rules->used++;
	return e;
}
