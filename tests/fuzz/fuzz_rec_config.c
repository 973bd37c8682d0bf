/* SPDX-License-Identifier: MIT */
/* fuzz_rec_config.c - the recorder's settings from an environment, a line a variable. */
#include "config.h"
#include "fuzz.h"

#define VARIABLES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text, *line, **before = environ;
	char *env[VARIABLES + 1];
	size_t n = 0;

	while (n < VARIABLES && (line = strsep(&rest, "\n")))
		env[n++] = line;
	env[n] = NULL;
	environ = env;
	config = (struct config){ .output = NULL };
	config_read(size & 1);
	environ = before;
	fuzz_expect(config.output && config.sample && config.sites);
	/* with the rights of its file, a program writes where nobody told it to */
	if (!(size & 1))
		fuzz_expect(strstr(config.output, "memprof.%e.%p.jsonl") && !*config.state_dir);
	for (size_t i = 0; config.given[i]; i++)
		fuzz_expect(i < CONFIG_OPTIONS && strchr(config.given[i], '=') != NULL);
	free(text);
	return 0;
}
