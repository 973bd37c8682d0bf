/* SPDX-License-Identifier: MIT */
/* path.h - names of files without their folders. */
#ifndef ANALYZER_UTIL_PATH_H
#define ANALYZER_UTIL_PATH_H

#include <string.h>

/* What stands behind the last slash; all of it where nothing does.  NULL gives NULL. */
static inline const char *path_last(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash && slash[1] ? slash + 1 : path;
}

#endif
