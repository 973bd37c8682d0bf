/* SPDX-License-Identifier: MIT */
/*
 * b_realloc.c - buffers that grow by a few bytes at a time, as strings do, and
 * arrays that double.
 * build: -O2
 *
 *   b_realloc CALLS
 */
#include "bench.h"

#define BUFFERS 32
#define LARGEST 8192

int main(int argc, char **argv)
{
	char *buffers[BUFFERS] = { NULL };
	size_t sizes[BUFFERS] = { 0 };

	for (long n = bench_arg(argc, argv, 1, 1000000), i = 0; i < n; i++) {
		int k = (int)(i % BUFFERS);
		size_t size = k & 1 ? sizes[k] + 40 : (sizes[k] ? sizes[k] * 2 : 16);

		if (size > LARGEST) {
			free(buffers[k]);
			buffers[k] = NULL;
			size = 16;
		}
		buffers[k] = bench_alive(realloc(buffers[k], size));
		buffers[k][size - 1] = 1;
		sizes[k] = size;
	}
	for (int k = 0; k < BUFFERS; k++)
		free(buffers[k]);
	return 0;
}
