#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# floors.sh - each file includes only its own floor or lower ones, and neither
# world includes the other.  scripts/floors.txt says which file lives where.
set -euo pipefail

cd "${SRCDIR:-$(dirname "${BASH_SOURCE[0]}")/../..}"
floors=() rooms=() bad=0 seen=0

complain()
{
	printf '%s\n' "$*"
	bad=1
}

# Reads the rooms of one world into floors[] and rooms[].
read_rooms()
{
	local world floor names name

	floors=() rooms=()
	while read -r world floor names; do
		[[ $world = "$1" ]] || continue
		for name in $names; do
			floors+=("$floor")
			rooms+=("$name")
		done
	done < <(set -f; grep -v '^ *#' scripts/floors.txt)
}

# Sets floor and room of a path below the world's folder; fails if it has none.
locate()
{
	local i

	for i in "${!rooms[@]}"; do
		# shellcheck disable=SC2053 # rooms are patterns
		if [[ ${1%.*} == ${rooms[i]} ]]; then
			floor=${floors[i]} room=${rooms[i]}
			return 0
		fi
	done
	return 1
}

# check WORLD FOLDER: every quoted include of every file there.
check()
{
	local file line path own_floor own_room floor room where

	read_rooms "$1"
	while read -r file; do
		seen=$((seen + 1))
		if ! locate "${file#"$2"/}"; then
			complain "$file: no floor in scripts/floors.txt"
			continue
		fi
		own_floor=$floor own_room=$room
		while IFS=: read -r line path; do
			where="$file:$line: includes \"$path\""
			if [[ ! -e $2/$path ]]; then
				complain "$where, which is not a file of $2/ (name it from there)"
			elif ! locate "$path"; then
				complain "$where, which has no floor in scripts/floors.txt"
			elif ((${floor%=} > ${own_floor%=})); then
				complain "$where of floor ${floor%=} from floor ${own_floor%=}"
			elif [[ $floor == *= && $floor == "$own_floor" && $room != "$own_room" ]]; then
				complain "$where: $own_room and $room do not know each other"
			fi
		done < <(grep -n '^[ 	]*#[ 	]*include[ 	]*"' "$file" |
			sed 's/^\([0-9]*\):[^"]*"\([^"]*\)".*/\1:\2/')
	done < <(find "$2" -name '*.[ch]' | sort)
}

check recorder preload
check analyzer analyzer

while IFS= read -r line; do
	complain "$line: the contract includes only itself and the compiler's headers"
done < <(grep -n '^#include' include/memprof/*.h |
	grep -v -E '<(memprof/[a-z]+\.(h|def)|std(def|int|bool|arg)\.h|limits\.h)>' |
	grep -v -E '^include/memprof/(memprof|criterion).h:' || true)

((seen)) || complain 'no source file found: the check is blind'
exit "$bad"
