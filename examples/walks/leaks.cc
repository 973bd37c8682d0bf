/* SPDX-License-Identifier: MIT */
/*
 * leaks.cc - what is never freed, in C++: two objects that hold each other.
 *
 *     c++ -g leaks.cc -o leaks
 *     memprof run ./leaks
 *     memprof leaks memprof.leaks.*.jsonl
 */
#include <memory>
#include <string>

struct node {
	std::string name;
	std::shared_ptr<node> other;
};

static void tie()
{
	auto a = std::make_shared<node>(node{ std::string(100, 'a'), nullptr });
	auto b = std::make_shared<node>(node{ std::string(100, 'b'), a });

	a->other = b;
}

int main()
{
	for (int i = 0; i < 10; i++)
		tie();
	return 0;
}
