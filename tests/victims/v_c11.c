/* SPDX-License-Identifier: MIT */
/*
 * v_c11.c - eight threads made by thrd_create, which no hook sees: their totals
 * and the peak are as right as those of other threads.
 *
 * link: -pthread
 */
#include <threads.h>

#include "truth.h"

#define ROUNDS 100000

static NOINLINE void *briefly(size_t size)
{
	return keep(malloc(size));
}

static int body(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++)
		free(briefly(1000));
	return 0;
}

int main(void)
{
	thrd_t thread[8];

	for (int i = 0; i < 8; i++)
		expect(thrd_create(&thread[i], body, NULL) == thrd_success);
	for (int i = 0; i < 8; i++)
		thrd_join(thread[i], NULL);
	say(1, "done\n");
	truth_say("fn briefly allocations", 8 * ROUNDS);
	truth_say("fn briefly allocated_bytes", 8000L * ROUNDS);
	truth_say("fn briefly live_bytes", 0);
	return 0;
}
