/* SPDX-License-Identifier: MIT */
/*
 * reading.h - from TRACE[@POINT] on the command line to a model, and from bytes
 * to where -o says: what reports and exports share.
 */
#ifndef ANALYZER_CMDS_READING_H
#define ANALYZER_CMDS_READING_H

#include <stdbool.h>

struct model;
struct sink;

/* How reading_load_with() reads. */
struct reading {
	bool family;	    /* of a single trace take all of its run, as if that were named */
	unsigned int flags; /* of model_load_with() */
};

/* Load what `text` names (see members.h) as reading_load() does; `how` may be NULL. */
int reading_load_with(struct model *model, const char *text, const struct reading *how);

/*
 * Load what `text` names; complains itself.  Returns an exit status; release
 * the model in every case.
 */
int reading_load(struct model *model, const char *text);

/* The same for all of the settled trace at `path`, whatever characters are in it. */
int reading_load_whole(struct model *model, const char *path);

/* Would writing to `output` (NULL: standard output) destroy a trace?  Complains then. */
bool reading_is_trace(const char *output, const struct model *model);

/* As an output: standard error. */
extern const char reading_stderr[];

/*
 * Open `output`, or standard output when it is NULL or "-", and close it with every
 * error told.  A reader that has seen enough is no error.  Both return an exit
 * status; when the first one fails there is nothing to close.
 */
int reading_open_output(struct sink *sink, const char *output);
int reading_close_output(struct sink *sink, const char *output);

#endif
