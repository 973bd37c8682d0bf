/* SPDX-License-Identifier: MIT */
/*
 * v_functions.c - functions that tell the profiler of themselves: main calls twice() twice, which
 * calls leaf() twice, and skipped() once.
 * build: -finstrument-functions
 */
#define KEPT __attribute__((noinline, used))

static volatile int sum;

KEPT void leaf(int i);
KEPT void twice(int i);
KEPT void skipped_one(void);

void leaf(int i)
{
	sum += i;
}

void twice(int i)
{
	leaf(i);
	leaf(i + 1);
}

void skipped_one(void)
{
	sum++;
}

int main(void)
{
	twice(1);
	twice(2);
	skipped_one();
	return sum == 9 ? 0 : 1;
}
