/* SPDX-License-Identifier: MIT */
/* leak_mark.c - which blocks are held by what; see leak_mark.h.  Floor: leaks. */
#include "leak_mark.h"

#include <errno.h>

#include "arena.h"
#include "leak_words.h"
#include "shadow_walk.h"

/* Blocks as large as this are looked through page by page. */
#define SPARSE ((size_t)1 << 20)

/* What a word of memory does to the block it points into. */
typedef void found_fn(struct leak_marking *m, uintptr_t start, uintptr_t pointer, uintptr_t from);

int leak_marking_init(struct leak_marking *m)
{
	/* A block comes back whenever it is found to be held more firmly. */
	m->room = LEAK_HOLDS * m->blocks->n + 1;
	m->pending = arena_map(m->room * sizeof(*m->pending), ARENA_OUTPUT);
	m->batch = arena_map(m->room * sizeof(*m->batch), ARENA_OUTPUT);
	m->n_pending = m->n_batch = 0;
	leak_pages_open(&m->pages);
	return m->pending && m->batch ? 0 : -ENOMEM;
}

void leak_marking_release(struct leak_marking *m)
{
	leak_pages_close(&m->pages);
	arena_unmap(m->pending, m->room * sizeof(*m->pending));
	arena_unmap(m->batch, m->room * sizeof(*m->batch));
	m->pending = m->batch = NULL;
}

static void push(struct leak_marking *m, uintptr_t start)
{
	if (m->n_pending == m->room) {
		m->full = true;
		return;
	}
	m->pending[m->n_pending++] = start;
}

/* An array of no objects with destructors: their number, and the pointer the program has. */
static bool is_empty_array(const struct leak_marking *m, uintptr_t start, size_t size,
			   uintptr_t word)
{
	return !m->memcheck && size == sizeof(size_t) && word == start + size &&
	       !*(const size_t *)start;
}

/* The start of the block that `word` points into; 0 when it points into none. */
static uintptr_t block_of(const struct leak_marking *m, uintptr_t word)
{
	const struct leak_blocks *blocks = m->blocks;
	uintptr_t start;
	uint32_t node;
	size_t size;

	if (leak_is_start(blocks, word))
		return word;
	start = leak_blocks_before(blocks, word);
	if (!start || !shadow_look(start, &node, &size))
		return 0;
	if (word - start >= size && !is_empty_array(m, start, size, word))
		return 0;
	return start;
}

/* Look at the word that has waited longest. */
static inline __attribute__((always_inline)) void try_word(struct leak_marking *m, found_fn *found)
{
	struct leak_word w = m->words[m->first_word++ % LEAK_WORDS];
	uintptr_t start = block_of(m, w.word);

	m->n_words--;
	if (start)
		found(m, start, w.word, w.from);
}

static inline __attribute__((always_inline)) void try_words(struct leak_marking *m, found_fn *found)
{
	while (m->n_words)
		try_word(m, found);
}

/* Words that may point into blocks wait until what tells has come from memory.  Who calls
 * this has to call try_words() with the same `found`. */
static inline __attribute__((always_inline)) void
scan_words(struct leak_marking *m, uintptr_t at, uintptr_t end, uintptr_t from, found_fn *found)
{
	const struct leak_blocks *blocks = m->blocks;
	uintptr_t low = blocks->low, extent = blocks->high - low;

	m->scanned += end - at;
	for (; at + sizeof(uintptr_t) <= end; at += sizeof(uintptr_t)) {
		uintptr_t word = *(const uintptr_t *)at;
		struct leak_leaf *leaf;

		if (word - low >= extent || !(leaf = leak_leaf_of(blocks, word)))
			continue;
		__builtin_prefetch(leak_bits_of(blocks, leaf, word));
		if (m->n_words == LEAK_WORDS)
			try_word(m, found);
		m->words[(m->first_word + m->n_words++) % LEAK_WORDS] = (struct leak_word){ word,
											    from };
	}
}

