/* SPDX-License-Identifier: MIT */
/*
 * v_usable.c - uses every byte that malloc_usable_size grants, as some
 * allocating libraries do; what is kept beside a block must not lie there.
 * Counted is what was asked for, not what was granted.
 */
#include <malloc.h>

#include "truth.h"

#define BLOCKS 3000

int main(void)
{
	static unsigned char *block[BLOCKS];
	static size_t asked[BLOCKS], usable[BLOCKS];
	unsigned long sum = 0;

	for (size_t i = 0; i < BLOCKS; i++) {
		asked[i] = i * 31 % 2000 + (i % 100 == 0) * 200000;
		block[i] = counted(malloc(asked[i]), asked[i]);
		usable[i] = malloc_usable_size(block[i]);
		expect(usable[i] >= asked[i]);
		memset(block[i], (int)i, usable[i]);
		sum += usable[i];
	}
	for (size_t i = 0; i < BLOCKS; i++) {
		expect(malloc_usable_size(block[i]) == usable[i]);
		for (size_t j = 0; j < usable[i]; j++)
			expect(block[i][j] == (unsigned char)i);
	}
	/* Two of three go, in an order of their own. */
	for (size_t i = 0; i < BLOCKS; i++)
		if (i * 7 % 3)
			drop(block[i], asked[i]);
	for (size_t i = 0; i < BLOCKS; i++)
		for (size_t j = 0; i * 7 % 3 == 0 && j < usable[i]; j++)
			expect(block[i][j] == (unsigned char)i);
	/* The heap's layout is the program's own: the same with and without a recorder. */
	say(1, "usable %lu\n", sum);
	truth_write();
	return 0;
}
