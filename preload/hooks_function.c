/* SPDX-License-Identifier: MIT */
/* hooks_function.c - functions of programs built with -finstrument-functions as regions; see
 * hook.h.  Floor: hooks.
 *
 * The compiler has every function call these at its begin and end; the C library's do nothing.
 * Off unless MEMPROF_FUNCTIONS chooses functions. */
#define _GNU_SOURCE
#include "hook.h"

#include <time.h>

#include "functions.h"
#include "recorder.h"
#include "zones.h"

HOOK void __cyg_profile_func_enter(void *function, void *call_site);
HOOK void __cyg_profile_func_exit(void *function, void *call_site);

void __cyg_profile_func_enter(void *function, void *call_site)
{
	struct thread *t;

	(void)call_site;
	if (likely(!functions_on))
		return;
	t = recorder_enter(HOOK_FRAME);
	if (!t)
		return;
	if (functions_chosen(function))
		zones_enter(t, function, (uintptr_t)HOOK_FRAME + 16);
	recorder_leave();
}

void __cyg_profile_func_exit(void *function, void *call_site)
{
	uint64_t now;
	struct thread *t;

	(void)call_site;
	if (likely(!functions_on))
		return;
	now = sys_clock_ns(CLOCK_MONOTONIC);
	t = recorder_enter(HOOK_FRAME);
	if (!t)
		return;
	if (functions_chosen(function))
		zones_exit(t, function, now);
	recorder_leave();
}
