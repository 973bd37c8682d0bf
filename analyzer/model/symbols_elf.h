/* SPDX-License-Identifier: MIT */
/*
 * symbols_elf.h - functions of one module by its symbol tables: .symtab, the
 * one inside .gnu_debugdata, .dynsym, whichever there are.
 */
#ifndef ANALYZER_MODEL_SYMBOLS_ELF_H
#define ANALYZER_MODEL_SYMBOLS_ELF_H

#include <elfutils/libdwfl.h>
#include <stddef.h>
#include <stdint.h>

struct elf_function {
	uint64_t start, end; /* addresses as the file has them */
	uint64_t reach;	     /* highest end of this one and all before */
	const char *name;    /* as in the file, owned by libdwfl */
	uint32_t rank;	     /* the higher the better, among those at one address */
};

/* Sorted by start; only one for an address. */
struct elf_functions {
	struct elf_function *v;
	size_t n;
};

/* Reads all tables once; never fails: a module without any has no functions. */
void elf_functions_init(struct elf_functions *functions, Dwfl_Module *module);
void elf_functions_release(struct elf_functions *functions);

/* The function that holds `pc`, or NULL. */
const struct elf_function *elf_functions_find(const struct elf_functions *functions, uint64_t pc);

#endif
