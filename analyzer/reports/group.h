/* SPDX-License-Identifier: MIT */
/*
 * group.h - allocations summed up by where or by whom they were made.
 */
#ifndef ANALYZER_REPORTS_GROUP_H
#define ANALYZER_REPORTS_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "reports/cumulate.h"
#include "reports/filter.h"
#include "reports/places.h"
#include "util/strmap.h"

enum group_by {
	BY_LINE,
	BY_FILE,
	BY_FUNCTION,
	BY_MODULE,
	BY_STACK,
	BY_THREAD,
	BY_PROCESS,
	BY_REGION,
	BY_CASE,
	BY_SIZE
};

struct group {
	struct counts counts;
	/* what it stands for; strings are borrowed from the symbols, NULL when unknown or mixed */
	const char *function, *file, *module;
	const char *name; /* BY_REGION, BY_CASE, BY_SIZE */
	uint32_t line;
	uint32_t declared; /* BY_LINE: where the function begins; 0 when unknown */
	uint64_t offset;   /* in the function, or in the module when that is not known */
	uint32_t node;	   /* BY_STACK: the stack; else one stack of the group */
	uint32_t thread;   /* BY_THREAD: index or MODEL_NO_THREAD */
	uint32_t process;  /* BY_PROCESS: index */
	uint32_t on_path;  /* of cumulate.h: its frames that are being walked */
};

struct groups {
	const struct model *model;
	enum group_by by;
	bool cumulative;
	const struct filters *filters;
	struct places places;
	struct group *v;
	size_t n, alloc;
	struct counts total;   /* of all that passed the filters, each counted once */
	struct strmap keys;    /* what makes two frames the same -> index + 1 */
	struct strmap names;   /* of groups that have one of their own */
	struct map by_id;      /* stacks or threads -> index */
	struct cumulate whole; /* while they are built and are cumulative */
};

/*
 * Sum up the sites of `kind`.  When cumulative every group on a stack gets
 * what the stack allocated, once; else only the group where the stack starts.
 * Filters look at the frame where it starts.  The model, the symbols and the
 * filters must outlive the groups.
 */
void groups_build(struct groups *groups, const struct model *model, struct symbols *symbols,
		  enum mp_kind kind, enum group_by by, bool cumulative, bool allocator_frames,
		  const struct filters *filters);
void groups_release(struct groups *groups);

/*
 * The same by region, by case (both of the heap over the whole run: the model is at
 * its end) or by size.  Parts make up the whole; a region has what the regions
 * inside it did only when cumulative.  Filters are not looked at.
 */
void groups_build_named(struct groups *groups, const struct model *model, struct symbols *symbols,
			enum mp_kind kind, enum group_by by, bool cumulative,
			const struct filters *filters);

/* The group of frame i of a place, the place of `node`; made when there is none yet. */
uint32_t groups_of_frame(struct groups *groups, const struct place *place, size_t i, uint32_t node);

/*
 * The group a stack starts in, made when there is none yet; UINT32_MAX when the
 * filters keep the stack out.  Not for groups by thread.
 */
uint32_t groups_of_stack(struct groups *groups, uint32_t stack);

#endif
