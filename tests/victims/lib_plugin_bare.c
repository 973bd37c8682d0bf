/* SPDX-License-Identifier: MIT */
/*
 * lib_plugin_bare.c - a plugin without a build id, which v_reload loads thousands of
 * times: only its file says that it is the same again.
 *
 * link: -Wl,--build-id=none
 */
#include <stdlib.h>

__attribute__((noinline)) static void *plugin_bare_inner(size_t size)
{
	void *p = malloc(size);

	__asm__ volatile("" : "+r"(p));
	return p;
}

__attribute__((visibility("default"))) void *plugin_alloc(size_t size)
{
	void *p = plugin_bare_inner(size);

	__asm__ volatile("" : "+r"(p));
	return p;
}
