/* SPDX-License-Identifier: MIT */
/* real.c - resolve the interposed functions; see real.h.  Floor: guard. */
#define _GNU_SOURCE
#include "real.h"

#include <dlfcn.h>
#include <link.h>

#include "arch/x86_64/cfi.h"
#include "rt.h"

struct real real;
bool real_cxx_default;

static void set(void *slot, void *value)
{
	if (value)
		__atomic_store_n((void **)slot, value, __ATOMIC_RELEASE);
}

/* Is `function` in libstdc++, and does the process mean our hook by `symbol`? */
static bool is_default(const char *symbol, void *function)
{
	struct cfi_module theirs, bound;
	const struct link_map *map;
	void *first = dlsym(RTLD_DEFAULT, symbol);

	if (!function || !first || !cfi_find_module((uint64_t)(uintptr_t)function, &theirs) ||
	    !cfi_find_module((uint64_t)(uintptr_t)first, &bound))
		return false;
	map = theirs.link_map;
	return rt_starts(rt_basename(map->l_name), "libstdc++.so") &&
	       (uintptr_t)&real >= bound.start && (uintptr_t)&real < bound.end;
}

static void check_cxx(void)
{
	real_cxx_default = is_default("_Znwm", (void *)real._Znwm) &&
			   is_default("_Znam", (void *)real._Znam) &&
			   is_default("_ZdlPv", (void *)real._ZdlPv) &&
			   is_default("_ZdaPv", (void *)real._ZdaPv);
}

void real_found(void *slot, void *function)
{
	set(slot, function);
	check_cxx();
}

void real_resolve(void)
{
	/* These first: the look-ups that follow may allocate. */
	set(&real.malloc, dlsym(RTLD_NEXT, "malloc"));
	set(&real.calloc, dlsym(RTLD_NEXT, "calloc"));
	set(&real.realloc, dlsym(RTLD_NEXT, "realloc"));
	set(&real.free, dlsym(RTLD_NEXT, "free"));
#define ALLOC(symbol, params, args, size) set(&real.symbol, dlsym(RTLD_NEXT, #symbol));
#define NEW(symbol, params, args, size) set(&real.symbol, dlsym(RTLD_NEXT, #symbol));
#define FREE(symbol, params, args, ptr) set(&real.symbol, dlsym(RTLD_NEXT, #symbol));
#define DELETE(symbol, params, args, ptr) set(&real.symbol, dlsym(RTLD_NEXT, #symbol));
#define CUSTOM(ret, symbol, params) set(&real.symbol, dlsym(RTLD_NEXT, #symbol));
#include <memprof/hooks.def>
	check_cxx();
}

COLD void real_look_up(const char *symbol, void *slot)
{
	set(slot, dlsym(RTLD_NEXT, symbol));
}

COLD void *real_find_late(const char *symbol)
{
	static const char *const runtimes[] = { "libstdc++.so.6", "libc++.so.1", "libc++abi.so.1" };
	void *found = dlsym(RTLD_NEXT, symbol);

	for (size_t i = 0; !found && i < sizeof(runtimes) / sizeof(*runtimes); i++) {
		/* Only if it is loaded already, perhaps out of the global scope. */
		void *handle = dlopen(runtimes[i], RTLD_LAZY | RTLD_NOLOAD);

		if (!handle)
			continue;
		found = dlsym(handle, symbol);
		(real.dlclose ? real.dlclose : dlclose)(handle);
	}
	return found;
}

const char *real_allocator(void)
{
	static const struct {
		const char *file, *name;
	} known[] = {
		{ "libc.so.", "glibc" },
		{ "libjemalloc", "jemalloc" },
		{ "libtcmalloc", "tcmalloc" },
		{ "libmimalloc", "mimalloc" },
	};
	struct cfi_module m;
	const struct link_map *map;

	if (!real.malloc || !cfi_find_module((uint64_t)(uintptr_t)real.malloc, &m))
		return "unknown";
	map = m.link_map;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (rt_starts(rt_basename(map->l_name), known[i].file))
			return known[i].name;
	return *map->l_name ? map->l_name : "program";
}
