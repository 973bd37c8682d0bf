#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# docs.sh - every command, option, setting, hook and line type is in the manual
# and in --help, and the manual promises none that does not exist.
set -euo pipefail
export LC_ALL=C

src=${SRCDIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
build=${BUILDDIR:-$src}
memprof=${MEMPROF:-$build/memprof}
man=$build/man
contract=$src/include/memprof
bad=0

complain()
{
	printf '%s\n' "$*"
	bad=1
}

# names FILE - what the rows MACRO(name) of a registry name.
names()
{
	sed -n 's/^[A-Z]*(\([a-z0-9_]*\))$/\1/p' "$1"
}

# Long options that the lists of --help on stdin offer.
options()
{
	sed -nE 's/^ {2,6}(-[a-zA-Z], )?--([a-z][a-z-]+).*/\2/p' | sort -u
}

[[ -x $memprof ]] || { echo "docs: $memprof is not built"; exit 99; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$memprof" --help > "$work/help" || complain 'memprof --help fails'
names "$src/analyzer/cmds/commands.def" > "$work/commands"
names "$src/analyzer/reports/reports.def" >> "$work/commands"
[[ -s $work/commands ]] || { echo 'docs: the registries name no command'; exit 99; }
cat "$work/help" > "$work/all-help"
while read -r command; do
	grep -qE "^ +$command( |$)" "$work/help" || complain "memprof --help does not name '$command'"
	grep -q "memprof $command" "$src/README.md" || complain "README.md does not name '$command'"
	grep -qx "\.Cm $command" "$man/memprof.1" || complain "memprof(1): '$command' is not in the synopsis"
	if ! "$memprof" "$command" --help > "$work/help-$command" 2>&1; then
		complain "memprof $command --help fails"
		continue
	fi
	cat "$work/help-$command" >> "$work/all-help"
done < "$work/commands"

sed -n 's/^\.Ss memprof \(.*\)$/\1/p' "$man/memprof.1" | sort > "$work/sections"
while read -r side command; do
	[[ $side = command ]] && complain "memprof(1): no section 'memprof $command'"
	[[ $side = section ]] && complain "memprof(1) describes '$command', which does not exist"
done < <(comm -3 <(sort "$work/commands") "$work/sections" |
	sed 's/^	/section /; t; s/^/command /')

sed -nE 's/^\.It Fl (. , )?-([a-z][a-z-]+).*/\2/p' "$man/memprof.1" | sort -u > "$work/man-options"
options < "$work/all-help" > "$work/help-options"
while read -r option; do
	complain "memprof(1) does not describe --$option"
done < <(comm -13 "$work/man-options" "$work/help-options")
while read -r option; do
	complain "memprof(1) describes --$option, which no --help knows"
done < <(comm -23 "$work/man-options" "$work/help-options")

while IFS='~' read -r cli env; do
	grep -qxF -- "$cli" <(options < "$work/help-run") || complain "memprof run --help lacks --$cli"
	grep -q "^\.It Ev $env " "$man/libmemprof.7" || complain "libmemprof(7) lacks $env"
done < <("$src/scripts/table.sh" "$contract/options.def" 'OPTION(f, e, c, t, d, a, h)=c~e' | tr -d '"')

while read -r hook; do
	grep -qE "^\.Fn $hook( ,)?$" "$man/libmemprof.7" || complain "libmemprof(7) lacks $hook"
done < <("$src/scripts/table.sh" "$contract/hooks.def" 'ALLOC(s, p, a, z)=s' \
	'FREE(s, p, a, z)=s' 'CUSTOM(r, s, p)=s' | grep -v '^_Z')

while read -r event; do
	grep -qx "\.Ss $event" "$man/memprof-trace.5" || complain "memprof-trace(5) lacks $event"
done < <("$src/scripts/table.sh" "$contract/events.def" 'EVENT(e, d)=e' 'ROW(r, d)=r')

for name in $(names "$src/analyzer/render/renderers.def"); do
	name=${name//_/-}
	grep -qE "^\.It Fl f , -format Ar (.*\|)?$name(\||$)" "$man/memprof.1" ||
		complain "memprof(1): --format does not name '$name'"
done
for name in $(names "$src/analyzer/export/exporters.def"); do
	grep -qx "\.It Cm $name" "$man/memprof.1" || complain "memprof(1): --to does not name '$name'"
	grep -q "$name" "$work/help-export" || complain "memprof export --help does not name '$name'"
done
exit "$bad"
