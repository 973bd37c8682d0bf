/* SPDX-License-Identifier: MIT */
/* fuzz_rec_maps.c - lines of /proc/PID/maps, each in a block that ends where it ends. */
#include "fuzz.h"
#include "leak_maps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		size_t len = strlen(line);
		char *copy = malloc(len ? len : 1);
		struct leak_map map;

		if (!copy)
			exit(77);
		memcpy(copy, line, len);
		if (!leak_map_parse(&map, copy, copy + len))
			fuzz_expect(!map.inode);
		leak_flags_of_name(copy, copy + len);
		free(copy);
	}
	free(text);
	return 0;
}
