/* SPDX-License-Identifier: MIT */
/*
 * leap.h - when the program leapt out of the recorder.  Floor: record.
 *
 * A signal handler may end by a jump (siglongjmp, setcontext, an exception), and then
 * what it interrupted is never finished.  Was that the recorder, its guard would stay
 * closed for good.  So the guard says where on the stack it was closed: a hook that is
 * entered at or above that place on the same stack, or a jump to there, proves that
 * who closed it is gone.  What it left half done is then put right.
 *
 * That it is not gone although it looks so (a handler that changes to another
 * coroutine and back) costs at most the event it was recording.
 *
 * For the calling thread.  Costs nothing unless the guard is found closed.  What may not stay
 * half done at all is not interrupted in the first place: see quiet_begin().
 */
#ifndef PRELOAD_LEAP_H
#define PRELOAD_LEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "guard.h"

/* The guard is closed, and code runs whose frame is at `frame`: has who closed it been
 * left for good?  Then all is put right and the guard is open. */
bool leap_over(struct tls *t, uintptr_t frame);

/* Is it closed by somebody who goes on after the code whose frame is at `frame`? */
static inline bool leap_inside(const void *frame)
{
	return tls.busy && !leap_over(&tls, (uintptr_t)frame);
}

/* The guard is closed, and the program is about to jump to where the stack ends at `sp`:
 * the same. */
void leap_to(struct tls *t, uintptr_t sp);

/* Who closed the guard will not go on: put right what it left, and open the guard. */
void leap_recover(struct tls *t);

#endif
