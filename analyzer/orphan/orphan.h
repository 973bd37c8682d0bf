/* SPDX-License-Identifier: MIT */
/*
 * orphan.h - traces whose process was killed: the rest of them is in a state file.
 *
 * The recorder keeps its counters in a file that outlives the process (see
 * memprof/statefile.h).  Whoever opens the trace next settles it: the rest is
 * written, the state removed.  While the process lives nothing is touched, and a
 * reader that is interrupted leaves all as it was.
 */
#ifndef ANALYZER_ORPHAN_ORPHAN_H
#define ANALYZER_ORPHAN_ORPHAN_H

#include <stdbool.h>

struct diag;

enum orphan_kind {
	ORPHAN_NONE,	/* nothing to do: whole, of a live process, or nothing is left of it */
	ORPHAN_LIVE,	/* its process lives */
	ORPHAN_DRAINED, /* the rest was written into the trace */
	ORPHAN_COPIED,	/* the trace cannot be written: the whole of it is at `path` */
	ORPHAN_FAILED,	/* the state is there but cannot be used */
};

struct orphan {
	enum orphan_kind kind;
	char *path; /* ORPHAN_COPIED: to be read in place of the trace; else NULL */
	int fd;	    /* keeps `path` alive, or -1 */
};

/*
 * Settle the trace at `trace`.  A note in the diag says what was done; a failure
 * is a warning there, for the trace can be read as it is.  Anything that is not a
 * trace is left alone without a word.  Two at once: one waits for the other.
 */
enum orphan_kind orphan_settle(struct orphan *orphan, const char *trace, struct diag *diag);
void orphan_release(struct orphan *orphan);

/* What orphan_sweep() did. */
struct orphan_sweep {
	unsigned long live;    /* states whose process lives or cannot be seen */
	unsigned long drained; /* traces that were settled */
	unsigned long removed; /* states that had no trace any more */
	unsigned long left;    /* states that could not be used or removed */
};

/* Settle or remove each state file of ours in `dir`; adds to *done. */
void orphan_sweep(const char *dir, struct orphan_sweep *done, struct diag *diag);

#endif
