/* SPDX-License-Identifier: MIT */
/* single.c - __libc_single_threaded; see single.h.  Floor: sampler. */
#define _GNU_SOURCE
#include "single.h"

#include <dlfcn.h>
#include <stddef.h>

#include "rt.h"

/*
 * glibc's own word, and the one of its name that a program with a copy of it reads:
 * mostly one and the same.  pthread_create writes both.
 */
static char *library, *program;
static bool kept; /* in spite of the helper */

static void set(bool single)
{
	__atomic_store_n(library, single, __ATOMIC_RELAXED);
	__atomic_store_n(program, single, __ATOMIC_RELAXED);
}

bool single_is(void)
{
	if (!library) {
		program = dlsym(RTLD_DEFAULT, "__libc_single_threaded");
		library = dlsym(RTLD_NEXT, "__libc_single_threaded");
	}
	return library && program && *library && *program;
}

void single_keep(void)
{
	kept = true;
	set(true);
}

COLD bool single_tell(void)
{
	/* The program may have made a thread meanwhile. */
	if (!kept || !*library)
		return false;
	set(false);
	return true;
}

COLD void single_tell_no_more(void)
{
	set(true);
}
