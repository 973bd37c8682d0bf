/* SPDX-License-Identifier: MIT */
/* folder.h - a folder of its own for each test that writes files: one include a program. */
#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

/* Make it and go there. */
static inline void folder_enter(void)
{
	strcpy(folder, "/tmp/memprof-test-XXXXXX");
	cr_assert(mkdtemp(folder) && chdir(folder) == 0);
}

/* As .fini of a suite: nothing happens where none was made. */
static inline void folder_remove(void)
{
	char command[128];

	if (strncmp(folder, "/tmp/memprof-test-", 18))
		return;
	snprintf(command, sizeof(command), "rm -rf -- '%s'", folder);
	cr_assert_eq(system(command), 0);
}

#endif
