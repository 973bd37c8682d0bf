/* SPDX-License-Identifier: MIT */
/* perfmap_file.c - see perfmap_file.h.  In the analyzer: uses libc. */
#define _GNU_SOURCE
#include "offline/perfmap_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST ((off_t)256 << 20)

/* A number means another process in another namespace. */
static bool is_ours(const struct state *s)
{
	struct stat ns;

	return !s->pid_namespace ||
	       (stat("/proc/self/ns/pid", &ns) == 0 && (uint64_t)ns.st_ino == s->pid_namespace);
}

static void take_file(struct drain *d, int fd, size_t len)
{
	size_t room = drain_jit_scratch(d->s), got = 0;
	uint64_t *scratch = malloc(room + 1);
	char *map = malloc(len);
	ssize_t n = 1;

	while (map && got < len && n > 0) {
		n = read(fd, map + got, len - got);
		got += n > 0 ? (size_t)n : 0;
	}
	if (map && scratch && room)
		drain_jit(d, map, got, scratch, room);
	free(scratch);
	free(map);
}

void perfmap_file(struct drain *d)
{
	struct stat st;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/tmp/perf-%u.map", d->s->pid);
	if (!is_ours(d->s))
		return;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_uid == geteuid() || st.st_uid == 0) && st.st_size > 0 && st.st_size <= LARGEST)
		take_file(d, fd, (size_t)st.st_size);
	close(fd);
}
