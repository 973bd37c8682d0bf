/* SPDX-License-Identifier: MIT */
/* ranges.c - mapped ranges in a search tree; see ranges.h.  Floor: shadow.
 *
 * A treap: a search tree by address that is a heap by random priorities, hence
 * logarithmic in depth (Seidel, Aragon: Randomized Search Trees, 1996).  Ranges
 * and the counts of split mappings are entries of one array, named by index, so
 * that it may move when it grows. */
#include "ranges.h"

#include "arena.h"
#include "lock.h"
#include "sys.h"

#define FIRST_ROOM 256
#define PAGE_MASK ((uintptr_t)4095)

struct range {
	uintptr_t start, end;
	uint32_t node;
	uint32_t pieces; /* entry that counts the pieces of its mapping; 0: it is the only one */
	uint32_t priority;
	uint32_t left, right; /* entries; of an unused entry `left` is the next one */
};

static struct lock lock;
static struct range *entries; /* entry 0 is none */
static uint32_t room, fresh;  /* entries there are, and the first that was never used */
static uint32_t unused;	      /* list of entries given back */
static uint32_t root;
static uint32_t known; /* ranges in the tree; looked at without the lock */
static uint32_t seed;

/* What was mapped before the last fork that forgot something. */
static const struct range *forgotten;
static uint32_t forgotten_root;

/* Spare entries that a removal in the middle of a range may need: the rest of the
 * range, and the count of its pieces. */
#define SPARE 2

static bool make_room(void)
{
	uint32_t more = room ? room * 2 : FIRST_ROOM;
	struct range *p;

	if (fresh + SPARE < room)
		return true;
	p = room ? arena_grow(entries, room * sizeof(*p), more * sizeof(*p), ARENA_BLOCKS)
		 : arena_map(more * sizeof(*p), ARENA_BLOCKS);
	if (!p)
		return false;
	fresh += !room;
	entries = p;
	room = more;
	return true;
}

/* An entry, or 0 when none is left. */
static uint32_t take(void)
{
	uint32_t i = unused;

	if (i)
		unused = entries[i].left;
	else if (fresh < room)
		i = fresh++;
	return i;
}

static void give_back(uint32_t i)
{
	entries[i].left = unused;
	unused = i;
}

/* xorshift32 (Marsaglia, 2003). */
static uint32_t random_priority(void)
{
	seed ^= seed ? 0 : 2463534242u;
	seed ^= seed << 13;
	seed ^= seed >> 17;
	return seed ^= seed << 5;
}

/* The lowest range that ends after `at`, or 0. */
static uint32_t first_after(uintptr_t at)
{
	uint32_t found = 0, i = root;

	while (i) {
		if (entries[i].end > at) {
			found = i;
			i = entries[i].left;
		} else {
			i = entries[i].right;
		}
	}
	return found;
}

/* Put entry i in the tree: where its priority wants it, the subtree there is cut
 * in two at its address. */
static void insert(uint32_t i)
{
	struct range *r = &entries[i];
	uint32_t *link = &root, *left = &r->left, *right = &r->right, at;

	r->priority = random_priority();
	while (*link && entries[*link].priority >= r->priority)
		link = r->start < entries[*link].start ? &entries[*link].left
						       : &entries[*link].right;
	for (at = *link; at;) {
		struct range *t = &entries[at];

		if (t->start < r->start) {
			*left = at;
			left = &t->right;
			at = t->right;
		} else {
			*right = at;
			right = &t->left;
			at = t->left;
		}
	}
	*left = *right = 0;
	*link = i;
	__atomic_store_n(&known, known + 1, __ATOMIC_RELAXED);
}

/* Take entry i out of the tree: what is below it becomes one subtree. */
static void drop(uint32_t i)
{
	uint32_t *link = &root, a = entries[i].left, b = entries[i].right;

	while (*link != i)
		link = entries[i].start < entries[*link].start ? &entries[*link].left
							       : &entries[*link].right;
	while (a && b) {
		if (entries[a].priority > entries[b].priority) {
			*link = a;
			link = &entries[a].right;
			a = *link;
		} else {
			*link = b;
			link = &entries[b].left;
			b = *link;
		}
	}
	*link = a | b;
	__atomic_store_n(&known, known - 1, __ATOMIC_RELAXED);
	give_back(i);
}

