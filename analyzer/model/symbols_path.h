/* SPDX-License-Identifier: MIT */
/*
 * symbols_path.h - one spelling for each source file, so that groups by file
 * do not fall apart.  Works on the text alone: the file need not be here.
 */
#ifndef ANALYZER_MODEL_SYMBOLS_PATH_H
#define ANALYZER_MODEL_SYMBOLS_PATH_H

/*
 * `file` under `dir` (which may be NULL or relative) when it is not absolute,
 * without `//`, `.` and `x/..`; to free().
 */
char *path_absolute(const char *dir, const char *file);

#endif
