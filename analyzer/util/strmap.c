/* SPDX-License-Identifier: MIT */
/*
 * strmap.c - hash map from strings to pointers, open addressing; no removal,
 * since nobody needs it.
 */
#include "util/strmap.h"

#include <stdlib.h>
#include <string.h>

#include "util/map.h"
#include "util/xalloc.h"

uint64_t strmap_hash(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h = map_mix(len + 1), word;

	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = map_mix(h ^ word);
	}
	word = 0;
	memcpy(&word, p, len);
	return map_mix(h ^ word);
}

void strmap_init(struct strmap *map)
{
	*map = (struct strmap)STRMAP_INIT;
}

void strmap_release(struct strmap *map)
{
	for (size_t i = 0; map->slots && i <= map->mask; i++)
		free(map->slots[i].key);
	free(map->slots);
	strmap_init(map);
}

static struct strmap_entry *probe(const struct strmap *map, const char *key, uint64_t hash)
{
	size_t i = hash & map->mask;

	while (map->slots[i].key && (map->slots[i].hash != hash || strcmp(map->slots[i].key, key)))
		i = (i + 1) & map->mask;
	return &map->slots[i];
}

void *strmap_get(const struct strmap *map, const char *key)
{
	return map->slots ? probe(map, key, strmap_hash(key, strlen(key)))->value : NULL;
}

static void grow(struct strmap *map)
{
	size_t size = map->slots ? (map->mask + 1) * 2 : 16;
	struct strmap_entry *old = map->slots;
	size_t n_old = old ? map->mask + 1 : 0;

	map->slots = xcalloc(size, sizeof(*map->slots));
	map->mask = size - 1;
	for (size_t i = 0; i < n_old; i++)
		if (old[i].key)
			*probe(map, old[i].key, old[i].hash) = old[i];
	free(old);
}

static struct strmap_entry *insert(struct strmap *map, const char *key)
{
	uint64_t hash = strmap_hash(key, strlen(key));
	struct strmap_entry *e;

	if (!map->slots || (map->n + 1) * 4 > (map->mask + 1) * 3)
		grow(map);
	e = probe(map, key, hash);
	if (!e->key) {
		e->key = xstrdup(key);
		e->hash = hash;
		map->n++;
	}
	return e;
}

void **strmap_at(struct strmap *map, const char *key)
{
	return &insert(map, key)->value;
}

void strmap_put(struct strmap *map, const char *key, void *value)
{
	insert(map, key)->value = value;
}

const char *strmap_intern(struct strmap *map, const char *text)
{
	return text ? insert(map, text)->key : NULL;
}

const struct strmap_entry *strmap_next(const struct strmap *map, size_t *pos)
{
	while (map->slots && *pos <= map->mask)
		if (map->slots[(*pos)++].key)
			return &map->slots[*pos - 1];
	return NULL;
}