/* Pointers at any address: what nobody wants unless a program keeps them so. */
static void scan_bytes(struct leak_marking *m, uintptr_t at, uintptr_t end, uintptr_t from,
		       found_fn *found)
{
	m->scanned += end - at;
	for (; at + sizeof(uintptr_t) <= end; at++) {
		uintptr_t word;

		__builtin_memcpy(&word, (const void *)at, sizeof(word));
		if (word - m->blocks->low >= m->blocks->high - m->blocks->low)
			continue;
		if (m->n_words == LEAK_WORDS)
			try_word(m, found);
		m->words[(m->first_word + m->n_words++) % LEAK_WORDS] = (struct leak_word){ word,
											    from };
	}
}

/* Large memory may be mostly untouched. */
static inline __attribute__((always_inline)) void
scan(struct leak_marking *m, uintptr_t at, uintptr_t end, uintptr_t from, found_fn *found)
{
	uintptr_t to;

	if (unlikely(m->unaligned)) {
		scan_bytes(m, at, end, from, found);
		return;
	}
	at = (at + 7) & ~(uintptr_t)7;
	if (end - at < SPARSE || m->whole) {
		scan_words(m, at, end, from, found);
		return;
	}
	while (at < end) {
		at = leak_pages_next(&m->pages, at, end, &to);
		scan_words(m, at, to, from, found);
		at = to;
	}
}

static inline __attribute__((always_inline)) void scan_block(struct leak_marking *m,
							     uintptr_t start, found_fn *found)
{
	uint32_t node;
	size_t size;

	if (shadow_look(start, &node, &size))
		scan(m, start, start + size, start, found);
}

/* How the owner of `pointer` holds the block, when the owner itself is held firmly. */
static enum leak_hold firm_hold(const struct leak_marking *m, uintptr_t start, uintptr_t pointer)
{
	uint32_t node;
	size_t size;

	if (!m->by_runtime && (!m->memcheck || pointer == start))
		return LEAK_REACHED;
	if (!shadow_look(start, &node, &size))
		return LEAK_REACHED;
	if (m->by_runtime && m->is_runtime(m->ctx, node))
		return LEAK_BY_RUNTIME;
	if (!m->memcheck || pointer == start || leak_word_is_owner(m->maps, pointer, start, size))
		return LEAK_REACHED;
	return LEAK_POSSIBLE;
}

/*
 * glibc's lists of free chunks, in its own data, name the header of the chunk behind a
 * block, whose first word is the block's last: no pointer into the block.
 */
static bool is_next_chunk(const struct leak_marking *m, uintptr_t start, uintptr_t pointer)
{
	return m->by_runtime && blocks_glibc && !(start & 15) && pointer != start &&
	       pointer == start + blocks_usable_glibc((const void *)start) - sizeof(size_t);
}

static void raise_hold(struct leak_marking *m, uintptr_t start, enum leak_hold hold)
{
	struct leak_bits *bits = leak_bits_of(m->blocks, leak_leaf_of(m->blocks, start), start);
	uint64_t bit = leak_bit(m->blocks, start);

	if (leak_get(bits, bit) >= hold)
		return;
	leak_set(bits, bit, hold);
	push(m, start);
}

static enum leak_hold hold_of(const struct leak_blocks *blocks, uintptr_t start)
{
	return leak_get(leak_bits_of(blocks, leak_leaf_of(blocks, start), start),
			leak_bit(blocks, start));
}

/* Found in a root, or in a block that is held firmly. */
static void found_firm(struct leak_marking *m, uintptr_t start, uintptr_t pointer, uintptr_t from)
{
	if (hold_of(m->blocks, start) != LEAK_REACHED &&
	    (from || !is_next_chunk(m, start, pointer)))
		raise_hold(m, start, firm_hold(m, start, pointer));
}

/* Found in a block that is possibly held. */
static void found_possible(struct leak_marking *m, uintptr_t start, uintptr_t pointer,
			   uintptr_t from)
{
	(void)pointer;
	(void)from;
	raise_hold(m, start, LEAK_POSSIBLE);
}