/* One piece of the mapping less; true when it was the last. */
static bool last_piece(const struct range *r)
{
	struct range *count = &entries[r->pieces];

	if (!r->pieces)
		return true;
	if (--count->node)
		return false;
	give_back(r->pieces);
	return true;
}

/* Cut [from, to) out of the middle of range i.  Without memory what lies behind it
 * is forgotten: false. */
static bool cut(uint32_t i, uintptr_t from, uintptr_t to)
{
	uint32_t rest = take(), count = entries[i].pieces;
	uintptr_t end = entries[i].end;

	entries[i].end = from;
	if (rest && !count) {
		count = take();
		if (count)
			entries[count].node = 1;
		entries[i].pieces = count;
	}
	if (!rest || !count) {
		if (rest)
			give_back(rest);
		return false;
	}
	entries[count].node++;
	entries[rest] = entries[i];
	entries[rest].start = to;
	entries[rest].end = end;
	insert(rest);
	return true;
}

void ranges_hold(void)
{
	lock_take(&lock, (uint32_t)sys_gettid());
}

void ranges_let_go(void)
{
	lock_release(&lock);
}

bool ranges_add_held(uintptr_t start, size_t len, uint32_t node)
{
	uint32_t i = make_room() ? take() : 0;

	if (i) {
		entries[i] = (struct range){
			.start = start,
			.end = (start + len + PAGE_MASK) & ~PAGE_MASK,
			.node = node,
		};
		insert(i);
	}
	return i != 0;
}

bool ranges_remove_held(uintptr_t start, size_t len, ranges_gone *gone, void *ctx)
{
	uintptr_t end = (start + len + PAGE_MASK) & ~PAGE_MASK;
	bool ok = true;
	uint32_t i;

	make_room();
	while ((i = first_after(start)) && entries[i].start < end) {
		struct range *r = &entries[i];
		uintptr_t from = r->start > start ? r->start : start;
		uintptr_t to = r->end < end ? r->end : end;

		if (from == r->start && to == r->end) {
			gone(ctx, r->node, to - from, last_piece(r));
			drop(i);
			continue;
		}
		gone(ctx, r->node, to - from, false);
		if (from == r->start)
			r->start = to;
		else if (to < r->end)
			ok = cut(i, from, to);
		else
			r->end = from;
	}
	return ok;
}

bool ranges_add(uintptr_t start, size_t len, uint32_t node)
{
	bool ok;

	ranges_hold();
	ok = ranges_add_held(start, len, node);
	ranges_let_go();
	return ok;
}

bool ranges_remove(uintptr_t start, size_t len, ranges_gone *gone, void *ctx)
{
	bool ok;

	if (!__atomic_load_n(&known, __ATOMIC_RELAXED))
		return true;
	ranges_hold();
	ok = ranges_remove_held(start, len, gone, ctx);
	ranges_let_go();
	return ok;
}

/* Depth of a subtree that a change cut in the middle could at most be walked to. */
#define DEEPEST 256

static void each_below(const struct range *tree, uint32_t i, int depth,
		       void (*each)(void *ctx, uintptr_t start, uintptr_t end), void *ctx)
{
	while (i && depth < DEEPEST) {
		each_below(tree, tree[i].left, ++depth, each, ctx);
		each(ctx, tree[i].start, tree[i].end);
		i = tree[i].right;
	}
}

void ranges_each(void (*each)(void *ctx, uintptr_t start, uintptr_t end), void *ctx)
{
	if (forgotten)
		each_below(forgotten, forgotten_root, 0, each, ctx);
	if (entries)
		each_below(entries, root, 0, each, ctx);
}

void ranges_forget(void)
{
	/* A thread that is not here may have been in the middle of a change. */
	lock_init(&lock);
	if (root) {
		forgotten = entries;
		forgotten_root = root;
	}
	entries = NULL;
	room = fresh = unused = root = known = 0;
}
