/* SPDX-License-Identifier: MIT */
/* run_env.c - pass the run on to new images; see run_env.h.  Floor: hooks. */
#include "run_env.h"

#include <stdbool.h>

#include "header.h"
#include "rt.h"

#define RUN_VARIABLE "MEMPROF_RUN="

size_t run_env_count(char *const env[])
{
	size_t n = 0;

	while (env && env[n])
		n++;
	return n;
}

char *const *run_env_build(char *const env[], char *to[], char *variable, size_t cap)
{
	struct rt_text text = { .buf = variable, .cap = cap };
	bool preloaded = false;
	size_t n = 0;

	for (; env[n]; n++) {
		if (rt_starts(env[n], RUN_VARIABLE))
			return env;
		preloaded |= rt_starts(env[n], "LD_PRELOAD=");
		to[n] = env[n];
	}
	if (!preloaded)
		return env;
	rt_put(&text, RUN_VARIABLE);
	rt_put(&text, header_run_id());
	to[n] = variable;
	to[n + 1] = NULL;
	return to;
}
