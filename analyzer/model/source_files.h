/* SPDX-License-Identifier: MIT */
/*
 * source_files.h - the source files that debug information names, found and
 * read once.  Only plain files are opened: a trace may name anything.
 */
#ifndef ANALYZER_MODEL_SOURCE_FILES_H
#define ANALYZER_MODEL_SOURCE_FILES_H

#include <stddef.h>
#include <stdint.h>

struct model;
struct source_files;

struct source_options {
	const char *sysroot;	 /* prefix of the paths as they are, or NULL */
	const char *const *dirs; /* folders to look in for each tail of a path */
	size_t n_dirs;
	const char *const *maps; /* OLD=NEW: paths that begin with OLD begin with NEW here */
	size_t n_maps;
};

struct source_file {
	const char *problem; /* why there is no text: a sentence; NULL when there is */
	char *path;	     /* where it was found */
	char **lines;	     /* without their ends; line 1 is lines[0] */
	uint32_t n;
};

/*
 * What `options` point to must outlive it.  A file that is found without the
 * help of dirs and maps counts only if it was not changed since the run of
 * `model` began (NULL: whenever).
 */
struct source_files *source_files_new(const struct source_options *options,
				      const struct model *model);
void source_files_free(struct source_files *files);

/* Never NULL; owned by `files`. */
const struct source_file *source_files_get(struct source_files *files, const char *path);

/* The text of a line without white space at its end, or NULL when it is not known. */
const char *source_files_line(struct source_files *files, const char *path, uint32_t line);

#endif
