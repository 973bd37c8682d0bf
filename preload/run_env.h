/* SPDX-License-Identifier: MIT */
/*
 * run_env.h - the environment a new program gets.  Floor: hooks.
 *
 * A program started by this one belongs to the same run: MEMPROF_RUN goes along, if the
 * recorder does (LD_PRELOAD) and it is not there yet, and so does the folder of the traces.
 * With --follow-cleaned the recorder goes along in any case, with all settings; where
 * programs are not followed its entry in LD_PRELOAD stays behind.  The program's own
 * environment is never changed.
 */
#ifndef PRELOAD_RUN_ENV_H
#define PRELOAD_RUN_ENV_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

/* Environments longer than this are passed on as they are: there may be no more
 * stack than a few pages.  The new image then asks for its parent's run. */
#define RUN_ENV_MAX 384

/* Entries that are put in at most: settings, LD_PRELOAD, run, output, the end. */
#define RUN_ENV_MORE (CONFIG_OPTIONS + 4)

/* What a new environment takes. */
struct run_env_room {
	size_t entries, text; /* pointers, bytes; both 0: nothing is to be changed */
};

struct run_env_room run_env_room(char *const env[]);

/* `env` as the new program gets it, built in `to` and `text`, which have that room. */
char *const *run_env_build(char *const env[], char *to[], char *text);

/* Declares `name`: env as the new program gets it.  On the caller's stack, for it may run in
 * a vfork child. */
#define WITH_RUN(name, env)                                                                       \
	struct run_env_room name##_need = run_env_room(env);                                      \
	char *name##_entries[name##_need.entries + 1], name##_text[name##_need.text + 1];         \
	char *const *name = name##_need.entries ? run_env_build(env, name##_entries, name##_text) \
						: (env)

/*
 * For programs that the C library starts with the process's own environment (system, popen):
 * that one is exchanged for as long as the call takes, where anything is to be changed.
 * The new one stays readable for ever, for other threads may look at it.  Call the second
 * with what the first returned.
 */
char **run_env_lend(void);
void run_env_back(char **lent);

#endif
