/* SPDX-License-Identifier: MIT */
/* elf_check.h - what one ELF executable says about being preloaded into. */
#ifndef ANALYZER_LAUNCH_ELF_CHECK_H
#define ANALYZER_LAUNCH_ELF_CHECK_H

#include <stdbool.h>
#include <stddef.h>

enum elf_verdict {
	ELF_FINE,
	ELF_NOT_ELF,
	ELF_STATIC,
	ELF_32BIT,
	ELF_OTHER_MACHINE,
	ELF_MUSL,
	ELF_BIONIC,
	ELF_SANITIZER,
};

struct elf_facts {
	enum elf_verdict verdict;
	const char *sanitizer; /* ELF_SANITIZER: "AddressSanitizer" and the like */
	char loader[256];      /* its dynamic linker, "" for none */
	bool own_malloc, cxx;  /* as in struct program */
};

/* Look at the open file; leaves its offset anywhere.  Corrupt files are ELF_FINE as far as
 * they cannot be read: the kernel has the last word on them. */
void elf_check(int fd, struct elf_facts *facts);

#endif
