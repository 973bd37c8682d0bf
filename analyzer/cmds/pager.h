/* SPDX-License-Identifier: MIT */
/* pager.h - long output through the user's pager. */
#ifndef ANALYZER_CMDS_PAGER_H
#define ANALYZER_CMDS_PAGER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Show `text` through MEMPROF_PAGER, PAGER or less, when standard output is a
 * terminal that it does not fit on.  False when it was not shown: there is no
 * such terminal or pager, or the user wants none (an empty one, or cat).
 */
bool pager_show(const char *text, size_t len);

#endif
