/* SPDX-License-Identifier: MIT */
/* suppress_match.c - which suppression takes a leak, and what one would look like. */
#include <fnmatch.h>
#include <string.h>

#include "reports/places.h"
#include "reports/suppress.h"
#include "util/cxxname.h"
#include "util/strbuf.h"

/* Frames that a suppression made for a leak names. */
#define GENERATED 24

/*
 * LeakSanitizer's patterns: * stands for anything, ^ and $ for the ends of the
 * text; without them the pattern may be anywhere in it.
 */
static bool matches_template(const char *pattern, const char *text)
{
	bool anchored = *pattern == '^', first = true;

	if (!text)
		return false;
	pattern += anchored;
	while (*pattern) {
		size_t len = strcspn(pattern, "*");
		bool last = !pattern[len], at_end = last && len && pattern[len - 1] == '$';
		size_t n = len - at_end;
		const char *found = text;

		if (anchored && first) {
			if (strncmp(text, pattern, n))
				return false;
		} else if (at_end) {
			size_t rest = strlen(text);

			if (rest < n)
				return false;
			found = text + rest - n;
			if (strncmp(found, pattern, n))
				return false;
		} else if (n) {
			found = memmem(text, strlen(text), pattern, n);
			if (!found)
				return false;
		}
		text = found + n;
		if (at_end && *text)
			return false;
		first = false;
		pattern += len + !last;
	}
	return true;
}

static bool takes_lsan(const struct suppression *s, const struct frame *const *frames, size_t n)
{
	const char *pattern = s->lines[0].pattern;

	for (size_t i = 0; i < n; i++)
		if (matches_template(pattern, frames[i]->function) ||
		    matches_template(pattern, frames[i]->full) ||
		    matches_template(pattern, frames[i]->file) ||
		    matches_template(pattern, frames[i]->module))
			return true;
	return false;
}

static bool matches_glob(const char *pattern, const char *text)
{
	return text && fnmatch(pattern, text, 0) == 0;
}

static bool matches_function(const struct suppress_line *line, const struct frame *frame)
{
	struct strbuf name = STRBUF_INIT;
	bool match;

	if (!frame->function)
		return false;
	/* a C++ function is named with its parameters here */
	cxx_add_short(&name, frame->function);
	match = matches_glob(line->pattern, frame->function) ||
		matches_glob(line->pattern, name.buf) ||
		(line->demangled && frame->full && !strcmp(line->demangled, frame->full));
	strbuf_release(&name);
	return match;
}

static bool matches_source(const struct suppress_line *line, const struct frame *frame)
{
	const char *slash = frame->file ? strrchr(frame->file, '/') : NULL;

	return (matches_glob(line->pattern, frame->file) ||
		matches_glob(line->pattern, slash ? slash + 1 : NULL)) &&
	       (!line->line || line->line == frame->line);
}

static bool matches_frame(const struct suppress_line *line, const struct frame *frame)
{
	switch (line->on) {
	case SUPPRESS_FUNCTION:
		return matches_function(line, frame);
	case SUPPRESS_OBJECT:
		return matches_glob(line->pattern, frame->module);
	case SUPPRESS_SOURCE:
		return matches_source(line, frame);
	default:
		return false;
	}
}

/*
 * The lines from `line` on against the frames; what calls them does not matter.  Of several ways
 * to take what stands between two "..." the first is as good as any, so only the last "..."
 * is ever tried again.
 */
static bool takes_from(const struct suppression *s, size_t line, const struct frame *const *frames,
		       size_t n)
{
	size_t at = 0, again = SIZE_MAX, after = 0;

	while (line < s->n_lines) {
		if (s->lines[line].on == SUPPRESS_ANY_FRAMES) {
			after = ++line;
			again = at;
		} else if (at < n && matches_frame(&s->lines[line], frames[at])) {
			line++;
			at++;
		} else if (again < n) {
			line = after;
			at = ++again;
		} else {
			return false;
		}
	}
	return true;
}

/* Does the pattern name one of the functions that stand for the recorder's hook? */
static bool is_allocator(const struct suppress_line *line)
{
	static const char *const names[] = {
		"malloc",
		"calloc",
		"realloc",
		"memalign",
		"posix_memalign",
		"valloc",
		"aligned_alloc",
		"reallocarray",
		"pvalloc",
		"_Znwm",
		"_Znam",
		"_Znwj",
		"_Znaj",
		"_ZnwmRKSt9nothrow_t",
		"_ZnamRKSt9nothrow_t",
		"_ZnwmSt11align_val_t",
		"_ZnamSt11align_val_t",
		"free",
		"_ZdlPv",
		"_ZdaPv",
		"_ZdlPvm",
		"_ZdaPvm",
		"_ZdlPvSt11align_val_t",
		"_ZdaPvSt11align_val_t",
		"_ZdlPvmSt11align_val_t",
		"_ZdaPvmSt11align_val_t",
		"_ZdlPvRKSt9nothrow_t",
		"_ZdaPvRKSt9nothrow_t",
	};

	for (size_t i = 0; line->on == SUPPRESS_FUNCTION && i < sizeof(names) / sizeof(*names); i++)
		if (fnmatch(line->pattern, names[i], 0) == 0)
			return true;
	return line->on == SUPPRESS_OBJECT && strstr(line->pattern, "vgpreload");
}

static bool takes_valgrind(const struct suppression *s, const struct frame *const *frames, size_t n)
{
	return takes_from(s, 0, frames, n) ||
	       (s->n_lines > 1 && is_allocator(&s->lines[0]) && takes_from(s, 1, frames, n));
}

struct suppression *suppressions_find(struct suppressions *list, unsigned int class,
				      const struct frame *const *frames, size_t n)
{
	for (size_t i = 0; i < list->n; i++) {
		struct suppression *s = &list->v[i];

		if (class ? !(s->classes & class) : s->classes == SUPPRESS_RELEASES)
			continue;
		if (s->valgrind ? takes_valgrind(s, frames, n) : takes_lsan(s, frames, n))
			return s;
	}
	return NULL;
}

static bool is_plain(const char *function)
{
	return function && *function && !strpbrk(function, " ()<>*?[]{}");
}

void suppress_add_lsan(struct strbuf *out, const struct frame *const *frames, size_t n)
{
	size_t i = 0;

	/* the innermost that does more than to allocate */
	while (i < n && frames[i]->function && places_is_allocator(frames[i]->function))
		i++;
	if (i == n)
		i = 0;
	if (n && frames[i]->function)
		strbuf_addf(out, "leak:^%s$\n", frames[i]->function);
	else if (n && frames[i]->module)
		strbuf_addf(out, "leak:^%s$\n", frames[i]->module);
}

void suppress_add_valgrind(struct strbuf *out, const char *name, const char *class,
			   const struct frame *const *frames, size_t n)
{
	strbuf_addf(out, "{\n   %s\n   Memcheck:Leak\n   match-leak-kinds: %s\n   fun:*\n", name,
		    class);
	for (size_t i = 0; i < n && i < GENERATED; i++) {
		if (is_plain(frames[i]->function))
			strbuf_addf(out, "   fun:%s\n", frames[i]->function);
		else
			strbuf_addf(out, "   obj:%s\n",
				    frames[i]->module ? frames[i]->module : "*");
	}
	strbuf_addstr(out, "}\n");
}
