/* SPDX-License-Identifier: MIT */
/* leak_pages.c - skip what was never touched; see leak_pages.h.  Floor: leaks. */
#include "leak_pages.h"

#include <fcntl.h>
#include <stdbool.h>

#include "arena.h"
#include "sys.h"

#define PAGE_BITS 12
#define PAGE ((uintptr_t)1 << PAGE_BITS)
#define WINDOW 4096
/* In memory, or in swap. */
#define THERE ((uint64_t)3 << 62)

void leak_pages_open(struct leak_pages *pages)
{
	*pages = (struct leak_pages){ .fd = sys_open("/proc/self/pagemap", O_RDONLY, 0) };
	pages->entries = arena_map(WINDOW * sizeof(*pages->entries), ARENA_OUTPUT);
}

void leak_pages_close(struct leak_pages *pages)
{
	if (pages->fd >= 0)
		sys_close(pages->fd);
	arena_unmap(pages->entries, WINDOW * sizeof(*pages->entries));
	*pages = (struct leak_pages){ .fd = -1 };
}

/* Is there something behind the page of that number? */
static bool is_there(struct leak_pages *pages, uintptr_t page)
{
	if (pages->fd < 0 || !pages->entries)
		return true;
	if (page < pages->page || page >= pages->page + pages->n) {
		intptr_t n = sys_pread(pages->fd, pages->entries, WINDOW * sizeof(*pages->entries),
				       (int64_t)(page * sizeof(*pages->entries)));

		pages->page = page;
		pages->n = n > 0 ? (size_t)n / sizeof(*pages->entries) : 0;
		if (!pages->n)
			return true;
	}
	return pages->entries[page - pages->page] & THERE;
}

uintptr_t leak_pages_next(struct leak_pages *pages, uintptr_t at, uintptr_t end, uintptr_t *to)
{
	uintptr_t page = at >> PAGE_BITS, stop = (end + PAGE - 1) >> PAGE_BITS;

	while (page < stop && !is_there(pages, page))
		page++;
	if (page == stop)
		return *to = end;
	if (page << PAGE_BITS > at)
		at = page << PAGE_BITS;
	while (page < stop && is_there(pages, page))
		page++;
	*to = page << PAGE_BITS < end ? page << PAGE_BITS : end;
	return at;
}
