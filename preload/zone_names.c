/* SPDX-License-Identifier: MIT */
/* zone_names.c - make zones; see zone_names.h.  Floor: modules. */
#include "zone_names.h"

#include "arch/x86_64/cfi.h"
#include "lock.h"
#include "rt.h"
#include "sys.h"

static struct lock lock;

/* Longest name that is kept. */
#define NAME_MAX_LEN 1024

/* Where a function is: module+0xoffset. */
static void describe(struct state *s, const void *function, struct rt_text *text)
{
	uint64_t address = (uint64_t)(uintptr_t)function, offset = address;
	struct cfi_module m;
	uint32_t id = 0;

	if (cfi_find_module(address, &m))
		id = modules_id(s, &m);
	if (id) {
		rt_put(text, state_text(s, state_modules(s)[id - 1].path));
		offset -= state_modules(s)[id - 1].bias;
	}
	rt_put(text, "+0x");
	for (int shift = 60; shift >= 0; shift -= 4)
		if (offset >> shift || !shift)
			rt_put_char(text, "0123456789abcdef"[offset >> shift & 15]);
}

static bool same(const struct state *s, const struct zone *zone, const char *name)
{
	return rt_strcmp(state_text(s, zone->name), name) == 0;
}

static uint32_t find(const struct state *s, uint32_t parent, enum zone_kind kind, const char *name)
{
	const struct zone *zones = state_zones(s);

	for (uint32_t id = zones[parent].child; id; id = zones[id].sibling)
		if (zones[id].kind == kind && same(s, &zones[id], name))
			return id;
	return 0;
}

/* A name that is there already is not stored again: function names repeat in every path. */
static uint32_t intern(struct state *s, const char *name)
{
	static struct state *of;
	static uint32_t recent[1024];
	uint32_t hash = 0;

	if (of != s)
		for (size_t i = 0; i < sizeof(recent) / sizeof(*recent); i++)
			recent[i] = 0;
	of = s;
	for (const char *p = name; *p; p++)
		hash = hash * 31 + (unsigned char)*p;
	hash = (hash ^ hash >> 10) % 1024;
	if (!recent[hash] || rt_strcmp(state_text(s, recent[hash]), name) != 0)
		recent[hash] = state_add_text(s, name);
	return recent[hash];
}

static uint32_t make(struct state *s, uint32_t parent, enum zone_kind kind, const char *name,
		     const void *key)
{
	struct zone *zones = state_zones(s);
	uint32_t id = s->zones;

	if (state_reserve(s, REGION_ZONES, ((uint64_t)id + 1) * sizeof(*zones)) != 0)
		return 0;
	zones[id] = (struct zone){
		.parent = parent,
		.sibling = zones[parent].child,
		.name = *name ? intern(s, name) : 0,
		.kind = kind,
		.address = kind == ZONE_FUNCTION ? (uint64_t)(uintptr_t)key : 0,
	};
	if (*name && !zones[id].name)
		return 0;
	__atomic_store_n(&s->zones, id + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&zones[parent].child, id, __ATOMIC_RELEASE);
	return id;
}

uint32_t zone_names_find(struct state *s, uint32_t parent, enum zone_kind kind, const void *key)
{
	char name[NAME_MAX_LEN];
	struct rt_text text = RT_TEXT(name);
	uint32_t id = 0;

	if (kind == ZONE_FUNCTION)
		describe(s, key, &text);
	else
		rt_put(&text, key);
	lock_take(&lock, (uint32_t)sys_gettid());
	if (state_reserve(s, REGION_ZONES, ZONE_FIRST * sizeof(struct zone)) == 0) {
		id = find(s, parent, kind, text.len ? name : "");
		if (!id)
			id = make(s, parent, kind, text.len ? name : "", key);
	}
	lock_release(&lock);
	return id;
}

/* With the lock held: an entry that was given back, or one more; 1 + its index, or 0. */
static uint32_t new_entry(struct state *s, enum region region, uint32_t *count, size_t size)
{
	uint32_t n = *count;

	if (state_reserve(s, region, ((uint64_t)n + 1) * size) != 0)
		return 0;
	__atomic_store_n(count, n + 1, __ATOMIC_RELEASE);
	return n + 1;
}

uint32_t zone_names_new_sum(struct state *s, uint32_t zone, uint32_t previous)
{
	uint32_t index;

	lock_take(&lock, (uint32_t)sys_gettid());
	index = s->free_sum;
	if (index)
		s->free_sum = state_sums(s)[index - 1].previous;
	else
		index = new_entry(s, REGION_SUMS, &s->sums, sizeof(struct zone_sum));
	lock_release(&lock);
	if (index)
		state_sums(s)[index - 1] = (struct zone_sum){ .zone = zone, .previous = previous };
	return index;
}

uint32_t zone_names_new_octave(struct state *s)
{
	uint32_t index;

	lock_take(&lock, (uint32_t)sys_gettid());
	index = s->free_octave;
	if (index)
		s->free_octave = (uint32_t)state_octaves(s)[index - 1].calls[0];
	else
		index = new_entry(s, REGION_OCTAVES, &s->octaves, sizeof(struct zone_octave));
	lock_release(&lock);
	if (index)
		state_octaves(s)[index - 1] = (struct zone_octave){ .calls = { 0 } };
	return index;
}

void zone_names_give_back(struct state *s, uint32_t first)
{
	struct zone_sum *sums = state_sums(s);

	lock_take(&lock, (uint32_t)sys_gettid());
	while (first) {
		struct zone_sum *sum = &sums[first - 1];
		uint32_t previous = sum->previous;

		for (int i = 0; i < ZONE_OCTAVES; i++) {
			if (!sum->octaves[i])
				continue;
			state_octaves(s)[sum->octaves[i] - 1].calls[0] = s->free_octave;
			s->free_octave = sum->octaves[i];
		}
		sum->previous = s->free_sum;
		s->free_sum = first;
		first = previous;
	}
	lock_release(&lock);
}

void zone_names_after_fork(void)
{
	lock_init(&lock);
}
