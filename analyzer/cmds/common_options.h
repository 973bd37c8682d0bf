/* SPDX-License-Identifier: MIT */
/*
 * common_options.h - rows of option tables that several commands have, so that their words
 * stand once.  Not for options of one command.
 */
#ifndef ANALYZER_CMDS_COMMON_OPTIONS_H
#define ANALYZER_CMDS_COMMON_OPTIONS_H

#include <stddef.h>

#include "util/opt.h"

/* Columns to sort by, as completion offers them. */
#define OPTION_SORT_KEYS                                                           \
	"live_bytes|live_count|peak_bytes|peak_count|allocated_bytes|allocations|" \
	"temporary_allocations"

/* Each fills a const char * of `owner`, OPTION_FAMILY a bool. */
/* clang-format off */
#define OPTION_OUTPUT(owner, field)                                                            \
	{ .letter = 'o', .name = "output", .type = OPT_PATH, .arg = "FILE",                    \
	  .offset = offsetof(owner, field),                                                    \
	  .help = "write to FILE instead of standard output" }
#define OPTION_TABLE_FORMAT(owner, field)                                                      \
	{ .letter = 'f', .name = "format", .type = OPT_WORD, .def = "text",                    \
	  .arg = "text|json|csv", .offset = offsetof(owner, field),                            \
	  .help = "how to write it" }
#define OPTION_FAMILY(owner, field)                                                            \
	{ .name = "family", .type = OPT_FLAG, .offset = offsetof(owner, field),                \
	  .help = "add up all processes of the trace's run, those in its folder" }
#define OPTION_SYSROOT(owner, field)                                                           \
	{ .name = "sysroot", .type = OPT_PATH, .arg = "DIR", .offset = offsetof(owner, field), \
	  .help = "look for the trace's programs and libraries below DIR" }
#define OPTION_DEBUG_PATH(owner, field)                                                        \
	{ .name = "debug-path", .type = OPT_TEXT, .arg = "DIR[:DIR]",                          \
	  .offset = offsetof(owner, field),                                                    \
	  .help = "look for separate debug files here, too" }
#define OPTION_DEMANGLE(owner, field)                                                          \
	{ .name = "demangle", .type = OPT_WORD, .def = "full", .arg = "none|short|full",       \
	  .offset = offsetof(owner, field),                                                    \
	  .help = "names of C++, Rust and D as they are in the file, without parameters and "  \
		  "template arguments, or whole" }
/* clang-format on */

#endif
