/* SPDX-License-Identifier: MIT */
/*
 * folded.c - collapsed stacks: a line a stack, `main;parse;xmalloc 2048`, as
 * flamegraph.pl, speedscope, inferno and many others read them.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export/exporter.h"
#include "export/names.h"
#include "util/sink.h"
#include "util/strbuf.h"

/* The format has no way to write a semicolon. */
static void put_name(struct sink *out, const struct frame *frame, struct export_names *names)
{
	const char *name = export_name_text(names, frame), *end;

	for (; (end = strchr(name, ';')); name = end + 1) {
		sink_write(out, name, (size_t)(end - name));
		sink_putc(out, ':');
	}
	sink_puts(out, name);
	if (frame->is_inline)
		sink_puts(out, "_[i]");
}

static int write_folded(const struct model *model, struct symbols *symbols,
			const struct export_args *args, struct sink *out)
{
	struct export_frames frames = { .n = 0 };
	struct export_names names = { .n = 0 };
	struct export_stacks stacks;

	export_stacks_init(&stacks, model, args->kind);
	for (size_t i = 0; i < stacks.n; i++) {
		int64_t value = args->measure->get(&stacks.v[i].counts);

		if (!value)
			continue;
		export_frames_of(&frames, model, symbols, stacks.v[i].stack);
		for (size_t f = frames.n; f--;) {
			put_name(out, frames.v[f].frame, &names);
			sink_putc(out, f ? ';' : ' ');
		}
		if (!frames.n)
			sink_puts(out, "?? ");
		sink_printf(out, "%" PRId64 "\n", value);
	}
	export_stacks_release(&stacks);
	export_names_release(&names);
	free(frames.v);
	return 0;
}

const struct exporter export_folded = {
	.name = "folded",
	.summary = "collapsed stacks, for flamegraph.pl, inferno and speedscope",
	.one_measure = true,
	.write = write_folded,
};
