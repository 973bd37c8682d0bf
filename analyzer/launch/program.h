/* SPDX-License-Identifier: MIT */
/*
 * program.h - the program to be started: where it is, and whether a library
 * can be preloaded into it.  Looks at files only; starts nothing.
 */
#ifndef ANALYZER_LAUNCH_PROGRAM_H
#define ANALYZER_LAUNCH_PROGRAM_H

#include <stdbool.h>

struct diag;

struct program {
	char *path;	 /* what is executed */
	char *image;	 /* the ELF file that will run: `path`, or what interprets it */
	char *problem;	 /* why it cannot be recorded, and the way out: a sentence; NULL else */
	bool children;	 /* with a problem: what it starts can be recorded all the same */
	bool own_malloc; /* it exports a malloc of its own, which goes before any preloaded one */
	bool cxx;	 /* it needs libstdc++ */
};

/*
 * Find `name` as execvp does: in the folders of $PATH unless it has a slash.
 * Returns 0, -ENOENT when there is none, -EACCES when what there is cannot be
 * executed, or another -errno; the diag has the sentence.  Release in every case.
 */
int program_find(struct program *program, const char *name, struct diag *diag);

/*
 * Follow #! lines to the ELF file that will run, and look into it.  Returns 0,
 * also when it cannot be read and is taken to be fine; -ENOENT or -EACCES when
 * an interpreter of it is missing, with the sentence in the diag.
 */
int program_inspect(struct program *program, struct diag *diag);

void program_release(struct program *program);

#endif
