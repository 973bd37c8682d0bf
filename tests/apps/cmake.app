# SPDX-License-Identifier: MIT
what='configure, build, ctest of a small project'
packages='cmake make g++'
version='cmake --version | head -n 1'
normal='s/^\[ *[0-9]+%\] //; s/\([0-9.]+s\)//; s/[0-9]+\.[0-9]+ sec//; s/= +[0-9.]+ sec//'
prepare()
{
	mkdir src
	cat > src/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.10)
project(p C CXX)
find_package(Threads)
enable_testing()
foreach(i RANGE 1 4)
  file(WRITE ${CMAKE_BINARY_DIR}/t${i}.c "int main(void) { return ${i} == 3; }\n")
  add_executable(t${i} ${CMAKE_BINARY_DIR}/t${i}.c)
  add_test(NAME t${i} COMMAND t${i})
endforeach()
END
}
run()
{
	cmake -S src -B b > configure.log 2>&1; echo "status $?"; grep -c . configure.log
	cmake --build b -j 2 2>&1 | sed 's/^\[ *[0-9]*%\] //' | sort | tail -n 3
	(cd b && ctest 2>&1 | grep -E 'Passed|Failed|tests passed'); rm -rf b configure.log
}
