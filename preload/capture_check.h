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

#include "origin.h"
#include "thread.h"

#ifdef MP_CHECK_STACKS
/* `node` is what a capture from `from` gave. */
void capture_check(struct thread *t, const struct origin *from, uint32_t node);
/* The sentence for the trace. */
bool capture_check_result(char *text, size_t cap);
#else
static inline void capture_check(struct thread *t, const struct origin *from, uint32_t node)
{
	(void)t;
	(void)from;
	(void)node;
}

static inline bool capture_check_result(char *text, size_t cap)
{
	(void)text;
	(void)cap;
	return false;
}
#endif

#endif
