/* SPDX-License-Identifier: MIT */
/* test_demangle.c - names of every language, and names that are none; source paths. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "model/demangle.h"
#include "model/symbols_path.h"

Test(demangle, names)
{
	static const struct {
		const char *symbol, *name;
	} cases[] = {
		{ "_ZNSt6vectorIiSaIiEE9push_backEOi",
		  "std::vector<int, std::allocator<int> >::push_back(int&&)" },
		{ "_ZN12_GLOBAL__N_11AC2Ei", "(anonymous namespace)::A::A(int)" },
		{ "_ZL6helperi.part.0", "helper(int) [clone .part.0]" },
		{ "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE",
		  "core::fmt::Write::write_fmt" },
		{ "_RNvCs1234_7mycrate3foo", "mycrate::foo" },
		{ "_D3std5stdio7writelnFAyaZv", "std.stdio.writeln(immutable(char)[])" },
		{ "main", NULL },
		{ "_start", NULL },
		{ "f", NULL },
		{ "", NULL },
		{ "_", NULL },
		{ "_Z", NULL },
		{ "_ZN", NULL },
		{ "_Rx", NULL },
		{ "_D", NULL },
		{ "_Dmitri", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *name = demangle(cases[i].symbol);

		if (cases[i].name)
			cr_assert(name && !strcmp(name, cases[i].name), "%s gives %s, not %s",
				  cases[i].symbol, name ? name : "nothing", cases[i].name);
		else
			cr_assert_null(name, "%s gives %s", cases[i].symbol, name);
		free(name);
	}
}

Test(demangle, endless_names_are_left_alone)
{
	char *symbol = malloc(1 << 20);

	memset(symbol, 'N', 1 << 20);
	memcpy(symbol, "_ZN", 3);
	symbol[(1 << 20) - 1] = '\0';
	cr_assert_null(demangle(symbol));
	free(symbol);
}

Test(source_paths, one_spelling)
{
	static const struct {
		const char *dir, *file, *path;
	} cases[] = {
		{ "/a/b", "c.c", "/a/b/c.c" },
		{ "/a/b", "../c.c", "/a/c.c" },
		{ "/a/b/", "./x//../c.c", "/a/b/c.c" },
		{ "/a", "/b/./c.c", "/b/c.c" },
		{ "/a", "../../../c.c", "/c.c" },
		{ "./csu", "../csu/x.c", "csu/x.c" },
		{ "a", "../../x.c", "../x.c" },
		{ NULL, "x.c", "x.c" },
		{ NULL, "../../x.c", "../../x.c" },
		{ "/", "x.c", "/x.c" },
		{ "/", "..", "/" },
		{ "a", "..", "." },
		{ "/a/...", "b", "/a/.../b" },
		{ "/a/x..", "../b", "/a/b" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *path = path_absolute(cases[i].dir, cases[i].file);

		cr_assert_str_eq(path, cases[i].path);
		free(path);
	}
}
