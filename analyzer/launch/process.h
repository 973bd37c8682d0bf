/* SPDX-License-Identifier: MIT */
/*
 * process.h - start a program, stay out of its way, tell how it ended.
 */
#ifndef ANALYZER_LAUNCH_PROCESS_H
#define ANALYZER_LAUNCH_PROCESS_H

#include <sys/types.h>

struct process_end {
	pid_t pid;
	int status; /* as wait() gives it */
};

/*
 * Run `path` with `argv` and `envp` and wait for its end.  The program gets
 * this process's signal mask and dispositions as they were.  Meanwhile ^C and
 * ^\ are left to the program, and TERM, HUP, USR1 and USR2 that somebody sends
 * to this process alone are passed on to it.  A file without #! is run by
 * /bin/sh.  Returns 0, or -errno when it could not be started.  Not
 * thread-safe: changes the process's signal state while it waits.
 */
int process_run(const char *path, char *const argv[], char *const envp[], struct process_end *end);

/* The same; once the program was started, `started` is called with its pid. */
int process_run_with(const char *path, char *const argv[], char *const envp[],
		     struct process_end *end, void (*started)(pid_t pid, void *ctx), void *ctx);

/* What a shell would report: the exit status, or 128 + the signal's number. */
int process_exit_status(const struct process_end *end);

#endif
