/* SPDX-License-Identifier: MIT */
/* shorten.c - long names and paths made to fit. */
#include "render/shorten.h"

#include <inttypes.h>
#include <string.h>

#include "doc/doc.h"
#include "util/cxxname.h"
#include "util/path.h"
#include "util/strbuf.h"
#include "util/utf8.h"

#define LEAST 4
#define GAP 2

static const char *dots(bool utf8)
{
	return utf8 ? "\xe2\x80\xa6" : "..";
}

static int dots_width(bool utf8)
{
	return utf8 ? 1 : 2;
}

void shorten_right(struct strbuf *out, const char *text, int width, bool utf8)
{
	width = width < LEAST ? LEAST : width;
	if (utf8_width(text) <= width) {
		strbuf_addstr(out, text);
		return;
	}
	strbuf_add(out, text, utf8_prefix(text, width - dots_width(utf8)));
	strbuf_addstr(out, dots(utf8));
}

/* A third of the room for the head, the rest for the tail. */
static void cut_middle(struct strbuf *out, const char *text, int width, bool utf8)
{
	int room = width - dots_width(utf8), head = room / 3;
	size_t tail = utf8_suffix(text, room - head);

	strbuf_add(out, text, utf8_prefix(text, head));
	strbuf_addstr(out, dots(utf8));
	strbuf_addstr(out, text + strlen(text) - tail);
}

/* `open` at p: step behind its `close`, or to the end. */
static const char *skip_brackets(const char *start, const char *p, char open, char close)
{
	int depth = 0;

	while (*p) {
		size_t n = cxx_operator_len(start, p);

		if (n) {
			p += n;
			continue;
		}
		if (*p == open)
			depth++;
		else if (*p == close && !(close == '>' && p > start && p[-1] == '-') && !--depth)
			return p + 1;
		p++;
	}
	return p;
}

/* What stands in brackets that are open more than `keep` deep becomes dots. */
static void collapse(struct strbuf *out, const char *name, char open, char close, int keep,
		     bool utf8)
{
	static const char anonymous[] = "(anonymous namespace)";
	int depth = 0;

	for (const char *p = name; *p;) {
		size_t n = cxx_operator_len(name, p);

		if (!n && !strncmp(p, anonymous, sizeof(anonymous) - 1))
			n = sizeof(anonymous) - 1;
		if (n) {
			strbuf_add(out, p, n);
			p += n;
		} else if (*p == open && depth == keep) {
			const char *end = skip_brackets(name, p, open, close);

			if (end - p <= 3) {
				strbuf_add(out, p, (size_t)(end - p));
			} else {
				strbuf_addch(out, open);
				strbuf_addstr(out, dots(utf8));
				strbuf_addch(out, close);
			}
			p = end;
		} else {
			depth += *p == open;
			depth -= *p == close && depth > 0;
			strbuf_addch(out, *p++);
		}
	}
}

void shorten_function(struct strbuf *out, const char *name, int width, bool utf8)
{
	static const struct {
		char open, close;
		int keep;
	} steps[] = { { '<', '>', 2 }, { '<', '>', 1 }, { '(', ')', 0 }, { '<', '>', 0 } };
	struct strbuf now = STRBUF_INIT, next = STRBUF_INIT;

	width = width < LEAST ? LEAST : width;
	strbuf_addstr(&now, cxx_name_start(name));
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct strbuf swap = now;

		if (utf8_width(now.buf) <= width)
			break;
		strbuf_clear(&next);
		collapse(&next, now.buf, steps[i].open, steps[i].close, steps[i].keep, utf8);
		now = next;
		next = swap;
	}
	if (utf8_width(now.buf) <= width)
		strbuf_addbuf(out, &now);
	else
		cut_middle(out, now.buf, width, utf8);
	strbuf_release(&now);
	strbuf_release(&next);
}

void shorten_path(struct strbuf *out, const char *path, int width, bool utf8)
{
	const char *p = path;

	width = width < LEAST ? LEAST : width;
	if (utf8_width(path) <= width) {
		strbuf_addstr(out, path);
		return;
	}
	while ((p = strchr(p + 1, '/'))) {
		if (utf8_width(p) + dots_width(utf8) <= width) {
			strbuf_addstr(out, dots(utf8));
			strbuf_addstr(out, p);
			return;
		}
	}
	p = path_last(path);
	if (utf8_width(p) <= width)
		strbuf_addstr(out, p);
	else
		cut_middle(out, p, width, utf8);
}

void shorten_frame(const struct doc_frame *frame, int width, bool utf8, struct strbuf *name,
		   struct strbuf *where)
{
	struct strbuf function = STRBUF_INIT, path = STRBUF_INIT, line = STRBUF_INIT;
	int room, need, least;

	if (frame->function)
		utf8_add_clean(&function, frame->function);
	if (frame->file)
		utf8_add_clean(&path, frame->file);
	else if (frame->module)
		utf8_add_clean(&path, path_last(frame->module));
	/* a name like libx.so+0x12 says its module already */
	if (!frame->file && !strncmp(function.buf, path.buf, path.len))
		strbuf_clear(&path);
	if (frame->file && frame->line)
		strbuf_addf(&line, ":%" PRIu32, frame->line);

	if (!function.len) {
		strbuf_addbuf(&function, &path);
		strbuf_addbuf(&function, &line);
		shorten_path(name, function.buf, width, utf8);
	} else if (!path.len) {
		shorten_function(name, function.buf, width, utf8);
	} else {
		/* the path gives way first, down to its last part; then the name */
		need = utf8_width(function.buf);
		least = utf8_width(path_last(path.buf));
		room = width - GAP - (int)line.len - need;
		if (room < least)
			room = least;
		if (room > width / 2 - (int)line.len && room > width - GAP - need - (int)line.len)
			room = width / 2 - (int)line.len;
		shorten_path(where, path.buf, room, utf8);
		strbuf_addbuf(where, &line);
		shorten_function(name, function.buf, width - GAP - utf8_width(where->buf), utf8);
	}
	strbuf_release(&function);
	strbuf_release(&path);
	strbuf_release(&line);
}
