/* SPDX-License-Identifier: MIT */
/*
 * frames.h - one program, built by v_fp.c with frame pointers and by v_nofp.c
 * without: a chain of calls with locals of many shapes, whose names are known.
 */
#ifndef VICTIMS_FRAMES_H
#define VICTIMS_FRAMES_H

#include <alloca.h>

#include "truth.h"

static unsigned long calls;

static NOINLINE void *leaf_alloc(size_t size)
{
	calls++;
	return counted(malloc(size), size);
}

static NOINLINE void *small_frame(size_t size)
{
	return keep(leaf_alloc(size));
}

static NOINLINE void *big_frame(size_t size)
{
	volatile char big[5000];

	big[size] = 1;
	big[4999] = big[size];
	return keep(small_frame(size + (size_t)big[4999] - 1));
}

static NOINLINE void *variable_frame(size_t size)
{
	volatile char vla[size * 16 + 1];
	volatile char *block = alloca(size * 32 + 1);

	vla[size] = 1;
	block[size] = vla[size];
	return keep(big_frame(size + (size_t)block[size] - 1));
}

static NOINLINE void *realigned_frame(size_t size)
{
	volatile unsigned long wide[8] __attribute__((aligned(128)));
	volatile char *block = alloca(size + 16);

	for (unsigned int i = 0; i < 8; i++)
		wide[i] = i;
	block[0] = (char)wide[0];
	expect(((uintptr_t)wide & 127) == 0);
	return keep(variable_frame(size + (size_t)block[0]));
}

/* Enough live values across the call that every preserved register is saved. */
static NOINLINE unsigned long busy_registers(size_t size, unsigned long a, unsigned long b,
					     unsigned long c, unsigned long d, unsigned long e)
{
	unsigned long f = a * b + 1, g = c * d + 2, h = e * a + 3;

	drop(realigned_frame(size), size);
	return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8;
}

static NOINLINE unsigned long recursive(unsigned int n, size_t size)
{
	unsigned long r = n ? recursive(n - 1, size) : busy_registers(size, 1, 2, 3, 4, 5);

	return r + n;
}

int main(void)
{
	unsigned long sum = 0, bytes = 0;

	for (size_t size = 1; size < 100; size++) {
		sum += recursive((unsigned int)size % 7, size);
		drop(small_frame(size), size);
		drop(variable_frame(size), size);
		bytes += 3 * size;
	}
	say(1, "sum %lu\n", sum);
	truth_write();
	truth_site("leaf_alloc", calls, bytes, 0, 0);
	return 0;
}

#endif
