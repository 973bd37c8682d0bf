/* SPDX-License-Identifier: MIT */
/*
 * symbol.h - the names and sections of loaded modules, from their files.  Floor: modules.
 *
 * Slow, for cold paths: a module's file is mapped for each question.  Nothing of it is trusted:
 * what does not fit in the file is not there.
 */
#ifndef PRELOAD_SYMBOL_H
#define PRELOAD_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>

struct rt_text;

/* The name of the function that begins at this address, by .symtab or .dynsym.  False when it has
 * none, or the file is gone. */
bool symbol_name(const void *function, struct rt_text *text);

/* The function of that name in the module around an address, by the same tables, whether it
 * is exported or not.  NULL when there is none. */
void *symbol_function(const void *address, const char *name);

/* Where an address is: module+0xoffset, the module's file name without its folders. */
void symbol_place(const void *address, struct rt_text *text);

/* A section of the module around an address, as it is in memory.  NULL when it has none. */
const void *symbol_section(const void *address, const char *name, size_t *size);

#endif
