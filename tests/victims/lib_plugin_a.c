/* SPDX-License-Identifier: MIT */
/*
 * lib_plugin_a.c - loaded and unloaded by v_dlopen in turn with lib_plugin_b,
 * whose code is the same but for its names: they land on the same addresses.
 */
#include <stdlib.h>

__attribute__((noinline)) static void *plugin_a_inner(size_t size)
{
	void *p = malloc(size);

	__asm__ volatile("" : "+r"(p));
	return p;
}

__attribute__((visibility("default"))) void *plugin_alloc(size_t size)
{
	void *p = plugin_a_inner(size);

	__asm__ volatile("" : "+r"(p));
	return p;
}
