/* SPDX-License-Identifier: MIT */
/* fuzz_filter.c - --filter: a line a filter, then lines that are names to be held against them. */
#include "fuzz.h"
#include "model/model.h"
#include "model/symbols.h"
#include "reports/filter.h"
#include "util/diag.h"
#include "util/strbuf.h"
#include "util/cxxname.h"

#define FILTERS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text, *line;
	const char *words[FILTERS];
	struct opt_list list = { .v = words };
	struct filters filters;
	struct diag diag = DIAG_INIT;

	while (list.n < FILTERS && (line = strsep(&rest, "\n")))
		words[list.n++] = line;
	if (!filters_parse(&filters, &list, &diag))
		while ((line = strsep(&rest, "\n"))) {
			const struct frame frame = { .function = line,
						     .file = line,
						     .module = line };
			const struct model_thread thread = { .tid = 7, .name = line };
			const struct model_process process = { .pid = 8, .exe = line };
			struct strbuf name = STRBUF_INIT;

			filters_pass(&filters, &frame, &thread, &process);
			filters_pass(&filters, NULL, NULL, NULL);
			cxx_add_short(&name, line);
			strbuf_release(&name);
		}
	filters_release(&filters);
	diag_release(&diag);
	free(text);
	return 0;
}
