/* SPDX-License-Identifier: MIT */
/* fuzz_program.c - the file that is to be run: a program or a script, whoever wrote it. */
#include <stdbool.h>

#include "fuzz.h"
#include "launch/elf_check.h"
#include "launch/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = fuzz_file(data, size);
	char *interpreter = NULL;
	struct elf_facts facts;

	elf_check(fd, &facts);
	fuzz_expect(memchr(facts.loader, 0, sizeof(facts.loader)) != NULL);
	fuzz_expect(facts.verdict != ELF_SANITIZER || facts.sanitizer);
	lseek(fd, 0, SEEK_SET);
	if (script_interpreter(fd, &interpreter))
		fuzz_expect(interpreter && *interpreter);
	free(interpreter);
	return 0;
}
