/* SPDX-License-Identifier: MIT */
/*
 * symbolize.h - a trace with the names of its addresses inside, to be read where
 * its programs are not.
 */
#ifndef ANALYZER_MODEL_SYMBOLIZE_H
#define ANALYZER_MODEL_SYMBOLIZE_H

#include <stdint.h>

struct diag;
struct model;
struct sink;
struct symbols;

struct symbolized {
	uint64_t addresses, named; /* distinct ones in files, and those that got a name */
	uint64_t modules,
		missing; /* files with addresses, and those not here or of another build */
};

/*
 * Write the trace at `path`, of which `model` is the whole, line by line, and
 * the names that `symbols` knows (made with DEMANGLE_NONE) in front of its last
 * footer.  Names it has of modules that are missing here are kept.  Returns 0
 * or -errno with the reason in `diag`; errors of writing stick to the sink.
 */
int symbolize(const char *path, const struct model *model, struct symbols *symbols,
	      struct sink *sink, struct symbolized *result, struct diag *diag);

#endif
