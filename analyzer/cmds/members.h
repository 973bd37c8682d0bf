/* SPDX-License-Identifier: MIT */
/*
 * members.h - the traces that a TRACE on the command line stands for.
 *
 *   FILE            that one; with `family` all of its run in its folder
 *   DIR             all of the newest run in the folder
 *   run:ID, ID      all of that run in the current folder (DIR/run:ID in another one);
 *		     the beginning of an id will do when it is the only one
 *   ...#PID         of these the process PID, with all programs that it executed
 */
#ifndef ANALYZER_CMDS_MEMBERS_H
#define ANALYZER_CMDS_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "trace/first_line.h"

struct diag;

struct member {
	char *path;
	struct first_line line;
};

struct members {
	struct member *v; /* in order of their start */
	size_t n, alloc;
};

/*
 * Fill `members`; `text` has no point any more.  A single file is taken without a look
 * inside.  Notes to the diag say what else there was.  Returns 0, -ENOENT or another -errno
 * with the reason in the diag.  Release in every case.
 */
int members_find(struct members *members, const char *text, bool family, struct diag *diag);
void members_release(struct members *members);

#endif
