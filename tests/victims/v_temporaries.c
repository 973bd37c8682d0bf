/* SPDX-License-Identifier: MIT */
/*
 * v_temporaries.c - 200,000 blocks released before the next allocation, 200,000
 * released after exactly one other, and 200,000 that live longer.
 */
#include "truth.h"

#define N 200000

static NOINLINE void strict(void)
{
	for (unsigned int i = 0; i < N; i++)
		drop(counted(malloc(32 + i % 64), 32 + i % 64), 32 + i % 64);
}

/* Each block goes right after the next one came. */
static NOINLINE void after_one(void)
{
	void *last = counted(malloc(48), 48);

	for (unsigned int i = 0; i < N; i++) {
		void *p = counted(malloc(48), 48);

		drop(last, 48);
		last = p;
	}
	keep(last);
}

/* Each block goes after two others came. */
static NOINLINE void after_two(void)
{
	void *older = counted(malloc(64), 64), *old = counted(malloc(64), 64);

	for (unsigned int i = 0; i < N; i++) {
		void *p = counted(malloc(64), 64);

		drop(older, 64);
		older = old;
		old = p;
	}
	keep(older);
	keep(old);
}

int main(void)
{
	strict();
	after_one();
	after_two();
	expect(truth.temporary == N && truth.near_temporary == N);
	say(1, "done\n");
	truth_write();
	truth_say("fn strict temporary_allocations", N);
	truth_say("fn after_one temporary_allocations", 0);
	truth_say("fn after_two temporary_allocations", 0);
	return 0;
}
