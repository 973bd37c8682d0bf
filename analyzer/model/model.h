/* SPDX-License-Identifier: MIT */
/*
 * model.h - one process's trace in memory, or those of a family of processes as one
 * (family.h): what every report and exporter reads.
 *
 * Memory grows with distinct stacks, sites and samples, never with the length
 * of the trace: running totals replace each other as lines are read.  The
 * model knows nothing of symbols, documents or output.
 */
#ifndef ANALYZER_MODEL_H
#define ANALYZER_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <memprof/trace.h>

struct diag;

/* Where in the run a report looks. */
enum point_kind {
	POINT_END,   /* the last totals there are (the default) */
	POINT_START, /* nothing allocated yet */
	POINT_PEAK,  /* the highest live heap, with its exact composition */
	POINT_TIME,  /* the last totals at or before a time */
	POINT_NAME,  /* a snapshot or mark of that name */
	POINT_CASE,  /* from a case's start to its end: a range of its own */
};

struct point {
	enum point_kind kind;
	uint64_t time;	    /* POINT_TIME: ns since the header's epoch */
	char *name;	    /* POINT_NAME; POINT_CASE: suite/name; owned */
	struct point *from; /* where a range begins, owned; NULL for none */
};

/* Does it ask for what changed between two moments? */
static inline bool point_is_range(const struct point *point)
{
	return point->from || point->kind == POINT_CASE;
}

/* Is of the range only net growth known, since it begins or ends at the peak? */
static inline bool point_is_net_only(const struct point *point)
{
	return point->from && (point->kind == POINT_PEAK || point->from->kind == POINT_PEAK);
}

struct model_module {
	uint32_t id;
	char *path, *build_id; /* build_id may be NULL */
	uint64_t bias, start, end;
	uint64_t loaded, unloaded; /* ns; unloaded is UINT64_MAX while loaded */
	char *have; /* what memprof symbolize knew of it: lines, functions or none; NULL: not asked */
};

enum frame_kind { FRAME_CALL, FRAME_EXACT, FRAME_TRUNCATED };

/*
 * A trie node; index in model.nodes is the id of the trace, 0 is the root.
 * Walking parents always ends at 0, whatever the trace says.
 */
struct model_node {
	uint32_t parent;
	uint32_t module; /* index into model.modules + 1, 0 for none */
	uint64_t offset; /* as in the trace: the return address */
	uint8_t kind;	 /* enum frame_kind */
	bool known;	 /* a stack line was read for it; else nothing but the id is */
};

struct model_thread {
	uint64_t tid;
	char *name;		 /* "" when it has none */
	uint64_t started, ended; /* ns; ended is UINT64_MAX while it lives */
	uint32_t process;	 /* index into model.processes */
};

/* Counts of one allocation site as of the model's point. */
struct counts {
	uint64_t allocs, bytes, frees, freed, temp0, temp1;
	int64_t peak_count, peak_bytes; /* its part of the process's peak */
	int64_t base_count, base_bytes; /* of a range: what lived where it begins */
};

/* Live = allocated less freed; may be negative for one thread, not for a process. */
static inline int64_t counts_live(const struct counts *c)
{
	return (int64_t)(c->allocs - c->frees);
}

static inline int64_t counts_live_bytes(const struct counts *c)
{
	return (int64_t)(c->bytes - c->freed);
}

/*
 * One (thread, stack, kind).  At POINT_PEAK allocs/bytes hold what was live
 * then, frees/freed are 0, and thread is MODEL_NO_THREAD.  At other points the
 * peak_* of a stack are with its site where one thread alone allocated there,
 * else with a site of MODEL_NO_THREAD that has no other counts: sums over
 * sites are right either way.
 *
 * Of a range (point_is_range) counts are differences: the totals at its end
 * less those at its beginning, so that live is net growth; base_* is what lived
 * at the beginning, and there are no peak_*.  Where one end is the peak only
 * the growth is known: allocs/bytes hold it where it is positive, else
 * frees/freed, and thread is MODEL_NO_THREAD.
 */
struct model_site {
	uint32_t thread; /* index into model.threads */
	uint32_t stack;	 /* index into model.nodes */
	enum mp_kind kind;
	struct counts counts;
	uint32_t process; /* index into model.processes */
};

#define MODEL_NO_THREAD UINT32_MAX

/* Blocks of one size class allocated at one stack, up to the point or in the range. */
struct model_size {
	uint32_t stack; /* index into model.nodes */
	uint8_t class;	/* 0 for 0 bytes, else 1 + floor(log2(bytes)) */
	uint64_t allocs, bytes, usable;
};

/* What the allocator said of itself; 0 is what it did not say. */
struct model_allocator {
	uint64_t t;
	char *name;
	uint64_t allocated, active, resident, retained, mapped, metadata;
};

