/* SPDX-License-Identifier: MIT */
/*
 * graves.h - what ended threads leave behind is summed up.  Floor: drain.
 *
 * Once a thread's last rows are in the trace for certain, its counters are
 * needed only for the totals and for the peak.  They are added, stack by stack,
 * to one record that is no thread's, and the cells and the record go to the next
 * thread: a program that starts a million threads needs no more than one that
 * starts a hundred.
 */
#ifndef PRELOAD_GRAVES_H
#define PRELOAD_GRAVES_H

#include "state.h"

/* Sum up every thread whose end was committed.  With the drain lock held. */
void graves_fill(struct state *s);

/* In a fork child: nothing is summed up yet. */
void graves_forget(void);

#endif
