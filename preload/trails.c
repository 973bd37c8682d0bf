/* SPDX-License-Identifier: MIT */
/* trails.c - keep stacks as trails; see trails.h.  Floor: counters. */
#include "trails.h"

#include "arena.h"

_Static_assert(TRAIL_SETS * 32 == UINT16_MAX + 1, "a block's lines fit");

/* The empty trail with its one slot, and the others. */
#define EMPTY_LINES 2
#define RING_SIZE ((size_t)(EMPTY_LINES + TRAIL_LINES) * TRAIL_LINE)
#define SCRATCH_SIZE (TRAIL_SCRATCH * (sizeof(struct slot) + 2 * sizeof(uint64_t)))
#define SETS_SIZE (TRAIL_SETS * sizeof(struct trail_set))
#define BLOCKS_SIZE (TRAIL_LINES * sizeof(uint16_t))

static uint32_t lines_for(uint32_t n)
{
	size_t size = sizeof(struct trail) + (n / TRAIL_GROUP + 1) * sizeof(struct trail_words);

	return (uint32_t)((size + TRAIL_LINE - 1) / TRAIL_LINE);
}

static uint64_t get_word(const struct trail *t, uint32_t k)
{
	const struct trail_words *w = &t->words[k / TRAIL_GROUP];

	return TRAIL_WORD(w->at[k % TRAIL_GROUP], w->value[k % TRAIL_GROUP]);
}

static void set_word(struct trail *t, uint32_t k, uint16_t at, uint64_t value)
{
	struct trail_words *w = &t->words[k / TRAIL_GROUP];

	w->at[k % TRAIL_GROUP] = at;
	w->value[k % TRAIL_GROUP] = value;
}

/* It has n words. */
static void end_words(struct trail *t, uint32_t n)
{
	t->n = (uint8_t)n;
	set_word(t, n, 1, TRAIL_NO_VALUE);
}

bool trails_init(struct trails *trails)
{
	*trails = (struct trails){
		.ring = arena_map(RING_SIZE, ARENA_CAPTURE),
		.blocks = arena_map(BLOCKS_SIZE, ARENA_CAPTURE),
		.own = arena_map(SETS_SIZE, ARENA_CAPTURE),
		.scratch = arena_map(SCRATCH_SIZE, ARENA_CAPTURE),
		.last_id = 1,
	};
	trails_resume(trails);
	if (trails->ring && trails->blocks && trails->own && trails->scratch) {
		trails->words = (uint64_t *)(trails->scratch + TRAIL_SCRATCH);
		end_words(trails_at(trails, 0), 0);
		trails_at(trails, 0)->site = TRAIL_NO_SITE;
		return true;
	}
	trails_release(trails);
	return false;
}

void trails_release(struct trails *trails)
{
	arena_unmap(trails->ring, RING_SIZE);
	arena_unmap(trails->blocks, BLOCKS_SIZE);
	arena_unmap(trails->own, SETS_SIZE);
	arena_unmap(trails->scratch, SCRATCH_SIZE);
}

void trails_flush(struct trails *trails)
{
	arena_clear(trails->own, SETS_SIZE);
	trails->oldest = trails->head = 0;
	trails->last_id = 1;
}

void trails_pause(struct trails *trails)
{
	static struct trail_set none[TRAIL_SETS]; /* never written */

	trails->sets = none;
}

static uint32_t place_at(uint64_t position)
{
	return (uint32_t)(position % TRAIL_LINES + EMPTY_LINES) * TRAIL_LINE;
}

static uint32_t place_of(const struct trails *trails, const struct trail *t)
{
	return (uint32_t)((const char *)t - trails->ring);
}

/* No look-up finds what is at that place any more. */
static void leave_set(struct trail_set *set, uint32_t place)
{
	for (int way = 0; way < TRAIL_WAYS; way++)
		if (set->at[way] == place)
			set->at[way] = 0;
}

/* Nor does one that comes from the trail before it. */
static void forget(struct trails *trails, struct trail *t)
{
	leave_set(trails_set(trails, t->before, t->value), place_of(trails, t));
	t->before = TRAIL_FORGOTTEN;
}

static void drop_oldest(struct trails *trails)
{
	uint16_t block = trails->blocks[trails->oldest % TRAIL_LINES];

	leave_set(&trails->own[TRAIL_BLOCK_SET(block)], place_at(trails->oldest));
	trails->oldest += TRAIL_BLOCK_LINES(block);
}

