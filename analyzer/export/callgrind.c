/* SPDX-License-Identifier: MIT */
/*
 * callgrind.c - the format of callgrind.out, for callgrind_annotate and
 * KCachegrind: what functions and lines allocate themselves, and over calls.
 */
#include <inttypes.h>

#include "export/edges.h"
#include "export/exporter.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

/* A newline in a name would end it. */
static void put_clean(struct sink *out, const char *text)
{
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, text ? text : "???");
	sink_puts(out, clean.buf);
	strbuf_release(&clean);
}

/* The first cost is the one readers sort by; a point without a peak has none of it. */
static void put_costs(struct sink *out, const struct counts *c, bool peak)
{
	if (peak)
		sink_printf(out, " %" PRId64, c->peak_bytes);
	sink_printf(out, " %" PRId64, counts_live_bytes(c));
	sink_printf(out, " %" PRIu64 " %" PRIu64 "\n", c->bytes, c->allocs);
}

static void put_head(const struct model *model, const struct edges *e, struct sink *out)
{
	sink_puts(out, "# callgrind format\nversion: 1\ncreator: memprof\n");
	sink_printf(out, "pid: %" PRIu64 "\ncmd:", model->header.pid);
	for (size_t i = 0; i < model->header.argv.n; i++) {
		sink_putc(out, ' ');
		put_clean(out, model->header.argv.v[i]);
	}
	sink_puts(out, "\npart: 1\n\npositions: line\n"
		       "event: Peak : bytes held at the peak\nevent: Live : bytes live\n"
		       "event: Bytes : bytes allocated\nevent: Allocs : allocations\n"
		       "events:");
	sink_puts(out, e->total.peak_bytes ? " Peak Live Bytes Allocs\nsummary:"
					   : " Live Bytes Allocs\nsummary:");
	put_costs(out, &e->total, e->total.peak_bytes);
	sink_putc(out, '\n');
}

static void put_position(struct sink *out, const char *object, const char *file, const char *name,
			 const struct export_name *n)
{
	sink_printf(out, "%s=", object);
	put_clean(out, n->module);
	sink_printf(out, "\n%s=", file);
	put_clean(out, n->file);
	sink_printf(out, "\n%s=", name);
	put_clean(out, n->name);
	sink_putc(out, '\n');
}

static int write_callgrind(const struct model *model, struct symbols *symbols,
			   const struct export_args *args, struct sink *out)
{
	size_t line = 0, call = 0;
	struct edges e;

	edges_init(&e, model, symbols, args->kind);
	put_head(model, &e, out);
	for (uint32_t f = 0; f < e.names.n; f++) {
		put_position(out, "ob", "fl", "fn", &e.names.v[f]);
		for (; line < e.n_lines && e.lines[line].function == f; line++) {
			sink_printf(out, "%" PRIu32, e.lines[line].line);
			put_costs(out, &e.lines[line].self, e.total.peak_bytes);
		}
		for (; call < e.n_calls && e.calls[call].from == f; call++) {
			const struct edges_call *c = &e.calls[call];

			put_position(out, "cob", "cfi", "cfn", &e.names.v[c->to]);
			sink_printf(out, "calls=%" PRIu64 " 0\n%" PRIu32, c->counts.allocs,
				    c->line);
			put_costs(out, &c->counts, e.total.peak_bytes);
		}
		sink_putc(out, '\n');
	}
	sink_puts(out, "totals:");
	put_costs(out, &e.total, e.total.peak_bytes);
	edges_release(&e);
	return 0;
}

const struct exporter export_callgrind = {
	.name = "callgrind",
	.summary = "callgrind.out, for callgrind_annotate and KCachegrind",
	.write = write_callgrind,
};
