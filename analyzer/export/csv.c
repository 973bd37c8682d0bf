/* SPDX-License-Identifier: MIT */
/* csv.c - all sites as they are in the trace: a row for each thread, stack and kind. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export/exporter.h"
#include "export/names.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

/* Always in quotes: names of C++ are full of commas. */
static void put_quoted(struct sink *out, const char *text)
{
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, text);
	sink_putc(out, '"');
	for (const char *p = clean.buf; *p; p++) {
		if (*p == '"')
			sink_putc(out, '"');
		sink_putc(out, *p);
	}
	sink_putc(out, '"');
	strbuf_release(&clean);
}

static void put_counts(struct sink *out, const struct counts *c)
{
	sink_printf(out, "%" PRId64 ",%" PRId64 ",", counts_live_bytes(c), counts_live(c));
	sink_printf(out, "%" PRId64 ",%" PRId64 ",", c->peak_bytes, c->peak_count);
	sink_printf(out, "%" PRIu64 ",%" PRIu64 ",", c->bytes, c->allocs);
	sink_printf(out, "%" PRIu64 ",%" PRIu64 ",", c->freed, c->frees);
	sink_printf(out, "%" PRIu64 ",%" PRIu64 ",", c->temp0, c->temp1);
}

/* A name that is clean, where a quote becomes two. */
static void put_name(struct sink *out, const char *name)
{
	const char *quote;

	for (; (quote = strchr(name, '"')); name = quote + 1) {
		sink_write(out, name, (size_t)(quote - name));
		sink_puts(out, "\"\"");
	}
	sink_puts(out, name);
}

/* The innermost frame in columns, then the whole stack, innermost first. */
static void put_frames(struct sink *out, const struct export_frames *frames,
		       struct export_names *names)
{
	if (frames->n) {
		const struct frame *f = frames->v[0].frame;

		sink_putc(out, '"');
		put_name(out, export_name_text(names, f));
		sink_puts(out, "\",");
		put_quoted(out, f->file ? f->file : "");
		sink_putc(out, ',');
		if (f->line)
			sink_number(out, f->line);
		sink_putc(out, ',');
		put_quoted(out, f->module ? f->module : "");
		sink_putc(out, ',');
	} else {
		sink_puts(out, ",,,,");
	}
	sink_putc(out, '"');
	for (size_t i = 0; i < frames->n; i++) {
		if (i)
			sink_putc(out, ';');
		put_name(out, export_name_text(names, frames->v[i].frame));
	}
	sink_putc(out, '"');
}

static int write_csv(const struct model *model, struct symbols *symbols,
		     const struct export_args *args, struct sink *out)
{
	static const char *const kinds[] = { "heap", "mmap", "inherited" };
	struct export_frames frames = { .n = 0 };
	struct export_names names = { .n = 0 };

	(void)args;
	sink_puts(out, "tid,thread,kind,live_bytes,live_count,peak_bytes,peak_count,"
		       "allocated_bytes,allocations,freed_bytes,frees,temporary_allocations,"
		       "temporary_allocations_near,function,file,line,module,stack,pid\n");
	for (size_t i = 0; i < model->n_sites; i++) {
		const struct model_site *site = &model->sites[i];

		if (site->thread < model->n_threads) {
			sink_printf(out, "%" PRIu64 ",", model->threads[site->thread].tid);
			put_quoted(out, model->threads[site->thread].name);
		} else {
			sink_putc(out, ',');
		}
		sink_printf(out, ",%s,", kinds[site->kind]);
		put_counts(out, &site->counts);
		export_frames_of(&frames, model, symbols, site->stack);
		put_frames(out, &frames, &names);
		sink_putc(out, ',');
		if (site->process < model->n_processes)
			sink_printf(out, "%" PRIu64, model->processes[site->process].pid);
		sink_putc(out, '\n');
	}
	export_names_release(&names);
	free(frames.v);
	return 0;
}

const struct exporter export_csv = {
	.name = "csv",
	.summary = "all sites of all threads and kinds, raw, for spreadsheets and data bases",
	.write = write_csv,
};
