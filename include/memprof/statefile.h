/* SPDX-License-Identifier: MIT */
/*
 * statefile.h - what is left in the state of a dead process, for readers.
 *
 * The recorder's counters live in a file (its layout is preload/state.h).  A
 * reader that finds one whose owner is dead takes a copy, looks whose it is, and
 * has the recorder's own drain write the rest of the trace from it.
 *
 * The file is not trusted: the program that died may have written over it, and
 * anyone may have made it.  What makes no sense is refused or mended in the copy;
 * the file itself is never written.  For the analyzer; not used in the recorder.
 */
#ifndef MEMPROF_STATEFILE_H
#define MEMPROF_STATEFILE_H

#include <stdbool.h>
#include <stdint.h>

struct mp_out;
struct mp_state;

/* The names of state files, as in "memprof-0123456789abcdef01234567.state". */
#define MP_STATE_PREFIX "memprof-"
#define MP_STATE_SUFFIX ".state"

struct mp_state_facts {
	/* the owner, as it saw itself */
	uint32_t pid;
	uint64_t pid_namespace; /* inode number of /proc/self/ns/pid */
	uint64_t start_ticks;	/* field 22 of /proc/pid/stat */
	const char *boot;	/* boot id */

	/* its trace */
	const char *trace_path;
	uint64_t trace_dev, trace_ino;
	uint64_t trace_size; /* bytes that are whole lines and stay; 0: not even a header */
	bool finished;	     /* the last of them is the footer: nothing is left */
};

/*
 * Look at the state in the file `fd`, which must stay open until mp_state_free().
 * The facts may change while the owner lives.  Returns 0, -EINVAL when it is no
 * state or is damaged beyond use, -EPROTONOSUPPORT when another version wrote it,
 * -ENOMEM, or -errno of the read.
 */
int mp_state_read(struct mp_state **out, int fd);

/* Belongs to the state. */
const struct mp_state_facts *mp_state_facts(const struct mp_state *state);

/* Lines that name something by a number. */
enum mp_state_line { MP_STATE_MODULE, MP_STATE_STACK, MP_STATE_REGION, MP_STATE_THREAD_END };

/*
 * A trace that lost lines still has the one that names `id`, of time `t` where it has one: it
 * is not written again, if the lines that it builds on were told before; nor are the rows of a
 * thread that has ended.  Without memory they are.
 */
void mp_state_has(struct mp_state *state, enum mp_state_line line, uint64_t id, uint64_t t);

/*
 * Write the lines that are missing behind the first facts->trace_size bytes of
 * the trace, and a footer with `reason`.  With `all`, write every line but the
 * header and those of mp_state_has(): the trace has lost some.  Once for each state, with the owner dead since
 * before it was read.  Returns 0, -ENOMEM, -errno of the read, or the error of
 * `out`, which is flushed.
 */
int mp_state_drain(struct mp_state *state, struct mp_out *out, const char *reason, bool all);

/* NULL is allowed. */
void mp_state_free(struct mp_state *state);

#endif
