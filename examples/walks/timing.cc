/* SPDX-License-Identifier: MIT */
/*
 * timing.cc - the same in C++: a region is an object, and ends however its block is left.
 *
 *     c++ -g timing.cc -o timing
 *     memprof run ./timing
 *     memprof regions memprof.timing.*.jsonl
 */
#include <memprof/memprof.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static std::vector<std::string> load(int n)
{
	memprof::region region("load");
	std::vector<std::string> lines;

	for (int i = 0; i < n; i++)
		lines.emplace_back(200, 'x');
	std::this_thread::sleep_for(std::chrono::milliseconds(10));
	return lines;
}

static size_t parse(const std::vector<std::string> &lines)
{
	memprof::region region("parse");
	size_t size = 0;

	for (const auto &line : lines)
		size += line.size();
	if (size > 100000)
		throw std::length_error("too much");
	return size;
}

int main()
{
	memprof::region region("work");

	for (int n : { 100, 400, 1600 })
		try {
			parse(load(n));
		} catch (const std::length_error &) {
			memprof_mark("too much");
		}
	return 0;
}
