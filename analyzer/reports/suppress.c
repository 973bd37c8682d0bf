/* SPDX-License-Identifier: MIT */
/* suppress.c - read suppressions; see suppress.h.  suppress_match.c applies them. */
#include "reports/suppress.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <memprof/trace.h>

#include "model/demangle.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/xalloc.h"

#define ALL_CLASSES (~SUPPRESS_RELEASES)

static struct suppression *add(struct suppressions *list, const char *name, const char *file,
			       uint64_t line)
{
	XGROW(list->v, list->n, list->a);
	list->v[list->n] = (struct suppression){
		.name = xstrdup(name),
		.file = file,
		.line = line,
		.classes = ALL_CLASSES,
	};
	return &list->v[list->n++];
}

static void add_line(struct suppression *s, int on, const char *pattern)
{
	struct suppress_line *line;

	XGROW(s->lines, s->n_lines, s->a_lines);
	line = &s->lines[s->n_lines++];
	*line = (struct suppress_line){ .on = on, .pattern = xstrdup(pattern) };
	if (on == SUPPRESS_FUNCTION && s->valgrind && !strpbrk(pattern, "*?"))
		line->demangled = demangle(pattern);
}

static void add_lsan(struct suppressions *list, const char *pattern, const char *file,
		     uint64_t line)
{
	struct strbuf name = STRBUF_INIT;

	strbuf_addf(&name, "leak:%s", pattern);
	add_line(add(list, name.buf, file, line), SUPPRESS_FUNCTION, pattern);
	strbuf_release(&name);
}

void suppressions_add_builtin(struct suppressions *list)
{
#define BUILTIN(pattern) add_lsan(list, pattern, NULL, 0);
#include "reports/suppress_builtin.def"
#undef BUILTIN
}

/* Where in a text we are. */
struct reading_at {
	struct suppressions *list;
	const char *file;
	uint64_t line;
	struct diag *diag;
	enum { OUTSIDE, AT_NAME, AT_KIND, AT_FRAMES, SKIPPING } in;
};

static int wrong(const struct reading_at *at, const char *what, const char *text)
{
	return diag_error(at->diag, -EINVAL, "%s:%llu: %s: '%s'", at->file ? at->file : "built in",
			  (unsigned long long)at->line, what, text);
}

/* "match-leak-kinds: definite,possible": memcheck's words are the trace's. */
static int parse_classes(const struct reading_at *at, struct suppression *s, const char *text)
{
	static const char *const words[] = MP_LEAK_WORDS;
	char *copy = xstrdup(text), *save = NULL;
	int err = 0;

	s->classes = 0;
	for (char *word = strtok_r(copy, ", ", &save); word && !err;
	     word = strtok_r(NULL, ", ", &save)) {
		int class = 0;

		while (class < MP_LEAKS && strcmp(words[class], word))
			class ++;
		if (!strcmp(word, "all"))
			s->classes = ALL_CLASSES;
		else if (!strcmp(word, "reachable"))
			s->classes |= 1u << MP_REACHABLE | 1u << MP_RUNTIME;
		else if (class < MP_LEAKS)
			s->classes |= 1u << class;
		else if (strcmp(word, "none"))
			err = wrong(at, "no such kind of leak", word);
	}
	free(copy);
	return err;
}

static int parse_frame(const struct reading_at *at, struct suppression *s, const char *text)
{
	char *colon;

	if (!strcmp(text, "...")) {
		add_line(s, SUPPRESS_ANY_FRAMES, "");
	} else if (!strncmp(text, "fun:", 4)) {
		add_line(s, SUPPRESS_FUNCTION, text + 4);
	} else if (!strncmp(text, "obj:", 4)) {
		add_line(s, SUPPRESS_OBJECT, text + 4);
	} else if (!strncmp(text, "src:", 4)) {
		add_line(s, SUPPRESS_SOURCE, text + 4);
		colon = strrchr(s->lines[s->n_lines - 1].pattern, ':');
		if (colon && isdigit((unsigned char)colon[1])) {
			s->lines[s->n_lines - 1].line = (uint32_t)strtoul(colon + 1, NULL, 10);
			*colon = '\0';
		}
	} else {
		return wrong(at, "neither fun:, obj:, src: nor ...", text);
	}
	return 0;
}

