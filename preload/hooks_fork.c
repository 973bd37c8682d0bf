/* SPDX-License-Identifier: MIT */
/* hooks_fork.c - new processes; see hook.h, inheritance.h and run_env.h.
 * Floor: hooks.
 *
 * A fork child needs nothing here: its first event finds the wiped page. */
#define _GNU_SOURCE
#include "hook.h"

#include <fcntl.h>
#include <pty.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "real.h"
#include "recorder.h"
#include "run_env.h"
#include "sys.h"

HOOK pid_t fork(void);
HOOK pid_t _Fork(void);
HOOK pid_t forkpty(int *primary, char *name, const struct termios *termios,
		   const struct winsize *winsize);
HOOK int daemon(int nochdir, int noclose);
HOOK int system(const char *command);
HOOK FILE *popen(const char *command, const char *type);
HOOK int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);
HOOK int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);

#define AROUND_FORK(call)                            \
	({                                           \
		pid_t child_;                        \
		recorder_before_fork();              \
		child_ = (call);                     \
		if (child_)                          \
			recorder_after_fork(child_); \
		child_;                              \
	})

HOOK pid_t fork(void)
{
	return AROUND_FORK(HOOK_REAL(fork)());
}

HOOK pid_t _Fork(void)
{
	return AROUND_FORK(HOOK_REAL(_Fork)());
}

HOOK pid_t forkpty(int *primary, char *name, const struct termios *termios,
		   const struct winsize *winsize)
{
	return AROUND_FORK(HOOK_REAL(forkpty)(primary, name, termios, winsize));
}

/* Make the null device the standard streams, as daemon() does. */
static int close_streams(void)
{
	struct stat st;
	int fd = sys_open("/dev/null", O_RDWR, 0), err;

	if (fd < 0)
		return fd;
	err = sys_fstat(fd, &st);
	if (!err && (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3)))
		err = -ENODEV;
	for (int stream = 0; !err && stream < 3; stream++) {
		int got = sys_dup_to(fd, stream);

		err = got < 0 ? got : 0;
	}
	if (fd > 2 || err)
		sys_close(fd);
	return err;
}

/* The C library's own leaves the parent by an _exit that nobody sees, and its trace
 * would look like that of a process that was killed. */
HOOK int daemon(int nochdir, int noclose)
{
	static const int success;
	pid_t child = AROUND_FORK(HOOK_REAL(fork)());
	int err;

	if (child < 0)
		return -1;
	if (child) {
		recorder_finish("_exit", &success);
		sys_exit_group(success);
	}
	err = sys_setsid();
	if (err >= 0 && !nochdir)
		sys_chdir("/");
	if (err >= 0)
		err = noclose ? 0 : close_streams();
	return (int)hook_result(err);
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

HOOK int system(const char *command)
{
	char **lent = command ? run_env_lend() : NULL;
	int ret = HOOK_REAL(system)(command);

	run_env_back(lent);
	return ret;
}

HOOK FILE *popen(const char *command, const char *type)
{
	char **lent = run_env_lend();
	FILE *ret = HOOK_REAL(popen)(command, type);

	run_env_back(lent);
	return ret;
}
