/* SPDX-License-Identifier: MIT */
/* choose.c - what the words of shared options mean. */
#include "reports/choose.h"

#include <errno.h>
#include <string.h>

#include "reports/top_rows.h"
#include "util/diag.h"

enum mp_kind choose_kind(const char *name)
{
	return !strcmp(name, "mmap")	    ? MP_MMAP
	       : !strcmp(name, "inherited") ? MP_INHERITED
					    : MP_HEAP;
}

int choose_sort(const struct model *model, enum mp_kind kind, const char *name, struct diag *diag)
{
	const char *names[MEASURES + 1] = { NULL };
	int i;

	if (!name)
		return (int)measure_default(model, kind);
	for (i = 0; i < MEASURES; i++)
		names[i] = top_sort_keys[i].key;
	i = opt_choose("sort", name, names, diag);
	if (i < 0 || top_is_known(i, &model->point))
		return i;
	return diag_error(diag, -EINVAL, "--sort %s: %s", name,
			  top_sort_keys[i].of_peak ? "a range has no peak of its own"
						   : "of a range that begins or ends at the peak "
						     "only growth is known");
}

const char *choose_sort_words(const struct model *model, const struct top_sort_key *key)
{
	return point_is_range(&model->point) && key->growth ? key->growth : key->words;
}

const char *choose_kind_words(enum mp_kind kind)
{
	static const char *const words[] = { "", " of memory the program mapped itself",
					     " of blocks inherited by fork" };

	return words[kind];
}

const char *choose_why_empty(const struct model *model, enum mp_kind kind, bool filtered)
{
	struct counts all = model_total(model, kind);

	if (filtered && (all.allocs || all.peak_bytes))
		return "no allocation passes the filters";
	if (point_is_range(&model->point))
		return "nothing was allocated or freed in this range";
	if (model->point.kind == POINT_START)
		return "nothing is allocated at the start";
	if (kind == MP_MMAP)
		return "the program mapped no memory of its own";
	if (kind == MP_INHERITED)
		return "the program inherited no blocks";
	return "the program has not allocated anything up to here";
}
