/* SPDX-License-Identifier: MIT */
/*
 * v_dlopen.c - two plugins, loaded and unloaded in turn 50 times, at the same
 * addresses as often as the loader likes; each call must be booked on the one
 * that was loaded then.
 *
 * link: -ldl
 */
#include <dlfcn.h>

#include "truth.h"

#define ROUNDS 50

static int same_address;

static void *load(char which, int flags)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 40);
	void *handle;

	expect(n > 0);
	path[n] = '\0';
	snprintf(strrchr(path, '/') + 1, 40, "lib_plugin_%c.so", which);
	handle = dlopen(path, flags);
	expect(handle);
	return handle;
}

static NOINLINE void round_of(char which, int n, int flags)
{
	static void *before;
	void *handle = load(which, flags);
	void *(*alloc)(size_t) = (void *(*)(size_t))dlsym(handle, "plugin_alloc");
	void *p;

	same_address += before == (void *)alloc;
	before = (void *)alloc;
	for (int i = 0; i < 10; i++) {
		p = counted(alloc(100 + (size_t)n), 100 + (size_t)n);
		if (i)
			drop(p, 100 + (size_t)n);
	}
	expect(dlclose(handle) == 0);
}

int main(void)
{
	unsigned long bytes[2] = { 0, 0 };

	for (int n = 0; n < ROUNDS; n++) {
		round_of(n % 2 ? 'b' : 'a', n, n % 3 ? RTLD_NOW : RTLD_LAZY | RTLD_GLOBAL);
		bytes[n % 2] += 100 + (unsigned long)n;
	}
	expect(same_address > ROUNDS / 2);
	say(1, "done\n");
	truth_site("plugin_a_inner", 5 * ROUNDS, 10 * bytes[0], ROUNDS / 2, bytes[0]);
	truth_site("plugin_b_inner", 5 * ROUNDS, 10 * bytes[1], ROUNDS / 2, bytes[1]);
	return 0;
}
