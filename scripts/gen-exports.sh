#!/bin/sh
# SPDX-License-Identifier: MIT
# gen-exports.sh HOOKS.def - the linker's version script of the recorder.
set -eu

echo '/* Made by scripts/gen-exports.sh from hooks.def. */'
echo '{'
echo 'global:'
"$(dirname "$0")/table.sh" "$1" 'ALLOC(s, p, a, z)=s' 'NEW(s, p, a, z)=s' 'FREE(s, p, a, z)=s' \
	'DELETE(s, p, a, z)=s' 'CUSTOM(r, s, p)=s' | sed 's/.*/	&;/'
echo '	memprof_*;'
echo 'local:'
echo '	*;'
echo '};'