/* Found in a block that is held. */
static void found_held(struct leak_marking *m, uintptr_t start, uintptr_t pointer, uintptr_t from)
{
	if (m->memcheck && hold_of(m->blocks, from) == LEAK_POSSIBLE)
		found_possible(m, start, pointer, from);
	else
		found_firm(m, start, pointer, from);
}

/* So many that are pending are put in the order of addresses, roughly: the processor
 * has to learn where each page is. */
#define MANY 2048

/* Make all that are pending the next batch, which is taken from its end. */
static void sort_pending(struct leak_marking *m)
{
	const struct leak_blocks *blocks = m->blocks;
	unsigned int shift = 0;
	uint32_t *end = m->places;

	while ((blocks->high - blocks->low) >> shift >= LEAK_PLACES)
		shift++;
	for (size_t i = 0; i < LEAK_PLACES; i++)
		end[i] = 0;
	for (size_t i = 0; i < m->n_pending; i++)
		end[(m->pending[i] - blocks->low) >> shift]++;
	for (size_t i = 1; i < LEAK_PLACES; i++)
		end[i] += end[i - 1];
	for (size_t i = 0; i < m->n_pending; i++)
		m->batch[--end[(m->pending[i] - blocks->low) >> shift]] = m->pending[i];
	m->n_batch = m->n_pending;
	m->n_pending = 0;
}

/* The next block to look through; 0 when nothing is pending. */
static inline uintptr_t next_pending(struct leak_marking *m)
{
	if (m->n_batch)
		return m->batch[--m->n_batch];
	if (unlikely(m->n_pending >= MANY && m->n_pending <= UINT32_MAX)) {
		sort_pending(m);
		return m->batch[--m->n_batch];
	}
	return m->n_pending ? m->pending[--m->n_pending] : 0;
}

/* Blocks to be looked through next, whose memory is fetched meanwhile. */
#define AHEAD 16

/* Through all that is pending, and what that leads to. */
static inline __attribute__((always_inline)) void scan_pending(struct leak_marking *m,
							       found_fn *found)
{
	uintptr_t ahead[AHEAD];
	unsigned int first = 0, n = 0;

	for (;;) {
		uintptr_t start;

		for (; n < AHEAD && (start = next_pending(m)); n++) {
			shadow_expect(start);
			__builtin_prefetch((const void *)start);
			ahead[(first + n) % AHEAD] = start;
		}
		if (n) {
			n--;
			scan_block(m, ahead[first++ % AHEAD], found);
		} else if (m->n_words) {
			try_words(m, found);
		} else {
			return;
		}
	}
}

static void follow(struct leak_marking *m)
{
	scan_pending(m, found_held);
}

void leak_mark_ignored(struct leak_marking *m, uintptr_t p)
{
	struct leak_bits *bits;

	if (!leak_is_start(m->blocks, p))
		return;
	bits = leak_bits_of(m->blocks, leak_leaf_of(m->blocks, p), p);
	bits->mark |= leak_bit(m->blocks, p);
	raise_hold(m, p, LEAK_REACHED);
	follow(m);
}

/* A root may be memory that holds blocks itself: what is in them counts only if
 * they are held. */
static void scan_root(struct leak_marking *m, const struct leak_root *root)
{
	for (uintptr_t at = root->start; at < root->end;) {
		uintptr_t before = leak_blocks_before(m->blocks, at), to;
		uint32_t node;
		size_t size;

		if (root->whole) {
			scan(m, root->start, root->end, 0, found_firm);
			try_words(m, found_firm);
			follow(m);
			return;
		}
		if (before && shadow_look(before, &node, &size) && before + size > at) {
			at = (before + size + 7) & ~(uintptr_t)7;
			continue;
		}
		to = leak_blocks_after(m->blocks, at, root->end);
		/* An empty block starts here. */
		if (to == at)
			to = at + 8 < root->end ? at + 8 : root->end;
		m->whole = root->shared;
		scan(m, at, to, 0, found_firm);
		try_words(m, found_firm);
		m->whole = false;
		follow(m);
		at = to;
	}
}

