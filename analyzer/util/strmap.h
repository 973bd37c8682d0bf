/* SPDX-License-Identifier: MIT */
/*
 * strmap.h - hash map from strings to pointers; with it, a set of interned
 * strings.  Keys are copied and owned by the map, and never move: a key's
 * address is good until strmap_release(), so equal strings can be compared by
 * address.  Values are borrowed.
 */
#ifndef ANALYZER_UTIL_STRMAP_H
#define ANALYZER_UTIL_STRMAP_H

#include <stddef.h>
#include <stdint.h>

struct strmap_entry {
	char *key; /* NULL in a free slot */
	void *value;
	uint64_t hash;
};

struct strmap {
	struct strmap_entry *slots;
	size_t mask, n;
};

#define STRMAP_INIT           \
	{                     \
		.slots = NULL \
	}

void strmap_init(struct strmap *map);
void strmap_release(struct strmap *map);

/* The value of `key`, or NULL. */
void *strmap_get(const struct strmap *map, const char *key);

/* Where the value of `key` is kept; NULL in it when the key is new. */
void **strmap_at(struct strmap *map, const char *key);

void strmap_put(struct strmap *map, const char *key, void *value);

/* The map's own copy of `text`; the same address for equal strings.  NULL gives NULL. */
const char *strmap_intern(struct strmap *map, const char *text);

/* Walk all entries: start with *pos = 0, ends with NULL; no insertion meanwhile. */
const struct strmap_entry *strmap_next(const struct strmap *map, size_t *pos);

/* 64-bit hash of `len` bytes. */
uint64_t strmap_hash(const void *data, size_t len);

#endif
