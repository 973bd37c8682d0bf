/* SPDX-License-Identifier: MIT */
/* leak_stack.c - the innermost frame of the program; see leak_stack.h.  Floor: leaks. */
#define _GNU_SOURCE
#include "leak_stack.h"

#include <link.h>

#include "rt.h"
#include "sys.h"

/* No way out of exit() is longer. */
#define MOST_FRAMES 256

static bool read_stack(void *ctx, uint64_t addr, uint64_t *value)
{
	const uint64_t *sp = ctx;

	if (addr < *sp - 4096 || !sys_readable((const void *)(uintptr_t)addr))
		return false;
	*value = *(const uint64_t *)(uintptr_t)addr;
	return true;
}

/* Is the file's name, without its folders, this one or this one with more after it? */
static bool is_named(const char *path, const char *name)
{
	const char *base = path;

	for (const char *p = path; *p; p++)
		if (*p == '/')
			base = p + 1;
	return rt_starts(base, name);
}

/* Code of the recorder, the C library or the loader. */
static bool is_ours(uint64_t pc)
{
	struct cfi_module m, self;
	const struct link_map *map;

	if (!cfi_find_module(pc, &m))
		return false;
	map = m.link_map;
	if (cfi_find_module((uint64_t)(uintptr_t)is_ours, &self) && self.link_map == map)
		return true;
	return map && (is_named(map->l_name, "libc.so") || is_named(map->l_name, "libc-") ||
		       is_named(map->l_name, "ld-linux"));
}

uintptr_t leak_stack_find(const struct cfi_regs *here, uintptr_t registers[LEAK_REGISTERS])
{
	static const uint8_t kept[LEAK_REGISTERS] = { CFI_RBX,	   CFI_RBP,	CFI_R12,
						      CFI_R12 + 1, CFI_R12 + 2, CFI_R12 + 3 };
	struct cfi_regs regs = *here;
	bool exact = true;

	for (int n = 0; n < MOST_FRAMES; n++) {
		uint64_t sp = regs.r[CFI_RSP];

		if (!is_ours(regs.r[CFI_RIP] - !exact)) {
			for (int i = 0; i < LEAK_REGISTERS; i++)
				registers[i] = regs.known & 1U << kept[i] ? regs.r[kept[i]] : 0;
			return sp;
		}
		if (cfi_step(&regs, &exact, read_stack, &sp) <= 0)
			break;
	}
	return 0;
}
