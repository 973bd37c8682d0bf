/* SPDX-License-Identifier: MIT */
/* symbols_scope.h - what a function of C++ is called with the scopes around it. */
#ifndef ANALYZER_MODEL_SYMBOLS_SCOPE_H
#define ANALYZER_MODEL_SYMBOLS_SCOPE_H

#include <elfutils/libdw.h>

/*
 * "(anonymous namespace)::A::go" for the function (or the inlined call of it)
 * `die`, to free(); NULL when no scope of it has a name, or its language
 * is not C++.  Looks through the unit down to the function: cache the answer.
 */
char *scope_name(Dwarf_Die *die);

#endif
