/* SPDX-License-Identifier: MIT */
/*
 * leak_maps.h - what is mapped in this process, as the kernel tells it.  Floor: leaks.
 *
 * For one thread in a process whose other threads stand still: what is listed
 * stays mapped until the caller changes it.
 */
#ifndef PRELOAD_LEAK_MAPS_H
#define PRELOAD_LEAK_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum leak_map_flags {
	LEAK_READ = 1,
	LEAK_WRITE = 2,
	LEAK_EXEC = 4,
	LEAK_SHARED = 8,
	LEAK_HEAP = 16,	   /* the program break's */
	LEAK_STACK = 32,   /* the main thread's */
	LEAK_RUNTIME = 64, /* of the C or C++ runtime, by the file's name */
	LEAK_LOADER = 128, /* of the loader */
	LEAK_MEMORY = 256, /* shared, but no file on a disk */
};

struct leak_map {
	uintptr_t start, end;
	uint64_t inode, offset; /* inode 0: no file */
	uint32_t flags;		/* enum leak_map_flags */
};

struct leak_maps {
	struct leak_map *v; /* by address */
	size_t n, room;
};

/* Read /proc/self/maps.  0 or -errno. */
int leak_maps_read(struct leak_maps *maps);

/* What a file's name, up to `end`, says of it: LEAK_RUNTIME, LEAK_LOADER and so on. */
uint32_t leak_flags_of_name(const char *name, const char *end);

/* One line of that file; false when it is none.  `end` is its end. */
bool leak_map_parse(struct leak_map *map, const char *line, const char *end);

/* The first mapping that ends behind `at`: the one that holds it, or the next; or NULL. */
const struct leak_map *leak_maps_next(const struct leak_maps *maps, uintptr_t at);

/* The mapping that holds `at`, or NULL. */
const struct leak_map *leak_maps_find(const struct leak_maps *maps, uintptr_t at);

#endif
