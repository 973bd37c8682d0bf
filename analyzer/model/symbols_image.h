/* SPDX-License-Identifier: MIT */
/*
 * symbols_image.h - the file of a module, opened for its names: the file at
 * the module's path, or its debug file when that one is gone.
 */
#ifndef ANALYZER_MODEL_SYMBOLS_IMAGE_H
#define ANALYZER_MODEL_SYMBOLS_IMAGE_H

#include <elfutils/libdwfl.h>

struct image {
	Dwfl *dwfl;		  /* NULL when there is no file to use */
	Dwfl_Module *module;	  /* its addresses are those of the file: load address less bias */
	Dwfl_Callbacks callbacks; /* libdwfl keeps a pointer to them: do not move an image */
	char *problem;		  /* why there is none: a sentence; NULL else */
};

struct image_paths {
	const char *sysroot; /* put before the path; "" for none */
	char *debug;	     /* libdwfl's list of folders with debug files */
};

/* Copies nothing of `sysroot`; `debug_path` may be NULL or a colon-separated list. */
void image_paths_init(struct image_paths *paths, const char *sysroot, const char *debug_path);
void image_paths_release(struct image_paths *paths);

/*
 * Open the file at `path`, if it is an ELF file with build id `build_id` (hex
 * digits; NULL takes any), else a debug file of that build id.  Loads no debug
 * information yet.  `paths` must outlive the image.
 */
void image_open(struct image *image, const char *path, const char *build_id,
		const struct image_paths *paths);
void image_release(struct image *image);

#endif
