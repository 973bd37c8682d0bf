/* SPDX-License-Identifier: MIT */
/* settle.h - what every command does with a trace before it reads it. */
#ifndef ANALYZER_CMDS_SETTLE_H
#define ANALYZER_CMDS_SETTLE_H

#include "orphan/orphan.h"

struct diag;
struct model;
struct point;

/* orphan_settle(), told on stderr.  Returns the path to read until
 * orphan_release(): `trace` itself, or where the whole of it is. */
const char *settle(struct orphan *orphan, const char *trace);

/* model_load_with() of a settled trace. */
int settle_and_load(struct model *model, const char *trace, const struct point *point,
		    unsigned int flags, struct diag *diag);

/* Notes and warnings of the orphan module on stderr, as plain sentences. */
void settle_tell(const struct diag *diag);

#endif
