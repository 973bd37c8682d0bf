/* SPDX-License-Identifier: MIT */
/*
 * follow.h - which processes of the program's are recorded, too.  Floor: hooks.
 *
 * A new program comes under the recorder by the recorder's own entry in LD_PRELOAD,
 * and by nothing else.  Where programs are not to be followed that entry is taken out
 * of the environment; other entries are never touched.
 */
#ifndef PRELOAD_FOLLOW_H
#define PRELOAD_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

/* Once a program image, after the settings are known and before its main(): remembers
 * where the recorder and its traces are, and hides the recorder from programs that are
 * not to be followed. */
void follow_init(void);

/* Are children made by fork recorded?  And programs that are executed? */
bool follow_forks(void);
bool follow_programs(void);

/* Is the recorder's entry in this value of LD_PRELOAD? */
bool follow_is_preloaded(const char *value);

/* Copy `value` without the recorder's entry; `to` has room for all of it.  Returns
 * the length. */
size_t follow_without(char *to, const char *value);

/* The recorder's absolute path; "" when it is not known. */
const char *follow_path(void);

/* "MEMPROF_RUN=..." and "MEMPROF_OUTPUT=..." with an absolute path; the second is NULL
 * when traces go elsewhere than config.output says already. */
const char *follow_run(void);
const char *follow_output(void);

#endif
