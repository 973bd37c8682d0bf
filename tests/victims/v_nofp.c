/* SPDX-License-Identifier: MIT */
/*
 * v_nofp.c - frames.h without frame pointers, optimised.
 *
 * build: -O2 -fomit-frame-pointer -fno-optimize-sibling-calls
 */
#include "frames.h"
