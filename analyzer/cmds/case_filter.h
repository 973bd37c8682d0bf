/* SPDX-License-Identifier: MIT */
/* case_filter.h - which cases FILE[::SUITE[::CASE]] means, and which of them are skipped. */
#ifndef ANALYZER_CMDS_CASE_FILTER_H
#define ANALYZER_CMDS_CASE_FILTER_H

#include <stdbool.h>

#include "launch/cases.h"

struct case_filter {
	char *file;
	const char *suite, *name; /* NULL for all; within `file` */
};

void case_filter_init(struct case_filter *filter, const char *operand);
void case_filter_release(struct case_filter *filter);

bool case_filter_takes(const struct case_filter *filter, const struct case_info *info);

/* Why it means no case at all, with those there are; to free(), NULL when it does. */
char *case_filter_wrong(const struct case_filter *filter, const struct case_list *list);

/* Why the case is not run with that profiler; to free(), NULL when it is. */
char *case_filter_skips(const struct case_info *info, const char *profiler);

#endif
