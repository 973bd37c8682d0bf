/* SPDX-License-Identifier: MIT */
/*
 * cxxname.h - finding one's way in demangled names.
 */
#ifndef ANALYZER_UTIL_CXXNAME_H
#define ANALYZER_UTIL_CXXNAME_H

#include <stddef.h>

/*
 * Where the qualified name begins, behind the return type that templates are
 * printed with: "void std::sort<int*>(int*)" gives "std::sort<int*>(int*)".
 * Anything else is returned as it is.
 */
const char *cxx_name_start(const char *name);

struct strbuf;

/*
 * The name without return type and parameters, and with <…> for template
 * arguments: "void std::sort<int*>(int*)" gives "std::sort<…>".
 */
void cxx_add_short(struct strbuf *out, const char *name);

/*
 * Length of the brackets of an operator's name at `p`, as in operator<< or
 * operator->, which open and close nothing; else 0.  `start` begins the text.
 */
size_t cxx_operator_len(const char *start, const char *p);

#endif
