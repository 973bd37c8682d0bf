/* SPDX-License-Identifier: MIT */
/*
 * exporter.h - turns a model into a format that other tools read.  An exporter
 * is one file export/X.c with `const struct exporter export_X`; it knows models
 * and nothing of reports.  Every frame of every stack is in what it writes:
 * the reading tool has filters of its own.
 */
#ifndef ANALYZER_EXPORT_EXPORTER_H
#define ANALYZER_EXPORT_EXPORTER_H

#include <stdbool.h>

#include "export/stacks.h"
#include "model/model.h"

struct sink;
struct symbols;

struct export_args {
	enum mp_kind kind;
	const struct export_measure *measure; /* for formats that hold one number a stack */
	struct diag *diag;		      /* why write() failed */
};

struct exporter {
	const char *name;    /* as --to takes it */
	const char *summary; /* the format, and who reads it: lower case, no full stop */
	bool binary;	     /* nothing for a terminal */
	bool one_measure;    /* args->measure says which number is written */

	/*
	 * Returns 0, or -EINVAL when the model has nothing of what the format
	 * is about; args->diag says why.  Errors of writing stick to the sink.
	 */
	int (*write)(const struct model *model, struct symbols *symbols,
		     const struct export_args *args, struct sink *out);
};

/* By name, or NULL. */
const struct exporter *exporter_find(const char *name);

/* All of them, ends with NULL. */
extern const struct exporter *const exporters[];

#endif
