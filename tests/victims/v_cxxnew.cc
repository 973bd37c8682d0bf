// SPDX-License-Identifier: MIT
/*
 * v_cxxnew.cc - every operator new and delete of C++17, those that throw driven
 * to throw; afterwards allocations must be recorded as before.
 *
 * build: -fsized-deallocation -faligned-new -Wno-alloc-size-larger-than
 */
#include <new>

#include "truth.h"

#define HUGE_SIZE (SIZE_MAX / 2 + 1)

static const std::align_val_t wide = std::align_val_t(256);

static void *checked(void *p, size_t size, size_t align)
{
	// A small block needs no more than what fits in it.
	while (align <= 16 && align > size && align > 1)
		align /= 2;
	expect(p && ((uintptr_t)p & (align - 1)) == 0);
	memset(p, 0x33, size);
	return p;
}

#define NEW(size, ...) checked(counted(::operator new(size, ##__VA_ARGS__), size), size, 16)
#define NEW_A(size, ...) checked(counted(::operator new[](size, ##__VA_ARGS__), size), size, 16)
#define RELEASE(op, p, size, ...)                       \
	do {                                            \
		void *p_ = (p);                         \
		uncounted((uintptr_t)p_, size);         \
		::operator op(keep(p_), ##__VA_ARGS__); \
	} while (0)
#define DELETE(p, size, ...) RELEASE(delete, p, size, ##__VA_ARGS__)
#define DELETE_A(p, size, ...) RELEASE(delete[], p, size, ##__VA_ARGS__)

static NOINLINE void pairs(size_t n)
{
	DELETE(NEW(n), n);
	DELETE(NEW(n), n, n);
	DELETE(NEW(n, std::nothrow), n, std::nothrow);
	DELETE_A(NEW_A(n), n);
	DELETE_A(NEW_A(n), n, n);
	DELETE_A(NEW_A(n, std::nothrow), n, std::nothrow);
	DELETE(NEW(n, wide), n, wide);
	DELETE(NEW(n, wide), n, n, wide);
	DELETE(NEW(n, wide, std::nothrow), n, wide, std::nothrow);
	DELETE_A(NEW_A(n, wide), n, wide);
	DELETE_A(NEW_A(n, wide), n, n, wide);
	DELETE_A(NEW_A(n, wide, std::nothrow), n, wide, std::nothrow);
}

static NOINLINE void kept(void)
{
	NEW(11);
	NEW_A(12);
	NEW(13, std::nothrow);
	NEW_A(14, std::nothrow);
	checked(NEW(15, wide), 15, 256);
	checked(NEW_A(16, wide), 16, 256);
	checked(NEW(17, wide, std::nothrow), 17, 256);
	checked(NEW_A(18, wide, std::nothrow), 18, 256);
}

template <typename F> static NOINLINE void throws(F f)
{
	bool thrown = false;

	try {
		keep(f());
	} catch (const std::bad_alloc &e) {
		thrown = strcmp(e.what(), "std::bad_alloc") == 0;
	}
	expect(thrown);
}

static NOINLINE void in_vain(volatile size_t huge)
{
	throws([=] { return ::operator new(huge); });
	throws([=] { return ::operator new[](huge); });
	throws([=] { return ::operator new(huge, wide); });
	throws([=] { return ::operator new[](huge, wide); });
	expect(!keep(::operator new(huge, std::nothrow)));
	expect(!keep(::operator new[](huge, std::nothrow)));
	expect(!keep(::operator new(huge, wide, std::nothrow)));
	expect(!keep(::operator new[](huge, wide, std::nothrow)));
}

static int handler_calls;

static void handler(void)
{
	if (++handler_calls == 3)
		std::set_new_handler(nullptr);
}

static NOINLINE void after_throws(void)
{
	for (int i = 0; i < 50; i++)
		NEW(100);
}

// With an argument nothing is made to fail: some allocators abort then.
int main(int argc, char **)
{
	pairs(1);
	pairs(100);
	pairs(70000);
	kept();
	for (int i = 0; i < 3 && argc == 1; i++)
		in_vain(HUGE_SIZE);
	// A handler is asked again and again before bad_alloc is thrown.
	std::set_new_handler(handler);
	if (argc == 1) {
		throws([] {
			volatile size_t huge = HUGE_SIZE;
			return ::operator new(huge);
		});
		expect(handler_calls == 3);
	}
	after_throws();
	::operator delete(nullptr);
	::operator delete[](nullptr, wide);
	say(1, "all as it should be\n");
	// What is thrown is taken from the heap as well, by the library: not ours to count.
	truth_site("kept", 8, 11 + 12 + 13 + 14 + 15 + 16 + 17 + 18, 8, 116);
	truth_site("after_throws", 50, 5000, 50, 5000);
	truth_site("pairs", 36, 12 * 70101, 0, 0);
	truth_say("live_allocations", truth.allocs - truth.frees);
	truth_say("live_bytes", truth.bytes - truth.freed);
	return 0;
}
