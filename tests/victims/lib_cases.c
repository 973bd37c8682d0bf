/* SPDX-License-Identifier: MIT */
/* lib_cases.c - a shared object with a case and no main(). */
#include <memprof/memprof.h>
#include <stdlib.h>

#include "truth.h"

MEMPROF_CASE(shapes, area)
{
	void *p = keep(malloc(7000));

	memprof_mark("measured");
	free(p);
}
