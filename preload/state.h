/* SPDX-License-Identifier: MIT */
/*
 * state.h - the recorder's state: one file, mapped shared.  Floor: state.
 *
 * What must survive the process (stacks, counters, threads, modules, the peak)
 * lives in a file, so that a kill, a crash or _exit loses no event: whoever
 * finds the state of a dead process drains the rest into its trace.  The layout
 * is a contract between the recorder and that reader, hence the version.
 *
 * The file is sparse: every region has a fixed place for as many entries as
 * could ever be needed, and blocks are reserved with fallocate before they are
 * written, so that a full disk is an error code and not a SIGBUS.
 *
 * Threads write only what is theirs (their cells, their record); shared words
 * are updated atomically and only on cold paths.  Updates that belong together
 * are one store of 8 or 16 bytes, which a kill cannot cut in half.  Marks of what
 * the trace has (`drained` and the like) are numbers of drain passes: they count
 * once the pass is committed, that is once its lines are all in the file.
 */
#ifndef PRELOAD_STATE_H
#define PRELOAD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "lock.h"
#include "state_zones.h"
#include "v2.h"

#define STATE_MAGIC "memprofS"
#define STATE_LAYOUT 5

/* A trie node: the frame `frame` below the stack `parent`.  Published by the
 * store of its id into the parent's `kids`; never freed, and but for `kids` never
 * changed. */
struct node {
	uint64_t frame;	       /* FRAME_* below */
	union {		       /* its newest child and another one, KID* below; 0 for none */
		uint64_t kids; /* both at once */
		struct {
			uint32_t newest, other;
		};
	};
	uint32_t parent;
	uint32_t sibling; /* next older child of the same parent */
};

/*
 * `newest` and `other` are children's ids with a few bits of their frames' hashes,
 * so that what is not there is mostly known without a look at the children.  The
 * list of all begins at the newest; `other` is any of the rest.
 */
#define KID_TAG_BITS 7
#define KID_ID (((uint32_t)1 << NODE_BITS) - 1)
#define KIDS_MORE ((uint32_t)1 << 31) /* in `other`: there are more than these two */
#define KIDS_FAT ((uint32_t)1 << 30)  /* in `other`: all are in the hash table, too */

/* A frame's identity: module id and offset in it, so that an address used by
 * two modules in turn gives two frames. */
#define FRAME_OFFSET_BITS 47
#define FRAME_EXACT ((uint64_t)1 << FRAME_OFFSET_BITS) /* not a return address */
#define FRAME_MODULE_SHIFT 48
#define FRAME_OFFSET(frame) ((frame) & (FRAME_EXACT - 1))
#define FRAME_MODULE(frame) ((uint32_t)((frame) >> FRAME_MODULE_SHIFT))

/* Node ids fit the block table's entries. */
#define NODE_BITS 25
#define NODE_ROOT 0
#define NODE_TRUNCATED 1 /* child of the root: the stack could not be followed further */
#define NODE_OTHER 2	 /* child of the root: no memory was left for its true stack */
#define NODE_FIRST 3

/* Counters of one site in one thread; one cache line, written by that thread. */
struct cell {
	v2 alloc; /* allocations, bytes */
	v2 free;  /* frees by this thread of the site's blocks, bytes */
	v2 temp;  /* freed before the thread's next allocation; after exactly one more */
	v2 peak;  /* {live count | peak index << 32, live bytes} at that peak */
};

/* What the drain knows of a cell; parallel to the cells. */
struct cell_info {
	uint32_t node;	  /* its stack; 0: the cell is not in use */
	uint32_t kind;	  /* enum mp_kind */
	uint64_t drained; /* allocations + frees when its row was last written */
};

/* Cells are handed to threads in blocks of this many: few, since most threads have
 * few sites. */
#define CELL_BLOCK 16

