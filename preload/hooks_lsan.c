/* SPDX-License-Identifier: MIT */
/* hooks_lsan.c - LeakSanitizer's interface, for programs that call it.  Floor: hooks.
 *
 * What its header says, but that no check ends the program: that is left to who reads the
 * trace.  In a program that has a sanitizer of its own the call goes on to it. */
#define _GNU_SOURCE
#include "hook.h"

#include "leak_wishes.h"
#include "leaks.h"
#include "real.h"
#include "recorder.h"
#include "shadow_walk.h"

HOOK void __lsan_disable(void);
HOOK void __lsan_enable(void);
HOOK void __lsan_ignore_object(const void *p);
HOOK void __lsan_register_root_region(const void *p, size_t size);
HOOK void __lsan_unregister_root_region(const void *p, size_t size);
HOOK void __lsan_do_leak_check(void);
HOOK int __lsan_do_recoverable_leak_check(void);

/* Releases of blocks that are ignored are seen on the slow path alone; see ignored.h. */
static void see_releases(void)
{
	static bool seen;

	if (!blocks_glibc && !__atomic_exchange_n(&seen, true, __ATOMIC_RELAXED))
		recorder_watch_allocations(true);
}

void __lsan_disable(void)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (real.__lsan_disable)
		real.__lsan_disable();
	if (!t)
		return;
	if (leaks_wanted()) {
		see_releases();
		if (!t->leaks_disabled++)
			recorder_watch_allocations(true);
	}
	recorder_leave();
}

void __lsan_enable(void)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (real.__lsan_enable)
		real.__lsan_enable();
	if (!t)
		return;
	if (t->leaks_disabled && !--t->leaks_disabled)
		recorder_watch_allocations(false);
	recorder_leave();
}

void __lsan_ignore_object(const void *p)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (real.__lsan_ignore_object)
		real.__lsan_ignore_object(p);
	if (!t)
		return;
	see_releases();
	leaks_ignore(p);
	recorder_leave();
}

void __lsan_register_root_region(const void *p, size_t size)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (real.__lsan_register_root_region)
		real.__lsan_register_root_region(p, size);
	if (!t)
		return;
	leak_regions_add(p, size);
	recorder_leave();
}

void __lsan_unregister_root_region(const void *p, size_t size)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (real.__lsan_unregister_root_region)
		real.__lsan_unregister_root_region(p, size);
	if (!t)
		return;
	leak_regions_remove(p, size);
	recorder_leave();
}

void __lsan_do_leak_check(void)
{
	struct thread *t = recorder_enter(HOOK_FRAME);

	if (real.__lsan_do_leak_check)
		real.__lsan_do_leak_check();
	if (!t)
		return;
	if (leaks_wanted())
		leaks_check(t->state, "__lsan_do_leak_check", LEAKS_FINAL);
	recorder_leave();
}

int __lsan_do_recoverable_leak_check(void)
{
	struct thread *t = recorder_enter(HOOK_FRAME);
	bool lost = false;

	if (real.__lsan_do_recoverable_leak_check)
		return real.__lsan_do_recoverable_leak_check();
	if (!t)
		return 0;
	if (leaks_wanted())
		lost = leaks_check(t->state, "request", LEAKS_AT_POINT);
	recorder_leave();
	return lost;
}
