/* SPDX-License-Identifier: MIT */
/* blocks.c - learn how to read block sizes; see blocks.h.  Floor: guard. */
#include "blocks.h"

#include "guard.h"

bool blocks_glibc;

void blocks_init(void)
{
	/* By the name of the library that defines malloc: a block allocated just
	 * to look would change where the program's own blocks lie.  glibc's
	 * debugging allocator is another library, and is asked. */
	blocks_glibc = rt_strcmp(real_allocator(), "glibc") == 0 && real_usable_size;
}

size_t blocks_ask(void *p)
{
	uint32_t level = tls.level;
	size_t size = 0;

	tls.level = GUARD_NESTING;
	if (real_usable_size)
		size = real_usable_size(p);
	tls.level = level;
	return size;
}
