/* SPDX-License-Identifier: MIT */
/*
 * v_regions_cxx.cc - regions that exceptions leave: objects and blocks.
 */
#include <memprof/memprof.h>

#include <stdexcept>

static void inner(int i)
{
	memprof::region region("inner");

	if (i % 2)
		throw std::runtime_error("odd");
}

static void middle(int i)
{
	MEMPROF_REGION("middle")
	{
		inner(i);
	}
}

int main()
{
	int caught = 0;

	{
		memprof::region region("outer");

		for (int i = 0; i < 10; i++)
			try {
				middle(i);
			} catch (const std::exception &) {
				caught++;
			}
	}
	memprof::region after("after");
	return caught == 5 ? 0 : 1;
}
