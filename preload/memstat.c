/* SPDX-License-Identifier: MIT */
/* memstat.c - read /proc/self; see memstat.h.  Floor: sampler. */
#include "memstat.h"

#include <fcntl.h>
#include <stdbool.h>

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

/* A line "Name:  123" of a file of such lines, and where its number goes. */
struct wanted {
	const char *name;
	uint64_t *value;
};

static bool take_line(const char *line, const struct wanted *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *p = line;

		if (!rt_starts(p, wanted[i].name))
			continue;
		p += rt_strlen(wanted[i].name);
		while (*p == ' ' || *p == '\t')
			p++;
		if (!rt_parse_u64(&p, wanted[i].value))
			*wanted[i].value = 0;
		return true;
	}
	return false;
}

/* Read those that are there, once each.  A line too long to be one of them is passed over: a user of
 * many groups has one before all that is wanted.  False where the file cannot be read. */
static bool read_fields(const char *path, const struct wanted *wanted, size_t n)
{
	char text[2048];
	int fd = sys_open(path, O_RDONLY, 0);
	bool any = false, last = false, too_long = false;
	size_t have = 0, found = 0;
	intptr_t got;

	if (fd < 0)
		return false;
	while (!last && found < n && (got = sys_read(fd, text + have, sizeof(text) - have)) > 0) {
		char *line = text, *end = text + have + got;

		any = true;
		/* The kernel leaves room where there is no more to come. */
		last = (size_t)got < sizeof(text) - have;
		for (char *p = text + have; p < end && found < n; p++) {
			if (*p != '\n')
				continue;
			*p = '\0';
			if (!too_long)
				found += take_line(line, wanted, n);
			too_long = false;
			line = p + 1;
		}
		have = found < n ? (size_t)(end - line) : 0;
		if (have == sizeof(text)) {
			too_long = true;
			have = 0;
		}
		for (size_t i = 0; i < have; i++)
			text[i] = line[i];
	}
	sys_close(fd);
	return any;
}

#define READ_FIELDS(path, wanted) read_fields(path, wanted, sizeof(wanted) / sizeof(*(wanted)))

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
	const struct wanted wanted[] = {
		{ "VmRSS:", &sample->rss },	   { "RssAnon:", &sample->anon },
		{ "RssFile:", &sample->file },	   { "RssShmem:", &sample->shmem },
		{ "VmHWM:", &sample->hwm },	   { "VmSwap:", &sample->swap },
		{ "Threads:", &sample->nthreads },
	};

	sys_usage(&sample->minflt, &sample->majflt, &sample->cpu);
	if (!READ_FIELDS("/proc/self/status", wanted)) {
		sample_statm(sample);
		return;
	}
	sample->rss *= 1024;
	sample->anon *= 1024;
	sample->file *= 1024;
	sample->shmem *= 1024;
	sample->hwm *= 1024;
	sample->swap *= 1024;
}

void memstat_rollup(struct mp_sample *sample)
{
	uint64_t huge = 0, shmem = 0, file = 0;
	const struct wanted wanted[] = {
		{ "Pss:", &sample->pss },
		{ "AnonHugePages:", &huge },
		{ "ShmemPmdMapped:", &shmem },
		{ "FilePmdMapped:", &file },
	};

	if (!READ_FIELDS("/proc/self/smaps_rollup", wanted))
		return;
	sample->pss *= 1024;
	sample->huge = (huge + shmem + file) * 1024;
}

uint64_t memstat_rss(void)
{
	char line[128];

	return sys_read_file("/proc/self/statm", line, sizeof(line)) > 0 ? number_at(line, 1) * PAGE
									 : 0;
}

static uint64_t status_number(const char *name)
{
	uint64_t value = 0;

	read_fields("/proc/self/status", &(struct wanted){ name, &value }, 1);
	return value;
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
		bytes[state_use((enum region)i)] += __atomic_load_n(&s->regions[i].reserved,
								    __ATOMIC_RELAXED);
	bytes[ARENA_OUTPUT] += PAGE;
}
