/* SPDX-License-Identifier: MIT */
/*
 * v_deepbind.c - a plugin loaded with RTLD_DEEPBIND looks for malloc in its own
 * libraries first, and finds the C library's.  The program releases what it gets
 * from it: blocks that nobody in front of the C library saw.
 *
 * link: -ldl
 */
#include <dlfcn.h>

#include "truth.h"

#define CALLS 100

static NOINLINE void *by_program(size_t size)
{
	return counted(malloc(size), size);
}

int main(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 40);
	void *handle, *p[CALLS];
	void *(*alloc)(size_t);

	expect(n > 0);
	path[n] = '\0';
	strcpy(strrchr(path, '/') + 1, "lib_plugin_a.so");
	handle = dlopen(path, RTLD_NOW | RTLD_DEEPBIND);
	expect(handle);
	alloc = (void *(*)(size_t))dlsym(handle, "plugin_alloc");
	expect(alloc);
	for (int i = 0; i < CALLS; i++)
		p[i] = alloc(1000);
	for (int i = 0; i < CALLS; i++)
		free(keep(p[i]));
	for (size_t i = 1; i <= CALLS; i++)
		drop(by_program(i), i);
	expect(dlclose(handle) == 0);
	say(1, "done\n");
	truth_site("by_program", CALLS, CALLS * (CALLS + 1) / 2, 0, 0);
	truth_say("foreign_frees", CALLS);
	return 0;
}
