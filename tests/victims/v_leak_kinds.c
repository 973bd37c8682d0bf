/* SPDX-License-Identifier: MIT */
/*
 * v_leak_kinds.c - a block of every kind that leak checkers tell apart, each made by
 * a function named after it.  What each is by the rules of LeakSanitizer and of
 * memcheck stands beside it; the same program is judged by both.
 *
 * link: -pthread -ldl
 */
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>

#include "truth.h"

struct item {
	struct item *next;
	void *other;
	char body[48];
};

/* What the rules say: kinds a site's blocks have, "-" for none. */
static void site(const char *name, const char *lsan, const char *memcheck, unsigned long count,
		 unsigned long bytes)
{
	int fd = truth_open();

	if (fd < 0)
		return;
	say(fd, "lsan %s %s %lu %lu\n", name, lsan, count, bytes);
	say(fd, "memcheck %s %s %lu %lu\n", name, memcheck, count, bytes);
	close(fd);
}

/* Nothing reads them, and yet they must be there. */
static void *volatile global_start, *volatile global_middle, *volatile global_array;
static void *volatile global_shared, *volatile global_large;
static struct item *volatile global_list;
static __thread void *volatile of_thread;
static volatile uintptr_t hidden;
static char packed[24];

static NOINLINE void direct(void)
{
	for (int i = 0; i < 3; i++)
		keep(malloc(100));
	site("direct", "definite", "definite", 3, 300);
}

static NOINLINE void empty(void)
{
	keep(malloc(0));
	site("empty", "definite", "definite", 1, 0);
}

static NOINLINE void *chain_link(void)
{
	return keep(malloc(sizeof(struct item)));
}

/* A head that is lost and all that hangs from it. */
static NOINLINE void chain(void)
{
	struct item *head = NULL;

	for (int i = 0; i < 5; i++) {
		struct item *it = chain_link();

		*it = (struct item){ .next = head };
		head = it;
	}
	site("chain_link", "definite", "definite", 1, sizeof(struct item));
	site("chain_link", "indirect", "indirect", 4, 4 * sizeof(struct item));
}

static NOINLINE void *ring_link(void)
{
	return keep(malloc(sizeof(struct item)));
}

/* LeakSanitizer sees that another lost block points to each, memcheck has one to start with. */
static NOINLINE void ring(void)
{
	struct item *a = ring_link(), *b = ring_link(), *c = ring_link();

	*a = (struct item){ .next = b };
	*b = (struct item){ .next = c };
	*c = (struct item){ .next = a };
	site("ring_link", "indirect", "indirect", 2, 2 * sizeof(struct item));
	site("ring_link", "indirect", "definite", 1, sizeof(struct item));
}

static NOINLINE void self(void)
{
	struct item *it = keep(malloc(sizeof(*it)));

	*it = (struct item){ .next = it };
	site("self", "definite", "definite", 1, sizeof(*it));
}

static NOINLINE void inner_child(struct item *parent)
{
	struct item *it = keep(malloc(sizeof(*it)));

	*it = (struct item){ .next = NULL };
	parent->other = it->body;
	site("inner_child", "indirect", "indirect", 1, sizeof(*it));
}

/* A lost block that points into the middle of another. */
static NOINLINE void lost_parent(void)
{
	struct item *it = keep(malloc(sizeof(*it)));

	*it = (struct item){ .next = NULL };
	inner_child(it);
	site("lost_parent", "definite", "definite", 1, sizeof(*it));
}

static NOINLINE void held(void)
{
	global_start = keep(malloc(72));
	memset(global_start, 0, 72);
	site("held", "-", "reachable", 1, 72);
}

static NOINLINE void held_list(void)
{
	for (int i = 0; i < 4; i++) {
		struct item *it = keep(malloc(sizeof(*it)));

		*it = (struct item){ .next = global_list };
		global_list = it;
	}
	site("held_list", "-", "reachable", 4, 4 * sizeof(struct item));
}

static NOINLINE void *below_middle(void)
{
	void *p = keep(malloc(40));

	memset(p, 0, 40);
	site("below_middle", "-", "possible", 1, 40);
	return p;
}

static NOINLINE void middle(void)
{
	struct item *it = keep(malloc(sizeof(*it)));

	*it = (struct item){ .other = below_middle() };
	global_middle = it->body + 5;
	site("middle", "-", "possible", 1, sizeof(*it));
}

/* As new[] keeps the number of its elements. */
static NOINLINE void counted_array(void)
{
	uint64_t *array = keep(malloc(8 + 5 * 16));

	memset(array, 0, 8 + 5 * 16);
	array[0] = 5;
	global_array = array + 1;
	site("counted_array", "-", "reachable", 1, 8 + 5 * 16);
}

