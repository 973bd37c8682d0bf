/* SPDX-License-Identifier: MIT */
/*
 * demangle.h - source names of mangled symbols: C++, Rust (both manglings), D.
 */
#ifndef ANALYZER_MODEL_DEMANGLE_H
#define ANALYZER_MODEL_DEMANGLE_H

/*
 * The name as the source wrote it, parameters included, to free(); NULL when
 * `symbol` is not a mangled name, that is: is its own best name.
 */
char *demangle(const char *symbol);

#endif
