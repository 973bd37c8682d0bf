/* SPDX-License-Identifier: MIT */
/* leak_wishes.c - see leak_wishes.h.  Floor: leaks. */
#define _GNU_SOURCE
#include "leak_wishes.h"

#include <dlfcn.h>
#include <sys/auxv.h>

#include "lock.h"
#include "output.h"
#include "rt.h"
#include "symbol.h"
#include "sys.h"

#define MOST_REGIONS 1024

static struct lock lock;
static struct region_of_program {
	uintptr_t start;
	size_t size;
} regions[MOST_REGIONS];
static size_t n_regions;

static bool is_between(char c)
{
	return c == ' ' || c == ',' || c == ':' || c == '\n' || c == '\t' || c == '\r';
}

/* Is the word [p, end) `name`=VALUE?  Its value then, as a flag. */
static bool is_flag(const char *p, const char *end, const char *name, bool *value)
{
	size_t len = rt_strlen(name);

	if ((size_t)(end - p) < len + 2 || !rt_starts(p, name) || p[len] != '=')
		return false;
	p += len + 1;
	*value = *p != '0' && *p != 'n' && *p != 'f';
	return true;
}

void leak_wishes_parse(struct leak_wishes *wishes, const char *text)
{
	const struct {
		const char *name;
		bool *flag;
		bool inverse;
	} flags[] = {
		{ "detect_leaks", &wishes->off, true },
		{ "leak_check_at_exit", &wishes->not_at_exit, true },
		{ "use_unaligned", &wishes->unaligned, false },
		{ "use_globals", &wishes->no_globals, true },
		{ "use_stacks", &wishes->no_stacks, true },
		{ "use_registers", &wishes->no_registers, true },
		{ "use_tls", &wishes->no_tls, true },
		{ "use_root_regions", &wishes->no_regions, true },
	};

	while (*text) {
		const char *end = text;
		bool value;

		while (*end && !is_between(*end))
			end++;
		for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
			if (is_flag(text, end, flags[i].name, &value))
				*flags[i].flag = value != flags[i].inverse;
		text = end + (*end != '\0');
	}
}

static void *look_for(const char *name)
{
	void *found = dlsym(RTLD_DEFAULT, name);

	return found ? found : symbol_function((const void *)getauxval(AT_ENTRY), name);
}

void leak_wishes_ask(struct state *s, struct leak_wishes *wishes)
{
	static bool asked;
	static int (*is_turned_off)(void);
	static const char *(*options)(void);
	static const char *(*suppressions)(void);
	const char *text;

	*wishes = (struct leak_wishes){ .off = false };
	if (!asked) {
		is_turned_off = (int (*)(void))look_for("__lsan_is_turned_off");
		options = (const char *(*)(void))look_for("__lsan_default_options");
		suppressions = (const char *(*)(void))look_for("__lsan_default_suppressions");
	}
	text = options ? options() : NULL;
	if (text)
		leak_wishes_parse(wishes, text);
	if (is_turned_off && is_turned_off())
		wishes->off = true;
	text = !asked && suppressions ? suppressions() : NULL;
	if (text && *text)
		output_note(s, "info", "lsan-suppressions", text);
	asked = true;
}

void leak_regions_add(const void *p, size_t size)
{
	lock_take(&lock, (uint32_t)sys_gettid());
	if (n_regions < MOST_REGIONS)
		regions[n_regions++] = (struct region_of_program){ (uintptr_t)p, size };
	lock_release(&lock);
}

void leak_regions_remove(const void *p, size_t size)
{
	lock_take(&lock, (uint32_t)sys_gettid());
	for (size_t i = 0; i < n_regions; i++)
		if (regions[i].start == (uintptr_t)p && regions[i].size == size) {
			regions[i] = regions[--n_regions];
			break;
		}
	lock_release(&lock);
}

void leak_regions_each(void (*each)(void *ctx, uintptr_t start, uintptr_t end), void *ctx)
{
	for (size_t i = 0; i < n_regions; i++)
		if (regions[i].size <= UINTPTR_MAX - regions[i].start)
			each(ctx, regions[i].start, regions[i].start + regions[i].size);
}

void leak_regions_after_fork(void)
{
	lock_init(&lock);
}
