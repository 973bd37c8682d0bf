// SPDX-License-Identifier: MIT
/*
 * v_exceptions.cc - allocations while exceptions are thrown, in destructors that
 * run as the stack unwinds, in handlers, and rethrown across frames and threads.
 *
 * link: -pthread
 */
#include <exception>
#include <pthread.h>
#include <stdexcept>
#include <string>

#include "truth.h"

static unsigned long destroyed, caught, made;
static std::exception_ptr parcel;

static NOINLINE void *in_destructor(void)
{
	destroyed++;
	return counted(malloc(33), 33);
}

static NOINLINE void *in_handler(void)
{
	caught++;
	return counted(malloc(44), 44);
}

static NOINLINE void *before_throw(void)
{
	made++;
	return counted(malloc(55), 55);
}

struct guard {
	void *mine = before_throw();
	~guard()
	{
		drop(mine, 55);
		drop(in_destructor(), 33);
	}
};

static NOINLINE int deep(int n)
{
	guard g;

	if (n == 0)
		throw std::runtime_error("the bottom, with a text that does not fit in place");
	return deep(n - 1) + 1;
}

static NOINLINE int rethrown(int n)
{
	try {
		return deep(n);
	} catch (...) {
		drop(in_handler(), 44);
		throw;
	}
}

static void *other_thread(void *)
{
	try {
		deep(3);
	} catch (...) {
		parcel = std::current_exception();
		drop(in_handler(), 44);
	}
	return nullptr;
}

int main()
{
	pthread_t thread;

	for (int i = 0; i < 200; i++) {
		try {
			rethrown(i % 20);
			expect(false);
		} catch (const std::exception &e) {
			expect(strstr(e.what(), "the bottom"));
			drop(in_handler(), 44);
		}
	}
	pthread_create(&thread, nullptr, other_thread, nullptr);
	pthread_join(thread, nullptr);
	try {
		std::rethrow_exception(parcel);
	} catch (const std::runtime_error &e) {
		in_handler();
	}
	say(1, "destroyed %lu caught %lu\n", destroyed, caught);
	truth_site("in_destructor", destroyed, destroyed * 33, 0, 0);
	truth_site("in_handler", caught, caught * 44, 1, 44);
	truth_site("before_throw", made, made * 55, 0, 0);
	return 0;
}
