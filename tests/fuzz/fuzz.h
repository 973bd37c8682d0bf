/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - what fuzz targets share.  A target is one fuzz_X.c with a function for libFuzzer;
 * fuzz_rec_X.c is linked to the recorder's objects, others to the analyzer.  replay.c runs it
 * on a corpus where there is no libFuzzer.  Whatever the bytes are, a target ends, and only
 * abort() says that something is wrong.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#pragma GCC diagnostic ignored "-Wunused-function"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a file in memory, the same one every time, read from its start; returns its
 * descriptor. */
static int fuzz_file(const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		exit(77);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* A path of that file. */
static const char *fuzz_path(const uint8_t *data, size_t size)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fuzz_file(data, size));
	return path;
}

/* The bytes as a string, to be freed. */
static char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		exit(77);
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* What must hold. */
static void fuzz_expect(int holds)
{
	if (!holds)
		abort();
}

#endif
