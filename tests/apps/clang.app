# SPDX-License-Identifier: MIT
what='the same with clang++, to an object file and to LLVM assembly'
packages='clang'
version='clang --version | head -n 1'
prepare()
{
	cat > a.cc <<'END'
#include <algorithm>
#include <iostream>
#include <string>
#include <unordered_map>
#include <vector>
int main() { std::unordered_map<std::string, std::vector<int>> m;
	for (int i = 0; i < 1000; i++) m["k" + std::to_string(i % 13)].push_back(i);
	long s = 0; for (auto &p : m) s += std::accumulate(p.second.begin(), p.second.end(), 0L);
	std::cout << s << "\n"; }
END
	sed -i '1i #include <numeric>' a.cc
}
run()
{
	clang++ -O2 -g -c -o a.o a.cc && clang++ -O1 -S -emit-llvm -o a.ll a.cc
	clang++ -O2 -o a a.cc && ./a && md5sum a.o a.ll
	clang++ -fsyntax-only -Wall -x c++ - <<< 'int f() { int x; return y; }' 2>&1 || echo "status $?"
}
