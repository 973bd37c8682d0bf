/* SPDX-License-Identifier: MIT */
/*
 * capture_check.h - compare every capture with libgcc's unwinder.  Floor: unwind.
 *
 * Only in the checking build (MP_CHECK_STACKS), which tests run on real
 * programs: an independent implementation must see the same frames.  Thousands
 * of times slower than a capture.  In the normal build there is nothing here.
 */
#ifndef PRELOAD_CAPTURE_CHECK_H
#define PRELOAD_CAPTURE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "capture.h"

#ifdef MP_CHECK_STACKS
/* t->frames holds `n` frames from `from`, the last capture's. */
void capture_check(struct thread *t, const struct origin *from, uint32_t n);
/* The sentence for the trace. */
bool capture_check_result(char *text, size_t cap);
#else
static inline void capture_check(struct thread *t, const struct origin *from, uint32_t n)
{
	(void)t;
	(void)from;
	(void)n;
}

static inline bool capture_check_result(char *text, size_t cap)
{
	(void)text;
	(void)cap;
	return false;
}
#endif

#endif
