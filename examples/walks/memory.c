/* SPDX-License-Identifier: MIT */
/*
 * memory.c - where does the memory go, and when?
 *
 *     cc -g memory.c -o memory
 *     memprof run ./memory
 *     memprof top memprof.memory.*.jsonl@peak      what was live when most was
 *     memprof diff memprof.memory.*.jsonl@loaded memprof.memory.*.jsonl@indexed
 *     memprof plot memprof.memory.*.jsonl -o memory.svg
 */
#include <memprof/memprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 20000 };

struct record {
	char *name;
	struct record *next;
};

static struct record *load(int n)
{
	struct record *first = NULL;

	for (int i = 0; i < n; i++) {
		struct record *r = malloc(sizeof(*r));
		char name[32];

		snprintf(name, sizeof(name), "record %d", i);
		r->name = strdup(name);
		r->next = first;
		first = r;
	}
	return first;
}

/* An index of 16 bytes for each record, and a copy of it that sorting needs for a while. */
static const struct record **build_index(const struct record *first, size_t n)
{
	const struct record **index = calloc(2 * n, sizeof(*index));
	const struct record **copy = calloc(2 * n, sizeof(*copy));
	size_t at = 0;

	for (const struct record *r = first; r; r = r->next)
		index[at++] = r;
	memcpy(copy, index, n * sizeof(*index));
	free(copy);
	return index;
}

int main(void)
{
	struct record *records = load(RECORDS);
	const struct record **index;

	memprof_snapshot("loaded");
	memprof_counter("records", RECORDS);
	index = build_index(records, RECORDS);
	memprof_snapshot("indexed");
	free(index);
	while (records) {
		struct record *next = records->next;

		free(records->name);
		free(records);
		records = next;
	}
	return memprof_limit_memory("4 MiB");
}
