/* SPDX-License-Identifier: MIT */
/* test_suppress.c - suppressions of both kinds: what they are read as, and what they take. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include <memprof/trace.h>

#include "reports/suppress.h"
#include "util/diag.h"
#include "util/strbuf.h"

static const struct frame stack[] = {
	{ .function = "make_key",
	  .full = "make_key",
	  .file = "/src/lib/key.c",
	  .line = 7,
	  .module = "/usr/lib/libkey.so.1" },
	{ .function = "ns::Parser::next(int)",
	  .full = "ns::Parser::next(int)",
	  .file = "/src/parser.cc",
	  .line = 90,
	  .module = "/usr/bin/app" },
	{ .function = NULL, .module = "/usr/lib/libhidden.so" },
	{ .function = "main",
	  .full = "main",
	  .file = "/src/main.c",
	  .line = 3,
	  .module = "/usr/bin/app" },
};

#define FRAMES (sizeof(stack) / sizeof(*stack))

/* Does `text` take the stack, as a leak of that class? */
static bool takes(const char *text, unsigned int class)
{
	struct suppressions list = { .v = NULL };
	const struct frame *frames[FRAMES];
	struct diag diag = DIAG_INIT;
	bool taken;

	for (size_t i = 0; i < FRAMES; i++)
		frames[i] = &stack[i];
	cr_assert_eq(suppressions_add_text(&list, text, "test", &diag), 0, "%s: %s", text,
		     diag.n ? diag.messages[0].text : "");
	taken = suppressions_find(&list, class, frames, FRAMES) != NULL;
	suppressions_release(&list);
	diag_release(&diag);
	return taken;
}

Test(suppress, lsan)
{
	static const char *const match[] = {
		"leak:make_key",       "leak:ke_ke",	 "leak:Parser::next", "leak:^make",
		"leak:main$",	       "leak:libhidden", "leak:key.c",	      "leak:^make_key$",
		"leak:ma*_*ey$",       "leak:*main",	 "leak:/src/*ser.*",  "leak:^*n$",
		"# no\n\nleak:main\n",
	};
	static const char *const other[] = {
		"leak:make_keys", "leak:^ke_key",     "leak:make$",    "leak:^main_",
		"leak:key_make",  "leak:ma*_*ey_*x$", "race:make_key", "leak:^$",
	};

	for (size_t i = 0; i < sizeof(match) / sizeof(*match); i++)
		cr_expect(takes(match[i], 0), "%s", match[i]);
	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		cr_expect(!takes(other[i], 0), "%s", other[i]);
}

#define SUPPRESSION(lines) "{\n  name\n  Memcheck:Leak\n" lines "}\n"

Test(suppress, valgrind)
{
	static const char *const match[] = {
		SUPPRESSION("fun:make_key\n"),
		SUPPRESSION("fun:malloc\nfun:make_key\n"),
		SUPPRESSION("fun:*alloc\nfun:make*\nfun:ns::Parser::next*\n"),
		SUPPRESSION("fun:malloc\nfun:make_key\nfun:_ZN2ns6Parser4nextEi\n"),
		SUPPRESSION("fun:_Znwm\nobj:*/libkey.so*\n...\nfun:main\n"),
		SUPPRESSION("...\nobj:/usr/lib/libhidden.so\n"),
		SUPPRESSION("...\nsrc:parser.cc:90\n"),
		SUPPRESSION("src:key.c\n"),
		SUPPRESSION("...\nfun:main\n...\n"),
	};
	static const char *const other[] = {
		SUPPRESSION("fun:main\n"),
		SUPPRESSION("fun:make_key\nfun:main\n"),
		SUPPRESSION("fun:malloc\nfun:malloc\nfun:make_key\n"),
		SUPPRESSION("...\nsrc:parser.cc:91\n"),
		SUPPRESSION("...\nfun:main\nfun:main\n"),
		SUPPRESSION("obj:/usr/lib/libkey.so\n"),
		"{\n  name\n  Helgrind:Race\n  fun:make_key\n}\n",
	};

	for (size_t i = 0; i < sizeof(match) / sizeof(*match); i++)
		cr_expect(takes(match[i], 0), "%s", match[i]);
	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		cr_expect(!takes(other[i], 0), "%s", other[i]);
}

