/* SPDX-License-Identifier: MIT */
/* ranges.c - sorted list of mapped ranges; see ranges.h.  Floor: shadow. */
#include "ranges.h"

#include "arena.h"
#include "lock.h"
#include "sys.h"

#define FIRST_ROOM 256
#define PAGE_MASK ((uintptr_t)4095)

struct range {
	uintptr_t start, end;
	uint32_t node;
	uint32_t mapping; /* same number: pieces of one mapping */
	bool split;	  /* other pieces may exist */
};

static struct lock lock;
static struct range *list;
static size_t used, room;
static uint32_t mappings;

/* Index of the first range that ends after `at`. */
static size_t first_after(uintptr_t at)
{
	size_t low = 0, high = used;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (list[mid].end <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool make_room(void)
{
	size_t more = room ? room * 2 : FIRST_ROOM;
	struct range *p;

	if (used < room)
		return true;
	p = room ? arena_grow(list, room * sizeof(*list), more * sizeof(*list))
		 : arena_map(more * sizeof(*list));
	if (!p)
		return false;
	list = p;
	room = more;
	return true;
}

static bool insert(size_t at, const struct range *range)
{
	if (!make_room())
		return false;
	for (size_t i = used; i > at; i--)
		list[i] = list[i - 1];
	list[at] = *range;
	used++;
	return true;
}

static void drop(size_t at)
{
	used--;
	for (size_t i = at; i < used; i++)
		list[i] = list[i + 1];
}

static bool has_other_piece(const struct range *range)
{
	for (size_t i = 0; range->split && i < used; i++)
		if (&list[i] != range && list[i].mapping == range->mapping)
			return true;
	return false;
}

bool ranges_add(uintptr_t start, size_t len, uint32_t node)
{
	struct range range = {
		.start = start,
		.end = (start + len + PAGE_MASK) & ~PAGE_MASK,
		.node = node,
	};
	bool ok;

	lock_take(&lock, (uint32_t)sys_gettid());
	range.mapping = ++mappings;
	ok = insert(first_after(start), &range);
	lock_release(&lock);
	return ok;
}

void ranges_remove(uintptr_t start, size_t len, ranges_gone *gone, void *ctx)
{
	uintptr_t end = (start + len + PAGE_MASK) & ~PAGE_MASK;
	size_t i;

	if (!__atomic_load_n(&used, __ATOMIC_RELAXED))
		return;
	lock_take(&lock, (uint32_t)sys_gettid());
	for (i = first_after(start); i < used && list[i].start < end;) {
		struct range *r = &list[i];
		uintptr_t from = r->start > start ? r->start : start;
		uintptr_t to = r->end < end ? r->end : end;

		if (from == r->start && to == r->end) {
			gone(ctx, r->node, to - from, !has_other_piece(r));
			drop(i);
			continue;
		}
		gone(ctx, r->node, to - from, false);
		if (from > r->start && to < r->end) {
			struct range rest = *r;

			r->split = rest.split = true;
			r->end = from;
			rest.start = to;
			insert(i + 1, &rest);
			break;
		}
		if (from == r->start)
			r->start = to;
		else
			r->end = from;
		i++;
	}
	lock_release(&lock);
}

void ranges_forget(void)
{
	lock_init(&lock);
	used = 0;
}
