/* SPDX-License-Identifier: MIT */
/* test_source_files.c - source files found by path, below folders, by path maps. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "model/model.h"
#include "model/source_files.h"
#include "util/xalloc.h"

static char *put(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *file;

	for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
	return path;
}

TestSuite(source_files, .init = folder_enter, .fini = folder_remove);

Test(source_files, lines_without_their_ends)
{
	char *path = put("a.c", "one  \n\ttwo\r\n\nfour"), *empty = put("empty.c", "");
	struct source_files *files = source_files_new(&(struct source_options){ .n_dirs = 0 },
						      NULL);
	const struct source_file *file = source_files_get(files, path);

	cr_expect_null(file->problem);
	cr_assert_eq(file->n, 4);
	cr_expect_str_eq(file->lines[0], "one");
	cr_expect_str_eq(source_files_line(files, path, 2), "\ttwo");
	cr_expect_str_eq(source_files_line(files, path, 3), "");
	cr_expect_str_eq(source_files_line(files, path, 4), "four");
	cr_expect_null(source_files_line(files, path, 5));
	cr_expect_null(source_files_line(files, path, 0));
	cr_expect_null(source_files_line(files, NULL, 1));
	cr_expect_eq(source_files_get(files, path), file);
	cr_expect_eq(source_files_get(files, empty)->n, 0);
	cr_expect_null(source_files_get(files, empty)->problem);
	source_files_free(files);
	free(path);
	free(empty);
}

Test(source_files, only_plain_files_with_whole_paths)
{
	static const char *const bad[] = { "/nonexistent/a.c", "a.c", "/dev/zero", "/tmp", "" };
	struct source_files *files = source_files_new(&(struct source_options){ .n_dirs = 0 },
						      NULL);

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_not_null(source_files_get(files, bad[i])->problem, "%s", bad[i]);
	source_files_free(files);
}

Test(source_files, folders_maps_and_sysroot)
{
	char *below = put("src/lib/x.c", "below\n"), *other = put("new/y.c", "mapped\n");
	char *rooted = put("root/usr/z.c", "rooted\n"), *map = xasprintf("/build=%s/new", folder);
	char *src = xasprintf("%s/src", folder), *root = xasprintf("%s/root", folder);
	const struct source_options options = {
		.sysroot = root,
		.dirs = (const char *const[]){ src },
		.n_dirs = 1,
		.maps = (const char *const[]){ "nonsense", map },
		.n_maps = 2,
	};
	struct source_files *files = source_files_new(&options, NULL);

	cr_expect_str_eq(source_files_line(files, "/home/you/project/lib/x.c", 1), "below");
	cr_expect_str_eq(source_files_line(files, "lib/x.c", 1), "below");
	cr_expect_null(source_files_line(files, "/home/you/other/x.c", 1));
	cr_expect_str_eq(source_files_line(files, "/build/y.c", 1), "mapped");
	cr_expect_str_eq(source_files_line(files, "/usr/z.c", 1), "rooted");
	source_files_free(files);
	free(below);
	free(other);
	free(rooted);
	free(map);
	free(src);
	free(root);
}

/* What was changed since says nothing of that run, unless the user names it. */
Test(source_files, changed_since_the_run)
{
	char epoch[] = "2001-02-03T04:05:06.000000000Z", *path = put("a.c", "new\n");
	const struct model model = { .has_header = true, .header = { .epoch = epoch } };
	const struct source_options plain = { .n_dirs = 0 };
	const struct source_options named = { .dirs = (const char *const[]){ folder },
					      .n_dirs = 1 };
	struct source_files *files = source_files_new(&plain, &model);

	cr_expect_null(source_files_line(files, path, 1));
	cr_expect(strstr(source_files_get(files, path)->problem, "changed"));
	source_files_free(files);
	files = source_files_new(&named, &model);
	cr_expect_str_eq(source_files_line(files, path, 1), "new");
	source_files_free(files);
	free(path);
}
