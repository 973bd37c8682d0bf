/* SPDX-License-Identifier: MIT */
/*
 * fuzz_family.c - a folder of traces, as following children leaves it: files between lines "==",
 * found by folder, by run and by process, and put together.
 */
#include <stdbool.h>

#include "cmds/members.h"
#include "fuzz.h"
#include "model/family.h"
#include "model/family_point.h"
#include "model/model.h"
#include "model/point.h"
#include "util/diag.h"

#define FILES 6

static char folder[] = "/dev/shm/memprof-fuzz.XXXXXX";
static char names[FILES][64];
static bool made;

static void forget(void)
{
	for (size_t i = 0; i < FILES; i++)
		unlink(names[i]);
	rmdir(folder);
}

static void put(const char *name, const char *text, size_t len)
{
	FILE *file = fopen(name, "w");

	if (!file || fwrite(text, 1, len, file) != len || fclose(file))
		exit(77);
}

/* The files; what was there before is gone. */
static void fill(char *text, size_t size)
{
	char *end = text + size;
	size_t n = 0;

	if (!made && !mkdtemp(folder))
		exit(77);
	if (!made)
		atexit(forget);
	made = true;
	for (size_t i = 0; i < FILES; i++) {
		snprintf(names[i], sizeof(names[i]), "%s/%zu.jsonl", folder, i);
		unlink(names[i]);
	}
	while (n < FILES && text < end) {
		char *next = memmem(text, (size_t)(end - text), "\n==\n", 4);
		size_t len = (size_t)((next ? next + 1 : end) - text);

		put(names[n++], text, len);
		text = next ? next + 4 : end;
	}
}

static void look(const struct model *m)
{
	for (size_t i = 0; i < m->n_sites; i++) {
		fuzz_expect(m->sites[i].stack < m->n_nodes);
		fuzz_expect(m->sites[i].process < m->n_processes);
		fuzz_expect(m->sites[i].thread < m->n_threads ||
			    m->sites[i].thread == MODEL_NO_THREAD);
	}
	for (size_t i = 0; i < m->n_nodes; i++)
		fuzz_expect(m->nodes[i].parent < m->n_nodes);
}

static void load(const struct members *members, const char *at)
{
	uint64_t epoch = members->n ? members->v[0].line.epoch : 0;
	struct diag diag = DIAG_INIT;
	struct family_points *points;
	struct family *family;
	struct model whole;
	struct point point;
	bool is_case;

	fuzz_expect(point_parse(at, &point, &diag) == 0);
	points = family_points_new(&point, epoch);
	family = family_new(folder, &point, epoch);
	for (size_t i = 0; i < members->n; i++)
		family_points_look(points, i, members->v[i].path, members->v[i].line.epoch);
	family_points_missing(points, &is_case);
	for (size_t i = 0; i < members->n; i++) {
		struct point own = { .kind = POINT_END };
		struct model one;

		if (family_points_of(points, i, members->v[i].line.epoch, &own)) {
			if (!model_load_with(&one, members->v[i].path, &own, MODEL_HISTORY, NULL))
				family_add(family, &one);
			model_release(&one);
		}
		point_release(&own);
	}
	family_done(family, &whole);
	look(&whole);
	model_release(&whole);
	family_points_free(points);
	point_release(&point);
	diag_release(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const suffixes[] = { "", "#7", "/0.jsonl", "/run:r", "/1.jsonl#8" };
	static const char *const points[] = { "end", "peak", "0.1s", "a", "start..0.5s" };
	char *text = fuzz_text(data, size), name[128];
	struct members members;
	struct diag diag = DIAG_INIT;

	fill(text, size);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", folder, suffixes[i]);
		if (!members_find(&members, name, i == 2, &diag) && (i == 0 || size % 3 == 0))
			load(&members, points[(size + i) % 5]);
		members_release(&members);
		diag_release(&diag);
	}
	free(text);
	return 0;
}
