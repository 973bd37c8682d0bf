/* SPDX-License-Identifier: MIT */
/* summary.c - see summary.h. */
#include "launch/summary.h"

#include <string.h>

#include "launch/traces.h"
#include "model/model.h"
#include "util/strbuf.h"
#include "util/units.h"

void summary_add_quoted(struct strbuf *out, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=.,:/@%";

	if (*path && path[strspn(path, plain)] == '\0') {
		strbuf_addstr(out, path);
		return;
	}
	strbuf_addch(out, '\'');
	for (; *path; path++) {
		if (*path == '\'')
			strbuf_addstr(out, "'\\''");
		else
			strbuf_addch(out, *path);
	}
	strbuf_addch(out, '\'');
}

static void add_lost(struct strbuf *out, const struct mp_footer *footer)
{
	units_add_count(out, footer->lost);
	strbuf_addstr(out, footer->lost == 1 ? " event was lost" : " events were lost");
	if (footer->dropped && *footer->dropped)
		strbuf_addf(out, ": %s", footer->dropped);
	strbuf_addch(out, '\n');
}

static void add_totals(struct strbuf *out, const struct model *model)
{
	struct counts all = model_total(model, MP_HEAP);
	uint64_t peak = model->peak_bytes;
	int64_t live, live_bytes;

	/* the footer is exact; rows are as old as the last drain */
	if (model->has_footer) {
		all.allocs = model->footer.allocs;
		all.bytes = model->footer.bytes;
		all.frees = model->footer.frees;
		all.freed = model->footer.freed;
		peak = model->footer.peak;
	}
	live = counts_live(&all);
	live_bytes = counts_live_bytes(&all);
	units_add_count(out, all.allocs);
	strbuf_addstr(out, all.allocs == 1 ? " allocation, " : " allocations, ");
	units_add_bytes(out, all.bytes);
	strbuf_addstr(out, " in all; peak ");
	units_add_bytes(out, peak);
	strbuf_addstr(out, model->has_footer ? "; never freed: " : "; not freed: ");
	units_add_signed(out, live_bytes, units_add_bytes);
	strbuf_addstr(out, " in ");
	units_add_signed(out, live, units_add_count);
	strbuf_addstr(out, live == 1 ? " block\n" : " blocks\n");
	if (!model->has_footer)
		strbuf_addstr(out,
			      "it ended without a word, so these are its last written totals\n");
	else if (model->footer.lost)
		add_lost(out, &model->footer);
}

int summary_add(struct strbuf *out, const struct trace_file *file, struct diag *diag)
{
	const struct point end = { .kind = POINT_END };
	struct model model;
	int err = model_load(&model, file->path, &end, diag);

	if (!err) {
		add_totals(out, &model);
		strbuf_addstr(out, "next: memprof top ");
		summary_add_quoted(out, file->path);
		strbuf_addch(out, '\n');
	}
	model_release(&model);
	return err;
}
