/* SPDX-License-Identifier: MIT */
/*
 * run_env.h - the environment a new program image gets.  Floor: hooks.
 *
 * A program started by this one belongs to the same run: MEMPROF_RUN goes along,
 * if the recorder does (LD_PRELOAD) and it is not there yet.  The program's own
 * environment is never changed.
 */
#ifndef PRELOAD_RUN_ENV_H
#define PRELOAD_RUN_ENV_H

#include <stddef.h>

#include "recorder.h"

/* Environments longer than this are passed on as they are: there may be no more
 * stack than a few pages.  The new image then asks for its parent's run. */
#define RUN_ENV_MAX 384

/* Entries of an environment; 0 for NULL. */
size_t run_env_count(char *const env[]);

/* `env` with the run in it, built in `to` (two entries more than env) and
 * `variable`; or env itself when nothing is to be added. */
char *const *run_env_build(char *const env[], char *to[], char *variable, size_t cap);

/* Declares `name`: env as the new image gets it.  On the caller's stack, for it
 * may run in a vfork child. */
#define WITH_RUN(name, env)                                                                \
	size_t name##_n = run_env_count(env);                                              \
	_Bool name##_fits = recorder_is_on() && name##_n && name##_n < RUN_ENV_MAX;        \
	char *name##_room[name##_fits ? name##_n + 2 : 1], name##_variable[96];            \
	char *const *name = name##_fits ? run_env_build(env, name##_room, name##_variable, \
							sizeof(name##_variable))           \
					: (env)

#endif
