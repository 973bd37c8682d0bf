/* SPDX-License-Identifier: MIT */
/* hooks_fork.c - fork; see hook.h and inheritance.h.  Floor: hooks.
 *
 * The child needs nothing here: its first event finds the wiped page. */
#define _GNU_SOURCE
#include "hook.h"

#include <unistd.h>

#include "real.h"
#include "recorder.h"

HOOK pid_t fork(void);

HOOK pid_t fork(void)
{
	pid_t child;

	if (!real.fork)
		return -1;
	recorder_before_fork();
	child = real.fork();
	if (child)
		recorder_after_fork(child);
	return child;
}
