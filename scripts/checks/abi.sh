#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# abi.sh - what libmemprof.so may give and take: it exports the hooks of the
# table and the API, imports only what preload/imports.list allows, and keeps
# its thread-local data small enough for a 16 KiB thread stack.
set -euo pipefail
export LC_ALL=C

src=${SRCDIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
lib=${LIBMEMPROF:-${BUILDDIR:-$src}/libmemprof.so}
tls_max=128
bad=0

complain()
{
	printf '%s: %s\n' "${lib##*/}" "$*"
	bad=1
}

[[ -f $lib ]] || { echo "abi: $lib is not built"; exit 99; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Exports: hooks.def and, when there is one, the API of memprof.h.
"$src/scripts/table.sh" "$src/include/memprof/hooks.def" 'ALLOC(s, p, a, z)=s' \
	'NEW(s, p, a, z)=s' 'FREE(s, p, a, z)=s' 'DELETE(s, p, a, z)=s' 'CUSTOM(r, s, p)=s' |
	sort > "$work/hooks"
[[ -s $work/hooks ]] || { echo 'abi: hooks.def has no rows'; exit 99; }
nm -D --defined-only "$lib" | awk '{ print $NF }' | sed 's/@.*//' | sort > "$work/exports"
while read -r symbol; do
	complain "the hook $symbol is not exported"
done < <(comm -23 "$work/hooks" "$work/exports")
while read -r symbol; do
	if [[ $symbol != memprof_* ]]; then
		complain "exports $symbol, which is not in hooks.def"
	elif ! grep -qsw "$symbol" "$src/include/memprof/memprof.h"; then
		complain "exports $symbol, which is not in memprof.h"
	fi
done < <(comm -13 "$work/hooks" "$work/exports")

# Imports: the allow-list, and whatever it says never one that allocates.
sed 's/#.*//; s/[ 	]//g; /^$/d' "$src/preload/imports.list" | sort -u > "$work/allowed"
# A compiler may call these four wherever it likes.
nm -D --undefined-only "$lib" | awk '{ print $NF }' | sed 's/@.*//' |
	grep -v -x -E 'mem(cpy|move|set|cmp)' | sort -u > "$work/imports"
while read -r symbol; do
	complain "imports $symbol, which is not in preload/imports.list"
done < <(comm -13 "$work/allowed" "$work/imports")
while read -r symbol; do
	complain "preload/imports.list allows $symbol, which nothing uses"
done < <(comm -23 "$work/allowed" "$work/imports")
while read -r symbol; do
	complain "imports $symbol, which may allocate"
done < <(grep -x -E '__tls_get_addr|_Zn.*|_Zd.*|(m|c|re|v|pv)alloc|reallocarray|memalign|aligned_alloc|posix_memalign|c?free|str(n)?dup|v?asprintf|fopen|printf' \
	"$work/imports" || true)

readelf -dW "$lib" > "$work/dynamic"
readelf -lW "$lib" > "$work/segments"
if grep -q TEXTREL "$work/dynamic"; then
	complain 'has text relocations'
fi
while read -r needed; do
	complain "needs $needed: the recorder links the C library alone"
done < <(sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' "$work/dynamic" |
	grep -v -x -E 'libc\.so\.6|ld-linux-x86-64\.so\.2' || true)
tls=$(awk '$1 == "TLS" { print $6 }' "$work/segments")
if ((${tls:-0} > tls_max)); then
	complain "has $((tls)) bytes of thread-local data, at most $tls_max are allowed"
fi
if grep -q 'GNU_STACK.*E ' "$work/segments"; then
	complain 'wants an executable stack'
fi
exit "$bad"