/* Code made while the program ran. */
struct model_jit {
	uint64_t start, size;
	char *name;
};

/* A name written by memprof symbolize; function and file index model.texts, 0: none. */
struct model_name {
	uint64_t offset, start;
	bool exact;
	uint32_t module; /* index into model.modules + 1, 0 for none */
	uint32_t function, file, line, declared;
};

struct model_sample {
	uint64_t t, rss, anon, file, shmem, heap, blocks, mapped, minflt, majflt, recorder, hwm;
	uint64_t huge, pss, swap; /* 0 where they were not read */
	uint64_t cpu, nthreads;	  /* 0 in old traces */
};

/* The resident set between two samples, when it was about to fall or had been higher. */
struct model_spike {
	uint64_t t, rss;
	char *what; /* "" when unknown */
};

/* A value the program keeps track of. */
struct model_counter {
	uint64_t t;
	uint32_t thread; /* index into model.threads */
	char *name;
	double value;
};

/* A named part of the program under a path of others. */
struct model_region {
	uint64_t id;	 /* of the trace */
	uint32_t parent; /* index into model.regions + 1, 0 for none; always below its own */
	char *name;
	bool is_function; /* the name is module+0xoffset */
};

/* Running totals of one thread in one region. */
struct model_region_total {
	uint32_t region, thread;	       /* indices */
	uint64_t calls, total, self, min, max; /* times in ns */
	uint64_t allocs, bytes, frees, freed;
	int64_t peak;
};

/* Calls of them by duration: bucket as in memprof-trace(5). */
struct model_region_time {
	uint32_t region, thread, bucket;
	uint64_t calls;
};

/* One thread at a sample, in running totals; only threads that changed since the one before. */
struct model_thread_sample {
	uint64_t t;
	uint32_t thread; /* index into model.threads */
	int64_t live;	 /* what it allocated less what it freed */
	uint64_t allocs, bytes, frees, freed;
};

/* Of a site at one time what its thread allocated there less what it freed of it. */
struct model_change {
	uint64_t t;
	uint32_t site; /* index into model.sites */
	int64_t live;
};

enum moment_kind {
	MOMENT_MARK,
	MOMENT_SNAPSHOT,
	MOMENT_BEGIN,
	MOMENT_END,
	MOMENT_CASE,
	MOMENT_CASE_END,
	MOMENT_FORK,
	MOMENT_EXEC
};

struct model_moment {
	enum moment_kind kind;
	uint64_t t, tid;
	uint32_t thread; /* index into model.threads: which of those that had the tid */
	char *name;	 /* mark, snapshot, region or case name, exec path */
	char *suite;	 /* cases only */
	uint64_t child;	 /* forks only */
	/* of marks the totals of the thread so far, of ends what it did inside; of cases the
	 * heap's totals where they began, of ends of cases what the process did inside */
	uint64_t allocs, bytes, frees, freed;
	/* of ends: highest net live bytes of the thread inside, from its start; of ends of
	 * cases the process's highest live heap inside */
	int64_t peak;
	uint64_t live;	 /* of ends of cases: the process's live heap where the case began */
	uint32_t region; /* index into model.regions + 1, 0 when unknown */
};

/*
 * A program in a process: a trace.  An exec makes another one of the same pid,
 * whose parent is the one before it.
 */
struct model_process {
	char *path;		 /* of its trace */
	char *exe, *command;	 /* "" when unknown */
	char *reason;		 /* how it ended, from the footer; "" when unknown */
	uint64_t pid, ppid;	 /* as the process saw them */
	uint64_t start;		 /* of the process, in clock ticks since boot */
	uint64_t started, ended; /* ns since the model's epoch: of its first and last line */
	uint32_t parent;	 /* index of what made it, or MODEL_NO_PROCESS */
	uint32_t depth;		 /* ancestors it has here */
	bool is_image;		 /* it came by exec into its parent's process */
	bool has_footer;
	int64_t status;	    /* exit status, 0 when unknown */
	struct counts heap; /* totals at the model's point */
	uint64_t peak_bytes, max_rss, lost;
};

#define MODEL_NO_PROCESS UINT32_MAX

struct model_note {
	uint64_t t;
	char *level, *code, *text;
};

/* Blocks of one site and one class at the time of a leak check. */
struct model_leak_row {
	uint32_t stack; /* index into model.nodes */
	enum mp_leak class;
	uint64_t count, bytes;
	enum mp_kind kind; /* heap or inherited */
};

/* What still held the live blocks at one moment. */
struct model_leak_check {
	uint64_t t, tid, took, scanned;
	char *name, *rules, *note; /* note is "" when there is none */
	struct model_leak_row *rows;
	size_t n_rows;
};

