/* SPDX-License-Identifier: MIT */
/* The library cfi_walk.cc opens: frames of its own between the program's. */
#include <string>

static __attribute__((noinline)) int deeper(void (*f)(void), std::string name)
{
	f();
	return (int)name.size();
}

extern "C" int library_call(void (*f)(void))
{
	f();
	return deeper(f, "a name too long to be stored in place") + 1;
}
