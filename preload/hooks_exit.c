/* SPDX-License-Identifier: MIT */
/* hooks_exit.c - the ways a process ends or becomes another; see hook.h.
 * Floor: hooks. */
#define _GNU_SOURCE
#include "hook.h"

#include <stdarg.h>
#include <unistd.h>

#include "real.h"
#include "recorder.h"
#include "run_env.h"
#include "sys.h"

HOOK _Noreturn void _exit(int status);
HOOK _Noreturn void _Exit(int status);
HOOK _Noreturn void quick_exit(int status);
HOOK int execve(const char *path, char *const argv[], char *const envp[]);
HOOK int execv(const char *path, char *const argv[]);
HOOK int execvp(const char *file, char *const argv[]);
HOOK int execvpe(const char *file, char *const argv[], char *const envp[]);
HOOK int execl(const char *path, const char *arg, ...);
HOOK int execlp(const char *file, const char *arg, ...);
HOOK int execle(const char *path, const char *arg, ...);
HOOK int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags);
HOOK int fexecve(int fd, char *const argv[], char *const envp[]);

HOOK void _exit(int status)
{
	recorder_finish("_exit", &status);
	sys_exit_group(status);
}

HOOK void _Exit(int status)
{
	recorder_finish("_exit", &status);
	sys_exit_group(status);
}

HOOK void quick_exit(int status)
{
	/* Its handlers run first, ours last: it was registered first. */
	recorder_quick_status(status);
	HOOK_REAL(quick_exit)(status);
	sys_exit_group(status);
}

#define AROUND_EXEC(path, env, call)        \
	({                                  \
		WITH_RUN(env_, env);        \
		int ret_;                   \
		recorder_before_exec(path); \
		ret_ = (call);              \
		recorder_exec_failed();     \
		ret_;                       \
	})

HOOK int execve(const char *path, char *const argv[], char *const envp[])
{
	return AROUND_EXEC(path, envp, HOOK_REAL(execve)(path, argv, env_));
}

HOOK int execv(const char *path, char *const argv[])
{
	return AROUND_EXEC(path, environ, HOOK_REAL(execve)(path, argv, env_));
}

HOOK int execvp(const char *file, char *const argv[])
{
	return AROUND_EXEC(file, environ, HOOK_REAL(execvpe)(file, argv, env_));
}

HOOK int execvpe(const char *file, char *const argv[], char *const envp[])
{
	return AROUND_EXEC(file, envp, HOOK_REAL(execvpe)(file, argv, env_));
}

HOOK int execveat(int fd, const char *path, char *const argv[], char *const envp[], int flags)
{
	return AROUND_EXEC("(descriptor)", envp, HOOK_REAL(execveat)(fd, path, argv, env_, flags));
}

HOOK int fexecve(int fd, char *const argv[], char *const envp[])
{
	return AROUND_EXEC("(descriptor)", envp, HOOK_REAL(fexecve)(fd, argv, env_));
}

/* The list forms: count, then copy onto the stack, as the C library does. */
#define LIST_TO_ARRAY(argv, first, args)      \
	size_t n_ = 1;                        \
	va_start(args, arg);                  \
	while (va_arg(args, const char *))    \
		n_++;                         \
	va_end(args);                         \
	char *argv[n_ + 1];                   \
	va_start(args, arg);                  \
	argv[0] = (char *)(uintptr_t)(first); \
	for (size_t i_ = 1; i_ <= n_; i_++)   \
	argv[i_] = va_arg(args, char *)

HOOK int execl(const char *path, const char *arg, ...)
{
	va_list args;

	LIST_TO_ARRAY(argv, arg, args);
	va_end(args);
	return AROUND_EXEC(path, environ, HOOK_REAL(execve)(path, argv, env_));
}

HOOK int execlp(const char *file, const char *arg, ...)
{
	va_list args;

	LIST_TO_ARRAY(argv, arg, args);
	va_end(args);
	return AROUND_EXEC(file, environ, HOOK_REAL(execvpe)(file, argv, env_));
}

HOOK int execle(const char *path, const char *arg, ...)
{
	va_list args;
	char *const *envp;

	LIST_TO_ARRAY(argv, arg, args);
	envp = va_arg(args, char *const *);
	va_end(args);
	return AROUND_EXEC(path, envp, HOOK_REAL(execve)(path, argv, env_));
}
