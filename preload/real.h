/* SPDX-License-Identifier: MIT */
/*
 * real.h - the next definition of every interposed function.  Floor: guard.
 *
 * Resolved with RTLD_NEXT, so that a program linked to another allocator keeps
 * it; operator new and delete may come into the process later with libstdc++
 * and are looked for again when they are first needed.  A slot is NULL when
 * nothing defines the function.
 */
#ifndef PRELOAD_REAL_H
#define PRELOAD_REAL_H

#include <pthread.h>
#include <setjmp.h>
#include <pty.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include <ucontext.h>

struct real {
/* clang-format off */
#define ALLOC(symbol, params, args, size) void *(*symbol) params;
#define NEW(symbol, params, args, size) void *(*symbol) params;
#define FREE(symbol, params, args, ptr) void (*symbol) params;
#define DELETE(symbol, params, args, ptr) void (*symbol) params;
#define CUSTOM(ret, symbol, params) ret (*symbol) params;
#include <memprof/hooks.def>
	/* clang-format on */
};

extern struct real real __attribute__((visibility("hidden")));

/* Fill the table.  May run nested (dlsym can allocate): hooks meanwhile use
 * what is there, or the boot pool. */
void real_resolve(void);

/* The sanitizer in this process, by name, or NULL.  Asks no function of the loader:
 * it may be in the middle of its own start. */
const char *real_sanitizer(void);

/* Look for one function that is needed before the table was filled. */
void real_look_up(const char *symbol, void *slot);

/* Look once more for one of the C++ slots, given its symbol's name; the address
 * or NULL. */
void *real_find_late(const char *symbol);

/* Put what real_find_late() found in its slot. */
void real_found(void *slot, void *function);

/* True when operator new and delete are libstdc++'s own throughout the process and
 * come to our malloc: no program or library in front of it replaces any of the four
 * that the others are made of, or malloc. */
extern bool real_cxx_default __attribute__((visibility("hidden")));

/* True when every operator new and delete there is comes to our hooks.  Where a program
 * replaces some, the C++ runtime's others call those: then a block may be allocated
 * by malloc and released by operator delete, and nothing is wrong. */
extern bool real_cxx_paired __attribute__((visibility("hidden")));

/* Asks the allocator for a block's usable size; NULL when it cannot be asked. */
extern size_t (*real_usable_size)(void *) __attribute__((visibility("hidden")));

/* True when the program has a malloc of its own, which our hook is not in front of. */
bool real_own_malloc(void);

/* The allocator behind the recorder: "glibc", "jemalloc", "tcmalloc",
 * "mimalloc" or the path of the object that defines malloc. */
const char *real_allocator(void);

#endif
