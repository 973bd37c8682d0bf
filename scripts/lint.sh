#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lint.sh - what a compiler does not see: format, spelling, scripts, manual
# pages, headers that need others, functions nobody should call.  `make lint`
# gives the compiler and the tools that configure found.
#
#   lint.sh [STEP...]     all steps by default
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
: "${CC:=cc}" "${CLANG_FORMAT:=clang-format-14}" "${SHELLCHECK:=shellcheck}"
: "${CPPCHECK:=cppcheck}" "${CODESPELL:=codespell}" "${MANDOC:=mandoc}" "${MANDIR:=man}"
bad=0

complain()
{
	printf 'lint: %s\n' "$*" >&2
	bad=1
}

# need TOOL PACKAGE - whether a tool is there; its lack is a finding.
need()
{
	command -v "$1" >/dev/null && return 0
	complain "$2 is missing: apt-get install $2"
	return 1
}

# sources PATTERN... - files of the project, generated and built ones left out.
sources()
{
	local names=() pattern

	for pattern; do
		names+=(-o -name "$pattern")
	done
	# Inputs of the fuzz targets are what they are.
	find analyzer include preload scripts tests .ci autogen.sh -path tests/fuzz/corpus -prune \
		-o -type f \( "${names[@]:1}" \) -print | sort
}

scripts()
{
	sources '*' | while read -r file; do
		case $file in
		*.sh | *.test) echo "$file" ;;
		*.*) ;;
		*) ! head -c 40 "$file" | grep -qa '^#!.*sh' || echo "$file" ;;
		esac
	done
	echo .ci/run
}

lint_format()
{
	need "$CLANG_FORMAT" clang-format-14 || return
	sources '*.c' '*.h' | xargs "$CLANG_FORMAT" --dry-run -Werror ||
		complain "run $CLANG_FORMAT -i on these files"
}

lint_scripts()
{
	need "$SHELLCHECK" shellcheck || return
	scripts | sort -u | xargs "$SHELLCHECK" -x -P SCRIPTDIR || complain 'see the scripts above'
}

lint_cppcheck()
{
	need "$CPPCHECK" cppcheck || return
	# Tables are macros to be redefined, so one configuration is the truth.
	sources '*.c' | grep -E '^(analyzer|preload)/' |
		xargs "$CPPCHECK" --quiet --std=c11 --language=c --platform=unix64 --max-configs=1 \
			--enable=warning --inline-suppr --error-exitcode=1 \
			--suppress=unknownEvaluationOrder --suppress=missingInclude --suppress=missingIncludeSystem \
			--suppressions-list=scripts/cppcheck.txt --suppress=preprocessorErrorDirective \
			-Iinclude -Ianalyzer -Ipreload -D_GNU_SOURCE= -D__x86_64__=1 -D__linux__=1 \
			'-DMP_VERSION=""' '-DMEMPROF_LIBDIR=""' '-DPACKAGE_VERSION=""' ||
		complain 'see what cppcheck says above'
}

# Each header compiles alone.
lint_headers()
{
	local header cairo

	cairo=$(pkg-config --cflags cairo 2>/dev/null)
	for header in $(sources '*.h'); do
		case $header in
		include/memprof/*) world=(-x c) path="<${header#include/}>" ;;
		analyzer/*) world=(-x c -Ianalyzer) path="\"${header#analyzer/}\"" ;;
		preload/*) world=(-x c -Ipreload) path="\"${header#preload/}\"" ;;
		*) continue ;;
		esac
		# shellcheck disable=SC2086 # flags
		printf '#include %s\n' "$path" |
			$CC -std=gnu11 -D_GNU_SOURCE= -Wall -Wextra -Werror -fsyntax-only \
				-Wno-unused-function -Iinclude $cairo "${world[@]}" - ||
			complain "$header does not compile alone"
	done
}

lint_floors()
{
	SRCDIR=$PWD bash scripts/checks/floors.sh || complain 'see scripts/floors.txt'
}

# Functions with a better one beside them: without bounds, with hidden state,
# or blind to errors.
lint_banned()
{
	local banned='strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|atof'

	banned+='|ctime|asctime|gmtime|localtime|alloca|tmpnam|tempnam|mktemp|system|popen'
	# shellcheck disable=SC2046 # no blanks in our names
	if grep -nE "(^|[^a-zA-Z0-9_.>\"'])($banned) ?\(" $(sources '*.c' '*.h' | grep -v ^tests/) |
		grep -vE '^[^:]*:[0-9]+:([	 ]*(/?\*)|HOOK )'; then
		complain 'these functions are not used here'
	fi
}

lint_size()
{
	local lines file

	while read -r lines file; do
		complain "$file has $lines lines: a second idea hides in it"
	done < <(sources '*.c' '*.h' '*.sh' | xargs wc -l | awk '$2 != "total" && $1 > 500')
}

# Every file of ours says what it is and under which licence.
lint_licence()
{
	local file

	while read -r file; do
		complain "$file: no SPDX line at its top"
	done < <({ sources '*.c' '*.h' '*.cc' '*.def' '*.am'; scripts; } | sort -u |
		grep -vE '/(reports|renderers|exporters|commands|profilers)\.def$' |
		while read -r file; do
			head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
		done)
}

lint_spelling()
{
	command -v "$CODESPELL" >/dev/null || return 0
	"$CODESPELL" --ignore-words=scripts/codespell.txt \
		--skip '*.gz,*.zst,tests/traces,tests/fuzz/corpus' \
		analyzer include preload scripts tests man ./*.md || complain 'see the words above'
}

lint_man()
{
	need "$MANDOC" mandoc || return
	"$MANDOC" -T lint -W warning "$MANDIR"/*.[1-9] || complain 'see the pages above'
}

run()
{
	printf 'lint: %s\n' "$1"
	case $1 in
	format) lint_format ;;
	scripts) lint_scripts ;;
	cppcheck) lint_cppcheck ;;
	headers) lint_headers ;;
	floors) lint_floors ;;
	banned) lint_banned ;;
	size) lint_size ;;
	licence) lint_licence ;;
	spelling) lint_spelling ;;
	man) lint_man ;;
	*) complain "there is no step '$1'" ;;
	esac
}

(($#)) || set -- format scripts cppcheck headers floors banned size licence spelling man
for step; do
	run "$step"
done
exit "$bad"
