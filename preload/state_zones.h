/* SPDX-License-Identifier: MIT */
/*
 * state_zones.h - what the program says of itself, as the state keeps it.  Floor: state.
 *
 * A zone is a region of the program (memprof_begin; the parts of the state file are called
 * regions already): a name under a parent.  Each thread has its own sums for each zone it was
 * in, so that nobody waits.  Single moments (marks, calls that are kept one by one, spikes)
 * go into a ring that every drain empties.
 */
#ifndef PRELOAD_STATE_ZONES_H
#define PRELOAD_STATE_ZONES_H

#include <stdint.h>

#include "v2.h"

enum zone_kind { ZONE_NAMED, ZONE_FUNCTION, ZONE_COUNTER };

/* Zone 0 is the root, in which no thread ever is. */
#define ZONE_ROOT 0
#define ZONE_FIRST 1

struct zone {
	uint32_t parent;
	uint32_t child;	  /* newest child; no meaning outside */
	uint32_t sibling; /* next older child of the parent; no meaning outside */
	uint32_t name;	  /* offset in the text region */
	uint32_t kind;	  /* enum zone_kind */
	uint32_t drained; /* drain pass that wrote its line, 0 for none */
	uint64_t address; /* of a function, in the process */
	/* of a counter: its newest value, and which one a line was written of */
	double value;
	uint64_t time, sets, written;
	uint32_t tid, lines;
};

/* Octaves of durations: 16 buckets each, the first below 16 ns. */
#define ZONE_OCTAVES 61
#define ZONE_BUCKETS 16

/* One thread in one zone; written by that thread. */
struct zone_sum {
	v2 calls; /* calls, their nanoseconds */
	v2 times; /* nanoseconds without inner zones, the longest call */
	v2 alloc, free;
	int64_t peak;
	uint64_t min;
	uint32_t zone;
	uint32_t previous; /* 1 + the thread's next older one, or the next free one; 0 for none */
	uint64_t drained;  /* calls when its row was last written, */
	uint64_t timed;	   /* and the rows of its durations */
	uint32_t octaves[ZONE_OCTAVES]; /* 1 + where the octave's counts are */
} __attribute__((aligned(64)));

/* Calls by duration, of one octave. */
struct zone_octave {
	uint64_t calls[ZONE_BUCKETS];
};

enum ring_kind { RING_MARK, RING_CALL, RING_COUNTER, RING_SPIKE };

/* Which of the words below a spike's is. */
enum spike_cause { SPIKE_FREE, SPIKE_MUNMAP, SPIKE_MADVISE, SPIKE_HWM, SPIKE_MARK };

/* clang-format off */
#define SPIKE_WORDS { "free", "munmap", "madvise", "hwm", "mark" }
/* clang-format on */

/* An entry of the ring; it holds once `seq` is its number. */
struct moment {
	uint64_t seq;  /* 1 + how many came before it */
	uint32_t pass; /* drain pass that wrote it, 0 for none */
	uint32_t kind; /* enum ring_kind */
	uint32_t tid;
	uint32_t zone; /* RING_CALL, RING_COUNTER */
	uint64_t t;    /* ns since the epoch; of a call its end */
	union {
		struct {
			v2 alloc, free; /* RING_MARK, RING_CALL */
			uint64_t start;
			int64_t peak;
		};
		double value;
		struct {
			uint64_t rss;
			uint64_t cause;
		};
	};
	uint32_t long_name; /* offset in the text region, when the name does not fit */
	char name[44];	    /* RING_MARK */
};

_Static_assert(sizeof(struct moment) == 128, "two cache lines");

/* Entries of the ring, a power of two. */
#define MOMENTS 16384

#endif
