/* SPDX-License-Identifier: MIT */
/* fuzz_demangle.c - names of symbols, from a file that anybody may have made. */
#include "fuzz.h"
#include "model/demangle.h"
#include "util/cxxname.h"
#include "util/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *symbol = fuzz_text(data, size), *name = demangle(symbol);
	struct strbuf text = STRBUF_INIT;

	if (name)
		cxx_add_short(&text, name);
	strbuf_release(&text);
	free(name);
	free(symbol);
	return 0;
}
