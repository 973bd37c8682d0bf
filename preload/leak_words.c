/* SPDX-License-Identifier: MIT */
/* leak_words.c - see leak_words.h; as the Valgrind manual describes them.  Floor: leaks. */
#include "leak_words.h"

#define WORD sizeof(uintptr_t)
/* A table of functions shows two of them among so many words. */
#define TABLE_WORDS 21
#define TABLE_FUNCTIONS 2

static uintptr_t word_at(uintptr_t at)
{
	return *(const uintptr_t *)at;
}

/* Length, capacity, reference count, then the characters and a zero. */
static bool is_string(uintptr_t pointer, uintptr_t start, size_t size)
{
	uintptr_t length, capacity;

	if (pointer != start + 3 * WORD)
		return false;
	length = word_at(start);
	capacity = word_at(start + WORD);
	return capacity == size - 3 * WORD - 1 && length <= capacity;
}

static bool is_counted(uintptr_t pointer, uintptr_t start, size_t size)
{
	uintptr_t count;

	if (pointer != start + WORD)
		return false;
	count = word_at(start);
	/* A length of the rest divides it, too. */
	return count && (size - WORD) % count == 0;
}

static bool is_table(const struct leak_maps *maps, uintptr_t table)
{
	const struct leak_map *map = table >= 4096 && !(table % WORD) ? leak_maps_find(maps, table)
								      : NULL;
	int found = 0;

	if (!map || !map->inode || !(map->flags & LEAK_READ))
		return false;
	for (uintptr_t at = table; at < table + TABLE_WORDS * WORD && at + WORD <= map->end;
	     at += WORD) {
		uintptr_t function = word_at(at);
		const struct leak_map *code;

		if (!function)
			continue;
		code = leak_maps_find(maps, function);
		if (!code || !code->inode || !(code->flags & LEAK_EXEC))
			return false;
		if (++found == TABLE_FUNCTIONS)
			return true;
	}
	return false;
}

bool leak_word_is_owner(const struct leak_maps *maps, uintptr_t pointer, uintptr_t start,
			size_t size)
{
	if (pointer + WORD > start + size)
		/* A string of few characters, at the end of its block. */
		return size > 3 * WORD && is_string(pointer, start, size);
	return (size > 3 * WORD && is_string(pointer, start, size)) ||
	       is_counted(pointer, start, size) ||
	       (is_table(maps, word_at(pointer)) && is_table(maps, word_at(start)));
}
