/* SPDX-License-Identifier: MIT */
/*
 * leak_wishes.h - what the program tells LeakSanitizer, or whoever takes its place:
 * options and suppressions that it defines, regions that hold pointers.
 * Floor: leaks.
 *
 * A program that is linked to LeakSanitizer exports these functions since the sanitizer
 * names them; one that is not exports them when it is told to, so they are looked for
 * in its file's table of symbols, too.
 */
#ifndef PRELOAD_LEAK_WISHES_H
#define PRELOAD_LEAK_WISHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct state;

/* The program's own, not the environment's: who asks for a check means it. */
struct leak_wishes {
	bool off;	  /* no checks: detect_leaks=0, or __lsan_is_turned_off() */
	bool not_at_exit; /* leak_check_at_exit=0 */
	bool unaligned;	  /* pointers at any address */
	bool no_globals, no_stacks, no_registers, no_tls, no_regions;
};

/* Words as in LSAN_OPTIONS, "name=value:name=value"; those that say nothing about where to
 * look are passed over. */
void leak_wishes_parse(struct leak_wishes *wishes, const char *text);

/* Ask the program; its suppressions go into the trace, the first time.  With the
 * guard held, since the program's functions are called. */
void leak_wishes_ask(struct state *s, struct leak_wishes *wishes);

/* Memory that pointers are looked for in from now on, and no more. */
void leak_regions_add(const void *p, size_t size);
void leak_regions_remove(const void *p, size_t size);
void leak_regions_each(void (*each)(void *ctx, uintptr_t start, uintptr_t end), void *ctx);
void leak_regions_after_fork(void);

#endif
