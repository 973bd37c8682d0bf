/* SPDX-License-Identifier: MIT */
/*
 * v_mismatch.cc - blocks that are released by the functions of another family, one kind
 * a run; with "fine" what only looks like it.
 *
 * build: -Wno-mismatched-new-delete -Wno-free-nonheap-object -fno-builtin
 * link: -pthread
 */
#include <cstdlib>
#include <cstring>
#include <new>
#include <pthread.h>
#include <string>
#include <vector>

#define NOINLINE __attribute__((noinline))

static void *volatile sink;

static NOINLINE void *keep(void *p)
{
	sink = p;
	return sink;
}

static NOINLINE void *of_malloc(size_t size)
{
	return keep(malloc(size));
}

static NOINLINE void *of_new(size_t size)
{
	return keep(::operator new(size));
}

static NOINLINE void *of_array(size_t size)
{
	return keep(::operator new[](size));
}

static NOINLINE void by_free(void *p)
{
	free(keep(p));
	keep(&p);
}

static NOINLINE void by_delete(void *p)
{
	::operator delete(keep(p));
	keep(&p);
}

static NOINLINE void by_sized(void *p)
{
	::operator delete(keep(p), (size_t)40);
	keep(&p);
}

static NOINLINE void by_array(void *p)
{
	::operator delete[](keep(p));
	keep(&p);
}

static NOINLINE void *by_realloc(void *p)
{
	return keep(realloc(keep(p), 100));
}

/* One call, two families: nothing can be said of its blocks. */
static NOINLINE void *of_either(void *(*function)(size_t))
{
	return keep(function(56));
}

static NOINLINE void *of_new_address(size_t size)
{
	return ::operator new(size);
}

static void through_pointers()
{
	void *(*functions[])(size_t) = { malloc, ::operator new, of_new_address };

	for (int i = 0; i < 100; i++) {
		void *p = of_either(functions[0]), *q = of_either(functions[1]);

		by_free(p);
		by_delete(q);
		by_delete(of_either(functions[2]));
	}
}

struct wide {
	alignas(64) char body[64];
};

struct own {
	char body[24];

	static void *operator new(size_t size)
	{
		return malloc(size);
	}
	static void operator delete(void *p)
	{
		free(p);
	}
};

static void all_ways()
{
	for (int i = 0; i < 1000; i++) {
		void *p = of_malloc(24 + i);

		by_free(by_realloc(p));
		by_delete(of_new(40));
		by_sized(of_new(40));
		by_array(of_array(40));
		delete new wide;
		delete[] new wide[3];
		delete new own;
		::operator delete(::operator new(33, std::nothrow), std::nothrow);
		std::vector<std::string> words(20, "longer than what fits into the object");
	}
}

static void *in_thread(void *p)
{
	by_free(p);
	return nullptr;
}

int main(int argc, char **argv)
{
	std::string what = argc > 1 ? argv[1] : "fine";
	pthread_t thread;

	if (what == "fine") {
		all_ways();
		through_pointers();
	} else if (what == "new-free") {
		by_free(of_new(40));
	} else if (what == "array-free") {
		by_free(of_array(40));
	} else if (what == "malloc-delete") {
		by_delete(of_malloc(40));
	} else if (what == "malloc-sized") {
		by_sized(of_malloc(40));
	} else if (what == "malloc-array") {
		by_array(of_malloc(40));
	} else if (what == "new-array") {
		by_array(of_new(40));
	} else if (what == "array-delete") {
		by_delete(of_array(40));
	} else if (what == "new-realloc") {
		by_free(by_realloc(of_new(40)));
	} else if (what == "often") {
		for (int i = 0; i < 5000; i++)
			by_free(of_new(40));
	} else if (what == "thread") {
		if (pthread_create(&thread, nullptr, in_thread, of_new(40)) == 0)
			pthread_join(thread, nullptr);
	}
	return 0;
}
