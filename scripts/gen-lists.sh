#!/bin/sh
# SPDX-License-Identifier: MIT
# gen-lists.sh - file lists and registries, made from what the folders hold.
#
#   gen-lists.sh [--check] [TREE]
#
# Writes lists.am (sources, tests, files of a release) for automake and
# reports.def, renderers.def, exporters.def, commands.def, profilers.def for the analyzer's
# registries.  A file is left alone when nothing changed, so that make rebuilds
# nothing.  With --check it writes nothing and fails when something is stale.
set -eu
export LC_ALL=C

check=0
if [ "${1:-}" = --check ]; then
	check=1
	shift
fi
tree=${1:-$(dirname "$0")/..}
cd "$tree"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# files DIR PATTERN... - files right in DIR, sorted; none when DIR is missing.
files()
{
	dir=$1
	shift
	[ -d "$dir" ] || return 0
	for pattern; do
		find "$dir" -maxdepth 1 -type f -name "$pattern"
	done | sort
}

# list NAME - an automake variable from the words on stdin, one a line.
list()
{
	awk -v name="$1" 'BEGIN { printf "%s =", name } { printf " \\\n\t%s", $0 } END { print "\n" }'
}

# registry DIR STRUCT PREFIX MACRO - one MACRO(name) for every file of DIR that
# defines `const struct STRUCT PREFIX_name`; the name must be the file's own.
registry()
{
	echo '/* Made by scripts/gen-lists.sh from the names of the files here. */'
	files "$1" '*.c' | while read -r file; do
		name=$(sed -n "s/^const struct $2 $3_\([a-z0-9_]*\)[ =].*/\1/p" "$file")
		[ -n "$name" ] || continue
		if [ "$name" != "$(basename "$file" .c)" ]; then
			echo "gen-lists: $file defines $3_$name, want $3_$(basename "$file" .c)" >&2
			exit 1
		fi
		echo "$4($name)"
	done
}

# variable NAME - the automake form of a program's name.
variable()
{
	echo "$1" | tr -c 'a-zA-Z0-9\n' _
}

# words KEY FILE - the rest of the line ` * KEY: ...` of a victim's comment.
words()
{
	sed -n "1,/\*\//s/^ \* $1: //p" "$2"
}

# Programs whose build differs from automake's default: unit tests of the
# recorder; the victims and the programs of the benchmark, which say in their
# comment what they want; the micro benchmarks, which link the recorder (micro_rec_),
# the analyzer (micro_trace) or nothing.
programs()
{
	files tests/unit 'test_rec_*.c' | while read -r file; do
		var=$(variable "${file%.c}")
		echo "${var}_CPPFLAGS = \$(RECORDER_CPPFLAGS) \$(CRITERION_CFLAGS)"
		echo "${var}_LDADD = \$(RECORDER_TEST_LIBS)"
	done
	files tests/fuzz 'fuzz_*.c' | sed 's/\.c$//' | list FUZZ_LIST
	files tests/fuzz 'fuzz_*.c' | while read -r file; do
		var=$(variable "${file%.c}")
		world=ANALYZER link="\$(ANALYZER_LINK)"
		case $file in
		*/fuzz_rec_*) world=RECORDER link="librecorder.a \$(PACK_LIBS)" ;;
		esac
		echo "${var}_SOURCES = $file tests/fuzz/replay.c"
		echo "${var}_CPPFLAGS = \$(${world}_CPPFLAGS)"
		echo "${var}_LDADD = $link"
	done
	files tests/victims 'v_*.c' 'v_*.cc' | sed 's/\.cc*$//' | list VICTIM_LIST
	files tests/victims 'lib_*.c' 'lib_*.cc' | sed 's/\.cc*$/.so/' | list VICTIM_LIBRARY_LIST
	files tests/bench 'b_*.c' 'b_*.cc' | sed 's/\.cc*$//' | list BENCH_LIST
	files tests/bench 'micro_*.c' | sed 's/\.c$//' | list MICRO_LIST
	files tests/bench 'micro_*.c' | while read -r file; do
		var=$(variable "${file%.c}")
		world=CONTRACT link=
		case $file in
		*/micro_rec_*) world=RECORDER link="libbench.a \$(PACK_LIBS)" ;;
		*/micro_trace.c) world=ANALYZER link="\$(ANALYZER_LINK)" ;;
		esac
		echo "${var}_SOURCES = $file tests/bench/micro.c"
		echo "${var}_CPPFLAGS = \$(${world}_CPPFLAGS)"
		echo "${var}_CFLAGS = \$(MICRO_CFLAGS)"
		echo "${var}_LDADD = $link"
	done
	{
		files tests/victims 'v_*.c' 'v_*.cc' 'lib_*.c' 'lib_*.cc'
		files tests/bench 'b_*.c' 'b_*.cc'
	} | while read -r file; do
		shared='' pic=''
		name=${file%.c*}
		language=C
		case $file in
		*/lib_*)
			name=$name.so
			pic=' -fPIC' shared=' -shared'
			;;
		esac
		case $file in
		*.cc) language=CXX ;;
		esac
		var=$(variable "$name")
		echo "${var}_SOURCES = $file"
		echo "${var}_CPPFLAGS = \$(VICTIM_CPPFLAGS)"
		echo "${var}_${language}FLAGS = \$(VICTIM_${language}FLAGS)$pic $(words build "$file")"
		# Libraries follow the objects on the line of the linker, other flags lead it.
		libraries='' flags=$shared
		for word in $(words link "$file"); do
			case $word in
			-l*) libraries="$libraries $word" ;;
			*) flags="$flags $word" ;;
			esac
		done
		echo "${var}_LDFLAGS =$flags"
		echo "${var}_LDADD =$libraries"
	done
}

