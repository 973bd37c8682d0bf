/* SPDX-License-Identifier: MIT */
/*
 * v_dlmopen.c - a C library in a namespace of its own, whose malloc nobody can be put in front
 * of: the program's own blocks are counted as ever, those of the other are not seen, and
 * neither disturbs the other.
 *
 * link: -ldl
 */
#include <dlfcn.h>

#include "truth.h"

static NOINLINE void *here(size_t size)
{
	return counted(malloc(size), size);
}

int main(void)
{
	void *library = dlmopen(LM_ID_NEWLM, "libc.so.6", RTLD_NOW), *p, *q;
	void *(*there)(size_t) = library ? (void *(*)(size_t))dlsym(library, "malloc") : NULL;
	void (*back)(void *) = library ? (void (*)(void *))dlsym(library, "free") : NULL;

	expect(there && back);
	for (size_t i = 0; i < 1000; i++) {
		p = keep(there(i));
		q = here(i);
		expect(p && q);
		back(p);
		drop(q, i);
	}
	say(1, "kept %d\n", here(9) != NULL);
	truth_site("here", 1001, 999 * 500 + 9, 1, 9);
	return 6;
}
