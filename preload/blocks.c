/* SPDX-License-Identifier: MIT */
/* blocks.c - learn how to read block sizes; see blocks.h.  Floor: guard. */
#include "blocks.h"

bool blocks_glibc;

void blocks_init(void)
{
	/* By the name of the library that defines malloc: a block allocated just
	 * to look would change where the program's own blocks lie.  glibc's
	 * debugging allocator is another library, and is asked. */
	blocks_glibc = rt_strcmp(real_allocator(), "glibc") == 0 && real.malloc_usable_size;
}
