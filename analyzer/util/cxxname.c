/* SPDX-License-Identifier: MIT */
/* cxxname.c - finding one's way in demangled names. */
#include "util/cxxname.h"

#include <string.h>

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
