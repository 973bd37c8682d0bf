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

/* The number in the line "Name:  123" of a file of such lines; 0 when there is none. */
static uint64_t field(const char *text, const char *name)
{
	uint64_t value;

	for (const char *p = text; *p; p++) {
		if ((p != text && p[-1] != '\n') || !rt_starts(p, name))
			continue;
		p += rt_strlen(name);
		while (*p == ' ' || *p == '\t')
			p++;
		return rt_parse_u64(&p, &value) ? value : 0;
	}
	return 0;
}

/* Where there is no status, as in some sandboxes. */
static void sample_statm(struct mp_sample *sample)
{
	char line[128];
	uint64_t resident, shared;

	if (sys_read_file("/proc/self/statm", line, sizeof(line)) <= 0)
		return;
	/* size resident shared ...; shared is file-backed and shmem. */
	resident = number_at(line, 1) * PAGE;
	shared = number_at(line, 2) * PAGE;
	sample->rss = resident;
	sample->file = shared;
	sample->anon = resident > shared ? resident - shared : 0;
}

void memstat_sample(struct mp_sample *sample)
{
	char text[2048];

	sys_usage(&sample->minflt, &sample->majflt, &sample->cpu);
	if (sys_read_file("/proc/self/status", text, sizeof(text)) <= 0) {
		sample_statm(sample);
		return;
	}
	sample->rss = field(text, "VmRSS:") * 1024;
	sample->anon = field(text, "RssAnon:") * 1024;
	sample->file = field(text, "RssFile:") * 1024;
	sample->shmem = field(text, "RssShmem:") * 1024;
	sample->hwm = field(text, "VmHWM:") * 1024;
	sample->swap = field(text, "VmSwap:") * 1024;
	sample->nthreads = field(text, "Threads:");
}

void memstat_rollup(struct mp_sample *sample)
{
	char text[2048];

	if (sys_read_file("/proc/self/smaps_rollup", text, sizeof(text)) <= 0)
		return;
	sample->pss = field(text, "Pss:") * 1024;
	sample->huge = (field(text, "AnonHugePages:") + field(text, "ShmemPmdMapped:") +
			field(text, "FilePmdMapped:")) *
		       1024;
}

uint64_t memstat_rss(void)
{
	char line[128];

	return sys_read_file("/proc/self/statm", line, sizeof(line)) > 0 ? number_at(line, 1) * PAGE
									 : 0;
}

static uint64_t status_number(const char *name)
{
	char status[2048];

	return sys_read_file("/proc/self/status", status, sizeof(status)) > 0 ? field(status, name)
									      : 0;
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