#define DEEP 5000

/* Many "..." on a deep stack: no way through is tried more than once. */
Test(suppress, deep, .timeout = 60)
{
	static const struct frame f = { .function = "f", .full = "f", .module = "/bin/a" };
	static const struct frame last = { .function = "last", .full = "last", .module = "/bin/a" };
	static const struct {
		const char *text;
		bool takes;
	} cases[] = {
		{ SUPPRESSION("...\nfun:f\n...\nfun:f\n...\nfun:f\n...\nfun:f\n...\nfun:g\n"),
		  false },
		{ SUPPRESSION("...\nfun:f\n...\nfun:f\n...\nfun:f\n...\nfun:f\nfun:last\n"), true },
		{ SUPPRESSION("...\nfun:f\nfun:f\nfun:last\n"), true },
		{ SUPPRESSION("...\nfun:last\n...\n"), true },
		{ SUPPRESSION("...\nfun:last\nfun:f\n"), false },
	};
	static const struct frame *frames[DEEP];

	for (size_t i = 0; i < DEEP; i++)
		frames[i] = i == DEEP - 1 ? &last : &f;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct suppressions list = { .v = NULL };

		cr_assert_eq(suppressions_add_text(&list, cases[i].text, "test", NULL), 0);
		cr_expect_eq(suppressions_find(&list, 0, frames, DEEP) != NULL, cases[i].takes,
			     "%s", cases[i].text);
		suppressions_release(&list);
	}
}

Test(suppress, classes)
{
	const char *some = SUPPRESSION("match-leak-kinds: definite,reachable\nfun:make_key\n");

	cr_assert(takes(some, 1u << MP_DEFINITE));
	cr_assert(takes(some, 1u << MP_REACHABLE));
	cr_assert(takes(some, 1u << MP_RUNTIME));
	cr_assert(!takes(some, 1u << MP_INDIRECT));
	cr_assert(!takes(some, 1u << MP_POSSIBLE));
	/* not classified: it may be one of them */
	cr_assert(takes(some, 0));
	cr_assert(takes(SUPPRESSION("match-leak-kinds: all\nfun:make_key\n"), 1u << MP_INDIRECT));
}

Test(suppress, wrong)
{
	static const char *const texts[] = {
		"nonsense",
		"{\n name\n Memcheck:Leak\n fun:x\n",
		"{\n name\n Memcheck:Leak\n}\n",
		SUPPRESSION("frame:x\n"),
		SUPPRESSION("match-leak-kinds: certain\nfun:x\n"),
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct suppressions list = { .v = NULL };
		struct diag diag = DIAG_INIT;

		cr_expect_eq(suppressions_add_text(&list, texts[i], "test", &diag), -EINVAL, "%s",
			     texts[i]);
		cr_expect_eq(diag.n, 1);
		suppressions_release(&list);
		diag_release(&diag);
	}
}

/* What is made for a stack takes that stack. */
Test(suppress, made)
{
	const struct frame *frames[FRAMES];
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < FRAMES; i++)
		frames[i] = &stack[i];
	suppress_add_lsan(&text, frames, FRAMES);
	cr_assert_str_eq(text.buf, "leak:^make_key$\n");
	cr_assert(takes(text.buf, 0));
	strbuf_clear(&text);
	suppress_add_valgrind(&text, "made", "definite", frames, FRAMES);
	cr_assert(takes(text.buf, 1u << MP_DEFINITE), "%s", text.buf);
	cr_assert(!takes(text.buf, 1u << MP_POSSIBLE));
	strbuf_release(&text);
}
