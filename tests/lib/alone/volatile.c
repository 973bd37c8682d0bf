/* SPDX-License-Identifier: MIT */
/*
 * volatile.c - the recorder reads other threads' counters by volatile loads, 16 bytes at a time,
 * and writers store them as such in their hot path: either the old or the new value, without a
 * locked instruction.  The compiler tells ThreadSanitizer of these accesses by calls of their
 * own, which look at nothing.
 */
#define MARKED(size)                               \
	void __tsan_volatile_read##size(void *p);  \
	void __tsan_volatile_read##size(void *p)   \
	{                                          \
		(void)p;                           \
	}                                          \
	void __tsan_volatile_write##size(void *p); \
	void __tsan_volatile_write##size(void *p)  \
	{                                          \
		(void)p;                           \
	}

MARKED(1)
MARKED(2)
MARKED(4)
MARKED(8)
MARKED(16)
