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
bool real_cxx_paired;
size_t (*real_usable_size)(void *);

/* The malloc of the process, which is not our hook when the program itself defines
 * one: then only what operator new allocates comes by here. */
static void *bound_malloc;

static const char *sanitized;

static void set(void *slot, void *value)
{
	if (value)
		__atomic_store_n((void **)slot, value, __ATOMIC_RELEASE);
}

/* What the process means by `symbol`.  A program that takes a function's address
 * may have an entry of its own for it, undefined and yet with a value: then the
 * first definition behind it is meant, which is our hook. */
static void *bound_to(const char *symbol)
{
	void *first = dlsym(RTLD_DEFAULT, symbol);
	const ElfW(Sym) *entry = NULL;
	Dl_info info;

	if (first && dladdr1(first, &info, (void **)&entry, RTLD_DL_SYMENT) && entry &&
	    entry->st_shndx == SHN_UNDEF)
		return &real;
	return first;
}

static bool is_ours(const void *function)
{
	struct cfi_module m;

	return function && cfi_find_module((uint64_t)(uintptr_t)function, &m) &&
	       (uintptr_t)&real >= m.start && (uintptr_t)&real < m.end;
}

static bool is_bound_to_ours(const char *symbol)
{
	/* The second look is the dear one. */
	return is_ours(dlsym(RTLD_DEFAULT, symbol)) || is_ours(bound_to(symbol));
}

/* Is `function` in libstdc++, and does the process mean our hook by `symbol`? */
static bool is_default(const char *symbol, void *function)
{
	struct cfi_module theirs;
	const struct link_map *map;

	if (!function || !is_bound_to_ours(symbol) ||
	    !cfi_find_module((uint64_t)(uintptr_t)function, &theirs))
		return false;
	map = theirs.link_map;
	return rt_starts(rt_basename(map->l_name), "libstdc++.so");
}

static void check_cxx(void)
{
	real_cxx_default = is_ours(bound_malloc) && is_default("_Znwm", (void *)real._Znwm) &&
			   is_default("_Znam", (void *)real._Znam) &&
			   is_default("_ZdlPv", (void *)real._ZdlPv) &&
			   is_default("_ZdaPv", (void *)real._ZdaPv);
	real_cxx_paired = is_ours(bound_malloc) && real._Znwm;
#define NEW(symbol, params, args, size) \
	real_cxx_paired = real_cxx_paired && is_bound_to_ours(#symbol);
#define DELETE(symbol, params, args, ptr) \
	real_cxx_paired = real_cxx_paired && is_bound_to_ours(#symbol);
#include <memprof/hooks.def>
}

void real_found(void *slot, void *function)
{
	set(slot, function);
	check_cxx();
}

static void check_allocator(void)
{
	void *bound;

	bound_malloc = bound_to("malloc");
	real_usable_size = real.malloc_usable_size;
	if (is_ours(bound_malloc))
		return;
	/* The next definition after ours is not that of the program's allocator. */
	bound = bound_to("malloc_usable_size");
	real_usable_size = NULL;
	if (!is_ours(bound))
		set(&real_usable_size, bound);
}

const char *real_sanitizer(void)
{
	static const struct {
		const char *file, *name;
	} known[] = {
		{ "libasan.so", "AddressSanitizer" },
		{ "libtsan.so", "ThreadSanitizer" },
		{ "liblsan.so", "LeakSanitizer" },
		{ "libhwasan.so", "HWAddressSanitizer" },
		{ "libclang_rt.asan", "AddressSanitizer" },
		{ "libclang_rt.tsan", "ThreadSanitizer" },
		{ "libclang_rt.msan", "MemorySanitizer" },
	};
	struct cfi_module m;
	const struct link_map *map;

	if (!cfi_find_module((uint64_t)(uintptr_t)&real_sanitizer, &m))
		return NULL;
	for (map = m.link_map; map && map->l_prev; map = map->l_prev)
		;
	for (; map; map = map->l_next)
		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (rt_starts(rt_basename(map->l_name), known[i].file))
				return known[i].name;
	return NULL;
}

/* A look-up that fails allocates its message, which a sanitizer that is just starting
 * does not stand: these are hardly ever there. */
static bool is_rare(const char *symbol)
{
	return rt_starts(symbol, "free_") || rt_starts(symbol, "cfree");
}

/* Only these sanitizers have LeakSanitizer in them. */
static bool has_lsan(void)
{
	return sanitized && (rt_starts(sanitized, "Address") || rt_starts(sanitized, "Leak"));
}

static void *next(const char *symbol)
{
	if (rt_starts(symbol, "__lsan_") ? !has_lsan() : sanitized && is_rare(symbol))
		return NULL;
	return dlsym(RTLD_NEXT, symbol);
}

void real_resolve(void)
{
	sanitized = real_sanitizer();
	/* These first: the look-ups that follow may allocate. */
	set(&real.malloc, dlsym(RTLD_NEXT, "malloc"));
	set(&real.calloc, dlsym(RTLD_NEXT, "calloc"));
	set(&real.realloc, dlsym(RTLD_NEXT, "realloc"));
	set(&real.free, dlsym(RTLD_NEXT, "free"));
#define ALLOC(symbol, params, args, size) set(&real.symbol, next(#symbol));
#define NEW(symbol, params, args, size) set(&real.symbol, next(#symbol));
#define FREE(symbol, params, args, ptr) set(&real.symbol, next(#symbol));
#define DELETE(symbol, params, args, ptr) set(&real.symbol, next(#symbol));
#define CUSTOM(ret, symbol, params) set(&real.symbol, next(#symbol));
#include <memprof/hooks.def>
	if (sanitized)
		return;
	check_allocator();
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

bool real_own_malloc(void)
{
	return bound_malloc && !is_ours(bound_malloc);
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
	void *function = is_ours(bound_malloc) ? (void *)real.malloc : bound_malloc;
	struct cfi_module m;
	const struct link_map *map;

	if (!function || !cfi_find_module((uint64_t)(uintptr_t)function, &m))
		return "unknown";
	map = m.link_map;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (rt_starts(rt_basename(map->l_name), known[i].file))
			return known[i].name;
	return *map->l_name ? map->l_name : "program";
}
