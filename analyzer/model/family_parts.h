/* SPDX-License-Identifier: MIT */
/* family_parts.h - what the files that make a family share; private to model/. */
#ifndef ANALYZER_MODEL_FAMILY_PARTS_H
#define ANALYZER_MODEL_FAMILY_PARTS_H

#include "model/model.h"
#include "util/map.h"
#include "util/strmap.h"

/* A sample of one process, with times of the family. */
struct family_sample {
	uint32_t process;
	struct model_sample values;
	char *spike; /* of a spike what made it, owned: only t and rss are known; else NULL */
};

/* Of family_rest.c. */
struct family_rest {
	struct map sizes_index;	     /* (stack, class) -> index */
	struct map named;	     /* hash of an address -> number of the member that names it */
	struct strmap regions_index; /* parent and name -> index + 1 */
	/* room allocated for the model's arrays of these names */
	size_t thread_samples, history, allocators, sizes, jits, texts, names, counters, regions,
		region_totals, region_times, leak_checks, invalids, limits;
};

struct family {
	struct model *model; /* what becomes of it */
	uint64_t epoch;	     /* ns since 1970 */

	/* family_stacks.c */
	struct strmap modules; /* build id and path -> index + 1 */
	struct map nodes;      /* hash of a node -> the newest node with it */
	uint32_t *next;	       /* beside model.nodes: an older one with the same hash */
	size_t modules_alloc, nodes_alloc, next_alloc;

	uint64_t *forked_from; /* beside model.processes */
	struct map forks;      /* pid -> index of the process that forked it */
	struct strmap notes;   /* code and text -> index + 1 in model.notes */
	uint64_t *repeats;     /* beside model.notes: processes that say the same, too */

	struct family_rest rest;
	struct family_sample *samples;
	size_t n_samples, samples_alloc;
	bool all_have_footers;
	uint64_t largest_peak;
	size_t processes_alloc, forked_alloc, threads_alloc, sites_alloc, moments_alloc,
		notes_alloc, repeats_alloc;
};

/* Indexes of a member's parts in the family; to be freed. */
struct family_indexes {
	uint32_t *modules; /* by index of the member's */
	uint32_t *nodes;
	uint32_t *threads;
	uint32_t *regions; /* by index + 1 of the member's: index + 1, as in moments */
};

/* family_stacks.c: fill `modules` and `nodes`.  `shift` as in family_time(). */
void family_add_stacks(struct family *family, const struct model *member, int64_t shift,
		       struct family_indexes *indexes);
void family_stacks_release(struct family *family);

/* family_samples.c */
void family_add_samples(struct family *family, const struct model *member, int64_t shift,
			uint32_t process);
/* Sums at each moment a process was looked at, into the model. */
void family_samples_done(struct family *family);

/* family_regions.c: fill `regions`; threads are there. */
void family_add_regions(struct family *family, const struct model *member,
			struct family_indexes *indexes);

/* family_leaks.c */
void family_add_leaks(struct family *family, const struct model *member, int64_t shift,
		      const struct family_indexes *indexes);

/* family_rest.c: all that has no sum; the member's sites begin at `first_site`. */
void family_add_rest(struct family *family, const struct model *member, int64_t shift,
		     uint32_t first_site, const struct family_indexes *indexes);
/* Bring it and the moments in the order of time. */
void family_rest_done(struct family *family);

/* A time of a member in the family's. */
static inline uint64_t family_time(uint64_t t, int64_t shift)
{
	if (t == UINT64_MAX)
		return t;
	return shift < 0 && t < (uint64_t)-shift ? 0 : t + (uint64_t)shift;
}

#endif