/* It said that it ends; the kernel gave its id to another; its last line is written. */
enum thread_state {
	THREAD_FREE,
	THREAD_ALIVE,
	THREAD_ENDED, /* announced its end */
	THREAD_GONE,  /* the kernel does not know it any more */
	THREAD_FINAL, /* its last line was written */
	THREAD_GRAVE, /* no thread: the sums of all whose records were given back */
};

/* Processors fetch lines in pairs. */
#define CACHE_LINE 64
#define LINE_PAIR (2 * CACHE_LINE)

struct thread_record {
	v2 heap_alloc, heap_free; /* totals, as in struct cell */
	v2 map_alloc, map_free;
	int64_t pending; /* net bytes not yet in state.live */
	int64_t gate;	 /* above this `pending` is looked at; see peak.h */
	int64_t top;	 /* while zones are open: its highest net bytes in the innermost */
	uint32_t tid;
	uint32_t state;		 /* enum thread_state */
	uint64_t started, ended; /* ns since the epoch */
	union {
		uint64_t cells; /* both at once */
		struct {
			uint32_t first_block; /* 1 + its newest block of cells, 0 for none */
			uint32_t used;	      /* cells used in that block */
		};
	};
	uint32_t name_version;	  /* odd while the name is being written */
	uint32_t drained_version; /* name_version + 1 of the line last written, 0 for none */
	uint64_t drained;	  /* events when the last sample named it */
	uint64_t truncated, lost, foreign;
	uint32_t first_named, last_named; /* drain passes that wrote a line with its name */
	uint32_t final_drained;		  /* drain pass that wrote its last line */
	uint32_t first_sum;		  /* 1 + its newest zone_sum, 0 for none */
	uint32_t watching;		  /* `top` is to be kept */
	char name[16];
} __attribute__((aligned(LINE_PAIR)));

struct module_record {
	uint64_t start, end, bias;
	uint64_t loaded, unloaded; /* ns since the epoch; unloaded 0 while loaded */
	uint64_t link_map;	   /* identity in the process, no meaning outside */
	uint32_t path;		   /* offset in the text region */
	uint32_t drained;	   /* drain pass that wrote its line, 0 for none */
	uint32_t unload_drained;
	uint32_t build_id_len;
	union {
		uint8_t build_id[32];
		uint64_t file[4]; /* without one: device, inode, size, time of change */
	};
};

/* Blocks of one size class at one stack, all threads together. */
struct size_entry {
	uint32_t node;	/* 0: not in use yet */
	uint32_t class; /* as in trace rows */
	uint32_t next;	/* 1 + the next older entry of the node; no meaning outside */
	uint32_t unused;
	uint64_t allocs, bytes, usable;
	uint64_t drained; /* allocs when its row was last written */
};

enum region {
	REGION_NODES,
	REGION_MARKS,
	REGION_CELLS,
	REGION_INFOS,
	REGION_OWNERS,
	REGION_THREADS,
	REGION_MODULES,
	REGION_SIZES, /* empty unless sizes are counted */
	REGION_ZONES,
	REGION_SUMS,
	REGION_OCTAVES,
	REGION_MOMENTS,
	REGION_TEXT,
	REGIONS
};

struct region_place {
	uint64_t offset;   /* in the file and in the mapping */
	uint64_t capacity; /* bytes */
	uint64_t reserved; /* bytes that have disk or memory behind them */
};

/* The first page. */
struct state {
	char magic[8];
	uint32_t layout;
	uint32_t header_size;
	uint64_t file_size;
	struct region_place regions[REGIONS];

	/* whose it is */
	uint32_t pid;
	uint32_t page;
	uint64_t pid_namespace;
	uint64_t start_ticks; /* field 22 of /proc/pid/stat */
	char boot[40];
	uint64_t epoch; /* CLOCK_MONOTONIC at t = 0 */

	/* counts of entries, grown atomically */
	uint32_t nodes, blocks, threads, modules, sizes, text, zones, sums, octaves;

