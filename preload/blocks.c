/* SPDX-License-Identifier: MIT */
/* blocks.c - learn how to read block sizes; see blocks.h.  Floor: guard. */
#include "blocks.h"

bool blocks_glibc;

void blocks_init(void)
{
	static const size_t sizes[] = { 1, 24, 25, 100, 5000, 300000 };

	blocks_glibc = false;
	if (rt_strcmp(real_allocator(), "glibc") != 0 || !real.malloc_usable_size)
		return;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		void *p = real.malloc(sizes[i]);
		size_t asked, read;

		if (!p)
			return;
		asked = real.malloc_usable_size(p);
		blocks_glibc = true;
		read = blocks_usable(p);
		blocks_glibc = false;
		real.free(p);
		if (asked != read)
			return;
	}
	blocks_glibc = true;
}
