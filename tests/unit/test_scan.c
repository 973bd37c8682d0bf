/* SPDX-License-Identifier: MIT */
/*
 * test_scan.c - the fast path says what the slow path says, or nothing: on the
 * corpus, on lines of the encoder, and on those lines with bytes changed.
 */
#include <criterion/criterion.h>

#include "corpus.h"
#include "trace/decode.h"
#include "trace/reader.h"
#include "trace/scan.h"
#include "trace/source.h"
#include "util/diag.h"
#include "wire.h"

enum { ROWS = 4, ROUNDS = 50, MUTATIONS = 200 };

static uint64_t rows_room[ROWS * 64];

struct both {
	bool fast;
	enum decoded slow;
	const char *difference; /* only when both took it */
};

static struct both read_both_ways(const char *text, size_t len)
{
	struct scratch a = SCRATCH_INIT, b = SCRATCH_INIT;
	struct decode_context context = { .diag = NULL };
	struct event fast, slow;
	struct both both = { .difference = NULL };
	char *line = wire_padded(text, len, SOURCE_PAD);

	both.fast = scan_line(&fast, &a, line, len);
	both.slow = decode_line(&slow, &b, line, len, &context);
	if (both.fast && both.slow == DECODED)
		both.difference = wire_difference(&fast, &slow);
	if (both.fast)
		cr_expect_eq(context.unknown_keys, 0, "%s", line);
	scratch_release(&a);
	scratch_release(&b);
	free(line);
	return both;
}

static void expect_same(const char *line, size_t len)
{
	struct both both = read_both_ways(line, len);

	if (both.fast) {
		cr_expect_eq(both.slow, DECODED, "only the fast path takes %.*s", (int)len, line);
		cr_expect_null(both.difference, "'%s' of %.*s", both.difference, (int)len, line);
	}
}

Test(scan, corpus)
{
	struct dirent **names;
	int n;

	cr_assert_eq(corpus_enter(), 0, "tests/traces/v1 not found");
	names = corpus_traces(&n);
	cr_assert_gt(n, 20);
	for (int i = 0; i < n; i++) {
		size_t len = 0;
		char *text = corpus_slurp(names[i]->d_name, &len);

		for (size_t at = 0; at < len;) {
			char *newline = memchr(text + at, '\n', len - at);
			size_t end = newline ? (size_t)(newline - text) : len;

			expect_same(text + at, end - at);
			at = end + 1;
		}
		free(text);
		free(names[i]);
	}
	free(names);
}

static bool has_list(enum mp_event type)
{
	for (size_t f = 0; f < wire_events[type].n_fields; f++)
		if (wire_events[type].fields[f].presence != FIELD_ROWS &&
		    wire_events[type].fields[f].wire == WIRE_strs)
			return true;
	return false;
}

/* The encoder's own lines never need the slow path, unless strings are awkward. */
Test(scan, takes_what_the_encoder_writes)
{
	static const enum wire_values values[] = { WIRE_ZERO, WIRE_LIMIT, WIRE_RANDOM };
	struct wire_filler filler = { .state = 88172645463325252, .plain_only = true };

	for (int round = 0; round < ROUNDS * 3; round++)
		for (unsigned int type = 0; type < MP_EVENTS; type++) {
			struct event event;
			struct both both;
			char *line;

			filler.values = values[round % 3];
			wire_fill(&filler, (enum mp_event)type, &event, rows_room,
				  (size_t)round % (ROWS + 1));
			line = wire_encode(&event);
			both = read_both_ways(line, strlen(line) - 1);
			cr_expect_eq(both.fast, !has_list((enum mp_event)type), "%s", line);
			cr_expect_eq(both.slow, DECODED, "%s", line);
			cr_expect_null(both.difference, "'%s' of %s", both.difference, line);
			free(line);
		}
}

Test(scan, awkward_strings)
{
	struct wire_filler filler = { .values = WIRE_RANDOM, .state = 362436069 };

	for (int round = 0; round < ROUNDS; round++)
		for (unsigned int type = 0; type < MP_EVENTS; type++) {
			struct event event;
			char *line;

			wire_fill(&filler, (enum mp_event)type, &event, rows_room, ROWS);
			line = wire_encode(&event);
			expect_same(line, strlen(line) - 1);
			free(line);
		}
}

static void mutate(char *line, size_t *len, uint64_t *state)
{
	static const char bytes[] = "0123456789-+.eE\"\\{}[],: \tx\x80";
	size_t at = wire_random(state) % *len;

	switch (wire_random(state) % 4) {
	case 0:
		line[at] = bytes[wire_random(state) % (sizeof(bytes) - 1)];
		break;
	case 1:
		memmove(line + at, line + at + 1, *len - at);
		--*len;
		break;
	case 2:
		memmove(line + at + 1, line + at, *len - at + 1);
		line[at] = bytes[wire_random(state) % (sizeof(bytes) - 1)];
		++*len;
		break;
	case 3:
		*len = at + 1;
		line[*len] = '\0';
		break;
	}
}

/* It may decline a good line, but never takes a bad one, or takes it otherwise. */
Test(scan, changed_bytes)
{
	struct wire_filler filler = { .values = WIRE_RANDOM, .state = 521288629 };

	for (int round = 0; round < MUTATIONS; round++)
		for (unsigned int type = 0; type < MP_EVENTS; type++) {
			struct event event;
			char *line, *copy;
			size_t len;

			wire_fill(&filler, (enum mp_event)type, &event, rows_room, 1);
			line = wire_encode(&event);
			len = strlen(line) - 1;
			copy = wire_padded(line, len, 16);
			for (uint64_t n = 1 + wire_random(&filler.state) % 3; n && len > 1; n--)
				mutate(copy, &len, &filler.state);
			expect_same(copy, len);
			free(copy);
			free(line);
		}
}

/* Most lines of a trace of the recorder's go the fast way: counted by the reader. */
Test(scan, reader_uses_it)
{
	const struct event *event;
	struct reader *reader;
	uint64_t seen = 0;

	cr_assert_eq(corpus_enter(), 0);
	cr_assert_eq(reader_open(&reader, "threads.jsonl", 0, NULL), 0);
	while (reader_next(reader, &event) > 0)
		cr_expect_eq(event->line, ++seen);
	cr_expect_eq(seen, 15);
	cr_expect_eq(reader_counts(reader)->fast_lines, 14, "all but the header");
	cr_expect_eq(reader_counts(reader)->bad_lines, 0);
	reader_close(reader);
}
