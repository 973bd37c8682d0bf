/* SPDX-License-Identifier: MIT */
/*
 * Mapped ranges against a model that is one byte a page.
 */
#include <criterion/criterion.h>
#include <time.h>

#include "ranges.h"

#define PAGE 4096UL
#define PAGES 600
#define MAPPINGS 20000

/* Which mapping each page belongs to, 0 for none, and what is left of each. */
static uint32_t owner[PAGES];
static uint32_t left[MAPPINGS];

static struct {
	size_t pages[MAPPINGS];
	uint32_t last[MAPPINGS];
} got;

static void gone(void *ctx, uint32_t node, size_t bytes, bool last)
{
	cr_assert_eq(ctx, owner);
	got.pages[node] += bytes / PAGE;
	got.last[node] += last;
}

static uintptr_t address(size_t page)
{
	return 0x10000000 + page * PAGE;
}

/* Remove it from both, and compare what each says is gone. */
static void remove_pages(size_t page, size_t n)
{
	static size_t want[MAPPINGS];
	static uint32_t last[MAPPINGS];

	memset(&got, 0, sizeof(got));
	memset(want, 0, sizeof(want));
	memset(last, 0, sizeof(last));
	cr_assert(ranges_remove(address(page), n * PAGE - 100, gone, owner));
	for (size_t i = page; i < page + n && i < PAGES; i++) {
		uint32_t m = owner[i];

		if (!m)
			continue;
		want[m]++;
		last[m] += --left[m] == 0;
		owner[i] = 0;
	}
	cr_assert_arr_eq(got.pages, want, sizeof(want));
	cr_assert_arr_eq(got.last, last, sizeof(last));
}

Test(ranges, as_the_model)
{
	uint32_t mapping = 1;

	srand(1);
	ranges_forget();
	for (int round = 0; round < 8000; round++) {
		size_t page = (size_t)rand() % PAGES, n = 1 + (size_t)rand() % 40;

		if (page + n > PAGES)
			n = PAGES - page;
		if (rand() % 2 || mapping == MAPPINGS) {
			remove_pages(page, n);
			continue;
		}
		remove_pages(page, n);
		cr_assert(ranges_add(address(page), n * PAGE, mapping));
		for (size_t i = page; i < page + n; i++)
			owner[i] = mapping;
		left[mapping++] = (uint32_t)n;
	}
	remove_pages(0, PAGES);
	for (uint32_t i = 1; i < mapping; i++)
		cr_assert_eq(left[i], 0);
}

static void ignore(void *ctx, uint32_t node, size_t bytes, bool last)
{
	*(size_t *)ctx += bytes;
	(void)node;
	(void)last;
}

/* In any order, many: no step may look at all of them. */
Test(ranges, many, .timeout = 20)
{
	const size_t n = 300000;
	size_t bytes = 0;

	ranges_forget();
	for (size_t i = 0; i < n; i++)
		cr_assert(ranges_add(address(2 * (n - i)), PAGE, 1));
	for (size_t i = 0; i < n; i += 2)
		cr_assert(ranges_remove(address(2 * (n - i)), PAGE, ignore, &bytes));
	cr_assert(ranges_remove(address(0), (2 * n + 2) * PAGE, ignore, &bytes));
	cr_assert_eq(bytes, n * PAGE);
}
