# SPDX-License-Identifier: MIT
what='breakpoint, backtrace, locals and a call in a C++ program'
packages='gdb g++'
version='gdb --version | head -n 1'
normal='s/0x[0-9a-f]+/0x/g; s/process [0-9]+/process/g; s/^.*(libthread_db|Thread debugging).*$//; s/\[?Inferior 1.*//'
prepare()
{
	cat > p.cc <<'END'
#include <map>
#include <string>
#include <vector>
int depth(int n, std::map<std::string, int> &m)
{
	m["key" + std::to_string(n)] = n;
	return n ? depth(n - 1, m) + 1 : (int)m.size();
}
int main() { std::map<std::string, int> m; std::vector<int> v(5, 3); return depth(9, m) == 19 ? v[2] : 1; }
END
	g++ -g -O0 -o p p.cc
}
run()
{
	# else the debugger shows the recorder's own thread, once the program is 50 ms old
	export MEMPROF_SAMPLER=hooks
	gdb -nx -batch -ex 'set startup-with-shell off' -ex 'break depth if n == 2' -ex run -ex bt \
		-ex 'print m.size()' -ex 'info locals' -ex finish -ex 'info line depth' \
		-ex continue ./p 2>&1
}
