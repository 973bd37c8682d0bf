#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# build.sh DIR [CONFIGURE ARGUMENTS] - the checkout configured and built in DIR,
# quietly.  Run again it builds only what changed; other arguments configure
# anew.  Output goes to DIR/build.log and is shown when something fails.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
log=$dir/build.log
: > "$log"

# step TEXT COMMAND... - one line on the terminal, the rest in the log.
step()
{
	printf '%s\n' "$1"
	if ! "${@:2}" >> "$log" 2>&1 </dev/null; then
		tail -n 40 "$log" >&2
		printf 'this failed: %s (all of it is in %s)\n' "$1" "$log" >&2
		exit 1
	fi
}

if [[ -e $top/config.status ]]; then
	echo "the tree is configured for a build in itself; run 'make distclean' there first" >&2
	exit 1
fi
[[ -x $top/configure ]] || step 'making configure' "$top/autogen.sh"
cd "$dir"
# A checkout that was moved, or other switches: start from a fresh configure.
wanted="$top $*"
if [[ ! -x config.status || ! -f Makefile || $(cat configured 2>/dev/null) != "$wanted" ]]; then
	step 'configuring' "$top/configure" "$@"
	printf '%s\n' "$wanted" > configured
fi
step 'building' make -j "$(nproc)" all