/* "Memcheck:Leak" or "Memcheck,Helgrind:Leak": what it is for; 0 for what is not here. */
static unsigned int classes_of(const char *text)
{
	const char *colon = strchr(text, ':');

	if (!colon || !strstr(text, "Memcheck"))
		return 0;
	return !strcmp(colon + 1, "Leak")   ? ALL_CLASSES
	       : !strcmp(colon + 1, "Free") ? SUPPRESS_RELEASES
					    : 0;
}

static void drop_last(struct suppressions *list)
{
	struct suppressions last = { .v = xcalloc(1, sizeof(*list->v)), .n = 1 };

	last.v[0] = list->v[--list->n];
	suppressions_release(&last);
}

static int parse_line(struct reading_at *at, const char *text)
{
	struct suppression *s = at->list->n ? &at->list->v[at->list->n - 1] : NULL;

	switch (at->in) {
	case OUTSIDE:
		if (!strcmp(text, "{")) {
			at->in = AT_NAME;
			return 0;
		}
		/* other sanitizers' are in the same files */
		if (!strncmp(text, "leak:", 5))
			add_lsan(at->list, text + 5, at->file, at->line);
		else if (!strchr(text, ':'))
			return wrong(at, "neither leak:PATTERN nor a suppression in braces", text);
		return 0;
	case AT_NAME:
		add(at->list, text, at->file, at->line)->valgrind = true;
		at->in = AT_KIND;
		return 0;
	case AT_KIND:
		s->classes = classes_of(text);
		at->in = s->classes ? AT_FRAMES : SKIPPING;
		return 0;
	case SKIPPING:
		if (strcmp(text, "}"))
			return 0;
		drop_last(at->list);
		at->in = OUTSIDE;
		return 0;
	case AT_FRAMES:
		break;
	}
	if (!strcmp(text, "}")) {
		at->in = OUTSIDE;
		return s->n_lines ? 0 : wrong(at, "a suppression without frames", s->name);
	}
	if (!strncmp(text, "match-leak-kinds:", 17))
		return parse_classes(at, s, text + 17);
	return parse_frame(at, s, text);
}

int suppressions_add_text(struct suppressions *list, const char *text, const char *file,
			  struct diag *diag)
{
	struct reading_at at = { .list = list, .file = file, .diag = diag };
	int err = 0;

	while (*text && !err) {
		size_t len = strcspn(text, "\n");
		const char *start = text, *end = text + len;
		char *line;

		at.line++;
		text = end + (*end == '\n');
		while (start < end && isspace((unsigned char)*start))
			start++;
		while (end > start && isspace((unsigned char)end[-1]))
			end--;
		if (start == end || *start == '#')
			continue;
		line = xstrndup(start, (size_t)(end - start));
		err = parse_line(&at, line);
		free(line);
	}
	if (!err && at.in != OUTSIDE)
		err = wrong(&at, "a suppression without its closing brace",
			    list->n ? list->v[list->n - 1].name : "{");
	return err;
}

int suppressions_add_file(struct suppressions *list, const char *file, struct diag *diag)
{
	struct strbuf text = STRBUF_INIT;
	FILE *f = fopen(file, "re");
	char part[4096];
	size_t n;
	int err = 0;

	if (!f)
		return diag_error(diag, -errno, "cannot open '%s': %s", file, strerror(errno));
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		strbuf_add(&text, part, n);
	if (ferror(f))
		err = diag_error(diag, -EIO, "cannot read '%s'", file);
	fclose(f);
	if (!err)
		err = suppressions_add_text(list, text.buf, file, diag);
	strbuf_release(&text);
	return err;
}

void suppressions_release(struct suppressions *list)
{
	for (size_t i = 0; i < list->n; i++) {
		for (size_t k = 0; k < list->v[i].n_lines; k++) {
			free(list->v[i].lines[k].pattern);
			free(list->v[i].lines[k].demangled);
		}
		free(list->v[i].lines);
		free(list->v[i].name);
	}
	free(list->v);
	*list = (struct suppressions){ .v = NULL };
}
