/* SPDX-License-Identifier: MIT */
/*
 * filters.h - would a system call of ours kill the program?  Floor: sys.
 *
 * A program may have been started under a seccomp filter.  Filters that answer with an
 * error do no harm, as in most containers; those that kill are told by trying every
 * call in a child.  Filters that the program installs itself end the recording before
 * (recorder_seal).
 */
#ifndef PRELOAD_FILTERS_H
#define PRELOAD_FILTERS_H

#include <stdbool.h>

/* False when some call of the recorder's is lethal here.  To be asked before any of them is
 * made: by itself it makes only calls that the loader made before it, and starts a
 * child when there is a filter. */
bool filters_spare_us(void);

#endif
