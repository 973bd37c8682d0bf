/* SPDX-License-Identifier: MIT */
/* memstat.c - read /proc/self; see memstat.h.  Floor: sampler. */
#include "memstat.h"

#include "arena.h"
#include "rt.h"
#include "sys.h"

#define PAGE 4096

/* The number after the n-th space of a line of numbers. */
static uint64_t number_at(const char *line, int n)
{
	uint64_t value = 0;

	while (n && *line)
		n -= *line++ == ' ';
	return rt_parse_u64(&line, &value) ? value : 0;
}

void memstat_sample(struct mp_sample *sample)
{
	char line[128];
	uint64_t resident, shared;

	if (sys_read_file("/proc/self/statm", line, sizeof(line)) > 0) {
		/* size resident shared ...; shared is file-backed and shmem. */
		resident = number_at(line, 1) * PAGE;
		shared = number_at(line, 2) * PAGE;
		sample->rss = resident;
		sample->file = shared;
		sample->anon = resident > shared ? resident - shared : 0;
	}
	sys_faults(&sample->minflt, &sample->majflt);
}

uint64_t memstat_rss(void)
{
	char line[128];

	return sys_read_file("/proc/self/statm", line, sizeof(line)) > 0 ? number_at(line, 1) * PAGE
									 : 0;
}

/* The number in a "Name:  123" line of /proc/self/status. */
static uint64_t status_number(const char *name)
{
	char status[2048];
	uint64_t value;

	if (sys_read_file("/proc/self/status", status, sizeof(status)) <= 0)
		return 0;
	for (const char *p = status; *p; p++) {
		if ((p != status && p[-1] != '\n') || !rt_starts(p, name))
			continue;
		p += rt_strlen(name);
		while (*p == ' ' || *p == '\t')
			p++;
		return rt_parse_u64(&p, &value) ? value : 0;
	}
	return 0;
}

uint64_t memstat_max_rss(void)
{
	return status_number("VmHWM:") * 1024;
}

uint64_t memstat_threads(void)
{
	return status_number("Threads:");
}

void memstat_recorder(const struct state *s, uint64_t bytes[ARENA_USES])
{
	for (int i = 0; i < ARENA_USES; i++)
		bytes[i] = 0;
	arena_resident(bytes);
	if (!s->state_path)
		return;
	for (int i = 0; i < REGIONS; i++)
		bytes[state_use((enum region)i)] += s->regions[i].reserved;
	bytes[ARENA_OUTPUT] += PAGE;
}
