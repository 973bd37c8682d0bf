/* SPDX-License-Identifier: MIT */
/*
 * drain.h - from the state to trace lines.  Floor: drain.
 *
 * One pass writes what changed since the last: module, thread and stack lines
 * that rows need, then running totals.  The same code serves the recorder and
 * a reader that finds the state of a dead process, so it depends on the state's
 * layout and the encoder only: it neither allocates nor makes system calls.
 * The caller holds the state's drain lock and flushes `out` afterwards.
 */
#ifndef PRELOAD_DRAIN_H
#define PRELOAD_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <memprof/encode.h>

#include "state.h"

/* Entries of the caller's `chain` buffer: the deepest stack and a bit. */
#define DRAIN_CHAIN (65536 + 16)

/* Sums over all cells, as the last pass found them. */
struct drain_totals {
	uint64_t allocs, bytes, frees, freed;
	uint64_t captures, truncated, lost, foreign;
	uint64_t threads;
	uint64_t inherited_blocks, inherited_bytes; /* without rows */
};

struct drain {
	struct state *s;
	struct mp_out *out;
	uint32_t *chain; /* DRAIN_CHAIN entries */
	/* Says whether a thread that announced its end is gone; NULL when all are. */
	bool (*gone)(uint32_t tid);
	uint64_t t; /* time of the pass */
	/* No pass is meant to follow: what a short-lived fork child inherited and
	 * never touched is summed up, its parent's trace has it stack by stack. */
	bool last;
	bool durations;	  /* write what changed of the histograms of regions, too */
	uint64_t moments; /* of the ring, what this pass has come to */
	struct drain_totals totals;
};

/* Write every line that is due.  Begins a new pass in the state. */
void drain_pass(struct drain *d);

/* Cells that are in use of a block of the record's thread. */
uint32_t drain_cells_in(const struct thread_record *record, uint32_t block);

/* A stack and all it hangs from, callers first, where not yet written. */
void drain_stack(struct drain *d, uint32_t node);

/* Regions of a thread that changed, and its durations once it is `gone`; part of the pass. */
void drain_sums(struct drain *d, struct thread_record *record, bool gone);
/* Marks, calls and spikes that wait in the ring; part of the pass. */
void drain_moments(struct drain *d);
/* Counters whose newest value was not written yet. */
void drain_counters(struct drain *d);

/* Rows of size classes that changed; part of the pass. */
void drain_sizes(struct drain *d);

/*
 * Lines for the code that stacks met, by the perf map `map` of `len` bytes: once,
 * after the last pass.  `scratch` holds `scratch_len` bytes, drain_jit_scratch()
 * or what there is; 0 is needed when no stack met such code.
 */
void drain_jit(struct drain *d, const char *map, size_t len, uint64_t *scratch, size_t scratch_len);
size_t drain_jit_scratch(const struct state *s);

/* The composition of the highest live heap so far, if it changed since the last
 * such line.  `scratch` holds `len` bytes, drain_peak_scratch() or more, of which
 * it touches what the stacks of the peak need; without it (NULL) a stack has a row
 * for each thread.  While other threads are `running` it is needed, and nothing is
 * written when a new peak comes in between. */
void drain_peak(struct drain *d, void *scratch, size_t len, bool running);
/* What a cell held at the last peak: {blocks, bytes}. */
v2 drain_held_at_peak(const struct state *s, const struct cell *c);
size_t drain_peak_scratch(const struct state *s);

/* One sample of memory; the caller fills all but heap, blocks, mapped, the
 * recorder's own and the threads. */
void drain_sample(struct drain *d, struct mp_sample *sample);

/* The last line, from the totals of the last pass. */
void drain_footer(struct drain *d, const struct mp_footer *base);

/* After the pass was flushed: its lines are in the trace, `size` bytes in all;
 * `ended`: the last one is a footer. */
void drain_commit(struct drain *d, uint64_t size, bool ended);

#endif
