/* SPDX-License-Identifier: MIT */
/* test_map.c - hash maps against what they must remember; collected messages. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/diag.h"
#include "util/map.h"
#include "util/strmap.h"

Test(map, zero_is_a_key)
{
	struct map map = MAP_INIT;
	bool fresh;

	cr_assert_null(map_get(&map, 0));
	*map_at(&map, 0, &fresh) = 7;
	cr_assert(fresh);
	cr_assert_eq(*map_at(&map, 0, &fresh), 7u);
	cr_assert_not(fresh);
	cr_assert_eq(map.n, 1u);
	cr_assert(map_remove(&map, 0));
	cr_assert_not(map_remove(&map, 0));
	cr_assert_null(map_get(&map, 0));
	cr_assert_eq(map.n, 0u);
	map_release(&map);
}

/* Random insertions and removals, beside a plain array that cannot be wrong. */
Test(map, agrees_with_an_array)
{
	enum { KEYS = 512, STEPS = 200000 };
	static uint64_t value[KEYS];
	static bool there[KEYS];
	struct map map = MAP_INIT;
	size_t n = 0, seen = 0, pos = 0;
	const struct map_entry *e;

	srand(1);
	for (int i = 0; i < STEPS; i++) {
		/* keys that share low bits, and zero among them */
		unsigned int k = (unsigned int)rand() % KEYS;
		uint64_t key = (uint64_t)k << 20;

		if (rand() % 3) {
			map_put(&map, key, (uint64_t)i);
			n += !there[k];
			there[k] = true;
			value[k] = (uint64_t)i;
		} else {
			cr_assert_eq(map_remove(&map, key), there[k]);
			n -= there[k];
			there[k] = false;
		}
		cr_assert_eq(map.n, n);
	}
	for (unsigned int k = 0; k < KEYS; k++) {
		uint64_t *v = map_get(&map, (uint64_t)k << 20);

		cr_assert_eq(v != NULL, there[k]);
		if (v)
			cr_assert_eq(*v, value[k]);
	}
	while ((e = map_next(&map, &pos))) {
		cr_assert(there[e->key >> 20]);
		seen++;
	}
	cr_assert_eq(seen, n);
	map_release(&map);
}

Test(strmap, interns_equal_strings_once)
{
	struct strmap map = STRMAP_INIT;
	const char *first[2000];
	char text[32];
	size_t pos = 0, seen = 0;

	cr_assert_null(strmap_get(&map, "x"));
	for (int i = 0; i < 2000; i++) {
		snprintf(text, sizeof(text), "name %d", i);
		first[i] = strmap_intern(&map, text);
		cr_assert_str_eq(first[i], text);
	}
	for (int i = 0; i < 2000; i++) {
		snprintf(text, sizeof(text), "name %d", i);
		cr_assert_eq(strmap_intern(&map, text), first[i], "%s moved", text);
	}
	cr_assert_eq(map.n, 2000u);
	cr_assert_null(strmap_intern(&map, NULL));
	strmap_put(&map, "name 7", &pos);
	cr_assert_eq(strmap_get(&map, "name 7"), (void *)&pos);
	while (strmap_next(&map, &pos))
		seen++;
	cr_assert_eq(seen, 2000u);
	strmap_release(&map);
}

Test(diag, keeps_some_and_counts_all)
{
	struct diag diag = DIAG_INIT;

	for (int i = 0; i < 100; i++)
		diag_add(&diag, DIAG_WARNING, "x.jsonl", (uint64_t)i, "line %d", i);
	cr_assert_eq(diag_error(&diag, -22, "no %s", "good"), -22);
	cr_assert_eq(diag.n, DIAG_KEEP + 1u);
	cr_assert_eq(diag.seen[DIAG_WARNING], 100u);
	cr_assert_eq(diag.messages[3].line, 3u);
	cr_assert_str_eq(diag.messages[DIAG_KEEP].text, "no good");
	cr_assert_null(diag.messages[DIAG_KEEP].file);
	diag_release(&diag);
	diag_add(NULL, DIAG_ERROR, NULL, 0, "nobody listens");
}
