/* SPDX-License-Identifier: MIT */
/* plot_doc.h - one or several traces to the doc that memprof plot draws. */
#ifndef ANALYZER_CMDS_PLOT_DOC_H
#define ANALYZER_CMDS_PLOT_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct doc;
struct model;

struct plot_doc {
	const struct model *models;
	size_t n;
	char **operands;      /* the traces as they were named */
	const char *curves;   /* names with commas between; NULL: what suits */
	const char *group_by; /* thread, process, line, function, file, module; NULL: none */
	uint64_t areas;	      /* so many, and one for the rest */
	uint64_t from, to;    /* the window, ns */
	bool sum;	      /* of several: added up, instead of each for itself */
	bool each;	      /* of several of one run: each for itself */
	const char *sysroot, *debug_path;
};

/* Fill `doc`.  Returns 0, or -EINVAL with the reason in `diag`. */
int plot_doc_build(const struct plot_doc *what, struct doc *doc, struct diag *diag);

/* Are they processes of one run? */
bool plot_doc_is_family(const struct model *models, size_t n);

#endif
