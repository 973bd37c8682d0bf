/* SPDX-License-Identifier: MIT */
/* cxxname.c - finding one's way in demangled names. */
#include "util/cxxname.h"

#include <string.h>

#include "util/strbuf.h"

size_t cxx_operator_len(const char *start, const char *p)
{
	static const char *const names[] = { "<=>", "<<=", ">>=", "<<", ">>", "<=",
					     ">=",  "->*", "->",  "()", "<",  ">" };
	size_t word = strlen("operator");

	if ((size_t)(p - start) < word || strncmp(p - word, "operator", word))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(p, names[i], strlen(names[i])))
			return strlen(names[i]);
	return 0;
}

const char *cxx_name_start(const char *name)
{
	static const char anonymous[] = "(anonymous namespace)";
	const char *start = name;
	int depth = 0;

	for (const char *p = name; *p; p++) {
		size_t n = cxx_operator_len(name, p);

		if (n) {
			p += n - 1;
		} else if (!strncmp(p, anonymous, sizeof(anonymous) - 1)) {
			p += sizeof(anonymous) - 2;
		} else if (depth == 0 && !strncmp(p, "operator", 8)) {
			/* what follows may hold spaces of its own: operator new */
			return start;
		} else if (depth == 0 && *p == '(') {
			return start;
		} else if (strchr("<([{", *p)) {
			depth++;
		} else if (strchr(">)]}", *p)) {
			depth -= depth > 0;
		} else if (depth == 0 && *p == ' ') {
			start = p + 1;
		}
	}
	/* no parameters: not a function as C++ prints it */
	return name;
}

/* The bracket at `p` and all up to the one that closes it; operators' are none. */
static size_t bracket_len(const char *start, const char *p, char open, char close)
{
	const char *at = p;
	int depth = 0;

	while (*at) {
		size_t n = cxx_operator_len(start, at);

		if (n) {
			at += n;
			continue;
		}
		depth += *at == open;
		/* the arrow of Rust's fn(A) -> B closes nothing */
		if (*at == close && !(close == '>' && at > p && at[-1] == '-') && !--depth)
			return (size_t)(at - p) + 1;
		at++;
	}
	return (size_t)(at - p);
}

void cxx_add_short(struct strbuf *out, const char *name)
{
	static const char anonymous[] = "(anonymous namespace)";
	const char *start = cxx_name_start(name), *p = start;
	int braces = 0;

	/* Rust's <Type as Trait>::function: what is in front is part of the name */
	if (*p == '<')
		strbuf_addch(out, *p++);
	while (*p) {
		size_t n = cxx_operator_len(start, p);

		if (!n && !strncmp(p, anonymous, sizeof(anonymous) - 1))
			n = sizeof(anonymous) - 1;
		if (n) {
			strbuf_add(out, p, n);
		} else if (*p == '<') {
			n = bracket_len(start, p, '<', '>');
			strbuf_addstr(out, "<\xe2\x80\xa6>");
		} else if (*p == '(' && !braces && p > start) {
			return;
		} else if (*p == '(') {
			n = bracket_len(start, p, '(', ')');
		} else {
			braces += *p == '{';
			braces -= *p == '}' && braces > 0;
			strbuf_addch(out, *p);
			n = 1;
		}
		p += n;
	}
}
