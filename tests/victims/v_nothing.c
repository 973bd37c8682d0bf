/* SPDX-License-Identifier: MIT */
/* v_nothing.c - a program that allocates nothing at all. */
#include "truth.h"

int main(void)
{
	say(1, "nothing\n");
	truth_write();
	return 3;
}
