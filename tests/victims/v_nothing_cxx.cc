// SPDX-License-Identifier: MIT
/*
 * v_nothing_cxx.cc - allocates nothing itself, but is linked to the C++ library,
 * which takes a pool at its start.  What is recorded here is what every other
 * C++ victim has on top of its own count.
 */
#include <new>

#include "truth.h"

int main(int argc, char **)
{
	// A use of the library that does not happen.
	if (argc > 1000)
		keep(new int(argc));
	say(1, "nothing\n");
	return 0;
}
