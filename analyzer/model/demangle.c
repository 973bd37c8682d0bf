/* SPDX-License-Identifier: MIT */
/* demangle.c - libiberty behind one function; see demangle.h. */
#include "model/demangle.h"

#include <libiberty/demangle.h>
#include <stddef.h>
#include <string.h>

/* Longer names than this are not shown to people, and cost the demangler. */
#define MANGLED_MAX 65536

char *demangle(const char *symbol)
{
	const int style = DMGL_PARAMS | DMGL_ANSI;

	/* without a look at the prefix, C names would be read as type codes */
	if (symbol[0] != '_' || strnlen(symbol, MANGLED_MAX) == MANGLED_MAX)
		return NULL;
	switch (symbol[1]) {
	case 'Z': /* C++, and Rust's first mangling, which imitates it */
	case 'R': /* Rust's second */
		return cplus_demangle(symbol, style | DMGL_AUTO);
	case 'D':
		return dlang_demangle(symbol, style | DMGL_DLANG);
	default:
		return NULL;
	}
}
