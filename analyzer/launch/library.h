/* SPDX-License-Identifier: MIT */
/* library.h - where the recorder and other allocators are installed, and LD_PRELOAD. */
#ifndef ANALYZER_LAUNCH_LIBRARY_H
#define ANALYZER_LAUNCH_LIBRARY_H

struct diag;

/*
 * The path of libmemprof.so, to free(): $MEMPROF_LIB, beside this program (a
 * build tree), the folder it was configured for, or a lib folder next to the
 * program's own.  NULL with the reason in the diag when it is nowhere, or
 * where LD_PRELOAD cannot name it.
 */
char *library_recorder(struct diag *diag);

/*
 * The path of another file that is installed beside libmemprof.so, to free();
 * NULL with the reason in the diag.
 */
char *library_beside(const char *name, struct diag *diag);

/*
 * The path of the allocator `name` (jemalloc, tcmalloc, mimalloc), to free();
 * NULL with the Debian package to install in the diag when it is not there.
 */
char *library_allocator(const char *name, struct diag *diag);

/*
 * A value for LD_PRELOAD, to free(): the recorder first, then `allocator`
 * (NULL for none), then what `inherited` (may be NULL) had, less any recorder.
 */
char *library_preload(const char *recorder, const char *allocator, const char *inherited);

#endif
