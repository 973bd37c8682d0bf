/* SPDX-License-Identifier: MIT */
/*
 * symbols_dwarf.h - functions, inlined functions, files and lines of one
 * module by its debug information.
 *
 * Nothing is read before the first question, and of a unit nothing before the
 * first address in it.  Corrupt debug information gives fewer answers.
 */
#ifndef ANALYZER_MODEL_SYMBOLS_DWARF_H
#define ANALYZER_MODEL_SYMBOLS_DWARF_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dwarf_index;

/* Raw: strings belong to libdw and the index, names are mangled, paths as they were compiled. */
struct dwarf_frame {
	const char *name;     /* NULL when unknown */
	bool mangled;	      /* `name` is a linkage name, not one of the source */
	const char *file;     /* NULL when unknown; absolute, or relative to comp_dir */
	const char *comp_dir; /* NULL when unknown */
	uint32_t line;	      /* 0 when unknown */
	uint32_t declared;    /* line where the function is declared; 0 when unknown */
};

/* NULL when the module has no debug information; this is what looks for it. */
struct dwarf_index *dwarf_index_new(Dwfl_Module *module);
void dwarf_index_free(struct dwarf_index *index);

/* Is there any compiled unit in it, or only unwind tables and the like? */
bool dwarf_index_has_units(const struct dwarf_index *index);

/*
 * The frames at `pc`, innermost inline first; the last is the function
 * itself.  Returns how many there are, 0 when nothing is known.  The last one
 * has no name when only the line is known.  Valid until the next call.
 */
size_t dwarf_index_frames(struct dwarf_index *index, uint64_t pc,
			  const struct dwarf_frame **frames);

#endif
