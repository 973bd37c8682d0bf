/* SPDX-License-Identifier: MIT */
/*
 * drain_jit.c - what a perf map says of the code that stacks went through; see
 * drain.h.  Floor: drain.
 *
 * A map has a line for all code that was ever made, `START SIZE NAME` in hex; only
 * what some stack met is written.
 */
#include "drain.h"

#include "rt.h"

/* Longer names are cut. */
#define NAME_MAX 1024

/* Is it a frame in no module, and not one of the marks? */
static bool is_made(const struct state *s, uint32_t id)
{
	const struct node *node = &state_nodes(s)[id];

	return !FRAME_MODULE(node->frame) && FRAME_OFFSET(node->frame) && state_marks(s)[id];
}

size_t drain_jit_scratch(const struct state *s)
{
	size_t n = 0;

	for (uint32_t id = NODE_FIRST; id < s->nodes; id++)
		n += is_made(s, id);
	return n * sizeof(uint64_t);
}

/* Move the entry at `at` down to where the heap's order holds. */
static void sift(uint64_t *v, size_t at, size_t n)
{
	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		uint64_t value = v[at];

		child += child + 1 < n && v[child + 1] > v[child];
		if (v[child] <= value)
			return;
		v[at] = v[child];
		v[child] = value;
	}
}

static void sort(uint64_t *v, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift(v, i, n);
	for (size_t end = n; end-- > 1;) {
		uint64_t largest = v[0];

		v[0] = v[end];
		v[end] = largest;
		sift(v, 0, end);
	}
}

/* Is any of the sorted addresses in [start, start + size)? */
static bool any_in(const uint64_t *v, size_t n, uint64_t start, uint64_t size)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (v[middle] < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && v[low] - start < size;
}

/* A hex number and the space behind it; false when there is none. */
static bool take_hex(const char **p, const char *end, uint64_t *value)
{
	const char *at = *p;
	int digits = 0;

	*value = 0;
	if (end - at > 2 && at[0] == '0' && at[1] == 'x')
		at += 2;
	for (; at < end && *at != ' '; at++, digits++) {
		char c = *at;
		unsigned int digit = c >= '0' && c <= '9'   ? (unsigned int)(c - '0')
				     : c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10
				     : c >= 'A' && c <= 'F' ? (unsigned int)(c - 'A') + 10
							    : 16;

		if (digit > 15 || digits > 15)
			return false;
		*value = *value << 4 | digit;
	}
	*p = at + (at < end);
	return digits > 0 && at < end;
}

static void take_line(struct drain *d, const char *p, const char *end, const uint64_t *pcs,
		      size_t n)
{
	char name[NAME_MAX];
	struct rt_text text = RT_TEXT(name);
	uint64_t start, size;

	if (!take_hex(&p, end, &start) || !take_hex(&p, end, &size) || p >= end)
		return;
	/* Return addresses may be one past the end of what was called. */
	if (!any_in(pcs, n, start, size + (size < UINT64_MAX)))
		return;
	while (p < end)
		rt_put_char(&text, *p++);
	mp_encode_jit(d->out, &(struct mp_jit){
				      .t = d->t,
				      .start = start,
				      .size = size,
				      .name = name,
			      });
}

void drain_jit(struct drain *d, const char *map, size_t len, uint64_t *scratch, size_t scratch_len)
{
	const struct node *nodes = state_nodes(d->s);
	size_t n = 0, room = scratch_len / sizeof(*scratch);
	const char *end = map + len;

	for (uint32_t id = NODE_FIRST; id < d->s->nodes && n < room; id++)
		if (is_made(d->s, id))
			scratch[n++] = FRAME_OFFSET(nodes[id].frame);
	sort(scratch, n);
	while (map < end) {
		const char *line = map;

		while (map < end && *map != '\n')
			map++;
		/* The last one may be half written. */
		if (map < end)
			take_line(d, line, map++, scratch, n);
	}
}
