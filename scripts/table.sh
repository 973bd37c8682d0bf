#!/bin/sh
# SPDX-License-Identifier: MIT
# table.sh - the rows of a .def table as lines of text, for scripts.
#
#   CC=gcc table.sh FILE.def 'MACRO(params)=words' ...
#
# Each row whose MACRO is given becomes one line `words`, its parameters
# replaced by the preprocessor; the other rows vanish.
set -eu

table=$1
shift
{
	for rule; do
		printf '#define %s @row %s @end\n' "${rule%%=*}" "${rule#*=}"
	done
	printf '#include "%s"\n' "$(cd "$(dirname "$table")" && pwd)/$(basename "$table")"
} | ${CC:-cc} -E -P -x c - | tr '\n' ' ' | sed 's/ *@end */\n/g' | sed -n 's/^ *@row //p'
