# SPDX-License-Identifier: MIT
what='autoreconf, configure, make -j2, make check and distcheck of a library and a program'
packages='autoconf automake libtool make gcc'
version='autoconf --version | head -n 1; automake --version | head -n 1'
limit=400
prepare()
{
	mkdir src m4
	cat > configure.ac <<'END'
AC_INIT([p], [1.0], [nobody@example.com])
AC_CONFIG_MACRO_DIRS([m4])
AM_INIT_AUTOMAKE([foreign subdir-objects -Wno-extra-portability])
AC_PROG_CC
AM_PROG_AR
LT_INIT([disable-static])
AC_CHECK_HEADERS([stdlib.h])
AC_CHECK_FUNCS([malloc qsort])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
END
	cat > Makefile.am <<'END'
ACLOCAL_AMFLAGS = -I m4
lib_LTLIBRARIES = libp.la
libp_la_SOURCES = src/a.c src/b.c
check_PROGRAMS = t
t_SOURCES = src/t.c
t_LDADD = libp.la
TESTS = t
END
	echo 'int b(int); int a(int n) { return n + b(n); }' > src/a.c
	echo 'int b(int n) { return 2 * n; }' > src/b.c
	echo 'int a(int); int main(void) { return a(4) != 12; }' > src/t.c
}
run()
{
	export SOURCE_DATE_EPOCH=1600000000 TAR_OPTIONS=--mtime=@1600000000
	autoreconf -fi > log 2>&1; echo "autoreconf $?"
	mkdir build && cd build && ../configure > log 2>&1; echo "configure $?"
	grep -c yes log; sed -n 's/^#define //p' config.status config.h 2>/dev/null | sort | md5sum
	make -s -j2 > log 2>&1; echo "make $?"
	make check 2>&1 | grep -E '^# (TOTAL|PASS|FAIL)'
	make distcheck > log 2>&1; echo "distcheck $?"
	tar tf p-1.0.tar.gz | sort | md5sum
	cd .. && rm -rf build log autom4te.cache
}
