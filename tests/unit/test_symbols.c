/* SPDX-License-Identifier: MIT */
/*
 * test_symbols.c - names, lines and inline frames of this very program, known
 * from __LINE__ and, for all of its functions, from addr2line.
 */
#include <criterion/criterion.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lib/symbols_fixture.h"

static void *here;
static int inner_line, middle_line, outer_line;

static __attribute__((noinline)) void record_caller(void)
{
	here = __builtin_return_address(0);
	__asm__ volatile("" ::: "memory");
}

static inline __attribute__((always_inline)) void inlined_inner(void)
{
	inner_line = __LINE__ + 1;
	record_caller();
	__asm__ volatile("" ::: "memory");
}

static inline __attribute__((always_inline)) void inlined_middle(void)
{
	middle_line = __LINE__ + 1;
	inlined_inner();
}

static __attribute__((noinline)) void not_inlined(void)
{
	outer_line = __LINE__ + 1;
	inlined_middle();
	__asm__ volatile("" ::: "memory");
}

static int first_bias(struct dl_phdr_info *info, size_t size, void *bias)
{
	(void)size;
	*(uint64_t *)bias = info->dlpi_addr;
	return 1;
}

static uint64_t bias(void)
{
	uint64_t found = 0;

	dl_iterate_phdr(first_bias, &found);
	return found;
}

