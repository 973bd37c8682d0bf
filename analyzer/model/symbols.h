/* SPDX-License-Identifier: MIT */
/*
 * symbols.h - names, files and lines of addresses, by module path and build id.
 *
 * Names that the trace has itself come first.  Else it works offline on the files the trace names, with separate and compressed
 * debug files, and falls back from line to function to module + offset.
 * Results are cached in the object; it opens a module at most once.
 */
#ifndef ANALYZER_SYMBOLS_H
#define ANALYZER_SYMBOLS_H

#include <stdint.h>
#include <stddef.h>
#include <stdbool.h>

struct model;
struct symbols;

/* One source-level frame.  Strings belong to the symbols object. */
struct frame {
	const char *function; /* as the options want it; NULL when unknown */
	const char *full;     /* demangled whole, whatever the options want */
	const char *file;     /* NULL when unknown */
	uint32_t line;	      /* 0 when unknown */
	const char *module;   /* path of the module; NULL when in none */
	/* from the function's start when it is known and has no line, else from the module's */
	uint64_t offset;
	bool is_inline;	   /* inlined into the next frame */
	uint32_t declared; /* line where the function begins, in its file; 0 when unknown */
};

/* Names in C++, Rust and D: with parameters, without what is in brackets, as in the file. */
enum symbols_demangle { DEMANGLE_FULL, DEMANGLE_SHORT, DEMANGLE_NONE };

struct symbols_options {
	const char *sysroot;	/* prefix of module paths, or NULL */
	const char *debug_path; /* colon-separated folders of debug files, or NULL */
	enum symbols_demangle demangle;
};

/* "none", "short"; anything else is full. */
enum symbols_demangle symbols_demangle_word(const char *word);

struct symbols *symbols_new(const struct model *model, const struct symbols_options *options);
void symbols_free(struct symbols *symbols);

/* The frames of trie node `node`, innermost inline first; *n is at least 1
 * for every node but the root.  A truncated marker gives one frame with
 * function "[truncated]".  Owned by symbols. */
const struct frame *symbols_frames(struct symbols *symbols, uint32_t node, size_t *n);

/* The frames of the instruction at `offset` of a module (an index), as symbols_frames(). */
const struct frame *symbols_at(struct symbols *symbols, uint32_t module_index, uint64_t offset,
			       size_t *n);

/* True when a module of the trace is missing here or has another build id;
 * `why` then holds one sentence for a report's notes. */
bool symbols_problem(struct symbols *symbols, uint32_t module_index, const char **why);

/* What names a module's addresses can be given. */
enum symbols_have {
	SYMBOLS_NONE,	   /* no names, or another build */
	SYMBOLS_FUNCTIONS, /* a symbol table */
	SYMBOLS_LINES,	   /* debug information */
};

/* Looks into the module's file, and that of its debug information. */
enum symbols_have symbols_have(struct symbols *symbols, uint32_t module_index);

#endif
