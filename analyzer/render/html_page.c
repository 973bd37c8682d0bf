/* SPDX-License-Identifier: MIT */
/*
 * html_page.c - what every HTML page has in it.  Style and script are constant: no
 * text of a trace is ever part of them.
 */
#include "render/html.h"

#include <string.h>

#include "render/svg.h"
#include "util/sink.h"

static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
	"<style>\n"
	":root{color-scheme:light}\n"
	"body{font-family:'DejaVu Sans',Verdana,'Segoe UI',Helvetica,Arial,sans-serif;"
	"font-size:13px;color:#1f2430;background:#fdfdfc;margin:20px;max-width:1260px}\n"
	"h1{font-size:19px;margin:0 0 4px}\n"
	"h2{font-size:15px;margin:22px 0 6px}\n"
	".m-sub{color:#5b6270;margin:0 0 14px}\n"
	".m-values{display:flex;flex-wrap:wrap;gap:10px 34px}\n"
	".m-values table{border-collapse:collapse}\n"
	".m-values td{padding:1px 14px 1px 0;vertical-align:top}\n"
	".m-table{border-collapse:collapse;width:100%}\n"
	".m-table th{text-align:left;border-bottom:2px solid #c9cdd4;padding:4px 10px;"
	"white-space:nowrap;position:sticky;top:0;background:#fdfdfc}\n"
	".m-table th button{font:inherit;font-weight:bold;color:inherit;background:none;border:0;"
	"padding:0;cursor:pointer}\n"
	".m-table th[aria-sort=ascending] button::after{content:' \\25B4'}\n"
	".m-table th[aria-sort=descending] button::after{content:' \\25BE'}\n"
	".m-table td{padding:3px 10px;border-bottom:1px solid #e8eaee;vertical-align:top}\n"
	".m-table tbody tr:hover{background:#f2f5fa}\n"
	".m-table tfoot td{font-weight:bold;border-bottom:0}\n"
	".m-right{text-align:right!important;white-space:nowrap;font-variant-numeric:tabular-nums}"
	"\n"
	".m-code{font-family:'DejaVu Sans Mono',Consolas,Menlo,monospace;white-space:pre-wrap}\n"
	".m-place{color:#5b6270}\n"
	".m-detail{color:#5b6270;font-family:'DejaVu Sans Mono',Consolas,Menlo,monospace;"
	"white-space:pre-wrap}\n"
	".m-heat{width:6px;padding:0!important}\n"
	".m-filter{font:inherit;padding:3px 8px;margin:0 0 6px;width:280px;border:1px solid "
	"#c9cdd4;"
	"border-radius:4px}\n"
	".m-note{margin:4px 0}\n"
	".m-warning{color:#8a4b00}\n"
	".m-hidden{display:none}\n"
	".m-picture{margin:14px 0;overflow-x:auto}\n"
	".m-picture svg{max-width:100%;height:auto}\n"
	"@media print{.m-filter{display:none}}\n"
	"</style>\n"
	"<title>";

static const char script[] =
	"<script>\n"
	"'use strict';\n"
	"(function () {\n"
	"function value(row, column) {\n"
	"	const cell = row.cells[column];\n"
	"	return cell.dataset.v === undefined ? cell.textContent.trim() : "
	"Number(cell.dataset.v);\n"
	"}\n"
	"\n"
	"/* What is empty goes last, whichever way. */\n"
	"function compare(a, b, up) {\n"
	"	if (a === '' || b === '')\n"
	"		return (a === '') - (b === '');\n"
	"	const order = typeof a === 'number' && typeof b === 'number' ? a - b :\n"
	"		String(a).localeCompare(String(b));\n"
	"	return up ? order : -order;\n"
	"}\n"
	"\n"
	"function sort(table, th, column) {\n"
	"	const numbers = th.classList.contains('m-right');\n"
	"	const now = th.getAttribute('aria-sort');\n"
	"	const up = now ? now === 'descending' : !numbers;\n"
	"	const body = table.tBodies[0];\n"
	"	const rows = Array.from(body.rows, (row, i) => ({ row, i, v: value(row, column) "
	"}));\n"
	"	rows.sort((a, b) => compare(a.v, b.v, up) || a.i - b.i);\n"
	"	for (const r of rows)\n"
	"		body.append(r.row);\n"
	"	for (const other of table.tHead.rows[0].cells)\n"
	"		other.removeAttribute('aria-sort');\n"
	"	th.setAttribute('aria-sort', up ? 'ascending' : 'descending');\n"
	"}\n"
	"\n"
	"for (const table of document.querySelectorAll('.m-table')) {\n"
	"	Array.from(table.tHead.rows[0].cells).forEach((th, column) => {\n"
	"		const button = th.querySelector('button');\n"
	"		if (button)\n"
	"			button.addEventListener('click', () => sort(table, th, column));\n"
	"	});\n"
	"}\n"
	"for (const input of document.querySelectorAll('.m-filter')) {\n"
	"	const table = document.getElementById(input.dataset.table);\n"
	"	input.addEventListener('input', () => {\n"
	"		const words = input.value.toLowerCase();\n"
	"		for (const row of table.tBodies[0].rows)\n"
	"			row.classList.toggle('m-hidden',\n"
	"				!row.textContent.toLowerCase().includes(words));\n"
	"	});\n"
	"}\n"
	"}());\n"
	"</script>\n"
	"</body>\n"
	"</html>\n";

void html_put_head(struct sink *out, const char *title)
{
	sink_puts(out, head);
	svg_put_text(out, title);
	sink_puts(out, "</title>\n</head>\n<body>\n");
}

void html_put_svg(struct sink *out, const char *svg)
{
	const char *from = strstr(svg, "<svg");

	if (!from)
		return;
	sink_puts(out, "<div class=\"m-picture\">\n");
	sink_puts(out, from);
	sink_puts(out, "</div>\n");
}

void html_put_end(struct sink *out)
{
	sink_puts(out, script);
}
