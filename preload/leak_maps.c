/* SPDX-License-Identifier: MIT */
/* leak_maps.c - read /proc/self/maps; see leak_maps.h.  Floor: leaks. */
#define _GNU_SOURCE
#include "leak_maps.h"

#include <errno.h>
#include <fcntl.h>

#include "arena.h"
#include "rt.h"
#include "sys.h"

#define FIRST_ROOM 1024
#define BUFFER 65536

static bool parse_number(const char **s, const char *end, unsigned int base, uint64_t *value)
{
	const char *p = *s;

	for (*value = 0; p < end; p++) {
		unsigned int digit = *p >= '0' && *p <= '9'   ? (unsigned int)(*p - '0')
				     : *p >= 'a' && *p <= 'f' ? (unsigned int)(*p - 'a' + 10)
							      : 16;

		if (digit >= base)
			break;
		*value = *value * base + digit;
	}
	if (p == *s)
		return false;
	*s = p;
	return true;
}

static bool skip(const char **s, const char *end, char c)
{
	if (*s == end || **s != c)
		return false;
	(*s)++;
	return true;
}

static bool starts(const char *text, const char *end, const char *prefix)
{
	size_t len = rt_strlen(prefix);

	if ((size_t)(end - text) < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] != prefix[i])
			return false;
	return true;
}

uint32_t leak_flags_of_name(const char *name, const char *end)
{
	static const char *const runtimes[] = {
		"libc.so.",  "libc-2.",	      "libstdc++.so.", "libgcc_s.so.", "libpthread",
		"libm.so.6", "libdl.so.2",    "librt.so.1",    "libc++.so.",   "libc++abi.so.",
		"libm-2.",   "libresolv.so.", "libnss_",
	};
	static const char *const memory[] = { "/dev/shm/", "/memfd:", "/dev/zero", "/SYSV" };
	const char *last = name;
	uint32_t flags = 0;

	if (starts(name, end, "[heap]"))
		return LEAK_HEAP;
	if (starts(name, end, "[stack]"))
		return LEAK_STACK;
	for (size_t i = 0; i < sizeof(memory) / sizeof(*memory); i++)
		if (starts(name, end, memory[i]))
			return LEAK_MEMORY;
	for (const char *p = name; p < end; p++)
		if (*p == '/')
			last = p + 1;
	if (starts(last, end, "ld-linux") || starts(last, end, "ld-2."))
		return LEAK_RUNTIME | LEAK_LOADER;
	for (size_t i = 0; i < sizeof(runtimes) / sizeof(*runtimes); i++)
		if (starts(last, end, runtimes[i]))
			flags = LEAK_RUNTIME;
	return flags;
}

bool leak_map_parse(struct leak_map *map, const char *line, const char *end)
{
	uint64_t start, stop, ignored;
	const char *p = line;

	*map = (struct leak_map){ 0 };
	if (!parse_number(&p, end, 16, &start) || !skip(&p, end, '-') ||
	    !parse_number(&p, end, 16, &stop) || !skip(&p, end, ' ') || end - p < 5)
		return false;
	map->start = start;
	map->end = stop;
	map->flags = (p[0] == 'r' ? LEAK_READ : 0) | (p[1] == 'w' ? LEAK_WRITE : 0) |
		     (p[2] == 'x' ? LEAK_EXEC : 0) | (p[3] == 's' ? LEAK_SHARED : 0);
	p += 5;
	if (!parse_number(&p, end, 16, &map->offset) || !skip(&p, end, ' ') ||
	    !parse_number(&p, end, 16, &ignored) || !skip(&p, end, ':') ||
	    !parse_number(&p, end, 16, &ignored) || !skip(&p, end, ' ') ||
	    !parse_number(&p, end, 10, &map->inode))
		return false;
	while (p < end && *p == ' ')
		p++;
	map->flags |= leak_flags_of_name(p, end);
	return true;
}

static bool add(struct leak_maps *maps, const char *line, const char *end)
{
	struct leak_map map;

	if (!leak_map_parse(&map, line, end))
		return true;
	if (maps->n == maps->room) {
		size_t more = maps->room ? maps->room * 2 : FIRST_ROOM;
		struct leak_map *v = maps->room ? arena_grow(maps->v, maps->room * sizeof(*v),
							     more * sizeof(*v), ARENA_OUTPUT)
						: arena_map(more * sizeof(*v), ARENA_OUTPUT);

		if (!v)
			return false;
		maps->v = v;
		maps->room = more;
	}
	maps->v[maps->n++] = map;
	return true;
}

int leak_maps_read(struct leak_maps *maps)
{
	int fd = sys_open("/proc/self/maps", O_RDONLY, 0);
	char *text = arena_map(BUFFER, ARENA_OUTPUT);
	size_t have = 0;
	intptr_t n = 0;
	bool ok = text != NULL;

	*maps = (struct leak_maps){ 0 };
	if (fd < 0)
		return fd;
	while (ok && (n = sys_read(fd, text + have, BUFFER - have)) > 0) {
		char *line = text;

		have += (size_t)n;
		for (char *p = text; p < text + have && ok; p++) {
			if (*p != '\n')
				continue;
			ok = add(maps, line, p);
			line = p + 1;
		}
		have -= (size_t)(line - text);
		for (size_t i = 0; i < have; i++)
			text[i] = line[i];
	}
	sys_close(fd);
	arena_unmap(text, BUFFER);
	return n < 0 ? (int)n : ok ? 0 : -ENOMEM;
}

const struct leak_map *leak_maps_next(const struct leak_maps *maps, uintptr_t at)
{
	size_t low = 0, high = maps->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (maps->v[mid].end <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low < maps->n ? &maps->v[low] : NULL;
}

const struct leak_map *leak_maps_find(const struct leak_maps *maps, uintptr_t at)
{
	const struct leak_map *map = leak_maps_next(maps, at);

	return map && map->start <= at ? map : NULL;
}
