/* SPDX-License-Identifier: MIT */
/* trails.c - keep stacks as trails; see trails.h.  Floor: counters. */
#include "trails.h"

#include "arena.h"

/* The empty trail with its one slot, and the others. */
#define EMPTY_LINES 2
#define RING_SIZE ((size_t)(EMPTY_LINES + TRAIL_LINES) * TRAIL_LINE)
#define SCRATCH_SIZE (TRAIL_SCRATCH * (sizeof(struct slot) + sizeof(uint64_t)))
#define SETS_SIZE (TRAIL_SETS * sizeof(struct trail_set))

static uint32_t lines_for(uint32_t n)
{
	size_t size = sizeof(struct trail) + (n + 1) * sizeof(uint64_t);

	return (uint32_t)((size + TRAIL_LINE - 1) / TRAIL_LINE);
}

bool trails_init(struct trails *trails)
{
	*trails = (struct trails){
		.ring = arena_map(RING_SIZE, ARENA_CAPTURE),
		.sets = arena_map(SETS_SIZE, ARENA_CAPTURE),
		.scratch = arena_map(SCRATCH_SIZE, ARENA_CAPTURE),
	};
	if (trails->ring && trails->sets && trails->scratch) {
		trails->words = (uint64_t *)(trails->scratch + TRAIL_SCRATCH);
		trails_at(trails, 0)->words[0] = TRAIL_LAST_WORD;
		trails_at(trails, 0)->site = TRAIL_NO_SITE;
		return true;
	}
	trails_release(trails);
	return false;
}

void trails_release(struct trails *trails)
{
	arena_unmap(trails->ring, RING_SIZE);
	arena_unmap(trails->sets, SETS_SIZE);
	arena_unmap(trails->scratch, SCRATCH_SIZE);
}

void trails_flush(struct trails *trails)
{
	arena_clear(trails->sets, SETS_SIZE);
	trails->oldest = trails->head = 0;
}

static struct trail *trail_at(const struct trails *trails, uint64_t position)
{
	return trails_at(trails, (uint32_t)(position % TRAIL_LINES + EMPTY_LINES) * TRAIL_LINE);
}

static uint32_t place_of(const struct trails *trails, const struct trail *t)
{
	return (uint32_t)((const char *)t - trails->ring);
}

/* No look-up finds t any more. */
static void forget(struct trails *trails, const struct trail *t)
{
	struct trail_set *set = trails_set(trails, t->before, t->value);

	for (int way = 0; way < TRAIL_WAYS; way++)
		if (set->at[way] == place_of(trails, t))
			set->at[way] = 0;
}

static void drop_oldest(struct trails *trails)
{
	struct trail *t = trail_at(trails, trails->oldest);

	forget(trails, t);
	trails->oldest += t->lines;
}

/* Lines in one piece. */
static struct trail *take_lines(struct trails *trails, uint32_t lines)
{
	uint32_t left = TRAIL_LINES - (uint32_t)(trails->head % TRAIL_LINES);
	struct trail *t;

	if (lines > left) {
		/* Nothing finds this one. */
		*trail_at(trails, trails->head) = (struct trail){ .lines = (uint8_t)left };
		trails->head += left;
	}
	t = trail_at(trails, trails->head);
	trails->head += lines;
	return t;
}

static uint64_t new_id(struct trails *trails)
{
	return ++trails->last_id | (uint64_t)1 << 63;
}

/* A trail that is found by (before, value) and proves n words. */
static struct trail *put(struct trails *trails, uint64_t before, uint64_t value,
			 const uint64_t *words, uint32_t n)
{
	struct trail_set *set = trails_set(trails, before, value);
	uint32_t lines = lines_for(n);
	struct trail *t = take_lines(trails, lines);

	*t = (struct trail){
		.value = value,
		.before = before,
		.id = new_id(trails),
		.site = TRAIL_NO_SITE,
		.lines = (uint8_t)lines,
		.n = (uint8_t)n,
	};
	for (uint32_t i = 0; i < n; i++)
		t->words[i] = words[i];
	t->words[n] = TRAIL_LAST_WORD;
	/* What was met last is looked at first. */
	if (set->at[0])
		set->at[1] = set->at[0];
	set->at[0] = place_of(trails, t);
	return t;
}

/* Make word k of a trail the one that decides; what follows becomes a trail that
 * those after it still name as the one before them. */
