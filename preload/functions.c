/* SPDX-License-Identifier: MIT */
/* functions.c - choose functions by name; see functions.h.  Floor: record. */
#include "functions.h"

#include "arch/x86_64/cfi.h"
#include "arena.h"
#include "config.h"
#include "lock.h"
#include "modules.h"
#include "rt.h"
#include "symbol.h"
#include "sys.h"

/* Functions seen: open addressing, an entry is the address with the answer in bit 63.  One that
 * does not fit is looked up again each time. */
#define SEEN ((size_t)1 << 18)
#define CHOSEN ((uint64_t)1 << 63)

bool functions_on;
static uint64_t *seen;
static uint32_t generation;
static struct lock lock;

void functions_init(void)
{
	if (!*config.functions)
		return;
	seen = arena_map(SEEN * sizeof(*seen), ARENA_OUTPUT);
	functions_on = seen != NULL;
}

/* Does `name` match the pattern that ends at `end`?  Iterative, so that no pattern takes more
 * than the product of both lengths. */
static bool matches(const char *p, const char *end, const char *name)
{
	const char *star = NULL, *retry = NULL;

	while (*name) {
		if (p < end && *p == '*') {
			star = p++;
			retry = name;
		} else if (p < end && (*p == '?' || *p == *name)) {
			p++;
			name++;
		} else if (star) {
			p = star + 1;
			name = ++retry;
		} else {
			return false;
		}
	}
	while (p < end && *p == '*')
		p++;
	return p == end;
}

static bool choose(const char *name)
{
	bool chosen = false, any = false;

	for (const char *p = config.functions; *p;) {
		const char *end = p;
		bool without = *p == '!';

		while (*end && *end != ',')
			end++;
		any |= !without;
		if (matches(p + without, end, name))
			chosen = !without;
		else if (without && !any)
			chosen = true;
		p = *end ? end + 1 : end;
	}
	return chosen;
}

static bool decide(const void *function)
{
	char name[1024];
	struct rt_text text = RT_TEXT(name);

	name[0] = '\0';
	if (!symbol_name(function, &text))
		symbol_place(function, &text);
	return choose(name);
}

bool functions_chosen(const void *function)
{
	uint64_t key = (uint64_t)(uintptr_t)function;
	size_t at = (key * 0x9e3779b97f4a7c15) >> 46;
	uint32_t now = __atomic_load_n(&modules_generation, __ATOMIC_ACQUIRE);
	bool chosen;

	/* Addresses may mean other functions now. */
	if (unlikely(now != generation)) {
		lock_take(&lock, (uint32_t)sys_gettid());
		if (now != generation)
			arena_clear(seen, SEEN * sizeof(*seen));
		generation = now;
		lock_release(&lock);
	}
	for (int i = 0; i < 8; i++) {
		uint64_t entry = __atomic_load_n(&seen[(at + i) % SEEN], __ATOMIC_RELAXED);

		if (likely((entry & ~CHOSEN) == key))
			return entry & CHOSEN;
		if (!entry)
			break;
	}
	lock_take(&lock, (uint32_t)sys_gettid());
	chosen = decide(function);
	for (int i = 0; i < 8; i++) {
		uint64_t *entry = &seen[(at + i) % SEEN];

		if (*entry && (*entry & ~CHOSEN) != key)
			continue;
		__atomic_store_n(entry, key | (chosen ? CHOSEN : 0), __ATOMIC_RELAXED);
		break;
	}
	lock_release(&lock);
	return chosen;
}

void functions_after_fork(void)
{
	lock_init(&lock);
}
