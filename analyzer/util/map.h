/* SPDX-License-Identifier: MIT */
/*
 * map.h - hash map from 64-bit keys to 64-bit values, open addressing.
 *
 * Every key is allowed.  Pointers into the map hold until the next insertion
 * or removal.
 */
#ifndef ANALYZER_UTIL_MAP_H
#define ANALYZER_UTIL_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_entry {
	uint64_t key, value;
};

struct map {
	struct map_entry *slots; /* a slot with key 0 is free */
	size_t mask;		 /* slots - 1, when there are any */
	size_t n;		 /* entries, that of key 0 included */
	bool has_zero;
	struct map_entry zero; /* the entry of key 0 */
};

#define MAP_INIT              \
	{                     \
		.slots = NULL \
	}

void map_init(struct map *map);
void map_release(struct map *map);

/* The value of `key`, or NULL. */
uint64_t *map_get(const struct map *map, uint64_t key);

/* The value of `key`, inserted as 0 when it is new (*fresh says so, may be NULL). */
uint64_t *map_at(struct map *map, uint64_t key, bool *fresh);

void map_put(struct map *map, uint64_t key, uint64_t value);

/* Returns false when there was no such key. */
bool map_remove(struct map *map, uint64_t key);

/*
 * Walk all entries, in no order of use to anybody: start with *pos = 0, ends
 * with NULL.  Do not insert or remove meanwhile.
 */
const struct map_entry *map_next(const struct map *map, size_t *pos);

/* Spreads all bits of x over the result; also useful to combine keys. */
uint64_t map_mix(uint64_t x);

#endif
