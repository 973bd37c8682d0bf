/* SPDX-License-Identifier: MIT */
/*
 * test_orphan_mutations.c - a state file is untrusted input: whatever bytes it
 * holds, settling ends, and the trace stays a trace.  MEMPROF_ORPHAN_FUZZ=N sets
 * the number of mutations.
 */
#include "orphan_state.h"

TestSuite(orphan_mutations, .init = setup, .fini = folder_remove);

/* xorshift: the same mutations every time. */
static uint64_t random_state = 88172645463325252ULL;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint32_t odd_value(uint32_t old)
{
	const uint32_t values[] = { 0,
				    1,
				    UINT32_MAX,
				    INT32_MAX,
				    (uint32_t)next_random(),
				    (uint32_t)next_random() % 70,
				    old + 1,
				    old - 1,
				    old ^ 0x80000000,
				    sizeof(image),
				    NODES,
				    old << 1 };

	return values[next_random() % (sizeof(values) / sizeof(*values))];
}

/* Words that are in use are the ones that lead somewhere. */
static uint32_t *some_word(uint32_t *words, size_t n)
{
	for (int attempt = 0; attempt < 50; attempt++) {
		uint32_t *word = &words[next_random() % n];

		if (*word)
			return word;
	}
	return &words[next_random() % n];
}

Test(orphan_mutations, no_bytes_in_it_do_harm, .timeout = 120)
{
	const char *told = getenv("MEMPROF_ORPHAN_FUZZ");
	unsigned long rounds = told ? strtoul(told, NULL, 10) : 1500;
	static struct image good;
	unsigned int used = 0;

	good = image;
	for (unsigned long i = 0; i < rounds; i++) {
		unsigned int n = 1 + (unsigned int)(next_random() % 6);
		struct orphan orphan;
		struct diag diag = DIAG_INIT;
		struct model model;

		write_trace("");
		good.s.trace_ino = image.s.trace_ino;
		image = good;
		while (n--) {
			/* every second one in the header, where most follows from */
			size_t words = (n & 1 ? sizeof(image.s) : sizeof(image)) / 4;
			uint32_t *word = some_word((uint32_t *)&image, words);

			*word = odd_value(*word);
		}
		write_state();
		orphan_settle(&orphan, TRACE, &diag);
		used += orphan.kind == ORPHAN_DRAINED;
		diag_release(&diag);
		cr_assert_eq(model_load(&model, TRACE, NULL, NULL), 0);
		model_release(&model);
		orphan_release(&orphan);
	}
	cr_assert_gt(used, rounds / 10, "only %u of %lu were drained", used, rounds);
}