static void split(struct trails *trails, const uint64_t *frame, struct trail *t, uint32_t k)
{
	uint64_t word = t->words[k];
	struct trail *rest, was = *t;
	uint64_t id = new_id(trails);

	rest = put(trails, id, TRAIL_WORD_VALUE(word), t->words + k + 1, t->n - k - 1);
	rest->id = was.id;
	rest->next = was.next;
	rest->site = was.site;
	rest->sp = was.sp;
	rest->node = was.node;
	rest->outer = was.outer;
	rest->join = was.join;
	rest->end = was.end;
	t->id = id;
	t->next = frame + TRAIL_WORD_OFFSET(word);
	t->site = TRAIL_NO_SITE;
	t->node = 0;
	t->end = TRAIL_DECIDES;
	t->n = (uint8_t)k;
	t->words[k] = TRAIL_LAST_WORD;
}

/* The trail for all of the words, there already or new, its target not set. */
static struct trail *place_for(struct trails *trails, const uint64_t *frame, const uint64_t *words,
			       uint32_t n, bool joins)
{
	uint64_t before = (uintptr_t)frame, value = frame[1];

	for (;;) {
		struct trail *t = trails_next(trails, before, value);
		const uint64_t *next = NULL;
		uint32_t k = 0;

		if (!t->lines)
			break;
		while (k < t->n && k < n && t->words[k] == words[k])
			k++;
		if (k == n && k == t->n && t->end == (joins ? TRAIL_JOINS : TRAIL_PROVEN))
			return t;
		if (k == n && joins)
			return TRAILS_WANT_ALL;
		if (k < t->n)
			next = frame + TRAIL_WORD_OFFSET(t->words[k]);
		else if (t->end == TRAIL_DECIDES)
			next = t->next;
		/* Now all is proven here, or this is not how one stack differs from
		 * another: then it is forgotten. */
		if (k == n || next != frame + TRAIL_WORD_OFFSET(words[k])) {
			forget(trails, t);
			break;
		}
		if (k < t->n)
			split(trails, frame, t, k);
		before = t->id;
		value = TRAIL_WORD_VALUE(words[k]);
		words += k + 1;
		n -= k + 1;
	}
	return put(trails, before, value, words, n);
}

/* Slots as words of a trail; false when one lies too far or is too large. */
static bool pack(const uint64_t *frame, const struct slot *slots, uint32_t n, uint64_t *words)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t offset = ((uintptr_t)slots[i].at - (uintptr_t)frame) / sizeof(uint64_t);

		if (unlikely(offset > UINT16_MAX || slots[i].value >> 48))
			return false;
		words[i] = TRAIL_WORD(offset, slots[i].value);
	}
	return true;
}

struct trail *trails_add(struct trails *trails, const uint64_t *frame, const struct slot *slots,
			 uint32_t n, const struct trail_target *target)
{
	struct trail *t;

	if (n > TRAIL_SLOTS || !pack(frame, slots, n, trails->words))
		return NULL;
	/* The rest of a trail, the new one, and what the end of the ring wastes. */
	while (trails->head - trails->oldest + 3 * lines_for(TRAIL_SLOTS) > TRAIL_LINES)
		drop_oldest(trails);
	t = place_for(trails, frame, trails->words, n, target->end == TRAIL_JOINS);
	if (t == TRAILS_WANT_ALL)
		return t;
	if (t->node && t->outer != target->outer) {
		/* The same frames on others. */
		struct trail *other = trails_next(trails, t->id, target->outer);

		if (!other->lines)
			other = put(trails, t->id, target->outer, NULL, 0);
		t = other;
	}
	if (t->node == target->node && target->end == TRAIL_JOINS) {
		/* It was there, and the memo failed it. */
		if (++t->failed <= TRAIL_PATIENCE)
			return t;
		t->node = 0;
		t->site = TRAIL_NO_SITE;
		return TRAILS_WANT_ALL;
	}
	if (t->node != target->node)
		t->site = TRAIL_NO_SITE;
	t->end = target->end;
	t->sp = target->sp;
	t->next = target->rbp;
	t->join = target->join;
	t->outer = target->outer;
	t->node = target->node;
	return t;
}

COLD const struct memo_frame *trails_look_for_join(struct trail *t, const struct memo *memo)
{
	uint32_t low = 0, high = memo->n;

	/* Outer frames, of higher stack pointers, come first. */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (memo->frames[middle].sp > t->sp)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == memo->n || memo->frames[low].sp != t->sp)
		return NULL;
	t->join = low;
	return &memo->frames[low];
}
