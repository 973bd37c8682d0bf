/* SPDX-License-Identifier: MIT */
/*
 * leak_rows.h - what was never freed, by stack and class: from the model's leak check
 * where there is one, from its counts where there is none.
 */
#ifndef ANALYZER_REPORTS_LEAK_ROWS_H
#define ANALYZER_REPORTS_LEAK_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "reports/places.h"

struct suppression;

/* Classes of enum mp_leak, and two more: of a process that exec replaced, with all its blocks;
 * nobody looked. */
enum { LEAK_REPLACED = MP_LEAKS, LEAK_UNCLASSIFIED, LEAK_KINDS };

extern const char *const leak_words[LEAK_KINDS];

struct leak_row {
	uint32_t stack; /* a node of the model */
	int kind;	/* enum mp_leak or LEAK_UNCLASSIFIED */
	bool inherited; /* came with a fork */
	uint64_t count, bytes;
	uint64_t first, last; /* ns: when the site was first seen, and when it last grew */
	const char *mark;     /* the last one before the site was first seen, or NULL */
	char *cases;	      /* in which it grew, or NULL */
	bool steady;	      /* it grew through the whole run */
	uint64_t per_second;  /* bytes, of those that grew */
	uint32_t thread;      /* index, or MODEL_NO_THREAD when there are several */
	uint32_t threads;     /* how many allocated there */
	/* frames from where the stack starts for a reader; borrowed from the symbols */
	const struct frame **frames;
	size_t n_frames;
	struct suppression *suppressed; /* by this one */
	bool known;			/* in the baseline */
};

struct leak_rows {
	const struct model *model;
	const struct model_leak_check *check; /* NULL: not classified */
	struct leak_row *v;		      /* by class, the worst first, then by bytes */
	size_t n, a;
	struct places places;
};

/* The check that tells of the model's point, or NULL. */
const struct model_leak_check *leak_check_of(const struct model *model);

/* Does the program want no checks of itself?  Then what is not classified is ignored. */
bool leak_rows_declined(const struct model *model);

void leak_rows_build(struct leak_rows *rows, const struct model *model, struct symbols *symbols,
		     bool allocator_frames);
void leak_rows_release(struct leak_rows *rows);

#endif
