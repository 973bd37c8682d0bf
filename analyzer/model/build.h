/* SPDX-License-Identifier: MIT */
/*
 * build.h - how a model comes to be, shared by the files that make it; private
 * to model/.  Each build_*() takes one event and ends with the model being
 * right for all events so far.
 */
#ifndef ANALYZER_MODEL_BUILD_H
#define ANALYZER_MODEL_BUILD_H

#include "model/model.h"
#include "trace/event.h"
#include "util/map.h"

/* The search for the totals that answer one point; see answer.c. */
struct answer {
	const struct point *point; /* within the model's */
	uint64_t time, asked;	   /* as model.point_time and model.point_asked */
	bool settled;		   /* the sites are as they shall be: later rows do not count */
	bool found;		   /* a line with the name was met */
	bool waiting;		   /* found a mark: its totals are in a later batch */
	bool answered;		   /* ...or in the current one, once that is whole */
	uint64_t same_name;	   /* lines with the name */
	uint64_t batch;		   /* number of the current batch of delta lines */
	uint64_t batch_first, batch_last; /* times in it */
};

/* The answer a model shows, and of a range that to where it begins. */
enum { ANSWER_TO, ANSWER_FROM, ANSWERS };

/* What is known of a thread besides the model's own, for each answer. */
struct thread_extra {
	struct {
		uint64_t batch, batch_time; /* the last batch it was in, and when */
	} of[ANSWERS];
};

struct builder {
	struct model *model;
	struct diag *diag;
	struct answer answers[ANSWERS];
	int n_answers; /* 2 for a range */

	struct map modules;	       /* id -> index + 1 */
	struct map threads;	       /* tid -> index of the latest instance */
	struct map sites;	       /* site_key() -> index */
	struct map sizes;	       /* (stack, class) -> index */
	struct model_size *sizes_from; /* of a range, beside model.sizes */
	struct counts *from;	       /* of a range, beside model.sites: totals where it begins */
	struct thread_extra *extras;   /* beside model.threads */
	struct map regions;	       /* id -> index + 1 */
	struct map region_totals, region_times; /* see regions.c */
	size_t n_extras, extras_alloc;

	struct mp_row_live *peak; /* rows of the last peak line */
	size_t n_peak, peak_alloc;
	uint64_t n_known; /* stack lines read */

	unsigned int flags; /* of model_load_with() */

	size_t modules_alloc, nodes_alloc, threads_alloc, sites_alloc, samples_alloc, moments_alloc,
		notes_alloc, from_alloc, thread_samples_alloc, history_alloc, sizes_alloc,
		sizes_from_alloc, allocators_alloc, jits_alloc, texts_alloc, names_alloc,
		spikes_alloc, counters_alloc, regions_alloc, region_totals_alloc,
		region_times_alloc, leak_checks_alloc, invalids_alloc, limits_alloc;
};

/* Start an empty model; `diag` may be NULL, `point` too. */
void builder_init(struct builder *b, struct model *model, const char *path,
		  const struct point *point, struct diag *diag);

/* Take one event, whatever it is. */
void build_event(struct builder *b, const struct event *event);

/* Everything but the model. */
void builder_release(struct builder *b);

/* A problem of the line: told, and the line counts as bad. */
void build_bad(struct builder *b, uint64_t line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* stacks.c */
void build_module(struct builder *b, const struct event *event);
void build_unload(struct builder *b, const struct event *event);
void build_stack(struct builder *b, const struct event *event);
/* Make model.nodes reach `id`; false when no trace has that many stacks. */
bool build_reach(struct builder *b, uint64_t id);
/* Cut cycles of parents. */
void build_stacks_done(struct builder *b);

/* threads.c: index of the thread that had `tid` at `t`; a new one when the last ended before. */
uint32_t build_thread_of(struct builder *b, uint64_t tid, uint64_t t);
void build_thread(struct builder *b, const struct event *event);
void build_thread_end(struct builder *b, const struct event *event);

/* sites.c */
void build_delta(struct builder *b, const struct event *event);
/* The site of a row read before, or NULL; good until the next build_*(). */
const struct model_site *build_find_site(const struct builder *b, uint32_t thread, uint64_t stack,
					 enum mp_kind kind);
void build_peak(struct builder *b, const struct event *event);
void build_sites_done(struct builder *b);

/* timeline.c */
void build_sample(struct builder *b, const struct event *event);
void build_spike(struct builder *b, const struct event *event);
void build_counter(struct builder *b, const struct event *event);

/* regions.c */
void build_region(struct builder *b, const struct event *event);
void build_regions(struct builder *b, const struct event *event);
void build_durations(struct builder *b, const struct event *event);
/* Index of the region of that id + 1, or 0. */
uint32_t build_region_of(const struct builder *b, uint64_t id);

/* moments.c */
void build_mark(struct builder *b, const struct event *event);
void build_begin(struct builder *b, const struct event *event);
void build_end(struct builder *b, const struct event *event);
void build_snapshot(struct builder *b, const struct event *event);
void build_case(struct builder *b, const struct event *event);
void build_case_end(struct builder *b, const struct event *event);
void build_fork(struct builder *b, const struct event *event);
void build_exec(struct builder *b, const struct event *event);
/* sizes.c */
void build_sizes(struct builder *b, const struct event *event);
void build_sizes_by_class_done(struct builder *b);

/* names.c: what programs and memprof symbolize say of addresses. */
void build_jit(struct builder *b, const struct event *event);
void build_text(struct builder *b, const struct event *event);
void build_symbols(struct builder *b, const struct event *event);
void names_release(struct model *m);

/* leaks.c */
void build_leak_check(struct builder *b, const struct event *event);
void build_invalid(struct builder *b, const struct event *event);
void build_limit(struct builder *b, const struct event *event);
void model_release_leaks(struct model *m);

/* answer.c */
void answer_start(struct builder *b);
/* Before the rows of a delta line; false when they do not count for this answer. */
bool answer_delta(struct builder *b, int which, uint32_t thread, uint64_t t);
/* Do totals of time t, which are of no thread, count for this answer? */
bool answer_takes(const struct builder *b, int which, uint64_t t);
void answer_snapshot(struct builder *b, uint64_t t, const char *name);
void answer_mark(struct builder *b, uint64_t t, const char *name);
/* Start (or end) of a case. */
void answer_case(struct builder *b, uint64_t t, const char *suite, const char *name, bool end);
/* Returns 0 or -ENOENT. */
int answer_done(struct builder *b);

/* processes.c: the one process that a single trace is of. */
void build_process_done(struct builder *b);

/* range.c: of a range, sites become what changed in it. */
void range_done(struct builder *b);

#endif
