/* SPDX-License-Identifier: MIT */
/*
 * v_lsan.c - what LeakSanitizer's own tests are about, one case a run: blocks, what the
 * program asks for, regions, checks.  v_lsan_threads.c has threads, stacks and forks.
 * tests/e2e/lsan.test has the list of cases and what is wanted of each; it builds this
 * with -fsanitize=leak, too, and with options, suppressions and the like defined.
 *
 * build: -Wno-use-after-free
 * link: -pthread
 */
#include <sys/mman.h>

#include "lsan_cases.h"

static void *volatile uninitialized;
static void *volatile initialized = (void *)1;
static char packed[32];

static void plain(void)
{
	lose(1337);
}

static void zero(void)
{
	lose(0);
}

static void large(void)
{
	lose((size_t)64 << 20);
}

static NOINLINE void *lost_resized(void *p)
{
	return keep(realloc(p, 3000));
}

static void moved(void)
{
	keep(lost_resized(held(10)));
	keep(NULL);
	scrub();
}

static NOINLINE void *lost_to_itself(void)
{
	void **p = keep(malloc(1337));

	*p = p;
	return p;
}

static void itself(void)
{
	keep(lost_to_itself());
	keep(NULL);
	scrub();
}

static void globals(void)
{
	uninitialized = held(1337);
	initialized = held(1338);
}

static void unaligned(void)
{
	void *p = lost(1337);

	memcpy(packed + 1, &p, sizeof(p));
	keep(packed);
	p = keep(NULL);
	scrub();
}

static void disabled(void)
{
	LSAN(disable);
	keep(held(666));
	LSAN(disable);
	keep(held(667));
	LSAN(enable);
	keep(held(668));
	LSAN(enable);
	lose(1337);
}

static void *waits(void *unused)
{
	(void)unused;
	LSAN(disable);
	keep(held(555));
	sem_post(&ready);
	/* Ends without enabling: that is its own affair. */
	return NULL;
}

static void disabled_thread(void)
{
	thread(waits);
	lose(1337);
}

static void disabled_resized(void)
{
	void *p;

	LSAN(disable);
	p = held(100);
	LSAN(enable);
	/* Another block, which nobody asked to ignore. */
	keep(lost_resized(p));
	keep(NULL);
	scrub();
}

/* The address of an ignored block is given out again: the next one there counts. */
static void disabled_released(void)
{
	LSAN(disable);
	for (int i = 0; i < 3000; i++)
		free(held(1337));
	LSAN(enable);
	for (int i = 0; i < 3; i++)
		lose(1337);
}

static NOINLINE void *held_by_ignored(void **parent)
{
	*parent = keep(calloc(1, 666));
	return *parent;
}

static void ignored(void)
{
	void **parent = held(1337);

	held_by_ignored(parent);
	LSAN(ignore_object, parent);
	keep(NULL);
	parent = NULL;
	scrub();
}

static void ignored_inside(void)
{
	char *p = held(1337);

	LSAN(ignore_object, p + 100);
	LSAN(ignore_object, p);
	p = keep(NULL);
	scrub();
}

/* What is no block is no error. */
static void ignored_wrongly(void)
{
	void *volatile p = held(1337);

	free(p);
	LSAN(ignore_object, p);
	LSAN(ignore_object, packed);
	LSAN(ignore_object, NULL);
	lose(1337);
}

static void *mapping(void)
{
	void **p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	expect(p != MAP_FAILED);
	*p = held(1337);
	keep(NULL);
	return p;
}

static void region(void)
{
	void *p = mapping();

	LSAN(register_root_region, p, 8192);
	scrub();
}

/* A region in a block that itself is lost; and one that was taken back. */
static void region_in_block(void)
{
	void **p = lost(4096), **q = lost(4096);

	*p = held(1337);
	LSAN(register_root_region, p, 4096);
	*q = lost(99);
	LSAN(register_root_region, q, 4096);
	LSAN(unregister_root_region, q, 4096);
	p = q = keep(NULL);
	scrub();
}

static void region_unreadable(void)
{
	void *p = mapping();

	LSAN(register_root_region, p, 8192);
	expect(mprotect((char *)p + 4096, 4096, PROT_NONE) == 0);
	scrub();
}

/* Checks that go on. */
static void recoverable(void)
{
	int before, after;

	uninitialized = held(1337);
	before = __lsan_do_recoverable_leak_check ? __lsan_do_recoverable_leak_check() : 0;
	uninitialized = NULL;
	scrub();
	after = __lsan_do_recoverable_leak_check ? __lsan_do_recoverable_leak_check() : 1;
	tell("recoverable %d %d\n", before, after);
}

static void asked(void)
{
	LSAN(do_leak_check);
	/* What is lost later does not count. */
	keep(held(1337));
	keep(NULL);
	scrub();
	LSAN(do_leak_check);
}

static void asked_with_loss(void)
{
	lose(1337);
	LSAN(do_leak_check);
}

static const struct lsan_case cases[] = {
	{ "plain", plain },
	{ "zero", zero },
	{ "large", large },
	{ "moved", moved },
	{ "itself", itself },
	{ "globals", globals },
	{ "unaligned", unaligned },
	{ "disabled", disabled },
	{ "disabled_thread", disabled_thread },
	{ "disabled_resized", disabled_resized },
	{ "disabled_released", disabled_released },
	{ "ignored", ignored },
	{ "ignored_inside", ignored_inside },
	{ "ignored_wrongly", ignored_wrongly },
	{ "region", region },
	{ "region_in_block", region_in_block },
	{ "region_unreadable", region_unreadable },
	{ "recoverable", recoverable },
	{ "asked", asked },
	{ "asked_with_loss", asked_with_loss },
};

int main(int argc, char **argv)
{
	sem_init(&ready, 0, 0);
	return run_case(cases, sizeof(cases) / sizeof(*cases), argc > 1 ? argv[1] : NULL);
}
