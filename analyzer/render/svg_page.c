/* SPDX-License-Identifier: MIT */
/*
 * svg_page.c - what every SVG flame graph has in it: style, script, and the way
 * text gets into it.  The script is constant: no text of a trace is ever part
 * of it, and it writes text only as text.
 */
#include "render/svg.h"

#include "util/sink.h"
#include "util/strbuf.h"
#include "util/utf8.h"

static const char style[] =
	"<style>\n"
	"text{font-family:'DejaVu Sans',Verdana,'Segoe UI',Helvetica,Arial,sans-serif;"
	"font-size:12px;fill:#1f2430}\n"
	".ground{fill:#fdfdfc}\n"
	".title{font-size:17px;font-weight:bold}\n"
	".quiet{fill:#5b6270}\n"
	".button{fill:#2a5db0;cursor:pointer}\n"
	".button:hover{text-decoration:underline}\n"
	".f rect{stroke:#fdfdfc;stroke-width:1}\n"
	".f text{pointer-events:none}\n"
	".f:hover rect{stroke:#1f2430}\n"
	".rest rect{fill:#e4e6ea}\n"
	".end{text-anchor:end}\n"
	".below rect{opacity:.45}\n"
	".found rect{fill:#d6409f}\n"
	".found text{fill:#fff}\n"
	".off{display:none}\n"
	"@media print{.button{display:none}}\n"
	"</style>\n";

