/* SPDX-License-Identifier: MIT */
/* script.h - which program a #! line asks for. */
#ifndef ANALYZER_LAUNCH_SCRIPT_H
#define ANALYZER_LAUNCH_SCRIPT_H

#include <stdbool.h>

/*
 * True when the open file is a script: *interpreter is then the program that
 * will do its work, to free(): a path, or a name to look up in $PATH when the
 * line runs it by way of `env`.  A text without #! is run by /bin/sh.
 */
bool script_interpreter(int fd, char **interpreter);

#endif
