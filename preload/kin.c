/* SPDX-License-Identifier: MIT */
/* kin.c - look at the parent's mappings for a state; see kin.h.  Floor: drain.
 *
 * What is read belongs to another process: nothing in it is believed. */
#include "kin.h"

#include <fcntl.h>

#include "arena.h"
#include "rt.h"
#include "state.h"
#include "sys.h"

/* Mappings to look through, at most so many bytes of the list. */
#define LIST_MAX (1 << 20)

struct reading {
	char list[4096];
	char line[512];
	struct state state;
	char run[72];
};

/* The path in a line of the list, when it is a state's. */
static const char *state_of(const char *line)
{
	const char *path = line, *name;

	while (*path && *path != '/')
		path++;
	name = rt_basename(path);
	if (!*path || !rt_starts(name, "memprof-"))
		return NULL;
	while (*name && !rt_starts(name, ".state"))
		name++;
	return rt_starts(name, ".state") && !name[6] ? path : NULL;
}

static bool is_word(const char *s)
{
	size_t n = 0;

	for (; s[n]; n++)
		if (!((s[n] >= '0' && s[n] <= '9') || (s[n] >= 'a' && s[n] <= 'z') ||
		      (s[n] >= 'A' && s[n] <= 'Z') || s[n] == '-' || s[n] == '_' || s[n] == '.'))
			return false;
	return n > 0;
}

/* The run that the state at `path` is of, if it is that of process `pid`. */
static bool read_run(struct reading *r, const char *path, uint32_t pid)
{
	int fd = sys_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	struct state *s = &r->state;
	bool ok = false;
	intptr_t n;

	if (fd < 0)
		return false;
	if (sys_pread(fd, s, sizeof(*s), 0) == sizeof(*s) && rt_starts(s->magic, STATE_MAGIC) &&
	    s->layout == STATE_LAYOUT && s->header_size == sizeof(*s) && s->pid == pid && s->run) {
		n = sys_pread(fd, r->run, sizeof(r->run) - 1,
			      (int64_t)(s->regions[REGION_TEXT].offset + s->run));
		r->run[n > 0 ? n : 0] = '\0';
		ok = is_word(r->run);
	}
	sys_close(fd);
	return ok;
}

static bool search(struct reading *r, int fd, uint32_t pid)
{
	struct rt_text line = RT_TEXT(r->line);
	intptr_t n = 0;

	for (int total = 0; total < LIST_MAX; total += (int)n) {
		n = sys_read(fd, r->list, sizeof(r->list));
		if (n <= 0)
			return false;
		for (intptr_t i = 0; i < n; i++) {
			const char *path;

			if (r->list[i] != '\n') {
				rt_put_char(&line, r->list[i]);
				continue;
			}
			path = state_of(r->line);
			if (path && read_run(r, path, pid))
				return true;
			line = (struct rt_text)RT_TEXT(r->line);
			r->line[0] = '\0';
		}
	}
	return false;
}

bool kin_run(char *run, size_t cap)
{
	uint32_t pid = (uint32_t)sys_getppid();
	struct rt_text out = { .buf = run, .cap = cap };
	char path[64];
	struct rt_text text = RT_TEXT(path);
	struct reading *r;
	bool found;
	int fd;

	rt_put(&text, "/proc/");
	rt_put_u64(&text, pid);
	rt_put(&text, "/maps");
	fd = pid ? sys_open(path, O_RDONLY, 0) : -1;
	if (fd < 0)
		return false;
	r = arena_map(sizeof(*r), ARENA_OUTPUT);
	found = r && search(r, fd, pid);
	if (found)
		rt_put(&out, r->run);
	arena_unmap(r, sizeof(*r));
	sys_close(fd);
	return found;
}