static struct trail *take_block(struct trails *trails, uint32_t set, uint32_t lines)
{
	uint32_t place = place_at(trails->head);

	trails->blocks[trails->head % TRAIL_LINES] = TRAIL_BLOCK(set, lines);
	trails->head += lines;
	return trails_at(trails, place);
}

/* Lines in one piece, for a trail that this set names. */
static struct trail *take_lines(struct trails *trails, uint32_t set, uint32_t lines)
{
	uint32_t left = TRAIL_LINES - (uint32_t)(trails->head % TRAIL_LINES);

	/* What is left at the end of the ring no set names. */
	if (lines > left)
		take_block(trails, set, left);
	return take_block(trails, set, lines);
}

static uint32_t new_id(struct trails *trails)
{
	return trails->last_id += 2;
}

/* A trail that is found by (before, value) and proves n words. */
static struct trail *put(struct trails *trails, uint64_t before, uint64_t value,
			 const uint64_t *words, uint32_t n)
{
	struct trail_set *set = trails_set(trails, before, value);
	struct trail *t = take_lines(trails, (uint32_t)(set - trails->sets), lines_for(n));

	*t = (struct trail){
		.value = value,
		.before = before,
		.id = new_id(trails),
		.site = TRAIL_NO_SITE,
		.used = 1,
	};
	for (uint32_t i = 0; i < n; i++)
		set_word(t, i, TRAIL_WORD_OFFSET(words[i]), TRAIL_WORD_VALUE(words[i]));
	end_words(t, n);
	/* What was met last is looked at first. */
	if (set->at[0])
		set->at[1] = set->at[0];
	set->at[0] = place_of(trails, t);
	return t;
}

/* Make word k of a trail the one that decides; what follows becomes a trail that
 * those after it still name as the one before them. */
static void split(struct trails *trails, struct trail *t, uint32_t k)
{
	uint64_t word = get_word(t, k), *words = trails->words + TRAIL_SCRATCH;
	struct trail *rest, was = *t;
	uint32_t id = new_id(trails);

	for (uint32_t i = k + 1; i < t->n; i++)
		words[i] = get_word(t, i);
	rest = put(trails, TRAIL_AFTER(id), TRAIL_WORD_VALUE(word), words + k + 1, t->n - k - 1);
	rest->id = was.id;
	rest->next = was.next;
	rest->site = was.site;
	rest->sp = was.sp;
	rest->node = was.node;
	rest->outer = was.outer;
	rest->version = was.version;
	rest->slots_end = was.slots_end;
	rest->join = was.join;
	rest->end = was.end;
	t->id = id;
	t->next = TRAIL_WORD_OFFSET(word);
	t->site = TRAIL_NO_SITE;
	t->node = 0;
	t->end = TRAIL_DECIDES;
	t->follows = place_of(trails, rest);
	end_words(t, k);
}

/* The trail for all of the words, there already or new, its target not set. */
static struct trail *place_for(struct trails *trails, const uint64_t *frame, const uint64_t *words,
			       uint32_t n, bool joins)
{
	uint64_t before = (uintptr_t)frame, value = frame[1];
	struct trail *from = NULL, *t;

	for (;;) {
		uint32_t next = UINT32_MAX, k = 0;

		t = trails_next(trails, before, value);
		if (!t->used)
			break;
		/* What it followed so far may have been one that was dropped since. */
		if (from)
			from->follows = place_of(trails, t);
		while (k < t->n && k < n && get_word(t, k) == words[k])
			k++;
		if (k == n && k == t->n && t->end == (joins ? TRAIL_JOINS : TRAIL_PROVEN))
			return t;
		if (k == n && joins)
			return TRAILS_WANT_ALL;
		if (k < t->n)
			next = TRAIL_WORD_OFFSET(get_word(t, k));
		else if (t->end == TRAIL_DECIDES)
			next = t->next;
		/* Now all is proven here, or this is not how one stack differs from
		 * another: then it is forgotten. */
		if (k == n || next != TRAIL_WORD_OFFSET(words[k])) {
			forget(trails, t);
			break;
		}
		if (k < t->n)
			split(trails, t, k);
		from = t;
		before = TRAIL_AFTER(t->id);
		value = TRAIL_WORD_VALUE(words[k]);
		words += k + 1;
		n -= k + 1;
	}
	t = put(trails, before, value, words, n);
	if (from)
		from->follows = place_of(trails, t);
	return t;
}

