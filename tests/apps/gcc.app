# SPDX-License-Identifier: MIT
what='an autotools-less C and C++ project built by make -j2 with gcc and g++, and run'
packages='gcc g++ make'
version='g++ --version | head -n 1'
prepare()
{
	for i in 1 2 3; do
		cat > "m$i.cc" <<END
#include <algorithm>
#include <iostream>
#include <map>
#include <regex>
#include <string>
int part$i(int n) { std::map<int, std::string> m; for (int i = 0; i < n; i++) m[i * $i % 97] += "x";
	std::regex r("x+"); return std::count_if(m.begin(), m.end(), [&](auto &p) { return std::regex_match(p.second, r); }); }
END
	done
	cat > main.cc <<'END'
#include <cstdio>
int part1(int), part2(int), part3(int);
extern "C" int plain(int);
int main() { std::printf("%d %d %d %d\n", part1(500), part2(50), part3(5), plain(4)); }
END
	echo 'int plain(int n) { return n < 2 ? n : plain(n - 1) + plain(n - 2); }' > plain.c
	printf 'app: m1.o m2.o m3.o main.o plain.o\n\tg++ -o $@ $^\n%%.o: %%.cc\n\tg++ -O2 -g -c -o $@ $<\n' > Makefile
}
run()
{
	make -s -j2 && ./app && nm app | grep -c ' T ' && md5sum plain.o main.o m1.o
}
