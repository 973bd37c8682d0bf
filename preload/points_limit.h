/* SPDX-License-Identifier: MIT */
/* points_limit.h - what limits are held against, between points.c and points_limit.c.
 * Floor: record. */
#ifndef PRELOAD_POINTS_LIMIT_H
#define PRELOAD_POINTS_LIMIT_H

#include "state.h"

/* The case that is open; "" when there is none. */
const char *points_suite(void);
const char *points_case(void);
/* Live heap bytes of the process where it began, 0 when none is open. */
uint64_t points_case_live(void);

/* Remember what every stack holds now, as a case begins; forget it. */
void points_limit_start(struct state *s);
void points_limit_stop(void);

#endif
