/* SPDX-License-Identifier: MIT */
/*
 * v_lsan_threads.c - what LeakSanitizer's own tests are about, one case a run: threads,
 * their memory and stacks, coroutines, forks.  See v_lsan.c.
 *
 * link: -pthread -ldl
 */
#include <dlfcn.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "lsan_cases.h"

static __thread void *volatile local;
static pthread_key_t key;

static void *sets_local(void *unused)
{
	(void)unused;
	local = held(1337);
	sem_post(&ready);
	for (;;)
		pause();
	return NULL;
}

static void thread_local_memory(void)
{
	pthread_t id;

	local = held(1336);
	expect(pthread_create(&id, NULL, sets_local, NULL) == 0);
	while (sem_wait(&ready))
		;
}

static void thread_local_of_library(void)
{
	char path[4096];
	void *library;
	void (*set)(void *);

	snprintf(path, sizeof(path), "%s", getenv("HOLDER") ? getenv("HOLDER") : "");
	library = dlopen(path, RTLD_NOW);
	set = library ? (void (*)(void *))dlsym(library, "holder_keep_local") : NULL;
	expect(set);
	set(held(1337));
	keep(NULL);
	scrub();
}

/* The first 32 are kept in the thread's control block, others are allocated. */
#define KEYS 800

static void keys(void)
{
	static pthread_key_t many[KEYS];

	for (int i = 0; i < KEYS; i++)
		expect(pthread_key_create(&many[i], NULL) == 0);
	for (int i = 0; i < KEYS; i++)
		expect(pthread_setspecific(many[i], held(64)) == 0);
	keep(NULL);
	scrub();
}

static void *sets_keys(void *unused)
{
	(void)unused;
	keys();
	sem_post(&ready);
	for (;;)
		pause();
	return NULL;
}

static void keys_of_thread(void)
{
	pthread_t id;

	expect(pthread_create(&id, NULL, sets_keys, NULL) == 0);
	while (sem_wait(&ready))
		;
}

static void cleans(void *p)
{
	free(p);
}

static void loses(void *p)
{
	free(p);
	LSAN(disable);
	keep(held(1336));
	LSAN(enable);
	keep(lost(1337));
	keep(NULL);
}

static void *sets_key(void *unused)
{
	(void)unused;
	expect(pthread_setspecific(key, held(1337)) == 0);
	keep(NULL);
	return NULL;
}

static void key_cleaned(void)
{
	expect(pthread_key_create(&key, cleans) == 0);
	thread(sets_key);
	scrub();
}

static void key_loses(void)
{
	expect(pthread_key_create(&key, loses) == 0);
	thread(sets_key);
	scrub();
}

static NOINLINE void *holds_on_stack(void *unused)
{
	void *volatile on_stack = held(1337);

	(void)unused;
	keep(NULL);
	sem_post(&ready);
	for (;;)
		pause();
	return on_stack;
}

static void stack_of_thread(void)
{
	pthread_t id;

	expect(pthread_create(&id, NULL, holds_on_stack, NULL) == 0);
	while (sem_wait(&ready))
		;
}

/* Ends the process from a frame that holds the block. */
static void stack(void)
{
	void *volatile on_stack = held(1337);

	keep(NULL);
	scrub();
	exit(0);
	keep(on_stack);
}

static NOINLINE void forget_on_stack(void)
{
	void *volatile on_stack[64];

	for (int i = 0; i < 64; i++)
		on_stack[i] = NULL;
	on_stack[0] = lost(1337);
	keep(NULL);
	keep((void *)on_stack);
	keep(NULL);
}

/* A pointer in a frame that is no more. */
static void stale(void)
{
	forget_on_stack();
}

static void in_child(int (*function)(void))
{
	int status, pid = fork();

	expect(pid >= 0);
	if (pid == 0)
		exit(function());
	while (waitpid(pid, &status, 0) != pid)
		;
	tell("child %d %d\n", WIFEXITED(status), WEXITSTATUS(status));
}

static int child_holds(void)
{
	local = held(1337);
	return 0;
}

static void forked(void)
{
	local = held(1336);
	in_child(child_holds);
}

static int child_loses(void)
{
	lose(1337);
	return 0;
}

static void forked_loses(void)
{
	in_child(child_loses);
}

static void *forks(void *unused)
{
	(void)unused;
	forked();
	return NULL;
}

static void forked_by_thread(void)
{
	thread(forks);
}

static ucontext_t back, there;

static void coroutine(void)
{
	void *volatile on_stack = held(1337);

	keep(NULL);
	swapcontext(&there, &back);
	keep(on_stack);
}

/* Its stack is memory of the program, with a page nobody may read below. */
static void context(void)
{
	char *memory = mmap(NULL, 131072, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);

	expect(memory != MAP_FAILED && mprotect(memory, 4096, PROT_NONE) == 0);
	expect(getcontext(&there) == 0);
	there.uc_stack.ss_sp = memory + 4096;
	there.uc_stack.ss_size = 131072 - 4096;
	LSAN(register_root_region, memory, 131072);
	makecontext(&there, coroutine, 0);
	expect(swapcontext(&back, &there) == 0);
	scrub();
	lose(1336);
}

static void ends_inside(void)
{
	exit(0);
}

/* The process ends on another stack than its own. */
static void context_ends(void)
{
	static char memory[131072];

	lose(1337);
	expect(getcontext(&there) == 0);
	there.uc_stack.ss_sp = memory;
	there.uc_stack.ss_size = sizeof(memory);
	makecontext(&there, ends_inside, 0);
	swapcontext(&back, &there);
}

static void *allocates(void *unused)
{
	void *v[64] = { NULL };

	(void)unused;
	for (int i = 0; i < 20000; i++) {
		free(v[i % 64]);
		v[i % 64] = malloc((size_t)(16 + i % 512));
	}
	for (int i = 0; i < 64; i++)
		free(v[i]);
	return NULL;
}

static void contention(void)
{
	pthread_t id[8];

	for (int i = 0; i < 8; i++)
		expect(pthread_create(&id[i], NULL, allocates, NULL) == 0);
	for (int i = 0; i < 8; i++)
		pthread_join(id[i], NULL);
	lose(1337);
}

static void *gets(void *p)
{
	free(p);
	return NULL;
}

/* What a thread is given belongs to nobody until it starts. */
static void threads_starting(void)
{
	pthread_attr_t attr;
	pthread_t id;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 20; i++) {
		while (pthread_create(&id, &attr, gets, held(1337)))
			sched_yield();
		LSAN(do_leak_check);
	}
	keep(NULL);
}

static const struct lsan_case cases[] = {
	{ "thread_local_memory", thread_local_memory },
	{ "thread_local_of_library", thread_local_of_library },
	{ "keys", keys },
	{ "keys_of_thread", keys_of_thread },
	{ "key_cleaned", key_cleaned },
	{ "key_loses", key_loses },
	{ "stack", stack },
	{ "stack_of_thread", stack_of_thread },
	{ "stale", stale },
	{ "forked", forked },
	{ "forked_loses", forked_loses },
	{ "forked_by_thread", forked_by_thread },
	{ "context", context },
	{ "context_ends", context_ends },
	{ "contention", contention },
	{ "threads_starting", threads_starting },
};

int main(int argc, char **argv)
{
	sem_init(&ready, 0, 0);
	return run_case(cases, sizeof(cases) / sizeof(*cases), argc > 1 ? argv[1] : NULL);
}
