/* SPDX-License-Identifier: MIT */
/*
 * names.h - numbers for functions: formats name each once and then refer to it.
 */
#ifndef ANALYZER_EXPORT_NAMES_H
#define ANALYZER_EXPORT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/map.h"
#include "util/strmap.h"

struct frame;

/* A function, or one line of it. */
struct export_name {
	const char *name;   /* owned by the names */
	const char *file;   /* borrowed from the symbols; NULL when unknown */
	const char *module; /* the same */
	uint32_t line;	    /* 0 when unknown, or when lines do not matter */
};

struct export_names {
	struct export_name *v;
	size_t n, alloc;
	bool by_line; /* two lines of a function are two names */
	struct strmap index, texts;
	struct map by_frame; /* answers given before */
};

void export_names_release(struct export_names *names);

/*
 * The number of the function of a frame, from 0, in the order they are asked
 * for.  Frames must live as long as the names.
 */
size_t export_name_of(struct export_names *names, const struct frame *frame);

/* Its name; lives as long as the names. */
const char *export_name_text(struct export_names *names, const struct frame *frame);

#endif
