/* SPDX-License-Identifier: MIT */
/*
 * cases.h - the cases of a program or shared object: which there are, and one of them run in a
 * process of its own.  How they get to run there is preload/plain/case_main.c.
 */
#ifndef ANALYZER_LAUNCH_CASES_H
#define ANALYZER_LAUNCH_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct diag;
struct environment;

struct case_info {
	char *suite, *name, *file;
	int line;
	char *skip, *skip_profiler, *accept_profiler; /* "" for none */
};

struct case_list {
	char *path;   /* of the file, absolute */
	bool program; /* it has a main() of its own */
	struct case_info *v;
	size_t n, alloc;
};

/*
 * Read the cases of `file`, sorted by suite and name: it, or the host of shared objects, is
 * started for that, up to its main().  Returns 0, -ENOENT when the file is not there or has no
 * case, -ENOEXEC when it is neither program nor shared object, or another -errno; the diag has
 * the sentence.  Release in every case.
 */
int case_list_read(struct case_list *list, const char *file, struct diag *diag);
void case_list_release(struct case_list *list);

enum case_stage { CASE_STARTED, CASE_SETUP, CASE_RUN, CASE_RAN, CASE_STAGES };

struct case_end {
	pid_t pid;
	int status;	       /* as wait() gives it */
	bool timed_out;	       /* it was killed for that */
	enum case_stage stage; /* how far it came */
	bool teardown, torn;   /* the suite's teardown was begun, and ended */
};

/*
 * Run one case with the environment `env`, in which LD_PRELOAD names what is to be preloaded
 * besides what cases need; kill it after `timeout` nanoseconds.  Waits for the teardown, too.
 * Returns 0 or -errno with the sentence in the diag.
 */
int case_run(const struct case_list *list, const struct case_info *info,
	     const struct environment *env, uint64_t timeout, struct case_end *end,
	     struct diag *diag);

#endif
