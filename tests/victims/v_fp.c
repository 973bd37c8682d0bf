/* SPDX-License-Identifier: MIT */
/*
 * v_fp.c - frames.h with frame pointers.
 *
 * build: -fno-omit-frame-pointer
 */
#include "frames.h"
