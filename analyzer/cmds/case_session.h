/* SPDX-License-Identifier: MIT */
/*
 * case_session.h - cases run one after the other, each in a process of its own, and what a
 * profiler has to say of each.
 */
#ifndef ANALYZER_CMDS_CASE_SESSION_H
#define ANALYZER_CMDS_CASE_SESSION_H

#include <stdint.h>

struct case_filter;
struct case_list;
struct profiler;

struct case_session {
	const struct case_list *list;
	const struct profiler *profiler;
	const void *profiler_args; /* its options, parsed */
	uint64_t timeout;	   /* ns a case may take */
	const char *traces;	   /* a folder to keep them in, made here; or NULL */
	const char *folder;	   /* where they are while the session runs */
	unsigned int ran, skipped, failed;
};

/* Run those that the filter takes.  Prints; returns the exit status. */
int case_session_run(struct case_session *session, const struct case_filter *filter);

#endif
