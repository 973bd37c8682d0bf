/* SPDX-License-Identifier: MIT */
/*
 * b_containers.cc - the C++ library's containers at work: nodes, strings, tables
 * that grow, shared pointers.
 * build: -O2
 *
 *   b_containers ROUNDS
 */
#include <cstdlib>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

struct record {
	std::string name;
	std::vector<int> values;
	std::shared_ptr<record> next;
};

static unsigned long round_of(unsigned int seed)
{
	std::map<std::string, std::shared_ptr<record>> by_name;
	std::unordered_map<unsigned int, std::string> by_number;
	std::list<std::string> recent;
	std::shared_ptr<record> last;
	unsigned long sum = 0;

	for (unsigned int i = 0; i < 2000; i++) {
		seed = seed * 1664525 + 1013904223;
		std::string name = "a name that is too long for the object itself " +
				   std::to_string(seed % 5000);
		auto &entry = by_name[name];

		if (!entry)
			entry = std::make_shared<record>();
		entry->name = name;
		entry->values.push_back((int)i);
		if (last != entry)
			entry->next = last && last->next != entry ? nullptr : last;
		last = i % 16 ? entry : nullptr;
		by_number[seed % 3000] = name.substr(7);
		recent.push_back(name + "!");
		if (recent.size() > 100)
			recent.pop_front();
	}
	for (auto &entry : by_name) {
		entry.second->next = nullptr;
		sum += entry.second->values.size();
	}
	return sum + by_number.size();
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? std::atoi(argv[1]) : 100;
	unsigned long sum = 0;

	for (int i = 0; i < rounds; i++)
		sum += round_of((unsigned int)i);
	return sum == 0;
}