/* Both a lost and a held block point to it. */
static NOINLINE void shared(void)
{
	struct item *lost = keep(malloc(sizeof(*lost)));

	global_shared = lost;
	*lost = (struct item){ .next = NULL };
	site("shared", "-", "reachable", 1, sizeof(*lost));
	site("shared_parent", "definite", "definite", 1, sizeof(*lost));
}

static NOINLINE void shared_parent(void)
{
	struct item *it = keep(malloc(sizeof(*it)));

	*it = (struct item){ .other = global_shared };
}

static NOINLINE void disguised(void)
{
	hidden = ~(uintptr_t)keep(malloc(88));
	site("disguised", "definite", "definite", 1, 88);
}

/* A pointer that is not at a multiple of eight is none. */
static NOINLINE void unaligned(void)
{
	void *p = keep(malloc(96));

	memcpy(packed + 3, &p, sizeof(p));
	keep(packed);
	site("unaligned", "definite", "definite", 1, 96);
}

static NOINLINE void resized_block(void)
{
	void *p = keep(malloc(10));

	keep(realloc(p, 3000));
	site("resized_block", "definite", "definite", 1, 3000);
}

static NOINLINE void large_child(void)
{
	*(void **)((char *)global_large + 500000) = keep(calloc(1, 56));
	site("large_child", "-", "reachable", 1, 56);
}

/* The allocator maps such a block on its own. */
static NOINLINE void large(void)
{
	global_large = keep(calloc(1, 1000000));
	large_child();
	site("large", "-", "reachable", 1, 1000000);
}

static NOINLINE void large_lost(void)
{
	keep(calloc(1, 700000));
	site("large_lost", "definite", "definite", 1, 700000);
}

static NOINLINE void thread_local_block(void)
{
	of_thread = keep(calloc(1, 33));
	site("thread_local_block", "-", "reachable", 1, 33);
}

static NOINLINE void key_block(void)
{
	static pthread_key_t key;

	pthread_key_create(&key, NULL);
	pthread_setspecific(key, keep(calloc(1, 44)));
	site("key_block", "-", "reachable", 1, 44);
}

static sem_t ready;

static NOINLINE void *stack_block(void)
{
	return keep(calloc(1, 55));
}

static NOINLINE void *other_local(void)
{
	return keep(calloc(1, 66));
}

/* Lives to the end, and holds one block on its stack and one in its thread-local memory. */
static void *waiting(void *unused)
{
	void *volatile local = stack_block();

	(void)unused;
	of_thread = other_local();
	site("stack_block", "-", "reachable", 1, 55);
	site("other_local", "-", "reachable", 1, 66);
	sem_post(&ready);
	for (;;)
		pause();
	return local;
}

static NOINLINE void *of_ended(void)
{
	return keep(calloc(1, 77));
}

static void *ending(void *unused)
{
	void *volatile local = of_ended();

	(void)unused;
	(void)local;
	of_thread = of_ended();
	site("of_ended", "definite", "definite", 2, 2 * 77);
	return NULL;
}

static NOINLINE void *of_library(void)
{
	void *p = keep(calloc(1, 99));

	site("of_library", "-", "reachable", 1, 99);
	return p;
}

static NOINLINE void *of_closed(void)
{
	void *p = keep(calloc(1, 111));

	site("of_closed", "definite", "definite", 1, 111);
	return p;
}

static void *load(const char *path, void *block)
{
	void *library = dlopen(path, RTLD_NOW);
	void (*hold)(void *) = library ? (void (*)(void *))dlsym(library, "holder_keep") : NULL;

	expect(hold);
	hold(block);
	return library;
}

/* Old frames must not keep anything reachable by accident. */
static NOINLINE void scrub(void)
{
	char old[16384];

	memset(old, 0, sizeof(old));
	keep(old);
}

static NOINLINE void threads(void)
{
	pthread_t thread;

	sem_init(&ready, 0, 0);
	expect(pthread_create(&thread, NULL, ending, NULL) == 0);
	pthread_join(thread, NULL);
	expect(pthread_create(&thread, NULL, waiting, NULL) == 0);
	while (sem_wait(&ready))
		;
}

static NOINLINE void make(const char *program)
{
	char path[4096];

	direct();
	empty();
	chain();
	ring();
	self();
	lost_parent();
	held();
	held_list();
	middle();
	counted_array();
	shared();
	shared_parent();
	disguised();
	unaligned();
	resized_block();
	large();
	large_lost();
	thread_local_block();
	key_block();
	threads();
	snprintf(path, sizeof(path), "%.*s/lib_leak_holder.so",
		 (int)(strrchr(program, '/') - program), program);
	load(path, of_library());
	/* another file, or it would be the same library */
	if (getenv("SECOND_HOLDER"))
		dlclose(load(getenv("SECOND_HOLDER"), of_closed()));
}

int main(int argc, char **argv)
{
	(void)argc;
	expect(strchr(argv[0], '/'));
	make(argv[0]);
	scrub();
	say(1, "done\n");
	return 0;
}
