#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ensure.sh SECTION... - have the packages of these sections of debian.txt.
#
# Looks first and says what is missing; installs as root or by `sudo -n`, else
# prints the line to run and fails.  The packages of [more] are never a reason
# to fail.  On other distributions it leaves the matter to configure.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

packages()
{
	awk -v want="[$1]" '/^\[/ { on = ($1 == want); next } on && NF && !/^#/ { print $1 }' \
		"$here/debian.txt"
}

installed()
{
	[[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# apt WORD... - apt-get, quiet unless it fails.
apt()
{
	local log

	log=$(mktemp)
	if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" \
		>"$log" 2>&1 </dev/null; then
		cat "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "not a Debian system: $here/debian.txt names what is needed" >&2
	exit 0
fi

missing=() wanted=()
for section; do
	for package in $(packages "$section"); do
		installed "$package" && continue
		missing+=("$package")
		[[ $section == more ]] || wanted+=("$package")
	done
done
((${#missing[@]})) || exit 0
echo "missing packages: ${missing[*]}"

as_root=()
if [[ $(id -u) != 0 ]]; then
	if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
		if ((${#wanted[@]})); then
			echo "install them, then run this again:" >&2
			echo "    sudo apt-get install -y ${missing[*]}" >&2
			exit 1
		fi
		echo "tests that need them will be skipped; to have them:"
		echo "    sudo apt-get install -y ${missing[*]}"
		exit 0
	fi
	as_root=(sudo -n)
fi

echo "installing them"
apt update || echo "the package lists could not be renewed; trying with those there are" >&2
if ((${#wanted[@]})) && ! apt install -y --no-install-recommends "${wanted[@]}"; then
	echo "could not install: ${wanted[*]}" >&2
	exit 1
fi
for package in "${missing[@]}"; do
	installed "$package" || apt install -y --no-install-recommends "$package" ||
		echo "without $package some tests will be skipped" >&2
done