static const char *self(void)
{
	static char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	cr_assert_gt(len, 0);
	path[len] = '\0';
	return path;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

Test(symbols, inline_frames_innermost_first)
{
	static const char *const names[] = { "inlined_inner", "inlined_middle", "not_inlined" };
	const struct frame *frames;
	struct fixture f;
	size_t n;

	not_inlined();
	const int lines[] = { inner_line, middle_line, outer_line };

	fixture_open(&f, self(), NULL, NULL);
	frames = fixture_frames(&f, (uint64_t)here - bias(), FRAME_CALL, &n);
	if (n == 1 && !frames[0].line)
		cr_skip_test("this build has no debug information");
	cr_assert_eq(n, 3, "%zu frames", n);
	for (size_t i = 0; i < n; i++) {
		cr_assert_str_eq(frames[i].function, names[i]);
		cr_assert_eq(frames[i].line, (uint32_t)lines[i], "%s: line %u, not %d", names[i],
			     frames[i].line, lines[i]);
		cr_assert(ends_with(frames[i].file, "/tests/unit/test_symbols.c"), "%s",
			  frames[i].file);
		cr_assert_eq(frames[i].file[0], '/');
		cr_assert_eq(frames[i].is_inline, i < 2);
		cr_assert_str_eq(frames[i].module, self());
	}
	fixture_close(&f);
}

Test(symbols, return_address_is_taken_less_one)
{
	uint64_t start = (uint64_t)(uintptr_t)record_caller - bias();
	const struct frame *frames;
	struct fixture f;
	size_t n;

	/* as a return address it belongs to what is before, as an exact one to the function */
	fixture_open(&f, self(), NULL, NULL);
	frames = fixture_frames(&f, start, FRAME_EXACT, &n);
	cr_assert_str_eq(frames[n - 1].function, "record_caller");
	frames = fixture_frames(&f, start, FRAME_CALL, &n);
	cr_assert(!frames[n - 1].function || strcmp(frames[n - 1].function, "record_caller"));
	fixture_close(&f);
}

Test(symbols, same_address_same_answer)
{
	struct fixture f;
	size_t n;

	not_inlined();
	fixture_open(&f, self(), NULL, NULL);
	cr_assert_eq(fixture_frames(&f, (uint64_t)here - bias(), FRAME_CALL, &n),
		     fixture_frames(&f, (uint64_t)here - bias(), FRAME_CALL, &n));
	fixture_close(&f);
}

/* What addr2line says, in its order, as "function line" words without clone suffixes. */
static void oracle_line(char *to, size_t size, FILE *from, char *carry, size_t carry_size)
{
	char where[8192];

	to[0] = '\0';
	while (fgets(carry, (int)carry_size, from) && strncmp(carry, "0x", 2)) {
		const char *colon;
		size_t len = strlen(to);

		carry[strcspn(carry, ".\n")] = '\0';
		if (!fgets(where, sizeof(where), from))
			return;
		colon = strrchr(where, ':');
		snprintf(to + len, size - len, "%.200s %d,", carry, colon ? atoi(colon + 1) : 0);
	}
}

static void our_line(char *to, size_t size, const struct frame *frames, size_t n)
{
	to[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		const char *name = frames[i].function ? frames[i].function : "??";
		size_t len = strlen(to);

		snprintf(to + len, size - len, "%.*s %u,", (int)strcspn(name, "."), name,
			 frames[i].line);
	}
}

/* Addresses inside the functions of `path`, from nm. */
static size_t addresses_of(const char *path, uint64_t *v, size_t max)
{
	char command[5000], line[8192];
	size_t n = 0;
	FILE *nm;

	snprintf(command, sizeof(command), "nm -S --defined-only '%s' 2>/dev/null", path);
	nm = popen(command, "r");
	while (nm && n + 3 < max && fgets(line, sizeof(line), nm)) {
		unsigned long start, size;
		char type;

		if (sscanf(line, "%lx %lx %c", &start, &size, &type) != 3 || !strchr("tTW", type) ||
		    size < 8)
			continue;
		for (unsigned long k = 0; k < 3; k++)
			v[n++] = start + size * k / 3;
	}
	if (nm)
		pclose(nm);
	return n;
}

Test(symbols, agrees_with_addr2line, .timeout = 120)
{
	static char theirs[65536], ours[65536], carry[65536];
	static uint64_t addresses[6000];
	size_t n = addresses_of(self(), addresses, 6000), n_frames, differ = 0;
	char command[5000], list[] = "/tmp/memprof-test-XXXXXX";
	struct fixture f;
	FILE *file, *oracle;

	if (n < 300 || system("addr2line --version >/dev/null 2>&1"))
		cr_skip_test("nm or addr2line are not here");
	file = fdopen(mkstemp(list), "w");
	for (size_t i = 0; i < n; i++)
		fprintf(file, "0x%lx\n", (unsigned long)addresses[i]);
	fclose(file);
	snprintf(command, sizeof(command), "addr2line -aif -e '%s' <%s", self(), list);
	oracle = popen(command, "r");
	cr_assert(oracle && fgets(carry, sizeof(carry), oracle));
	fixture_open(&f, self(), NULL, NULL);
	for (size_t i = 0; i < n; i++) {
		const struct frame *frames = fixture_frames(&f, addresses[i], FRAME_EXACT,
							    &n_frames);

		oracle_line(theirs, sizeof(theirs), oracle, carry, sizeof(carry));
		our_line(ours, sizeof(ours), frames, n_frames);
		if (strcmp(theirs, ours)) {
			differ++;
			fprintf(stderr, "0x%lx: [%s], addr2line has [%s]\n",
				(unsigned long)addresses[i], ours, theirs);
		}
	}
	fixture_close(&f);
	pclose(oracle);
	unlink(list);
	/* binutils reads the lines of a few clones wrongly */
	cr_assert_leq(differ * 100, n, "%zu of %zu addresses differ", differ, n);
}

Test(symbols, places_without_a_file)
{
	struct fixture f;
	const struct frame *frames;
	const char *why;
	size_t n;

	fixture_open(&f, "[vdso]", NULL, NULL);
	frames = fixture_frames(&f, 0x123, FRAME_CALL, &n);
	cr_assert_eq(n, 1);
	cr_assert_null(frames[0].function);
	cr_assert_null(frames[0].file);
	cr_assert_str_eq(frames[0].module, "[vdso]");
	cr_assert_eq(frames[0].offset, 0x123);
	cr_assert_not(symbols_problem(f.symbols, 0, &why));
	cr_assert_null(why);

	frames = symbols_frames(f.symbols, 0, &n);
	cr_assert_eq(n, 0);
	f.model.nodes[5] = (struct model_node){ .kind = FRAME_TRUNCATED, .known = true };
	f.model.nodes[6] = (struct model_node){ .offset = 0xabc, .known = true };
	f.model.n_nodes = 8;
	frames = symbols_frames(f.symbols, 5, &n);
	cr_assert_eq(n, 1);
	cr_assert_str_eq(frames[0].function, "[truncated]");
	frames = symbols_frames(f.symbols, 6, &n);
	cr_assert_eq(n, 1);
	cr_assert_null(frames[0].module);
	cr_assert_eq(frames[0].offset, 0xabc);
	/* no stack line came for it, or it is out of the trie */
	cr_assert(symbols_frames(f.symbols, 7, &n) && n == 1);
	cr_assert(symbols_frames(f.symbols, 4000000000u, &n) && n == 1);
	fixture_close(&f);
}