/* A release that was wrong; stacks are 0 where they are not known. */
struct model_invalid {
	uint64_t t, tid, address;
	uint32_t thread;	      /* index into model.threads */
	char *what, *function, *gave; /* "" where not known */
	uint32_t stack, alloc, freed; /* indices into model.nodes */
};

/* What a limit of the program's was held against. */
struct model_limit {
	uint64_t t, tid, limit, value;
	uint32_t thread; /* index into model.threads */
	bool broken;
	uint32_t stack; /* 0 where not known */
	char *what, *suite, *name;
};

struct model {
	char *path;	      /* as the user gave it */
	struct point point;   /* what `sites` shows */
	uint64_t point_time;  /* time of the totals that answer the point */
	uint64_t point_asked; /* time the point is at: they differ where no totals were written */
	uint64_t from_time, from_asked; /* the same of where a range begins */
	struct mp_header header;	/* of a family: of its first process; strings owned */
	bool has_header, has_footer;
	struct mp_footer footer; /* of a family: the end of the first, sums of all; strings owned */

	struct model_module *modules;
	size_t n_modules;
	struct model_node *nodes;
	size_t n_nodes;
	struct model_process *processes; /* at least one; parents before what they made */
	size_t n_processes;
	struct model_thread *threads;
	size_t n_threads;
	struct model_site *sites;
	size_t n_sites;
	struct model_sample *samples;
	size_t n_samples;
	struct model_thread_sample *thread_samples;
	size_t n_thread_samples;
	struct model_change *history; /* of heap sites, as read; only with MODEL_HISTORY */
	size_t n_history;
	struct model_size *sizes;
	size_t n_sizes;
	struct model_allocator *allocators; /* in the order of time */
	size_t n_allocators;
	struct model_jit *jits;
	size_t n_jits;
	char **texts; /* NULL where there is none; index 0 is */
	size_t n_texts;
	struct model_name *names; /* frames of one address follow each other, innermost first */
	size_t n_names;
	struct model_spike *spikes;
	size_t n_spikes;
	struct model_counter *counters;
	size_t n_counters;
	struct model_region *regions;
	size_t n_regions;
	struct model_region_total *region_totals; /* of the whole run, whatever the point */
	size_t n_region_totals;
	struct model_region_time *region_times;
	size_t n_region_times;
	struct model_moment *moments;
	size_t n_moments;
	struct model_note *notes;
	size_t n_notes;
	struct model_leak_check *leak_checks;
	size_t n_leak_checks;
	struct model_invalid *invalids;
	size_t n_invalids;
	struct model_limit *limits;
	size_t n_limits;

	uint64_t peak_bytes, peak_blocks, peak_time; /* of the last peak line */
	bool has_peak;
	bool has_sizes;	    /* they were counted */
	uint64_t last_time; /* highest t of any line */

	/* what the reader met */
	uint64_t lines, unknown_events, unknown_keys, bad_lines;
	bool cut; /* the last line is not whole */
};

/*
 * Read the trace at `path` ("-" is standard input; .gz and .zst are unpacked)
 * up to what `point` asks for, or what changed in a range.  Problems of single lines go to `diag` and are
 * counted; the model then holds the rest.  A NULL `point` is the end.  Returns
 * 0, -EINVAL when the file is not a trace, -ENOENT when the point does not
 * exist or a range ends before it begins (diag lists the points there are) or the file does not (`lines` is 0
 * then), or -errno of the read; diag says why.  Release in every case.
 */
int model_load(struct model *model, const char *path, const struct point *point, struct diag *diag);

/* Flags of model_load_with(). */
#define MODEL_HISTORY 1u /* keep what each site held over time: memory then grows with the trace */

/* model_load() with flags. */
int model_load_with(struct model *model, const char *path, const struct point *point,
		    unsigned int flags, struct diag *diag);
void model_release(struct model *model);

/* Add `c` to `sum`. */
void counts_add(struct counts *sum, const struct counts *c);

/* Sum of all sites of `kind` at the model's point. */
struct counts model_total(const struct model *model, enum mp_kind kind);

/*
 * The same for each stack, whatever thread and process: sites without them, in the order
 * of the first of each stack.  To be freed.
 */
struct model_site *model_merge_sites(const struct model *model, enum mp_kind kind, size_t *n);

/* Is it of several traces?  Then counts, peaks and the footer's numbers are sums. */
static inline bool model_is_family(const struct model *model)
{
	return model->n_processes > 1;
}

/* Distinct processes: several programs that one process executed count once. */
size_t model_count_processes(const struct model *model);

/* Processes in the order of a tree, each before what it made; to be freed. */
uint32_t *model_tree_order(const struct model_process *processes, size_t n);

/* The highest resident set of one process that anything in the trace speaks of; of a
 * family the highest sum of them all at one time, as sampled. */
uint64_t model_max_rss(const struct model *model);

#endif
