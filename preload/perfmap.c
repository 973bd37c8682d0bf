/* SPDX-License-Identifier: MIT */
/* perfmap.c - read the process's perf map; see perfmap.h.  Floor: drain. */
#include "perfmap.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "arena.h"
#include "rt.h"
#include "sys.h"

/* A larger one would be a long wait at the end of the program. */
#define LARGEST ((int64_t)256 << 20)

static size_t read_all(int fd, char *to, size_t len)
{
	size_t got = 0;
	intptr_t n = 1;

	while (got < len && n > 0) {
		n = sys_read(fd, to + got, len - got);
		got += n > 0 ? (size_t)n : 0;
	}
	return got;
}

static void take_file(struct drain *d, int fd)
{
	size_t room = drain_jit_scratch(d->s);
	uint64_t *scratch;
	struct stat st;
	char *map;

	if (!room || sys_fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    st.st_size > LARGEST)
		return;
	/* anybody may leave one of that name in /tmp */
	if (st.st_uid != sys_geteuid() && st.st_uid != 0)
		return;
	map = arena_map((size_t)st.st_size, ARENA_OUTPUT);
	scratch = arena_map(room, ARENA_OUTPUT);
	if (map && scratch)
		drain_jit(d, map, read_all(fd, map, (size_t)st.st_size), scratch, room);
	if (scratch)
		arena_unmap(scratch, room);
	if (map)
		arena_unmap(map, (size_t)st.st_size);
}

void perfmap_write(struct drain *d)
{
	char path[64];
	struct rt_text text = RT_TEXT(path);
	int fd;

	rt_put(&text, "/tmp/perf-");
	rt_put_u64(&text, d->s->pid);
	rt_put(&text, ".map");
	fd = sys_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return;
	take_file(d, fd);
	sys_close(fd);
}
