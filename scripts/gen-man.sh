#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# gen-man.sh PAGE.in - a manual page on stdout: lines `.\" @SECTION@` of the
# template become what the tables of include/memprof say.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
contract=$here/../include/memprof
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

table()
{
	"$here/table.sh" "$contract/$1.def" "${@:2}"
}

# C string literals to roff text: quotes off, backslashes and leading dots safe.
unquote()
{
	sed -e 's/~"/~/g; s/"~/~/g; s/"$//' -e 's/\\"/"/g; s/\\\\/\\e/g'
}

# Settings as environment variables: libmemprof(7).
environment()
{
	table options 'OPTION(f, e, c, t, d, a, h)=V~e~a~d~h' | unquote | awk -F '~' '{
		print ".It Ev " $2 " Ns = Ns Ar " $3
		print $5 ($4 == "" ? "." : "")
		if ($4 != "")
			print "(default:\n.Ql " $4 " ) ."
	}'
}

# The same settings as options of memprof run: memprof(1).
run_options()
{
	table options 'OPTION(f, e, c, t, d, a, h)=V~c~a~d~h~e' | unquote | awk -F '~' '{
		print ".It Fl -" $2 " Ar " $3
		print $5
		print ".Pq Ev " $6
	}'
}

# Interposed functions: libmemprof(7).
hooks()
{
	table hooks 'ALLOC(s, p, a, z)=s' 'NEW(s, p, a, z)=s' 'FREE(s, p, a, z)=s' \
		'DELETE(s, p, a, z)=s' 'CUSTOM(r, s, p)=s' > "$work/names"
	grep -v '^_Z' "$work/names" | sed 's/.*/.Fn & ,/; $s/ ,$//'
	echo 'and, of C++,'
	echo '.Bd -literal -offset indent'
	grep '^_Z' "$work/names" | c++filt
	echo '.Ed'
}

# Line types and their fields: memprof-trace(5).
events()
{
	table events 'EVENT(e, d)=E~e~d' 'FIELD(e, n, t, d)=F~n~t~d' 'OPT(e, n, t, d)=O~n~t~d' \
		'ROWS(e, n, r, d)=R~n~r~d' 'END(e)=X~e' | unquote | awk -F '~' -f "$here/gen-man.awk"
}

rows()
{
	table events 'ROW(r, d)=E~r~d' 'COL(r, n, t, d)=F~n~t~d' 'END_ROW(r)=X~r' |
		unquote | awk -F '~' -f "$here/gen-man.awk"
}

for section in environment run_options hooks events rows; do
	if grep -q "@$section@" "$1"; then
		"$section" > "$work/$section"
		[[ -s $work/$section ]] || { echo "gen-man: $section is empty" >&2; exit 1; }
	fi
done
awk -v work="$work" '
	/^\.\\" @[a-z_]+@$/ {
		file = work "/" substr($2, 2, length($2) - 2)
		while ((getline line < file) > 0)
			print line
		next
	}
	{ print }' "$1"