void leak_mark_roots(struct leak_marking *m, const struct leak_roots *roots)
{
	for (int runtime = 0; runtime < 2; runtime++) {
		m->by_runtime = runtime;
		for (size_t i = 0; i < roots->n; i++)
			if (roots->v[i].runtime == runtime)
				scan_root(m, &roots->v[i]);
	}
}

/* Call `each` for every block that nothing holds, by address. */
static void each_lost(struct leak_marking *m, void (*each)(struct leak_marking *m, uintptr_t start))
{
	const struct leak_blocks *blocks = m->blocks;
	uintptr_t granule = (uintptr_t)1 << blocks->shift;

	for (uintptr_t p = blocks->low; p < blocks->high; p += granule) {
		p = leak_blocks_after(blocks, p, blocks->high);
		if (p < blocks->high && hold_of(blocks, p) == LEAK_UNREACHED)
			each(m, p);
	}
}

/* What the loader allocates it knows by ways of its own. */
static void keep_loaders(struct leak_marking *m, uintptr_t start)
{
	uint32_t node;
	size_t size;

	if (shadow_look(start, &node, &size) && m->is_loader(m->ctx, node)) {
		raise_hold(m, start, LEAK_BY_RUNTIME);
		follow(m);
	}
}

static bool mark_lost(struct leak_marking *m, uintptr_t start, uintptr_t from)
{
	struct leak_bits *bits = leak_bits_of(m->blocks, leak_leaf_of(m->blocks, start), start);
	uint64_t bit = leak_bit(m->blocks, start);

	if (start == from || leak_get(bits, bit) != LEAK_UNREACHED || (bits->mark & bit))
		return false;
	bits->mark |= bit;
	return true;
}

/* lsan: whatever any other lost block points to is lost through it. */
static void found_lost(struct leak_marking *m, uintptr_t start, uintptr_t pointer, uintptr_t from)
{
	(void)pointer;
	mark_lost(m, start, from);
}

static void mark_direct(struct leak_marking *m, uintptr_t start)
{
	scan_block(m, start, found_lost);
}

/* memcheck: the first block of a ring, by address, stays the one that was lost. */
static void found_through_leader(struct leak_marking *m, uintptr_t start, uintptr_t pointer,
				 uintptr_t from)
{
	(void)pointer;
	(void)from;
	if (mark_lost(m, start, m->leader))
		push(m, start);
}

static void mark_all_below(struct leak_marking *m, uintptr_t start)
{
	const struct leak_bits *bits = leak_bits_of(m->blocks, leak_leaf_of(m->blocks, start),
						    start);

	if (bits->mark & leak_bit(m->blocks, start))
		return;
	m->leader = start;
	push(m, start);
	scan_pending(m, found_through_leader);
}

void leak_mark_lost(struct leak_marking *m)
{
	m->by_runtime = true;
	each_lost(m, keep_loaders);
	each_lost(m, m->memcheck ? mark_all_below : mark_direct);
	if (!m->memcheck)
		try_words(m, found_lost);
}

enum mp_leak leak_class_of(const struct leak_blocks *blocks, uintptr_t p)
{
	struct leak_bits *bits = leak_bits_of(blocks, leak_leaf_of(blocks, p), p);
	uint64_t bit = leak_bit(blocks, p);
	bool mark = bits->mark & bit;

	switch (leak_get(bits, bit)) {
	case LEAK_UNREACHED:
		return mark ? MP_INDIRECT : MP_DEFINITE;
	case LEAK_POSSIBLE:
		return MP_POSSIBLE;
	case LEAK_BY_RUNTIME:
		return MP_RUNTIME;
	default:
		return mark ? MP_IGNORED : MP_REACHABLE;
	}
}
