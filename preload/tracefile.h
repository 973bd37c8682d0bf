/* SPDX-License-Identifier: MIT */
/*
 * tracefile.h - the open trace of this process.  Floor: drain.
 *
 * Its descriptor sits high and close-on-exec, and is checked by device and
 * inode before each write: a program that closes or replaces it never gets our
 * bytes in a file of its own; the trace is opened again by its path.
 * One writer at a time: the caller holds the drain lock.
 */
#ifndef PRELOAD_TRACEFILE_H
#define PRELOAD_TRACEFILE_H

#include <stdbool.h>
#include <stdint.h>

#include <memprof/encode.h>

#include "pack.h"

struct tracefile {
	struct mp_out out; /* first, so that flush finds the rest */
	int fd;
	uint64_t dev, ino;
	uint64_t size; /* bytes written */
	struct pack pack;
	char path[4096];
};

/*
 * Open a new trace by a template with %p %e %h %t %n %%.  A name that exists
 * gets .1, .2 and so on; nothing is ever overwritten, no link followed.  One that
 * ends in .gz or .zst is packed, each flush a member or frame of its own.
 * `program` is the executable's name, `run` the number for %n.  0 or -errno.
 */
int tracefile_open(struct tracefile *file, const char *template, const char *program, uint64_t run);

/* Write out what is buffered.  0 or the first error since the file was opened. */
int tracefile_flush(struct tracefile *file);

/* Take back what was written past `size`.  0 or -errno. */
int tracefile_cut(struct tracefile *file, uint64_t size);

void tracefile_close(struct tracefile *file);

#endif
