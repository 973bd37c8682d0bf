/* SPDX-License-Identifier: MIT */
/*
 * test_symbols_cxx.c - functions of C++ keep their scopes, also those that
 * have no name for the linker, in every layout of debug information.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/symbols_fixture.h"
#include "folder.h"

static const char source[] =
	"extern \"C\" void *malloc(unsigned long);\n"
	"namespace {\n"
	"struct A { void *go(int n) { return malloc(n + 1); } };\n"
	"inline __attribute__((always_inline)) void *helper(int n) { return A().go(n); }\n"
	"}\n"
	"namespace app {\n"
	"template <class T> __attribute__((noinline)) T *make(int n) { return (T *)helper(n); }\n"
	"}\n"
	"int main(int argc, char **) {\n"
	"	auto f = [&](int n) { return app::make<char>(n + argc); };\n"
	"	return f(3) == nullptr;\n"
	"}\n";

static char program[128];

static void setup(void)
{
	FILE *file;

	folder_enter();
	snprintf(program, sizeof(program), "%s/program", folder);
	file = fopen("source.cc", "w");
	cr_assert(file && fputs(source, file) >= 0 && fclose(file) == 0);
}

TestSuite(symbols_cxx, .init = setup, .fini = folder_remove, .timeout = 120);

static const struct {
	const char *function; /* how its name begins */
	unsigned int line;
} wanted[] = {
	{ "(anonymous namespace)::A::go", 3 },
	{ "(anonymous namespace)::helper", 4 },
	{ "char* app::make<char>(int)", 7 },
	{ "main", 10 }, /* main::{lambda}::operator(), or main::$_0 of clang */
	{ "main", 11 },
};

#define N_WANTED (sizeof(wanted) / sizeof(*wanted))

/* All addresses of the program's code are asked for; each wanted frame must come up. */
static void check(const char *compile)
{
	bool found[N_WANTED] = { false };
	char command[512], line[512];
	unsigned long start, size;
	struct fixture f;
	FILE *nm;
	char type;

	snprintf(command, sizeof(command), "%s -O1 -g -o program source.cc >&2", compile);
	if (system(command))
		cr_skip_test("no compiler for C++ that does this");
	fixture_open(&f, program, NULL, NULL);
	nm = popen("nm -S --defined-only program", "r");
	while (nm && fgets(line, sizeof(line), nm)) {
		if (sscanf(line, "%lx %lx %c", &start, &size, &type) != 3 || !strchr("tTW", type))
			continue;
		for (unsigned long pc = start; pc < start + size; pc++) {
			size_t n;
			const struct frame *v = fixture_frames(&f, pc, FRAME_EXACT, &n);

			for (size_t i = 0; i < n; i++)
				for (size_t k = 0; k < N_WANTED && v[i].function; k++)
					if (v[i].line == wanted[k].line &&
					    !strncmp(v[i].function, wanted[k].function,
						     strlen(wanted[k].function)))
						found[k] = true;
		}
	}
	cr_assert(nm && pclose(nm) == 0);
	fixture_close(&f);
	for (size_t k = 0; k < N_WANTED; k++)
		cr_assert(found[k], "%s: nothing is %s, line %u", compile, wanted[k].function,
			  wanted[k].line);
}

Test(symbols_cxx, gcc)
{
	check("g++");
}

Test(symbols_cxx, gcc_older_dwarf)
{
	check("g++ -gdwarf-4");
}

Test(symbols_cxx, gcc_split_dwarf)
{
	check("g++ -gsplit-dwarf");
}

Test(symbols_cxx, gcc_link_time)
{
	check("g++ -flto");
}

Test(symbols_cxx, clang)
{
	check("clang++");
}

Test(symbols_cxx, clang_older_dwarf)
{
	check("clang++ -gdwarf-4");
}

Test(symbols_cxx, clang_split_dwarf)
{
	check("clang++ -gsplit-dwarf");
}
