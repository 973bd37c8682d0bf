/* SPDX-License-Identifier: MIT */
/* allocator.c - ask jemalloc, tcmalloc, mimalloc or glibc; see allocator.h.
 * Floor: memstat. */
#define _GNU_SOURCE
#include "allocator.h"

#include <dlfcn.h>
#include <malloc.h>

#include "blocks.h"
#include "config.h"
#include "real.h"
#include "rt.h"

typedef int mallctl_fn(const char *name, void *old, size_t *old_len, void *new, size_t new_len);
typedef int property_fn(const char *name, size_t *value);
typedef void process_info_fn(size_t *elapsed, size_t *user, size_t *system, size_t *rss,
			     size_t *peak_rss, size_t *commit, size_t *peak_commit, size_t *faults);
typedef struct mallinfo2 mallinfo2_fn(void);

static mallctl_fn *mallctl;
static property_fn *property;
static process_info_fn *process_info;
static mallinfo2_fn *info;

void allocator_init(void)
{
	if (config.allocator_stats == ALLOCATOR_STATS_OFF)
		return;
	if (blocks_glibc) {
		if (config.allocator_stats == ALLOCATOR_STATS_ALWAYS)
			info = (mallinfo2_fn *)dlsym(RTLD_DEFAULT, "mallinfo2");
		return;
	}
	mallctl = (mallctl_fn *)dlsym(RTLD_DEFAULT, "mallctl");
	if (!mallctl)
		property = (property_fn *)dlsym(RTLD_DEFAULT, "MallocExtension_GetNumericProperty");
	if (!mallctl && !property)
		process_info = (process_info_fn *)dlsym(RTLD_DEFAULT, "mi_process_info");
}

static uint64_t ask_mallctl(const char *name)
{
	size_t value = 0, len = sizeof(value);

	return mallctl(name, &value, &len, NULL, 0) == 0 ? value : 0;
}

/* Its statistics are as of the last time its epoch was moved on. */
static void ask_jemalloc(struct mp_allocator *what)
{
	uint64_t epoch = 1;
	size_t len = sizeof(epoch);

	mallctl("epoch", &epoch, &len, &epoch, len);
	what->name = "jemalloc";
	what->allocated = ask_mallctl("stats.allocated");
	what->active = ask_mallctl("stats.active");
	what->resident = ask_mallctl("stats.resident");
	what->retained = ask_mallctl("stats.retained");
	what->mapped = ask_mallctl("stats.mapped");
	what->metadata = ask_mallctl("stats.metadata");
}

static uint64_t ask_property(const char *name)
{
	size_t value = 0;

	return property(name, &value) ? value : 0;
}

static void ask_tcmalloc(struct mp_allocator *what)
{
	uint64_t heap = ask_property("generic.heap_size");
	uint64_t unmapped = ask_property("tcmalloc.pageheap_unmapped_bytes");
	uint64_t idle = ask_property("tcmalloc.pageheap_free_bytes");

	what->name = "tcmalloc";
	what->allocated = ask_property("generic.current_allocated_bytes");
	what->mapped = heap;
	what->retained = unmapped;
	what->resident = ask_property("generic.total_physical_bytes");
	if (heap > unmapped + idle)
		what->active = heap - unmapped - idle;
	if (!what->resident && heap > unmapped)
		what->resident = heap - unmapped;
}

static void ask_mimalloc(struct mp_allocator *what)
{
	size_t rss = 0, commit = 0, unused;

	process_info(&unused, &unused, &unused, &rss, &unused, &commit, &unused, &unused);
	what->name = "mimalloc";
	what->active = commit;
}

static void ask_glibc(struct mp_allocator *what)
{
	struct mallinfo2 now = info();

	what->name = "glibc";
	what->allocated = now.uordblks + now.hblkhd;
	what->mapped = now.arena + now.hblkhd;
	what->active = now.arena + now.hblkhd - now.keepcost;
}

bool allocator_is_asked(void)
{
	return mallctl || property || process_info || info;
}

bool allocator_read(struct mp_allocator *what, bool helper)
{
	*what = (struct mp_allocator){ .name = "" };
	if (mallctl)
		ask_jemalloc(what);
	else if (property)
		ask_tcmalloc(what);
	else if (process_info)
		ask_mimalloc(what);
	else if (info && helper)
		ask_glibc(what);
	return *what->name;
}
