/* SPDX-License-Identifier: MIT */
/* picture.h - which pictures the terminal shows, asked of it itself. */
#ifndef ANALYZER_CMDS_PICTURE_H
#define ANALYZER_CMDS_PICTURE_H

#include "plot/plot.h"

/*
 * The best format the terminal at standard output takes, or -1 for none.  Asks
 * through /dev/tty and waits a moment for the answer.
 */
int picture_of_terminal(void);

/* Its size in pixels, or 0. */
int picture_pixels(int *columns_wide);

#endif
