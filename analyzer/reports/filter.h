/* SPDX-License-Identifier: MIT */
/*
 * filter.h - include|exclude:what:GLOB.  A place passes when no filter includes
 * or any including one matches it, and no excluding one matches.
 */
#ifndef ANALYZER_REPORTS_FILTER_H
#define ANALYZER_REPORTS_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "util/opt.h"

struct diag;
struct frame;
struct model_process;
struct model_thread;

enum filter_on { FILTER_FUNCTION, FILTER_FILE, FILTER_MODULE, FILTER_THREAD, FILTER_PROCESS };

struct filter {
	bool exclude;
	enum filter_on on;
	const char *glob; /* borrowed from the text */
};

struct filters {
	struct filter *v;
	size_t n;
	bool need_frames; /* one of them asks for a function, file or module */
};

/* Returns 0, or -EINVAL with the reason in `diag`.  Release in every case. */
int filters_parse(struct filters *filters, const struct opt_list *texts, struct diag *diag);
void filters_release(struct filters *filters);

/*
 * Does an allocation pass whose reported frame is `frame`, made by `thread` of `process`
 * (NULL: unknown)?  Functions match by their whole
 * name or by it without return type and parameters; files and modules by path, or
 * by their last part when the glob has no slash; threads and processes by
 * name or number; the name of a process is its program's path or the last part of it.
 */
bool filters_pass(const struct filters *filters, const struct frame *frame,
		  const struct model_thread *thread, const struct model_process *process);

/* Is any of them on what `on` says? */
bool filters_on(const struct filters *filters, enum filter_on on);

#endif
