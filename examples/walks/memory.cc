/* SPDX-License-Identifier: MIT */
/*
 * memory.cc - the same question of containers: what does a map cost beside a vector?
 *
 *     c++ -g memory.cc -o memory
 *     memprof case ./memory snapshot --index 1      what each holds once it is filled
 *     memprof case --traces t ./memory passthrough
 *     memprof case --traces t ./memory snapshot
 *     memprof diff t/containers.vector.jsonl@filled t/containers.map.jsonl@filled
 */
#include <memprof/memprof.h>

#include <map>
#include <vector>

static const int numbers = 10000;

MEMPROF_CASE(containers, vector)
{
	std::vector<int> filled;

	for (int i = 0; i < numbers; i++)
		filled.push_back(i);
	memprof_mark("filled");
}

MEMPROF_CASE(containers, map)
{
	std::map<int, int> filled;

	for (int i = 0; i < numbers; i++)
		filled[i] = i;
	memprof_mark("filled");
}

int main()
{
	return 0;
}