	/* The peak of the live heap.  What every event reads is kept apart from
	 * what threads in turn write. */
	union {
		uint64_t peak_word; /* both at once */
		struct {
			uint32_t peak_index; /* peaks that have ended, + 1 */
			uint32_t at_peak;    /* the live heap is at its highest right now */
		};
	} __attribute__((aligned(CACHE_LINE)));
	int64_t slack_now;    /* bytes a thread holds back at the present size of the heap */
	uint64_t peak_slack;  /* bytes a thread may hold back; 0 with an exact peak */
	uint64_t peak_shared; /* several threads: what they hold back is missing */
	/* net bytes of all threads, less their pending parts */
	int64_t live __attribute__((aligned(CACHE_LINE)));
	int64_t peak_bytes;
	int64_t gate;	  /* with one thread: `live` above this is looked at */
	uint64_t watched; /* more than the peak is, so the gate may be lower */
	uint64_t peak_time;
	/* ns since the epoch, at the last tick */
	uint64_t now __attribute__((aligned(CACHE_LINE)));
	/* A cell on its way into the sums of ended threads: while `valid`, cell
	 * `to` becomes `sum` and cell `from` is no longer in use, whoever does it. */
	struct {
		struct cell sum;
		uint32_t from, to;
		uint32_t valid;
	} moving;
	uint32_t free_block;   /* 1 + newest block of cells given back, 0 for none */
	uint32_t free_records; /* thread records given back */
	uint64_t threads_gone; /* threads whose records were given back */
	uint64_t threads_made; /* by pthread_create, whether they allocated or not */

	/* the drain */
	struct lock drain_lock;
	uint32_t drain_pass; /* pass under way */
	v2 committed;	     /* STATE_COMMIT: what the trace holds for certain */
	uint64_t trace_dev, trace_ino;
	uint64_t peak_drained;	 /* peak_bytes of the last peak line */
	uint64_t peak_line_time; /* and its time */
	uint64_t next_peak_line; /* elapsed ns at which the next one may come */
	uint64_t lost_memory;	 /* events given to NODE_OTHER or dropped for want of memory */
	uint64_t ended;		 /* the owner wrote its last footer */
	uint64_t recorder[ARENA_USES], max_rss; /* resident bytes, as last looked at */
	uint32_t trace_path;			/* offset in the text region */
	uint32_t state_path;
	uint32_t run;		 /* the run's id */
	uint64_t inherited_live; /* bytes live at a fork, in the child */
	/* The ring of moments: how many there ever were, and how many of these are in
	 * the trace for certain. */
	uint64_t moments, moments_done;
	/* The highest resident set seen since the last sample, 0 for none; when, and why it
	 * was looked at. */
	uint64_t spike_rss, spike_time;
	uint32_t spike_cause;
	struct lock spike_lock;
	uint64_t sampled_rss, highest_rss; /* of the last sample; of all lines so far */
	uint64_t moments_lost;		   /* no room, or no memory for a zone */
	uint32_t free_sum, free_octave;	   /* 1 + one given back, 0 for none */
};

/* The last pass whose lines are all in the trace, whether a footer was the last
 * of them, and the bytes of the trace up to there; none before the header. */
#define STATE_COMMIT(pass, ended, bytes) \
	((v2){ (int64_t)((uint64_t)(pass) | (uint64_t)(ended) << 32), (int64_t)(bytes) })
#define STATE_COMMIT_PASS(commit) ((uint32_t)(commit)[0])
#define STATE_COMMIT_ENDED(commit) (((uint64_t)(commit)[0] >> 32 & 1) != 0)
#define STATE_COMMIT_BYTES(commit) ((uint64_t)(commit)[1])

/* What a region is for. */
static inline enum arena_use state_use(enum region region)
{
	switch (region) {
	case REGION_NODES:
	case REGION_MARKS:
		return ARENA_STACKS;
	case REGION_CELLS:
	case REGION_INFOS:
	case REGION_OWNERS:
	case REGION_SIZES:
		return ARENA_COUNTERS;
	default:
		return ARENA_OUTPUT;
	}
}

