/* SPDX-License-Identifier: MIT */
/*
 * output.h - when and in what order the trace of this process is written.
 * Floor: sampler.
 *
 * Every function takes the drain lock, so one thread writes at a time; all may
 * be called from any thread that holds the guard.  They leave errno alone.
 */
#ifndef PRELOAD_OUTPUT_H
#define PRELOAD_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

/* Nanoseconds since the header's epoch; also refreshes s->now. */
uint64_t output_now(struct state *s);

/* Before there is a trace: tell who asked (MEMPROF_VERBOSE) why there will be none. */
void output_complain(const char *text);

/* The folder and name a trace will have, before there is a state.  0 or -errno. */
int output_open(const char *program);
const char *output_path(void);

/* Write the header.  `anonymous`: the state is not in a file, so every tick
 * must drain. */
int output_start(struct state *s, const char *exe, bool anonymous, uint32_t parent);

/* A note in the trace; on stderr too when the user asked for that. */
void output_note(struct state *s, const char *level, const char *code, const char *text);

/* Rows of all sites that changed; with `peak`, the peak's composition as well. */
void output_sites(struct state *s, bool peak);
/* Who asks for a sample, and so what the allocator may be asked: nothing at the
 * start, where constructors still wait, and all by the recorder's own thread. */
enum asker { ASKER_START, ASKER_HOOK, ASKER_HELPER };
void output_sample(struct state *s, enum asker asker);

/* What a leak check found, after the totals of its moment; the time is set here. */
struct mp_leak_check;
void output_leaks(struct state *s, struct mp_leak_check *check);
/* An exact point: everything that changed, a sample, and then what `put` writes. */
struct drain;
typedef void output_put_fn(struct drain *d, void *ctx);
void output_point(struct state *s, output_put_fn *put, void *ctx);

/* A release that was wrong; the time is set here. */
struct mp_invalid;
void output_invalid(struct state *s, struct mp_invalid *line);

/* The process made a child. */
void output_fork(struct state *s, uint32_t child);

/* The process is about to replace its program: everything that is left, the exec
 * line and the footer; and the same taken back when that did not happen. */
void output_exec(struct state *s, const char *path);
void output_exec_failed(struct state *s);

/* Everything that is left, and the footer.  The trace stays open. */
void output_finish(struct state *s, const char *reason, const int *status);

/* In a fork child: drop the parent's file and buffer without writing. */
void output_forget(void);

/* True when writing failed for good: nothing more will reach the trace. */
bool output_broken(void);

#endif
