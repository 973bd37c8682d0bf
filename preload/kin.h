/* SPDX-License-Identifier: MIT */
/*
 * kin.h - the run of the process that started this one.  Floor: drain.
 *
 * MEMPROF_RUN goes along with the program's own exec and posix_spawn calls, not with
 * those that the C library makes for system() and popen().  But a parent that is
 * recorded has its state mapped, and a state says what run it is of.
 */
#ifndef PRELOAD_KIN_H
#define PRELOAD_KIN_H

#include <stdbool.h>
#include <stddef.h>

/* The run of the parent process, if it is recorded and lets itself be looked at. */
bool kin_run(char *run, size_t cap);

#endif
