/* SPDX-License-Identifier: MIT */
/*
 * ticks.h - the processor's time stamp counter.
 */
#ifndef PRELOAD_ARCH_TICKS_H
#define PRELOAD_ARCH_TICKS_H

#include <cpuid.h>
#include <stdbool.h>
#include <stdint.h>

/* A program may have forbidden itself to read it: see sys_may_read_ticks(). */
static inline uint64_t arch_ticks(void)
{
	return __builtin_ia32_rdtsc();
}

/* It counts at one rate, whatever the processor does (Intel SDM 3B, 18.17.1). */
static inline bool arch_ticks_are_steady(void)
{
	unsigned int a, b, c, d = 0;

	return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & 1 << 8);
}

#endif