lists()
{
	echo '# Made by scripts/gen-lists.sh from what the folders hold.'
	echo
	find analyzer -mindepth 2 -name '*.c' | sort | list ANALYZER_LIST
	for dir in preload preload/arch/x86_64; do
		files "$dir" '*.c'
	done | list RECORDER_LIST
	for dir in preload preload/arch/x86_64; do
		files "$dir" '*.c' | grep -v '/hook[^/]*\.c$'
	done | list RECORDER_CORE_LIST
	for dir in analyzer preload tests/lib; do
		[ ! -d "$dir" ] || find "$dir" -type f \( -name '*.h' -o -name '*.def' -o -name '*.list' \)
	done | sort | list HEADER_LIST
	files include/memprof 'criterion.h' 'memprof.h' | list API_LIST
	files include/memprof '*.h' '*.def' | grep -v -e '/memprof\.h$' -e '/criterion\.h$' | list CONTRACT_LIST
	files tests/unit 'test_*.c' | sed 's/\.c$//' | list UNIT_LIST
	files tests/e2e '*.test' | list E2E_LIST
	files scripts/checks '*.sh' | list CHECK_LIST
	# What the tests read: everything but what a build in the tree leaves there.
	[ ! -d tests ] || find tests \( -name .deps -o -name '*.dSYM' \) -prune -o -type f \
		! -name '.*' ! -name '*.o' ! -name '*.a' ! -name '*.so' ! -name '*.log' \
		! -name '*.trs' ! -name '*.gcda' ! -name '*.gcno' ! -name '*~' \
		\( -name '*.*' -o -path '*/corpus/*' \) -print | sort | list TEST_FILES
	[ ! -d examples ] || find examples -type f ! -name '*~' | sort | list EXAMPLE_FILES
	find scripts -type f ! -name '*~' | sort | list SCRIPT_FILES
	programs
}

registry analyzer/reports report report REPORT > "$work/reports.def"
registry analyzer/render renderer render RENDERER > "$work/renderers.def"
registry analyzer/export exporter export EXPORTER > "$work/exporters.def"
registry analyzer/cmds command cmd COMMAND > "$work/commands.def"
registry analyzer/profilers profiler profiler PROFILER > "$work/profilers.def"

stale=0
# put FILE PATH - PATH becomes FILE, when they differ.
put()
{
	! cmp -s "$work/$1" "$2" || return 0
	if [ "$check" = 1 ]; then
		echo "gen-lists: $2 is stale: run ./scripts/gen-lists.sh" >&2
		stale=1
		return 0
	fi
	mkdir -p "$(dirname "$2")"
	cp "$work/$1" "$2.tmp.$$"
	mv -f "$2.tmp.$$" "$2"
}

put reports.def analyzer/reports/reports.def
put renderers.def analyzer/render/renderers.def
put exporters.def analyzer/export/exporters.def
put commands.def analyzer/cmds/commands.def
put profilers.def analyzer/profilers/profilers.def
# Last, for the registries are among the headers it lists.
lists > "$work/lists.am"
put lists.am lists.am
exit "$stale"