/* How many words above the frame; false when it lies too far. */
static bool offset_of(const uint64_t *frame, const uint64_t *at, uint16_t *offset)
{
	uint64_t words = ((uintptr_t)at - (uintptr_t)frame) / sizeof(uint64_t);

	*offset = (uint16_t)words;
	return words < TRAIL_OFFSETS;
}

/* Slots as words of a trail; false when one lies too far or is too large. */
static bool pack(const uint64_t *frame, const struct slot *slots, uint32_t n, uint64_t *words)
{
	for (uint32_t i = 0; i < n; i++) {
		uint16_t offset;

		if (unlikely(!offset_of(frame, slots[i].at, &offset) || slots[i].value >> 48))
			return false;
		words[i] = TRAIL_WORD(offset, slots[i].value);
	}
	return true;
}

/* More than one stack takes of them. */
#define LEAST_IDS 32

struct trail *trails_add(struct trails *trails, const uint64_t *frame, const struct slot *slots,
			 uint32_t n, const struct trail_target *target)
{
	uint16_t sp = 0, rbp = 0;
	struct trail *t;

	if (n > TRAIL_SLOTS || !pack(frame, slots, n, trails->words))
		return NULL;
	if (target->end == TRAIL_JOINS &&
	    (target->join > UINT16_MAX ||
	     !offset_of(frame, (const uint64_t *)(uintptr_t)target->sp, &sp) ||
	     !offset_of(frame, target->rbp, &rbp)))
		return TRAILS_WANT_ALL;
	if (trails->last_id > UINT32_MAX - LEAST_IDS)
		trails_flush(trails);
	/* The rest of a trail, the new one, and what the end of the ring wastes. */
	while (trails->head - trails->oldest + 3 * lines_for(TRAIL_SLOTS) > TRAIL_LINES)
		drop_oldest(trails);
	t = place_for(trails, frame, trails->words, n, target->end == TRAIL_JOINS);
	if (t == TRAILS_WANT_ALL)
		return t;
	if (t->node && t->outer != target->outer) {
		/* The same frames on others. */
		struct trail *other = trails_next(trails, TRAIL_AFTER(t->id), target->outer);

		if (!other->used)
			other = put(trails, TRAIL_AFTER(t->id), target->outer, NULL, 0);
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
	t->sp = sp;
	t->next = rbp;
	t->version = 0;
	t->join = (uint16_t)target->join;
	t->outer = target->outer;
	t->node = target->node;
	return t;
}

/* The memo's frame of stack pointer `sp`, at which trail t joins it, if it has it; NULL. */
static COLD const struct memo_frame *look_for_join(struct trail *t, const struct memo *memo,
						   uint64_t sp)
{
	uint32_t low = 0, high = memo->n;

	/* Outer frames, of higher stack pointers, come first. */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (memo->frames[middle].sp > sp)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == memo->n || memo->frames[low].sp != sp)
		return NULL;
	t->join = (uint16_t)low;
	return &memo->frames[low];
}

struct trail *trails_join_anew(const struct trails *trails, struct trail *t,
			       const struct memo *memo, const uint64_t *frame)
{
	const struct memo_frame *f = &memo->frames[t->join];
	const uint64_t *sp = frame + t->sp;

	if (unlikely(t->join >= memo->n || f->sp != (uintptr_t)sp))
		f = look_for_join(t, memo, (uintptr_t)sp);
	/* The return address of a join is the word below it. */
	if (unlikely(!f || f->key != sp[-1] || (f->needs_rbp && f->rbp != frame[t->next])) ||
	    unlikely(!memo_holds(memo, f->slots_end)))
		return trails_at(trails, 0);
	if (t->outer != f->node)
		return trails_next(trails, TRAIL_AFTER(t->id), f->node);
	/* The words of the trail say what the return address is, not what rbp is. */
	if (!f->needs_rbp && f->slots_end <= UINT16_MAX) {
		t->version = memo->version;
		t->slots_end = (uint16_t)f->slots_end;
	}
	return t;
}