static const char script[] =
	"<script><![CDATA[\n"
	"'use strict';\n"
	"(function () {\n"
	"const svg = document.querySelector('svg');\n"
	"const by = id => svg.querySelector('#' + id);\n"
	"const detail = by('detail'), query = by('query'), reset = by('reset'), bar = by('bar');\n"
	"const room = Number(svg.dataset.chars), fixed = Number(svg.dataset.fixed);\n"
	"let width = Number(svg.getAttribute('width'));\n"
	"const frames = Array.from(svg.querySelectorAll('.f')).map(g => ({\n"
	"	g, x: Number(g.dataset.x), w: Number(g.dataset.w), d: Number(g.dataset.d),\n"
	"	name: g.dataset.n, rect: g.querySelector('rect'), text: g.querySelector('text'),\n"
	"	more: g.querySelector('title').textContent.replace(/\\n/g, '   ')\n"
	"}));\n"
	"let at = frames[0], typing = false, words = '';\n"
	"\n"
	"function fit(name, pixels) {\n"
	"	const n = Math.floor((pixels - 6) / room);\n"
	"	return n < 3 ? '' : name.length <= n ? name : name.slice(0, n - 1) + '\\u2026';\n"
	"}\n"
	"\n"
	"/* Show what stands on the frame `at`, as wide as there is room; its callers behind it. "
	"*/\n"
	"function draw() {\n"
	"	const inner = width - 20, eps = 1e-9;\n"
	"	for (const f of frames) {\n"
	"		const below = f.d < at.d && f.x <= at.x + eps && f.x + f.w >= at.x + at.w "
	"- eps;\n"
	"		const above = f.d >= at.d && f.x >= at.x - eps && f.x + f.w <= at.x + at.w "
	"+ eps;\n"
	"		const w = below ? inner : f.w / at.w * inner;\n"
	"		const shown = below || (above && w >= 0.3);\n"
	"		f.g.classList.toggle('off', !shown);\n"
	"		f.g.classList.toggle('below', below);\n"
	"		if (!shown)\n"
	"			continue;\n"
	"		const x = 10 + (below ? 0 : (f.x - at.x) / at.w * inner);\n"
	"		f.rect.setAttribute('x', x);\n"
	"		f.rect.setAttribute('width', w);\n"
	"		f.text.setAttribute('x', x + 4);\n"
	"		f.text.textContent = fit(f.name, w);\n"
	"	}\n"
	"	reset.classList.toggle('off', at === frames[0]);\n"
	"}\n"
	"\n"
	"/* What is found counts once, though a function may stand on itself. */\n"
	"function search() {\n"
	"	const wanted = words.toLowerCase(), hits = [];\n"
	"	for (const f of frames) {\n"
	"		const hit = wanted !== '' && f.name.toLowerCase().includes(wanted);\n"
	"		f.g.classList.toggle('found', hit);\n"
	"		if (hit)\n"
	"			hits.push(f);\n"
	"	}\n"
	"	hits.sort((a, b) => a.x - b.x || b.w - a.w);\n"
	"	let sum = 0, end = -1;\n"
	"	for (const f of hits) {\n"
	"		if (f.x < end - 1e-9)\n"
	"			continue;\n"
	"		sum += f.w;\n"
	"		end = f.x + f.w;\n"
	"	}\n"
	"	query.textContent = !typing && wanted === '' ? 'search' :\n"
	"		'search: ' + words + (typing ? '\\u2588' : '') + (wanted === '' ? '' :\n"
	"		'   ' + hits.length + ' found, ' + (100 * sum).toFixed(1) + '%');\n"
	"}\n"
	"\n"
	"function zoom(f) {\n"
	"	at = f;\n"
	"	draw();\n"
	"}\n"
	"\n"
	"for (const f of frames) {\n"
	"	f.g.addEventListener('click', () => zoom(f));\n"
	"	f.g.addEventListener('mouseenter', () => { detail.textContent = f.more; });\n"
	"	f.g.addEventListener('mouseleave', () => { detail.textContent = ''; });\n"
	"}\n"
	"reset.addEventListener('click', () => zoom(frames[0]));\n"
	"query.addEventListener('click', () => { typing = true; search(); });\n"
	"window.addEventListener('keydown', e => {\n"
	"	if (e.target instanceof HTMLInputElement)\n"
	"		return;\n"
	"	if (!typing && (e.key === '/' || (e.key === 'f' && (e.ctrlKey || e.metaKey) &&\n"
	"	    document.documentElement === svg))) {\n"
	"		typing = true;\n"
	"		words = '';\n"
	"	} else if (e.key === 'Escape') {\n"
	"		if (!typing && words === '')\n"
	"			zoom(frames[0]);\n"
	"		typing = false;\n"
	"		words = '';\n"
	"	} else if (!typing || e.ctrlKey || e.metaKey || e.altKey) {\n"
	"		return;\n"
	"	} else if (e.key === 'Enter') {\n"
	"		typing = false;\n"
	"	} else if (e.key === 'Backspace') {\n"
	"		words = words.slice(0, -1);\n"
	"	} else if (e.key.length === 1) {\n"
	"		words += e.key;\n"
	"	} else {\n"
	"		return;\n"
	"	}\n"
	"	e.preventDefault();\n"
	"	search();\n"
	"});\n"
	"\n"
	"/* Alone in a window the picture is as wide as that. */\n"
	"function resize() {\n"
	"	if (fixed || document.documentElement !== svg)\n"
	"		return;\n"
	"	const tall = Number(svg.getAttribute('height')) > window.innerHeight;\n"
	"	width = Math.max(400, window.innerWidth - (tall ? 18 : 0));\n"
	"	svg.setAttribute('width', width);\n"
	"	svg.setAttribute('viewBox', '0 0 ' + width + ' ' + svg.getAttribute('height'));\n"
	"	query.setAttribute('x', width - 10);\n"
	"	reset.setAttribute('x', width - 10);\n"
	"	draw();\n"
	"}\n"
	"\n"
	"/* Titles and what the mouse is on stay in view. */\n"
	"function scroll() {\n"
	"	bar.setAttribute('transform', 'translate(0 ' + window.scrollY + ')');\n"
	"}\n"
	"window.addEventListener('resize', resize);\n"
	"query.classList.remove('off');\n"
	"resize();\n"
	"if (document.documentElement === svg) {\n"
	"	window.addEventListener('scroll', scroll);\n"
	"	if (Number(svg.dataset.up))\n"
	"		window.scrollTo(0, Number(svg.getAttribute('height')));\n"
	"}\n"
	"}());\n"
	"]]></script>\n";

void svg_put_text(struct sink *out, const char *text)
{
	struct strbuf clean = STRBUF_INIT;
	const char *p;

	utf8_add_clean(&clean, text);
	for (p = clean.buf; *p;) {
		const char *start = p;
		uint32_t c = utf8_next(&p);

		if (c == '&')
			sink_puts(out, "&amp;");
		else if (c == '<')
			sink_puts(out, "&lt;");
		else if (c == '>')
			sink_puts(out, "&gt;");
		else if (c == '"')
			sink_puts(out, "&quot;");
		else if (c == '\'')
			sink_puts(out, "&#39;");
		else if (c < 0x20 || (c & 0xfffe) == 0xfffe)
			sink_putc(out, '?');
		else
			sink_write(out, start, (size_t)(p - start));
	}
	strbuf_release(&clean);
}

void svg_put_style(struct sink *out)
{
	sink_puts(out, style);
}

void svg_put_script(struct sink *out)
{
	sink_puts(out, script);
}
