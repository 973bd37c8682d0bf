/* SPDX-License-Identifier: MIT */
/* fuzz_symbols.c - a program file: its symbols, its debug information, addresses in it. */
#include "fuzz.h"
#include "model/symbols_dwarf.h"
#include "model/symbols_elf.h"
#include "model/symbols_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_path(data, size);
	struct image_paths paths;
	struct image image;

	/* separate debug files are looked for nowhere */
	image_paths_init(&paths, "", "/nonexistent");
	image_open(&image, path, NULL, &paths);
	if (image.dwfl) {
		struct dwarf_index *dwarf = dwarf_index_new(image.module);
		struct elf_functions functions;

		elf_functions_init(&functions, image.module);
		for (size_t i = 0; i < functions.n && i < 64; i++) {
			const struct dwarf_frame *frames;
			uint64_t pc = functions.v[i].start + 1;

			elf_functions_find(&functions, pc);
			if (dwarf)
				dwarf_index_frames(dwarf, pc, &frames);
		}
		elf_functions_release(&functions);
		dwarf_index_free(dwarf);
	}
	image_release(&image);
	image_paths_release(&paths);
	return 0;
}