static inline void *state_region(const struct state *s, enum region region)
{
	return (char *)s + s->regions[region].offset;
}

/* Carry out what state.moving says; may be done twice. */
static inline void state_move(struct state *s)
{
	struct cell *to = (struct cell *)((char *)s + s->regions[REGION_CELLS].offset) +
			  s->moving.to;
	struct cell_info *infos = (struct cell_info *)((char *)s + s->regions[REGION_INFOS].offset);

	*to = s->moving.sum;
	infos[s->moving.to].drained = (uint64_t)(to->alloc[0] + to->free[0]);
	infos[s->moving.from].node = 0;
	__atomic_store_n(&s->moving.valid, 0, __ATOMIC_RELEASE);
}

static inline struct node *state_nodes(const struct state *s)
{
	return state_region(s, REGION_NODES);
}

/* Of each node the drain pass that wrote its stack line, 0 for none.  Apart from
 * the nodes, whose cache lines are the program's threads'. */
#define MARK_OF(pass) ((uint16_t)(1 + (pass) % UINT16_MAX))

static inline uint16_t *state_marks(const struct state *s)
{
	return state_region(s, REGION_MARKS);
}

static inline struct cell *state_cells(const struct state *s)
{
	return state_region(s, REGION_CELLS);
}

static inline struct cell_info *state_infos(const struct state *s)
{
	return state_region(s, REGION_INFOS);
}

/* Per block of cells: its thread, and the block the thread had before (1 + index). */
struct block_owner {
	uint32_t thread, previous;
};

static inline struct block_owner *state_owners(const struct state *s)
{
	return state_region(s, REGION_OWNERS);
}

static inline struct thread_record *state_threads(const struct state *s)
{
	return state_region(s, REGION_THREADS);
}

static inline struct module_record *state_modules(const struct state *s)
{
	return state_region(s, REGION_MODULES);
}

static inline struct size_entry *state_sizes(const struct state *s)
{
	return state_region(s, REGION_SIZES);
}

static inline struct zone *state_zones(const struct state *s)
{
	return state_region(s, REGION_ZONES);
}

static inline struct zone_sum *state_sums(const struct state *s)
{
	return state_region(s, REGION_SUMS);
}

static inline struct zone_octave *state_octaves(const struct state *s)
{
	return state_region(s, REGION_OCTAVES);
}

static inline struct moment *state_moment(const struct state *s, uint64_t number)
{
	return (struct moment *)state_region(s, REGION_MOMENTS) + number % MOMENTS;
}

/* A string of the text region; "" for offset 0. */
static inline const char *state_text(const struct state *s, uint32_t offset)
{
	return (const char *)state_region(s, REGION_TEXT) + offset;
}

/*
 * Make a new state: a file in `dir` (or in /dev/shm, else in the folder of
 * `trace_path`), or anonymous memory when no file can be had.  Returns the
 * mapping or NULL.  *anonymous tells which it is; state_path is set in a file.
 */
struct state *state_create(const char *dir, const char *trace_path, bool *anonymous);

/* Give the mapping back and remove the file.  Call once nothing uses it. */
void state_remove(struct state *s);

/* Before an exec: remove the file's name, keep the file open (the exec closes
 * it) so that growing still works if the exec fails. */
void state_detach(struct state *s);

/* After an exec that failed: give the state a file of the old name again.  Nothing
 * but the caller may write to the state meanwhile.  0 or -errno; then it goes on
 * without a name. */
int state_attach(struct state *s);

/* Forget the parent's mapping in a fork child without touching its file. */
void state_forget(struct state *s);

/* Make sure the first `bytes` of a region can be written.  0 or -errno. */
int state_reserve(struct state *s, enum region region, uint64_t bytes);

/* The program may use no more than `limit` bytes of address space from now on: give
 * most of what is not in use back, for good. */
void state_shrink(struct state *s, uint64_t limit);

/* Copy a string into the text region; its offset, or 0 when there is no room. */
uint32_t state_add_text(struct state *s, const char *text);

#endif
