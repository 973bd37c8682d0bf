/* SPDX-License-Identifier: MIT */
/* hooks_fork.c - new processes; see hook.h, inheritance.h and run_env.h.
 * Floor: hooks.
 *
 * A fork child needs nothing here: its first event finds the wiped page. */
#define _GNU_SOURCE
#include "hook.h"

#include <spawn.h>
#include <unistd.h>

#include "real.h"
#include "recorder.h"
#include "run_env.h"

HOOK pid_t fork(void);
HOOK int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);
HOOK int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);

HOOK pid_t fork(void)
{
	pid_t child;

	recorder_before_fork();
	child = HOOK_REAL(fork)();
	if (child)
		recorder_after_fork(child);
	return child;
}

HOOK int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	WITH_RUN(env, envp);

	return HOOK_REAL(posix_spawn)(pid, path, actions, attr, argv, env);
}

HOOK int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attr, char *const argv[], char *const envp[])
{
	WITH_RUN(env, envp);

	return HOOK_REAL(posix_spawnp)(pid, file, actions, attr, argv, env);
}
