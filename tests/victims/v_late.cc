// SPDX-License-Identifier: MIT
/*
 * v_late.cc - allocations where programs have no business to be: constructors
 * before main, destructors of objects, of threads and of libraries, atexit
 * handlers, one registered by another.
 *
 * build: -Wno-pmf-conversions
 * link: -pthread
 */
#include <pthread.h>

#include "truth.h"

static NOINLINE void *in_constructor()
{
	return counted(malloc(51), 51);
}

static NOINLINE void *in_static_object()
{
	return counted(malloc(52), 52);
}

static NOINLINE void *in_static_destructor()
{
	return counted(malloc(53), 53);
}

static NOINLINE void *in_atexit()
{
	return counted(malloc(54), 54);
}

static NOINLINE void *in_nested_atexit()
{
	return counted(malloc(55), 55);
}

static NOINLINE void *in_thread_destructor()
{
	return counted(malloc(56), 56);
}

static NOINLINE void *in_key_destructor()
{
	return counted(malloc(57), 57);
}

static NOINLINE void *in_destructor_function()
{
	return counted(malloc(58), 58);
}

// The very first and the very last there are in this program.
__attribute__((constructor(101))) static void first()
{
	for (int i = 0; i < 100; i++)
		in_constructor();
}

__attribute__((destructor(101))) static void last()
{
	for (int i = 0; i < 100; i++)
		in_destructor_function();
	drop(in_destructor_function(), 58);
	truth_site("in_constructor", 100, 5100, 100, 5100);
	truth_site("in_static_object", 1, 52, 0, 0);
	truth_site("in_static_destructor", 20, 20 * 53, 20, 20 * 53);
	truth_site("in_atexit", 30, 30 * 54, 30, 30 * 54);
	truth_site("in_nested_atexit", 5, 5 * 55, 5, 5 * 55);
	truth_site("in_thread_destructor", 40, 40 * 56, 40, 40 * 56);
	truth_site("in_key_destructor", 8, 8 * 57, 8, 8 * 57);
	truth_site("in_destructor_function", 101, 101 * 58, 100, 5800);
	say(1, "last\n");
}

struct object {
	void *mine = in_static_object();
	~object()
	{
		drop(mine, 52);
		for (int i = 0; i < 20; i++)
			in_static_destructor();
	}
};

static object global;

struct in_thread {
	int n = 1;
	~in_thread()
	{
		for (int i = 0; i < 10; i++)
			in_thread_destructor();
	}
};

static thread_local in_thread per_thread;
static pthread_key_t key;

// Sets itself again: the C library calls it once more.
static void key_destructor(void *value)
{
	in_key_destructor();
	if (value == &key)
		pthread_setspecific(key, &global);
}

static void *body(void *arg)
{
	per_thread.n++;
	pthread_setspecific(key, &key);
	return arg;
}

static void nested()
{
	for (int i = 0; i < 5; i++)
		in_nested_atexit();
}

static void leaving()
{
	for (int i = 0; i < 30; i++)
		in_atexit();
	atexit(nested);
}

int main()
{
	pthread_t thread[4];

	pthread_key_create(&key, key_destructor);
	for (auto &t : thread)
		pthread_create(&t, nullptr, body, nullptr);
	for (auto &t : thread)
		pthread_join(t, nullptr);
	atexit(leaving);
	say(1, "main ends\n");
	return 7;
}
