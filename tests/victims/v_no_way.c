/* SPDX-License-Identifier: MIT */
/*
 * v_no_way.c - frames.h without unwind tables and without frame pointers: a
 * stack that nobody can follow.  It must be cut, not guessed, and counted.
 *
 * build: -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-exceptions -fomit-frame-pointer -O2
 */
#include "frames.h"
