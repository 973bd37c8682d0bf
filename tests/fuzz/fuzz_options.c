/* SPDX-License-Identifier: MIT */
/* fuzz_options.c - a command line, its words split at newlines, for a table with all types. */
#include "fuzz.h"
#include "util/diag.h"
#include "util/opt.h"
#include "util/strbuf.h"

#define WORDS 32

struct args {
	bool flag;
	const char *text, *path, *word, *kept;
	uint64_t number, size, time;
	struct opt_list list;
};

#define AT(field) .offset = offsetof(struct args, field)

static const struct opt table[] = {
	{ .letter = 'f', .name = "flag", .type = OPT_FLAG, AT(flag), .help = "a flag" },
	{ .letter = 't',
	  .name = "text",
	  .type = OPT_TEXT,
	  AT(text),
	  .arg = "TEXT",
	  .help = "text" },
	{ .name = "path", .type = OPT_PATH, AT(path), .arg = "FILE", .help = "a path" },
	{ .letter = 'n',
	  .name = "number",
	  .type = OPT_NUMBER,
	  AT(number),
	  .arg = "N",
	  .help = "n" },
	{ .name = "size", .type = OPT_SIZE, AT(size), .arg = "SIZE", .help = "a size" },
	{ .name = "time", .type = OPT_TIME, AT(time), .arg = "TIME", .help = "a time" },
	{ .letter = 'w',
	  .name = "word",
	  .type = OPT_WORD,
	  AT(word),
	  .arg = "one|two|three",
	  .def = "two",
	  .help = "a word" },
	{ .name = "kept",
	  .type = OPT_NUMBER,
	  .flags = OPT_KEEP_TEXT,
	  AT(kept),
	  .arg = "N",
	  .help = "a number as text" },
	{ .name = "list", .type = OPT_LIST, AT(list), .arg = "TEXT", .help = "texts" },
	{ .type = OPT_END },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text, *argv[WORDS + 1], *word;
	struct strbuf out = STRBUF_INIT;
	struct diag diag = DIAG_INIT;
	struct args args = { .flag = false };
	int argc = 0, operands = 0;

	while (argc < WORDS && (word = strsep(&rest, "\n")))
		argv[argc++] = word;
	argv[argc] = NULL;
	if (argc > 1)
		opt_complete(&out, table, argv[argc - 2], argv[argc - 1]);
	opt_wrap(&out, text, 4, 20);
	if (opt_parse(table, &args, argc, argv, size & 1 ? OPT_STOP_AT_OPERAND : 0, &operands,
		      &diag) == OPT_FINE)
		fuzz_expect(operands >= 0 && operands <= argc);
	opt_release(table, &args);
	strbuf_release(&out);
	diag_release(&diag);
	free(text);
	return 0;
}
