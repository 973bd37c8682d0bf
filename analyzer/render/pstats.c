/* SPDX-License-Identifier: MIT */
/*
 * pstats.c - regions exactly as Python's pstats prints functions: print_stats(),
 * and print_callers() and print_callees() where the doc has them.
 */
#include <inttypes.h>
#include <string.h>

#include "doc/doc.h"
#include "render/renderer.h"
#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

/* Columns of the table of regions, or of callers and callees. */
struct at {
	int calls, primitive, self, total, name, other;
};

static struct at find(const struct doc_table *table, const char *other)
{
	return (struct at){
		.calls = doc_find_column(table, "calls"),
		.primitive = doc_find_column(table, "primitive_calls"),
		.self = doc_find_column(table, "tottime_ns"),
		.total = doc_find_column(table, "cumtime_ns"),
		.name = doc_find_column(table, "region"),
		.other = other ? doc_find_column(table, other) : 0,
	};
}

static bool fits(const struct doc *doc)
{
	const struct doc_table *table = doc_find_table(doc, "regions");
	struct at at;

	if (!table)
		return false;
	at = find(table, NULL);
	return at.calls >= 0 && at.primitive >= 0 && at.self >= 0 && at.total >= 0 && at.name >= 0;
}

static uint64_t value(const struct doc *doc, const char *key)
{
	const struct doc_value *v = doc_find_value(doc, key);

	return v && v->cell.type == CELL_UINT ? v->cell.u : 0;
}

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static void put_count(struct strbuf *out, uint64_t calls, uint64_t primitive)
{
	strbuf_addf(out, "%" PRIu64, calls);
	if (calls != primitive)
		strbuf_addf(out, "/%" PRIu64, primitive);
}

static void put_name(struct sink *out, const char *name, int width)
{
	struct strbuf clean = STRBUF_INIT;

	utf8_add_clean(&clean, name);
	sink_printf(out, "%s%*s", clean.buf,
		    width > utf8_width(clean.buf) ? width - utf8_width(clean.buf) : 0, "");
	strbuf_release(&clean);
}

/* What is said before each table. */
static void put_order(struct sink *out, const struct doc *doc, size_t shown)
{
	const struct doc_value *order = doc_find_value(doc, "ordered_by");
	uint64_t all = value(doc, "regions");

	sink_printf(out, "   Ordered by: %s\n", order ? order->cell.text : "cumulative time");
	if (shown < all)
		sink_printf(out,
			    "   List reduced from %" PRIu64 " to %zu due to restriction <%zu>\n",
			    all, shown, shown);
	sink_putc(out, '\n');
}

static void put_row(struct sink *out, const struct doc_row *row, const struct at *at)
{
	const struct doc_cell *c = row->cells;
	uint64_t calls = c[at->calls].u, primitive = c[at->primitive].u;
	struct strbuf n = STRBUF_INIT;

	put_count(&n, calls, primitive);
	sink_printf(out, "%9s %8.3f ", n.buf, seconds(c[at->self].u));
	if (calls)
		sink_printf(out, "%8.3f", seconds(c[at->self].u) / (double)calls);
	else
		sink_puts(out, "        ");
	sink_printf(out, " %8.3f ", seconds(c[at->total].u));
	if (primitive)
		sink_printf(out, "%8.3f", seconds(c[at->total].u) / (double)primitive);
	else
		sink_puts(out, "        ");
	sink_putc(out, ' ');
	put_name(out, c[at->name].text, 0);
	sink_putc(out, '\n');
	strbuf_release(&n);
}

static void put_links_of(struct sink *out, const struct doc_table *links, const struct at *at,
			 const char *name, int width, const char *arrow)
{
	int n = 0;

	put_name(out, name, width);
	sink_printf(out, "%s ", arrow);
	for (size_t i = 0; i < links->n_rows; i++) {
		const struct doc_cell *c = links->rows[i].cells;
		struct strbuf count = STRBUF_INIT;

		if (strcmp(c[at->name].text, name))
			continue;
		put_count(&count, c[at->calls].u, c[at->primitive].u);
		/* pstats pads the second and later counts by two more */
		sink_printf(out, "%*s%*s %8.3f %8.3f  ", n ? width + 1 : 0, "", n ? 9 : 7,
			    count.buf, seconds(c[at->self].u), seconds(c[at->total].u));
		put_name(out, c[at->other].text, 0);
		sink_putc(out, '\n');
		strbuf_release(&count);
		n++;
	}
	if (!n)
		sink_putc(out, '\n');
}

static void put_links(struct sink *out, const struct doc *doc, const char *table, const char *other,
		      const char *heading, const char *arrow)
{
	const struct doc_table *links = doc_find_table(doc, table);
	const struct doc_table *regions = doc_find_table(doc, "regions");
	struct at at, of = find(regions, NULL);
	int width = 0;

	if (!links || !regions->n_rows)
		return;
	at = find(links, other);
	put_order(out, doc, regions->n_rows);
	for (size_t i = 0; i < regions->n_rows; i++) {
		int w = utf8_width(regions->rows[i].cells[of.name].text);

		width = w > width ? w : width;
	}
	width += 2;
	put_name(out, "Function ", width);
	sink_printf(out, "%s\n", heading);
	if (links->n_rows)
		sink_printf(out, "%*s    ncalls  tottime  cumtime\n", width, "");
	for (size_t i = 0; i < regions->n_rows; i++)
		put_links_of(out, links, &at, regions->rows[i].cells[of.name].text, width, arrow);
	sink_puts(out, "\n\n");
}

static void write_pstats(const struct doc *doc, const struct term *term, struct sink *out)
{
	const struct doc_table *table = doc_find_table(doc, "regions");
	struct at at = find(table, NULL);
	uint64_t calls = value(doc, "calls"), primitive = value(doc, "primitive_calls");

	(void)term;
	sink_printf(out, "         %" PRIu64 " function calls ", calls);
	if (calls != primitive)
		sink_printf(out, "(%" PRIu64 " primitive calls) ", primitive);
	sink_printf(out, "in %.3f seconds\n\n", seconds(value(doc, "tottime_ns")));
	if (!table->n_rows)
		return;
	put_order(out, doc, table->n_rows);
	sink_puts(out, "   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n");
	for (size_t i = 0; i < table->n_rows; i++)
		put_row(out, &table->rows[i], &at);
	sink_puts(out, "\n\n");
	put_links(out, doc, "callers", "caller", "was called by...", "<-");
	put_links(out, doc, "callees", "callee", "called...", "->");
}

const struct renderer render_pstats = {
	.name = "pstats",
	.summary = "regions as Python's pstats prints functions",
	.fits = fits,
	.write = write_pstats,
};
