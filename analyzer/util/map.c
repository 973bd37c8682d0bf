/* SPDX-License-Identifier: MIT */
/*
 * map.c - hash map from 64-bit keys to 64-bit values: linear probing, at most
 * three quarters full, removal by moving later entries back.
 */
#include "util/map.h"

#include <stdlib.h>

#include "util/xalloc.h"

uint64_t map_mix(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0x9e3779b97f4a7c15);
	x ^= x >> 29;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	return x ^ x >> 32;
}

void map_init(struct map *map)
{
	*map = (struct map)MAP_INIT;
}

void map_release(struct map *map)
{
	free(map->slots);
	map_init(map);
}

/* The slot that holds `key`, or the free one where it belongs. */
static struct map_entry *probe(const struct map *map, uint64_t key)
{
	size_t i = map_mix(key) & map->mask;

	while (map->slots[i].key && map->slots[i].key != key)
		i = (i + 1) & map->mask;
	return &map->slots[i];
}

uint64_t *map_get(const struct map *map, uint64_t key)
{
	struct map_entry *e;

	if (!key)
		return map->has_zero ? (uint64_t *)&map->zero.value : NULL;
	if (!map->slots)
		return NULL;
	e = probe(map, key);
	return e->key ? &e->value : NULL;
}

static void grow(struct map *map)
{
	size_t size = map->slots ? (map->mask + 1) * 2 : 16;
	struct map_entry *old = map->slots;
	size_t n_old = old ? map->mask + 1 : 0;

	map->slots = xcalloc(size, sizeof(*map->slots));
	map->mask = size - 1;
	for (size_t i = 0; i < n_old; i++)
		if (old[i].key)
			*probe(map, old[i].key) = old[i];
	free(old);
}

uint64_t *map_at(struct map *map, uint64_t key, bool *fresh)
{
	uint64_t *value = map_get(map, key);
	struct map_entry *e;

	if (fresh)
		*fresh = !value;
	if (value)
		return value;
	map->n++;
	if (!key) {
		map->has_zero = true;
		map->zero.value = 0;
		return &map->zero.value;
	}
	if (!map->slots || map->n * 4 > (map->mask + 1) * 3)
		grow(map);
	e = probe(map, key);
	e->key = key;
	return &e->value;
}

void map_put(struct map *map, uint64_t key, uint64_t value)
{
	*map_at(map, key, NULL) = value;
}

bool map_remove(struct map *map, uint64_t key)
{
	uint64_t *value = map_get(map, key);
	size_t hole, i;

	if (!value)
		return false;
	map->n--;
	if (!key) {
		map->has_zero = false;
		return true;
	}
	hole = (size_t)(probe(map, key) - map->slots);
	for (i = (hole + 1) & map->mask; map->slots[i].key; i = (i + 1) & map->mask) {
		size_t home = map_mix(map->slots[i].key) & map->mask;

		/* an entry may move back when its home is not after the hole */
		if (((i - home) & map->mask) < ((i - hole) & map->mask))
			continue;
		map->slots[hole] = map->slots[i];
		hole = i;
	}
	map->slots[hole] = (struct map_entry){ 0 };
	return true;
}

const struct map_entry *map_next(const struct map *map, size_t *pos)
{
	if (*pos == 0) {
		(*pos)++;
		if (map->has_zero)
			return &map->zero;
	}
	while (map->slots && *pos <= map->mask + 1) {
		const struct map_entry *e = &map->slots[(*pos)++ - 1];

		if (e->key)
			return e;
	}
	return NULL;
}
