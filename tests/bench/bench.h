/* SPDX-License-Identifier: MIT */
/*
 * bench.h - what the programs of the benchmark share: arguments, reproducible
 * randomness, stacks of a known depth, call paths that differ.  No output, no
 * allocation of its own.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define NOINLINE __attribute__((noinline))
/* Between a call and the return, so that the call stays a call. */
#define NO_TAIL_CALL __asm__ volatile("" ::: "memory")
/* The compiler must believe that p is used. */
#define USED(p) __asm__ volatile("" : : "r"(p) : "memory")

/* Argument i as a number, or `other` when there is none. */
static inline long bench_arg(int argc, char **argv, int i, long other)
{
	char *end;
	long value;

	if (i >= argc)
		return other;
	value = strtol(argv[i], &end, 10);
	if (*end || end == argv[i] || value < 0) {
		fprintf(stderr, "%s: '%s' is not a number\n", argv[0], argv[i]);
		exit(2);
	}
	return value;
}

/* The same numbers on every machine (xorshift64*). */
static inline uint64_t bench_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* A memory block, or the end of the program. */
static inline void *bench_alive(void *p)
{
	if (__builtin_expect(!p, 0))
		abort();
	return p;
}

/* Frames of a stack that main() does not make itself: main and what libc has
 * under it. */
#define BENCH_FRAMES_OF_MAIN 4

/* Call fn(arg) with `more` frames between the caller's and its own. */
static NOINLINE long bench_deep(long more, long (*fn)(long), long arg)
{
	long r = more > 1 ? bench_deep(more - 1, fn, arg) : fn(arg);

	NO_TAIL_CALL;
	return r;
}

/* From main(): fn's frame is number `depth` of the stack, the outermost is 1. */
static inline long bench_at_depth(long depth, long (*fn)(long), long arg)
{
	long more = depth - BENCH_FRAMES_OF_MAIN - 1;

	return more > 0 ? bench_deep(more, fn, arg) : fn(arg);
}

/* Call paths of three frames each that end in `end`; see bench_path(). */
#define BENCH_PATHS 10
#define BENCH_PATH(n, end)                      \
	static NOINLINE void *path_c##n(long a) \
	{                                       \
		void *p = end(a + n);           \
                                                \
		NO_TAIL_CALL;                   \
		return p;                       \
	}                                       \
	static NOINLINE void *path_b##n(long a) \
	{                                       \
		void *p = path_c##n(a + n);     \
                                                \
		NO_TAIL_CALL;                   \
		return p;                       \
	}                                       \
	static NOINLINE void *path_a##n(long a) \
	{                                       \
		void *p = path_b##n(a + n);     \
                                                \
		NO_TAIL_CALL;                   \
		return p;                       \
	}

/* Defines bench_paths[BENCH_PATHS], functions that lead to `end`, a function or
 * macro of a long, by ways that share no frame.  Each adds a small number of its
 * own to the argument, so that no two are the same code. */
#define BENCH_DEFINE_PATHS(end)                                  \
	BENCH_PATH(0, end)                                       \
	BENCH_PATH(1, end)                                       \
	BENCH_PATH(2, end)                                       \
	BENCH_PATH(3, end)                                       \
	BENCH_PATH(4, end)                                       \
	BENCH_PATH(5, end)                                       \
	BENCH_PATH(6, end)                                       \
	BENCH_PATH(7, end)                                       \
	BENCH_PATH(8, end)                                       \
	BENCH_PATH(9, end)                                       \
	static void *(*const bench_paths[BENCH_PATHS])(long) = { \
		path_a0, path_a1, path_a2, path_a3, path_a4,     \
		path_a5, path_a6, path_a7, path_a8, path_a9,     \
	};

#endif
