/* SPDX-License-Identifier: MIT */
/*
 * fuzz_suppress.c - suppressions in both syntaxes, then after a line "==" the frames of a stack
 * that they are held against, a line each: function, file and module between bars.  What is
 * generated for the stack is read again, and takes it.
 */
#include "fuzz.h"
#include "model/symbols.h"
#include "reports/suppress.h"
#include "util/diag.h"
#include "util/strbuf.h"

#define FRAMES 24

/* Neither empty nor with what has a meaning in patterns, so that one for it is sure to fit. */
static int plain(const char *name)
{
	if (!name || !*name)
		return 0;
	for (; *name; name++)
		if (*name <= ' ' || *name > '~' || strchr("*?[]\\^$<>(){}", *name))
			return 0;
	return 1;
}

static void generate(const struct frame *const *frames, size_t n)
{
	struct strbuf text = STRBUF_INIT;
	struct suppressions list = { .v = NULL };
	struct diag diag = DIAG_INIT;
	int sure = n > 0;

	for (size_t i = 0; i < n; i++)
		sure = sure && plain(frames[i]->function) && plain(frames[i]->module);
	suppress_add_lsan(&text, frames, n);
	suppress_add_valgrind(&text, "name", "definite", frames, n);
	if (sure) {
		fuzz_expect(suppressions_add_text(&list, text.buf, NULL, &diag) == 0);
		fuzz_expect(list.n == 2);
		for (size_t i = 0; i < 2; i++) {
			struct suppressions one = { .v = &list.v[i], .n = 1 };

			fuzz_expect(suppressions_find(&one, 0, frames, n) != NULL);
		}
	}
	suppressions_release(&list);
	strbuf_release(&text);
	diag_release(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = strstr(text, "\n==\n"), *line;
	struct suppressions list = { .v = NULL };
	struct frame frames[FRAMES] = { { .function = NULL } };
	const struct frame *stack[FRAMES];
	struct diag diag = DIAG_INIT;
	size_t n = 0;

	if (rest) {
		rest[1] = '\0';
		rest += 4;
	}
	while (n < FRAMES && (line = strsep(&rest, "\n"))) {
		frames[n].function = strsep(&line, "|");
		frames[n].full = frames[n].function;
		frames[n].file = strsep(&line, "|");
		frames[n].module = strsep(&line, "|");
		frames[n].line = (uint32_t)n;
		stack[n] = &frames[n];
		n++;
	}
	if (!suppressions_add_text(&list, text, "fuzz", &diag))
		for (unsigned int class = 0; class < 4; class ++)
			suppressions_find(&list, class, stack, n);
	suppressions_release(&list);
	generate(stack, n);
	diag_release(&diag);
	free(text);
	return 0;
}
