/* SPDX-License-Identifier: MIT */
/* places.h - the traces that lie in a folder, and the folders states lie in. */
#ifndef ANALYZER_CMDS_PLACES_H
#define ANALYZER_CMDS_PLACES_H

#include <stddef.h>
#include <sys/stat.h>

struct trace_place {
	char *path;
	struct stat st;
};

struct trace_places {
	struct trace_place *v; /* the oldest first */
	size_t n, alloc;
};

/*
 * The files right in `dir` that start with a header line, packed or not.  Returns
 * 0 or -errno when the folder cannot be read.
 */
int trace_places_find(struct trace_places *places, const char *dir);
void trace_places_release(struct trace_places *places);

/* Calls `each` for every folder where the recorder keeps states: the one that
 * MEMPROF_STATE_DIR names, else /dev/shm, and `dir`, where the traces are. */
void state_folders(const char *dir, void (*each)(const char *folder, void *ctx), void *ctx);

#endif
