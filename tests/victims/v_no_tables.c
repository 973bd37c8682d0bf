/* SPDX-License-Identifier: MIT */
/*
 * v_no_tables.c - frames.h without unwind tables, with frame pointers: what
 * there is to follow a stack by is the chain in rbp alone.
 *
 * build: -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-exceptions -fno-omit-frame-pointer
 */
#include "frames.h"
