/* SPDX-License-Identifier: MIT */
/*
 * replay.c - main() of a fuzz target without libFuzzer: runs it on every file that is named,
 * and on every file of a folder that is, and on those cut short and with bytes changed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "fuzz.h"

/* Files of a target; more than a corpus that people keep has. */
#define FILE_MAX (4UL << 20)

static unsigned long files, runs;

static void run(const uint8_t *data, size_t size)
{
	/* in a block of its size, so that a sanitizer sees reads behind its end */
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		exit(77);
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	runs++;
}

static void run_file(const char *path)
{
	static uint8_t data[FILE_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, data, sizeof(data));

	if (got < 0) {
		perror(path);
		exit(99);
	}
	close(fd);
	files++;
	run(data, (size_t)got);
	for (size_t cut = 1; cut <= 8; cut++)
		run(data, (size_t)got * cut / 9);
	for (size_t i = 0; got && i < 8; i++) {
		size_t at = ((size_t)got * i / 8 + 7 * i) % (size_t)got;
		uint8_t was = data[at];

		data[at] = (uint8_t)(was ^ (1U << i));
		run(data, (size_t)got);
		data[at] = was;
	}
}

static void run_all(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (!folder) {
		run_file(path);
		return;
	}
	while ((entry = readdir(folder))) {
		char name[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		run_file(name);
	}
	closedir(folder);
}

int main(int argc, char **argv)
{
	run((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++)
		run_all(argv[i]);
	printf("%lu files, %lu runs\n", files, runs);
	return files ? 0 : 99;
}
